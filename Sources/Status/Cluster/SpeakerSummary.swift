import Addresses
/// What the view of the whole cluster needs of one speaker: the part of a ``StatusDocument`` that
/// differs from node to node, packed.
///
/// A hundred speakers that know the same five thousand addresses repeat themselves: whole documents
/// would be hundreds of megabytes. Here the addresses stand once, as text that is equal on all
/// speakers and so compared, not read; and all addresses of which a speaker says the same share one
/// entry. Sentences are left out: `bellman explain` has them.
public struct SpeakerSummary: VersionedDocument, Hashable {
  public static let currentVersion = 1

  /// What a speaker is to some addresses.
  public struct State: Codable, Hashable, Sendable {
    /// The addresses, by their places in the catalogue, such as `0-4,7`.
    public let at: String
    /// What it is to them by layer 2.
    public let layer2: Layer2
    /// Whether it announces them by BGP.
    public let bgp: BGPVerdict
    /// The reason of that.
    public let bgpReason: String
    /// The peers that have the announcement, sorted.
    public let peers: [String]
  }

  /// What a speaker is to an address by layer 2. What only the owner can know is nil for others.
  public struct Layer2: Codable, Hashable, Sendable {
    /// What it is.
    public let verdict: Layer2Verdict
    /// The reason of that.
    public let reason: String
    /// Who owns it, as this speaker knows; nil for nobody.
    public let owner: String?
    /// Since when the owner has been that.
    public let since: Timestamp?
    /// The epoch of its claim, as people read it.
    public let epoch: String?
    /// The last change of the owner.
    public let lastMove: MoveStatus?
    /// Why it does not answer although it owns the address.
    public let obstacle: ObstacleStatus?
    /// The MAC addresses of those who use the address besides, sorted.
    public let conflicts: [String]
  }

  /// A change of what a speaker does for some addresses.
  public struct Change: Codable, Hashable, Sendable {
    /// The addresses, by their places in the catalogue, such as `0-4,7`.
    public let at: String
    /// What changed, when and why. Where the reason names the address, ``addressMark`` stands for it.
    public let change: AddressChange
  }

  /// What holds for the node as a whole.
  public struct Condition: Codable, Hashable, Sendable {
    /// Since when the node is drained; nil where it is not.
    public let drainedSince: Timestamp?
    /// Whether it may answer by layer 2; nil without an election.
    public let isLeaseHeld: Bool?
    /// The members whose speakers it holds dead, sorted.
    public let deadMembers: [String]
    /// The members whose speakers are silent while their hosts answer, sorted.
    public let stalledMembers: [String]
    /// Whether its source can be asked; nil where that is not known.
    public let isSourceReachable: Bool?
  }

  /// The version of the document's form, ``currentVersion`` where this program made it.
  public let version: Int
  /// `summary`, which tells it from a ``StatusDocument``.
  public let form: String
  /// The node that the speaker speaks for.
  public let node: String
  /// The version of the program.
  public let programVersion: String
  /// When the speaker started.
  public let startedAt: Timestamp
  /// A line for each address, sorted: the address, the policy, the pool or `-`, and the services with
  /// commas between.
  public let catalogue: String
  /// What it is to the addresses.
  public let states: [State]
  /// Since when it has announced each by BGP, in the order of the catalogue, in seconds since 1970,
  /// with how often the same is repeated: `1700000000*3 0 1700000009`. 0 where it does not.
  public let bgpSince: String
  /// The newest changes of addresses that nobody claims by layer 2, at most ``changeLimit``; those that
  /// are the same of several addresses count once.
  public let changes: [Change]
  /// The services that have no address to announce, by name.
  public let servicesWithoutAddress: [ServiceStatus]
  /// How many peers are configured on the node.
  public let peers: Int
  /// How many of their sessions are established.
  public let sessions: Int
  /// What is wrong with its configuration: errors first; at most ``problemLimit``.
  public let problems: [Problem]
  /// What holds for the node as a whole.
  public let condition: Condition

