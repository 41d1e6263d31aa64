import Addresses
import Resources

/// What decisions read from an EndpointSlice: its service, its family, and each endpoint's state.
struct SliceRecord: Hashable, Sendable {
  /// How far an endpoint can take traffic, worst first.
  enum State: UInt8, Hashable, Sendable, Comparable {
    /// Serves and terminates, and is not ready.
    case terminating
    /// Is ready although it terminates (`publishNotReadyAddresses`).
    case readyWhileTerminating
    /// Is ready and stays so.
    case ready

    init?(_ endpoint: EndpointSlice.Endpoint) {
      if endpoint.isReady {
        self = endpoint.isTerminating ? .readyWhileTerminating : .ready
      } else if endpoint.isServing, endpoint.isTerminating {
        self = .terminating
      } else {
        return nil
      }
    }

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// An endpoint with an address that is in a usable state.
  struct Endpoint: Hashable, Sendable {
    let address: IPAddress
    let node: String?
    let state: State
  }

  let service: ObjectName
  let family: AddressFamily
  let endpoints: [Endpoint]

  /// The record of `slice`; nil for one that belongs to no service or holds names.
  init?(_ slice: EndpointSlice) {
    guard let service = slice.serviceName, let family = slice.family else { return nil }
    self.service = service
    self.family = family
    endpoints = slice.endpoints.compactMap { endpoint in
      guard let address = endpoint.addresses.first, let state = State(endpoint) else { return nil }
      return Endpoint(address: address, node: endpoint.nodeName, state: state)
    }
  }
}

/// The usable endpoints of one service and family, counted by node.
struct EndpointSummary: Hashable, Sendable {
  /// The endpoints of one node.
  struct OnNode: Hashable, Sendable {
    let node: String
    /// R(n) of the tables: ready ones, also those that terminate.
    var ready = 0
    /// The ready ones that do not terminate.
    var settled = 0
    /// T(n) of the tables: not ready, but serving while they terminate.
    var terminating = 0
  }

  private struct Identity: Hashable {
    let address: IPAddress
    let node: String?
  }

  /// R: the ready endpoints of the whole cluster.
  private(set) var ready = 0
  /// T: those of the whole cluster that are not ready, but serve while they terminate.
  private(set) var terminating = 0
  /// The nodes that have endpoints, sorted by name.
  private(set) var nodes: [OnNode] = []

  /// No endpoints.
  init() {}

  /// Sums up the slices of one service and family. An endpoint that stands in several slices, as
  /// it may while the controller rearranges them, counts once, by its best state.
  init(_ slices: some Sequence<SliceRecord>) {
    var states: [Identity: SliceRecord.State] = [:]
    for slice in slices {
      for endpoint in slice.endpoints {
        let identity = Identity(address: endpoint.address, node: endpoint.node)
        states[identity] = max(states[identity] ?? endpoint.state, endpoint.state)
      }
    }
    var byNode: [String: OnNode] = [:]
    for (identity, state) in states {
      if state == .terminating { terminating += 1 } else { ready += 1 }
      guard let node = identity.node else { continue }
      var entry = byNode[node] ?? OnNode(node: node)
      switch state {
      case .ready:
        entry.ready += 1
        entry.settled += 1
      case .readyWhileTerminating: entry.ready += 1
      case .terminating: entry.terminating += 1
      }
      byNode[node] = entry
    }
    nodes = byNode.values.sorted { $0.node < $1.node }
  }

  /// Whether there is no usable endpoint.
  var isEmpty: Bool { ready == 0 && terminating == 0 }

  /// The endpoints of `node`, all counts zero where it has none.
  func onNode(_ node: String) -> OnNode {
    var low = 0
    var high = nodes.count
    while low < high {
      let middle = (low + high) / 2
      if nodes[middle].node < node { low = middle + 1 } else { high = middle }
    }
    return low < nodes.count && nodes[low].node == node ? nodes[low] : OnNode(node: node)
  }
}

/// The endpoints of one service by family.
struct ServiceEndpoints: Hashable, Sendable {
  var ipv4 = EndpointSummary()
  var ipv6 = EndpointSummary()

  subscript(family: AddressFamily) -> EndpointSummary {
    get { family == .ipv4 ? ipv4 : ipv6 }
    set {
      switch family {
      case .ipv4: ipv4 = newValue
      case .ipv6: ipv6 = newValue
      }
    }
  }
}
