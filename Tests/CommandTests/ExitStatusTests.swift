import FoundationEssentials
import Lab
import NIOCore
import NIOPosix
import Testing

@testable import bellman

extension CommandTests {
  /// What the exit status tells, of each command the same.
  @Suite struct ExitStatuses {
    private static let manifests = "\(RepositoryPath.root)/Tests/Manifests/advise"

    @Test(arguments: [
      (["--version"], bellman.ExitStatus.success),
      (["crds"], .success),
      (["status", "-o", "prose"], .usage),
      (["nonsense"], .usage),
      (["status", "--interval", "1ms"], .usage),
      (["speaker", "--manifests", "/nowhere", "--start-from-disk-after", "never"], .usage),
      (["speaker", "--start-from-disk-after", "11m"], .usage),
      (["speaker", "--start-from-disk-after", "soon"], .usage),
      (["speaker", "--start-from-disk-max-age", "30s"], .usage),
      (["status", "--socket", "/nowhere/s.sock"], .unreachable),
      (["events", "--socket", "/nowhere/s.sock"], .unreachable),
      (["events", "-f", "--socket", "/nowhere/s.sock"], .unreachable),
      (["probe", "live", "--socket", "/nowhere/s.sock"], .unreachable),
      (["status", "--cluster", "--kubeconfig", "/nowhere/config"], .unreachable),
      (["validate", "\(manifests)/clean"], .success),
      (["validate", "\(manifests)/nowhere"], .found),
      (["advise", "--manifests", "\(manifests)/clean"], .success),
      (["advise", "--manifests", "\(manifests)/planted"], .found),
      (["plan", "--manifests", "\(manifests)/clean"], .success),
      (["plan", "--manifests", "\(manifests)/clean", "--service-labels", "a=b"], .usage),
      (["advise", "--manifests", "\(manifests)/clean", "--service-labels", "a=b"], .usage),
      (["plan", "--service-labels", "a=b", "--kubeconfig", "/nowhere/config"], .unreachable),
      (["advise", "--service-labels", "a=b", "--kubeconfig", "/nowhere/config"], .unreachable),
      (["doctor", "--manifests", "\(manifests)/clean", "--cluster"], .usage),
      (["doctor", "--cluster", "--kubeconfig", "/nowhere/config"], .unreachable),
      (["plan", "--manifests", "\(manifests)/nowhere"], .found),
      (["plan", "192.0.2.99", "--manifests", "\(manifests)/clean"], .notFound),
      (
        ["plan", "--manifests", "\(manifests)/planted", "--against", "\(manifests)/clean"],
        .found
      ),
    ])
    func withoutASpeaker(_ arguments: [String], _ status: bellman.ExitStatus) async throws {
      let result = try await Command.output([Program.path] + arguments)
      #expect(result.status == status.rawValue, "\(result.output)\(result.error)")
      // What went wrong is told, beside what is shown.
      let isTold = [bellman.ExitStatus.usage, .unreachable, .notFound].contains(status)
      #expect(result.error.hasPrefix("Error: ") == isTold, "\(result.error)")
      if isTold { #expect(result.output == "") }
    }

    @Test(
      arguments: [
        ("never", nil), ("0", nil), ("0s", nil), ("5s", .seconds(5)),
        ("1500ms", .milliseconds(1500)),
      ] as [(String, TimeAmount?)])
    func howLongIsWaited(_ text: String, _ amount: TimeAmount?) throws {
      let argument = try #require(PatienceArgument(argument: text))
      #expect(argument.amount == amount)
      #expect(PatienceArgument(argument: argument.description)?.amount == amount)
    }

    @Test func withASpeaker() async throws {
      try await SpeakerRig.run { rig in
        for (arguments, status) in [
          (["status"], bellman.ExitStatus.success), (["status", "routes", "-o", "name"], .success),
          (["status", "routes", "192.0.2.200"], .success), (["status", "routes", "web"], .usage),
          (["status", "peers", "192.0.2.200"], .usage),
          (["explain", "192.0.2.200"], .success), (["explain", "192.0.2.99"], .notFound),
          (["probe", "live"], .success), (["probe", "ready"], .found),
          (["events", "--since", "1h"], .success), (["events", "--since", "yesterday"], .usage),
          (["rebalance"], .failure),
        ] {
          let result = try await Command.output(
            [Program.path] + arguments + ["--socket", rig.socket])
          #expect(result.status == status.rawValue, "\(arguments): \(result.error)")
        }
      }
    }

    /// As one that was stopped, or hangs.
    @Test func aSpeakerThatSaysNothingIsUnreachable() async throws {
      let folder = FileManager.default.temporaryDirectory.path + "/bellman-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .bind(unixDomainSocketPath: "\(folder)/s.sock").get()
      let result = try await Program.shell(
        "timeout 60 \"$B\" status --deadline 1s --socket \(folder)/s.sock")
      #expect(result.status == bellman.ExitStatus.unreachable.rawValue, "\(result.error)")
      #expect(result.error.contains("did not answer within 1.0 s"), "\(result.error)")
      try await server.close()
    }

    @Test func theDocumentationHasEachOfThem() throws {
      let page = try String(
        contentsOfFile: "\(RepositoryPath.root)/Documentation/exit-status.md", encoding: .utf8)
      for status in bellman.ExitStatus.allCases {
        #expect(page.contains("| \(status.rawValue) | \(status.meaning) |\n"), "\(status)")
      }
      let rows = page.split(separator: "\n").filter { $0.wholeMatch(of: /\| \d+ \|.*/) != nil }
      #expect(rows.count == bellman.ExitStatus.allCases.count)
    }
  }
}