  /// The largest number of changes that are told.
  public static let changeLimit = 64
  /// The largest number of problems that are told.
  public static let problemLimit = 100
  /// What stands for the address in the reason of a change.
  static let addressMark = "\u{FFFC}"
  /// The value of ``form``.
  static let formName = "summary"

  /// The summary of what a speaker says.
  public init(_ document: StatusDocument) {
    version = Self.currentVersion
    form = Self.formName
    node = document.node
    programVersion = document.programVersion
    startedAt = document.startedAt
    let addresses = document.addresses
    catalogue = addresses.map(Catalogue.line).joined(separator: "\n")
    states = Self.states(of: addresses)
    bgpSince = RunLengths.text(
      addresses.map { address in
        address.bgp.verdict == .announced
          ? (address.bgp.since ?? address.since).secondsSince1970 : 0
      })
    changes = Self.changes(of: addresses)
    servicesWithoutAddress = document.servicesWithoutAddress
    peers = document.peers.count
    sessions = document.peers.count { $0.state == .established }
    problems = Array(document.problems.sorted().prefix(Self.problemLimit))
    condition = Condition(document)
  }

  /// Of an address that is claimed, its owner tells the last move. A session that goes or comes changes
  /// thousands of addresses at once, with reasons that differ in the address alone.
  private static func changes(of addresses: [AddressStatus]) -> [Change] {
    var places: [AddressChange: [Int]] = [:]
    for (place, address) in addresses.enumerated() where address.layer2.claim?.epoch == nil {
      guard let change = address.lastChange else { continue }
      places[change.marking(address.address), default: []].append(place)
    }
    return places.map { (change: $0.key, places: $0.value) }
      .sorted { ($1.change.at, $0.places[0]) < ($0.change.at, $1.places[0]) }
      .prefix(changeLimit)
      .map { Change(at: PlaceRanges.text($0.places), change: $0.change) }
  }

  private struct Key: Hashable {
    let layer2: Layer2
    let bgp: BGPVerdict
    let bgpReason: String
    let peers: [String]
  }

  private static func states(of addresses: [AddressStatus]) -> [State] {
    var places: [Key: [Int]] = [:]
    for (place, address) in addresses.enumerated() {
      let key = Key(
        layer2: Layer2(address.layer2), bgp: address.bgp.verdict, bgpReason: address.bgp.reason,
        peers: address.bgp.peers)
      places[key, default: []].append(place)
    }
    return places.sorted { ($0.value.first ?? 0) < ($1.value.first ?? 0) }.map { key, places in
      State(
        at: PlaceRanges.text(places), layer2: key.layer2, bgp: key.bgp,
        bgpReason: key.bgpReason, peers: key.peers)
    }
  }
}

extension AddressChange {
  /// The same with a mark in place of the address.
  fileprivate func marking(_ address: IPAddress) -> Self {
    Self(
      at: at, what: what,
      why: why.replacing(address.description, with: SpeakerSummary.addressMark))
  }

  /// The same with the address in place of the mark.
  func naming(_ address: IPAddress) -> Self {
    Self(
      at: at, what: what,
      why: why.replacing(SpeakerSummary.addressMark, with: address.description))
  }
}

extension SpeakerSummary.Condition {
  fileprivate init(_ document: StatusDocument) {
    func members(_ state: MemberStatus.State) -> [String] {
      (document.election?.members ?? []).filter { $0.state == state }.map(\.name).sorted()
    }
    self.init(
      drainedSince: document.drain?.since, isLeaseHeld: document.election?.lease.isHeld,
      deadMembers: members(.dead), stalledMembers: members(.stalled),
      isSourceReachable: document.source.isReachable)
  }
}

extension SpeakerSummary.Layer2 {
  fileprivate init(_ status: Layer2Status) {
    let isOwner = status.verdict == .owner
    self.init(
      verdict: status.verdict, reason: status.reason, owner: status.owner,
      since: isOwner ? status.since : nil, epoch: isOwner ? status.claim?.epochText : nil,
      lastMove: isOwner ? status.claim?.lastMove : nil,
      obstacle: isOwner ? status.claim?.obstacle : nil,
      conflicts: Set(status.conflicts.filter { $0.claims > 0 }.map(\.mac.description)).sorted())
  }
}
