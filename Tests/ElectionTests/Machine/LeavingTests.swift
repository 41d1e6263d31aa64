import NIOCore
import Testing

@testable import Election

/// For how long an owner that may no longer have its address goes on while it finds no heir.
@Suite struct LeavingTests {
  /// Until when it answers, in milliseconds since the first reason.
  private func end(of reasons: [(at: Int, within: TimeAmount?)]) -> Int? {
    var node = SettledNode(.strict)
    node.becomeOwner()
    for time in 0..<300 {
      for reason in reasons where reason.at == time * 10 {
        node.handle(
          .address(
            SettledNode.address, .leaving(within: reason.within),
            ([SettledNode.id] + SettledNode.others).map { Candidate($0) }))
      }
      node.beat(milliseconds: 10)
      if !node.election.answers(for: SettledNode.address, at: node.now) { return time * 10 }
    }
    return nil
  }

  @Test func theShortestTimeCounts() throws {
    let long = try #require(end(of: [(at: 0, within: .seconds(1))]))
    #expect((980...1020).contains(long))
    // The network of a node fails, and then its last endpoint goes too.
    let short = try #require(
      end(of: [(at: 0, within: .seconds(1)), (at: 120, within: .milliseconds(150))]))
    #expect((250...290).contains(short))
  }

  @Test func theSameReasonAgainGivesNoMoreTime() throws {
    let repeated = (0..<10).map { (at: $0 * 100, within: TimeAmount?.some(.milliseconds(500))) }
    let end = try #require(self.end(of: repeated))
    #expect((480...520).contains(end))
    let longer = try #require(
      self.end(of: [(at: 0, within: .milliseconds(150)), (at: 50, within: .seconds(1))]))
    #expect((130...170).contains(longer))
  }

  @Test func withoutAReasonForHasteItWaitsForAnHeir() {
    #expect(end(of: [(at: 0, within: nil)]) == nil)
    #expect(end(of: [(at: 0, within: .seconds(1)), (at: 100, within: nil)]) == nil)
  }
}
