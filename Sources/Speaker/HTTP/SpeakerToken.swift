import FoundationEssentials
import KubernetesClient
import LinuxIO
import NIOCore
import Resources

/// The token of speakers, as those who ask them have it. It does not show itself in any text.
struct SpeakerToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  /// The header in which it passes an API server.
  static let header = "X-Bellman-Token"

  /// The token itself.
  let secret: String
  /// Where it was found, in words.
  let origin: String

  var description: String { "the token of \(origin)" }
  var debugDescription: String { description }

  /// Where a token is to be found.
  enum Place: Sendable {
    /// A file.
    case file(String)
    /// A Secret of the cluster, under ``key``.
    case secret(ObjectName)
  }

  /// The key of the token in its Secret.
  static let key = "token"
  /// The longest token, in octets.
  static let limit = 4096

  /// The first word of `octets`, which may end with a line break as files do; nil where there is none
  /// that a header can carry.
  init?(_ octets: some Collection<UInt8>, origin: String) {
    let text = String(decoding: octets, as: UTF8.self)
    let word = text.drop(while: \.isWhitespace).prefix { !$0.isWhitespace }
    guard !word.isEmpty, word.utf8.count <= Self.limit,
      word.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    secret = String(word)
    self.origin = origin
  }
}

/// Why there is no token, in words that name the remedy.
struct NoSpeakerToken: Error {
  let reason: String
}

extension SpeakerToken.Place {
  /// The token of this place, which the API server has to tell within `time`.
  func token(
    _ client: KubernetesClient, within time: TimeAmount
  ) async throws(NoSpeakerToken) -> SpeakerToken {
    switch self {
    case .file(let path): try Self.read(path)
    case .secret(let name): try await Self.ask(name, client, time)
    }
  }

  private static func read(_ path: String) throws(NoSpeakerToken) -> SpeakerToken {
    let octets: [UInt8]
    do {
      octets = try BoundedFile.read(path, limit: SpeakerToken.limit + 1).0
    } catch {
      throw NoSpeakerToken(reason: "--speaker-token-file: \(error)")
    }
    guard let token = SpeakerToken(octets, origin: path) else {
      throw NoSpeakerToken(
        reason: "--speaker-token-file \(path) holds no token: expected one line of printable ASCII")
    }
    return token
  }

  private static func ask(
    _ name: ObjectName, _ client: KubernetesClient, _ time: TimeAmount
  ) async throws(NoSpeakerToken) -> SpeakerToken {
    let remedy =
      "give its file with --speaker-token-file, or name the Secret with --speaker-token-secret"
    let object: KubernetesObject?
    do {
      object = try await client.get(name, of: ResourceType(.secret), within: time)
    } catch {
      let rights =
        error.status?.code == 403
        ? ", or be allowed to get it, as by Examples/kubernetes/operator" : ""
      throw NoSpeakerToken(
        reason: "the Secret \(name) with it cannot be read (\(error.failure)); \(remedy)\(rights)")
    }
    guard let object else {
      throw NoSpeakerToken(reason: "there is no Secret \(name) with it; \(remedy)")
    }
    let value = try? JSONValue(parsing: object.json)
    guard let text = value?["data"]?[SpeakerToken.key]?.string,
      let octets = Data(base64Encoded: text),
      let token = SpeakerToken(octets, origin: "the Secret \(name)")
    else {
      throw NoSpeakerToken(
        reason: "the Secret \(name) has no token under \(SpeakerToken.key); \(remedy)")
    }
    return token
  }
}
