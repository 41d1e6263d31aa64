import NIOCore
import Testing

@testable import BFD

@Suite("Authentication") struct AuthenticationTests {
  private static let packet = ControlPacket(
    state: .up, flags: .authenticationPresent, detectMultiplier: 3,
    myDiscriminator: theirDiscriminator, yourDiscriminator: ourDiscriminator,
    desiredMinTxInterval: 50_000, requiredMinRxInterval: 60_000)
  private static let secret = Authentication(
    kind: .keyedSHA1, keyID: 1, key: Array("secret".utf8))
  private static let meticulous = Authentication(
    kind: .meticulousKeyedSHA1, keyID: 1, key: Array("secret".utf8))

  /// The octets of a packet with this sequence number.
  private static func signed(
    _ packet: ControlPacket = packet, by authentication: Authentication, sequence: UInt32
  ) -> ByteBuffer {
    var authenticator = Authenticator(authentication, firstSequenceNumber: sequence &- 1)
    var buffer = packet.bytes
    authenticator.sign(packet, in: &buffer)
    return buffer
  }

  private func verify(
    _ authenticator: inout Authenticator, _ bytes: ByteBuffer
  ) throws(DropReason) {
    try authenticator.verify(bytes.readableBytesSpan, detectMultiplier: 3)
  }

  @Test(
    "is SHA1 over the packet with the key in the place of the digest",
    arguments: [
      (
        Authentication(kind: .keyedSHA1, keyID: 1, key: Array("secret".utf8)), 0x0102_0304,
        """
        20c40334 11111111 22222222 0000c350 0000ea60 00000000
        041c0100 01020304 c783e5de359f11a501eaeeaa79236cfecaa4cdd6
        """
      ),
      (
        Authentication(
          kind: .meticulousKeyedSHA1, keyID: 255, key: Array("0123456789abcdefghij".utf8)),
        0xFFFF_FFFF,
        """
        20c40334 11111111 22222222 0000c350 0000ea60 00000000
        051cff00 ffffffff 1d37938298004ae020befa21f07343d5eba065dd
        """
      ),
    ] as [(Authentication, UInt32, String)])
  func vector(authentication: Authentication, sequence: UInt32, expected: String) throws {
    var packet = Self.packet
    packet.myDiscriminator = 0x1111_1111
    packet.yourDiscriminator = 0x2222_2222
    let bytes = Self.signed(packet, by: authentication, sequence: sequence)
    #expect(hex(bytes) == hex(buffer(expected)))
    #expect(try ControlPacket(bytes) == packet)
    let section = try AuthenticationSection(parsing: bytes.readableBytesSpan)
    #expect(section.sequenceNumber == sequence)
    #expect(section.kind == authentication.kind)
    #expect(section.keyID == authentication.keyID)
    var authenticator = Authenticator(authentication, firstSequenceNumber: 0)
    try verify(&authenticator, bytes)
  }

  @Test("a key longer than its place is no configuration, nor is an empty one", arguments: [0, 21])
  func keyLength(length: Int) {
    let configuration = Session.Configuration.example {
      $0.authentication = Authentication(
        kind: .keyedSHA1, keyID: 1, key: Array(repeating: 0x61, count: length))
    }
    #expect(throws: ConfigurationError.keyLength(length)) { try configuration.validate() }
  }

