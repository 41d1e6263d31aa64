import KubernetesClient

/// A refusal, as the API words it.
struct APIFailure: Error {
  var code: Int
  var reason: String
  var message: String
  var retryAfter: Int?
  var causes: [JSONValue] = []

  /// The `Status` object.
  var object: JSONValue {
    var details: [String: JSONValue] = [:]
    if let retryAfter { details["retryAfterSeconds"] = .integer(Int64(retryAfter)) }
    if !causes.isEmpty { details["causes"] = .array(causes) }
    return [
      "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
      "message": .string(message), "reason": .string(reason), "details": .object(details),
      "code": .integer(Int64(code)),
    ]
  }

  static func notFound(_ what: String) -> APIFailure {
    APIFailure(code: 404, reason: "NotFound", message: "\(what) not found")
  }

  static func expired(_ message: String) -> APIFailure {
    APIFailure(code: 410, reason: "Expired", message: message)
  }

  static func conflict(_ message: String, causes: [JSONValue] = []) -> APIFailure {
    APIFailure(code: 409, reason: "Conflict", message: message, causes: causes)
  }

  static func bad(_ message: String, code: Int = 400, reason: String = "BadRequest") -> APIFailure {
    APIFailure(code: code, reason: reason, message: message)
  }

  static let unknownFormat = bad(
    "the body of the request was in an unknown format", code: 415, reason: "UnsupportedMediaType")
}
