/// The seeds that found a fault once. What they found is mended; each must go on to find nothing.
package enum Regressions {
  /// A run that failed with the election of then.
  package struct Regression: Sendable {
    package let seed: UInt64
    /// nil for as many as the seed draws.
    package let nodes: Int?
    /// The virtual time that it takes the fault to show; a shorter run has other faults at its end.
    package let seconds: Int
    /// What it was found with.
    package let model: Model
    /// What was wrong.
    package let fault: String
    /// Whether it takes too long for a test without optimisation; `simulate regressions` runs all.
    package let isLong: Bool

    init(
      _ seed: UInt64, nodes: Int? = nil, seconds: Int, model: Model = .recorded,
      isLong: Bool = false, _ fault: String
    ) {
      self.seed = seed
      self.nodes = nodes
      self.seconds = seconds
      self.model = model
      self.fault = fault
      self.isLong = isLong
    }

    /// What is broken now; nil when nothing is.
    package func failure() -> Finding? {
      World(Scenario(seed: seed, nodes: nodes, seconds: seconds, model: model)).run().first
    }
  }

  /// All of them. The older ones were found with a model in which the API records claims.
  package static let all: [Regression] = [
    Regression(
      2107, nodes: 5, seconds: 120,
      "a witness whose log was empty did not tell a restarted member its number: no lease ever"),
    Regression(
      4, nodes: 8, seconds: 60, "a replaced entry of the log left a gap that was never closed"),
    Regression(
      37, nodes: 6, seconds: 60,
      "an owner that defended itself did not end the probing of an heir"),
    Regression(
      1, nodes: 5, seconds: 60, "a claim was overruled while its heir was asking for it"),
    Regression(
      51116, nodes: 2, seconds: 600,
      "an owner that was suspended in the middle of a hand-over still answered when it woke up"),
    Regression(
      50298, nodes: 3, seconds: 300,
      "the hints of a witness that had started after the death of a member were dropped"),
    Regression(
      646, nodes: 5, seconds: 340,
      "the end of a later promise replaced the news that the owner was superseded"),
    Regression(
      2491, nodes: 6, seconds: 590,
      "an owner without a lease announced what a witness had set free while it was suspended"),
    Regression(
      20712, nodes: 5, seconds: 500,
      """
      a restarted owner, which had heard of other nodes than before, claimed again what its former \
      life had with the promises of its new witnesses, while an heir had those of the former ones
      """),
    Regression(
      6880, nodes: 5, seconds: 260,
      """
      an heir gave promises back and asked for the same epoch again: late grants counted, late \
      releases ended the new promises, and two had a quorum
      """),
    Regression(
      7052, nodes: 9, seconds: 365,
      """
      an owner that had its lease again did not say so on the segment, and a neighbour that was \
      asking there took the address; the check took it for one that had answered all the time
      """),
    Regression(
      5673, nodes: 4, seconds: 470,
      "L1 counted a node that was added since among the witnesses of a life that had ended"),
    // S1, at 195 s.
    Regression(
      53327, seconds: 220,
      """
      a witness that restarted with its claims, but without the list of what it had to tell a former \
      owner, renewed that one's lease before it told it anything
      """),
    // L1, at the end.
    Regression(
      53105, seconds: 600,
      """
      the message that ends a hint was lost, so that heirs went on asking, and every promise that one \
      of them got silenced the owner
      """),
    // S1, at 462 s.
    Regression(
      6533, seconds: 485,
      """
      an heir that had heard of the claim of a restarted owner, but not whom that life chose, was \
      granted it by witnesses of the former life
      """),
    // S1, at 511 s.
    Regression(5848, seconds: 535, isLong: true, "the same as 6533, among eleven nodes"),
    // L1, at 587 s.
    Regression(
      5242, seconds: 595, isLong: true,
      """
      a claim was given up before a quorum had recorded it, and the witnesses of the owner before \
      promised nothing for ever, because that one was alive, although it had given it up too
      """),
    // S1, at 511 s, among 39 nodes.
    Regression(
      30025, seconds: 530, isLong: true,
      """
      a late packet of before a restart told the new process that witnesses knew a version of its set \
      that it had not chosen yet, and an heir asked the old set
      """),
    // L1, at the end.
    Regression(
      26446, nodes: 2, seconds: 600, model: .product,
      """
      two fresh nodes each expected the other to take an address, for one of them left those that \
      only the other could have out of the loads; so it stayed free for a second longer
      """),
    Regression(23289, nodes: 2, seconds: 600, model: .product, "the same as 26446"),
    // L2, at 374 s.
    Regression(
      35020, nodes: 4, seconds: 410, model: .product,
      """
      a node that was added again took what one had that did not know it yet: it took the moment at \
      which it began to wait for a heartbeat for one, and the beacon that it heard then for too old
      """),
    // L1, at 246 s.
    Regression(
      44184, nodes: 7, seconds: 270, model: .product,
      """
      most witnesses were cut off while a process of a member started and ended, and what they said \
      of its silence was for ever taken to be about its life before
      """),
    // S1, at 463 s.
    Regression(
      50623, nodes: 3, seconds: 490, model: .product,
      """
      two of three nodes lost their files while the third was away, and promised it what it had had, \
      although one of them had it meanwhile
      """),
    // S1, at 137 s.
    Regression(
      65176, nodes: 5, seconds: 160, model: .product,
      """
      a node that was started several times did not know any more who had witnessed for the process \
      that had claimed its addresses; three of these were removed and did not know it yet
      """),
    // S4, at 96 s.
    Regression(
      60280, nodes: 2, seconds: 120, model: .product,
      "an owner that had to stop within a second, and then within 150 ms, took the whole second"),
  ]

  /// Runs each and prints a line for it; returns how many fail.
  package static func report(_ say: (String) -> Void) -> Int {
    var failures = 0
    for regression in all {
      let failure = regression.failure()
      if failure != nil { failures += 1 }
      say(
        "seed \(regression.seed), \(regression.fault): "
          + (failure.map { "again, \($0)" } ?? "no more"))
    }
    return failures
  }
}
