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
      if let since = consents[address * nodes.count + node], now - since > 102_000_000 {
        find(.s1, "\(nodes[node].name) answers \((now - since) / 1_000_000) ms after its hand-over")
      }
    }
  }

  /// S2: in one connected part of the segment two answer for a short time only.
  private func checkWire(_ address: Int, _ answering: [Int]) {
    let unconsented = answering.filter { consents[address * nodes.count + $0] == nil }
    var isDouble = false
    for (place, one) in unconsented.enumerated() {
      for other in unconsented[(place + 1)...]
      where component[one] == component[other] && areAcquainted(one, other) {
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
          + " \((now - since) / 1_000_000) ms")
    }
  }

  /// Whether each of two nodes has been told that the other one exists. Who is no member is not
  /// heard, and stops when it learns that itself.
  private func areAcquainted(_ one: Int, _ other: Int) -> Bool {
    nodes[one].election.isMember(nodes[other].id) && nodes[other].election.isMember(nodes[one].id)
  }

  /// L2: an owner that has answered on the segment for some seconds is not replaced for silence.
  func checkTakeover(_ address: Int, by node: SimulatedNode) {
    guard scenario.policy != .strict, loss < 0.01,
      now > max(lastMerge, lastStorm) + 3_000_000_000
    else { return }
    for owner in enabled[address] where owner != node.index && isAnswering(address, owner) {
      let since = enabledSince[address * nodes.count + owner] ?? now
      let isSteady =
        nodes[owner].stalledUntil + 3_000_000_000 < now && since + 3_000_000_000 < now
        && node.stalledUntil + 3_000_000_000 < now
      if component[owner] == component[node.index], isSteady, areAcquainted(owner, node.index) {
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

  /// S3: what is announced is never older than what was announced on the same segment.
  private func checkEpoch(_ address: Int, _ node: Int, _ epoch: Epoch) {
    let part = component[node]
    if let known = highest[address][part] {
      if epoch < known.epoch, now > max(known.at, lastMerge) + duplicateBound,
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

  /// Whether anybody that a node could have asked for some seconds knows an epoch. When all of
  /// them have forgotten it, and the API cannot be read, nobody can go on from it.
  private func isRemembered(_ address: Int, _ epoch: Epoch, near node: Int) -> Bool {
    func knows(_ claim: Claim?) -> Bool { claim.map { $0.epoch >= epoch } ?? false }
    if outages == 0, now > lastOutage + 1_000_000_000, knows(records[address]) { return true }
    guard now > max(lastStorm, lastMerge) + 3_000_000_000 else { return false }
    return nodes.contains { other in
      other.index != node && other.isRunning(at: now)
        && other.stalledUntil + 3_000_000_000 < now && component[other.index] == component[node]
        && !isCut[other.index * nodes.count + node] && !isCut[node * nodes.count + other.index]
        && areAcquainted(other.index, node) && knows(other.election.claim(to: addresses[address]))
    }
  }

  /// Parts that join know what each knew; parts that separate know what all knew.
  func mergeEpochs() {
    for address in addresses.indices {
      guard let best = highest[address].values.max(by: { $0.epoch < $1.epoch }) else { continue }
      // Who was on which part is forgotten here, which only makes the check weaker: the best that
      // every member of a part has in its own table counts.
      highest[address] = [:]
      for part in Set(component) {
        let tables = nodes.filter { component[$0.index] == part && $0.isProcessUp }
          .compactMap { $0.election.claim(to: addresses[address])?.epoch }
        if let least = tables.min() { highest[address][part] = (min(least, best.epoch), now) }
      }
    }
  }

  /// When all who knew an epoch have forgotten it, nobody can go on from it.
  func forgetEpochs() {
    for address in addresses.indices {
      let claim = addresses[address]
      let known = nodes.filter(\.isProcessUp).compactMap { $0.election.claim(to: claim)?.epoch }
      let disks = nodes.flatMap(\.disk).filter { $0.address == claim }.map(\.claim.epoch)
      let recorded = records[address].map { [$0.epoch] } ?? []
      let best = (known + disks + recorded).max() ?? Epoch(quorum: 0)
      for part in highest[address].keys where best < (highest[address][part]?.epoch ?? best) {
        highest[address][part] = nil
      }
    }
  }

  // MARK: Samples

  /// S4 and the time without an answer.
  func sample() {
    if !contested.isEmpty { checkDuplicates() }
    for address in addresses.indices {
      var isAnswered = false
      for index in enabled[address] where isAnswering(address, index) {
        isAnswered = true
        if let mustStop = nodes[index].mustStopAt[address],
          now > max(mustStop, nodes[index].stalledUntil) + 200_000_000
        {
          find(
            .s4,
            "\(nodes[index].name) answers for \(addresses[address])"
              + " \((now - mustStop) / 1_000_000) ms after it knew better")
        }
      }
      if isAnswered {
        if let since = uncoveredSince[address] {
          statistics.gaps.append(now - since)
          uncoveredSince[address] = nil
        }
      } else if uncoveredSince[address] == nil {
        uncoveredSince[address] = now
      }
    }
    if !isCalm, now >= calmAt + 6_000_000_000 {
      isCalm = true
      checkLiveness()
    }
  }

  /// L2: in the calm nothing moves.
  func noteMove(_ address: Int, _ claim: Claim, _ cause: Election.Cause) {
    find(
      .l2,
      "\(addresses[address]) moves to \(name(of: claim.owner)) without a cause (\(cause.rawValue))")
  }

  /// L3: some seconds after the last fault every address that somebody can have is answered once.
  func checkLiveness() {
    for address in addresses.indices where !isStopped {
      let answering = enabled[address].filter { isAnswering(address, $0) }
      let able = candidates[address].filter { candidate in
        indexOfNode[candidate.member].map { nodes[$0].isRunning(at: now) } ?? false
      }
      if answering.count != (able.isEmpty ? 0 : 1) {
        find(
          .l3,
          "\(answering.count) answer for \(addresses[address]), \(able.count) could"
            + " (\(answering.map { nodes[$0].name }))")
      }
    }
  }

  /// L3: all tables agree in the end.
  func checkEnd() {
    guard !isStopped, scenario.milliseconds > 0 else { return }
    checkLiveness()
    let living = nodes.filter { $0.isRunning(at: now) && !removed.contains($0.index) }
    for address in addresses where !isStopped {
      let claims = Set(living.map { $0.election.claim(to: address) })
      if claims.count > 1 {
        find(
          .l3,
          "tables differ about \(address): "
            + claims.map { claim in
              claim.map { "\(name(of: $0.owner)) \($0.epoch)" } ?? "nothing"
            }.sorted().joined(separator: ", "))
      }
    }
  }
}
