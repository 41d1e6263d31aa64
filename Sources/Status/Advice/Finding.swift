/// Something that is wrong or risky about a cluster, and what to do.
public struct Finding: Codable, Hashable, Sendable {
  /// How bad it is.
  public enum Severity: String, Codable, Hashable, Sendable, CaseIterable, Comparable {
    /// Traffic is lost, or will be.
    case error
    /// It works until something ordinary happens, such as a rollout or a node that fails.
    case warning
    /// Worth to know.
    case note

    public static func < (left: Self, right: Self) -> Bool { left.order < right.order }

    private var order: Int {
      switch self {
      case .error: 0
      case .warning: 1
      case .note: 2
      }
    }
  }

  /// What can be found. The raw values are the anchors of `Documentation/advise.md`.
  public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
    case addressAnnouncedByNobody = "address-announced-by-nobody"
    case advertisementSelectsNothing = "advertisement-selects-nothing"
    case clusterHidesClientAddress = "cluster-hides-client-address"
    case clusterAddsLatency = "cluster-adds-latency"
    case configurationError = "configuration-error"
    case healthCheckFailing = "health-check-failing"
    case internalLocalWithoutEndpoint = "internal-local-without-endpoint"
    case ipvsWithoutStrictARP = "ipvs-without-strict-arp"
    case localDropsInsideCallers = "local-drops-inside-callers"
    case localSingleReplica = "local-single-replica"
    case localUnevenSpread = "local-uneven-spread"
    case nodePortsAllocated = "node-ports-allocated"
    case poolOverlapsNode = "pool-overlaps-node"
    case serviceWithoutAddress = "service-without-address"
    case singleRouter = "single-router"
    case slowFailureDetection = "slow-failure-detection"

    /// The section of the manual about it.
    public var link: String {
      "Documentation/advise.md#\(rawValue)"
    }
  }

  /// How bad it is.
  public let severity: Severity
  /// What it is.
  public let kind: Kind
  /// The object that it is about, such as `Service shop/web`; nil for the whole cluster.
  public let object: String?
  /// What is so, with the figures, in sentences.
  public let reason: String
  /// What to do about it.
  public let remedy: String
  /// Where the manual tells more.
  public let link: String

  /// A finding with these values.
  public init(
    _ severity: Severity, _ kind: Kind, object: String?, reason: String, remedy: String
  ) {
    self.severity = severity
    self.kind = kind
    self.object = object
    self.reason = reason
    self.remedy = remedy
    link = kind.link
  }
}

extension Finding: Comparable {
  /// The worst first, then by kind and object.
  public static func < (left: Self, right: Self) -> Bool {
    if left.severity != right.severity { return left.severity < right.severity }
    return (left.kind.rawValue, left.object ?? "", left.reason)
      < (right.kind.rawValue, right.object ?? "", right.reason)
  }
}
