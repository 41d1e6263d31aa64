import Addresses
import LinkLayer
import LinuxIO
import Status

/// The default gateways as the policy `gateway` looks at them: who is asked, and who answers.
struct GatewayRounds {
  private var watch = GatewayWatch()
  /// The default gateways of the machine; nil before they are known.
  private var gateways: [DefaultGateway]?
  /// Those of them on interfaces that take part.
  private var judged: [GatewayWatch.Gateway] = []
  private var silentSince: Timestamp?

  /// Ends a round and begins the next one.
  ///
  /// - Returns: whether the gateway answers, where that has changed.
  mutating func next(
    _ gateways: [DefaultGateway], interfaces: [NetworkInterface], links: LinkTable, now: Timestamp
  ) -> Bool? {
    self.gateways = gateways
    let names = Dictionary(interfaces.map { ($0.index, $0.name) }) { first, _ in first }
    let present = gateways.compactMap { gateway in
      names[gateway.interfaceIndex].map {
        GatewayWatch.Gateway(interface: $0, address: gateway.address)
      }
    }.filter { links.takesPart($0.interface) }
    judged = present.sorted()
    let before = watch.isAnswering
    let questions = watch.nextRound(of: Set(present), heard: links.takeHeardNeighbors())
    links.hear(present)
    for question in questions { links.ask(question) }
    guard watch.isAnswering != before else { return nil }
    silentSince = watch.isAnswering ? nil : now
    return watch.isAnswering
  }

  /// What an operator who relies on the gateway should know.
  func problems(node: String) -> [Problem] {
    guard let gateways else { return [] }
    func problem(_ message: String) -> [Problem] {
      [Problem(severity: .warning, object: "Node \(node)", message: message)]
    }
    if let silentSince {
      return problem(
        "under --isolation gateway: no default gateway answers since \(silentSince): "
          + judged.map { "\($0.address) on \($0.interface)" }.joined(separator: ", ")
          + "; a node without a quorum is silent meanwhile")
    }
    guard judged.isEmpty else { return [] }
    if gateways.isEmpty {
      return problem(
        "under --isolation gateway: there is no default route, so that no gateway can be judged by "
          + "and the policy works as wire; add a default route or take another policy")
    }
    return problem(
      "under --isolation gateway: no interface that takes part leads to the default gateway "
        + Set(gateways.map(\.address)).sorted().map(\.description).joined(separator: ", ")
        + ", so that it cannot be judged by and the policy works as wire; take another policy")
  }
}
