import Addresses
import Fuzzer
import LinkLayer
import NIOCore

/// The first octet decides what the rest is: a frame, a frame whose ICMPv6 checksum is put right
/// first, or events of a gratuitous schedule.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzLinkLayer(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  var choices = Choices(data, size)
  switch choices.next(below: 3) {
  case 0: checkAnswer(to: choices.remainder())
  case 1: checkAnswer(to: withChecksum(choices.remainder()))
  default: checkSchedule(&choices)
  }
  return 0
}

let responder = Responder(
  interfaceMAC: MACAddress(rawValue: 0x0200_0000_0001),
  owned: OwnedAddresses(["192.0.2.10", "2001:db8::10"].compactMap { IPAddress($0) }))

/// Nothing is said of an address that is not ours, and nothing that another reader would not take.
func checkAnswer(to frame: ByteBuffer) {
  checkCodecs(frame)
  var sighting: Sighting?
  let answer = responder.answer(
    frame.readableBytesSpan, now: .uptimeNanoseconds(0), sighting: &sighting)
  if let sighting {
    require(
      responder.owned.contains(sighting.address) && sighting.mac != responder.interfaceMAC
        && !sighting.mac.isGroup, "\(sighting)")
  }
  guard case .reply(let reply, let address) = answer else { return }
  require(responder.owned.contains(address), "an answer for \(address)")
  let bytes = reply.readableBytesSpan
  do throws(DropReason) {
    let header = try EthernetHeader(parsing: bytes)
    require(header.source == responder.interfaceMAC, "an answer from \(header.source)")
    switch address {
    case .v4(let address):
      let packet = try ARPPacket(parsing: bytes.extracting(14..<bytes.byteCount))
      require(
        packet.operation == .reply && packet.senderAddress == address
          && packet.senderMAC == responder.interfaceMAC && !header.destination.isGroup,
        "\(packet) to \(header.destination)")
    case .v6(let address):
      let packet = try NDPPacket(parsing: bytes.extracting(14..<bytes.byteCount))
      guard case .advertisement(let advertisement) = packet.message else {
        fatalError("not an advertisement: \(packet)")
      }
      require(
        packet.source == address && advertisement.target == address
          && advertisement.targetLinkLayerAddress == responder.interfaceMAC, "\(packet)")
    }
  } catch {
    fatalError("our own answer is malformed: \(error)")
  }
}

/// What can be read reads the same after it was written again.
func checkCodecs(_ frame: ByteBuffer) {
  if let packet = arpPacket(in: frame) {
    let again = arpPacket(in: packet.frame(from: responder.interfaceMAC, to: .broadcast))
    require(again == packet, "\(packet) reads \(String(describing: again)) after it was written")
  }
  if let packet = ndpPacket(in: frame) {
    let again = ndpPacket(in: packet.frame(from: responder.interfaceMAC, to: .broadcast))
    require(again == packet, "\(packet) reads \(String(describing: again)) after it was written")
  }
}

func arpPacket(in frame: ByteBuffer) -> ARPPacket? {
  guard
    let payload = frame.getSlice(
      at: frame.readerIndex + 14, length: frame.readableBytes - 14)
  else { return nil }
  return try? ARPPacket(parsing: payload.readableBytesSpan)
}

func ndpPacket(in frame: ByteBuffer) -> NDPPacket? {
  guard
    let payload = frame.getSlice(
      at: frame.readerIndex + 14, length: frame.readableBytes - 14)
  else { return nil }
  return try? NDPPacket(parsing: payload.readableBytesSpan)
}

/// The frame with a good checksum, where it is ICMPv6 and whole: no input would guess it.
func withChecksum(_ frame: ByteBuffer) -> ByteBuffer {
  var frame = frame
  let start = frame.readerIndex
  guard let length = frame.getInteger(at: start + 18, as: UInt16.self).map(Int.init), length >= 8,
    frame.readableBytes >= 54 + length
  else { return frame }
  frame.setInteger(UInt16(0), at: start + 56)
  var sum = UInt64(length) + 58
  for offset in 22..<54 + length {
    let octet = UInt64(frame.getInteger(at: start + offset, as: UInt8.self) ?? 0)
    sum += offset.isMultiple(of: 2) ? octet << 8 : octet
  }
  while sum >> 16 != 0 { sum = (sum & 0xFFFF) + (sum >> 16) }
  frame.setInteger(~UInt16(truncatingIfNeeded: sum), at: start + 56)
  return frame
}

/// Whatever is taken and released when, each address is announced as often as it should, and then
/// there is peace.
func checkSchedule(_ choices: inout Choices) {
  let configuration = GratuitousSchedule.Configuration(
    repeats: (0..<choices.next(below: 4)).map { _ in .milliseconds(Int64(choices.next(UInt8.self)))
    },
    refresh: nil, packetsPerSecond: Int(choices.next(UInt16.self)),
    burst: choices.next(below: 256))
  var schedule = GratuitousSchedule(configuration)
  var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
  var taken: Set<IPAddress> = []
  while !choices.isAtEnd {
    let event = choices.next(below: 4)
    let address = IPAddress.v4(IPv4Address(192, 0, 2, choices.next()))
    switch event {
    case 0:
      schedule.take([address], now: now)
      taken.insert(address)
    case 1:
      schedule.release([address])
      taken.remove(address)
    case 2:
      now = now + .milliseconds(Int64(choices.next(UInt16.self)))
    default:
      let due = schedule.due(now: now)
      require(due.allSatisfy(taken.contains), "\(due) of \(taken)")
    }
    require(schedule.pendingCount <= taken.count, "more to announce than was taken")
    require((schedule.nextDeadline == nil) == (schedule.pendingCount == 0), "no deadline")
  }
  var rounds = 0
  while let next = schedule.nextDeadline {
    now = max(now, next)
    _ = schedule.due(now: now)
    rounds += 1
    require(rounds < 10000, "it never ends")
  }
  require(schedule.pendingCount == 0, "\(schedule.pendingCount) are left")
}
