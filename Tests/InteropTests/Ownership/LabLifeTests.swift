import Lab
import NIOCore
import Testing

extension OwnershipTests {
  /// That a lab leaves nothing behind, however it ends. Here, as one of twenty nodes must not run beside
  /// suites that time who answers.
  @Suite(.serialized) struct LabLife {
    private struct Broken: Error {}

    @Test func anErrorLeavesNothing() async throws {
      let seen = Seen()
      await #expect(throws: Broken.self) {
        try await Lab.with(options: Lab.Options(binary: Program.path)) { lab in
          await seen.note(lab)
          #expect(try await namespaces(of: lab.topology.id).count == lab.topology.namespaces.count)
          throw Broken()
        }
      }
      try await expectNothing(of: seen.id)
    }

    @Test func twoLabsExistAtOnce() async throws {
      try await Lab.with(options: Lab.Options(binary: Program.path, nodeCount: 2)) { first in
        try await Lab.with(options: Lab.Options(binary: Program.path, nodeCount: 2)) { second in
          #expect(first.topology.id != second.topology.id)
          for lab in [first, second] { try await lab.startSpeakers() }
          for lab in [first, second] { try await lab.waitForSettledRoutes() }
        }
        #expect(try await first.routes() == first.expectedRoutes())
      }
    }

    @Test func theTourSucceedsAndLeavesNothing() async throws {
      try await withCommand([]) { command, output in
        let status = try await command.waitForExit(within: .seconds(240))
        #expect(status == 0, "\(output())")
        let steps = [
          "1. The lab", "7. A speaker gets SIGTERM", "8. The owner of an address crashes",
          "9. The speaker of the owner is paused", "10. The owner is cut off",
          "11. The owner is drained",
        ]
        for text in steps + ["expectations came true"] {
          #expect(output().contains(text), "\(text)")
        }
        #expect(!output().contains("✗"))
        // Of each of these the gap that the client saw is told.
        let gaps = output().matches(of: /longest time without an answer: (\d+) ms/)
        #expect(gaps.count == 7)
        try await expectNothing(of: runID(output()))
      }
    }

    @Test func aSignalInTheMiddleOfTheTourLeavesNothing() async throws {
      try await withCommand([]) { command, output in
        try await eventually("a node has crashed", within: .seconds(120)) {
          output().contains("ip link set eth0 down")
        }
        await command.send(.interrupt)
        #expect(try await command.waitForExit(within: .seconds(20)) == 130)
        #expect(output().contains("stopped by signal 2; the lab is removed"))
        try await expectNothing(of: runID(output()))
      }
    }

    @Test func aLabHasTwentyNodes() async throws {
      let options = Lab.Options(binary: Program.path, nodeCount: 20)
      try await Lab.with(options: options) { lab in
        try await lab.startSpeakers()
        for name in ["l2-cluster", "l2-dual"] {
          let address = try await lab.address(name)
          let owner = try await lab.settledOwner(of: address, within: .seconds(60))
          #expect(lab.topology.nodes.map(\.name).contains(owner))
          #expect(try await lab.curl(address, from: lab.topology.client).pod != nil)
        }
      }
    }

    @Test(arguments: [ChildProcess.Signal.interrupt, .terminate])
    func aSignalEndsAKeptLab(_ signal: ChildProcess.Signal) async throws {
      try await withCommand(["--keep", "--skip-tour"]) { command, output in
        let id = try await keptLab(output)
        await command.send(signal)
        #expect(try await command.waitForExit(within: .seconds(20)) == 0)
        try await expectNothing(of: id)
      }
    }

