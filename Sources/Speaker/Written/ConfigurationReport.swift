import KubernetesClient
import Resources
import Status

/// What is said of the configuration, and since when.
struct ConfigurationReport {
  /// What is wrong, one sentence for each error.
  private(set) var sentences: [String] = []
  /// Since when it is right, or wrong.
  private(set) var since = Timestamp.now
  private var isKnown = false
  private var held: (isValid: Bool, since: Timestamp)?

  /// Takes in what an earlier process of this node said.
  mutating func note(_ changes: ReflectedChanges) {
    guard !isKnown, case .upserted(let object) = changes.changes.last,
      let condition = try? JSONValue(parsing: object.json)["status"]?["conditions"]?.array?.first,
      let text = condition["lastTransitionTime"]?.string, let time = Timestamp(text)
    else { return }
    held = (condition["status"]?.string == "True", time)
  }

  /// An error that was not there before.
  struct News: Hashable {
    /// The object that it is in.
    var object: EventRecord.Reference
    var sentence: String
  }

  /// Takes in the errors that there are now; returns those in objects that were not there before.
  mutating func take(_ errors: [Diagnostic]) -> [News] {
    let new = errors.map(Self.sentence)
    let wasValid = isKnown ? sentences.isEmpty : held?.isValid
    if wasValid != new.isEmpty {
      since = .now
    } else if !isKnown, let held {
      since = held.since
    }
    // What the process before said is not said again.
    let told = !isKnown && held?.isValid == false ? Set(new) : Set(sentences)
    isKnown = true
    sentences = new
    return errors.compactMap { error in
      let sentence = Self.sentence(error)
      guard !told.contains(sentence), let object = Self.reference(to: error) else { return nil }
      return News(object: object, sentence: sentence)
    }
  }

  private static func sentence(_ error: Diagnostic) -> String {
    [error.object ?? error.file, error.fieldPath, error.message].compactMap(\.self)
      .joined(separator: ": ")
  }

  /// The object that an error is in.
  static func reference(to error: Diagnostic) -> EventRecord.Reference? {
    guard let words = error.object?.split(separator: " "), words.count == 2,
      let kind = ResourceKind(rawValue: String(words[0]))
    else { return nil }
    let parts = words[1].split(separator: "/").map(String.init)
    guard let name = parts.last else { return nil }
    return .init(
      apiVersion: kind.apiVersion, kind: kind.rawValue,
      name: ObjectName(namespace: parts.count == 2 ? parts[0] : "", name: name))
  }
}
