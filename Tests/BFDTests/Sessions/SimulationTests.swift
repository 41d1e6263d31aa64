import NIOCore
import TestSupport
import Testing

@testable import BFD

@Suite("Two hosts on a simulated network") struct SimulationTests {
  private static func simulator(seed: Int, multiplier: UInt8 = 3) throws -> Simulator {
    try Simulator(seed: seed) { first, second in
      first.parameters = Session.Parameters(
        desiredMinTxInterval: .milliseconds(50), requiredMinRxInterval: .milliseconds(50),
        detectMultiplier: multiplier)
      second.parameters = first.parameters
      switch seed % 4 {
      case 1: first.isPassive = true
      case 2: second.parameters.desiredMinTxInterval = .milliseconds(120)
      case 3:
        first.authentication = Authentication(
          kind: seed % 8 == 3 ? .keyedSHA1 : .meticulousKeyedSHA1, keyID: 9, key: [1, 2, 3])
        second.authentication = first.authentication
      default: break
      }
    }
  }

  @Test("they come up within a second and stay up", arguments: 0..<16) func up(seed: Int) throws {
    var simulator = try Self.simulator(seed: seed)
    simulator.run(.seconds(1)) { $0.areUp }
    #expect(simulator.areUp)
    simulator.run(.seconds(60))
    #expect(simulator.areUp)
    for host in 0...1 {
      let session = try simulator.session(host)
      #expect(session.statistics.failures == 0)
      #expect(session.statistics.dropped.total == 0)
      #expect(!session.status.transmitInterval.isSlow)
    }
  }

  @Test("they come up over a network that loses a third", arguments: 0..<16)
  func lossy(seed: Int) throws {
    var simulator = try Self.simulator(seed: seed, multiplier: 20)
    simulator.loss = 33
    simulator.run(.seconds(30)) { $0.areUp }
    #expect(simulator.areUp)
    simulator.run(.seconds(5))
    for host in 0...1 {
      let status = try simulator.session(host).status
      #expect(!status.transmitInterval.isSlow, "polls are repeated until they are answered")
    }
  }

  @Test("a cut ends both sides within the detection time", arguments: 0..<16)
  func cut(seed: Int) throws {
    var simulator = try Self.simulator(seed: seed)
    simulator.run(.seconds(1)) { $0.areUp }
    simulator.run(.seconds(3))
    simulator.isCut = [true, true]
    let cut = simulator.now
    var detectionTimes: [TimeAmount] = []
    for host in 0...1 { detectionTimes.append(try simulator.session(host).status.detectionTime) }
    simulator.run(.seconds(2))
    for host in 0...1 {
      let change = try #require(simulator.changes[host].last)
      #expect(change.isFailure)
      #expect(change.diagnostic == .controlDetectionTimeExpired)
      // What was under way at the cut still arrives.
      let latest: TimeAmount = detectionTimes[host] + .milliseconds(5)
      #expect(change.time - cut <= latest)
      #expect(change.time - cut > .milliseconds(95), "two of three packets may be lost")
    }
    simulator.isCut = [false, false]
    simulator.run(.seconds(2)) { $0.areUp }
    #expect(simulator.areUp)
  }

  @Test("a cut in one direction ends both sides", arguments: 0..<16)
  func oneWay(seed: Int) throws {
    var simulator = try Self.simulator(seed: seed)
    simulator.run(.seconds(1)) { $0.areUp }
    simulator.run(.seconds(3))
    let deaf = seed / 4 % 2
    simulator.isCut[deaf] = true
    simulator.run(.seconds(1))
    #expect(simulator.changes[deaf].last?.diagnostic == .controlDetectionTimeExpired)
    let told = try #require(simulator.changes[1 - deaf].first { $0.from == .up })
    #expect(told.isFailure)
  }

  @Test("changes of parameters, in any order, fail nothing and are agreed on", arguments: 0..<16)
  func parameters(seed: Int) throws {
    var random = SeededGenerator(seed)
    var simulator = try Self.simulator(seed: seed)
    simulator.run(.seconds(1)) { $0.areUp }
    for _ in 0..<30 {
      try simulator.change(.random(in: 0...1, using: &random)) { parameters in
        parameters.desiredMinTxInterval = .milliseconds(.random(in: 20...400, using: &random))
        parameters.requiredMinRxInterval = .milliseconds(.random(in: 20...400, using: &random))
        parameters.detectMultiplier = .random(in: 3...5, using: &random)
      }
      simulator.run(.milliseconds(.random(in: 0...500, using: &random)))
    }
    simulator.run(.seconds(5))
    #expect(simulator.areUp)
    for host in 0...1 {
      let one = try simulator.session(host)
      let other = try simulator.session(1 - host)
      #expect(one.statistics.failures == 0)
      let parameters = one.configuration.parameters
      let agreed = max(
        parameters.desiredMinTxInterval, other.configuration.parameters.requiredMinRxInterval)
      #expect(one.status.transmitInterval == agreed)
      #expect(other.status.detectionTime == agreed * Int(parameters.detectMultiplier))
    }
  }

  @Test("disabling, enabling and ending is no failure on either side", arguments: 0..<16)
  func operators(seed: Int) throws {
    var simulator = try Self.simulator(seed: seed)
    simulator.run(.seconds(1)) { $0.areUp }
    for host in [0, 1, 0] {
      simulator.setEnabled(host, false)
      simulator.run(.seconds(3))
      #expect(simulator.states[host] == .adminDown)
      #expect(simulator.states[1 - host] == .down)
      simulator.setEnabled(host, true)
      simulator.run(.seconds(3)) { $0.areUp }
      #expect(simulator.areUp)
    }
    simulator.remove(1)
    simulator.run(.seconds(10))
    #expect(simulator.hosts[1].count == 0)
    #expect(simulator.states[0] == .down)
    #expect(simulator.changes.joined().allSatisfy { !$0.isFailure })
  }

  @Test("random faults leave legal states, and a session that comes up", arguments: 0..<4)
  func faults(seed: Int) throws {
    var random = SeededGenerator(seed)
    var simulator = try Self.simulator(seed: seed)
    for _ in 0..<1440 {
      simulator.loss = Int.random(in: 0...40, using: &random)
      simulator.isCut = [
        Int.random(in: 0..<4, using: &random) == 0, Int.random(in: 0..<4, using: &random) == 0,
      ]
      simulator.run(.milliseconds(.random(in: 1...2000, using: &random)))
      for changes in simulator.changes {
        #expect(zip(changes, changes.dropFirst()).allSatisfy { $0.to == $1.from })
      }
    }
    simulator.loss = 0
    simulator.isCut = [false, false]
    simulator.run(.seconds(10)) { $0.areUp }
    #expect(simulator.areUp)
    let flaps = try simulator.session(0).statistics
    #expect(flaps.ups > 100)
    #expect(simulator.packetCount > 10_000)
  }
}

extension TimeAmount {
  /// Whether this is the interval of a session that is not up.
  fileprivate var isSlow: Bool { self >= .seconds(1) }
}
