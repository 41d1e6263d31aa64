import Addresses
import NIOCore
import Testing

@testable import BGP

/// RFC 8654.
@Suite("Extended messages") struct ExtendedMessageTests {
  private var configuration: PeerConfiguration {
    var configuration = PeerConfiguration.example
    configuration.extendedMessages = true
    return configuration
  }

  private let open = ByteBuffer.open(capabilities: [
    .multiprotocol(RouteFamily(unicast: .ipv4)), .multiprotocol(RouteFamily(unicast: .ipv6)),
    .extendedMessage, .fourOctetAS(64513),
  ])

  private func table(_ prefixes: [IPPrefix]) -> [IPPrefix: RouteAttributes] {
    Dictionary(uniqueKeysWithValues: prefixes.map { ($0, RouteAttributes()) })
  }

  @Test("Both sides must offer them", arguments: [true, false], [true, false])
  func negotiation(ours: Bool, theirs: Bool) {
    var driver = PeerDriver(ours ? configuration : .example)
    driver.reach(.openConfirm, open: theirs ? open : .exampleOpen)
    #expect(driver.peer.negotiated?.extendedMessages == (ours && theirs))
    #expect(OpenMessage(driver.peer.configuration).capabilities.contains(.extendedMessage) == ours)
  }

  @Test(
    "As many prefixes as fit",
    arguments: [
      (AddressFamily.ipv4, 13098, [13098]), (.ipv4, 13099, [13098, 1]), (.ipv6, 3851, [3851]),
      (.ipv6, 3852, [3851, 1]),
    ])
  func packing(family: AddressFamily, count: Int, counts: [Int]) throws {
    let prefixes = family == .ipv4 ? hosts(count) : hosts6(count)
    var driver = PeerDriver(configuration)
    driver.reach(.established, open: open)
    driver.handle(.written(driver.id, byteCount: 1 << 20))
    driver.handle(.announce(table(prefixes)))
    var collector = Collector(extendedMessages: true)
    for bytes in driver.sent { try collector.receive(bytes) }
    #expect(collector.updates.map(\.announcedCount) == counts)
    #expect(Set(collector.routes.keys) == Set(prefixes))
    driver.clear()
    driver.handle(.written(driver.id, byteCount: 1 << 20))
    driver.handle(.withdraw(prefixes))
    while driver.peer.hasPendingUpdates {
      driver.handle(.written(driver.id, byteCount: 1 << 20))
    }
    for bytes in driver.sent { try collector.receive(bytes) }
    #expect(collector.routes.isEmpty)
    #expect(collector.messageLengths.allSatisfy { $0 <= 65535 })
  }

  @Test("A KEEPALIVE under way does not hold the routes up") func keepaliveUnderWay() throws {
    var driver = PeerDriver(configuration)
    driver.reach(.established, open: open)
    driver.handle(.announce(table(hosts(60000))))
    var acknowledged = 0
    for _ in 0..<1000 where driver.peer.hasPendingUpdates {
      driver.advance(.seconds(1))
      driver.receive(message(4))
      let total = driver.sent.map(\.readableBytes).reduce(0, +)
      #expect(total - acknowledged <= 2 * Peer.highWaterMark + 19)
      // All but the last octets, so that something is always under way.
      let step = max(0, total - acknowledged - 40)
      acknowledged += step
      driver.handle(.written(driver.id, byteCount: step))
    }
    #expect(!driver.peer.hasPendingUpdates)
    var collector = Collector(extendedMessages: true)
    for bytes in driver.sent { try collector.receive(bytes) }
    #expect(collector.routes.count == 60000)
  }

  @Test("A long UPDATE is taken, and a longer KEEPALIVE or OPEN still is not") func receiving() {
    var driver = PeerDriver(configuration)
    driver.reach(.established, open: open)
    let long = updateMessage(withdrawn: String(repeating: "20 cb007101", count: 10000))
    driver.receive(long)
    #expect(driver.peer.statistics.withdrawalsReceived == 10000)
    driver.receive(buffer(marker + "1001 01"))
    #expect(driver.lastNotification?.reason == .badMessageLength)
    #expect(driver.lastNotification?.data == bytes("1001"))
  }

  @Test("What is not agreed on is answered with 1/2") func notAgreed() {
    for (configuration, open) in [
      (configuration, ByteBuffer.exampleOpen), (.example, open),
    ] {
      var driver = PeerDriver(configuration)
      driver.reach(.established, open: open)
      driver.receive(buffer(marker + "1001 02"))
      #expect(driver.lastNotification?.reason == .badMessageLength)
    }
  }

  @Test("The longer limit holds from the OPEN on, in one read too") func oneRead() {
    var driver = PeerDriver(configuration)
    driver.reach(.openSent)
    var input = open
    input.writeImmutableBuffer(message(4))
    input.writeImmutableBuffer(
      updateMessage(withdrawn: String(repeating: "20 cb007101", count: 1000)))
    driver.receive(input)
    #expect(driver.peer.state == .established)
    #expect(driver.peer.statistics.withdrawalsReceived == 1000)
  }
}
