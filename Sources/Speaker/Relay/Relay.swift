import Addresses
import Election
import LinuxIO
import NIOCore
import NIOPosix
import Synchronization

/// What the control loop tells the relay, and what the status shows of it.
final class Relay: Sendable {
  let node: MemberID
  /// Says that there are events.
  let news: AsyncStream<Void>

  private let nftables: Nftables
  private let wake: AsyncStream<Void>.Continuation
  private let events = Mutex<[RelayPlan.Event]>([])
  private let failure = Mutex<String?>(nil)

  private init(node: String, nftables: Nftables) {
    self.node = MemberID(name: node)
    self.nftables = nftables
    (news, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// The relay that is asked for, after a look whether this host can do that; what an earlier speaker
  /// of the host has left is removed. Nil for none. Throws ``SpeakerStartError``.
  static func prepare(_ mode: RelayMode, node: String) async throws -> Relay? {
    guard mode == .nftables else { return nil }
    do {
      let relay = Relay(node: node, nftables: try Nftables())
      try await relay.apply(RelayScript.check)
      return relay
    } catch {
      throw SpeakerStartError(
        "--relay nftables is not possible here: \(error). It needs the program nft, the capability "
          + "NET_ADMIN, and a kernel with nf_tables, its family netdev and its statement fwd "
          + "(CONFIG_NF_TABLES_NETDEV, CONFIG_NFT_FWD_NETDEV); --relay none does without")
    }
  }

  /// Takes in what is known anew.
  func post(_ news: [RelayPlan.Event]) {
    guard !news.isEmpty else { return }
    events.withLock { $0 += news }
    wake.yield()
  }

  /// Takes in what the election said.
  func note(_ outputs: [PeerPlaneOutput]) {
    post(
      outputs.compactMap { output in
        switch output {
        case .claimed(let address, let owner, let isVacant, let cause, _):
          .owner(address, isVacant ? nil : owner, byHandOver: cause == .handedOver)
        case .heard(let member, let mac, let interface):
          .heard(member, from: mac, on: interface)
        case .lost(let members): .lost(members)
        case .answer, .silence, .witnessesChanged, .handedOver, .frame, .speaker, .draining, .dead,
          .lease:
          nil
        }
      })
  }

  /// What was posted since the last call.
  func takeEvents() -> [RelayPlan.Event] {
    events.withLock { events in
      defer { events = [] }
      return events
    }
  }

  /// Has ``news`` say that something is due.
  func remind() { wake.yield() }

  /// Applies a script of `nft`, on a thread that may wait.
  func apply(_ script: String) async throws {
    let nftables = nftables
    try await NIOThreadPool.singleton.runIfActive { try nftables.apply(script) }
  }

  /// Why nothing is sent on now; nil when all is well.
  var problem: String? {
    get { failure.withLock { $0 } }
    set { failure.withLock { $0 = newValue } }
  }

  /// How many segments were sent on since the rules were made; nil when that cannot be found out.
  func relayedSegments() async -> UInt64? {
    let nftables = nftables
    let text = try? await NIOThreadPool.singleton.runIfActive {
      try nftables.output(
        ["list", "counters", "table"] + RelayScript.table.split(separator: " ").map(String.init))
    }
    return text.map(Self.packets)
  }

  /// The sum of the packets that `nft list counters` prints.
  static func packets(in text: String) -> UInt64 {
    let words = text.split(whereSeparator: \.isWhitespace)
    return zip(words, words.dropFirst()).reduce(0) { sum, pair in
      pair.0 == "packets" ? sum &+ (UInt64(pair.1) ?? 0) : sum
    }
  }
}
