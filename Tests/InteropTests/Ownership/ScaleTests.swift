import Addresses
import Lab
import NIOCore
import Resources
import Testing

extension OwnershipTests {
  @Suite(.lab(from: .manifests, .cluster)) struct Scale {
    @Test func twoThousandServicesComeAndGoInOneSession() async throws {
      let lab = try lab()
      let before = try await lab.sessions()
      let networks = try await lab.router.networkCount()
      try await lab.edit { manifests, topology in
        manifests.bulk = Workload.bulk(2000, topology: topology)
      }
      try await eventually(equals: networks + 2000, within: .seconds(60)) {
        try await lab.router.networkCount()
      }
      try await eventually(equals: 3 * 2000, within: .seconds(60)) {
        let bulk = try await lab.router.routes().filter {
          $0.prefix.length == $0.prefix.family.bitWidth
            && $0.communities == [.init(64512, 100)]
        }
        // Without the five host routes of the lab's own services from as many nodes.
        return bulk.count - 8
      }
      let some = try #require(
        Workload.bulk(2000, topology: lab.topology).last?.service.ingress.first)
      #expect(try await lab.curl(some, from: lab.topology.outside).status == 200)

      try await lab.edit { manifests, _ in
        manifests.bulk = []
        manifests.workloads.removeAll { $0.name.hasPrefix("bgp-") }
      }
      try await eventually(equals: 0, within: .seconds(60)) {
        try await lab.router.networkCount()
      }
      // BIRD ends a session over a message of more than 4096 octets, with 1/2.
      try await lab.expectSameSessions(before)
      #expect(!lab.router.log().contains("Bad message length"))
    }
  }
}
