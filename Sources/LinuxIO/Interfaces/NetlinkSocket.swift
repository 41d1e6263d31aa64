import CLinux
import Glibc

/// A socket for the kernel's routing messages (rtnetlink(7)).
struct NetlinkSocket {
  let descriptor: Descriptor

  /// Opens a socket in the network namespace of the calling thread; `groups` is a mask of RTMGRP_ bits.
  init(groups: UInt32 = 0) throws(LinuxError) {
    descriptor = try Descriptor(
      socket(AF_NETLINK, CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue), NETLINK_ROUTE),
      "opening a netlink socket")
    var address = sockaddr_nl()
    address.nl_family = sa_family_t(AF_NETLINK)
    address.nl_groups = groups
    let size = socklen_t(MemoryLayout<sockaddr_nl>.size)
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor.raw, $0, size)
      }
    }
    guard status == 0 else { throw .last("binding a netlink socket") }
  }

  /// Asks for all objects of a kind, and hands the body of each `answerType` message to `consume`.
  func dump(
    request requestType: Int, answer answerType: Int, consume: (RawSpan) -> Void
  ) throws(LinuxError) {
    struct Request {
      var header = nlmsghdr()
      var body = rtgenmsg()
    }
    var request = Request()
    request.header.nlmsg_len = UInt32(MemoryLayout<nlmsghdr>.size + MemoryLayout<rtgenmsg>.size)
    request.header.nlmsg_type = UInt16(requestType)
    request.header.nlmsg_flags = UInt16(NLM_F_REQUEST | NLM_F_DUMP)
    request.header.nlmsg_seq = 1
    guard send(descriptor.raw, &request, Int(request.header.nlmsg_len), 0) >= 0 else {
      throw .last("asking the kernel for its interfaces")
    }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(descriptor.raw, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .last("reading the kernel's interfaces") }
      var isDone = false
      var failure: CInt = 0
      NetlinkMessages.forEach(in: buffer.span.bytes.extracting(0..<count)) { type, body in
        switch Int(type) {
        case answerType: consume(body)
        case Int(NLMSG_DONE): isDone = true
        case Int(NLMSG_ERROR):
          isDone = true
          if body.byteCount >= 4 {
            failure = -body.unsafeLoadUnaligned(fromByteOffset: 0, as: Int32.self)
          }
        default: break
        }
      }
      if failure > 0 { throw LinuxError("reading the kernel's interfaces", code: failure) }
      if isDone { return }
    }
  }

  /// Hands what has come in to `consume`, with the type of each message; whether something had.
  func drain(_ consume: (UInt16, RawSpan) -> Void) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var hadSome = false
    while true {
      let count = recv(descriptor.raw, &buffer, buffer.count, CInt(MSG_DONTWAIT))
      if count >= 0 {
        hadSome = true
        NetlinkMessages.forEach(in: buffer.span.bytes.extracting(0..<count), consume)
      } else if errno == ENOBUFS {
        // The kernel had more to say than the socket could hold: something changed all the same.
        hadSome = true
      } else if errno != EINTR {
        return hadSome
      }
    }
  }
}

/// Walks over messages and attributes of netlink, whose lengths are checked and padded to 4 octets.
enum NetlinkMessages {
  static func forEach(in bytes: RawSpan, _ body: (UInt16, RawSpan) -> Void) {
    walk(bytes, headerLength: 16) { start in
      (
        Int(bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt32.self)),
        bytes.unsafeLoadUnaligned(fromByteOffset: start + 4, as: UInt16.self)
      )
    } body: {
      body($0, $1)
    }
  }

  static func forEachAttribute(
    of message: RawSpan, from start: Int, _ body: (Int, RawSpan) -> Void
  ) {
    guard start <= message.byteCount else { return }
    let bytes = message.extracting(start..<message.byteCount)
    walk(bytes, headerLength: 4) { start in
      (
        Int(bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt16.self)),
        bytes.unsafeLoadUnaligned(fromByteOffset: start + 2, as: UInt16.self) & 0x3FFF
      )
    } body: {
      body(Int($0), $1)
    }
  }

  private static func walk(
    _ bytes: RawSpan, headerLength: Int, header: (Int) -> (length: Int, type: UInt16),
    body: (UInt16, RawSpan) -> Void
  ) {
    var offset = 0
    while bytes.byteCount - offset >= headerLength {
      let (length, type) = header(offset)
      guard length >= headerLength, length <= bytes.byteCount - offset else { return }
      body(type, bytes.extracting(offset + headerLength..<offset + length))
      offset += (length + 3) & ~3
    }
  }
}
