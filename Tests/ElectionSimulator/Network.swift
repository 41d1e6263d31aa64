import Election
import NIOCore

/// Packets and frames on their way.
extension World {
  func send(_ message: Message, from node: SimulatedNode, to target: SimulatedNode) {
    statistics.packets += 1
    if isTracing, case .rows(let rows) = message, rows.kind != .claims {
      log {
        "\(node.name) to \(target.name): \(rows.kind) \(rows.version) of \(name(of: rows.subject))"
          + " \(rows.rows.map { "\($0.address) \($0.claim.epoch) \($0.verdict)" })"
      }
    }
    if case .witnesses(let notice) = message, notice.subject == node.id {
      if notice.incarnation == node.incarnation {
        chosenWitnesses[node.index, default: [:]][notice.incarnation] = notice
      }
      log {
        "\(node.name) to \(target.name): witnesses \(notice.version)"
          + " \(notice.current.map(name)) before \(notice.former.map(name))"
      }
    }
    if case .suspicion(let suspicion) = message {
      log {
        "\(node.name) to \(target.name): \(name(of: suspicion.subject)) is silent for"
          + " \(suspicion.silentFor) ms, which holds for \(suspicion.holdsFor) ms"
      }
    }
    guard !isCut[node.index * nodes.count + target.index] else { return }
    guard random.unit() >= loss else { return }
    guard target.isHostUp else { return }
    guard target.isProcessUp else {
      // The host of a process that is gone says so.
      if !isCut[target.index * nodes.count + node.index] {
        queue.push(
          .portClosed, at: now + latency() + latency(), node: node.index, detail: target.index)
      }
      return
    }
    queue.push(
      .packet, at: now + latency(), node: target.index,
      detail: store(message, from: node, to: target, isFrame: false))
    if weather.count > 0, random.below(100) == 0 {
      queue.push(
        .packet, at: now + latency() * 3, node: target.index,
        detail: store(message, from: node, to: target, isFrame: false))
    }
  }

  func broadcast(_ message: Message, from node: SimulatedNode) {
    if case .rows(let rows) = message {
      log { "\(node.name) says on the segment: \(rows.kind) \(rows.rows.map(\.address))" }
    }
    for target in nodes where target.index != node.index && target.isProcessUp && target.isHostUp {
      guard component[target.index] == component[node.index] else { continue }
      statistics.frames += 1
      guard random.unit() >= loss else { continue }
      queue.push(
        .frame, at: now + 50_000 + random.next() % 150_000, node: target.index,
        detail: store(message, from: node, to: target, isFrame: true))
    }
  }

  private func store(
    _ message: Message, from node: SimulatedNode, to target: SimulatedNode, isFrame: Bool
  ) -> Int {
    var envelope = Envelope(
      message: message, sender: node.index, incarnation: node.incarnation, isFrame: isFrame)
    if scenario.usesPackets {
      let bytes =
        isFrame ? node.channel.frame(message) : node.channel.packet(message, to: target.id)
      statistics.bytes += bytes.readableBytes
      if !isFrame { statistics.peerBytes += bytes.readableBytes }
      envelope.bytes = bytes
    }
    return store(envelope)
  }

  private func store(_ envelope: Envelope) -> Int {
    if let place = freeEnvelopes.popLast() {
      envelopes[place] = envelope
      return place
    }
    envelopes.append(envelope)
    return envelopes.count - 1
  }

  /// Opens a packet, and does what its channel says.
  func open(_ envelope: Envelope, by node: SimulatedNode) {
    guard let bytes = envelope.bytes else { return }
    switch node.channel.open(bytes, now: node.local(now)) {
    case .message(let message, let sender, let incarnation):
      let at = envelope.receivedAt
      handle(
        envelope.isFrame
          ? .frame(message, from: sender, incarnation: incarnation, receivedAt: at)
          : .packet(message, from: sender, incarnation: incarnation, receivedAt: at), by: node)
    case .refused(_, let reply?, let member):
      guard let target = indexOfNode[member], !isCut[node.index * nodes.count + target] else {
        return
      }
      let greeting = Envelope(
        message: envelope.message, bytes: reply, sender: node.index,
        incarnation: node.incarnation)
      queue.push(.packet, at: now + latency(), node: target, detail: store(greeting))
    case .refused, .greeting: break
    }
  }

  func latency() -> UInt64 {
    var time = delay.low + random.next() % delay.spread
    // Now and then a packet waits in a queue.
    if random.below(500) == 0 { time += UInt64(random.below(80)) * 1_000_000 }
    return time
  }

  func deliver(_ place: Int, to node: SimulatedNode) {
    guard var envelope = envelopes[place] else { return }
    envelopes[place] = nil
    freeEnvelopes.append(place)
    guard node.isProcessUp, node.isHostUp else { return }
    envelope.receivedAt = node.local(now)
    guard now >= node.stalledUntil else {
      // What does not fit into the socket's buffer is lost.
      if node.inbox.count < 2000 { node.inbox.append(envelope) }
      return
    }
    give(envelope, to: node)
  }

  /// A probe of a host: by the network of the peers, or by the segment.
  func probe(_ target: SimulatedNode, by node: SimulatedNode) {
    guard target.isHostUp, random.unit() >= 2 * loss else { return }
    let isReached =
      !isCut[node.index * nodes.count + target.index]
      && !isCut[target.index * nodes.count + node.index]
      || component[node.index] == component[target.index]
    guard isReached, !suspended.contains(target.index) else { return }
    queue.push(
      .hostAnswer, at: now + latency() + latency(), node: node.index, detail: target.index)
  }

  // MARK: Faults of the network

  /// Cuts the peer plane between the nodes of two groups, instead of what was cut so before.
  package func cut(_ group: [Int], from others: [Int], bothWays: Bool = true) {
    cuts = group.flatMap { one in others.map { (one, $0) } }
    if bothWays { cuts += cuts.map { ($0.to, $0.from) } }
    refreshPartitions()
  }

  func refreshPartitions() {
    let count = nodes.count
    for place in isCut.indices { isCut[place] = false }
    let before = component
    for index in component.indices { component[index] = 0 }
    for partition in partitions {
      var pairs = Random(seed: partition.group)
      let members = (0..<count).map { _ in pairs.below(2) == 0 }
      for a in 0..<count {
        if partition.kind == .both || partition.kind == .segment {
          component[a] = component[a] * 2 + (members[a] ? 1 : 0)
        }
        for b in 0..<count where members[a] != members[b] {
          switch partition.kind {
          case .both, .peers: isCut[a * count + b] = true
          case .oneWay: if members[a] { isCut[a * count + b] = true }
          case .pairs:
            if pairs.below(5) < 2 {
              isCut[a * count + b] = true
              isCut[b * count + a] = true
            }
          case .segment: break
          }
        }
      }
    }
    for cut in cuts { isCut[cut.from * count + cut.to] = true }
    lastStorm = now
    if component != before {
      mergeEpochs(before: before)
      lastMerge = now
      for node in nodes { tellGateway(node) }
      refreshContested()
      checkDuplicates()
    }
  }

  func refreshWeather() {
    lastStorm = now
    loss = weather.map { Double($0.loss) / 1000 }.max() ?? 0.0005
    let late = weather.map(\.delay).max() ?? 0
    delay =
      late == 0 ? (100_000, 400_000) : (UInt64(late) * 250_000, UInt64(late) * 750_000)
  }
}
