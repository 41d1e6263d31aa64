import Addresses
import LinuxIO
import NIOCore
import Resources
import Status
import Testing

@testable import Speaker

@Suite struct MembershipTests {
  private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

  private static func node(_ name: String, _ labels: [String: String] = [:]) -> Node {
    Node(
      metadata: ObjectMetadata(name: ObjectName(namespace: "", name: name), labels: labels),
      ready: .yes, internalAddresses: [.v4(IPv4Address(192, 0, 2, 1))])
  }

  private static func membership(_ selector: String? = nil) throws -> Membership {
    Membership(node: "own", speakerNodes: try selector.map { try SpeakerNodes($0) } ?? .all)
  }

  @Test func nodesOfOtherSystemsAreNoMembers() throws {
    var membership = try Self.membership()
    let change = membership.update(
      upserted: [
        Self.node("own"), Self.node("linux", ["kubernetes.io/os": "linux"]),
        Self.node("windows", ["kubernetes.io/os": "windows"]),
      ], removed: [], now: Self.start)
    #expect(membership.members.map(\.name) == ["linux", "own"])
    #expect(change.members.map(\.name) == ["own", "linux"])
    #expect(membership.speakerless == ["windows"])
    #expect(!change.hasTurned)
  }

  @Test func aChangeOfLabelsMakesAMemberAndEndsIt() throws {
    var membership = try Self.membership("speaker=yes")
    let known = [Self.node("own", ["speaker": "yes"]), Self.node("other")]
    _ = membership.update(upserted: known, removed: [], now: Self.start)
    #expect(membership.members.map(\.name) == ["own"])
    #expect(!membership.isOverdue("other", now: Self.start + .hours(1)))

    let joined = membership.update(
      upserted: [Self.node("other", ["speaker": "yes"])], removed: [],
      now: Self.start + .hours(1))
    #expect(joined.hasTurned && joined.members.map(\.name) == ["other"])
    #expect(membership.members.map(\.name) == ["other", "own"])
    #expect(membership.speakerless == [])

    let left = membership.update(
      upserted: [Self.node("other", ["speaker": "no"])], removed: [], now: Self.start + .hours(2))
    #expect(left.hasTurned && left.left == ["other"] && left.members.isEmpty)
    #expect(membership.members.map(\.name) == ["own"])

    let gone = membership.update(upserted: [], removed: ["other"], now: Self.start + .hours(2))
    #expect(!gone.hasTurned && gone.left.isEmpty)
    #expect(membership.speakerless == [])
  }

  /// Who runs a speaker is one of its members, and is told where the selector says otherwise.
  @Test func theOwnNodeIsAlwaysAMember() throws {
    var membership = try Self.membership("speaker=yes")
    #expect(membership.selectsOwnNode)
    _ = membership.update(upserted: [Self.node("own")], removed: [], now: Self.start)
    #expect(membership.members.map(\.name) == ["own"])
    #expect(!membership.selectsOwnNode)
  }

  @Test func aMemberIsOverdueAMinuteAfterItIsKnown() throws {
    var membership = try Self.membership()
    _ = membership.update(upserted: [Self.node("other")], removed: [], now: Self.start)
    // What changes of it later does not begin the minute anew.
    _ = membership.update(
      upserted: [Self.node("other", ["a": "1"])], removed: [], now: Self.start + .seconds(30))
    #expect(!membership.isOverdue("other", now: Self.start + .seconds(59)))
    #expect(membership.isOverdue("other", now: Self.start + .seconds(60)))
    #expect(!membership.isOverdue("unknown", now: Self.start + .seconds(60)))
  }

  @Test(arguments: [
    (0, 6, false), (2, 6, false), (3, 6, true), (1, 3, false), (1, 2, true), (1, 1, true),
  ])
  func moreThanAThirdOfTheWitnessesIsAProblem(unheard: Int, count: Int, isProblem: Bool) {
    let names = (0..<unheard).map { "node-\($0)" }
    let problem = UnheardWitnesses.problem(node: "own", unheard: names.reversed(), of: count)
    #expect((problem != nil) == isProblem)
    guard let problem else { return }
    #expect(problem.message.contains("\(unheard) of the \(count) nodes"))
    #expect(problem.message.contains(names.joined(separator: ", ")))
    #expect(problem.message.contains("--speaker-node-selector"))
  }
}
