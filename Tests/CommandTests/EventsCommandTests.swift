import FoundationEssentials
import Lab
import Testing

extension CommandTests {
  /// Which events are shown.
  @Suite struct Events {
    private func lines(_ arguments: String..., of rig: SpeakerRig) async throws -> [Substring] {
      let result = try await Command.output(
        [Program.path, "events", "--socket", rig.socket] + arguments)
      #expect(result.status == 0, "\(result.error)")
      return result.output.split(separator: "\n")
    }

    @Test func aServiceStandsForItsAddresses() async throws {
      try await SpeakerRig.run(with: SpeakerRig.advertisement) { rig in
        let about = try await lines("--about", "192.0.2.200", of: rig)
        #expect(!about.isEmpty && about.allSatisfy { $0.contains(" 192.0.2.200 ") })
        #expect(try await lines("--about", "shop/web", of: rig) == about)
      }
    }

    @Test func theFormsAreThoseOfTheOtherCommands() async throws {
      try await SpeakerRig.run(with: SpeakerRig.advertisement) { rig in
        let table = try await lines("--about", "shop/web", of: rig)
        for form in ["table", "text", "wide"] {
          #expect(try await lines("--about", "shop/web", "-o", form, of: rig) == table)
        }
        let names = try await lines("--about", "shop/web", "-o", "name", of: rig)
        #expect(names == table.map { _ in "192.0.2.200" })
        let yaml = try await lines("--about", "shop/web", "-o", "yaml", of: rig)
        #expect(yaml.count { $0 == "---" } == table.count)
        #expect(yaml.contains("object: 192.0.2.200"))
        let json = try await lines("--about", "shop/web", "-o", "json", of: rig)
        #expect(json.count == table.count && json.allSatisfy { $0.hasPrefix("{") })
      }
    }

    @Test func aNameThatNoEventIsAboutIsSaid() async throws {
      try await SpeakerRig.run(with: SpeakerRig.advertisement) { rig in
        let result = try await Command.output(
          [Program.path, "events", "--socket", rig.socket, "--about", "nonsense"])
        #expect(result.status == 0 && result.output == "")
        #expect(
          result.error.hasPrefix("No event is about 'nonsense'; there are events about 192.0.2.200")
        )
        let unknown = try await Command.output(
          [Program.path, "events", "--socket", rig.socket, "--about", "shop/other"])
        #expect(unknown.status == 4 && unknown.error.contains("shop/other"))
      }
    }

    /// A reader that has gone away ends it, also where nothing more happens.
    @Test func followingEndsWithItsReader() async throws {
      try await SpeakerRig.run(with: SpeakerRig.advertisement) { rig in
        let result = try await Program.shell(
          "timeout 20 \"$B\" events -f --socket \(rig.socket) | head -n 1; echo ${PIPESTATUS[0]}")
        #expect(result.output.contains(" 192.0.2.200 ") && result.output.hasSuffix("\n0\n"))
      }
    }
  }

  /// All speakers whose sockets are in a folder are asked as those of a cluster.
  @Suite struct FolderOfSockets {
    @Test func allAreAskedAndOneByItsName() async throws {
      try await SpeakerRig.run { rig in
        let folder = rig.socket.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
        // Nobody is there any more.
        try Data().write(to: URL(filePath: "\(folder)/gone.sock"))
        let all = try await Program.run("status", "--socket", folder)
        #expect(all.status == 3 && all.output.hasPrefix("\(folder): 1 of 2 speakers answered"))
        #expect(all.output.contains("192.0.2.200"))
        let explained = try await Program.run("explain", "192.0.2.200", "--socket", folder)
        #expect(
          explained.status == 3 && explained.output.hasPrefix("192.0.2.200: no node that answered"))
        let own = try await Program.run("status", "--socket", folder, "--node", "s")
        #expect(own.status == 0 && own.output.hasPrefix("node-1: bellman"), "\(own.error)")
        let which = try await Program.run("drain", "--socket", folder)
        #expect(which.status == 64 && which.error.contains("\(folder)/s.sock"), "\(which.error)")
      }
      let empty = try await Program.run("status", "--socket", "/usr")
      #expect(empty.status == 5 && empty.error.contains("/usr holds no status socket"))
    }
  }

  /// What is said beside the refusal of a command line.
  @Suite struct Hints {
    @Test(arguments: [
      (["stats"], "Did you mean 'bellman status'?"),
      (["explian", "192.0.2.1"], "Did you mean 'bellman explain'?"),
      (["status", "--interval", "1"], "A time has a unit, such as 500ms, 10s, 5m or 1h."),
      (["drain", "--deadline", "soon"], "A time has a unit, such as 500ms, 10s, 5m or 1h."),
    ])
    func aLikelyMeaningIsNamed(_ arguments: [String], _ hint: String) async throws {
      let result = try await Command.output([Program.path] + arguments)
      #expect(result.status == 64, "\(result.error)")
      #expect(result.error.hasSuffix("\n\(hint)\n"), "\(result.error)")
    }

    @Test func aServiceOfAnotherNamespaceIsNamed() async throws {
      try await SpeakerRig.run { rig in
        for (subject, hint) in [
          ("web", "did you mean shop/web?"), ("192.0.2.99", "'bellman status' lists the addresses"),
          ("other", "a service is named as NAMESPACE/NAME"),
          ("192.0.2.999", "it is no IPv4 address, which has four numbers of 0 to 255"),
          ("2001:db8::g", "it is no IPv6 address"), ("192.0.2.0/24", "it is a prefix"),
        ] {
          let result = try await Command.output(
            [Program.path, "explain", subject, "--socket", rig.socket])
          #expect(result.status == 4 && result.error.contains(hint), "\(result.error)")
        }
      }
    }
  }
}
