import Addresses
import Election
import NIOCore

/// The API, and the faults.
extension World {
  var memberNames: [String] {
    nodes.filter { !removed.contains($0.index) }.map(\.name)
  }

  var recordedRows: [ClaimRow] {
    addresses.indices.compactMap { number in
      records[number].map { ClaimRow(address: addresses[number], claim: $0) }
    }
  }

  func chooseFit(_ group: UInt64, all: Bool) -> Set<Int> {
    if all { return Set(nodes.indices) }
    var random = Random(seed: group)
    var chosen = Set(nodes.indices.filter { _ in random.below(3) > 0 })
    if chosen.isEmpty { chosen.insert(random.below(nodes.count)) }
    return chosen
  }

  /// Says which nodes are fit for an address.
  package func setFit(_ nodes: [Int], for address: Int) {
    fit[address] = Set(nodes)
    tellAllFitness(address)
  }

  func refreshCandidates(_ address: Int) {
    let away = Set(departing[address, default: []].map(\.node)).union(removed)
    candidates[address] = fit[address].subtracting(away).sorted().map { index in
      if scenario.isUniform { return Candidate(nodes[index].id) }
      return Candidate(
        nodes[index].id, fitness: UInt8((index + address) % 5 == 0 ? 1 : 0),
        weight: (index + address) % 4 == 0 ? 10 : 0)
    }
  }

  // MARK: What nodes are told

  private func watchDelay() -> UInt64 { 20_000_000 + random.next() % 280_000_000 }

  func tellAllFitness(_ address: Int) {
    refreshCandidates(address)
    for node in nodes {
      queue.push(.fitness, at: now + watchDelay(), node: node.index, detail: address)
    }
  }

  func tellFitness(_ address: Int, to node: SimulatedNode) {
    guard node.isProcessUp else { return }
    guard outages == 0, now >= node.stalledUntil else {
      queue.push(.fitness, at: now + 500_000_000, node: node.index, detail: address)
      return
    }
    give(address, to: node)
  }

  func give(_ address: Int, to node: SimulatedNode) {
    let departure = departing[address, default: []].last { $0.node == node.index }
    var standing = Standing.unfit
    if removed.contains(node.index) {
      standing = .unfit
    } else if let departure {
      standing = .leaving(within: departure.patience.map { .milliseconds(Int64($0)) })
    } else if fit[address].contains(node.index) {
      standing = .fit
    }
    let clock = node.local(now)
    switch standing {
    case .fit: node.mustStopAt[address] = nil
    case .unfit: node.mustStopAt[address] = min(node.mustStopAt[address] ?? clock, clock)
    case .leaving(let patience):
      node.mustStopAt[address] = patience.map {
        min(node.mustStopAt[address] ?? .distantFuture, clock + $0)
      }
    }
    log { "\(node.name) is told \(addresses[address]) \(standing)" }
    handle(.address(addresses[address], standing, candidates[address]), by: node)
  }

  func tellMembers(_ node: SimulatedNode) {
    guard node.isProcessUp else { return }
    guard outages == 0, now >= node.stalledUntil else {
      queue.push(.members, at: now + 500_000_000, node: node.index)
      return
    }
    giveMembers(to: node)
  }

  /// Gives a machine the list of members.
  func giveMembers(to node: SimulatedNode, isFirst: Bool = false) {
    let names = Set(memberNames)
    for other in nodes.indices {
      if !names.contains(nodes[other].name) {
        node.membersSince[other] = nil
      } else if isFirst || node.membersSince[other] == nil {
        node.membersSince[other] = isFirst ? 0 : now
      }
    }
    handle(.members(memberNames), by: node)
  }

  func tellDrain(_ node: SimulatedNode) {
    guard node.isProcessUp else { return }
    guard now >= node.stalledUntil else {
      queue.push(.drained, at: now + 100_000_000, node: node.index)
      return
    }
    handle(.drain(node.isDraining), by: node)
  }

  /// The gateway is on the part of the segment that no partition moved away.
  func tellGateway(_ node: SimulatedNode) {
    guard scenario.policy == .gateway, node.isRunning(at: now) else { return }
    let isAnswering = component[node.index] == 0
    node.gatewayLostAt = isAnswering ? nil : node.gatewayLostAt ?? node.local(now)
    handle(.gateway(isAnswering: isAnswering), by: node)
  }

  // MARK: Records

  /// Owners write their claims, some time after they made them.
  func noteClaim(_ address: Int, _ claim: Claim, _ cause: Election.Cause, _ node: SimulatedNode) {
    if isTracing {
      log {
        "\(node.name) \(addresses[address]): \(name(of: claim.owner)) \(claim.epoch)"
          + "\(claim.isProvisional ? " provisional" : "")\(claim.isVacant ? " vacant" : "")"
          + " #\(claim.incarnation) \(cause)"
      }
    }
    if cause == .handedOver, claim.owner != node.id {
      consents[address * nodes.count + node.index] = now
    }
    if cause != .learnt { checkStillness(address, claim, cause) }
    if cause == .ownerSilent || cause == .segmentSilent { checkTakeover(address, by: node) }
    node.named[address] = claim.owner
    guard claim.owner == node.id, cause != .learnt else { return }
    if !claim.isProvisional { statistics.moves += 1 }
    guard scenario.model == .recorded else { return }
    pendingRecords.append((address, claim))
    queue.push(.record, at: now + 300_000_000, node: node.index, detail: pendingRecords.count - 1)
  }

