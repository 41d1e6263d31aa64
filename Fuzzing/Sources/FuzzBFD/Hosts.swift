import Addresses
import BFD
import Fuzzer
import NIOCore

/// Two hosts with a session each, and the path between them, which the input may change at will.
struct Hosts {
  private let session = SessionID(rawValue: 1)
  private let addresses: [IPAddress]
  private let configurations: [Session.Configuration]
  private var hosts = [Sessions(seed: 1), Sessions(seed: 2)]
  private var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
  /// What is on its way to each host.
  private var wires: [[ByteBuffer]] = [[], []]

  /// Two hosts whose sessions the input configures.
  init?(_ choices: inout Choices) {
    addresses = ["192.0.2.1", "192.0.2.2"].compactMap { IPAddress($0) }
    let bits = choices.next(UInt8.self)
    let kinds: [Authentication.Kind?] = [nil, .keyedSHA1, .meticulousKeyedSHA1, nil]
    let kind = kinds[Int(bits & 3)]
    let parameters = Self.parameters(&choices)
    configurations = addresses.indices.map { [addresses] host in
      Session.Configuration(
        path: Path(
          remote: addresses[1 - host],
          hops: bits & 4 == 0 ? .single : .multiple(minimumTimeToLive: 9)),
        parameters: parameters, isPassive: bits >> UInt8(3 + host) & 1 == 1,
        authentication: kind.map { Authentication(kind: $0, keyID: 7, key: Array("secret".utf8)) })
    }
    for host in 0...1 {
      var actions: [Action] = []
      do {
        try hosts[host].add(session, configurations[host], now: now, into: &actions)
      } catch {
        return nil
      }
      perform(actions, by: host)
    }
  }

  /// Mostly good ones.
  private static func parameters(_ choices: inout Choices) -> Session.Parameters {
    let bits = choices.next(UInt8.self)
    return Session.Parameters(
      desiredMinTxInterval: .milliseconds([50, 300, 1000, 4_294_967][Int(bits & 3)]),
      requiredMinRxInterval: .milliseconds([50, 300, 1000, 4_294_967][Int(bits >> 2 & 3)]),
      requiredMinEchoRxInterval: .milliseconds(Int64(bits >> 4 & 1) * 50),
      detectMultiplier: [3, 1, 255, 0, 5, 3, 3, 3][Int(bits >> 5)])
  }

  // MARK: What happens

  /// One event.
  mutating func happen(_ choices: inout Choices) {
    let event = choices.next(UInt8.self)
    let host = Int(event & 1)
    switch (event >> 1) % 12 {
    case 0: advance(.milliseconds(Int64(choices.next(UInt8.self))))
    case 1: advance(.seconds(Int64(choices.next(UInt8.self))))
    case 2: deliver(to: host, timeToLive: 255)
    case 3: deliver(to: host, timeToLive: choices.next())
    case 4: if !wires[host].isEmpty { wires[host].removeFirst() }
    case 5: if let first = wires[host].first { wires[host].append(first) }
    case 6: change(&choices, on: host)
    case 7:
      let count = choices.next(below: 80)
      show(choices.bytes(count), to: host, timeToLive: 255)
    case 8: show(packet(&choices, to: host), to: host, timeToLive: 255)
    case 9:
      act(by: host) { $0.setEnabled(SessionID(rawValue: 1), event & 0x80 == 0, now: $1, into: &$2) }
    case 10:
      let parameters = Self.parameters(&choices)
      try? hosts[host].change(session, parameters, now: now)
    default:
      if event & 0x80 == 0 {
        act(by: host) { $0.remove(SessionID(rawValue: 1), now: $1, into: &$2) }
      } else if hosts[host][session] == nil {
        let configuration = configurations[host]
        act(by: host) { try? $0.add(SessionID(rawValue: 1), configuration, now: $1, into: &$2) }
      }
    }
    check()
  }

  /// The sessions are removed, and nothing is left of them.
  mutating func finish() {
    for host in 0...1 {
      act(by: host) { $0.remove(SessionID(rawValue: 1), now: $1, into: &$2) }
    }
    // 255 intervals of 71 minutes at most.
    for _ in 0..<1000 where hosts.contains(where: { $0.count > 0 }) {
      guard let next = hosts.compactMap(\.nextDeadline).min() else { break }
      now = max(now, next)
      serve()
    }
    require(hosts.allSatisfy { $0.count == 0 }, "a session stays for ever")
    require(hosts.allSatisfy { $0.nextDeadline == nil }, "nobody is there, but a timer")
  }

