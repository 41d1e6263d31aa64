public import Addresses
public import NIOCore

/// An ARP packet for IPv4 over Ethernet (RFC 826).
public struct ARPPacket: Hashable, Sendable {
  /// What the packet asks for or says (`ar$op`).
  public struct Operation: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Who has the target address?
    public static let request = Operation(rawValue: 1)
    /// The sender has the sender address.
    public static let reply = Operation(rawValue: 2)
  }

  /// The number of octets of a packet.
  static let byteCount = 28

  /// `ar$op`
  public var operation: Operation
  /// `ar$sha`
  public var senderMAC: MACAddress
  /// `ar$spa`; `0.0.0.0` in a probe (RFC 5227 §2.1.1).
  public var senderAddress: IPv4Address
  /// `ar$tha`; without a meaning in a request.
  public var targetMAC: MACAddress
  /// `ar$tpa`
  public var targetAddress: IPv4Address

  /// A packet with these fields.
  public init(
    operation: Operation, senderMAC: MACAddress, senderAddress: IPv4Address,
    targetMAC: MACAddress, targetAddress: IPv4Address
  ) {
    self.operation = operation
    self.senderMAC = senderMAC
    self.senderAddress = senderAddress
    self.targetMAC = targetMAC
    self.targetAddress = targetAddress
  }

  /// Reads the packet at the start of `payload`, which is what follows the Ethernet header; padding
  /// after the packet is skipped.
  public init(parsing payload: RawSpan) throws(DropReason) {
    guard payload.byteCount >= Self.byteCount else { throw .truncated }
    // Hardware type Ethernet, protocol IPv4, lengths 6 and 4, as one number.
    guard payload.uint32(at: 0) == 0x0001_0800, payload.uint16(at: 4) == 0x0604 else {
      throw .unsupportedARP
    }
    operation = Operation(rawValue: payload.uint16(at: 6))
    senderMAC = payload.macAddress(at: 8)
    senderAddress = IPv4Address(rawValue: payload.uint32(at: 14))
    targetMAC = payload.macAddress(at: 18)
    targetAddress = IPv4Address(rawValue: payload.uint32(at: 24))
  }

  /// The whole Ethernet frame of 42 octets that carries this packet; a driver pads it.
  public func frame(from source: MACAddress, to destination: MACAddress) -> ByteBuffer {
    var frame = ByteBufferAllocator().buffer(capacity: 14 + Self.byteCount)
    EthernetHeader(destination: destination, source: source, etherType: .arp).write(to: &frame)
    frame.writeInteger(0x0001_0800 as UInt32)
    frame.writeInteger(0x0604 as UInt16)
    frame.writeInteger(operation.rawValue)
    frame.write(senderMAC)
    frame.writeInteger(senderAddress.rawValue)
    frame.write(targetMAC)
    frame.writeInteger(targetAddress.rawValue)
    return frame
  }
}
