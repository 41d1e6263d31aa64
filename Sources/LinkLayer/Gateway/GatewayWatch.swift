public import Addresses

/// Judges whether a default gateway is alive, by asking for it on its segment once in a round.
///
/// A value without a clock: one call is one round, and what was heard belongs to the round before.
public struct GatewayWatch: Hashable, Sendable {
  /// A default gateway as a neighbour.
  public struct Gateway: Hashable, Sendable, Comparable {
    /// The name of the interface on which it is a neighbour.
    public var interface: String
    /// Its address there.
    public var address: IPAddress

    /// A gateway with these values.
    public init(interface: String, address: IPAddress) {
      self.interface = interface
      self.address = address
    }

    public static func < (left: Self, right: Self) -> Bool {
      (left.interface, left.address) < (right.interface, right.address)
    }
  }

  /// A question to be sent.
  public struct Question: Hashable, Sendable {
    /// Whom it is for.
    public var gateway: Gateway
    /// The MAC address to send it to; nil asks all hosts, since the gateway's is not known or did not
    /// answer.
    public var destination: MACAddress?
  }

  /// Whether one of the gateways answered in the last round; true while there is none to judge by.
  public private(set) var isAnswering = true
  /// Who was asked in the last round.
  private var asked: Set<Gateway> = []
  private var known: [Gateway: MACAddress] = [:]

  /// No gateways yet.
  public init() {}

  /// Ends a round and begins the next one.
  ///
  /// - Parameters:
  ///   - gateways: the gateways to judge by. One that is new is asked, and not yet judged.
  ///   - heard: the MAC addresses of those that were heard since the last call.
  /// - Returns: what to ask now.
  public mutating func nextRound(
    of gateways: Set<Gateway>, heard: [Gateway: MACAddress]
  ) -> [Question] {
    let judged = asked.intersection(gateways)
    if judged.isEmpty {
      if gateways.isEmpty { isAnswering = true }
    } else {
      isAnswering = judged.contains { heard[$0] != nil }
    }
    // Asked at its own address it is the gateway itself that answers, and no proxy in its name.
    known = heard.filter { gateways.contains($0.key) }
    asked = gateways
    return gateways.sorted().map { Question(gateway: $0, destination: known[$0]) }
  }
}
