import KubernetesClient
import LinuxIO
import NIOCore
import Resources
import Status
import TestAPIServer
import Testing

@testable import Speaker

@Suite("A speaker that starts while the API server is away", .serialized)
struct StartFromDiskTests {
  private let directory = TemporaryDirectory()

  private static let disk: StartFromDisk = {
    var disk = StartFromDisk(after: .milliseconds(100))
    disk.writeInterval = .milliseconds(20)
    return disk
  }()

  private static func isDown(_ server: TestAPIServer, _ fault: Fault?) {
    for request in FaultPlan.Request.allCases { server.faults.set(fault, for: request) }
    if fault != nil { server.store.endWatches() }
  }

  /// A server with three services, whose objects a speaker has read and kept.
  private func withServer(_ body: @Sendable (TestAPIServer) async throws -> Void) async throws {
    let path = directory.path
    try await TestAPIServer.run { server in
      server.put(
        ClusterObjects.node("node-1"), ClusterObjects.pool("pool", "192.0.2.0/24"),
        ClusterObjects.l2Advertisement(), ClusterObjects.peer("open"),
        ClusterObjects.metallb(
          "BGPPeer", "secured",
          [
            "myASN": 64512, "peerASN": 64513, "peerAddress": "192.0.2.254",
            "passwordSecret": ["name": "router"],
          ], version: "v1beta2"), ClusterObjects.secret("router", "hunter2"))
      for number in 1...3 {
        server.put(
          ClusterObjects.service("web-\(number)", "192.0.2.\(number)"),
          ClusterObjects.slice("web-\(number)"))
      }
      try await ClusterRig.run(server, .patient, directory: path, disk: Self.disk) { rig in
        try await rig.eventually("3 addresses, without a problem, on the disk") {
          $0.addresses.count == 3 && $0.problems.isEmpty && (try? text()) != nil
        }
      }
      try await body(server)
    }
  }

  private func text() throws -> String {
    let content = try BoundedFile.read("\(directory.path)/node-1.objects", limit: 1 << 20)
    return String(decoding: content.bytes, as: UTF8.self)
  }

  private static func addresses(_ document: StatusDocument) -> [String] {
    document.addresses.map { "\($0.address)" }.sorted()
  }

  @Test func theDiskHasNoSecret() async throws {
    try await withServer { _ in
      let text = try text()
      #expect(text.contains("web-3") && text.contains("\"open\""))
      #expect(!text.contains("hunter2") && !text.contains("passwordSecret"))
      #expect(!text.contains("\"Secret\""))
    }
  }

