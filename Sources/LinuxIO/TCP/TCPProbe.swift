public import Addresses
import Glibc
public import NIOCore

/// A connection that is made to see whether it can be, and closed again. Its methods wait.
public struct TCPProbe: Sendable {
  /// What came of it.
  public enum Outcome: Hashable, Sendable {
    /// The other side took it; with what it said to the request, if there was one.
    case connected(answer: [UInt8])
    case refused
    case silent
    /// The kernel, or a router by ICMP, says that it does not go.
    case failed(LinuxError)
  }

  /// Where to.
  public var address: IPAddress
  public var port: UInt16
  /// The kernel's number of the interface of a link-local address.
  public var interfaceIndex: UInt32
  /// The address that it comes from.
  public var source: IPAddress?
  /// TTL, device and password.
  public var options: TCPOptions
  /// How long each step takes at most.
  public var patience: TimeAmount

  /// A connection to this place.
  public init(
    to address: IPAddress, port: UInt16, interfaceIndex: UInt32 = 0, source: IPAddress? = nil,
    options: TCPOptions = TCPOptions(), patience: TimeAmount = .seconds(2)
  ) {
    self.address = address
    self.port = port
    self.interfaceIndex = interfaceIndex
    self.source = source
    self.options = options
    self.patience = patience
  }

  /// Connects from the calling thread's network namespace, and sends `request` if there is one; of
  /// the answer to that at most 4096 octets are read, until the other side closes.
  public func run(request: String = "") -> Outcome {
    let operation = "connecting to port \(port) of \(address)"
    do {
      let type =
        CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
      let socket = try Descriptor(
        Glibc.socket(address.family == .ipv6 ? AF_INET6 : AF_INET, type, 0), "opening a socket")
      try apply(to: socket)
      if let source {
        let name = SocketName(source, port: 0, interface: interfaceIndex)
        guard name.withPointer({ bind(socket.raw, $0, $1) }) == 0 else {
          throw LinuxError.last("binding to \(source)")
        }
      }
      let name = SocketName(address, port: port, interface: interfaceIndex)
      if name.withPointer({ connect(socket.raw, $0, $1) }) != 0 {
        guard errno == EINPROGRESS else { return Self.outcome(errno, operation) }
        guard wait(for: socket, Int16(POLLOUT)) else { return .silent }
        var code: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        getsockopt(socket.raw, SOL_SOCKET, SO_ERROR, &code, &length)
        guard code == 0 else { return Self.outcome(code, operation) }
      }
      return .connected(answer: request.isEmpty ? [] : ask(request, socket))
    } catch let error as LinuxError {
      return .failed(error)
    } catch {
      return .failed(LinuxError("\(error)", code: EINVAL))
    }
  }

  private static func outcome(_ code: CInt, _ operation: String) -> Outcome {
    switch code {
    case ECONNREFUSED: .refused
    case ETIMEDOUT: .silent
    default: .failed(LinuxError(operation, code: code))
    }
  }

  private func apply(to socket: Descriptor) throws {
    let isIPv6 = address.family == .ipv6
    if let ttl = options.timeToLive {
      try set(
        socket, isIPv6 ? CInt(IPPROTO_IPV6) : CInt(IPPROTO_IP),
        isIPv6 ? IPV6_UNICAST_HOPS : IP_TTL, CInt(ttl), "setting the TTL to \(ttl)")
    }
    if let ttl = options.minimumTimeToLive {
      try set(
        socket, isIPv6 ? CInt(IPPROTO_IPV6) : CInt(IPPROTO_IP),
        isIPv6 ? IPV6_MINHOPCOUNT : IP_MINTTL, CInt(ttl), "setting the least TTL to \(ttl)")
    }
    if let device = options.device {
      let code = device.withCString {
        setsockopt(socket.raw, SOL_SOCKET, SO_BINDTODEVICE, $0, socklen_t(device.utf8.count))
      }
      guard code == 0 else { throw LinuxError.last("binding to the device \(device)") }
    }
    if let key = options.md5 { try MD5Support.set(key, on: socket) }
  }

  private func set(
    _ socket: Descriptor, _ level: CInt, _ name: CInt, _ value: CInt, _ operation: String
  ) throws {
    var value = value
    guard setsockopt(socket.raw, level, name, &value, socklen_t(MemoryLayout<CInt>.size)) == 0
    else { throw LinuxError.last(operation) }
  }

  private func ask(_ request: String, _ socket: Descriptor) -> [UInt8] {
    let bytes = Array(request.utf8)
    guard send(socket.raw, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count else {
      return []
    }
    var answer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while answer.count < chunk.count, wait(for: socket, Int16(POLLIN)) {
      let count = recv(socket.raw, &chunk, chunk.count - answer.count, 0)
      guard count > 0 else { break }
      answer += chunk[..<count]
    }
    return answer
  }

  private func wait(for socket: Descriptor, _ events: Int16) -> Bool {
    var polled = pollfd(fd: socket.raw, events: events, revents: 0)
    let end = NIODeadline.now() + patience
    while true {
      let rest = (end - NIODeadline.now()).nanoseconds / 1_000_000
      guard rest > 0 else { return false }
      let count = poll(&polled, 1, CInt(clamping: rest))
      if count > 0 { return true }
      if count < 0, errno != EINTR { return false }
    }
  }
}
