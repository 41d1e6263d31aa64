import Addresses
import BGP
import Fuzzer
import NIOCore

/// The first four octets make a configuration; then follow events, each of an octet that names it and
/// of those that it needs.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSession(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  var choices = Choices(data, size)
  var owner = Owner(configuration(&choices))
  while !choices.isAtEnd {
    happen(&owner, &choices)
    owner.check()
  }
  owner.finish()
  return 0
}

func configuration(_ choices: inout Choices) -> PeerConfiguration {
  let bits = choices.next(UInt16.self)
  func bit(_ number: Int) -> Bool { bits >> UInt16(number) & 1 == 1 }
  var configuration = PeerConfiguration(
    localAS: 64512,
    remoteAS: [.number(64513), .external, .internal, .number(64513)][Int(bits & 3)],
    routerID: IPv4Address(192, 0, 2, 1))
  configuration.families = bit(2) ? [.ipv4, .ipv6] : [.ipv4]
  configuration.nextHopIPv6 = bit(3) ? IPv6Address("2001:db8::1") : nil
  configuration.isPassive = bit(4)
  configuration.extendedMessages = bit(5)
  configuration.gracefulRestart = bit(6) ? GracefulRestart() : nil
  configuration.updateErrorPolicy = bit(7) ? .tolerant : .rfc
  configuration.role = bit(8) ? .provider : nil
  configuration.requiresRole = bit(9)
  configuration.extendedNextHop = bit(10)
  configuration.linkLocalNextHop = bit(11)
  configuration.remoteAddress = bit(12) ? IPAddress("192.0.2.2") : nil
  configuration.hostname = bit(13) ? "node-1" : nil
  configuration.holdTime = UInt16(choices.next(UInt8.self))
  if (1...2).contains(configuration.holdTime) { configuration.holdTime = 3 }
  configuration.keepaliveTime = .seconds(Int64(choices.next(UInt8.self)))
  return configuration
}

func happen(_ owner: inout Owner, _ choices: inout Choices) {
  switch choices.next(below: 20) {
  case 0: owner.handle(.start)
  case 1: owner.stop(reason(&choices))
  case 2:
    guard let id = owner.takeAttempt() else { return }
    let local = [IPAddress("192.0.2.1"), IPAddress("2001:db8::1"), IPAddress("fe80::1")]
      .compactMap(\.self)
    owner.opened(id)
    owner.handle(.connected(id, local: local[choices.next(below: 3)]))
  case 3:
    guard let id = owner.takeAttempt() else { return }
    owner.handle(.connectFailed(id, reason: "refused"))
  case 4: owner.accept(from: IPv4Address(192, 0, 2, choices.next()))
  case 5:
    let count = Int(choices.next(UInt16.self) & 0xFFF)
    owner.receive(choices.bytes(count), on: choices.next())
  case 6: owner.receive(message(&choices), on: choices.next())
  case 7: owner.close(choices.next())
  case 8: owner.write(Int(choices.next(UInt16.self)), on: choices.next())
  case 9: owner.advance(.milliseconds(Int64(choices.next(UInt16.self)) * 4))
  case 10: owner.handle(.announce(routes(&choices)))
  case 11: owner.handle(.withdraw(routes(&choices).keys.sorted()))
  case 12:
    let wait = TimeAmount.seconds(Int64(choices.next(UInt8.self)))
    owner.handle(.withdrawGracefully(routes(&choices).keys.sorted(), wait: wait))
  case 13: owner.handle(.initialTableComplete)
  case 14: owner.handle(.bfdDown)
  case 15: owner.handle(.bfdUp)
  case 16: owner.handle(.beginGracefulShutdown)
  case 17: owner.handle(.endGracefulShutdown)
  case 18: owner.establish()
  default: owner.writeAll()
  }
}

func reason(_ choices: inout Choices) -> StopReason {
  switch choices.next(below: 5) {
  case 0: .shutdown(String(repeating: "Ж", count: Int(choices.next(UInt8.self))))
  case 1: .peerDeconfigured
  case 2: .configurationChanged
  case 3: .reset("reset")
  default: .restart("restart")
  }
}

