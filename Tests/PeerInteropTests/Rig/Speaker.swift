import Foundation
import Lab

/// `bellman speaker` on one node.
struct Speaker: Sendable {
  let node: String
  let host: Host
  let daemon: Daemon
  private let manifests: URL

  init(node: String, on host: Host, folder: URL, manifests: URL, arguments: [String]) throws {
    self.node = node
    self.host = host
    self.manifests = manifests
    daemon = Daemon(
      node,
      [
        try Program.path(), "speaker", "--manifests", manifests.path, "--node", node, "--socket",
        folder.appending(path: "\(node).sock").path, "--insecure-peers",
      ] + arguments, on: host, folder: folder)
  }

  func start() async throws { try await daemon.start() }

  /// Replaces what the speaker reads.
  func read(_ new: Manifests) throws { try Self.write(new, to: manifests) }

  /// Puts `manifests` into a folder in one step.
  static func write(_ manifests: Manifests, to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(manifests.text.utf8).write(to: folder.appending(path: "all.yaml"), options: .atomic)
  }
}
