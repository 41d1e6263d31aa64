import Addresses

/// Packets that a speaker sends or wants to get. What is nil is not known, or is any.
struct Flow: Hashable {
  enum Transport: String {
    case tcp
    case udp
  }

  var hook: Firewall.Hook
  var transport: Transport
  var family: AddressFamily
  var remote: IPAddress?
  /// The addresses of which one is this side's; empty where they are not known.
  var locals: [IPAddress] = []
  var sourcePort: UInt16?
  var destinationPort: UInt16?
  var interface: String?
  /// Whether it is the first of its connection for the kernel's connection tracking.
  var isNew = true
}

/// What is so, as far as that can be told.
enum Truth: Hashable {
  case yes
  case no
  case unknown

  static prefix func ! (truth: Truth) -> Truth {
    switch truth {
    case .yes: .no
    case .no: .yes
    case .unknown: .unknown
    }
  }

  init(_ value: Bool) { self = value ? .yes : .no }
}

extension Firewall.Condition {
  /// Whether the packets of `flow` fulfil it.
  func holds(for flow: Flow) -> Truth {
    switch self {
    case .transport(let names): return Truth(names.contains(flow.transport.rawValue))
    case .family(let families): return Truth(families.contains(flow.family))
    case .port(let end, let ranges):
      guard let port = end == .source ? flow.sourcePort : flow.destinationPort else {
        // Nobody picks a port for himself that is below these.
        let picked: ClosedRange<UInt16> = 1024...65535
        guard ranges.contains(where: { $0.overlaps(picked) }) else { return .no }
        let isWhole = ranges.contains { $0.lowerBound <= 1024 && $0.upperBound == 65535 }
        return isWhole ? .yes : .unknown
      }
      return Truth(ranges.contains { $0.contains(port) })
    case .transportPort(let name, let port):
      return name == flow.transport.rawValue ? port.holds(for: flow) : .no
    case .address(let end, let ranges):
      let ours = ranges.filter { $0.lowerBound.family == flow.family }
      guard !ours.isEmpty else { return .no }
      let isRemote = (end == .source) == (flow.hook == .input)
      let candidates =
        isRemote
        ? flow.remote.map { [$0] } ?? [] : flow.locals.filter { $0.family == flow.family }
      guard !candidates.isEmpty else { return .unknown }
      let inside = candidates.count { candidate in ours.contains { $0.contains(candidate) } }
      return inside == candidates.count ? .yes : inside == 0 ? .no : .unknown
    case .interface(let hook, let names):
      guard hook == flow.hook else { return .no }
      if let interface = flow.interface {
        return Truth(names.contains { Self.matches(interface, $0) })
      }
      // Speakers do not talk over the loopback interface.
      return names == ["lo"] ? .no : .unknown
    case .connectionState(let states):
      return Truth(states.contains(flow.isNew ? "new" : "established"))
    // Nor is another transport's port unlike one: nftables asks for the transport first.
    case .not(.transportPort(let name, let port)):
      return name == flow.transport.rawValue ? !port.holds(for: flow) : .no
    case .not(let condition): return !condition.holds(for: flow)
    case .notUnderstood: return .unknown
    }
  }

  private static func matches(_ name: String, _ pattern: String) -> Bool {
    pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name == pattern
  }
}
