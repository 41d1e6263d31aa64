import Addresses
import NIOCore
import Testing

@testable import BGP

private let keepalive = message(4)
private let update = updateMessage()
private let refresh = message(5, "0001 00 01")

/// The rows of the error table: what comes in, in which states, and the answer.
@Suite("Errors and their NOTIFICATIONs") struct SessionErrorTests {
  private static let connected: [SessionState] = [.openSent, .openConfirm, .established]

  static let headers: [(SessionState, ByteBuffer, String, String)] = connected.flatMap { state in
    [
      (state, buffer("00" + marker.dropFirst(2) + "0013 04"), "1/1", ""),
      (state, buffer(marker + "0012 04"), "1/2", "0012"),
      (state, buffer(marker + "0000 04"), "1/2", "0000"),
      (state, buffer(marker + "1001 02"), "1/2", "1001"),
      (state, buffer(marker + "1001 01"), "1/2", "1001"),
      (state, buffer(marker + "ffff 05"), "1/2", "ffff"),
      (state, buffer(marker + "001c 01"), "1/2", "001c"),
      (state, buffer(marker + "0016 02"), "1/2", "0016"),
      (state, buffer(marker + "0014 03"), "1/2", "0014"),
      (state, buffer(marker + "0014 04"), "1/2", "0014"),
      (state, buffer(marker + "0016 05"), "1/2", "0016"),
      (state, buffer(marker + "0013 00"), "1/3", "00"),
      (state, buffer(marker + "0013 09"), "1/3", "09"),
    ]
  }

  static let unexpected: [(SessionState, ByteBuffer, String, String)] = [
    (.openSent, keepalive, "5/1", "04"),
    (.openSent, update, "5/1", "02"),
    (.openSent, refresh, "5/1", "05"),
    (.openConfirm, .exampleOpen, "5/2", "01"),
    (.openConfirm, update, "5/2", "02"),
    (.openConfirm, refresh, "5/2", "05"),
    (.established, .exampleOpen, "5/3", "01"),
  ]

  static let contents: [(SessionState, ByteBuffer, String, String)] = [
    (.openSent, message(1, "03 fc01 005a c0000202 00"), "2/1", "0004"),
    (.openSent, .open(asField: 64999, capabilities: []), "2/2", ""),
    (.openSent, .open(routerID: IPv4Address(rawValue: 0)), "2/3", ""),
    (.openSent, message(1, "04 fc01 005a c0000202 02 01 00"), "2/4", ""),
    (.openSent, .open(holdTime: 2), "2/6", ""),
    (.openSent, message(1, "04 fc01 005a c0000202 05 02 03 41 01 00"), "2/0", ""),
    (.openSent, message(1, "04 fc01 005a c0000202 04 02 09 41 04"), "2/0", ""),
    (.openSent, message(1, "04 fc01 005a c0000202 05 02 02 41 00"), "2/0", ""),
    (.openSent, message(1, "04 fc01 005a c0000202 05 02 03 40 01 00"), "2/0", ""),
    (.openSent, message(1, "04 fc01 005a c0000202 ff ff 0006 02 0003 46 01 00"), "2/0", ""),
    (.openSent, message(1, "04 fc01 005a c0000202 ff ff 0005 03 0002 0000"), "2/4", ""),
    (.openSent, .open(capabilities: [.fourOctetAS(0)]), "2/2", ""),
    (
      .openSent,
      .open(capabilities: [
        .multiprotocol(RouteFamily(addressFamily: 25, subsequentAddressFamily: 70))
      ]), "2/7", "01 04 0001 00 01 01 04 0002 00 01"
    ),
    (.established, message(2, "0001 0000"), "3/1", ""),
    (.established, message(2, "0000 0001"), "3/1", ""),
    (.established, message(2, "0000 0000 21 00000000 00"), "3/10", ""),
    (.established, message(2, "0002 18 cb 0000"), "3/10", ""),
    (.established, updateMessage(attributes: "40 63 00"), "3/2", "40 63 00"),
    (.established, updateMessage(attributes: "80 0e 01 00"), "3/9", "80 0e 01 00"),
    (.established, updateMessage(attributes: "80 0f 01 00"), "3/9", "80 0f 01 00"),
    (
      .established, updateMessage(attributes: "80 0f 03 0001 01 80 0f 03 0001 01"), "3/1", ""
    ),
    (
      .established,
      updateMessage(
        attributes: "80 0e 09 0001 01 04 c0000202 00 80 0e 09 0001 01 04 c0000202 00"), "3/1", ""
    ),
    (.established, updateMessage(attributes: "80 0f 04 0002 01 81"), "3/9", "80 0f 04 0002 01 81"),
    (
      .established, updateMessage(attributes: "80 0e 08 0002 01 03 000000 00"), "3/9",
      "80 0e 08 0002 01 03 000000 00"
    ),
    (
      .established, message(5, "0002 02 01 0000"), "7/1", marker + "0019 05 0002 02 01 0000"
    ),
    (
      .established, message(5, "0001 01 01 00"), "7/1", marker + "0018 05 0001 01 01 00"
    ),
  ]

