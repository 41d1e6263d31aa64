import Addresses
import Election
import NIOCore

/// An invariant that did not hold.
package struct Finding: Hashable, Sendable, CustomStringConvertible {
  package enum Invariant: String, Hashable, Sendable {
    case s1 = "S1"
    case s2 = "S2"
    case s3 = "S3"
    case s4 = "S4"
    case l1 = "L1"
    case l2 = "L2"
    case l3 = "L3"
    /// Under `gateway` a node with neither a lease nor the gateway is silent after three seconds
    /// (election.md, 5.7).
    case gateway = "G"
  }

  package var invariant: Invariant
  package var milliseconds: Int
  package var sentence: String

  package var description: String { "\(invariant.rawValue) at \(milliseconds) ms: \(sentence)" }
}

/// The invariants, checked at every step.
extension World {
  func find(_ invariant: Finding.Invariant, _ sentence: String) {
    let finding = Finding(
      invariant: invariant, milliseconds: Int(now / 1_000_000), sentence: sentence)
    log { "BROKEN \(finding)" }
    findings.append(finding)
    for address in addresses where isTracing {
      for node in nodes { log { "\(node.name) \(address) \(node.election.trace(of: address))" } }
    }
    if scenario.stopsAtFailure || findings.count > 1000 { isStopped = true }
  }

  func isAnswering(_ address: Int, _ index: Int) -> Bool {
    let node = nodes[index]
    guard node.isRunning(at: now) else { return false }
    return now < node.answersUntil || !scenario.guards.contains(.lease)
  }

  // MARK: Who answers

  func enable(_ address: Int, _ node: Int, _ epoch: Epoch) {
    log { "\(nodes[node].name) answers for \(addresses[address]) at \(epoch)" }
    checkEpoch(address, node, epoch)
    epochs[address][node] = epoch
    if !enabled[address].contains(node) { enabled[address].append(node) }
    consents[address * nodes.count + node] = nil
    if enabledSince[address * nodes.count + node] == nil {
      enabledSince[address * nodes.count + node] = now
    }
    if enabled[address].count > 1 {
      contested.insert(address)
      checkDuplicates()
    }
  }

  func disable(_ address: Int, _ node: Int) {
    guard let place = enabled[address].firstIndex(of: node) else { return }
    log { "\(nodes[node].name) is silent about \(addresses[address])" }
    enabled[address].remove(at: place)
    consents[address * nodes.count + node] = nil
    enabledSince[address * nodes.count + node] = nil
    if enabled[address].count < 2 {
      contested.remove(address)
      endDuplicate(address)
    }
  }

  func refreshContested() {
    contested = Set(addresses.indices.filter { enabled[$0].count > 1 })
  }

  private func endDuplicate(_ address: Int) {
    guard let since = duplicateSince.removeValue(forKey: address) else { return }
    statistics.duplicates += 1
    statistics.longestDuplicate = max(statistics.longestDuplicate, now - since)
  }

  func checkDuplicates() {
    for address in contested.sorted() {
      let answering = enabled[address].filter { isAnswering(address, $0) }
      guard answering.count > 1 else {
        endDuplicate(address)
        continue
      }
      if scenario.policy == .strict {
        checkStrict(address, answering)
      } else {
        checkWire(address, answering)
      }
    }
  }

  /// S1: never two, but for a hand-over that its owner agreed to.
  private func checkStrict(_ address: Int, _ answering: [Int]) {
    let unconsented = answering.filter { consents[address * nodes.count + $0] == nil }
    if unconsented.count > 1 {
      find(
        .s1, "\(unconsented.map { nodes[$0].name }) answer for \(addresses[address])")
      return
    }
    for node in answering {
      if let since = consents[address * nodes.count + node], now - since > Self.overlap {
        find(.s1, "\(nodes[node].name) answers \((now - since) / 1_000_000) ms after its hand-over")
      }
    }
  }

  /// S2: in one connected part of the segment two answer for a short time only.
  private func checkWire(_ address: Int, _ answering: [Int]) {
    let unconsented = answering.filter {
      consents[address * nodes.count + $0].map { now - $0 > Self.overlap } ?? true
    }
    var isDouble = false
    for (place, one) in unconsented.enumerated() {
      for other in unconsented[(place + 1)...]
      where component[one] == component[other] && canResolve(address, one, other) {
        isDouble = true
      }
    }
    guard isDouble else {
      endDuplicate(address)
      return
    }
    guard let since = duplicateSince[address] else {
      duplicateSince[address] = now
      return
    }
    if now - max(since, lastMerge) > duplicateBound {
      find(
        .s2,
        "\(unconsented.map { nodes[$0].name }) answer for \(addresses[address]) since"
          + " \(now - since) ns")
    }
  }

  /// How long both may answer in a hand-over, with the error of a clock.
  private static let overlap: UInt64 = 102_000_000

  /// Whether a node listens to another one: frames of a node that is not on its list of members are
  /// an outsider's (no trust in an outsider, election.md 3.2), until the API names it.
  private func hears(_ listener: Int, _ speaker: Int) -> Bool {
    nodes[listener].election.isMember(nodes[speaker].id)
  }

