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

  /// What tells one endpoint from another.
  struct Identity: Hashable, Sendable {
    let address: IPAddress
    let node: String?
  }

  /// An endpoint with an address that is usable, or that may be again.
  struct Endpoint: Hashable, Sendable {
    let identity: Identity
    /// Nil for one that is not ready, and does not terminate either.
    let state: State?
    /// For one that is not ready: until when it was, in seconds; nil where that is not known.
    var readyUntil: Int64?

    /// Whether the API calls it bad, without anybody having wanted it gone.
    var isBad: Bool { state == nil }
  }

  let service: ObjectName
  let family: AddressFamily
  let endpoints: [Endpoint]

  /// The record of `slice`; nil for one that belongs to no service or holds names.
  ///
  /// - Parameters:
  ///   - old: the record before, which knows what was ready.
  ///   - now: the time of the machine, in seconds.
  init?(_ slice: EndpointSlice, after old: SliceRecord? = nil, now: Int64 = 0) {
    guard let service = slice.serviceName, let family = slice.family else { return nil }
    self.service = service
    self.family = family
    var found: [Endpoint] = []
    found.reserveCapacity(slice.endpoints.count)
    var hasBad = false
    for endpoint in slice.endpoints {
      guard let address = endpoint.addresses.first else { continue }
      let state = State(endpoint)
      if state == nil, endpoint.isTerminating { continue }
      hasBad = hasBad || state == nil
      found.append(
        Endpoint(
          identity: Identity(address: address, node: endpoint.nodeName), state: state))
    }
    if hasBad, let old {
      let before = Dictionary(old.endpoints.map { ($0.identity, $0) }) { first, _ in first }
      for index in found.indices where found[index].isBad {
        guard let known = before[found[index].identity] else { continue }
        switch known.state {
        case .ready, .readyWhileTerminating: found[index].readyUntil = now
        case .terminating, nil: found[index].readyUntil = known.readyUntil
        }
      }
    }
    endpoints = found
  }
}
