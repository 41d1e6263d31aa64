import Addresses
import LinuxIO
import NIOCore
import NIOPosix
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite(
  "TCP options", .ownThread, .serialized,
  .enabled(if: Requirements.areMet, "\(Requirements.reason)"))
struct TCPOptionsTests {
  /// Runs `body` with a loop in a namespace whose loopback has 192.0.2.1 and .2, 2001:db8::1 and ::2.
  private func withLoop(_ body: (MultiThreadedEventLoopGroup, Namespace) throws -> Void) throws {
    let namespace = try Namespace("t")
    defer { namespace.remove() }
    for number in 1...2 {
      try namespace.ip("addr add 192.0.2.\(number)/32 dev lo")
      try namespace.ip("addr add 2001:db8::\(number)/128 dev lo nodad")
      // The kernel makes the route in a work queue of its own, later.
      let isRouted = try eventually {
        try !namespace.ip("-6 route show table local 2001:db8::\(number)").isEmpty
      }
      try #require(isRouted)
    }
    let group = try namespace.run { MultiThreadedEventLoopGroup(numberOfThreads: 1) }
    defer { try? group.syncShutdownGracefully() }
    try body(group, namespace)
  }

  private func key(_ peer: String, _ password: String) throws -> TCPOptions.MD5Key {
    TCPOptions.MD5Key(peer: try #require(IPAddress(peer)), password: password)
  }

  private func listen(
    _ group: MultiThreadedEventLoopGroup, on address: String, _ options: [TCPOptions]
  ) throws -> any Channel {
    // NIO opens the socket on the thread that calls: it must be the loop's, which is in the namespace.
    try group.next().flatSubmit {
      ServerBootstrap(group: group)
        .serverChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            for options in options { try TCPOptions.apply(options, to: channel) }
          }
        }
        .bind(host: address, port: 0)
    }.wait()
  }

  private func connect(
    _ group: MultiThreadedEventLoopGroup, from source: String, to address: String, port: Int,
    _ options: TCPOptions, within timeout: TimeAmount = .seconds(5)
  ) throws -> any Channel {
    let local = try SocketAddress(ipAddress: source, port: 0)
    let remote = try SocketAddress(ipAddress: address, port: port)
    return try group.next().flatSubmit {
      ClientBootstrap(group: group)
        .connectTimeout(timeout)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture { try TCPOptions.apply(options, to: channel) }
        }
        .bind(to: local)
        .connect(to: remote)
    }.wait()
  }

  private func options(_ key: TCPOptions.MD5Key) -> TCPOptions {
    var options = TCPOptions()
    options.md5 = key
    return options
  }

  @Test(
    "sockets with the same password connect, others time out",
    arguments: [
      (listener: "192.0.2.1", server: "192.0.2.1", client: "192.0.2.2"),
      (listener: "2001:db8::1", server: "2001:db8::1", client: "2001:db8::2"),
      (listener: "::", server: "192.0.2.1", client: "192.0.2.2"),
    ])
  func md5(listener: String, server: String, client: String) throws {
    try withLoop { group, _ in
      let listening = try listen(group, on: listener, [options(key(client, "secret"))])
      let port = try #require(listening.localAddress?.port)

      let channel = try connect(
        group, from: client, to: server, port: port, options(key(server, "secret")))
      #expect(channel.isActive)
      try channel.close().wait()

      for other in [options(try key(server, "Secret")), TCPOptions()] {
        #expect(throws: (any Error).self) {
          try connect(
            group, from: client, to: server, port: port, other, within: .milliseconds(300)
          ).close().wait()
        }
      }
    }
  }

  @Test("a listener's password is replaced and removed, and other peers keep theirs")
  func changedKeys() throws {
    try withLoop { group, _ in
      let listening = try listen(
        group, on: "::",
        [options(key("192.0.2.2", "one")), options(key("2001:db8::2", "two"))])
      let port = try #require(listening.localAddress?.port)
      func connects(_ client: String, _ server: String, _ options: TCPOptions) -> Bool {
        guard
          let channel = try? connect(
            group, from: client, to: server, port: port, options, within: .milliseconds(300))
        else { return false }
        return (try? channel.close().wait()) != nil
      }
      func change(_ body: @escaping @Sendable (any Channel) throws -> Void) throws {
        try group.next().submit { try body(listening) }.wait()
      }
      let one = options(try key("192.0.2.1", "one"))
      let new = options(try key("192.0.2.1", "new"))
      let two = options(try key("2001:db8::1", "two"))
      #expect(connects("192.0.2.2", "192.0.2.1", one))
      let replacement = options(try key("192.0.2.2", "new"))
      try change { try TCPOptions.apply(replacement, to: $0) }
      #expect(!connects("192.0.2.2", "192.0.2.1", one))
      #expect(connects("192.0.2.2", "192.0.2.1", new))
      #expect(connects("2001:db8::2", "2001:db8::1", two))
      // Twice, for a key that is gone is as good.
      for _ in 0..<2 { try change { try TCPOptions.removeKeys(of: replacement, from: $0) } }
      #expect(connects("192.0.2.2", "192.0.2.1", TCPOptions()))
      #expect(!connects("192.0.2.2", "192.0.2.1", new))
      #expect(connects("2001:db8::2", "2001:db8::1", two))
    }
  }

  @Test("TCP-AO is there, or its absence is an error that names the remedy")
  func authenticationOption() throws {
    let key = TCPOptions.AOKey(
      peer: try #require(IPAddress("192.0.2.1")), algorithm: .hmacSHA1, sendID: 100,
      receiveID: 100, password: "secret")
    do {
      try AOSupport.check(key)
    } catch {
      #expect(error.description.contains("(errno \(ENOPROTOOPT))"))
      #expect(error.description.contains("Linux 6.7"))
      #expect(error.description.contains("bellman.dev/tcp-ao"))
    }
    var nothing = key
    nothing.password = ""
    #expect(throws: TCPOptionError.passwordLength(0)) { try AOSupport.check(nothing) }
  }

  @Test("a listener holds a password for each of several peers")
  func severalKeys() throws {
    try withLoop { group, _ in
      let listening = try listen(
        group, on: "192.0.2.1",
        [options(key("192.0.2.1", "one")), options(key("192.0.2.2", "two"))])
      let port = try #require(listening.localAddress?.port)
      for (client, password) in [("192.0.2.1", "one"), ("192.0.2.2", "two")] {
        let channel = try connect(
          group, from: client, to: "192.0.2.1", port: port, options(key("192.0.2.1", password)))
        #expect(channel.isActive)
        try channel.close().wait()
      }
    }
  }

  @Test("the kernel has what was set", arguments: ["192.0.2.", "2001:db8::"])
  func values(network: String) throws {
    try withLoop { group, _ in
      let listening = try listen(group, on: "\(network)1", [])
      let port = try #require(listening.localAddress?.port)
      var options = TCPOptions()
      options.noDelay = true
      options.trafficClass = .networkControl
      options.timeToLive = 255
      options.minimumTimeToLive = 1
      options.userTimeout = .seconds(90)
      options.device = "lo"
      let channel = try connect(
        group, from: "\(network)2", to: "\(network)1", port: port, options)
      let socket = try #require(channel as? any SocketOptionProvider)
      func value(_ level: NIOBSDSocket.OptionLevel, _ name: CInt) throws -> CInt {
        try socket.unsafeGetSocketOption(level: level, name: .init(rawValue: name)).wait()
      }
      #expect(try value(.tcp, 1) != 0, "TCP_NODELAY")
      #expect(try value(.tcp, 18) == 90_000, "TCP_USER_TIMEOUT")
      if network.contains(":") {
        #expect(try value(.ipv6, 67) == 0xC0, "IPV6_TCLASS")
        #expect(try value(.ipv6, 16) == 255, "IPV6_UNICAST_HOPS")
        #expect(try value(.ipv6, 73) == 1, "IPV6_MINHOPCOUNT")
      } else {
        #expect(try value(.ip, 1) == 0xC0, "IP_TOS")
        #expect(try value(.ip, 2) == 255, "IP_TTL")
        #expect(try value(.ip, 21) == 1, "IP_MINTTL")
      }
      try channel.close().wait()
    }
  }

  @Test("a peer that is too far away is not heard")
  func minimumTimeToLive() throws {
    try withLoop { group, _ in
      var far = TCPOptions()
      far.timeToLive = 64
      let listening = try listen(group, on: "192.0.2.1", [far])
      let port = try #require(listening.localAddress?.port)
      var secured = TCPOptions()
      secured.minimumTimeToLive = 255
      #expect(throws: (any Error).self) {
        try connect(
          group, from: "192.0.2.2", to: "192.0.2.1", port: port, secured,
          within: .milliseconds(300)
        ).close().wait()
      }
    }
  }

  @Test("what cannot be set is a typed error before the connection is tried")
  func errors() throws {
    try withLoop { group, _ in
      let cases: [(TCPOptions, TCPOptionError)] = [
        (options(try key("192.0.2.1", "")), .passwordLength(0)),
        (options(try key("192.0.2.1", String(repeating: "ä", count: 41))), .passwordLength(82)),
        (options(try key("2001:db8::1", "secret")), .familyMismatch),
        (device(""), .deviceName("")),
        (device("a-name-of-16-oct"), .deviceName("a-name-of-16-oct")),
        (
          device("no-such-if0"),
          .refused(
            .device,
            LinuxError(
              "binding to the device no-such-if0", code: 19, remedy: "there is no such interface"))
        ),
      ]
      for (options, expected) in cases {
        #expect(throws: expected) {
          try connect(group, from: "192.0.2.2", to: "192.0.2.1", port: 179, options)
            .close().wait()
        }
      }
    }
  }

  @Test("a password of 80 octets is accepted")
  func longestPassword() throws {
    try withLoop { group, _ in
      let password = String(repeating: "x", count: TCPOptions.MD5Key.maximumLength)
      let listening = try listen(group, on: "192.0.2.1", [options(key("192.0.2.2", password))])
      let port = try #require(listening.localAddress?.port)
      let channel = try connect(
        group, from: "192.0.2.2", to: "192.0.2.1", port: port, options(key("192.0.2.1", password)))
      #expect(channel.isActive)
      try channel.close().wait()
    }
  }

  private func device(_ name: String) -> TCPOptions {
    var options = TCPOptions()
    options.device = name
    return options
  }
}
