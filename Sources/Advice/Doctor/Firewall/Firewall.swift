public import Addresses

/// The packet filter of a node, as far as it is understood: chains of rules, from nftables or from
/// iptables-legacy.
public struct Firewall: Hashable, Sendable {
  /// Where packets of this node's own sockets pass.
  public enum Hook: String, Hashable, Sendable, CaseIterable {
    case input
    case output
  }

  /// What filters.
  public enum Backend: Hashable, Sendable {
    case nftables
    /// iptables-legacy or ip6tables-legacy: the program that changes it.
    case legacy(program: String)
  }

  /// A chain and its rules in order.
  public struct Chain: Hashable, Sendable {
    /// What filters.
    public var backend: Backend
    /// The family as nftables names it: `ip`, `ip6` or `inet`.
    public var family: String
    /// The table.
    public var table: String
    /// The name in the table.
    public var name: String
    /// Where packets enter it; nil for a chain that others jump to.
    public var hook: Hook?
    /// Chains of one hook are passed in ascending order of it.
    public var priority: Int
    /// Whether what no rule decides about is dropped; of chains with a hook only.
    public var dropsByPolicy: Bool
    /// The rules in order.
    public var rules: [Rule]

    /// A chain with these values.
    public init(
      backend: Backend = .nftables, family: String, table: String, name: String, hook: Hook? = nil,
      priority: Int = 0, dropsByPolicy: Bool = false, rules: [Rule] = []
    ) {
      self.backend = backend
      self.family = family
      self.table = table
      self.name = name
      self.hook = hook
      self.priority = priority
      self.dropsByPolicy = dropsByPolicy
      self.rules = rules
    }

    /// How people and `nft` name it.
    var place: String { "\(family) \(table) \(name)" }
  }

  /// A rule: what it is for, and what it does with that.
  public struct Rule: Hashable, Sendable {
    /// How people find it, such as `handle 7`.
    public var label: String
    /// All of them hold, or the rule is passed over.
    public var conditions: [Condition]
    /// What it does.
    public var verdict: Verdict

    /// A rule with these values.
    public init(label: String, conditions: [Condition], verdict: Verdict) {
      self.label = label
      self.conditions = conditions
      self.verdict = verdict
    }
  }

  /// What becomes of a packet.
  public enum Verdict: Hashable, Sendable {
    /// The next rule decides.
    case none
    case accept
    /// Dropped without a word, or with one (reject).
    case drop
    case jump(String)
    case goTo(String)
    case returns
    /// Something decides that is not understood.
    case notUnderstood(String)
  }

  /// Which end of a packet.
  public enum End: Hashable, Sendable {
    case source
    case destination
  }

  /// What a packet has to be.
  public indirect enum Condition: Hashable, Sendable {
    case transport([String])
    case family([AddressFamily])
    case port(End, [ClosedRange<UInt16>])
    /// A condition on packets of one transport; those of others do not fulfil it.
    case transportPort(String, Condition)
    case address(End, [ClosedRange<IPAddress>])
    /// The interface of the hook; a name may end in `*`.
    case interface(Hook, [String])
    case connectionState([String])
    case not(Condition)
    case notUnderstood(String)
  }

  /// All chains, in any order.
  public var chains: [Chain]

  /// A packet filter of these chains.
  public init(chains: [Chain] = []) { self.chains = chains }
}
