import KubernetesClient

/// What tells a client such as kubectl which types there are.
struct Discovery {
  let types: [ServedType]

  /// The answer to `path`; nil where it is no path of discovery.
  func answer(_ path: [String]) -> JSONValue? {
    switch path {
    case ["version"]:
      [
        "major": "1", "minor": "32", "gitVersion": "v1.32.4", "gitCommit": "test",
        "gitTreeState": "clean", "buildDate": "2026-01-01T00:00:00Z", "goVersion": "go1.24",
        "compiler": "gc", "platform": "linux/amd64",
      ]
    case ["api"]:
      ["kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []]
    case ["apis"]: groups
    case ["api", "v1"]: resources(of: "v1")
    case ["openapi", "v3"]: ["paths": [:]]
    default:
      path.count == 3 && path[0] == "apis" ? resources(of: "\(path[1])/\(path[2])") : nil
    }
  }

  private var groups: JSONValue {
    var versions: [String: Set<String>] = [:]
    for type in types where !type.group.isEmpty {
      versions[type.group, default: []].insert(type.version)
    }
    let groups = versions.sorted { $0.key < $1.key }.map { group, versions -> JSONValue in
      // The higher beta comes first, as the API sorts them.
      let sorted = versions.sorted(by: >).map { version -> JSONValue in
        ["groupVersion": .string("\(group)/\(version)"), "version": .string(version)]
      }
      return [
        "name": .string(group), "versions": .array(sorted), "preferredVersion": sorted[0],
      ]
    }
    return ["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(groups)]
  }

  private func resources(of groupVersion: String) -> JSONValue? {
    let found = types.filter { $0.apiVersion == groupVersion }
    guard !found.isEmpty else { return nil }
    var resources: [JSONValue] = []
    for type in found {
      resources.append(
        entry(
          type, type.plural,
          verbs: [
            "create", "delete", "get", "list", "patch", "update", "watch",
          ]))
      if type.hasStatus {
        resources.append(entry(type, "\(type.plural)/status", verbs: ["get", "patch", "update"]))
      }
    }
    return [
      "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(groupVersion),
      "resources": .array(resources),
    ]
  }

  private func entry(_ type: ServedType, _ name: String, verbs: [String]) -> JSONValue {
    [
      "name": .string(name), "singularName": .string(type.kind.lowercased()),
      "namespaced": .boolean(type.isNamespaced), "kind": .string(type.kind),
      "verbs": .array(verbs.map(JSONValue.string)),
    ]
  }
}
