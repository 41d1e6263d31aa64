extension ServiceProxySettings {
  /// Reads the text of a KubeProxyConfiguration; nil where it is none. Never traps, whatever the text.
  public init?(configuration text: String) {
    let found = Self.first(in: text) { root in
      root.outline["kind"]?.string == "KubeProxyConfiguration"
        ? (try? root.converted()).map(Self.init(root:)) : nil
    }
    guard let found else { return nil }
    self = found
  }

  /// Reads the settings out of the ConfigMap of kube-proxy in a manifest file; nil where the file has
  /// none.
  public init?(manifest text: String) {
    // Cheap, and true of few files.
    guard text.contains("KubeProxyConfiguration") else { return nil }
    let found = Self.first(in: text) { root in
      if let items = root.items("items") { return items.lazy.compactMap(Self.configuration).first }
      return Self.configuration(root)
    }
    guard let settings = found.flatMap(Self.init(configuration:)) else { return nil }
    self = settings
  }

  private init(root: ManifestNode) {
    self.init(mode: root["mode"]?.string ?? "")
    if case .boolean(let isStrict) = root["ipvs"]?["strictARP"]?.value { strictARP = isStrict }
    let cidr = root["clusterCIDR"]?.string ?? ""
    let detection = root["detectLocalMode"]?.string ?? ""
    tellsPods = !cidr.isEmpty || !["", "ClusterCIDR"].contains(detection)
  }

  private static func configuration(_ root: YAMLRoot) -> String? {
    guard root.outline["kind"]?.string == "ConfigMap", let node = try? root.converted(),
      node["metadata"]?["name"]?.string == configMap.name
    else { return nil }
    return node["data"]?[key]?.string
  }

  private static func first<Result: Sendable>(
    in text: String, _ body: (YAMLRoot) -> Result?
  ) -> Result? {
    guard text.utf8.count <= ManifestDecoder.maximumFileSize else { return nil }
    let found = try? DeepStack.run { () -> Result? in
      var result: Result?
      for document in ManifestDocuments(octets: Array(text.utf8)).documents {
        // What is wrong with a document is told by those who decode it.
        try? ManifestComposer.forEachRoot(of: document) { root throws(ManifestComposer.Failure) in
          if result == nil { result = body(root) }
        }
      }
      return result
    }
    return found.flatMap { $0 }
  }
}
