import Addresses
import FoundationEssentials
import Status
import Testing
import Yams

@Suite("Documents as JSON and YAML")
struct DocumentCodingTests {
  @Test("JSON of a status document reads back equal, through every field")
  func statusRoundTrip() throws {
    let document = try Fixture.status()
    #expect(try StatusRenderer.parse(StatusRenderer.json(document)) == document)
  }

  @Test("JSON of an explanation reads back equal")
  func explainRoundTrip() throws {
    let document = try ExplainFixture.local()
    #expect(try StatusRenderer.parse(StatusRenderer.json(document)) == document)
  }

  @Test("YAML says the same as JSON")
  func yaml() throws {
    let document = try Fixture.status()
    let text = try StatusRenderer.yaml(document)
    #expect(try YAMLDecoder().decode(StatusDocument.self, from: text) == document)
  }

  @Test(
    "YAML keeps text that would read as another type",
    arguments: ["52:54:00:12:34:56", "02:00:00:00:00:10"])
  func yamlStrings(mac: String) throws {
    let document = StatusDocument(
      node: "123", programVersion: "0.1", pid: 1, startedAt: ago(1),
      source: SourceStatus(directory: "true"),
      interfaces: [
        InterfaceStatus(
          name: "null", mac: MACAddress(mac), up: true, takesPart: true, reason: "yes")
      ])
    let value = try Yams.load(yaml: StatusRenderer.yaml(document)) as? [String: Any]
    #expect(value?["node"] as? String == "123")
    #expect(value?["programVersion"] as? String == "0.1")
    #expect((value?["source"] as? [String: Any])?["directory"] as? String == "true")
    let interface = (value?["interfaces"] as? [[String: Any]])?.first
    #expect(interface?["name"] as? String == "null")
    #expect(interface?["reason"] as? String == "yes")
    #expect(interface?["mac"] as? String == mac)
  }