  @Test("every octet of a packet is protected") func everyOctet() throws {
    let good = Self.signed(by: Self.secret, sequence: 10)
    for index in 0..<good.readableBytes where index != 27 {
      var bytes = good
      let octet: UInt8 = bytes.getInteger(at: index) ?? 0
      bytes.setInteger(octet ^ 1, at: index)
      var authenticator = Authenticator(Self.secret, firstSequenceNumber: 0)
      #expect(throws: DropReason.self, "octet \(index)") {
        try verify(&authenticator, bytes)
      }
    }
  }

  @Test("a section of another kind is refused for its reason")
  func section() throws {
    func refused(_ reason: DropReason, _ change: (inout ByteBuffer) -> Void) {
      var bytes = Self.signed(by: Self.secret, sequence: 10)
      change(&bytes)
      var authenticator = Authenticator(Self.secret, firstSequenceNumber: 0)
      #expect(throws: reason) { try verify(&authenticator, bytes) }
    }
    refused(.authenticationType) { $0.setInteger(UInt8(1), at: 24) }
    refused(.authenticationType) { $0.setInteger(UInt8(2), at: 24) }
    refused(.authenticationType) { $0.setInteger(UInt8(5), at: 24) }
    refused(.authenticationType) { $0.setInteger(UInt8(0), at: 24) }
    refused(.authenticationLength) { $0.setInteger(UInt8(27), at: 25) }
    refused(.authenticationLength) { $0.setInteger(UInt8(26), at: 3) }
    refused(.authenticationLength) { $0.moveWriterIndex(to: 51) }
    refused(.authenticationLength) { $0.moveWriterIndex(to: 25) }
    refused(.authenticationKeyID) { $0.setInteger(UInt8(2), at: 26) }
    refused(.authenticationDigest) { $0.setInteger(UInt8(1), at: 51) }
  }

  @Test(
    "a sequence number is good in a window after the last one",
    arguments: [
      (Authentication.Kind.keyedSHA1, -1, false), (.keyedSHA1, 0, true), (.keyedSHA1, 9, true),
      (.keyedSHA1, 10, false), (.meticulousKeyedSHA1, -1, false),
      (.meticulousKeyedSHA1, 0, false), (.meticulousKeyedSHA1, 1, true),
      (.meticulousKeyedSHA1, 9, true), (.meticulousKeyedSHA1, 10, false),
    ])
  func window(kind: Authentication.Kind, step: Int, isGood: Bool) throws {
    let authentication = kind == .keyedSHA1 ? Self.secret : Self.meticulous
    for start: UInt32 in [1000, 0xFFFF_FFFC, 0] {
      var authenticator = Authenticator(authentication, firstSequenceNumber: 0)
      try verify(&authenticator, Self.signed(by: authentication, sequence: start))
      let next = start &+ UInt32(truncatingIfNeeded: step)
      let bytes = Self.signed(by: authentication, sequence: next)
      if isGood {
        try verify(&authenticator, bytes)
      } else {
        #expect(throws: DropReason.authenticationSequence) { try verify(&authenticator, bytes) }
      }
    }
  }

  @Test("a forged packet does not move the window") func forgery() throws {
    var authenticator = Authenticator(Self.meticulous, firstSequenceNumber: 0)
    try verify(&authenticator, Self.signed(by: Self.meticulous, sequence: 1))
    var forged = Self.signed(by: Self.meticulous, sequence: 9)
    forged.setInteger(UInt32(0), at: 48)
    #expect(throws: DropReason.authenticationDigest) { try verify(&authenticator, forged) }
    try verify(&authenticator, Self.signed(by: Self.meticulous, sequence: 2))
  }

  @Test(
    "a meticulous number grows with every packet, a keyed one with what it says",
    arguments: Authentication.Kind.allCases)
  func growth(kind: Authentication.Kind) throws {
    var authenticator = Authenticator(
      Authentication(kind: kind, keyID: 1, key: [1]), firstSequenceNumber: .max)
    var numbers: [UInt32] = []
    var packet = Self.packet
    for step in 0..<4 {
      if step == 1 { packet.flags.insert(.poll) }
      if step == 2 { packet.state = .down }
      var buffer = packet.bytes
      authenticator.sign(packet, in: &buffer)
      numbers.append(
        try AuthenticationSection(parsing: buffer.readableBytesSpan).sequenceNumber)
    }
    #expect(numbers == (kind == .keyedSHA1 ? [0, 0, 1, 1] : [0, 1, 2, 3]))
  }

  @Test("a session with a key takes signed packets only") func session() throws {
    var driver = Driver(.example { $0.authentication = Self.meticulous })
    #expect(throws: DropReason.authenticationMissing) { try driver.hear(.down) }
    var packet = driver.peer
    packet.flags = .authenticationPresent
    let bytes = Self.signed(packet, by: Self.meticulous, sequence: 5)
    try driver.hear(packet, in: bytes)
    #expect(driver.session.state == .`init`)
    #expect(driver.last?.flags == .authenticationPresent)
    #expect(throws: DropReason.authenticationSequence) { try driver.hear(packet, in: bytes) }

    var written = ByteBuffer(string: "old content")
    try driver.session.write(#require(driver.last), into: &written)
    var peer = Authenticator(Self.meticulous, firstSequenceNumber: 0)
    try verify(&peer, written)
    #expect(try ControlPacket(written) == driver.last)
  }

  @Test("the window is forgotten after twice the detection time") func forgotten() throws {
    var driver = Driver(.example { $0.authentication = Self.meticulous })
    var packet = driver.peer
    packet.flags = .authenticationPresent
    try driver.hear(packet, in: Self.signed(packet, by: Self.meticulous, sequence: 500))
    let detectionTime = driver.session.status.detectionTime
    let restarted = Self.signed(packet, by: Self.meticulous, sequence: 5)
    driver.pass(detectionTime * 2 - .nanoseconds(1))
    #expect(throws: DropReason.authenticationSequence) { try driver.hear(packet, in: restarted) }
    driver.pass(.nanoseconds(1))
    try driver.hear(packet, in: restarted)
    #expect(driver.session.state == .`init`)
  }
}
