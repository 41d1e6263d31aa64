import NIOCore
import Testing

@testable import Speaker

@Suite struct CleaningTests {
  private let start = NIODeadline.uptimeNanoseconds(1)

  @Test func whoeverIsNotTheFirstClearsNothing() {
    var cleaning = Cleaning()
    #expect(cleaning.sweeps(nodes: ["a": true, "b": true], isFirst: false, now: start) == [])
    #expect(cleaning.sweeps(nodes: ["a": true], isFirst: false, now: start) == [])
  }

  @Test func theFirstLooksOnceForAllThatAreGone() {
    var cleaning = Cleaning()
    let nodes = ["a": true, "b": true, "c": false]
    let sweeps = cleaning.sweeps(nodes: nodes, isFirst: true, now: start)
    #expect(sweeps == [.init(selector: "bellman.dev/node", staying: ["a", "b", "c"])])
    #expect(cleaning.sweeps(nodes: nodes, isFirst: true, now: start) == [])
  }

  @Test func aNodeThatIsRemovedIsClearedAtOnceAndOneThatIsSilentLater() {
    var cleaning = Cleaning()
    _ = cleaning.sweeps(nodes: ["a": true, "b": true, "c": true], isFirst: true, now: start)
    let removed = cleaning.sweeps(nodes: ["a": true, "b": false], isFirst: true, now: start)
    #expect(removed == [.init(selector: "bellman.dev/node=c", staying: nil)])
    let nodes = ["a": true, "b": false]
    let early = start + Cleaning.patience - .seconds(1)
    #expect(cleaning.sweeps(nodes: nodes, isFirst: true, now: early) == [])
    let late = start + Cleaning.patience
    #expect(
      cleaning.sweeps(nodes: nodes, isFirst: true, now: late)
        == [.init(selector: "bellman.dev/node=b", staying: nil)])
    #expect(
      cleaning.sweeps(nodes: nodes, isFirst: true, now: late + .hours(1)) == [], "once only")
    // It comes back, and goes again.
    _ = cleaning.sweeps(nodes: ["a": true, "b": true], isFirst: true, now: late)
    _ = cleaning.sweeps(nodes: nodes, isFirst: true, now: late)
    let again = cleaning.sweeps(nodes: nodes, isFirst: true, now: late + Cleaning.patience)
    #expect(again.count == 1)
  }

  @Test func theNextOneTakesOver() {
    var cleaning = Cleaning()
    let nodes = ["a": true, "b": true]
    _ = cleaning.sweeps(nodes: nodes, isFirst: false, now: start)
    let sweeps = cleaning.sweeps(nodes: ["b": true], isFirst: true, now: start)
    #expect(sweeps == [.init(selector: "bellman.dev/node", staying: ["b"])])
  }

  @Test func whatFailedIsTriedAgain() {
    var cleaning = Cleaning()
    let nodes = ["a": true]
    #expect(cleaning.sweeps(nodes: nodes, isFirst: true, now: start).count == 1)
    cleaning.repeatSoon()
    #expect(cleaning.sweeps(nodes: nodes, isFirst: true, now: start).count == 1)
  }
}
