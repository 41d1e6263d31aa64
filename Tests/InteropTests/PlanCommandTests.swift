import Lab
import Status
import Testing

extension InteropTests {
  /// `bellman plan` and `bellman advise`, which need no speaker.
  @Suite struct PlanCommand {
    private static let manifests = "\(RepositoryPath.root)/Tests/Manifests/advise"
    private static let clean = "\(manifests)/clean"
    private static let planted = "\(manifests)/planted"

    @Test func theLabIsPlanned() async throws {
      let examples = "\(RepositoryPath.root)/Examples/lab"
      let result = try await Command.output([
        Program.path, "plan", "--manifests", examples, "-o", "json",
      ])
      #expect(result.status == 0, "\(result.output)")
      let plan = try StatusRenderer.parse(result.output, as: PlanDocument.self)
      #expect(plan.nodes == ["node-1", "node-2", "node-3"])
      #expect(plan.addresses.count == 9 && plan.addresses.allSatisfy { $0.isAnnounced })
      #expect(plan.problems == [])
    }

    @Test func oneAddressIsPlannedWithTheReasons() async throws {
      let result = try await Command.output([
        Program.path, "plan", "203.0.113.10", "--manifests", Self.clean,
      ])
      #expect(result.status == 0, "\(result.output)")
      #expect(
        result.output.contains("BGP: 203.0.113.10/32 to router-a from node-1, node-2, node-3"))
      #expect(result.output.contains("not by layer 2: noMatchingAdvertisement on node-1"))
    }

    @Test(arguments: [("clean", 0), ("planted", 2)])
    func theExitStatusTellsWhetherAnythingChanges(_ folder: String, _ status: Int32) async throws {
      let result = try await Command.output([
        Program.path, "plan", "--manifests", "\(Self.manifests)/\(folder)", "--against", Self.clean,
      ])
      #expect(result.status == status, "\(result.output)")
    }

    @Test func nothingIsFoundInACleanCluster() async throws {
      let result = try await Command.output([
        Program.path, "advise", "--manifests", Self.clean, "--fail-on", "note",
      ])
      #expect(result.status == 0, "\(result.output)")
      #expect(result.output.contains("2 LoadBalancer services, nothing found"))
    }

    /// All but what no object shows: a port that is asked, and the other mode of kube-proxy.
    @Test func everyPlantedProblemIsFound() async throws {
      let result = try await Command.output([
        Program.path, "advise", "--manifests", Self.planted, "-o", "json",
      ])
      #expect(result.status == 2, "\(result.output)")
      let advice = try StatusRenderer.parse(result.output, as: AdviceDocument.self)
      let missing = Set(Finding.Kind.allCases).subtracting(advice.findings.map(\.kind))
      #expect(missing == [.healthCheckFailing, .ipvsWithoutStrictARP])
    }

    @Test(arguments: [("error", 0), ("warning", 2), ("never", 0)])
    func theThresholdIsObeyed(_ threshold: String, _ status: Int32) async throws {
      let ignored: [String] = [
        "address-announced-by-nobody", "pool-overlaps-node", "configuration-error",
      ].flatMap { ["--ignore", $0] }
      let result = try await Command.output(
        [Program.path, "advise", "--manifests", Self.planted, "--fail-on", threshold] + ignored)
      #expect(result.status == status, "\(result.output)")
    }
  }
}
