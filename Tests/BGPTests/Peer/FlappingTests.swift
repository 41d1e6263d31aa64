import Addresses
import NIOCore
import TestSupport
import Testing

@testable import BGP

@Suite("A day of flapping") struct FlappingTests {
  private static var configurations: [PeerConfiguration] {
    [PeerConfiguration.simulatedFirst, .simulatedSecond].map {
      var configuration = $0
      configuration.gracefulRestart = GracefulRestart()
      return configuration
    }
  }

  /// What must hold whatever happened.
  private func check(_ simulator: Simulator) {
    for peer in 0...1 {
      let machine = simulator.peers[peer]
      let connections = machine.session.connections
      #expect(connections.count <= 2)
      #expect(connections.count { $0.established != nil } <= 1)
      #expect((machine.statistics.establishedSince != nil) == (machine.state == .established))
      #expect(machine.nextDeadline != nil || machine.state == .idle)
      // No connection is open that the peer does not know of.
      #expect(simulator.openEnds(of: peer).isSubset(of: simulator.heldConnections(of: peer)))
      #expect(machine.routes.attributeSetCount <= 8)
    }
  }

  @Test("It ends in a session, the intended table, and nothing left over", arguments: 0..<3)
  func day(seed: Int) throws {
    var simulator = Simulator(seed: seed, configurations: Self.configurations)
    var random = SeededGenerator(seed + 900)
    let prefixes = hosts(30) + hosts6(30)
    var intended: [IPPrefix: UInt32] = [:]
    func announce(_ batch: ArraySlice<IPPrefix>, _ simulator: inout Simulator) throws {
      let changes = batch.map { prefix in
        (prefix, RouteAttributes(multiExitDiscriminator: intended[prefix]))
      }
      try simulator.handle(.announce(Dictionary(uniqueKeysWithValues: changes)), by: 0)
    }
    for peer in 0...1 { try simulator.handle(.start, by: peer) }
    let end = simulator.now + .hours(24)
    while simulator.now < end {
      let batch = prefixes.shuffled(using: &random).prefix(.random(in: 1...20, using: &random))
      let peer = Int.random(in: 0...1, using: &random)
      switch Int.random(in: 0..<16, using: &random) {
      case 0..<4:
        let value = UInt32.random(in: 0..<4, using: &random)
        for prefix in batch { intended[prefix] = value }
        try announce(batch, &simulator)
      case 4..<6:
        for prefix in batch { intended[prefix] = nil }
        try simulator.handle(.withdraw(Array(batch)), by: 0)
      case 6..<9:
        simulator.cut()
      case 9:
        simulator.isReachable.toggle()
      case 10:
        try simulator.handle(.stop(.reset("drill")), by: peer)
        #expect(simulator.peers[peer].nextDeadline == nil)
        try simulator.handle(.start, by: peer)
      case 11:
        let id = simulator.heldConnections(of: peer).min { $0.rawValue < $1.rawValue }
        let noise = message(.random(in: 0...6, using: &random), "00ff")
        if let id { try simulator.handle(.received(id, noise), by: peer) }
      case 12:
        try simulator.handle(.bfdDown, by: peer)
      case 13:
        try simulator.replace(peer, isRestarting: true)
        if peer == 0 {
          try announce(ArraySlice(intended.keys.sorted()), &simulator)
          try simulator.handle(.initialTableComplete, by: 0)
        }
      default:
        break
      }
      try simulator.run(.milliseconds(.random(in: 0...120_000, using: &random)))
      check(simulator)
    }
    simulator.isReachable = true
    try simulator.handle(.initialTableComplete, by: 0)
    try simulator.run(.minutes(10))
    check(simulator)
    #expect(simulator.peers.map(\.state) == [.established, .established])
    #expect(!simulator.peers[0].hasPendingUpdates)
    let collector = simulator.collector
    #expect(
      collector.routes.mapValues { $0.attributes?.multiExitDiscriminator } == intended)
    #expect(Set(collector.endOfRIBs.keys) == [.ipv4, .ipv6])
    // One connection, and no more than its last messages on their way.
    #expect(simulator.openEnds(of: 0).count == 1)
    #expect(simulator.backlog < 10)
    try simulator.handle(.withdraw(prefixes), by: 0)
    for peer in 0...1 { try simulator.handle(.stop(.peerDeconfigured), by: peer) }
    try simulator.run(.seconds(1))
    for peer in 0...1 {
      #expect(simulator.peers[peer].state == .idle)
      #expect(simulator.peers[peer].nextDeadline == nil)
      #expect(simulator.peers[peer].session.connections.isEmpty)
      #expect(simulator.openEnds(of: peer).isEmpty)
    }
    #expect(simulator.peers[0].routes.attributeSetCount == 0)
    #expect(simulator.backlog == 0)
  }

  @Test("A neighbour in the wrong AS is not bothered more than once a minute, by either side")
  func noLoop() throws {
    var configurations = Self.configurations
    configurations[1].remoteAS = .number(64999)
    var simulator = Simulator(seed: 7, configurations: configurations)
    for peer in 0...1 { try simulator.handle(.start, by: peer) }
    try simulator.run(.hours(24))
    #expect(simulator.peers.map(\.statistics.establishments) == [0, 0])
    // Back-offs of one to two minutes on both sides, and attempts that meet a back-off.
    #expect(simulator.connectionCount < 2 * 24 * 60 * 2)
    #expect(simulator.connectionCount > 24 * 20)
  }

  @Test("Both dial at the same moment: one session, and soon", arguments: 0..<100)
  func simultaneous(seed: Int) throws {
    var simulator = Simulator(seed: seed)
    for peer in 0...1 { try simulator.handle(.start, by: peer) }
    try simulator.run(.seconds(10))
    #expect(simulator.peers.map(\.state) == [.established, .established])
    for peer in 0...1 { #expect(simulator.openEnds(of: peer).count == 1) }
  }
}
