import Addresses
import ArgumentParser
import NIOCore
import Speaker
import Status

/// What shells offer for a word, as the speaker of this machine knows it. Where none answers at once,
/// nothing is offered.
enum Completions {
  /// Addresses, and services as `namespace/name`.
  static let addressesAndServices = CompletionKind.custom {
    (words: [String], _: Int, _: String) async -> [String] in
    await answer(words) { document in
      document.addresses.map(\.address.description) + document.addresses.flatMap(\.services)
        + document.servicesWithoutAddress.map(\.service)
    }
  }

  /// Nodes: the members of the election, and those with a speaker on this machine.
  static let nodes = CompletionKind.custom {
    (words: [String], _: Int, _: String) async -> [String] in
    let here = StatusSocket.all().compactMap { path in
      path.split(separator: "/").last.map { String($0.dropLast(".sock".count)) }
    }
    let members = await answer(words) { $0.election?.members.map(\.name) ?? [] }
    return Set(here + members).sorted()
  }

  /// What events are about.
  static let subjects = CompletionKind.custom {
    (words: [String], _: Int, _: String) async -> [String] in
    await answer(words) { document in
      document.addresses.map(\.address.description) + document.peers.map(\.name)
        + document.interfaces.map(\.name) + (document.election?.members.map(\.name) ?? [])
    }
  }

  private static let patience = Duration.seconds(1)

  /// What the speaker that the command line means says, each word once.
  private static func answer(
    _ words: [String], _ take: @escaping @Sendable (StatusDocument) -> [String]
  ) async -> [String] {
    guard let path = socketPath(words) else { return [] }
    let found = await withTaskGroup(of: [String].self) { group in
      group.addTask {
        (try? await StatusClient(socketPath: path).status()).map(take) ?? []
      }
      group.addTask {
        try? await Task.sleep(for: patience)
        return []
      }
      defer { group.cancelAll() }
      return await group.next() ?? []
    }
    return Set(found).sorted()
  }

  private static func socketPath(_ words: [String]) -> String? {
    func value(_ name: String) -> String? {
      guard let index = words.firstIndex(of: name), index + 1 < words.count else { return nil }
      return words[index + 1]
    }
    if let path = value("--socket") { return path }
    if let node = value("--node") ?? value("--node-name") { return StatusSocket.path(node: node) }
    let all = StatusSocket.all()
    return all.count == 1 ? all[0] : nil
  }
}
