/// The interfaces that L2Advertisements select for an address on one node.
public enum InterfaceSelection: Hashable, Sendable {
  /// Every interface of the node.
  case all
  /// The interfaces of these names, sorted; some may not exist.
  case names([String])

  /// The interfaces of either selection: how several advertisements of one service add up.
  func union(_ other: InterfaceSelection) -> InterfaceSelection {
    guard case .names(let mine) = self, case .names(let others) = other else { return .all }
    return .names(Set(mine).union(others).sorted())
  }

  /// The interfaces of both selections: what several services of one address have in common.
  func intersection(_ other: InterfaceSelection) -> InterfaceSelection {
    switch (self, other) {
    case (.all, let one), (let one, .all): one
    case (.names(let mine), .names(let others)):
      .names(Set(mine).intersection(others).sorted())
    }
  }

  /// The selected ones of `interfaces`, sorted.
  public func matching(_ interfaces: Set<String>) -> [String] {
    switch self {
    case .all: interfaces.sorted()
    case .names(let names): names.filter(interfaces.contains)
    }
  }
}
