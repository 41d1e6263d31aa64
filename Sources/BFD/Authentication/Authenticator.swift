import NIOCore

/// Signs the packets of one session and checks those of its peer (RFC 5880 §6.7.4).
struct Authenticator: Sendable {
  private let kind: Authentication.Kind
  private let keyID: UInt8
  private let key: SHA1Value
  /// bfd.XmitAuthSeq: the number of the last packet that was sent.
  private var sent: UInt32
  /// What the last signed packet said, without Poll and Final.
  private var lastSigned: ControlPacket?
  /// bfd.RcvAuthSeq; nil while bfd.AuthSeqKnown is 0.
  private var received: UInt32?

  init(_ authentication: Authentication, firstSequenceNumber: UInt32) {
    kind = authentication.kind
    keyID = authentication.keyID
    key = SHA1Value(authentication.key)
    sent = firstSequenceNumber
  }

  /// Appends the section to a buffer that holds the mandatory section of `packet` and nothing else.
  mutating func sign(_ packet: ControlPacket, in buffer: inout ByteBuffer) {
    var content = packet
    content.flags.subtract([.poll, .final])
    // §6.7.4: a keyed sequence number should grow when what is said changes.
    if kind == .meticulousKeyedSHA1 || content != lastSigned { sent &+= 1 }
    lastSigned = content
    let section = AuthenticationSection(
      kind: kind, keyID: keyID, sequenceNumber: sent, digest: key)
    section.write(into: &buffer)
    let digest = SHA1Value(
      hashing: buffer.readableBytesSpan.extracting(0..<AuthenticationSection.digestOffset),
      then: key)
    buffer.moveWriterIndex(to: buffer.writerIndex - SHA1Value.byteCount)
    digest.write(into: &buffer)
  }

  /// Checks a packet that has the authentication bit, and notes its sequence number if it is good.
  mutating func verify(
    _ datagram: RawSpan, detectMultiplier: UInt8
  ) throws(DropReason) {
    let section = try AuthenticationSection(parsing: datagram)
    guard section.kind == kind else { throw .authenticationType }
    guard section.keyID == keyID else { throw .authenticationKeyID }
    if let received {
      let distance = section.sequenceNumber &- received
      let least: UInt32 = kind == .meticulousKeyedSHA1 ? 1 : 0
      guard distance >= least, distance <= 3 * UInt32(detectMultiplier) else {
        throw .authenticationSequence
      }
    }
    let signed = datagram.extracting(0..<AuthenticationSection.digestOffset)
    guard SHA1Value(hashing: signed, then: key).isEqualInConstantTime(to: section.digest) else {
      throw .authenticationDigest
    }
    received = section.sequenceNumber
  }

  /// Forgets the peer's sequence number: nothing was heard for twice the detection time (§6.8.1).
  mutating func forgetPeer() { received = nil }
}
