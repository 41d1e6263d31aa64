/// What a pod answers: who it is, and whom it saw.
public struct PodReply: Hashable, Sendable {
  /// The pod's name.
  public var pod: String
  /// The node it runs on.
  public var node: String
  /// The source address of the connection, as the pod saw it.
  public var client: String

  /// A reply with these values.
  public init(pod: String, node: String, client: String) {
    self.pod = pod
    self.node = node
    self.client = client
  }

  /// The body of the HTTP response: one `key: value` line each.
  public var text: String { "pod: \(pod)\nnode: \(node)\nclient: \(client)\n" }

  /// Parses the body of a response; nil when a line is missing.
  public init?(text: String) {
    var values: [Substring: String] = [:]
    for line in text.lines {
      guard let colon = line.firstIndex(of: ":") else { continue }
      values[line[..<colon]] = line[line.index(after: colon)...].trimmed
    }
    guard let pod = values["pod"], let node = values["node"], let client = values["client"] else {
      return nil
    }
    self.init(pod: pod, node: node, client: client)
  }
}