  @Test(
    "The answer, with its data, and a back-off", arguments: headers + unexpected + contents)
  func answer(state: SessionState, input: ByteBuffer, reason: String, data: String) throws {
    var driver = PeerDriver()
    driver.reach(state)
    driver.receive(input)
    let notification = try #require(driver.lastNotification)
    #expect("\(notification.reason.code)/\(notification.reason.subcode)" == reason)
    #expect(notification.data == bytes(data))
    #expect(driver.peer.state == .idle)
    #expect(driver.closed == [driver.id])
    #expect(driver.peer.statistics.sent.notification == 1)
    let wait = try #require(driver.peer.nextDeadline) - driver.now
    #expect(wait >= .milliseconds(2500) && wait <= .seconds(5))
    guard case .notificationSent(notification, _) = driver.peer.statistics.lastError else {
      Issue.record("last error is \(String(describing: driver.peer.statistics.lastError))")
      return
    }
  }

  @Test(
    "The answer is the same on a connection that the neighbour opened",
    arguments: headers + unexpected + contents)
  func accepted(state: SessionState, input: ByteBuffer, reason: String, data: String) throws {
    for isPassive in [true, false] {
      var configuration = PeerConfiguration.example
      configuration.isPassive = isPassive
      var driver = PeerDriver(configuration)
      driver.handle(.start)
      let id = driver.accept()
      if state != .openSent { driver.handle(.received(id, .exampleOpen)) }
      if state == .established { driver.handle(.received(id, message(4))) }
      #expect(driver.peer.state == state)
      driver.clear()
      driver.handle(.received(id, input))
      let sent = try #require(driver.sent.last)
      let code = try #require(sent.getBytes(at: sent.readerIndex + 19, length: 2))
      #expect("\(code[0])/\(code[1])" == reason)
      #expect(Array(sent.readableBytesView.dropFirst(21)) == bytes(data))
      #expect(driver.sentOn == [id])
      // An attempt of our own that was still under way goes with it.
      let attempt = isPassive || state != .openSent ? [] : [driver.id]
      #expect(driver.closed == [id] + attempt)
      #expect(driver.peer.state == .idle)
      let wait = try #require(driver.peer.nextDeadline) - driver.now
      #expect(wait >= .milliseconds(2500) && wait <= .seconds(5))
    }
  }

  @Test(
    "A tolerant peer survives what is wrong with UPDATEs, and nothing else",
    arguments: headers + unexpected + contents)
  func tolerant(state: SessionState, input: ByteBuffer, reason: String, data: String) {
    var configuration = PeerConfiguration.example
    configuration.updateErrorPolicy = .tolerant
    var driver = PeerDriver(configuration)
    driver.reach(state)
    driver.receive(input)
    let survives = reason.hasPrefix("3/")
    #expect(driver.peer.state == (survives ? .established : .idle))
    #expect(driver.peer.statistics.updatesIgnored == (survives ? 1 : 0))
    #expect(driver.sent.count == (survives ? 0 : 1))
  }

  @Test("An error on a message ends the input: nothing behind it counts") func restIsDropped() {
    var driver = PeerDriver()
    driver.reach(.established)
    var input = updateMessage(attributes: "40 63 00")
    input.writeImmutableBuffer(refresh)
    input.writeImmutableBuffer(.exampleOpen)
    driver.receive(input)
    driver.receive(keepalive)
    #expect(driver.sent.count == 1)
    #expect(driver.peer.state == .idle)
    #expect(driver.peer.statistics.received.routeRefresh == 0)
  }

  @Test("A NOTIFICATION is remembered and never answered", arguments: connected)
  func received(state: SessionState) {
    var driver = PeerDriver()
    driver.reach(state)
    let cease = NotificationMessage.cease(.administrativeReset, text: "again, please")
    var input = ByteBuffer()
    cease.write(into: &input)
    driver.receive(input)
    #expect(driver.sent.isEmpty)
    #expect(driver.closed == [driver.id])
    #expect(driver.peer.state == .idle)
    #expect(driver.peer.statistics.lastError == .notificationReceived(cease))
    #expect(
      driver.downs.map(\.description)
        == ["received 6/4 Cease/Administrative Reset: again, please"])
  }

  @Test("Faults of RFC 7606 are counted, reported once, and survived") func survived() {
    var driver = PeerDriver()
    driver.reach(.established)
    for _ in 0..<3 {
      driver.receive(updateMessage(attributes: "40 01 01 07", nlri: "18 cb0071 18 c63364"))
      driver.receive(updateMessage(withdrawn: "18 cb0071", attributes: "40 05 04 00000064"))
    }
    #expect(driver.peer.state == .established)
    #expect(driver.peer.statistics.treatedAsWithdraw == 3)
    #expect(driver.peer.statistics.routesReceived == 6)
    #expect(driver.peer.statistics.withdrawalsReceived == 3)
    #expect(driver.peer.statistics.attributesDiscarded == 3)
    let faults = driver.reports.filter { if case .updateFault = $0 { true } else { false } }
    #expect(faults.count == 1)
    #expect(driver.sent.isEmpty)
  }

  @Test(
    "Refreshes that we do not know are ignored",
    arguments: [
      "0001 01 01", "0001 02 01", "0001 07 01", "0001 00 02", "0019 00 46",
    ])
  func ignoredRefresh(body: String) {
    var driver = PeerDriver()
    driver.reach(.established)
    driver.handle(.announce([prefix("203.0.113.1/32"): RouteAttributes()]))
    driver.clear()
    driver.receive(message(5, body))
    #expect(driver.sent.isEmpty)
    #expect(driver.peer.state == .established)
  }
}
