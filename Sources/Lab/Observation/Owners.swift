public import Addresses
import FoundationEssentials
public import NIOCore

extension Lab {
  /// The owner of a layer-2 address, once the speakers all name the same one, and it alone says that
  /// it answers.
  ///
  /// - Parameters:
  ///   - address: The address.
  ///   - nodes: Whose speakers are asked; nil for all that run.
  ///   - limit: How long it may take.
  public func settledOwner(
    of address: IPAddress, among nodes: [String]? = nil, within limit: TimeAmount = .seconds(20)
  ) async throws -> String {
    let deadline = NIODeadline.now() + limit
    while true {
      let views = try await views(of: address, nodes ?? runningSpeakers)
      let owners = Set(views.map(\.owner))
      let answering = views.filter(\.answers).map(\.node)
      if answering.count == 1, owners == [answering[0]] { return answering[0] }
      guard NIODeadline.now() < deadline else {
        let told = views.map { "\($0.node): \($0.answers ? "mine" : $0.owner ?? "nobody's")" }
        throw LabError(
          "no owner of \(address) that all agree on after \(limit.nanoseconds / 1_000_000) ms; "
            + "they say \(told.joined(separator: ", "))")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// What the speakers of `nodes` say of the owner of `address`, by node.
  private nonisolated func views(
    of address: IPAddress, _ nodes: [String]
  ) async throws -> [OwnerView] {
    try await withThrowingTaskGroup(of: OwnerView.self) { group in
      for node in nodes {
        group.addTask {
          let answer = try await self.bellman(["status", "-o", "json"], node: node)
          return OwnerView(node: node, status: answer.output, address: address)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.node < $1.node }
    }
  }
}

/// What one speaker says of the owner of an address.
private struct OwnerView {
  let node: String
  var owner: String?
  var answers = false

  init(node: String, status: String, address: IPAddress) {
    self.node = node
    let document = try? JSONDecoder().decode(Document.self, from: Data(status.utf8))
    let found = document?.addresses.first { $0.address == address.description }
    owner = found?.layer2.owner
    answers = found?.layer2.verdict == "owner"
  }

  private struct Document: Decodable {
    struct Entry: Decodable {
      struct Layer2: Decodable {
        let verdict: String
        let owner: String?
      }

      let address: String
      let layer2: Layer2
    }

    let addresses: [Entry]
  }
}
