import LinuxIO

/// Two hosts and a cable between them: 192.0.2.1 and 192.0.2.2, 2001:db8::1 and 2001:db8::2,
/// fe80::1 and fe80::2, each on `eth0`.
struct Link {
  let near: Namespace
  let far: Namespace

  /// Makes a link, hands it to `body`, and removes it, whatever happens.
  static func with(_ body: (Link) throws -> Void) throws {
    let near = try Namespace("n")
    defer { near.remove() }
    let far = try Namespace("f")
    defer { far.remove() }
    try near.ip("link add eth0 type veth peer name eth0 netns \(far.name)")
    for (number, host) in [(1, near), (2, far)] {
      try host.ip("link set eth0 addrgenmode none")
      try host.ip("addr add 192.0.2.\(number)/24 dev eth0")
      try host.ip("addr add 2001:db8::\(number)/64 dev eth0 nodad")
      try host.ip("addr add fe80::\(number)/64 dev eth0 nodad")
      try host.ip("link set eth0 up")
    }
    try body(Link(near: near, far: far))
  }

  /// The index of `eth0` on a host.
  func interface(of host: Namespace) throws -> UInt32 {
    UInt32(try host.interface().index)
  }
}
