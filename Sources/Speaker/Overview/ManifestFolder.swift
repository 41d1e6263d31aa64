public import Advice
public import Resources

/// The manifests of a directory, read once.
public struct ManifestFolder: Sendable {
  /// The directory, as it was named.
  public let path: String
  /// Its files, decoded.
  public let files: [DecodedFile]
  /// The files that could not be read.
  public let problems: [Diagnostic]
  /// What the ConfigMap of kube-proxy says, if it is among the files.
  public let serviceProxy: ServiceProxySettings?

  /// Reads the directory, or the file, at `path`.
  public init(_ path: String) {
    self.path = path
    let loaded = ManifestFiles.load(paths: [path])
    problems = loaded.diagnostics
    files = loaded.files.map { ManifestDecoder.decode($0.text, file: $0.name) }
    serviceProxy = loaded.files.lazy.compactMap { ServiceProxySettings(manifest: $0.text) }.first
  }

  /// Its objects by themselves.
  public var snapshot: Snapshot {
    Snapshot(source: path, files: files, problems: problems, serviceProxy: serviceProxy)
  }
}