  /// Whether it has done so for the last seconds, or since its start.
  private func hearsForLong(_ listener: Int, _ speaker: Int) -> Bool {
    let since = nodes[listener].membersSince[speaker]
    return hears(listener, speaker) && since.map { $0 == 0 || now > $0 + 3_000_000_000 } ?? false
  }

  /// Whether the one of two answering nodes that has the lower claim listens to the other one; then
  /// it must yield to its beacon.
  private func canResolve(_ address: Int, _ one: Int, _ other: Int) -> Bool {
    guard let first = nodes[one].election.claim(to: addresses[address]),
      let second = nodes[other].election.claim(to: addresses[address])
    else { return true }
    let hash = RendezvousHash.hash(addresses[address])
    return first.prevails(over: second, addressHash: hash)
      ? hears(other, one) : hears(one, other)
  }

  /// L2: an owner that has answered on the segment for some seconds is not replaced for silence
  /// (election.md, 5.6). A change of the networks is a cause for as long as it may have kept beacons
  /// away: evidence of the segment is good for 1.5 s, a beacon comes every 0.5 s, and it must be
  /// newer than the last heartbeat. Who answers although a later claim names another one has to yield
  /// in any case, which S2 judges.
  func checkTakeover(_ address: Int, by node: SimulatedNode) {
    guard scenario.policy != .strict, loss < 0.01,
      now > max(lastMerge, lastStorm) + 2_000_000_000
    else { return }
    for owner in enabled[address]
    where node.named[address] == nodes[owner].id && owner != node.index
      && isAnswering(address, owner)
    {
      let since = max(
        enabledSince[address * nodes.count + owner] ?? now, min(now, nodes[owner].answersSince))
      let isSteady =
        nodes[owner].stalledUntil + 2_000_000_000 < now && since + 2_000_000_000 < now
        && node.stalledUntil + 2_000_000_000 < now
      if component[owner] == component[node.index], isSteady, hears(node.index, owner) {
        find(
          .l2, "\(node.name) takes \(addresses[address]) from \(nodes[owner].name), which answers")
      }
    }
  }

  /// One beacon interval and a round trip, with one lost beacon for each factor of rarity.
  var duplicateBound: UInt64 {
    let beacons: UInt64 = loss < 0.01 ? 1 : loss < 0.1 ? 4 : 8
    return beacons * 510_000_000 + 4 * (delay.low + delay.spread) + 90_000_000
  }

  // MARK: Epochs

  /// S3: what is announced is never older than what was announced on the same part of the segment
  /// before. For the time of S2 two may answer, and so may the older claim: since the two were first
  /// connected, which a process that does not run is not.
  private func checkEpoch(_ address: Int, _ node: Int, _ epoch: Epoch) {
    let part = component[node]
    if let known = highest[address][part] {
      if epoch < known.epoch,
        now > max(known.at, lastMerge, connectedSince(node)) + duplicateBound,
        isRemembered(address, known.epoch, near: node)
      {
        find(
          .s3,
          "\(nodes[node].name) announces \(addresses[address]) at \(epoch) after \(known.epoch)")
      }
      if epoch <= known.epoch { return }
    }
    highest[address][part] = (epoch, now)
  }

  /// Under `strict` a process that does not run has no lease when it runs again, so that it gets no
  /// time.
  private func connectedSince(_ node: Int) -> UInt64 {
    scenario.policy == .strict ? 0 : nodes[node].stalledUntil
  }

  /// Whether an epoch is known to the API, or to a member that could have told it in the last
  /// seconds. The one residual of the design (election.md, 3.2): what all witnesses have forgotten
  /// while the API cannot be read, nobody can go on from. Nor can a node go on from what only nodes
  /// know that cannot reach it; S2 and L3 then judge what happens once they can.
  private func isRemembered(_ address: Int, _ epoch: Epoch, near node: Int) -> Bool {
    func knows(_ claim: Claim?) -> Bool { claim.map { $0.epoch >= epoch } ?? false }
    if outages == 0, now > lastOutage + 1_000_000_000, knows(records[address]) { return true }
    guard now > max(lastStorm, lastMerge) + 3_000_000_000 else { return false }
    return nodes.contains { other in
      other.index != node && other.isRunning(at: now)
        && other.stalledUntil + 3_000_000_000 < now && component[other.index] == component[node]
        && !isCut[other.index * nodes.count + node] && !isCut[node * nodes.count + other.index]
        && hearsForLong(other.index, node) && hearsForLong(node, other.index)
        && knows(other.election.claim(to: addresses[address]))
    }
  }

  /// Clients of a part have seen what was announced on the parts that its nodes were on before.
  func mergeEpochs(before: [Int]) {
    for address in addresses.indices {
      var merged: [Int: (epoch: Epoch, at: UInt64)] = [:]
      for node in nodes.indices {
        guard let known = highest[address][before[node]] else { continue }
        if merged[component[node]].map({ $0.epoch < known.epoch }) ?? true {
          merged[component[node]] = known
        }
      }
      highest[address] = merged
    }
  }
}
