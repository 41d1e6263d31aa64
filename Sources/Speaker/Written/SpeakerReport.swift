import KubernetesClient
import Status

/// What a speaker writes of itself, besides what it announces.
struct SpeakerReport: Hashable, Sendable {
  /// One BGP session.
  struct Session: Hashable, Sendable {
    var peer: String
    var address: String?
    var state: String
    var since: Timestamp
    var prefixes: Int
    var lastError: String?
  }

  var node: String
  var version: String
  var startedAt: Timestamp
  /// Whether the cluster was read and decided upon.
  var isReady: Bool
  /// Since when the node is drained; nil when it is not. It is told beside the status, in an annotation.
  var drainedSince: Timestamp?
  /// Those who take part in the election, as far as they are heard.
  var members = MemberSummary()
  /// How many addresses this node answers for by layer 2.
  var ownedCount: Int
  /// How many addresses this node announces by BGP.
  var announcedCount: Int
  var sessions: [Session]
  /// What is wrong, worst first.
  var problems: [Problem]

  /// The most members, and the most problems, that are listed.
  private static let mostEntries = 20

  /// The status of the object.
  var status: JSONValue {
    [
      "node": .string(node), "version": .string(version), "startedAt": .string("\(startedAt)"),
      "ready": .boolean(isReady), "memberCount": .integer(Int64(members.count)),
      "aliveMembers": .integer(Int64(members.count - members.missing.count)),
      "missingMembers": .array(members.missing.prefix(Self.mostEntries).map(JSONValue.string)),
      "ownedAddresses": .integer(Int64(ownedCount)),
      "announcedAddresses": .integer(Int64(announcedCount)),
      "establishedSessions": .integer(Int64(sessions.count { $0.state == "Established" })),
      "sessions": .array(sessions.map(\.object)),
      "problemCount": .integer(Int64(problems.count)),
      "problems": .array(problems.prefix(Self.mostEntries).map(Self.object)),
    ]
  }

  private static func object(_ problem: Problem) -> JSONValue {
    var members: [String: JSONValue] = [
      "severity": .string(problem.severity.rawValue), "message": .string(problem.message),
    ]
    members["object"] = (problem.object ?? problem.file).map(JSONValue.string)
    members["field"] = problem.fieldPath.map(JSONValue.string)
    return .object(members)
  }
}

extension SpeakerReport.Session {
  fileprivate var object: JSONValue {
    var members: [String: JSONValue] = [
      "peer": .string(peer), "state": .string(state), "since": .string("\(since)"),
      "prefixes": .integer(Int64(prefixes)),
    ]
    members["address"] = address.map(JSONValue.string)
    members["lastError"] = lastError.map(JSONValue.string)
    return .object(members)
  }
}
