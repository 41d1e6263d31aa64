package import Election
package import NIOCore

/// Whose speakers are held dead, and whether their hosts are dead too: a value that is told what was
/// heard, and says whom to ask.
package struct DeathWatch: Sendable {
  /// Who is dead, in the order of names.
  package struct News: Hashable, Sendable {
    /// The nodes whose speakers are held dead.
    package var speakers: [String]
    /// Those of them whose hosts do not answer either.
    package var hosts: [String]

    /// These nodes.
    package init(speakers: [String], hosts: [String]) {
      self.speakers = speakers
      self.hosts = hosts
    }
  }

  private struct Death {
    let name: String
    let since: NIODeadline
    var askedAt: NIODeadline?
    var answeredAt: NIODeadline?
  }

  private var deaths: [MemberID: Death] = [:]
  private var told = News(speakers: [], hosts: [])

  /// A host is asked this often.
  private static let askInterval = TimeAmount.milliseconds(500)
  /// A host that was not heard for this long, or not at all so long after the death, is silent.
  private static let patience = TimeAmount.milliseconds(1500)

  /// Nobody is dead.
  package init() {}

  /// The host of a member has answered.
  package mutating func hostAnswered(_ member: MemberID, now: NIODeadline) {
    deaths[member]?.answeredAt = now
  }

  /// Takes in who is held dead now.
  ///
  /// - Returns: whose hosts are to be asked for a sign of life, and who is dead where that has changed.
  package mutating func update(
    dead: [(id: MemberID, name: String)], now: NIODeadline
  ) -> (asked: [MemberID], news: News?) {
    if dead.isEmpty, deaths.isEmpty { return ([], nil) }
    let former = deaths
    deaths = [:]
    var asked: [MemberID] = []
    var news = News(speakers: [], hosts: [])
    for (member, name) in dead {
      var death = former[member] ?? Death(name: name, since: now)
      if death.askedAt.map({ now - $0 >= Self.askInterval }) ?? true {
        death.askedAt = now
        asked.append(member)
      }
      deaths[member] = death
      news.speakers.append(name)
      if now - (death.answeredAt ?? death.since) >= Self.patience { news.hosts.append(name) }
    }
    guard news != told else { return (asked, nil) }
    told = news
    return (asked, news)
  }
}
