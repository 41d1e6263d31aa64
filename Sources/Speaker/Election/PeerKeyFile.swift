import Election

/// The file with the keys of the peer plane: the first line seals, a second one is accepted as well.
struct PeerKeyFile {
  let path: String

  /// Reads the keys; throws ``SpeakerStartError`` that names the file and the remedy.
  func read() throws -> PeerKeys {
    let text: String
    do {
      text = try ManifestFiles.read(path)
    } catch {
      throw SpeakerStartError("--peer-key-file \(path): \(error)")
    }
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.isEmpty }
    guard let current = lines.first else {
      throw SpeakerStartError(
        "--peer-key-file \(path): the file is empty; make a key with: openssl rand -base64 32")
    }
    guard lines.count <= 2 else {
      throw SpeakerStartError(
        "--peer-key-file \(path): expected one key, or two while keys are changed, each on a line "
          + "of its own, found \(lines.count) lines")
    }
    let other = lines.count == 2 ? Array(lines[1].utf8) : nil
    do {
      return try PeerKeys(current: Array(current.utf8), other: other)
    } catch {
      throw SpeakerStartError("--peer-key-file \(path): \(error)")
    }
  }
}
