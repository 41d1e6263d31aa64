import Addresses

/// What `bellman drain` prints: what was handed over to whom, and what remains and why.
struct DrainView {
  let document: DrainDocument
  let now: Timestamp

  var blocks: [TextBlock] {
    guard let drain = document.drain else {
      return [
        .lines([
          StyledText(
            "\(document.node) is not drained: it takes part, announces by BGP, and takes no address "
              + "back that another node has.")
        ])
      ]
    }
    var blocks: [TextBlock] = [
      .lines([
        StyledText(document.node, .heading) + StyledText(": ") + Self.summary(of: drain, now: now)
      ])
    ]
    if !drain.moved.isEmpty { blocks.append(.table(title: nil, moved(drain))) }
    if !drain.withdrawnPrefixes.isEmpty { blocks.append(.lines(withdrawn(drain))) }
    if !drain.unannounced.isEmpty { blocks.append(.lines(unannounced(drain))) }
    if !drain.isComplete { blocks.append(.lines(remaining(drain))) }
    return blocks
  }

  /// A drain in one line.
  static func summary(of drain: DrainStatus, now: Timestamp) -> StyledText {
    let age = Age(from: drain.since, to: now)
    if drain.isComplete {
      return StyledText("drained since \(age)", .attention)
        + ", nothing is left to hand over or to withdraw"
    }
    var left: [String] = []
    if !drain.remaining.isEmpty {
      left.append(counted(drain.remaining.count, "address", "addresses") + " to hand over")
    }
    if !drain.announcedPrefixes.isEmpty {
      let names = drain.announcedPrefixes.keys.sorted().joined(separator: ", ")
      left.append("prefixes to withdraw from \(names)")
    }
    return StyledText(
      "being drained since \(age), still \(left.joined(separator: " and "))", .attention)
  }

  private func moved(_ drain: DrainStatus) -> Table {
    var table = Table([.whole("ADDRESS"), .text("NEW OWNER")])
    for moved in drain.moved {
      table.append([
        StyledText(moved.address.description),
        moved.owner.map { StyledText($0, .good) } ?? StyledText("nobody", .attention),
      ])
    }
    return table
  }

  private func withdrawn(_ drain: DrainStatus) -> [StyledText] {
    drain.withdrawnPrefixes.sorted { $0.key < $1.key }.map { peer, count in
      StyledText(
        "  BGPPeer \(peer): \(Self.counted(count, "prefix", "prefixes")) withdrawn")
    }
  }

  private static let mostUnannounced = 10

  private func unannounced(_ drain: DrainStatus) -> [StyledText] {
    let rest = drain.unannounced.count - Self.mostUnannounced
    return drain.unannounced.prefix(Self.mostUnannounced).map { address in
      StyledText("  \(address)", .attention)
        + StyledText(
          ": no other node may announce it, so that nobody will; 'bellman explain \(address)' says why"
        )
    } + (rest > 0 ? [StyledText("  and \(rest) more, of which the same holds")] : [])
  }

  private func remaining(_ drain: DrainStatus) -> [StyledText] {
    drain.remaining.map {
      StyledText("  \($0.address)", .attention) + StyledText(": \($0.sentence)")
    }
      + drain.announcedPrefixes.sorted { $0.key < $1.key }.map { peer, count in
        StyledText("  BGPPeer \(peer)", .attention)
          + StyledText(
            ": \(Self.counted(count, "prefix", "prefixes")) until the graceful shutdown time is over"
          )
      }
  }

  private static func counted(_ number: Int, _ one: String, _ many: String) -> String {
    "\(number) \(number == 1 ? one : many)"
  }
}
