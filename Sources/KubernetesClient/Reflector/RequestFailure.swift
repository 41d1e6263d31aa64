import NIOCore

/// Why a request to the API server did not end well.
public enum RequestFailure: Error, Hashable, Sendable {
  /// The server answered with a status that is no success.
  case status(APIStatus)
  /// The connection could not be made, or broke.
  case connection(String)
  /// Nothing came for too long.
  case stalled
  /// What came is not what the API promises.
  case malformed(String)
  /// There is nothing to authenticate with, such as when a plugin failed.
  case credentials(String)

  /// The HTTP status code, if there was an answer.
  var code: Int? { if case .status(let status) = self { status.code } else { nil } }

  /// What the server asked to wait.
  var retryAfter: TimeAmount? {
    if case .status(let status) = self { status.retryAfter } else { nil }
  }

  /// Whether the version or page that was asked for is gone.
  var isExpired: Bool { if case .status(let status) = self { status.isExpired } else { false } }

  /// Whether the same request may well succeed a little later.
  public var isTransient: Bool {
    switch self {
    case .status(let status): [401, 408, 429].contains(status.code) || status.code >= 500
    case .connection, .stalled, .credentials: true
    case .malformed: false
    }
  }

  /// Whether it shows that the server cannot be reached or cannot do its work, and not that it refuses
  /// this client or does not have what is asked for.
  public var isOutage: Bool {
    switch self {
    case .status(let status): [408, 429].contains(status.code) || status.code >= 500
    case .connection, .stalled: true
    case .malformed, .credentials: false
    }
  }
}

extension RequestFailure: CustomStringConvertible {
  /// What happened, and where it can be told, what to do.
  public var description: String {
    switch self {
    case .status(let status) where status.code == 401:
      "\(status); the credentials are not accepted: see that the token or certificate is valid"
    case .status(let status) where status.code == 403:
      "\(status); grant this with a Role or ClusterRole"
    case .status(let status): "\(status)"
    case .connection(let text): text
    case .stalled: "the server sent nothing for too long"
    case .malformed(let text): "the server sent what cannot be read: \(text)"
    case .credentials(let text): text
    }
  }
}
