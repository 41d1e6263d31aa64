public import Resources

/// What a cluster would hold after `kubectl apply` of a directory.
public enum Overlay {
  /// The files of a cluster with the objects of `new` in place of those of the same kind and name.
  ///
  /// A Service that is new without addresses keeps those that the cluster gave it: manifests that
  /// people write have no status.
  ///
  /// - Parameter prunes: whether the `metallb.io` objects that `new` does not have are deleted
  public static func apply(
    _ new: [DecodedFile], to old: [DecodedFile], prunes: Bool = false
  ) -> [DecodedFile] {
    let replaced = Set(new.flatMap(\.objects).map { identity(of: $0.resource) })
    var addresses: [ObjectName: Service] = [:]
    for case .service(let service) in old.flatMap(\.objects).map(\.resource) {
      addresses[service.metadata.name] = service
    }
    let kept = old.map { file in
      var file = file
      file.objects.removeAll { object in
        replaced.contains(identity(of: object.resource))
          || prunes && object.resource.kind.group == "metallb.io"
      }
      if file.objects.isEmpty { file.diagnostics = [] }
      return file
    }
    let added = new.map { file in
      var file = file
      for index in file.objects.indices {
        guard case .service(var service) = file.objects[index].resource, service.ingress.isEmpty,
          let held = addresses[service.metadata.name]
        else { continue }
        service.ingress = held.ingress
        file.objects[index].resource = .service(service)
      }
      return file
    }
    return kept + added
  }

  /// The namespace of a `metallb.io` object means nothing.
  private static func identity(of resource: Resource) -> ResourceKey {
    var key = resource.key
    if key.kind.group == "metallb.io" { key.name.namespace = "" }
    return key
  }
}