  @Test(arguments: [Fault.status(503), .silence, .cut(after: 0)])
  func itAnnouncesWhatItKeptAndThenWhatTheServerHas(fault: Fault) async throws {
    try await withServer { server in
      let kept = try text()
      Self.isDown(server, fault)
      let path = directory.path
      try await ClusterRig.run(server, writes: true, directory: path, disk: Self.disk) { rig in
        try await rig.eventually("3 addresses") { $0.addresses.count == 3 }
        let before = await rig.control.statusDocument()
        #expect(await rig.control.isReady)
        #expect(await !rig.control.mayReport)
        #expect(before.source.objectsAsOf != nil && before.source.isReachable == false)
        #expect(before.peers.map(\.name) == [] || before.peers.map(\.name) == ["open"])
        let said = before.problems.map(\.message)
        #expect(said.contains { $0.hasPrefix("the API cannot be reached since the start; obj") })
        #expect(said.contains { $0.contains("read from disk, are in use") })
        #expect(said.contains { $0.contains("BGPPeer metallb-system/secured wait for the API") })
        let explained = try #require(await rig.control.explain("192.0.2.1"))
        #expect(explained.circumstances.contains { $0.sentence.contains("read from disk") })
        #expect(try text() == kept, "it is as old as it is")

        server.put(ClusterObjects.service("web-1", "192.0.2.101"))
        server.store.remove(ObjectName(namespace: "shop", name: "web-2"), .services)
        Self.isDown(server, nil)
        var seen: Set<[String]> = []
        try await rig.eventually("the new state") {
          seen.insert(Self.addresses($0))
          return Self.addresses($0) == ["192.0.2.101", "192.0.2.3"]
            && $0.source.objectsAsOf == nil && $0.problems.isEmpty
        }
        let after = await rig.control.statusDocument()
        #expect(
          seen.isSubset(of: [Self.addresses(before), Self.addresses(after)]), "in one pass")
        #expect(after.counters["updates"] == (before.counters["updates"] ?? 0) + 1)
        let kept = after.addresses.first { "\($0.address)" == "192.0.2.3" }
        let same = before.addresses.first { "\($0.address)" == "192.0.2.3" }
        #expect(kept?.since == same?.since && kept?.lastChange == same?.lastChange)
        #expect(after.source.isReachable == true)
        #expect(await rig.control.mayReport)
      }
      #expect(try text().contains("192.0.2.101"))
    }
  }

  @Test(arguments: [Fault.status(403), .unauthorized])
  func aServerThatRefusesItIsNoOutage(fault: Fault) async throws {
    try await withServer { server in
      Self.isDown(server, fault)
      try await ClusterRig.run(server, directory: directory.path, disk: Self.disk) { rig in
        // The disk was due, and is not looked at however often it is refused.
        let requests = server.faults.total
        try await rig.eventually("it asks for a while") { _ in
          server.faults.total > requests + 60
        }
        let document = await rig.control.statusDocument()
        #expect(document.addresses == [] && document.source.objectsAsOf == nil)
        #expect(document.problems.count >= ClusterStream.kinds.count)
      }
    }
  }

  /// With the reason; nothing is announced before the server answers.
  @Test(arguments: ["old", "damaged", "never", "none"])
  func aFileThatMayNotBeUsedIsNot(what: String) async throws {
    try await withServer { server in
      let path = "\(directory.path)/node-1.objects"
      var disk: StartFromDisk? = Self.disk
      let word: String
      switch what {
      case "old":
        let past = Timestamp(secondsSince1970: Timestamp.now.secondsSince1970 - 3700)
        try OwnFile.overwrite(path, at: 11, with: Array("\(past)".utf8))
        word = "--start-from-disk-max-age"
      case "damaged":
        try directory.write("node-1.objects", try text().utf8.dropLast(5))
        word = "in the middle of a line"
      case "never":
        disk = nil
        word = ""
      default:
        try directory.remove("node-1.objects")
        word = ""
      }
      Self.isDown(server, .status(503))
      try await ClusterRig.run(server, directory: directory.path, disk: disk) { rig in
        let requests = server.faults.total
        try await rig.eventually("it asks for a while, and says why") { document in
          server.faults.total > requests + 60
            && (word.isEmpty || document.problems.contains { $0.message.contains(word) })
        }
        let document = await rig.control.statusDocument()
        #expect(document.addresses == [] && document.source.objectsAsOf == nil)
        #expect(await !rig.control.isReady)
        let ours = document.problems.filter { $0.file == path }
        #expect(ours.count == (word.isEmpty ? 0 : 1), "\(ours)")
        Self.isDown(server, nil)
        try await rig.eventually("all is well") {
          $0.addresses.count == 3 && $0.problems.isEmpty
        }
      }
    }
  }

  @Test func aFolderThatCannotBeWrittenIsOneProblem() async throws {
    try await withServer { server in
      let lost = "\(directory.path)/none"
      try await ClusterRig.run(server, .patient, directory: lost, disk: Self.disk) { rig in
        try await rig.eventually("it is said, and nothing else is wrong") { document in
          document.problems.map(\.severity) == [.warning]
            && document.problems.allSatisfy {
              $0.file == "\(lost)/node-1.objects" && $0.message.contains("--state-dir")
            }
        }
      }
    }
  }
}
