package import Addresses
package import Election
package import NIOCore

/// A cluster on virtual time: whole machines, a peer network, a segment, clocks, an API.
package final class World {
  package private(set) var scenario: Scenario
  package internal(set) var findings: [Finding] = []
  package internal(set) var statistics = Statistics()
  /// What happened, oldest first; kept only on demand.
  package internal(set) var trace: [String] = []
  let isTracing: Bool

  var now: UInt64 = 0
  var queue = EventQueue()
  var random: Random
  var nodes: [SimulatedNode] = []
  var envelopes: [Envelope?] = []
  var freeEnvelopes: [Int] = []

  package let addresses: [IPAddress]
  var indexOfAddress: [IPAddress: Int] = [:]
  var indexOfNode: [MemberID: Int] = [:]

  // The cluster as the API has it.
  var fit: [Set<Int>] = []
  var departing: [Int: [(node: Int, patience: Int?)]] = [:]
  var candidates: [[Candidate]] = []
  var removed: Set<Int> = []
  var records: [Claim?]
  var outages = 0
  /// When the API was last out of reach.
  var lastOutage: UInt64 = 0
  var pendingRecords: [(address: Int, claim: Claim)] = []

  // The networks.
  var partitions: [(fault: Int, kind: Fault.Partition, group: UInt64)] = []
  var isCut: [Bool]
  /// What a script cuts besides, from one node to another.
  var cuts: [(from: Int, to: Int)] = []
  var component: [Int]
  var weather: [(fault: Int, loss: Int, delay: Int)] = []
  package var loss = 0.0005
  var delay: (low: UInt64, spread: UInt64) = (100_000, 400_000)
  var lastMerge: UInt64 = 0
  /// When the loss or the delay of packets, or what is cut, last changed.
  var lastStorm: UInt64 = 0
  /// The faults that are going on, when one of them last began or ended, and when before that.
  var active: Set<Int> = []
  var lastDisturbance: UInt64
  var previousDisturbance: UInt64 = 0
  var suspended: Set<Int> = []

  // Who answers.
  var enabled: [[Int]]
  var epochs: [[Epoch?]]
  var consents: [Int: UInt64] = [:]
  var contested: Set<Int> = []
  var enabledSince: [Int: UInt64] = [:]
  var duplicateSince: [Int: UInt64] = [:]
  var uncoveredSince: [UInt64?]
  var highest: [[Int: (epoch: Epoch, at: UInt64)]]
  /// The last sets of witnesses that each life of a node chose, as it said itself.
  var chosenWitnesses: [Int: [UInt64: WitnessNotice]] = [:]
  var isCalm = false
  var calmAt: UInt64 = .max
  var isStopped = false

  package init(_ scenario: Scenario, isTracing: Bool = false) {
    self.scenario = scenario
    self.isTracing = isTracing
    random = Random(seed: scenario.seed &+ 77)
    let count = scenario.nodes
    lastDisturbance = UInt64(6000 + scenario.stagger * count) * 1_000_000
    addresses = (0..<scenario.addresses).map { number in
      number % 3 == 2
        ? .v6(IPv6Address(high: 0x2001_0DB8_0000_0000, low: UInt64(number + 1)))
        : .v4(
          IPv4Address(rawValue: 0xC633_6400 + UInt32(truncatingIfNeeded: number)))
    }
    isCut = [Bool](repeating: false, count: count * count)
    component = [Int](repeating: 0, count: count)
    enabled = Array(repeating: [], count: scenario.addresses)
    epochs = Array(
      repeating: [Epoch?](repeating: nil, count: count), count: scenario.addresses)
    records = Array(repeating: nil, count: scenario.addresses)
    uncoveredSince = Array(repeating: 0, count: scenario.addresses)
    highest = Array(repeating: [:], count: scenario.addresses)
    for (number, address) in addresses.enumerated() { indexOfAddress[address] = number }
    for index in 0..<count {
      let name = "node-\(index)"
      let node = SimulatedNode(
        index: index, name: name, election: Self.machine(scenario, name, 1, .uptimeNanoseconds(1)),
        rate: 1 + (random.unit() - 0.5) * 0.01, clock: 1_000_000_000_000 + random.next() >> 30)
      nodes.append(node)
      indexOfNode[node.id] = index
    }
    for address in addresses.indices {
      fit.append(chooseFit(random.next(), all: random.below(2) == 0 || scenario.isUniform))
      candidates.append([])
      refreshCandidates(address)
    }
    for node in nodes {
      let delay = random.below(scenario.isUniform ? 5 : 300) + scenario.stagger * node.index
      queue.push(.boot, at: UInt64(delay) * 1_000_000, node: node.index)
    }
    for (number, fault) in scenario.faults.enumerated() {
      queue.push(.fault, at: UInt64(fault.at) * 1_000_000, node: 0, detail: number)
    }
    queue.push(.second, at: 1_000_000, node: 0)
    queue.push(.sample, at: 25_000_000, node: 0)
    calmAt = UInt64(scenario.milliseconds) * 1_000_000
  }

  static let keys =
    (try? PeerKeys(current: Array("a key for the simulator".utf8))) ?? .insecure

  static func machine(
    _ scenario: Scenario, _ name: String, _ incarnation: UInt64, _ now: NIODeadline
  ) -> Election {
    let own = scenario.timersOfNodes.first { "node-\($0.key)" == name }?.value
    var configuration = Configuration(
      node: name, incarnation: incarnation, policy: scenario.policy, timers: own ?? scenario.timers)
    configuration.guards = scenario.guards
    return Election(
      configuration: configuration, seed: scenario.seed ^ MemberID(name: name).rawValue, now: now)
  }

  /// Runs to the end and checks the last invariants.
  @discardableResult
  package func run() -> [Finding] {
    run(until: calmAt + UInt64(Scenario.calm) * 1_000_000)
    checkEnd()
    return findings
  }

  /// Adds a fault now.
  package func inject(_ kind: Fault.Kind, lasting milliseconds: Int) {
    scenario.faults.append(Fault(at: Int(now / 1_000_000), lasts: milliseconds, kind: kind))
    begin(scenario.faults.count - 1)
  }

  /// The nodes that answer for an address now.
  package func answering(_ address: Int) -> [Int] {
    enabled[address].filter { isAnswering(address, $0) }
  }

  /// The machine of a node.
  package func machine(_ node: Int) -> Election { nodes[node].election }

  /// Gives one node an event, as its edges would.
  package func tell(_ node: Int, _ event: Election.Event) { handle(event, by: nodes[node]) }

  /// The clock of a node.
  package func clock(_ node: Int) -> NIODeadline { nodes[node].local(now) }

  /// Milliseconds since the start.
  package var milliseconds: Int { Int(now / 1_000_000) }

  /// Runs for a time; returns for how many of its milliseconds nobody answered for an address that
  /// was answered at the start.
  package func run(milliseconds: Int) -> Int {
    let watched = addresses.indices.filter { !answering($0).isEmpty }
    var unanswered = 0
    for _ in 0..<milliseconds {
      run(until: now + 1_000_000)
      if watched.contains(where: { answering($0).isEmpty }) { unanswered += 1 }
    }
    return unanswered
  }

  /// Runs until a time in nanoseconds.
  package func run(until end: UInt64) {
    while !isStopped, queue.nextTime <= end, let item = queue.pop() {
      now = item.at
      statistics.steps += 1
      happen(item)
    }
    if !isStopped { now = max(now, end) }
  }

  private func happen(_ item: Happening) {
    let index = Int(item.node)
    switch item.kind {
    case .deadline:
      let node = nodes[index]
      guard node.timerAt == item.at else { return }
      node.timerAt = .max
      if node.isRunning(at: now), node.trueTime(node.election.nextDeadline) <= now {
        handle(.deadlineReached, by: node)
      } else {
        arm(node)
      }
    case .packet, .frame: deliver(Int(item.detail), to: nodes[index])
    case .hostAnswer:
      if nodes[index].isRunning(at: now) {
        handle(.hostAnswered(nodes[Int(item.detail)].id), by: nodes[index])
      }
    case .portClosed:
      if nodes[index].isRunning(at: now), !nodes[Int(item.detail)].isProcessUp {
        handle(.portClosed(nodes[Int(item.detail)].id), by: nodes[index])
      }
    case .wake: wake(nodes[index])
    case .boot: boot(nodes[index])
    case .fault: begin(Int(item.detail))
    case .faultEnds: end(Int(item.detail))
    case .record: record(Int(item.detail))
    case .recorded: tellRecord(Int(item.detail), to: nodes[index])
    case .fitness: tellFitness(Int(item.detail), to: nodes[index])
    case .members: tellMembers(nodes[index])
    case .drained: tellDrain(nodes[index])
    case .second:
      for node in nodes where node.isRunning(at: now) && hearsSegment(node) {
        handle(.segmentHeard, by: node)
      }
      queue.push(.second, at: now + 1_000_000_000, node: 0)
    case .sample:
      sample()
      queue.push(.sample, at: now + 25_000_000, node: 0)
    }
  }

  /// Whether there are others on a node's part of the segment; their hosts may be down, but there are
  /// clients beside them.
  private func hearsSegment(_ node: SimulatedNode) -> Bool {
    scenario.model == .recorded
      || component.indices.contains {
        $0 != node.index && component[$0] == component[node.index]
      }
  }

  // MARK: Machines

  /// Gives a machine an event and does what it says.
  func handle(_ event: Election.Event, by node: SimulatedNode) {
    if now >= node.answersUntil { node.answersSince = .max }
    node.election.handle(event, now: node.local(now), actions: &node.actions)
    node.answersUntil = node.trueTime(node.election.answersUntil)
    if now < node.answersUntil { node.answersSince = min(node.answersSince, now) }
    if !node.actions.isEmpty { execute(node) }
    arm(node)
    if !contested.isEmpty { checkDuplicates() }
  }

  private func execute(_ node: SimulatedNode) {
    for action in node.actions {
      switch action {
      case .send(let message, let member):
        if let receiver = indexOfNode[member] { send(message, from: node, to: nodes[receiver]) }
      case .broadcast(let message): broadcast(message, from: node)
      case .probeHost(let member):
        if let target = indexOfNode[member] { probe(nodes[target], by: node) }
      case .answer(let address, let epoch):
        if let number = indexOfAddress[address] { enable(number, node.index, epoch) }
      case .silence(let address, _):
        if let number = indexOfAddress[address] { disable(number, node.index) }
      case .claimed(let address, let claim, let cause, _):
        if let number = indexOfAddress[address] { noteClaim(number, claim, cause, node) }
      // The file is written as the process ends.
      case .witnessesChanged: break
      }
    }
  }

  func arm(_ node: SimulatedNode) {
    guard node.isProcessUp, now >= node.stalledUntil else { return }
    let due = max(now, node.trueTime(node.election.nextDeadline))
    // A timer that fires too early arms the next one, so few are ever in the queue.
    guard due < node.timerAt else { return }
    node.timerAt = due
    queue.push(.deadline, at: due, node: node.index)
  }

  func boot(_ node: SimulatedNode) {
    guard !node.isProcessUp else { return }
    node.isHostUp = true
    node.isProcessUp = true
    node.generation += 1
    node.incarnation += 1
    node.stalledUntil = now
    node.inbox.removeAll()
    node.timerAt = .max
    node.answersUntil = 0
    node.answersSince = .max
    node.gatewayLostAt = nil
    node.mustStopAt.removeAll()
    node.named.removeAll()
    node.election = Self.machine(
      scenario, node.name, node.incarnation, node.local(now))
    node.channel = PeerChannel(
      node: node.name, incarnation: node.incarnation,
      keys: scenario.usesPackets ? Self.keys : .insecure)
    node.channel.setMembers(nodes.map(\.id))
    log { "boot \(node.name) incarnation \(node.incarnation)" }
    // The file is read before anything else is known; one without claims is as good as none.
    if scenario.model == .product, !node.disk.claims.isEmpty {
      handle(.recorded(node.disk), by: node)
    }
    giveMembers(to: node, isFirst: true)
    if node.isDraining { handle(.drain(true), by: node) }
    tellGateway(node)
    if scenario.model == .recorded, !node.disk.claims.isEmpty {
      handle(.recorded(node.disk), by: node)
    }
    if outages == 0 {
      if scenario.model == .recorded { handle(.recorded(Record(claims: recordedRows)), by: node) }
      for address in addresses.indices { tellFitness(address, to: node) }
    } else {
      // The objects come from the snapshot on disk.
      for address in addresses.indices { give(address, to: node) }
    }
  }

  /// The process ends; what it had on disk stays, or not.
  func shutDown(_ node: SimulatedNode, remembers: Bool) {
    guard node.isProcessUp else { return }
    node.disk = remembers ? node.election.record : Record()
    node.isProcessUp = false
    node.inbox.removeAll()
    for address in addresses.indices { disable(address, node.index) }
  }

  func wake(_ node: SimulatedNode) {
    guard node.isProcessUp, node.isHostUp, now >= node.stalledUntil else { return }
    log { "wake \(node.name)" }
    // The reply path may run before anything else does.
    refreshContested()
    checkDuplicates()
    let inbox = node.inbox
    node.inbox.removeAll()
    node.timerAt = .max
    for envelope in inbox where node.isRunning(at: now) { give(envelope, to: node) }
    tellGateway(node)
    arm(node)
  }

  func give(_ envelope: Envelope, to node: SimulatedNode) {
    if envelope.bytes != nil {
      open(envelope, by: node)
      return
    }
    let sender = nodes[envelope.sender].id
    handle(
      envelope.isFrame
        ? .frame(
          envelope.message, from: sender, incarnation: envelope.incarnation,
          receivedAt: envelope.receivedAt)
        : .packet(
          envelope.message, from: sender, incarnation: envelope.incarnation,
          receivedAt: envelope.receivedAt), by: node)
  }

  func log(_ text: () -> String) {
    guard isTracing else { return }
    let microseconds = now / 1000
    trace.append(
      "\(microseconds / 1000).\(String(microseconds % 1000 + 1000).dropFirst()) \(text())")
  }
}

/// What a run counted.
package struct Statistics: Sendable {
  package var steps = 0
  package var packets = 0
  package var frames = 0
  package var bytes = 0
  package var peerBytes = 0
  package var duplicates = 0
  package var longestDuplicate: UInt64 = 0
  package var moves = 0
  package var gaps: [UInt64] = []

  package init() {}
}
