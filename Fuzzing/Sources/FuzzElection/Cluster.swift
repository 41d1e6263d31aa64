import Addresses
import Election
import Fuzzer
import NIOCore

/// Three speakers and the network between them, on which the input may change and invent packets: it
/// has the key, or there is none. What such packets make the speakers believe is not looked at,
/// but they must go on.
struct Cluster {
  private struct Datagram {
    var octets: ByteBuffer
    var isFrame: Bool
  }

  private static let addressLimit = 8
  private static let names = ["node-1", "node-2", "node-3"]
  private static let addresses: [IPAddress] =
    (0..<12).map { IPAddress.v4(IPv4Address(192, 0, 2, 128 + UInt8($0))) }
    + (0..<4).map { IPAddress.v6(IPv6Address(high: 0x2001_0DB8_0000_0002, low: 0x130 + $0)) }

  private let keys: PeerKeys
  private let policy: IsolationPolicy
  private var elections: [Election] = []
  private var channels: [PeerChannel] = []
  private var lives: [UInt64] = [1, 1, 1]
  /// What is on its way to each speaker.
  private var wires: [[Datagram]] = [[], [], []]
  private var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
  private var actions: [Election.Action] = []

  /// Speakers that know each other's names.
  init(_ choices: inout Choices) {
    let bits = choices.next(UInt8.self)
    policy = [.wire, .strict, .gateway, .wire][Int(bits & 3)]
    let key = Array("sixteen octets !".utf8)
    keys = bits & 4 == 0 ? .insecure : (try? PeerKeys(current: key)) ?? .insecure
    for speaker in Self.names.indices {
      elections.append(election(of: speaker))
      channels.append(channel(of: speaker))
    }
    for speaker in Self.names.indices { start(speaker) }
  }

  private func election(of speaker: Int) -> Election {
    Election(
      configuration: Configuration(
        node: Self.names[speaker], incarnation: lives[speaker], policy: policy,
        addressLimit: Self.addressLimit),
      seed: UInt64(speaker) &+ lives[speaker], now: now)
  }

  private func channel(of speaker: Int) -> PeerChannel {
    var channel = PeerChannel(
      node: Self.names[speaker], incarnation: lives[speaker], keys: keys)
    channel.setMembers(Self.names.map(MemberID.init(name:)))
    return channel
  }

  private mutating func start(_ speaker: Int) {
    tell(speaker, .members(Self.names))
    tell(speaker, .recorded(Record()))
    for address in Self.addresses.prefix(4) {
      tell(speaker, .address(address, .fit, Self.names.map { Candidate(MemberID(name: $0)) }))
    }
  }

  // MARK: What happens

  /// One event.
  mutating func happen(_ choices: inout Choices) {
    let event = choices.next(UInt8.self)
    let speaker = Int(event & 3) % 3
    switch (event >> 2) % 16 {
    case 0: advance(.milliseconds(Int64(choices.next(UInt8.self))), delivering: true)
    case 1: advance(.milliseconds(Int64(choices.next(UInt8.self)) * 20), delivering: true)
    case 2: advance(.milliseconds(Int64(choices.next(UInt8.self)) * 20), delivering: false)
    // The machine as a whole was suspended.
    case 3: now = now + .seconds(Int64(choices.next(UInt8.self)))
    case 4: deliver(to: speaker)
    case 5: if !wires[speaker].isEmpty { wires[speaker].removeFirst() }
    case 6: if let first = wires[speaker].first { wires[speaker].append(first) }
    case 7: change(&choices, on: speaker)
    case 8: invent(&choices, for: speaker)
    case 9: show(Datagram(octets: choices.bytes(choices.next(below: 200)), isFrame: false), speaker)
    case 10: setStanding(&choices, of: speaker)
    case 11: restart(speaker)
    case 12: tell(speaker, command(&choices))
    case 13: record(&choices, by: speaker)
    case 14: tell(speaker, .members(Self.names.filter { _ in choices.next(below: 4) != 0 }))
    default: tell(speaker, .deadlineReached)
    }
    check()
  }

