/// What the ranks in a table of nodes mean; said only where an election uses them.
struct RankingNote {
  let nodes: [NodeExplanation]

  var line: StyledText? {
    guard nodes.contains(where: { $0.addresses != nil }), nodes.count(where: { $0.rank != nil }) > 1
    else { return nil }
    return StyledText(
      "RANK orders them for an address that is free: by state, preference, hash; of the first two the "
        + "one with fewer ADDRESSES takes it. An owner keeps its address while it may announce it.")
  }
}
