import Foundation
import NIOCore
import NIOPosix

/// Sends an echo packet with TTL 255 from an address to another, in the namespace of this thread;
/// what comes back within half a second, and with which TTL.
func echoReply(from source: String, to destination: String) throws -> String? {
  let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
  defer { close(descriptor) }
  func set(_ level: Int, _ name: Int32, _ value: Int32) {
    var value = value
    setsockopt(descriptor, Int32(level), name, &value, socklen_t(MemoryLayout<Int32>.size))
  }
  set(Int(IPPROTO_IP), IP_TTL, 255)
  let local = try SocketAddress(ipAddress: source, port: 0)
  let remote = try SocketAddress(ipAddress: destination, port: 3785)
  let bound = local.withSockAddr { bind(descriptor, $0, socklen_t($1)) }
  guard bound == 0 else { return nil }
  let text = "bellman echo"
  let sent = remote.withSockAddr { address, length in
    sendto(descriptor, text, text.utf8.count, 0, address, socklen_t(length))
  }
  guard sent == text.utf8.count else { return nil }
  set(Int(IPPROTO_IP), IP_RECVTTL, 1)
  var timeout = timeval(tv_sec: 0, tv_usec: 500_000)
  setsockopt(
    descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
  var payload = [UInt8](repeating: 0, count: 100)
  var control = [UInt8](repeating: 0, count: 100)
  let result = payload.withUnsafeMutableBytes { payload in
    control.withUnsafeMutableBytes { control in
      var vector = iovec(iov_base: payload.baseAddress, iov_len: payload.count)
      return withUnsafeMutablePointer(to: &vector) { vector in
        var message = msghdr()
        message.msg_iov = vector
        message.msg_iovlen = 1
        message.msg_control = control.baseAddress
        message.msg_controllen = control.count
        return recvmsg(descriptor, &message, 0)
      }
    }
  }
  guard result > 0 else { return nil }
  // The one control message: a header of 16 octets, then the TTL.
  return "\(String(decoding: payload[..<result], as: UTF8.self)) ttl \(control[16])"
}
