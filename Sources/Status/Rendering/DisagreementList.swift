/// What peers, API and segment disagree about, and what is done about it.
struct DisagreementList {
  let disagreements: [DisagreementStatus]

  var block: TextBlock {
    let title = StyledText("Where peers, API and segment disagree: \(disagreements.count)", .bad)
    return .lines(
      [title]
        + disagreements.flatMap { found in
          [
            StyledText("  \(found.reason)", .attention) + StyledText(": \(found.sentence)"),
            StyledText("    \(found.action)"),
          ]
        })
  }
}

/// The election in one line of `bellman status`.
struct ElectionLine {
  let election: ElectionStatus

  var line: StyledText {
    let counts = Dictionary(grouping: election.members, by: \.state)
    let lost = [MemberStatus.State.dead, .stalled, .suspected, .draining, .restarting]
      .compactMap { state -> String? in
        counts[state].map { "\($0.map(\.name).joined(separator: ", ")) \(state.rawValue)" }
      }
    let members =
      StyledText("members: \(election.members.count)")
      + (lost.isEmpty ? "" : StyledText(" (\(lost.joined(separator: "; ")))", .bad))
    let lease =
      election.lease.isHeld
      ? StyledText(", lease held", .plain) : StyledText(", no lease", .bad)
    return members + lease
      + StyledText(
        " (\(election.lease.acknowledging) of \(election.lease.witnesses) witnesses acknowledge,"
          + " \(election.lease.needed) needed), policy \(election.policy)")
  }
}
