import Addresses
import ArgumentParser
import Logging
import Resources
import Speaker

struct AnnounceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "announce",
    abstract: "Peer by BGP from the command line and announce prefixes until stopped.",
    discussion: """
      For a network lab, without Kubernetes:
        bellman announce --local-as 64512 --peer 192.0.2.1 --peer-as 64513 \\
          203.0.113.0/24 2001:db8::/48
      --prefixes-file takes any number of prefixes from a file, one on each line; empty lines and \
      what follows a # are skipped. A million of them are announced in a moment, to see what a \
      router makes of it.
      Session events are printed as they happen. SIGINT and SIGTERM withdraw the prefixes and close \
      the session with a Cease.
      """)

  @Option(help: ArgumentHelp("Our AS number.", valueName: "asn"))
  var localAs: UInt32

  @Option(
    help: ArgumentHelp("Address of the peer.", valueName: "address"),
    transform: AddressArgument.address)
  var peer: IPAddress

  @Option(help: ArgumentHelp("AS number of the peer.", valueName: "asn"))
  var peerAs: UInt32

  @Option(help: ArgumentHelp("TCP port of the peer.", valueName: "port"))
  var port: UInt16 = 179

  @Option(
    help: ArgumentHelp("Local address of the session.", valueName: "address"),
    transform: AddressArgument.address)
  var source: IPAddress?

  @Option(
    help: ArgumentHelp("BGP identifier; by default made from a local address.", valueName: "ipv4"),
    transform: AddressArgument.routerID)
  var routerId: IPv4Address?

  @Option(help: ArgumentHelp("Hold time in seconds, 0 or 3 to 65535.", valueName: "s"))
  var holdTime: UInt16 = 90

  @Option(
    help: ArgumentHelp("Next hop of the prefixes of its family; repeatable.", valueName: "address"),
    transform: AddressArgument.address)
  var nextHop: [IPAddress] = []

  @Option(help: ArgumentHelp("LOCAL_PREF, sent on iBGP.", valueName: "n"))
  var localPref: UInt32?

  @Option(
    help: ArgumentHelp("Community a:b or large:a:b:c; repeatable.", valueName: "community"))
  var community: [String] = []

  @Option(help: ArgumentHelp("File that holds the TCP MD5 password.", valueName: "file"))
  var passwordFile: String?

  @Option(
    help: ArgumentHelp("File of prefixes to announce, one on each line.", valueName: "file"))
  var prefixesFile: String?

  @Flag(help: "The peer is more than one hop away (eBGP multihop).")
  var multihop = false

  @Option(
    help: ArgumentHelp(
      "Wait there for the peer to connect, in place of dialling; repeatable. The port is 179 unless "
        + "given, an IPv6 address stands in brackets.",
      valueName: "address[:port]"),
    transform: AddressArgument.listenAddress)
  var listen: [ListenAddress] = []

  @OptionGroup var log: LogOptions

  @Argument(
    help: ArgumentHelp("Prefixes to announce.", valueName: "prefix"),
    transform: AddressArgument.prefix)
  var prefixes: [IPPrefix] = []

  func validate() throws {
    if prefixes.isEmpty, prefixesFile == nil {
      throw ValidationError("name at least one prefix to announce, or a file of them")
    }
    if localAs == 0 || peerAs == 0 { throw ValidationError("AS 0 is reserved (RFC 7607)") }
    if holdTime == 1 || holdTime == 2 {
      throw ValidationError("--hold-time is 0 or at least 3 seconds (RFC 4271 §4.2)")
    }
    if localPref != nil, localAs != peerAs {
      throw ValidationError(
        "--local-pref is sent within one AS only; --local-as and --peer-as differ (RFC 4271 §5.1.5)"
      )
    }
    for hop in nextHop where !prefixes.contains(where: { $0.family == hop.family }) {
      throw ValidationError("--next-hop \(hop): no \(hop.family.rawValue) prefix is announced")
    }
    for text in community where CommunityValue(text) == nil {
      throw ValidationError(
        "'\(text)' is not a community: write a:b with numbers up to 65535, or large:a:b:c")
    }
  }

  func run() async throws {
    bootstrapLogging(format: log.format, level: log.level)
    let options = AnnounceOptions(
      localAS: localAs, peer: peer, peerAS: peerAs, port: port, source: source,
      routerID: routerId, holdTime: holdTime, nextHops: nextHop, localPreference: localPref,
      communities: community.compactMap { CommunityValue($0) }, passwordFile: passwordFile,
      multihop: multihop, prefixes: prefixes, prefixesFile: prefixesFile,
      listen: listen)
    do {
      try await AnnounceProcess(options: options).run()
    } catch let error as SpeakerStartError {
      throw CommandFailure(error.description)
    }
  }
}
