import Addresses
import Election
import NIOCore

/// A message on its way.
struct Envelope {
  var message: Message
  /// The packet, in runs with packets.
  var bytes: ByteBuffer?
  var sender: Int
  var incarnation: UInt64
  /// The receiver's clock when its kernel received it.
  var receivedAt = NIODeadline.uptimeNanoseconds(0)
  var isFrame = false
}

/// One node: a whole machine, its clock, and its host.
final class SimulatedNode {
  let index: Int
  let id: MemberID
  let name: String
  var election: Election
  var actions: [Election.Action] = []
  /// Seals and opens, in runs with packets.
  var channel: PeerChannel

  var isHostUp = true
  var isProcessUp = false
  /// Counts the processes of this node; what was meant for an earlier one is dropped.
  var generation = 0
  var incarnation: UInt64 = 1
  /// True time until which the process does not run.
  var stalledUntil: UInt64 = 0
  var inbox: [Envelope] = []

  /// The clock: true time `clockBase` reads as `clockValue`, at this rate.
  private var clockBase: UInt64 = 0
  private var clockValue: UInt64
  var rate: Double

  /// When the timer in the queue fires, in true time.
  var timerAt = UInt64.max
  /// Until when the reply path answers, in true time.
  var answersUntil: UInt64 = 0
  /// Since when it may answer without a break, in true time; `.max` while it may not.
  var answersSince = UInt64.max
  /// What was recorded on disk.
  var disk = Record()
  /// Whom its table names the owner of an address.
  var named: [Int: MemberID] = [:]
  /// Since when its process has had each other node among its members, in true time; 0 since its start.
  var membersSince: [Int: UInt64] = [:]
  /// Whether it was told to be drained.
  var isDraining = false
  /// Since when it knows that the gateway does not answer, by its own clock.
  var gatewayLostAt: NIODeadline?
  /// Since when it knows that it must not answer for an address, by its own clock.
  var mustStopAt: [Int: NIODeadline] = [:]

  init(index: Int, name: String, election: Election, rate: Double, clock: UInt64) {
    channel = PeerChannel(node: name, incarnation: 1, keys: .insecure)
    self.index = index
    self.name = name
    id = MemberID(name: name)
    self.election = election
    self.rate = rate
    clockValue = clock
  }

  func local(_ time: UInt64) -> NIODeadline {
    .uptimeNanoseconds(clockValue + UInt64(Double(time - min(time, clockBase)) * rate))
  }

  /// The true time at which the clock reads `deadline`.
  func trueTime(_ deadline: NIODeadline) -> UInt64 {
    let value = deadline.uptimeNanoseconds
    if value <= clockValue { return clockBase }
    if value > clockValue + 1_000_000_000_000_000 { return .max }
    return clockBase + UInt64(Double(value - clockValue) / rate) + 1
  }

  /// Lets the clock stand still for a time that has passed.
  func freezeClock(from start: UInt64, to end: UInt64) {
    clockValue = local(start).uptimeNanoseconds
    clockBase = end
  }

  func isRunning(at time: UInt64) -> Bool { isProcessUp && isHostUp && time >= stalledUntil }
}
