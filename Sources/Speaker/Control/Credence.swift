import Assignment
import LinuxIO
import NIOCore
import Status

/// How far the source is believed, and what is seen of the network beside it.
extension ControlLoop {
  /// Whether the source can be asked. What it said last holds until then; failover goes on.
  func sourceReachable(_ isReachable: Bool) {
    guard isReachable != isSourceReachable else { return }
    noteSource(isReachable: isReachable)
    election?.noteSource(isReachable: isReachable)
  }

  /// Judges the default gateways by what was heard since the last call, and asks them again; to be
  /// called once a second under the policy `gateway`.
  func askGateways(_ gateways: [DefaultGateway]) {
    if let isAnswering = nextGatewayRound(gateways) {
      election?.noteGateway(isAnswering: isAnswering)
    }
  }

  /// The shares of an assignment as the hold takes them.
  static func shares(_ health: Assignment.Health) -> (
    nodes: FitnessHold.Share, endpoints: FitnessHold.Share
  ) {
    (
      FitnessHold.Share(bad: health.badNodes, total: health.nodes),
      FitnessHold.Share(bad: health.badEndpoints, total: health.endpoints)
    )
  }

  /// Without an election nobody but the status can say it.
  var reachabilityProblems: [Problem] {
    guard !isSourceReachable, election == nil else { return [] }
    if let time = source.objectsAsOf {
      return [
        Problem(
          severity: .error, object: "API",
          message: "the API cannot be reached since the start; \(time.objectsFromDisk), are in use")
      ]
    }
    return [
      Problem(
        severity: .error, object: "API",
        message: "the API cannot be reached; services, endpoints and nodes stay as last read")
    ]
  }
}
