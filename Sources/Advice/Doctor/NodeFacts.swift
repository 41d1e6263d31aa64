public import Addresses

/// What was found out about a node. What is nil or missing could not be looked at.
public struct NodeFacts: Hashable, Sendable {
  /// The capabilities of capabilities(7) that a speaker may need, by their numbers there.
  public enum Capability: Int, Hashable, Sendable, CaseIterable {
    case netBindService = 10
    case netAdmin = 12
    case netRaw = 13
    case sysNice = 23

    /// The name with its prefix.
    public var name: String {
      switch self {
      case .netBindService: "CAP_NET_BIND_SERVICE"
      case .netAdmin: "CAP_NET_ADMIN"
      case .netRaw: "CAP_NET_RAW"
      case .sysNice: "CAP_SYS_NICE"
      }
    }
  }

  /// The effective capabilities of a process.
  public struct Capabilities: Hashable, Sendable {
    /// Whose they are, for people.
    public var holder: String
    /// The bits, as /proc/PID/status tells them.
    public var bits: UInt64

    /// The capabilities of a process.
    public init(holder: String, bits: UInt64) {
      self.holder = holder
      self.bits = bits
    }

    /// Whether the process has one.
    public func has(_ capability: Capability) -> Bool {
      bits >> UInt64(capability.rawValue) & 1 == 1
    }
  }

  /// Whether the kernel does something that was tried.
  public enum Trial: Hashable, Sendable {
    case works
    /// The process may not.
    case forbidden
    /// The kernel does not have it; with its message.
    case missing(String)
  }

  /// A network interface.
  public struct Interface: Hashable, Sendable {
    public var name: String
    /// Whether the administrator has set it up.
    public var isUp: Bool
    /// Whether it is up and has a carrier.
    public var isRunning: Bool
    public var isLoopback: Bool
    /// In octets.
    public var mtu: Int?
    /// The addresses with the prefixes that are on the link.
    public var addresses: [Address]
    /// The `rp_filter` that holds: the greater of its own and that of all.
    public var reversePathFilter: Int
    /// Why a speaker leaves it out unless it is named, as those of pods and tunnels; nil where it does
    /// not.
    public var exclusion: String?

    /// Whether a speaker uses it that was told of no interface.
    public var isUsedByDefault: Bool { !isLoopback && !addresses.isEmpty && exclusion == nil }

    /// An address and the length of the prefix on the link.
    public struct Address: Hashable, Sendable {
      public var address: IPAddress
      public var prefixLength: Int

      public init(_ address: IPAddress, prefixLength: Int) {
        self.address = address
        self.prefixLength = prefixLength
      }

      func isOnLink(_ other: IPAddress) -> Bool {
        IPPrefix(address, length: prefixLength)?.contains(other) ?? false
      }
    }

    /// An interface with these values; by default one that runs.
    public init(
      name: String, isUp: Bool = true, isRunning: Bool = true, isLoopback: Bool = false,
      mtu: Int? = 1500, addresses: [Address] = [], reversePathFilter: Int = 0,
      exclusion: String? = nil
    ) {
      self.exclusion = exclusion
      self.name = name
      self.isUp = isUp
      self.isRunning = isRunning
      self.isLoopback = isLoopback
      self.mtu = mtu
      self.addresses = addresses
      self.reversePathFilter = reversePathFilter
    }
  }

  /// The kernel would answer for an announced address by itself.
  public struct KernelAnswer: Hashable, Sendable {
    public var address: IPAddress
    /// The interface that has the address.
    public var holder: String
    /// The interface on which the kernel answers.
    public var interface: String

    public init(address: IPAddress, holder: String, interface: String) {
      self.address = address
      self.holder = holder
      self.interface = interface
    }
  }

  /// The transports of ports.
  public enum Transport: String, Hashable, Sendable {
    case tcp
    case udp
  }

  /// A socket that has a port: a listening one of TCP, or one of UDP.
  public struct PortHolder: Hashable, Sendable {
    public var transport: Transport
    public var address: IPAddress
    public var port: UInt16
    /// The process; nil where /proc does not show it.
    public var pid: Int32?
    /// The name of the process.
    public var process: String?

