import KubernetesClient
import Resources

/// Decodes objects of the API server, and leaves out what decides no announcement.
enum ClusterObject {
  /// The annotations of Services that mean something to a speaker or to those who read its answers.
  private static let annotations = ["bellman.dev/", "metallb.io/", "metallb.universe.tf/"]

  /// What `object` of `stream` says.
  static func decode(_ object: KubernetesObject, of stream: ClusterStream) -> DecodedFile {
    lean(
      ManifestDecoder.decode(json: object.json, source: stream.file(of: object.name)), of: stream)
  }

  /// What was decoded of one object of `stream`, without what decides no announcement.
  static func lean(_ file: DecodedFile, of stream: ClusterStream) -> DecodedFile {
    var file = file
    if case .kind(let kind) = stream, !kind.isConfiguration {
      // Kubernetes' own kinds grow with each release, by a field in thousands of objects at once.
      file.diagnostics.removeAll { $0.severity == .warning }
    }
    for index in file.objects.indices {
      file.objects[index].resource = lean(file.objects[index].resource)
    }
    return file
  }

  private static func lean(_ resource: Resource) -> Resource {
    switch resource {
    case .service(var service):
      service.metadata.annotations = service.metadata.annotations.filter { key, _ in
        annotations.contains { key.hasPrefix($0) }
      }
      return .service(service)
    case .endpointSlice(var slice):
      slice.metadata.labels = [:]
      slice.metadata.annotations = [:]
      slice.ports = []
      for index in slice.endpoints.indices where slice.endpoints[index].addresses.count > 1 {
        // The others are of the same endpoint, and kube-proxy looks at the first only.
        slice.endpoints[index].addresses = [slice.endpoints[index].addresses[0]]
      }
      return .endpointSlice(slice)
    default: return resource
    }
  }
}