    @Test func manifestsOfAKeptLabCanBeEditedByHand() async throws {
      try await withCommand(["--keep", "--skip-tour"]) { command, output in
        let id = try await keptLab(output)
        let topology = Topology(id: id)
        var manifests = Manifests(topology: topology)
        try manifests.moveEndpoint(of: "bgp-local", to: "node-2", topology: topology)
        let text = try #require(
          manifests.files().first { $0.name == "endpointslices.yaml" }?.text)
        let folder = try #require(output().firstMatch(of: /(\/\S*)\/endpointslices.yaml/)).1
        try await Command.run([
          "sh", "-c", "printf %s \"$1\" > \"$2\"", "sh", text, "\(folder)/endpointslices.yaml",
        ])
        try await eventually("the pod on node-2 answers") {
          let answer = try await Command.output(
            ["curl", "--silent", "--noproxy", "*", "--max-time", "1", "http://203.0.113.11/"],
            in: topology.outside.namespace)
          return PodReply(text: answer.output)?.node == "node-2"
        }
        await command.send(.interrupt)
        #expect(try await command.waitForExit(within: .seconds(20)) == 0)
      }
    }

    @Test func whatAKilledLabLeftIsRemovedByTheNext() async throws {
      try await withCommand(["--keep", "--skip-tour"]) { command, output in
        let id = try await keptLab(output)
        let names = try await namespaces(of: id)
        #expect(!names.isEmpty)
        await command.send(.kill)
        _ = try await command.waitForExit(within: .seconds(5))
        try await eventually("all processes of the lab die with it", within: .seconds(5)) {
          for name in names {
            let pids = try await Command.run(["ip", "netns", "pids", name])
            // A process that has ended and was not waited for yet has the state Z.
            for pid in pids.split(separator: "\n") {
              let state = try await Command.output(["ps", "-o", "stat=", "-p", String(pid)])
              if state.status == 0, !state.output.hasPrefix("Z") { return false }
            }
          }
          return true
        }
        // Each lab that starts removes what it finds, and several start at the time.
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<4 { group.addTask { _ = try await Leftovers.remove() } }
          try await group.waitForAll()
        }
        try await eventually("nothing is left of it", within: .seconds(20)) {
          try await namespaces(of: id).isEmpty
        }
        try await expectNothing(of: id)
      }
    }

    /// Runs `bellman lab` and kills it if `body` has not ended it.
    private func withCommand(
      _ arguments: [String],
      _ body: (_ command: ChildProcess, _ output: @escaping @Sendable () -> String) async throws
        -> Void
    ) async throws {
      let folder = try await Command.run(["mktemp", "-d", "/tmp/bellman-interop.XXXXXX"])
        .split(separator: "\n").map(String.init)[0]
      let command = try await ChildProcess(
        name: "bellman lab", [Program.path, "lab"] + arguments, in: nil,
        logPath: "\(folder)/output")
      let result: Result<Void, any Error>
      do {
        result = .success(try await body(command) { command.log() })
      } catch {
        result = .failure(error)
      }
      await command.stop(within: .seconds(20))
      try await Command.run(["rm", "-r", folder])
      try result.get()
    }

    /// Waits until `bellman lab --keep` has said how to look around; gives back the run id.
    private func keptLab(_ output: @escaping @Sendable () -> String) async throws -> String {
      try await eventually("the lab stays", within: .seconds(30)) {
        output().contains("Ctrl-C here ends it")
      }
      return String(try #require(output().firstMatch(of: /bm([a-z0-9]{4})-client/)).1)
    }

    /// The run id by the paths that a tour prints.
    private func runID(_ output: String) throws -> String {
      String(try #require(output.firstMatch(of: /bellman-lab\/([a-z0-9]{4})/)).1)
    }

    private func namespaces(of id: String) async throws -> [String] {
      try await Command.run(["ip", "netns", "list"]).split(separator: "\n")
        .compactMap { $0.split(separator: " ").first.map(String.init) }
        .filter { $0.hasPrefix(Topology.namespacePrefix(id: id)) }
    }

    private func expectNothing(of id: String?) async throws {
      let id = try #require(id)
      #expect(try await namespaces(of: id) == [])
      let folder = try await Command.output(["ls", "/run/bellman-lab/\(id)"])
      #expect(folder.status != 0)
    }
  }

  /// The lab that a body saw.
  private actor Seen {
    private(set) var id: String?

    func note(_ lab: Lab) { id = lab.topology.id }
  }
}