/// Up to two thousand routes with one of few attribute sets; those with very many communities are few.
func routes(_ choices: inout Choices) -> [IPPrefix: RouteAttributes] {
  let size = choices.next(below: 12)
  let bits = choices.next(UInt8.self)
  let isLarge = bits & 0x80 != 0
  let count = 1 << (isLarge ? size & 3 : size)
  let attributes = RouteAttributes(
    prependCount: bits & 3, multiExitDiscriminator: bits & 4 == 0 ? nil : UInt32(bits),
    communities: (0..<UInt16(isLarge ? bits : bits & 7)).map { Community(64512, $0) },
    largeCommunities: (0..<UInt32(isLarge ? bits & 0x70 : 0)).map { LargeCommunity(64512, 1, $0) })
  let first = UInt128(choices.next(UInt16.self))
  var routes: [IPPrefix: RouteAttributes] = [:]
  for number in first..<first + UInt128(count) {
    let address =
      bits & 8 == 0
      ? IPAddress(family: .ipv4, number: 0xC633_0000 + number)
      : IPAddress(family: .ipv6, number: 0x2001_0DB8 << 96 | number << 64)
    let length = bits & 8 == 0 ? 32 : 64
    if let prefix = IPPrefix(address, length: length) { routes[prefix] = attributes }
  }
  return routes
}

/// A good message of the neighbour.
func message(_ choices: inout Choices) -> ByteBuffer {
  var buffer = ByteBuffer()
  switch choices.next(below: 6) {
  case 0: neighbourOpen(choices.next()).write(into: &buffer)
  case 1: KeepaliveMessage.write(into: &buffer)
  case 2:
    RouteRefreshMessage(
      RouteFamily(addressFamily: 1 + UInt16(choices.next(below: 2)), subsequentAddressFamily: 1),
      subtype: UInt8(choices.next(below: 4))
    ).write(into: &buffer)
  case 3:
    NotificationMessage(
      NotificationReason(
        code: UInt8(choices.next(below: 9)), subcode: UInt8(choices.next(below: 12)))
    ).write(into: &buffer)
  case 4:
    buffer.writeRepeatingByte(0xFF, count: 16)
    buffer.writeBytes([0, 23, 2, 0, 0, 0, 0])
  default:
    // UPDATE with a body of the input.
    let body = choices.bytes(choices.next(below: 256) + 4)
    buffer.writeRepeatingByte(0xFF, count: 16)
    buffer.writeInteger(UInt16(19 + body.readableBytes))
    buffer.writeInteger(UInt8(2))
    buffer.writeImmutableBuffer(body)
  }
  return buffer
}

/// An OPEN of the neighbour; the bits say what it offers.
func neighbourOpen(_ bits: UInt8) -> OpenMessage {
  let asNumber: UInt32 = bits & 1 == 0 ? 64513 : 64512
  var capabilities: [Capability] = [.multiprotocol(RouteFamily(unicast: .ipv4)), .routeRefresh]
  if bits & 2 == 0 { capabilities.append(.multiprotocol(RouteFamily(unicast: .ipv6))) }
  if bits & 4 == 0 { capabilities.append(.fourOctetAS(asNumber)) }
  if bits & 8 == 0 { capabilities += [.extendedMessage, .enhancedRouteRefresh] }
  if bits & 16 == 0 {
    capabilities.append(
      .gracefulRestart(
        GracefulRestartCapability(
          isRestarting: false, notification: true, restartTime: 120,
          families: [.init(RouteFamily(unicast: .ipv4), forwardingPreserved: true)])))
  }
  if bits & 32 == 0 { capabilities.append(.role(.customer)) }
  return OpenMessage(
    asField: UInt16(asNumber), holdTime: bits & 64 == 0 ? 90 : 0,
    routerID: IPv4Address(192, 0, 2, bits & 128 == 0 ? 2 : 0), capabilities: capabilities)
}
