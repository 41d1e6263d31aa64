import Addresses
import BGP
import Logging
import NIOCore

/// Writes what a peer reports as log lines. A neighbour that cannot be reached for the same reason
/// again and again is told of once.
final class SessionReporter {
  private let logger: Logger
  private var lastError: SessionError?

  init(peer: String) {
    var logger = Logger(label: "bellman.bgp")
    logger[metadataKey: "peer"] = "\(peer)"
    self.logger = logger
  }

  func log(_ report: PeerReport) {
    switch report {
    case .stateChanged(let from, let to):
      logger.debug("session state changed", metadata: ["from": "\(from)", "to": "\(to)"])
    case .established(let session):
      logger.info(
        "session established",
        metadata: [
          "remoteAS": "\(session.remoteAS)", "remoteRouterID": "\(session.remoteRouterID)",
          "holdTime": "\(session.holdTime)s",
          "families": "\(session.families.map(\.rawValue).joined(separator: ","))",
        ])
    case .down(.stopped(let reason), _):
      logger.info("session stopped", metadata: ["sent": "\(reason.notification)"])
    case .down(let error, let retryAfter):
      let retry = retryAfter.map { "\(($0.nanoseconds + 999_999) / 1_000_000)ms" } ?? "never"
      var isRepeated = false
      if case .connectFailed = error { isRepeated = error == lastError }
      lastError = error
      logger.log(
        level: isRepeated ? .debug : .warning, "session down",
        metadata: ["reason": "\(error)", "retryAfter": "\(retry)"])
    case .heldBack(let family, let reason):
      logger.warning(
        "routes held back", metadata: ["family": "\(family.rawValue)", "reason": "\(reason)"])
    case .attributesTooLarge(let prefixes):
      logger.error(
        "attributes do not fit in a message; the prefixes are not announced",
        metadata: [
          "prefixes": "\(prefixes.count)", "first": "\(prefixes.first?.description ?? "-")",
        ])
    case .updateFault(let fault):
      logger.warning("UPDATE with a fault received", metadata: ["fault": "\(fault)"])
    case .endOfRIBSent(let family):
      logger.info("all routes sent", metadata: ["family": "\(family.rawValue)"])
    case .routeRefreshRequested(let family):
      logger.info("peer asked for all routes again", metadata: ["family": "\(family.rawValue)"])
    }
  }
}
