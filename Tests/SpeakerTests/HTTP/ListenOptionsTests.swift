import Addresses
import NIOCore
import Testing

@testable import Speaker

/// What may be listened on, and with what.
@Suite struct ListenOptionsTests {
  private func options(
    _ place: String, tls: Bool = false, token: Bool = false, insecure: Bool = false
  ) throws -> ListenOptions {
    ListenOptions(
      address: try #require(ListenAddress(place, defaultPort: nil)),
      tls: tls ? .init(certificate: "c", key: "k") : nil, tokenFile: token ? "t" : nil,
      isInsecure: insecure)
  }

  @Test(arguments: ["127.0.0.1:1", "127.9.9.9:7475", "[::1]:7475"])
  func loopbackNeedsNothing(_ place: String) throws { try options(place).validate() }

  @Test(arguments: ["0.0.0.0:7475", "192.0.2.1:7475", "[::]:7475", "[2001:db8::1]:7475"])
  func othersNeedBoth(_ place: String) throws {
    try options(place, tls: true, token: true).validate()
    try options(place, insecure: true).validate()
    for (tls, token, missing) in [
      (false, false, "a certificate (--listen-cert and --listen-key) and a token"),
      (true, false, "lacks a token (--listen-token-file)"),
      (false, true, "lacks a certificate (--listen-cert and --listen-key)."),
    ] {
      do {
        try options(place, tls: tls, token: token).validate()
        Issue.record("\(place) was taken")
      } catch let error as SpeakerStartError {
        #expect(error.description.contains(missing), "\(error)")
        #expect(error.description.contains("--insecure-listen"))
      }
    }
  }

  @Test(arguments: [(true, false), (false, true), (true, true)])
  func insecureIsNotMixedWithSecrets(_ tls: Bool, _ token: Bool) throws {
    #expect(throws: SpeakerStartError.self) {
      try options("0.0.0.0:1", tls: tls, token: token, insecure: true).validate()
    }
  }

  @Test(arguments: ["127.0.0.1", "[::1]", "127.0.0.1:0", ":7475", "localhost:7475"])
  func thePortIsGiven(_ text: String) {
    #expect(ListenAddress(text, defaultPort: nil) == nil)
  }

  @Test(arguments: ["", "short", "                    "])
  func aTokenIsLong(_ text: String) throws {
    let directory = TemporaryDirectory()
    try directory.write("token", text)
    #expect(throws: SpeakerStartError.self) {
      try BearerToken(path: directory.path + "/token")
    }
    #expect(throws: SpeakerStartError.self) {
      try BearerToken(path: directory.path + "/missing")
    }
  }

  @Test(arguments: [
    ("Bearer 0123456789abcdef", true), ("bearer 0123456789abcdef", true),
    ("Bearer  0123456789abcdef", false), ("Basic 0123456789abcdef", false), ("Bearer", false),
    ("Bearer ", false), ("0123456789abcdef", false),
  ])
  func aTokenIsBorneInOneWay(_ header: String, _ isBorne: Bool) throws {
    let directory = TemporaryDirectory()
    try directory.write("token", "0123456789abcdef\n")
    let token = try BearerToken(path: directory.path + "/token")
    #expect(token.isBorne(by: header) == isBorne)
    #expect(!token.isBorne(by: nil))
  }
}

/// Who is let in.
@Suite struct ConnectionGateTests {
  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

  @Test func oneSourceTakesNoMoreThanItsShare() {
    var gate = ConnectionGate(limits: .init(connections: 4, connectionsOfOne: 2))
    func connect(_ source: String) -> ConnectionGate.Refusal? { gate.connect(source) }
    #expect(connect("a") == nil)
    #expect(connect("a") == nil)
    #expect(connect("a") == .tooManyFromOne)
    #expect(connect("b") == nil)
    #expect(connect("c") == nil)
    #expect(connect("d") == .tooMany)
    gate.close("a")
    #expect(connect("d") == nil)
    #expect(gate.total == 4)
    gate.close("unknown")
    #expect(gate.total == 4)
  }

  @Test func requestsAreCountedByTheSecond() {
    var gate = ConnectionGate(limits: .init(burst: 3, rate: 2))
    func admits(_ source: String, now: NIODeadline) -> Bool { gate.admits(source, now: now) }
    for _ in 0..<3 { #expect(admits("a", now: start)) }
    #expect(!admits("a", now: start))
    #expect(admits("b", now: start))
    #expect(!admits("a", now: start + .milliseconds(400)))
    #expect(admits("a", now: start + .milliseconds(600)))
    for _ in 0..<3 { #expect(admits("a", now: start + .hours(1))) }
    #expect(!admits("a", now: start + .hours(1)))
  }

  @Test func manySourcesShareOneAccountAndNoMemory() {
    var gate = ConnectionGate(limits: .init(burst: 2, rate: 1, sources: 3))
    func admits(_ source: String, now: NIODeadline) -> Bool { gate.admits(source, now: now) }
    for source in ["a", "b", "c"] { #expect(admits(source, now: start)) }
    var admitted = 0
    for number in 0..<100 where admits("other-\(number)", now: start) { admitted += 1 }
    #expect(admitted == 2)
    #expect(admits("a", now: start))
    // Those who are idle give their place to others.
    #expect(admits("new", now: start + .seconds(10)))
    #expect(admits("new", now: start + .seconds(10)))
    #expect(!admits("new", now: start + .seconds(10)))
  }
}
