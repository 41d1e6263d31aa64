import LinuxIO
import Synchronization

/// The token of a file, which is read again when the file has changed, or one that stays.
final class BearerToken: Sendable {
  private struct State {
    var stamp: FileStamp?
    var token: [UInt8]
  }

  /// Nil for a token that stays.
  private let path: String?
  private let state: Mutex<State>

  /// The longest token.
  private static let limit = 4096
  /// Shorter ones can be guessed.
  private static let shortest = 16

  /// Reads the file; throws ``SpeakerStartError`` that names it and the remedy.
  init(path: String) throws {
    self.path = path
    let stamp = FileStamp.of(path)
    state = Mutex(State(stamp: stamp, token: try Self.read(path)))
  }

  /// A token that stays.
  init(secret: String) {
    path = nil
    state = Mutex(State(stamp: nil, token: Array(secret.utf8)))
  }

  /// The token itself.
  var text: String { state.withLock { String(decoding: $0.token, as: UTF8.self) } }

  /// Whether `authorization`, the value of that header, bears the token, or `own`, the value of
  /// `X-Bellman-Token`, is it. A file that cannot be read any more leaves the last token in use.
  func isBorne(by authorization: String?, or own: String? = nil) -> Bool {
    let stamp = path.flatMap(FileStamp.of)
    let token = state.withLock { state in
      if let path, let stamp, stamp != state.stamp, let token = try? Self.read(path) {
        state = State(stamp: stamp, token: token)
      }
      return state.token
    }
    if let own, Self.areEqual(Array(own.utf8), token) { return true }
    guard let authorization, authorization.count > 7,
      authorization.prefix(7).lowercased() == "bearer "
    else { return false }
    return Self.areEqual(Array(authorization.dropFirst(7).utf8), token)
  }

  private static func read(_ path: String) throws -> [UInt8] {
    let bytes: [UInt8]
    let isCut: Bool
    do {
      (bytes, isCut) = try BoundedFile.read(path, limit: limit)
    } catch {
      throw SpeakerStartError("--listen-token-file: \(error)")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let token = Array(text.drop(while: \.isWhitespace).prefix { !$0.isWhitespace }.utf8)
    guard !isCut, token.count >= shortest else {
      throw SpeakerStartError(
        "--listen-token-file \(path): expected one token of \(shortest) to \(limit) octets; make one "
          + "with: openssl rand -hex 32")
    }
    return token
  }

  /// Takes the same time wherever the two differ.
  private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
