public import Resources

/// Something that happened to an object and that `kubectl describe` should show.
public struct EventRecord: Hashable, Sendable {
  /// Whether it is as it should be.
  public enum Severity: String, Hashable, Sendable, CaseIterable {
    case normal = "Normal"
    case warning = "Warning"
  }

  /// The object that it happened to.
  public struct Reference: Hashable, Sendable {
    public var apiVersion: String
    public var kind: String
    public var name: ObjectName
    /// The identity; empty where it is not known.
    public var uid: String

    /// A reference to the object with these names.
    public init(apiVersion: String, kind: String, name: ObjectName, uid: String = "") {
      self.apiVersion = apiVersion
      self.kind = kind
      self.name = name
      self.uid = uid
    }
  }

  /// The object.
  public var regarding: Reference
  /// Whether it is as it should be.
  public var severity: Severity
  /// The cause for machines, in CamelCase, at most 128 octets.
  public var reason: String
  /// What was done or failed, at most 128 octets.
  public var action: String
  /// The sentence for people; what is beyond 1,024 octets is cut off.
  public var note: String

  /// A record of something that happened now.
  public init(
    regarding: Reference, severity: Severity = .normal, reason: String, action: String,
    note: String
  ) {
    self.regarding = regarding
    self.severity = severity
    self.reason = reason
    self.action = action
    self.note = note
  }

  /// The namespace that the event is kept in; those of objects without one are in `default`.
  var namespace: String {
    regarding.name.namespace.isEmpty ? "default" : regarding.name.namespace
  }

  /// The object of events.k8s.io/v1.
  func object(name: String, at time: EventTime, controller: String, instance: String) -> JSONValue {
    var reference: [String: JSONValue] = [
      "apiVersion": .string(regarding.apiVersion), "kind": .string(regarding.kind),
      "name": .string(regarding.name.name),
    ]
    if !regarding.name.namespace.isEmpty {
      reference["namespace"] = .string(regarding.name.namespace)
    }
    if !regarding.uid.isEmpty { reference["uid"] = .string(regarding.uid) }
    return [
      "apiVersion": "events.k8s.io/v1", "kind": "Event",
      "metadata": ["name": .string(name), "namespace": .string(namespace)],
      "eventTime": .string(time.description), "type": .string(severity.rawValue),
      "reason": .string(reason), "action": .string(action), "note": .string(Self.cut(note)),
      "regarding": .object(reference), "reportingController": .string(controller),
      "reportingInstance": .string(instance),
    ]
  }

  private static func cut(_ note: String) -> String {
    guard note.utf8.count > 1024 else { return note }
    var text = ""
    for character in note {
      if text.utf8.count + character.utf8.count > 1021 { break }
      text.append(character)
    }
    return text + "..."
  }
}
