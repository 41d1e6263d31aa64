import Addresses
import NIOCore
import TestSupport
import Testing

@testable import BGP

@Suite("Two peers and an unreliable network") struct SimulationTests {
  @Test("After all faults the neighbour knows exactly what is intended", arguments: 0..<40)
  func convergence(seed: Int) throws {
    var simulator = Simulator(seed: seed)
    var random = SeededGenerator(seed + 5000)
    let prefixes = hosts(300) + hosts6(300)
    var intended: [IPPrefix: UInt32] = [:]
    try simulator.handle(.start, by: 0)
    try simulator.handle(.start, by: 1)
    for _ in 0..<120 {
      let batch = prefixes.shuffled(using: &random)
        .prefix(.random(in: 1...120, using: &random))
      switch Int.random(in: 0..<20, using: &random) {
      case 0..<9:
        let value = UInt32.random(in: 0..<3, using: &random)
        let attributes = RouteAttributes(multiExitDiscriminator: value)
        try simulator.handle(
          .announce(Dictionary(uniqueKeysWithValues: batch.map { ($0, attributes) })), by: 0)
        for prefix in batch { intended[prefix] = value }
      case 9..<14:
        try simulator.handle(.withdraw(Array(batch)), by: 0)
        for prefix in batch { intended[prefix] = nil }
      case 14..<16:
        simulator.cut()
      case 16:
        let peer = Int.random(in: 0...1, using: &random)
        try simulator.handle(.stop(.shutdown("drill")), by: peer)
        #expect(simulator.peers[peer].state == .idle)
        #expect(simulator.peers[peer].nextDeadline == nil)
        try simulator.handle(.start, by: peer)
      case 17:
        let peer = Int.random(in: 0...1, using: &random)
        let id = ConnectionID(rawValue: .random(in: 0...40, using: &random))
        try simulator.handle(
          .received(id, message(.random(in: 0...6, using: &random), "00ff")), by: peer)
      default:
        break
      }
      try simulator.run(.milliseconds(.random(in: 0...3000, using: &random)))
    }
    try simulator.handle(.initialTableComplete, by: 0)
    try simulator.run(.minutes(10))
    #expect(simulator.peers.map(\.state) == [.established, .established])
    #expect(!simulator.peers[0].hasPendingUpdates)
    let known = simulator.collector.routes.mapValues {
      $0.attributes?.multiExitDiscriminator
    }
    #expect(known == intended)
    #expect(Set(simulator.collector.endOfRIBs.keys) == [.ipv4, .ipv6])
    for peer in 0...1 {
      try simulator.handle(.stop(.peerDeconfigured), by: peer)
      #expect(simulator.peers[peer].state == .idle)
      #expect(simulator.peers[peer].nextDeadline == nil)
    }
  }

  @Test("A session that nothing disturbs stays up for a day") func day() throws {
    var simulator = Simulator(seed: 1)
    try simulator.handle(.start, by: 0)
    try simulator.handle(.start, by: 1)
    try simulator.run(.hours(24))
    #expect(simulator.peers.map(\.statistics.establishments) == [1, 1])
    #expect(simulator.peers.map(\.statistics.flaps) == [0, 0])
    #expect(simulator.openEnds(of: 0).count == 1)
    // Every 10 s less up to a quarter.
    #expect((8640...11600).contains(simulator.peers[0].statistics.sent.keepalive))
  }

  @Test("Any order of events leaves a legal state, and stop ends it", arguments: 0..<150)
  func randomEvents(seed: Int) {
    var random = SeededGenerator(seed)
    var configuration = PeerConfiguration.example
    configuration.gracefulRestart = GracefulRestart()
    configuration.extendedMessages = true
    var driver = PeerDriver(configuration, seed: UInt64(seed))
    var accepted: [ConnectionID] = []
    let inputs: [ByteBuffer] = [
      .exampleOpen, .capableOpen, message(4), message(4), updateMessage(), message(5, "0001 00 01"),
      message(3, "0602"), message(9), .open(holdTime: 0), buffer("ff"),
    ]
    for _ in 0..<400 {
      let id =
        switch Int.random(in: 0..<8, using: &random) {
        case 0: ConnectionID(rawValue: .random(in: 0...20, using: &random))
        case 1, 2: accepted.last ?? driver.id
        default: driver.id
        }
      switch Int.random(in: 0..<12, using: &random) {
      case 0: driver.handle(.start)
      case 1 where Int.random(in: 0..<4, using: &random) == 1:
        accepted.append(driver.accept())
      case 2 where Bool.random(using: &random):
        driver.handle(
          [.bfdDown, .bfdUp, .beginGracefulShutdown, .endGracefulShutdown]
            .randomElement(using: &random) ?? .bfdUp)
      case 1 where Int.random(in: 0..<4, using: &random) == 0:
        driver.handle(.stop(.shutdown("")))
      case 2, 3: driver.handle(.connected(id, local: .v4(ourAddress)))
      case 4 where Int.random(in: 0..<4, using: &random) == 0:
        driver.handle(.connectFailed(id, reason: "refused"))
      case 5...7:
        driver.handle(
          .received(id, inputs[.random(in: 0..<inputs.count, using: &random)]))
      case 8 where Int.random(in: 0..<4, using: &random) == 0:
        driver.handle(.closed(id, reason: nil))
      case 9:
        driver.handle(.written(id, byteCount: .random(in: -1...100_000, using: &random)))
      case 10: driver.handle(.announce([hosts(1)[0]: RouteAttributes()]))
      default: driver.advance(.seconds(.random(in: 0...60, using: &random)))
      }
      let state = driver.peer.state
      // Only a stopped peer has nothing to wait for, or a session without a hold time.
      if driver.peer.nextDeadline == nil {
        #expect(state == .idle || driver.peer.negotiated?.holdTime == 0)
      }
      let connections = driver.peer.session.connections
      #expect(connections.count <= 2)
      #expect(connections.count { $0.established != nil } <= 1)
      #expect(Set(connections.map(\.id)).count == connections.count)
      #expect((driver.peer.statistics.establishedSince != nil) == (state == .established))
      #expect((driver.peer.negotiated != nil) == [.openConfirm, .established].contains(state))
    }
    driver.handle(.stop(.peerDeconfigured))
    #expect(driver.peer.state == .idle)
    #expect(driver.peer.nextDeadline == nil)
    #expect(driver.peer.session.connections.isEmpty)
    driver.handle(.deadlineReached)
    #expect(driver.peer.state == .idle)
  }
}
