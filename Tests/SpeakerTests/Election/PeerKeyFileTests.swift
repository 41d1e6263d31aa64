import Testing

@testable import Speaker

/// The errors of a key file name it, what is wrong, and the remedy.
@Suite struct PeerKeyFileTests {
  private let directory = TemporaryDirectory()

  private func error(_ text: String?) throws -> String {
    if let text { try directory.write("peers.key", text) }
    do {
      _ = try PeerKeyFile(path: directory.path + "/peers.key").read()
      return ""
    } catch let error as SpeakerStartError {
      return error.description
    }
  }

  @Test(arguments: [
    (nil, "cannot be read"),
    ("", "the file is empty; make a key with: openssl rand -base64 32"),
    ("\n\n", "the file is empty"),
    ("short\n", "has 5 bytes and needs at least 16"),
    ("0123456789abcdef\nshort", "has 5 bytes and needs at least 16"),
    ("0123456789abcdef\n0123456789abcdef\n0123456789abcdef\n", "found 3 lines"),
  ])
  func badFilesAreRefused(text: String?, message: String) throws {
    let found = try error(text)
    #expect(found.hasPrefix("--peer-key-file \(directory.path)/peers.key: "))
    #expect(found.contains(message), "\(found)")
  }

  @Test(arguments: [
    "0123456789abcdef\n", "\n0123456789abcdef", "0123456789abcdef\nfedcba9876543210\n",
  ])
  func oneOrTwoKeysAreTaken(text: String) throws {
    #expect(try error(text) == "")
  }
}
