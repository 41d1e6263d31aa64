import Resources

/// The second criterion of the ranking: `preferredNodeSelectors` of L2Advertisements.
enum PreferredNodes {
  /// The sum of the weights of one advertisement whose preference matches a node's labels.
  static func weight(
    of labels: [String: String], in preferences: [L2Advertisement.NodePreference]
  ) -> Int32 {
    preferences.reduce(0) { sum, preference in
      guard preference.preference.matches(labels) else { return sum }
      let (total, overflow) = sum.addingReportingOverflow(
        Int32(clamping: max(0, preference.weight)))
      return overflow ? .max : total
    }
  }

  /// The sum over the advertisements that select the node itself, each counted once, also where
  /// several services of a shared address match it. An advertisement that does not select the
  /// node gives it nothing.
  static func weight(of profile: NodeProfile, advertisements: [Int]) -> Int {
    advertisements.reduce(0) { $0 + max(0, Int(profile.layer2[$1])) }
  }
}
