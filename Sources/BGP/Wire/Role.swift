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

extension Role {
  /// What the neighbour must be (RFC 9234 §4.2).
  public var counterpart: Role {
    switch self {
    case .provider: .customer
    case .customer: .provider
    case .routeServer: .routeServerClient
    case .routeServerClient: .routeServer
    case .peer: .peer
    }
  }

  /// Whether routes towards the counterpart may only go further down, to its customers
  /// (RFC 9234 §5).
  var marksRoutes: Bool {
    switch self {
    case .provider, .peer, .routeServer: true
    case .customer, .routeServerClient: false
    }
  }
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