  func name(of member: MemberID) -> String {
    indexOfNode[member].map { nodes[$0].name } ?? "nobody"
  }

  func record(_ pending: Int) {
    guard outages == 0 else {
      queue.push(.record, at: now + 500_000_000, node: 0, detail: pending)
      return
    }
    let (address, claim) = pendingRecords[pending]
    if let known = records[address], !claim.prevails(over: known, addressHash: 0) { return }
    records[address] = claim
    log { "recorded \(addresses[address]) \(claim.epoch)" }
    for node in nodes {
      queue.push(.recorded, at: now + watchDelay(), node: node.index, detail: address)
    }
  }

  func tellRecord(_ address: Int, to node: SimulatedNode) {
    guard node.isProcessUp, let claim = records[address] else { return }
    guard outages == 0, now >= node.stalledUntil else {
      queue.push(.recorded, at: now + 300_000_000, node: node.index, detail: address)
      return
    }
    handle(
      .recorded(Record(claims: [ClaimRow(address: addresses[address], claim: claim)])), by: node)
  }

  // MARK: Faults

  func begin(_ number: Int) {
    let fault = scenario.faults[number]
    let until = now + UInt64(fault.lasts) * 1_000_000
    log { "fault \(fault)" }
    switch fault.kind {
    case .crash(let node, let remembers):
      guard nodes[node].isHostUp else { return }
      shutDown(nodes[node], remembers: remembers)
      nodes[node].isHostUp = false
    case .kill(let node, let remembers): shutDown(nodes[node], remembers: remembers)
    case .restart(let node):
      guard nodes[node].isRunning(at: now) else { return }
      handle(.restart(hold: .milliseconds(Int64(fault.lasts + 500))), by: nodes[node])
      shutDown(nodes[node], remembers: true)
    case .stall(let node): stall(nodes[node], until: until)
    case .suspend(let node, let clockStops):
      guard nodes[node].isRunning(at: now) else { return }
      stall(nodes[node], until: until)
      suspended.insert(node)
      if clockStops { nodes[node].freezeClock(from: now, to: until) }
    case .partition(let kind, let group):
      partitions.append((number, kind, group))
      refreshPartitions()
    case .weather(let loss, let delay):
      weather.append((number, loss, delay))
      refreshWeather()
    case .outage:
      outages += 1
      for node in nodes where node.isRunning(at: now) { handle(.sourceReachable(false), by: node) }
    case .fitness(let address, let group):
      fit[address] = chooseFit(group, all: false)
      tellAllFitness(address)
    case .leaving(let address, let node, let milliseconds):
      departing[address, default: []].append((node, milliseconds))
      tellAllFitness(address)
    case .drain(let node):
      nodes[node].isDraining = true
      tellDrain(nodes[node])
    case .removal(let node):
      guard removed.count + 2 < nodes.count else { return }
      removed.insert(node)
      changeMembers()
    case .rebalance(let node):
      if nodes[node].isRunning(at: now) {
        handle(
          .rebalance(
            until: nodes[node].local(now) + .milliseconds(Int64(fault.lasts)), interval: .seconds(1)
          ),
          by: nodes[node])
      }
    }
    noteDisturbance()
    active.insert(number)
    queue.push(.faultEnds, at: until, node: 0, detail: number)
  }

  private func noteDisturbance() {
    previousDisturbance = lastDisturbance
    lastDisturbance = max(lastDisturbance, now)
  }

  func end(_ number: Int) {
    let fault = scenario.faults[number]
    noteDisturbance()
    active.remove(number)
    switch fault.kind {
    case .crash(let node, _), .kill(let node, _), .restart(let node): boot(nodes[node])
    case .stall: break
    case .suspend(let node, _): suspended.remove(node)
    case .partition:
      partitions.removeAll { $0.fault == number }
      refreshPartitions()
    case .weather:
      weather.removeAll { $0.fault == number }
      refreshWeather()
    case .outage:
      outages -= 1
      if outages == 0 {
        lastOutage = now
        for node in nodes where node.isRunning(at: now) { handle(.sourceReachable(true), by: node) }
        // The watch begins again with a list.
        for node in nodes {
          for address in addresses.indices where records[address] != nil {
            queue.push(.recorded, at: now + watchDelay(), node: node.index, detail: address)
          }
        }
      }
    case .fitness, .rebalance: break
    case .leaving(let address, let node, let milliseconds):
      if let place = departing[address]?.firstIndex(where: {
        $0.node == node && $0.patience == milliseconds
      }) {
        departing[address]?.remove(at: place)
      }
      tellAllFitness(address)
    case .drain(let node):
      nodes[node].isDraining = false
      tellDrain(nodes[node])
    case .removal(let node):
      removed.remove(node)
      changeMembers()
    }
    log { "ended \(fault.kind)" }
  }

  private func stall(_ node: SimulatedNode, until: UInt64) {
    guard node.isProcessUp, until > node.stalledUntil else { return }
    node.stalledUntil = until
    queue.push(.wake, at: until, node: node.index)
  }

  private func changeMembers() {
    for node in nodes { queue.push(.members, at: now + watchDelay(), node: node.index) }
    for address in addresses.indices { tellAllFitness(address) }
  }
}