  private mutating func advance(_ time: TimeAmount) {
    let end = now + time
    var rounds = 0
    while let next = hosts.compactMap(\.nextDeadline).min(), next <= end, rounds < 200 {
      now = max(now, next)
      serve()
      rounds += 1
    }
    now = end
    serve()
  }

  private mutating func serve() {
    for host in 0...1 {
      for round in 0... {
        guard let next = hosts[host].nextDeadline, next <= now else { break }
        require(round < 10, "a deadline does not pass")
        act(by: host) { $0.deadlineReached(now: $1, into: &$2) }
      }
    }
  }

  private mutating func deliver(to host: Int, timeToLive: UInt8) {
    guard !wires[host].isEmpty else { return }
    show(wires[host].removeFirst(), to: host, timeToLive: timeToLive)
  }

  /// An octet of what is on its way becomes another one.
  private mutating func change(_ choices: inout Choices, on host: Int) {
    let index = choices.next(below: 64)
    let value = choices.next(UInt8.self)
    guard let first = wires[host].first, index < first.readableBytes else { return }
    wires[host][0].setInteger(value, at: first.readerIndex + index)
  }

  private mutating func show(_ datagram: ByteBuffer, to host: Int, timeToLive: UInt8) {
    _ = try? AuthenticationSection(parsing: datagram.readableBytesSpan)
    let arrival = Arrival(
      source: addresses[1 - host], destination: addresses[host], interface: 1,
      timeToLive: timeToLive, isMultihop: configurations[host].path.isMultihop)
    _ = hosts[host].reflectsEcho(arrival)
    act(by: host) { $0.receive(datagram.readableBytesSpan, arrival, now: $1, into: &$2) }
  }

  /// A packet of good form for the session of a host, with values of the input.
  private func packet(_ choices: inout Choices, to host: Int) -> ByteBuffer {
    let bits = choices.next(UInt16.self)
    let packet = ControlPacket(
      state: [.adminDown, .down, .`init`, .up][Int(bits & 3)],
      flags: ControlPacket.Flags(rawValue: UInt8(bits >> 2 & 0x3F)).subtracting(
        .authenticationPresent),
      detectMultiplier: choices.next(), myDiscriminator: UInt32(bits >> 8),
      yourDiscriminator: bits & 0x8000 == 0 ? hosts[host][session]?.discriminator ?? 0 : 0,
      desiredMinTxInterval: choices.next(), requiredMinRxInterval: choices.next())
    var buffer = ByteBuffer()
    packet.write(into: &buffer)
    return buffer
  }

  // MARK: What a host does

  private mutating func act(
    by host: Int, _ body: (inout Sessions, NIODeadline, inout [Action]) -> Void
  ) {
    var actions: [Action] = []
    body(&hosts[host], now, &actions)
    perform(actions, by: host)
  }

  private mutating func perform(_ actions: [Action], by host: Int) {
    for action in actions {
      guard case .send(let id, let packet) = action else { continue }
      var datagram = ByteBuffer()
      guard hosts[host].write(packet, of: id, into: &datagram) else { continue }
      do throws(DropReason) {
        let again = try ControlPacket(parsing: datagram.readableBytesSpan)
        require(again == packet, "\(packet) reads \(again) after it was written")
        if packet.flags.contains(.authenticationPresent) {
          let section = try AuthenticationSection(parsing: datagram.readableBytesSpan)
          require(section.keyID == 7, "\(section)")
        }
      } catch {
        fatalError("we sent a malformed packet, \(error): \(packet)")
      }
      if wires[1 - host].count < 16 { wires[1 - host].append(datagram) }
    }
  }

  // MARK: What always holds

  private func check() {
    for host in hosts {
      guard let session = host[session] else { continue }
      require(!session.isFinished, "a session that has ended is still there")
      require(
        !session.isStopping || session.nextDeadline != nil, "a session that ends has no timer")
      let isSilent = session.configuration.isPassive || session.state == .up
      require(session.nextDeadline != nil || isSilent, "\(session.state) without a timer")
      require(
        session.statistics.failures <= session.statistics.ups, "more failures than sessions")
    }
  }
}
