import Advice
import FoundationEssentials
import Resources
import Testing

/// The manifests of `Tests/Manifests/advise`.
enum Manifests {
  private static let folder =
    #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
    + "/Manifests/advise"

  /// The cluster in which nothing is found.
  static let clean = text("clean/cluster.yaml")

  private static func text(_ path: String) -> String {
    guard let data = try? Data(contentsOf: URL(filePath: "\(folder)/\(path)")) else { return "" }
    return String(decoding: data, as: UTF8.self)
  }

  /// A snapshot of `text` as the file `cluster.yaml`.
  static func snapshot(_ text: String) -> Snapshot {
    Snapshot(
      source: "test", files: [ManifestDecoder.decode(text, file: "cluster.yaml")],
      serviceProxy: ServiceProxySettings(manifest: text))
  }

  /// The clean cluster with a text replaced, which must be in it.
  static func altered(
    _ old: String, _ new: String, sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) -> String {
    #expect(
      clean.contains(old), "the clean cluster has no such text", sourceLocation: sourceLocation)
    return clean.replacing(old, with: new)
  }
}
