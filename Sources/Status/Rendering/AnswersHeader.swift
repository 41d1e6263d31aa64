/// The first lines of what a whole cluster says: how many speakers answered, and who did not and why.
struct AnswersHeader {
  let server: String
  let speakers: [SpeakerAnswer]
  let wide: Bool

  var lines: [StyledText] {
    let answered = speakers.filter { $0.outcome == .answered }
    let missing = speakers.filter { $0.outcome == .missing }
    let count = speakers.count - missing.count
    let counts = "\(answered.count) of \(count) speakers answered"
    let sessions = answered.reduce(0) { $0 + ($1.sessions ?? 0) }
    let peers = answered.reduce(0) { $0 + ($1.peers ?? 0) }
    var lines = [
      StyledText(server, .heading) + ": "
        + StyledText(counts, answered.count == count ? .plain : .attention)
        + StyledText(peers > 0 ? ", \(sessions) of \(peers) sessions established" : "")
    ]
    let versions = Set(answered.compactMap(\.programVersion)).sorted()
    if versions.count > 1 {
      lines.append(
        StyledText("versions: \(versions.joined(separator: ", "))", .attention))
    }
    let silent = speakers.filter(\.outcome.isSilence)
    if !silent.isEmpty {
      lines.append(StyledText("What follows is partial\(age). Not heard:", .attention))
      lines += silent.prefix(wide ? .max : 10).map { speaker in
        StyledText("  \(speaker.node.isEmpty ? "no node" : speaker.node) (\(speaker.pod)): ")
          + StyledText(speaker.detail ?? speaker.outcome.rawValue, .attention)
      }
      if !wide, silent.count > 10 {
        lines.append(StyledText("  and \(silent.count - 10) more: see -o wide"))
      }
    }
    if !missing.isEmpty {
      let names = missing.prefix(wide ? .max : 10).map(\.node).joined(separator: ", ")
      let rest = !wide && missing.count > 10 ? " and \(missing.count - 10) more: see -o wide" : ""
      lines.append(StyledText("nodes without a speaker: \(names)\(rest)", .attention))
    }
    return lines
  }

  /// Who answered did so before the others were waited for, and may have acted on their silence since.
  private var age: String {
    func longest(_ isIncluded: (SpeakerAnswer) -> Bool) -> Int64 {
      speakers.filter(isIncluded).map(\.milliseconds).max() ?? 0
    }
    let wait = longest(\.outcome.isSilence) - longest { $0.outcome == .answered }
    let seconds = (wait + 500) / 1000
    guard seconds > 1 else { return "" }
    return ", and as told \(seconds) s ago: ask again for what came of it"
  }
}
