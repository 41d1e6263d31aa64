import KubernetesClient
import NIOCore
import Resources
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
    #expect(
      sweeps == [
        .init(
          selector: "bellman.dev/node", staying: ["a", "b", "c"], known: ["a", "b", "c"])
      ])
    #expect(cleaning.sweeps(nodes: nodes, isFirst: true, now: start) == [])
  }

  @Test func aNodeThatIsRemovedIsClearedAtOnceAndOneThatIsSilentLater() {
    var cleaning = Cleaning()
    _ = cleaning.sweeps(nodes: ["a": true, "b": true, "c": true], isFirst: true, now: start)
    let nodes = ["a": true, "b": false]
    func sweeps(_ time: NIODeadline) -> [Cleaning.Sweep] {
      cleaning.sweeps(nodes: nodes, missing: ["b"], isFirst: true, now: time)
    }
    #expect(sweeps(start) == [.init(selector: "bellman.dev/node=c", staying: nil)])
    #expect(sweeps(start + Cleaning.patience - .seconds(1)) == [])
    let late = start + Cleaning.patience
    #expect(
      sweeps(late) == [.init(selector: "bellman.dev/node=b", staying: nil, known: ["b"])])
    #expect(sweeps(late + .hours(1)) == [], "once only")
    // It comes back, and goes again.
    _ = cleaning.sweeps(nodes: ["a": true, "b": true], isFirst: true, now: late)
    _ = sweeps(late)
    #expect(sweeps(late + Cleaning.patience).count == 1)
  }

  /// Its kubelet is down, and it announces as before.
  @Test func aNodeThatIsNotReadyButWhoseSpeakerIsHeardIsNotCleared() {
    var cleaning = Cleaning()
    _ = cleaning.sweeps(nodes: ["a": true, "b": true], isFirst: true, now: start)
    for minute in 0..<60 as Range<Int64> {
      let sweeps = cleaning.sweeps(
        nodes: ["a": true, "b": false], isFirst: true, now: start + .minutes(minute))
      #expect(sweeps == [])
    }
  }

  /// A speaker that crashes again and again, or that was taken off its node.
  @Test func aNodeWhoseSpeakerIsMissingIsClearedAfterAWhile() {
    var cleaning = Cleaning()
    let nodes = ["a": true, "b": true, "c": true]
    func sweeps(_ missing: Set<String>, _ time: TimeAmount) -> [Cleaning.Sweep] {
      cleaning.sweeps(nodes: nodes, missing: missing, isFirst: true, now: start + time)
    }
    #expect(sweeps([], .zero).count == 1)
    #expect(sweeps(["b"], .seconds(1)) == [])
    #expect(sweeps(["b"], .minutes(5)) == [])
    #expect(sweeps([], .minutes(6)) == [], "it came back in time")
    #expect(sweeps(["b"], .minutes(10)) == [])
    #expect(
      sweeps(["b"], .minutes(15))
        == [.init(selector: "bellman.dev/node=b", staying: nil, known: ["b"])])
    #expect(sweeps(["b"], .minutes(60)) == [], "once only")
    #expect(sweeps([], .minutes(61)) == [])
    #expect(sweeps(["b"], .minutes(62)) == [])
    #expect(sweeps(["b"], .minutes(67)).count == 1, "it comes back, and goes again")
  }

  @Test func whoHearsFewOfTheOthersClearsNothingForThat() {
    var cleaning = Cleaning()
    let nodes = ["a": true, "b": true, "c": true, "d": false]
    for minute in 0..<60 as Range<Int64> {
      let sweeps = cleaning.sweeps(
        nodes: nodes, missing: ["b", "c", "d"], isFirst: true, now: start + .minutes(minute))
      #expect(sweeps.count == (minute < 2 ? 1 : 0))
      if minute == 1 { #expect(sweeps.map(\.selector) == ["bellman.dev/node=d"]) }
    }
  }

  @Test func theNextOneTakesOver() {
    var cleaning = Cleaning()
    let nodes = ["a": true, "b": true]
    _ = cleaning.sweeps(nodes: nodes, isFirst: false, now: start)
    let sweeps = cleaning.sweeps(nodes: ["b": true], isFirst: true, now: start)
    #expect(sweeps == [.init(selector: "bellman.dev/node", staying: ["b"], known: ["b"])])
  }

  /// Until its Node is gone too.
  @Test func thatANodeIsDrainedIsNotForgotten() {
    func object(_ node: String, isDrained: Bool) -> KubernetesObject {
      let annotations: JSONValue = isDrained ? [DrainRecord.annotation: "x"] : [:]
      let json: JSONValue = [
        "metadata": ["labels": ["bellman.dev/node": .string(node)], "annotations": annotations]
      ]
      return KubernetesObject(
        apiVersion: "", kind: "", name: ObjectName(namespace: "", name: node), uid: "",
        resourceVersion: "1", json: json.octets)
    }
    let all = Cleaning.Sweep(selector: "", staying: ["a"], known: ["a", "b"])
    let one = Cleaning.Sweep(selector: "", staying: nil, known: ["b"])
    for sweep in [all, one] {
      #expect(!sweep.concerns(object("b", isDrained: true)))
      #expect(sweep.concerns(object("b", isDrained: false)))
      #expect(sweep.concerns(object("c", isDrained: true)))
    }
  }

  @Test func whatFailedIsTriedAgain() {
    var cleaning = Cleaning()
    let nodes = ["a": true]
    #expect(cleaning.sweeps(nodes: nodes, isFirst: true, now: start).count == 1)
    cleaning.repeatSoon()
    #expect(cleaning.sweeps(nodes: nodes, isFirst: true, now: start).count == 1)
  }
}
