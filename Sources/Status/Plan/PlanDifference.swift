public import Addresses

/// What one plan would change of another: `bellman plan --against`.
public struct PlanDifference: VersionedDocument, Hashable {
  public static let currentVersion = 1

  /// The version of the document's form, ``currentVersion`` where this program made it.
  public let version: Int
  /// Where the objects of the first plan came from.
  public let before: String
  /// Where those of the second came from.
  public let after: String
  /// The addresses that change, by address.
  public let changes: [PlannedChange]
  /// How many addresses stay as they are.
  public let unchanged: Int
  /// What is wrong with the second plan's objects and was not with the first's.
  public let newProblems: [Problem]
  /// How many errors the first plan's objects have: what is in error is not read, and shows as if it
  /// were new.
  public let errorsBefore: Int

  /// Whether the two come to the same.
  public var isEmpty: Bool { changes.isEmpty && newProblems.isEmpty }

  /// What `after` changes of `before`.
  public init(from before: PlanDocument, to after: PlanDocument) {
    version = Self.currentVersion
    self.before = before.source
    self.after = after.source
    let old = Dictionary(before.addresses.map { ($0.address, $0) }) { first, _ in first }
    let new = Dictionary(after.addresses.map { ($0.address, $0) }) { first, _ in first }
    let all = Set(old.keys).union(new.keys)
    changes = all.sorted().compactMap { PlannedChange(of: $0, from: old[$0], to: new[$0]) }
    unchanged = all.count - changes.count
    // The same mistake stands on another line, or in another file, of the other directory.
    let known = Set(before.problems.map(Self.essence))
    errorsBefore = before.problems.count { $0.severity == .error }
    newProblems = after.problems.filter { !known.contains(Self.essence($0)) }
  }

  private static func essence(_ problem: Problem) -> [String] {
    [problem.severity.rawValue, problem.object ?? "", problem.fieldPath ?? "", problem.message]
  }
}

/// What changes about one address.
public struct PlannedChange: Codable, Hashable, Sendable {
  /// What it comes to for clients.
  public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
    /// Nobody announced it, and somebody will.
    case appears
    /// It was announced, and nobody will.
    case goes
    /// Other nodes announce it: at layer 2 the first of the ranking may not have it any more, or by
    /// BGP the nodes are others.
    case moves
    /// The same nodes announce it, but not as before, or it changes for nobody yet.
    case changes
  }

  /// One thing that changes.
  public struct Detail: Codable, Hashable, Sendable {
    /// What it is, such as `layer 2 candidates`.
    public let what: String
    /// As it was; nil where it was not.
    public let before: String?
    /// As it will be; nil where it will not be.
    public let after: String?
  }

  /// The address.
  public let address: IPAddress
  /// What it comes to.
  public let kind: Kind
  /// The services that have it, after the change if any has, sorted.
  public let services: [String]
  /// What changes, in a fixed order.
  public let details: [Detail]

  /// What changes; nil where nothing does.
  init?(of address: IPAddress, from old: PlannedAddress?, to new: PlannedAddress?) {
    var details = Self.texts(of: old, new).compactMap { what, before, after in
      before == after ? nil : Detail(what: what, before: before, after: after)
    }
    details += Self.routes(of: old, new)
    guard !details.isEmpty else { return nil }
    self.address = address
    self.details = details
    services = new?.services ?? old?.services ?? []
    kind = Self.kind(from: old, to: new)
  }

  private static func kind(from old: PlannedAddress?, to new: PlannedAddress?) -> Kind {
    switch (old?.isAnnounced ?? false, new?.isAnnounced ?? false) {
    case (false, true): return .appears
    case (true, false): return .goes
    case (false, false): return .changes
    case (true, true): break
    }
    guard let old, let new else { return .changes }
    let owner = old.candidates.first?.node
    // Who has an address keeps it while it may: another first of the ranking moves nothing.
    let loses = owner.map { owner in !new.candidates.contains { $0.node == owner } } ?? false
    let begins = old.candidates.isEmpty && !new.candidates.isEmpty
    return loses || begins || old.bgpNodes != new.bgpNodes ? .moves : .changes
  }

  private static func texts(
    of old: PlannedAddress?, _ new: PlannedAddress?
  ) -> [(String, String?, String?)] {
    func row(
      _ what: String, _ text: (PlannedAddress) -> String?
    ) -> (String, String?, String?) {
      (what, old.flatMap(text), new.flatMap(text))
    }
    return [
      row("services") { joined($0.services) },
      row("external traffic policy") { $0.externalTrafficPolicy.rawValue },
      row("pool") { $0.pool },
      row("layer 2 first") { $0.candidates.first?.node },
      row("layer 2 candidates") { joined($0.candidates.map(\.node).sorted()) },
      row("layer 2 interfaces") { interfaces(of: $0) },
    ]
  }

  private static func interfaces(of address: PlannedAddress) -> String? {
    let texts = address.candidates.map { $0.interfaces?.joined(separator: ",") ?? "all" }
    return joined(Set(texts).sorted())
  }

  private static func routes(of old: PlannedAddress?, _ new: PlannedAddress?) -> [Detail] {
    func texts(_ address: PlannedAddress?) -> [String: String] {
      var result: [String: [String]] = [:]
      for route in address?.routes ?? [] {
        let weight = route.weight.map { ["weight \($0)"] } ?? []
        let text = (["from \(route.nodes.joined(separator: ", "))"] + route.attributes + weight)
          .joined(separator: "; ")
        result["\(route.prefix) to \(route.peer)", default: []].append(text)
      }
      return result.mapValues { $0.sorted().joined(separator: " and ") }
    }
    let (before, after) = (texts(old), texts(new))
    return Set(before.keys).union(after.keys).sorted().compactMap { key in
      before[key] == after[key]
        ? nil : Detail(what: "BGP \(key)", before: before[key], after: after[key])
    }
  }

  private static func joined(_ names: [String]) -> String? {
    names.isEmpty ? nil : names.joined(separator: ", ")
  }
}
