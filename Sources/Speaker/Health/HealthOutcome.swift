/// What came of one question to a health check node port.
enum HealthOutcome: Hashable, Sendable {
  /// It answered 200: there are endpoints.
  case healthy
  /// It answered with another status.
  case unhealthy(status: Int)
  /// Nobody listens on the port.
  case refused
  /// It cannot be reached, or did not answer in time.
  case silent

  /// What it did, in words that follow the port.
  var sentence: String {
    switch self {
    case .healthy: "answered 200"
    case .unhealthy(let status): "answered \(status)"
    case .refused: "refuses connections"
    case .silent: "did not answer in time"
    }
  }
}
