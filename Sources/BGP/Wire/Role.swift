/// What a speaker is to its neighbour (RFC 9234 §4.1).
public enum Role: UInt8, Hashable, Sendable, CaseIterable {
  /// Sells transit to the neighbour.
  case provider = 0
  /// A route server that the neighbour is a client of.
  case routeServer = 1
  /// A client of the neighbour's route server.
  case routeServerClient = 2
  /// Buys transit from the neighbour.
  case customer = 3
  /// Exchanges its own and its customers' routes with the neighbour.
  case peer = 4
}

extension Role: CustomStringConvertible {
  public var description: String {
    switch self {
    case .provider: "provider"
    case .routeServer: "rs-server"
    case .routeServerClient: "rs-client"
    case .customer: "customer"
    case .peer: "peer"
    }
  }
}
