import Resources

/// Keeps the service proxies in line with the manifests while a person edits them by hand. The
/// speakers follow by themselves.
struct ManifestFollower {
  let topology: Topology
  let directory: RunDirectory
  private var texts: [String: String] = [:]

  init(topology: Topology, directory: RunDirectory) {
    self.topology = topology
    self.directory = directory
    texts = read()
  }

  /// Follows until the task is cancelled; a file that is in error leaves the proxies as they are.
  mutating func run(onProblem: (String) -> Void) async {
    while true {
      do {
        try await Task.sleep(for: .milliseconds(500))
        try await follow()
      } catch is CancellationError {
        return
      } catch {
        onProblem("\(error)")
      }
    }
  }

  private mutating func follow() async throws {
    let found = read()
    guard found != texts else { return }
    texts = found
    var services: [Service] = []
    var slices: [EndpointSlice] = []
    for (name, text) in found.sorted(by: { $0.key < $1.key }) {
      let file = ManifestDecoder.decode(text, file: name)
      guard file.isComplete else {
        let errors = file.diagnostics.filter { $0.severity == .error }
        throw LabError(errors.map(\.description).joined(separator: "\n"))
      }
      for object in file.objects {
        switch object.resource {
        case .service(let service): services.append(service)
        case .endpointSlice(let slice): slices.append(slice)
        default: break
        }
      }
    }
    try await ServiceProxy.load(
      services: services, slices: slices, topology: topology, directory: directory)
  }

  private func read() -> [String: String] {
    var result: [String: String] = [:]
    for name in Folder.names(in: directory.manifests) where !name.hasPrefix(".") {
      result[name] = TextFile.read("\(directory.manifests)/\(name)")
    }
    return result
  }
}
