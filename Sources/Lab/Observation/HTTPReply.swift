/// What `curl` got.
public struct HTTPReply: Hashable, Sendable {
  /// The HTTP status; 0 when there was no response.
  public var status: Int
  /// The body, or curl's message when there was no response.
  public var body: String

  /// What the pod said of itself and its client; nil when the body is not a pod's.
  public var pod: PodReply? { status == 200 ? PodReply(text: body) : nil }

  /// The arguments of `curl` for a request to the port 80 of `address`, given up after `seconds`.
  static func command(url: String, seconds: Double) -> [String] {
    [
      "curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "\(seconds)",
      "--write-out", "\\n%{http_code}", url,
    ]
  }

  init(_ result: CommandOutput) {
    var lines = result.output.lines
    status = lines.popLast().flatMap { Int($0) } ?? 0
    body = result.status == 0 ? lines.joined(separator: "\n") : result.error.trimmed
  }
}