  /// The speakers are left alone and settle.
  mutating func finish() {
    wires = [[], [], []]
    advance(.milliseconds(500), delivering: true)
    check()
  }

  private mutating func advance(_ time: TimeAmount, delivering: Bool) {
    let end = now + time
    var rounds = 0
    while let next = elections.map(\.nextDeadline).min(), next <= end, rounds < 300 {
      now = max(now, next)
      for speaker in elections.indices where elections[speaker].nextDeadline <= now {
        tell(speaker, .deadlineReached)
        require(elections[speaker].nextDeadline > now, "a deadline does not pass")
      }
      if delivering {
        for speaker in elections.indices { while !wires[speaker].isEmpty { deliver(to: speaker) } }
      }
      rounds += 1
    }
    now = end
  }

  private mutating func deliver(to speaker: Int) {
    guard !wires[speaker].isEmpty else { return }
    show(wires[speaker].removeFirst(), speaker)
  }

  /// An octet of what is on its way becomes another one.
  private mutating func change(_ choices: inout Choices, on speaker: Int) {
    let index = Int(choices.next(UInt8.self))
    let value = choices.next(UInt8.self)
    guard let first = wires[speaker].first?.octets, index < first.readableBytes else { return }
    wires[speaker][0].octets.setInteger(value, at: first.readerIndex + index)
  }

  /// A packet whose head is good where nothing is signed, with a message of the input.
  private mutating func invent(_ choices: inout Choices, for speaker: Int) {
    let other = (speaker + 1 + choices.next(below: 2)) % 3
    let form = choices.next(UInt8.self)
    let isFrame = form % 3 == 2
    let number: UInt64 = UInt64(choices.next(UInt16.self)) + 1000
    var octets = ByteBuffer()
    octets.writeMultipleIntegers(
      UInt16(0xBE11), UInt8(1), form % 3, MemberID(name: Self.names[other]).rawValue,
      lives[other] &+ UInt64(form >> 4), number,
      isFrame ? 0 : MemberID(name: Self.names[speaker]).rawValue, lives[speaker])
    var message = choices.bytes(choices.next(below: 200))
    octets.writeBuffer(&message)
    show(Datagram(octets: octets, isFrame: isFrame), speaker)
  }

  private mutating func show(_ datagram: Datagram, _ speaker: Int) {
    switch channels[speaker].open(datagram.octets, now: now) {
    case .message(let message, let sender, let incarnation):
      require(
        Self.names.contains { MemberID(name: $0) == sender }
          && sender != MemberID(name: Self.names[speaker]), "a stranger was let in")
      let event: Election.Event =
        datagram.isFrame
        ? .frame(message, from: sender, incarnation: incarnation, receivedAt: now)
        : .packet(message, from: sender, incarnation: incarnation, receivedAt: now)
      tell(speaker, event)
    case .greeting: break
    case .refused(_, .some(let reply), let member): send(reply, to: member, isFrame: false)
    case .refused(_, nil, _): break
    }
  }

  private mutating func setStanding(_ choices: inout Choices, of speaker: Int) {
    let address = Self.addresses[choices.next(below: Self.addresses.count)]
    let bits = choices.next(UInt8.self)
    let candidates = Self.names.indices.filter { bits >> UInt8($0) & 1 == 1 }.map {
      Candidate(
        MemberID(name: Self.names[$0]), fitness: bits >> 6, weight: Int32(bits >> 3 & 1))
    }
    let isCandidate = candidates.contains { $0.member == MemberID(name: Self.names[speaker]) }
    switch bits >> 4 & 3 {
    case 0: tell(speaker, .addressRemoved(address))
    case 1: tell(speaker, .address(address, .unfit, candidates))
    case 2: tell(speaker, .address(address, .leaving(within: .seconds(1)), candidates))
    default:
      tell(speaker, .address(address, isCandidate ? .fit : .leaving(within: nil), candidates))
    }
  }

