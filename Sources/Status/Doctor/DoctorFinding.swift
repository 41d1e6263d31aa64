/// Something about a node that keeps a speaker from its work, or will, and what to do.
public struct DoctorFinding: Codable, Hashable, Sendable {
  /// What can be found. The raw values are the anchors of `Documentation/doctor.md`.
  public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
    case capabilityMissing = "capability-missing"
    case packetSocketsUnavailable = "packet-sockets-unavailable"
    case tcpMD5Unavailable = "tcp-md5-unavailable"
    case tcpAOUnavailable = "tcp-ao-unavailable"
    case interfaceMissing = "interface-missing"
    case interfaceDown = "interface-down"
    case portTaken = "port-taken"
    case kernelAnswers = "kernel-answers"
    case strictReversePath = "strict-reverse-path"
    case firewallDrops = "firewall-drops"
    case firewallUnclear = "firewall-unclear"
    case clockNotSynchronised = "clock-not-synchronised"
    case nodeWasSuspended = "node-was-suspended"
    case mtuTooSmall = "mtu-too-small"
    case pathMTUSmaller = "path-mtu-smaller"
    case serviceProxyUnhealthy = "service-proxy-unhealthy"
    case serviceProxySilent = "service-proxy-silent"
    case noRoute = "no-route"
    case peerNotOnLink = "peer-not-on-link"
    case peerRefuses = "peer-refuses"
    case peerUnreachable = "peer-unreachable"

    /// The section of the manual about it.
    public var link: String { "Documentation/doctor.md#\(rawValue)" }
  }

  /// How bad it is.
  public let severity: Finding.Severity
  /// What it is.
  public let kind: Kind
  /// What it is about, such as `interface eth0` or `peer tor-1`; nil for the whole node.
  public let subject: String?
  /// What was seen, with the figures, in sentences.
  public let seen: String
  /// Why it matters, in sentences.
  public let why: String
  /// What to do: a command to paste where there is one, and a sentence else.
  public let remedy: String
  /// Where the manual tells more.
  public let link: String

  /// A finding with these values.
  public init(
    _ severity: Finding.Severity, _ kind: Kind, subject: String? = nil, seen: String, why: String,
    remedy: String
  ) {
    self.severity = severity
    self.kind = kind
    self.subject = subject
    self.seen = seen
    self.why = why
    self.remedy = remedy
    link = kind.link
  }
}

extension DoctorFinding: Comparable {
  /// The worst first, then by kind and subject.
  public static func < (left: Self, right: Self) -> Bool {
    if left.severity != right.severity { return left.severity < right.severity }
    return (left.kind.rawValue, left.subject ?? "", left.seen)
      < (right.kind.rawValue, right.subject ?? "", right.seen)
  }
}
