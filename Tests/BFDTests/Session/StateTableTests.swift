import NIOCore
import Testing

@testable import BFD

@Suite("State table") struct StateTableTests {
  struct Cell: Sendable, CustomTestStringConvertible {
    let local: Session.State
    let received: Session.State
    let next: Session.State
    var diagnostic = Diagnostic.none
    var testDescription: String { "\(local) hears \(received)" }

    init(
      _ local: Session.State, _ received: Session.State, _ next: Session.State,
      _ diagnostic: Diagnostic = .none
    ) {
      self.local = local
      self.received = received
      self.next = next
      self.diagnostic = diagnostic
    }
  }

  /// RFC 5880 §6.8.6, every pair of states.
  static let cells = [
    Cell(.down, .adminDown, .down),
    Cell(.down, .down, .`init`),
    Cell(.down, .`init`, .up),
    Cell(.down, .up, .down),
    Cell(.`init`, .adminDown, .down, .neighborSignaledSessionDown),
    Cell(.`init`, .down, .`init`),
    Cell(.`init`, .`init`, .up),
    Cell(.`init`, .up, .up),
    Cell(.up, .adminDown, .down, .neighborSignaledSessionDown),
    Cell(.up, .down, .down, .neighborSignaledSessionDown),
    Cell(.up, .`init`, .up),
    Cell(.up, .up, .up),
    Cell(.adminDown, .adminDown, .adminDown, .administrativelyDown),
    Cell(.adminDown, .down, .adminDown, .administrativelyDown),
    Cell(.adminDown, .`init`, .adminDown, .administrativelyDown),
    Cell(.adminDown, .up, .adminDown, .administrativelyDown),
  ]

  @Test("has this cell", arguments: cells) func cell(_ cell: Cell) throws {
    var driver = try Driver(in: cell.local)
    #expect(driver.session.state == cell.local)
    if cell.local == .adminDown {
      #expect(throws: DropReason.administrativelyDown) { try driver.hear(cell.received) }
    } else {
      try driver.hear(cell.received)
    }
    #expect(driver.session.state == cell.next)
    #expect(driver.session.diagnostic == cell.diagnostic)

    guard cell.local != cell.next else {
      #expect(driver.changes.isEmpty)
      return
    }
    let change = try #require(driver.changes.first)
    #expect(driver.changes.count == 1)
    #expect(change.from == cell.local)
    #expect(change.to == cell.next)
    #expect(change.diagnostic == cell.diagnostic)
    #expect(change.remoteState == cell.received)
    #expect(change.isFailure == (cell.local == .up && cell.received == .down))
    let told = try #require(driver.last, "the peer is told at once")
    #expect(told.state == cell.next)
    #expect(told.diagnostic == cell.diagnostic)
    #expect(told.yourDiscriminator == theirDiscriminator)
  }

  @Test("covers every pair") func complete() {
    #expect(Set(Self.cells.map(\.testDescription)).count == 16)
  }

  @Test("silence for the detection time ends what was up or about to be", arguments: [2, 3])
  func silence(state: UInt8) throws {
    let state = try #require(Session.State(rawValue: state))
    var driver = try Driver(in: state)
    driver.pass(driver.session.status.detectionTime - .nanoseconds(1))
    #expect(driver.changes.isEmpty)
    driver.pass(.nanoseconds(1))
    let change = try #require(driver.changes.first)
    #expect(change.from == state)
    #expect(change.to == .down)
    #expect(change.diagnostic == .controlDetectionTimeExpired)
    #expect(change.isFailure == (state == .up))
    let told = try #require(driver.last)
    #expect(told.state == .down)
    #expect(told.diagnostic == .controlDetectionTimeExpired)
    #expect(told.yourDiscriminator == 0, "bfd.RemoteDiscr is forgotten")
  }

  @Test("a session comes up again after a failure, and counts") func again() throws {
    var driver = try Driver(in: .up)
    driver.pass(.seconds(1))
    try driver.hear(.down) { $0.yourDiscriminator = 0 }
    try driver.hear(.`init`)
    #expect(driver.session.state == .up)
    #expect(driver.session.diagnostic == .none)
    #expect(driver.session.statistics.ups == 2)
    #expect(driver.session.statistics.failures == 1)
    #expect(driver.session.statistics.lastChange?.to == .up)
    #expect(
      driver.session.statistics.lastFailure?.description
        == "Up -> Down: control detection time expired (peer: Down)")
  }

  @Test("the peer's AdminDown is no failure, but its later silence is none either")
  func peerDisabled() throws {
    var driver = try Driver(in: .up)
    try driver.hear(.adminDown) { $0.diagnostic = .administrativelyDown }
    driver.pass(.seconds(10))
    #expect(driver.changes.map(\.to) == [.down])
    #expect(driver.session.statistics.failures == 0)
    #expect(
      driver.changes.first?.description
        == "Up -> Down: neighbor signaled session down (peer: AdminDown, administratively down)")
  }
}