  @Test("the keys of the JSON, in their order; a change here needs a new version")
  func keys() throws {
    #expect(
      try keyPaths(StatusRenderer.json(Fixture.status())) == [
        "addresses", "addresses.address", "addresses.bgp", "addresses.bgp.peers",
        "addresses.bgp.prefixes", "addresses.bgp.reason", "addresses.bgp.sentence",
        "addresses.bgp.verdict", "addresses.externalTrafficPolicy", "addresses.family",
        "addresses.layer2",
        "addresses.layer2.conflicts", "addresses.layer2.interfaces", "addresses.layer2.reason",
        "addresses.layer2.sentence", "addresses.layer2.verdict", "addresses.services",
        "addresses.since", "addresses.bgp.since", "addresses.layer2.owner",
        "addresses.layer2.since", "addresses.pool", "addresses.lastChange",
        "addresses.lastChange.at", "addresses.lastChange.what", "addresses.lastChange.why",
        "counters", "counters.bgp.unknownPeerConnections", "counters.layer2.malformedFrames",
        "counters.unused", "interfaces", "interfaces.counters", "interfaces.counters.drops",
        "interfaces.counters.drops.malformed", "interfaces.counters.drops.notOurs",
        "interfaces.counters.foreignClaims", "interfaces.counters.gratuitousSent",
        "interfaces.counters.repliesSent",
        "interfaces.counters.requestsReceived", "interfaces.mac", "interfaces.name",
        "interfaces.reason", "interfaces.takesPart", "interfaces.up", "node", "peers",
        "peers.address", "peers.flaps", "peers.localAS", "peers.messagesReceived",
        "peers.messagesSent", "peers.name", "peers.negotiated", "peers.negotiated.capabilities",
        "peers.negotiated.families", "peers.negotiated.holdTimeSeconds",
        "peers.negotiated.keepaliveSeconds", "peers.negotiated.routerID", "peers.port",
        "peers.prefixesAnnounced", "peers.prefixesAnnounced.ipv4", "peers.prefixesAnnounced.ipv6",
        "peers.prefixesWithdrawn", "peers.remoteAS", "peers.routesReceived", "peers.since",
        "peers.state", "peers.lastError", "peers.lastError.at", "peers.lastError.text",
        "peers.nextRetryAt", "pid", "problems", "problems.fieldPath", "problems.file",
        "problems.line", "problems.message", "problems.object", "problems.severity",
        "programVersion", "servicesWithoutAddress",
        "servicesWithoutAddress.externalTrafficPolicy", "servicesWithoutAddress.reason",
        "servicesWithoutAddress.sentence", "servicesWithoutAddress.service", "source",
        "source.complete", "source.directory", "source.objects", "source.objects.BGPPeer",
        "source.objects.EndpointSlice", "source.objects.Node", "source.objects.Service",
        "startedAt", "version",
      ])
    #expect(
      try keyPaths(StatusRenderer.json(ExplainFixture.local())) == [
        "addresses", "addresses.address", "addresses.conclusion", "addresses.conflicts",
        "addresses.externalTrafficPolicy", "addresses.family", "addresses.nodes",
        "addresses.nodes.bgp", "addresses.nodes.bgp.reason",
        "addresses.nodes.bgp.sentence", "addresses.nodes.bgp.verdict", "addresses.nodes.clients",
        "addresses.nodes.fitness",
        "addresses.nodes.layer2", "addresses.nodes.layer2.reason",
        "addresses.nodes.layer2.sentence", "addresses.nodes.layer2.verdict",
        "addresses.nodes.node", "addresses.nodes.rank", "addresses.nodes.readyEndpoints",
        "addresses.nodes.terminatingEndpoints", "addresses.nodes.weight", "addresses.owner",
        "addresses.pool", "addresses.routes", "addresses.routes.communities",
        "addresses.routes.decision", "addresses.routes.decision.reason",
        "addresses.routes.decision.sentence", "addresses.routes.decision.verdict",
        "addresses.routes.localPreference", "addresses.routes.nextHops", "addresses.routes.peer",
        "addresses.routes.prefix",
        "addresses.services", "circumstances", "node", "services", "services.endpoints",
        "services.endpoints.family", "services.endpoints.ready", "services.endpoints.terminating",
        "services.externalTrafficPolicy", "services.insideCallers",
        "services.insideCallersOfAddresses",
        "services.internalTrafficPolicy", "services.service", "subject", "version",
      ])
  }

  @Test("the JSON of a small document, to the letter")
  func goldenJSON() throws {
    let document = StatusDocument(
      node: "node1", programVersion: "0.1.0", pid: 1, startedAt: ago(5),
      source: SourceStatus(directory: "/m", objects: ["Service": 1]),
      servicesWithoutAddress: [
        ServiceStatus(
          service: "shop/web", externalTrafficPolicy: .local, reason: "noAddress",
          sentence: "none yet")
      ],
      problems: [Problem(severity: .warning, file: "a.yaml", line: 2, message: "odd")],
      counters: ["b": 2, "a": 18_446_744_073_709_551_615])
    // The encoder's text for an empty list is not ours, so it is taken out.
    let text = try StatusRenderer.json(document).replacing("[\n\n  ]", with: "[]")
    #expect(
      text == """
        {
          "addresses" : [],
          "counters" : {
            "a" : 18446744073709551615,
            "b" : 2
          },
          "interfaces" : [],
          "node" : "node1",
          "peers" : [],
          "pid" : 1,
          "problems" : [
            {
              "file" : "a.yaml",
              "line" : 2,
              "message" : "odd",
              "severity" : "warning"
            }
          ],
          "programVersion" : "0.1.0",
          "servicesWithoutAddress" : [
            {
              "externalTrafficPolicy" : "Local",
              "reason" : "noAddress",
              "sentence" : "none yet",
              "service" : "shop/web"
            }
          ],
          "source" : {
            "complete" : true,
            "directory" : "/m",
            "objects" : {
              "Service" : 1
            }
          },
          "startedAt" : "2025-12-31T23:59:55Z",
          "version" : 1
        }

        """)
  }

  @Test("the order in which lists are given does not show")
  func order() throws {
    let document = try Fixture.status()
    let reversed = StatusDocument(
      node: document.node, programVersion: document.programVersion, pid: document.pid,
      startedAt: document.startedAt, source: document.source,
      addresses: document.addresses.reversed(),
      servicesWithoutAddress: document.servicesWithoutAddress.reversed(),
      peers: document.peers.reversed(), interfaces: document.interfaces.reversed(),
      problems: document.problems.reversed(), counters: document.counters)
    #expect(document.addresses.count > 1)
    #expect(reversed == document)
  }

  @Test("a document of another version names both versions")
  func otherVersion() throws {
    let text = try StatusRenderer.json(Fixture.empty())
      .replacing("\"version\" : 1", with: "\"version\" : 2")
    #expect(throws: StatusRenderer.ParseError.otherVersion(found: 2, expected: 1)) {
      try StatusRenderer.parse(text, as: StatusDocument.self)
    }
  }

  @Test("what is no document is an error that names the place")
  func malformed() throws {
    let good = try StatusRenderer.json(Fixture.status())
    let table: [(text: String, detail: String)] = [
      ("{}", "the key 'version' is missing"),
      (
        good.replacing("\"pid\" : 4242", with: "\"pid\" : true"), "pid: expected Int32"
      ),
      (
        good.replacing("\"192.0.2.254\",\n      \"flaps\"", with: "\"nowhere\",\n      \"flaps\""),
        "peers.0.address: 'nowhere' is not an IP address"
      ),
      (
        good.replacing("2025-12-31T21:46:00Z", with: "yesterday"),
        "startedAt: 'yesterday' is not a UTC time such as 2026-01-31T23:59:59Z"
      ),
    ]
    for (text, detail) in table {
      #expect(throws: StatusRenderer.ParseError.malformed(detail)) {
        try StatusRenderer.parse(text, as: StatusDocument.self)
      }
    }
  }

  @Test("bytes that are no JSON are an error", arguments: ["", "[", "not json", "\u{0}"])
  func noJSON(text: String) {
    #expect(throws: StatusRenderer.ParseError.self) {
      try StatusRenderer.parse(text, as: StatusDocument.self)
    }
  }

  /// The path of every key, list positions left out, each once, in the order of the text.
  private func keyPaths(_ json: String) throws -> [String] {
    var paths: [String] = []
    var known: Set<String> = []
    var open: [String] = []
    for line in json.split(separator: "\n") {
      let depth = line.prefix { $0 == " " }.count / 2
      guard let key = line.drop(while: { $0 == " " }).wholeMatch(of: /"([^"]+)" : .*/) else {
        continue
      }
      open = Array(open.prefix(depth)) + Array(repeating: "", count: max(0, depth - open.count))
      open.append(String(key.1))
      let path = open.filter { !$0.isEmpty }.joined(separator: ".")
      if known.insert(path).inserted { paths.append(path) }
    }
    return paths
  }
}
