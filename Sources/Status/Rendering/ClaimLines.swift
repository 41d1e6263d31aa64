/// What the election says of one address, in lines under its heading.
struct ClaimLines {
  let claim: ClaimStatus
  let owner: String?
  let node: String
  let now: Timestamp

  var lines: [StyledText] {
    var lines: [StyledText] = []
    if claim.epoch != nil {
      lines.append(
        StyledText(
          (owner.map { "  \($0) has it with epoch \(claim.epochText)" }
            ?? "  nobody has it; the last claim had epoch \(claim.epochText)")
            + ", as \(node) knows since \(Age(from: claim.since, to: now))"))
    }
    if let move = claim.lastMove {
      lines.append(
        StyledText(
          "  moved from \(move.from ?? "nobody") to \(move.to ?? "nobody") "
            + "\(Age(from: move.at, to: now)) ago: \(move.sentence)"))
    }
    if let margin = claim.leaseMarginMilliseconds {
      lines.append(
        margin > 0
          ? StyledText("  the lease of \(node) lasts \(margin) ms without another acknowledgement")
          : StyledText("  the lease of \(node) ended \(Milliseconds(-margin)) ago", .bad))
    }
    if let obstacle = claim.obstacle {
      lines.append(
        StyledText("  \(node) does not answer: ")
          + StyledText(obstacle.reason, obstacle.reason == "notOwner" ? .plain : .attention)
          + StyledText(": \(obstacle.sentence)"))
    }
    return lines
  }
}

/// A time that is short as a rule: milliseconds up to ten seconds, then an age.
struct Milliseconds: CustomStringConvertible {
  let description: String

  init(_ milliseconds: Int64) {
    if milliseconds < 10_000 {
      description = "\(milliseconds)ms"
    } else {
      let start = Timestamp(secondsSince1970: 0)
      description =
        Age(from: start, to: Timestamp(secondsSince1970: milliseconds / 1000)).description
    }
  }
}
