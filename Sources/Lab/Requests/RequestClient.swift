public import Addresses
public import NIOCore

#if canImport(Glibc)
  import Glibc
#endif

/// The client that asks without pause: a new TCP connection for every request, or a single datagram,
/// each begun at its time whether or not the earlier ones were answered.
///
/// It prints a line for each request when that has come to its end, for ``RequestRecord`` to read. A
/// SYN that is lost is sent again by the kernel after one second; a client that is less patient than
/// that does not take a retransmission for an answer.
public struct RequestClient: Sendable {
  /// How it asks.
  public enum Transport: String, Sendable, CaseIterable {
    case tcp, udp
  }

  /// Whom it asks.
  public var address: IPAddress
  /// How it asks.
  public var transport: Transport
  /// The port.
  public var port: UInt16
  /// The time from the beginning of a request to that of the next, at least 1 ms.
  public var interval: TimeAmount
  /// How long it waits for an answer.
  public var patience: TimeAmount

  /// A client with these values.
  public init(
    address: IPAddress, transport: Transport = .tcp, port: UInt16 = 80,
    interval: TimeAmount = .milliseconds(5),
    patience: TimeAmount = .milliseconds(900)
  ) {
    self.address = address
    self.transport = transport
    self.port = port
    self.interval = max(interval, .milliseconds(1))
    self.patience = patience
  }

  /// Asks, and writes to standard output, until the process is ended.
  ///
  /// - Throws: ``LabError`` when the kernel refuses sockets, or nobody reads any more.
  public func run() throws {
    let target = try SocketAddress(ipAddress: "\(address)", port: Int(port))
    let clock = RequestClock()
    var requests: [Request] = []
    var descriptors: [pollfd] = []
    var next = clock.now
    while true {
      let now = clock.now
      if now - next > Self.stall { try write(RequestRecord.stall(at: next, for: now - next)) }
      while next <= now {
        requests.append(try Request(target, transport, startedAt: now))
        next += Double(interval.nanoseconds) / 1e9
        // After a pause of this process it does not make up for what it did not ask.
        if now - next > Self.stall { next = now }
      }
      for index in requests.indices where requests[index].outcome == nil {
        if now - requests[index].startedAt > Double(patience.nanoseconds) / 1e9 {
          requests[index].end(.noAnswer)
        }
      }
      try write(
        requests.compactMap { request in
          request.outcome.map { RequestRecord(request, $0, endedAt: now).line }
        }.joined())
      requests.removeAll { $0.outcome != nil }

      descriptors.removeAll(keepingCapacity: true)
      descriptors.append(contentsOf: requests.map(\.waitingFor))
      let wait = Int32((max(next - clock.now, 0) * 1000).rounded(.up))
      guard poll(&descriptors, UInt(descriptors.count), wait) > 0 else { continue }
      for index in descriptors.indices where descriptors[index].revents != 0 {
        requests[index].proceed()
      }
    }
  }

  /// So much later than it should, and the client is the one that was stalled.
  private static let stall = 0.02

  private func write(_ text: String) throws {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw LabError("nobody reads what the client has to say") }
      rest = rest.dropFirst(count)
    }
  }
}

/// Seconds of the epoch on a clock that nobody sets: the same as in captures when the client starts.
private struct RequestClock {
  private let offset: Double

  init() { offset = Self.read(CLOCK_REALTIME) - Self.read(CLOCK_MONOTONIC) }

  var now: Double { Self.read(CLOCK_MONOTONIC) + offset }

  private static func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// One request on its way.
private struct Request {
  let startedAt: Double
  private let descriptor: Int32
  private var hasAsked = false
  private var received: [UInt8] = []
  private(set) var outcome: RequestRecord.Outcome?

  /// What the pod has said, once the outcome is an answer.
  var reply: PodReply? { Self.reply(in: received) }

  init(
    _ target: SocketAddress, _ transport: RequestClient.Transport, startedAt: Double
  ) throws {
    self.startedAt = startedAt
    let kind = transport == .tcp ? SOCK_STREAM : SOCK_DGRAM
    let type = Int32(kind.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    descriptor = socket(target.protocol == .inet ? AF_INET : AF_INET6, type, 0)
    guard descriptor >= 0 else {
      throw LabError("the client cannot open a socket: \(String(cString: strerror(errno)))")
    }
    // The end of a request leaves nothing behind: no port is held for a minute.
    var abrupt = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &abrupt, socklen_t(MemoryLayout<linger>.size))
    let code = target.withSockAddr { connect(descriptor, $0, socklen_t($1)) }
    if code != 0, errno != EINPROGRESS {
      end(RequestRecord.Outcome(code: errno))
    } else if transport == .udp {
      ask()
    }
  }

  var waitingFor: pollfd {
    pollfd(fd: descriptor, events: Int16(hasAsked ? POLLIN : POLLOUT), revents: 0)
  }

  /// Does what the socket is ready for.
  mutating func proceed() {
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
    if code != 0 { return end(RequestRecord.Outcome(code: code)) }
    if hasAsked { receive() } else { ask() }
  }

  private mutating func ask() {
    let text = Array("GET / HTTP/1.0\r\n\r\n".utf8)
    let count = send(descriptor, text, text.count, Int32(MSG_NOSIGNAL))
    guard count == text.count else { return end(RequestRecord.Outcome(code: errno)) }
    hasAsked = true
  }

  private mutating func receive() {
    var buffer = [UInt8](repeating: 0, count: 1024)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    guard count > 0 else { return end(RequestRecord.Outcome(code: count < 0 ? errno : ECONNRESET)) }
    received += buffer[..<count]
    if reply != nil { end(.answered) }
  }

  mutating func end(_ outcome: RequestRecord.Outcome) {
    guard self.outcome == nil else { return }
    self.outcome = outcome
    close(descriptor)
  }

  private static func reply(in bytes: [UInt8]) -> PodReply? {
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.hasSuffix("\n") else { return nil }
    guard text.hasPrefix("HTTP/1.") else { return PodReply(text: text) }
    return text.firstRange(of: "\r\n\r\n").flatMap {
      PodReply(text: String(text[$0.upperBound...]))
    }
  }
}

extension RequestRecord {
  fileprivate init(_ request: Request, _ outcome: Outcome, endedAt: Double) {
    self.init(
      startedAt: request.startedAt, endedAt: endedAt, outcome: outcome, reply: request.reply)
  }
}

extension RequestRecord.Outcome {
  fileprivate init(code: Int32) {
    switch code {
    case ECONNREFUSED: self = .refused
    case ECONNRESET, EPIPE: self = .reset
    case EHOSTUNREACH, ENETUNREACH, ENETDOWN: self = .unreachable
    default: self = .noAnswer
    }
  }
}
