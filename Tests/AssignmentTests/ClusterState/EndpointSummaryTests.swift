import Addresses
import Resources
import Testing

@testable import Assignment

@Suite struct EndpointSummaryTests {
  func summary(_ slices: [EndpointSlice]) -> EndpointSummary {
    EndpointSummary(slices.compactMap { SliceRecord($0) })
  }

  @Test func countsByNodeAndState() {
    let found = summary([
      .fixture(
        "web",
        [
          ("b", .ready), ("a", .ready), ("a", .terminating), ("a", .readyWhileTerminating),
          ("a", .notReady), (nil, .ready), ("c", .servingNotReady),
        ])
    ])
    #expect(found.ready == 4)
    #expect(found.terminating == 1)
    #expect(found.nodes.map(\.node) == ["a", "b"])
    #expect(found.onNode("a").ready == 2)
    #expect(found.onNode("a").settled == 1)
    #expect(found.onNode("a").terminating == 1)
    #expect(found.onNode("b").ready == 1)
    #expect(found.onNode("c").ready == 0)
  }

  @Test func slicesAddUp() {
    let found = summary([
      .fixture("web", [("a", .ready)], number: 1), .fixture("web", [("b", .ready)], number: 2),
    ])
    #expect(found.ready == 2)
    #expect(found.nodes.map(\.node) == ["a", "b"])
  }

  /// While the controller moves an endpoint between slices it stands in both; its best state holds.
  @Test func anEndpointInTwoSlicesCountsOnce() {
    var copy = EndpointSlice.fixture("web", [("a", .terminating)], number: 1)
    copy.metadata.name.name = "web-copy"
    for slices in [
      [EndpointSlice.fixture("web", [("a", .ready)]), copy],
      [copy, EndpointSlice.fixture("web", [("a", .ready)])],
    ] {
      let found = summary(slices)
      #expect(found.ready == 1)
      #expect(found.terminating == 0)
    }
  }

  /// The same address on two nodes, as during a live migration, is an endpoint on either.
  @Test func anAddressOnTwoNodesCountsForBoth() {
    var copy = EndpointSlice.fixture("web", [("b", .ready)], number: 1)
    copy.metadata.name.name = "web-copy"
    let found = summary([.fixture("web", [("a", .notReady)]), copy])
    #expect(found.onNode("a").ready == 0)
    #expect(found.onNode("b").ready == 1)
  }

  @Test func slicesWithoutServiceOrFamilyAreNone() {
    var slice = EndpointSlice.fixture("web", [("a", .ready)])
    slice.family = nil
    #expect(SliceRecord(slice) == nil)
    slice = .fixture("web", [("a", .ready)])
    slice.serviceName = nil
    #expect(SliceRecord(slice) == nil)
  }

  @Test func endpointsWithoutAddressAreNone() {
    var slice = EndpointSlice.fixture("web", [("a", .ready)])
    slice.endpoints[0].addresses = []
    #expect(summary([slice]).isEmpty)
  }
}