    public init(
      _ transport: Transport, address: IPAddress, port: UInt16, pid: Int32?, process: String?
    ) {
      self.transport = transport
      self.address = address
      self.port = port
      self.pid = pid
      self.process = process
    }
  }

  /// The clocks.
  public struct Clock: Hashable, Sendable {
    /// Whether the kernel holds the wall clock for synchronised (adjtimex(2), not STA_UNSYNC).
    public var isSynchronised: Bool
    /// How far off it may be, in microseconds.
    public var maximumError: Int64
    /// For how many milliseconds the machine was suspended since it started.
    public var suspended: Int64

    public init(isSynchronised: Bool, maximumError: Int64, suspended: Int64) {
      self.isSynchronised = isSynchronised
      self.maximumError = maximumError
      self.suspended = suspended
    }
  }

  /// The largest packet to a place, as the kernel knows it by now.
  public struct PathMTU: Hashable, Sendable {
    /// `peer NAME` or `node NAME`.
    public var subject: String
    public var address: IPAddress
    /// In octets.
    public var octets: Int

    public init(subject: String, address: IPAddress, octets: Int) {
      self.subject = subject
      self.address = address
      self.octets = octets
    }
  }

  /// What kube-proxy said of itself.
  public struct ServiceProxy: Hashable, Sendable {
    /// The answer of 127.0.0.1:10256/healthz.
    public enum Health: Hashable, Sendable {
      case silent
      /// An HTTP status.
      case answered(Int)
    }

    public var health: Health
    /// What 127.0.0.1:10249/proxyMode said: `iptables`, `nftables` or `ipvs`; nil for no answer.
    public var mode: String?

    public init(health: Health, mode: String?) {
      self.health = health
      self.mode = mode
    }
  }

  /// What came of connecting to a peer.
  public enum PeerAnswer: Hashable, Sendable {
    /// It took the connection, which was closed again.
    case connected
    /// It answered with a reset.
    case refused
    /// It did not answer for so many milliseconds.
    case silent(milliseconds: Int)
    /// The kernel or a router said so.
    case failed(String)
    /// There is no route to it.
    case noRoute
  }

  public var capabilities: Capabilities?
  /// The least port that needs no CAP_NET_BIND_SERVICE.
  public var firstFreePort: UInt16
  /// A packet socket (AF_PACKET).
  public var packetSockets: Trial?
  /// TCP MD5 (RFC 2385).
  public var tcpMD5: Trial?
  /// TCP-AO (RFC 5925).
  public var tcpAO: Trial?
  public var interfaces: [Interface]
  public var kernelAnswers: [KernelAnswer]
  public var ports: [PortHolder]
  public var firewall: Firewall
  public var clock: Clock?
  public var pathMTUs: [PathMTU]
  public var serviceProxy: ServiceProxy?
  /// By the name of the peer.
  public var peerAnswers: [String: PeerAnswer]
  /// What could not be looked at, and why, in sentences.
  public var omissions: [String]

  /// Facts with these values; by default those of a node where nothing is wrong.
  public init(
    capabilities: Capabilities? = nil, firstFreePort: UInt16 = 1024, packetSockets: Trial? = nil,
    tcpMD5: Trial? = nil, tcpAO: Trial? = nil, interfaces: [Interface] = [],
    kernelAnswers: [KernelAnswer] = [], ports: [PortHolder] = [], firewall: Firewall = Firewall(),
    clock: Clock? = nil, pathMTUs: [PathMTU] = [], serviceProxy: ServiceProxy? = nil,
    peerAnswers: [String: PeerAnswer] = [:], omissions: [String] = []
  ) {
    self.capabilities = capabilities
    self.firstFreePort = firstFreePort
    self.packetSockets = packetSockets
    self.tcpMD5 = tcpMD5
    self.tcpAO = tcpAO
    self.interfaces = interfaces
    self.kernelAnswers = kernelAnswers
    self.ports = ports
    self.firewall = firewall
    self.clock = clock
    self.pathMTUs = pathMTUs
    self.serviceProxy = serviceProxy
    self.peerAnswers = peerAnswers
    self.omissions = omissions
  }
}
