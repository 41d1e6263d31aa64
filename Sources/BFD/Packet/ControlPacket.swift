public import NIOCore

/// The mandatory section of a BFD control packet (RFC 5880 §4.1): 24 octets. Times are in
/// microseconds.
public struct ControlPacket: Hashable, Sendable {
  /// The bits that stand by themselves.
  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue & 0x3F }

    /// P: the sender wants a packet with ``final`` in answer, to confirm new parameters.
    public static let poll = Flags(rawValue: 0x20)
    /// F: the answer to a packet with ``poll``.
    public static let final = Flags(rawValue: 0x10)
    /// C: the sender's BFD does not share the fate of its control plane.
    public static let controlPlaneIndependent = Flags(rawValue: 0x08)
    /// A: an ``AuthenticationSection`` follows.
    public static let authenticationPresent = Flags(rawValue: 0x04)
    /// D: the sender wants no periodic packets while both sides are up.
    public static let demand = Flags(rawValue: 0x02)
    /// M: reserved; never set in a valid packet.
    public static let multipoint = Flags(rawValue: 0x01)
  }

  /// The version of the protocol.
  public static let version: UInt8 = 1
  /// The octets of this section.
  public static let byteCount = 24

  /// Why the sender last changed its state.
  public var diagnostic: Diagnostic
  /// The sender's state.
  public var state: Session.State
  /// The sender's flags.
  public var flags: Flags
  /// How many of the sender's packets in a row may be lost before the session is down; not 0.
  public var detectMultiplier: UInt8
  /// The sender's name of the session; not 0.
  public var myDiscriminator: UInt32
  /// The receiver's name of the session, 0 while the sender does not know it.
  public var yourDiscriminator: UInt32
  /// The shortest interval, without jitter, at which the sender wants to send.
  public var desiredMinTxInterval: UInt32
  /// The shortest interval at which the sender can receive; 0 stands for no periodic packets.
  public var requiredMinRxInterval: UInt32
  /// The shortest interval of echo packets that the sender sends back; 0 stands for none.
  public var requiredMinEchoRxInterval: UInt32

  /// A packet with these fields.
  public init(
    diagnostic: Diagnostic = .none, state: Session.State, flags: Flags = [],
    detectMultiplier: UInt8, myDiscriminator: UInt32, yourDiscriminator: UInt32,
    desiredMinTxInterval: UInt32, requiredMinRxInterval: UInt32,
    requiredMinEchoRxInterval: UInt32 = 0
  ) {
    self.diagnostic = diagnostic
    self.state = state
    self.flags = flags
    self.detectMultiplier = detectMultiplier
    self.myDiscriminator = myDiscriminator
    self.yourDiscriminator = yourDiscriminator
    self.desiredMinTxInterval = desiredMinTxInterval
    self.requiredMinRxInterval = requiredMinRxInterval
    self.requiredMinEchoRxInterval = requiredMinEchoRxInterval
  }
}

extension ControlPacket {
  /// Reads the packet of a UDP payload, with those rules of reception that need no session
  /// (RFC 5880 §6.8.6), in the RFC's order.
  ///
  /// - Throws: The first rule that the packet breaks.
  public init(parsing datagram: RawSpan) throws(DropReason) {
    guard datagram.byteCount >= Self.byteCount else { throw .truncated }
    guard datagram.octet(at: 0) >> 5 == Self.version else { throw .version }
    let second = datagram.octet(at: 1)
    flags = Flags(rawValue: second)
    let length = Int(datagram.octet(at: 3))
    let least = flags.contains(.authenticationPresent) ? Self.byteCount + 2 : Self.byteCount
    guard length >= least else { throw .lengthTooSmall }
    guard length <= datagram.byteCount else { throw .lengthExceedsPayload }
    detectMultiplier = datagram.octet(at: 2)
    guard detectMultiplier > 0 else { throw .detectMultiplier }
    guard !flags.contains(.multipoint) else { throw .multipoint }
    myDiscriminator = datagram.uint32(at: 4)
    guard myDiscriminator != 0 else { throw .myDiscriminator }
    // §6.5: a packet never asks and answers at once.
    guard !flags.isSuperset(of: [.poll, .final]) else { throw .pollAndFinal }
    diagnostic = Diagnostic(rawValue: datagram.octet(at: 0))
    state = Session.State(bits: second >> 6)
    yourDiscriminator = datagram.uint32(at: 8)
    desiredMinTxInterval = datagram.uint32(at: 12)
    requiredMinRxInterval = datagram.uint32(at: 16)
    requiredMinEchoRxInterval = datagram.uint32(at: 20)
    guard yourDiscriminator != 0 || state == .down || state == .adminDown else {
      throw .yourDiscriminator
    }
  }

  /// Appends the 24 octets. With ``Flags/authenticationPresent`` the length field counts the
  /// section that the caller appends next.
  public func write(into buffer: inout ByteBuffer) {
    let isAuthenticated = flags.contains(.authenticationPresent)
    let length = Self.byteCount + (isAuthenticated ? AuthenticationSection.byteCount : 0)
    buffer.writeInteger(Self.version << 5 | diagnostic.rawValue)
    buffer.writeInteger(state.rawValue << 6 | flags.rawValue)
    buffer.writeInteger(detectMultiplier)
    buffer.writeInteger(UInt8(length))
    buffer.writeInteger(myDiscriminator)
    buffer.writeInteger(yourDiscriminator)
    buffer.writeInteger(desiredMinTxInterval)
    buffer.writeInteger(requiredMinRxInterval)
    buffer.writeInteger(requiredMinEchoRxInterval)
  }
}
