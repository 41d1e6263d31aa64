import KubernetesClient

/// The label and field selectors of a request.
struct Selectors: Sendable {
  private enum Requirement {
    case equal(String, String)
    case unequal(String, String)
    case exists(String)
    case absent(String)
  }

  private var labels: [Requirement] = []
  private var fields: [(path: String, value: String, isEqual: Bool)] = []
  private var namespace: String?

  init(namespace: String?, labels: String?, fields: String?) throws {
    self.namespace = namespace
    for term in (labels ?? "").split(separator: ",") {
      if let (key, value) = Self.split(term, "!=") {
        self.labels.append(.unequal(key, value))
      } else if let (key, value) = Self.split(term, "==") ?? Self.split(term, "=") {
        self.labels.append(.equal(key, value))
      } else if term.hasPrefix("!") {
        self.labels.append(.absent(String(term.dropFirst())))
      } else if !term.contains(" ") {
        self.labels.append(.exists(String(term)))
      } else {
        throw APIFailure.bad("unable to parse label selector \(term)")
      }
    }
    for term in (fields ?? "").split(separator: ",") {
      let parts =
        Self.split(term, "!=").map { ($0, $1, false) }
        ?? (Self.split(term, "==") ?? Self.split(term, "=")).map { ($0, $1, true) }
      guard let (path, value, isEqual) = parts,
        ["metadata.name", "metadata.namespace", "type", "spec.type"].contains(path)
      else { throw APIFailure.bad("field label not supported: \(term)") }
      self.fields.append((path, value, isEqual))
    }
  }

  func match(_ object: JSONValue) -> Bool {
    let metadata = object["metadata"]
    if let namespace, metadata?["namespace"]?.string != namespace { return false }
    for requirement in labels {
      let isMet =
        switch requirement {
        case .equal(let key, let value): metadata?["labels"]?[key]?.string == value
        case .unequal(let key, let value): metadata?["labels"]?[key]?.string != value
        case .exists(let key): metadata?["labels"]?[key] != nil
        case .absent(let key): metadata?["labels"]?[key] == nil
        }
      if !isMet { return false }
    }
    return fields.allSatisfy { path, value, isEqual in
      let found = path.split(separator: ".").reduce(Optional(object)) { $0?[String($1)] }
      return (found?.string ?? "" == value) == isEqual
    }
  }

  private static func split(_ term: Substring, _ separator: String) -> (String, String)? {
    var rest = term
    while !rest.isEmpty, !rest.hasPrefix(separator) { rest = rest.dropFirst() }
    guard !rest.isEmpty else { return nil }
    return (String(term[..<rest.startIndex]), String(rest.dropFirst(separator.count)))
  }
}