  private mutating func restart(_ speaker: Int) {
    lives[speaker] += 1
    elections[speaker] = election(of: speaker)
    channels[speaker] = channel(of: speaker)
    start(speaker)
  }

  private func command(_ choices: inout Choices) -> Election.Event {
    let bits = choices.next(UInt8.self)
    let member = MemberID(name: Self.names[Int(bits >> 4) % 3])
    return switch bits & 15 {
    case 0, 1: .drain(bits & 1 == 0)
    case 2: .restart(hold: .milliseconds(Int64(choices.next(UInt16.self))))
    case 3:
      .rebalance(
        until: now + .seconds(Int64(choices.next(UInt8.self))),
        interval: .milliseconds(Int64(choices.next(UInt8.self))))
    case 4, 5: .gateway(isAnswering: bits & 1 == 0)
    case 6: .segmentHeard
    case 7: .hostAnswered(member)
    case 8: .portClosed(member)
    case 9, 10: .readiness(member, isReady: bits & 1 == 0)
    case 11: .sourceReachable(bits & 16 == 0)
    default: .deadlineReached
    }
  }

  /// A record, of this or another cluster.
  private mutating func record(_ choices: inout Choices, by speaker: Int) {
    var record = Record()
    for _ in 0..<choices.next(below: 4) {
      record.claims.append(
        ClaimRow(
          address: Self.addresses[choices.next(below: Self.addresses.count)],
          claim: Claim(
            owner: MemberID(name: Self.names[choices.next(below: 3)]),
            incarnation: UInt64(choices.next(UInt8.self)),
            epoch: Epoch(quorum: UInt64(choices.next(UInt8.self)), wire: choices.next()))))
    }
    for claim in record.claims.map(\.claim) where choices.next(below: 2) == 0 {
      let chosen = (0..<choices.next(below: 3)).map { _ in
        MemberID(name: Self.names[choices.next(below: 3)])
      }
      record.witnesses.append(
        WitnessNotice(
          subject: claim.owner, incarnation: claim.incarnation,
          version: UInt32(choices.next(UInt8.self)), current: chosen, former: []))
    }
    tell(speaker, .recorded(record))
  }

  // MARK: What a speaker does

  private mutating func tell(_ speaker: Int, _ event: Election.Event) {
    elections[speaker].handle(event, now: now, actions: &actions)
    for action in actions {
      switch action {
      case .send(let message, let member):
        require(member != MemberID(name: Self.names[speaker]), "it sends to itself")
        send(channels[speaker].packet(message, to: member), to: member, isFrame: false)
      case .broadcast(let message):
        let frame = channels[speaker].frame(message)
        for other in Self.names where other != Self.names[speaker] {
          send(frame, to: MemberID(name: other), isFrame: true)
        }
      case .answer(let address, _):
        require(Self.addresses.contains(address), "\(address) is answered and of no service")
      case .silence(_, let time):
        require(time >= .zero, "it forwards for \(time)")
      case .probeHost, .claimed, .witnessesChanged: break
      }
    }
  }

  private mutating func send(_ octets: ByteBuffer, to member: MemberID, isFrame: Bool) {
    require(octets.readableBytes <= PeerChannel.longest, "a packet is too long")
    guard let receiver = Self.names.firstIndex(where: { MemberID(name: $0) == member }),
      wires[receiver].count < 64
    else { return }
    wires[receiver].append(Datagram(octets: octets, isFrame: isFrame))
  }

  // MARK: What always holds

  private func check() {
    for election in elections {
      require(
        election.record.claims.count <= Self.addressLimit + Self.addresses.count,
        "\(election.record.claims.count) addresses are kept")
      for address in Self.addresses where election.answers(for: address, at: now) {
        require(
          election.addresses(at: now).contains { $0.address == address },
          "\(address) is answered and not shown")
      }
      let lease = election.lease(at: now)
      require(lease.acknowledging <= lease.witnesses, "\(lease)")
      require(
        election.members(at: now).count { $0.state != .removed } <= Self.names.count,
        "\(election.members(at: now))")
      _ = election.disagreements(at: now)
    }
  }
}
