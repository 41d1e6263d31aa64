import KubernetesClient
import Resources
import Status
import TestAPIServer
import Testing

@testable import Speaker

/// Each rule by which MetalLB refuses a resource of its kinds, by an object `wrong` that breaks it.
@Suite("What becomes of a bad resource", .serialized)
struct BadResourcesTests {
  /// A rule, and what breaks it.
  struct Rule: Sendable, CustomTestStringConvertible {
    let kind: String
    let spec: JSONValue
    /// The field that is named.
    let field: String
    /// What else has to be there for it.
    var others: [JSONValue] = []

    var testDescription: String { "\(kind): \(field)" }
  }

  private static func peer(_ field: String, _ changes: [String: JSONValue]) -> Rule {
    let good: [String: JSONValue] = [
      "myASN": 64512, "peerASN": 64513, "peerAddress": "192.0.2.1",
    ]
    return Rule(
      kind: "BGPPeer", spec: .object(good.merging(changes) { $1 }.filter { $0.value != .null }),
      field: field)
  }

  private static func pool(_ field: String, _ spec: JSONValue) -> Rule {
    Rule(kind: "IPAddressPool", spec: spec, field: field)
  }

  private static func routes(
    _ field: String, _ spec: JSONValue, others: [JSONValue] = []
  ) -> Rule {
    Rule(kind: "BGPAdvertisement", spec: spec, field: field, others: others)
  }

  private static func layer2(_ field: String, _ spec: JSONValue) -> Rule {
    Rule(kind: "L2Advertisement", spec: spec, field: field)
  }

  private static func bfd(_ field: String, _ spec: JSONValue) -> Rule {
    Rule(kind: "BFDProfile", spec: spec, field: field)
  }

  private static let selector: JSONValue = ["matchLabels": ["rack": "7"]]
  private static func expressions(_ expressions: JSONValue...) -> JSONValue {
    ["nodeSelectors": [["matchExpressions": .array(expressions)]]]
  }
  private static func oneOf(_ values: JSONValue...) -> JSONValue {
    ["key": "rack", "operator": "In", "values": .array(values)]
  }

  private static let rules: [Rule] = [
    // Every kind with selectors and lists of names.
    layer2("spec.ipAddressPools[1]", ["ipAddressPools": ["pool", "pool"]]),
    layer2("spec.ipAddressPoolSelectors[1]", ["ipAddressPoolSelectors": [selector, selector]]),
    layer2("spec.nodeSelectors[1]", ["nodeSelectors": [selector, selector]]),
    layer2(
      "spec.nodeSelectors[0].matchExpressions[1]", expressions(oneOf("7"), oneOf("7"))),
    layer2("spec.nodeSelectors[0].matchExpressions[0].values", expressions(oneOf("7", "7"))),
    layer2(
      "spec.nodeSelectors[0].matchExpressions[0].operator",
      expressions(["key": "rack", "operator": "Of"])),

    pool("spec.addresses", [:]), pool("spec.addresses", ["addresses": []]),
    pool("spec.addresses[0]", ["addresses": ["192.0.2.300/24"]]),
    pool("spec.addresses[0]", ["addresses": ["203.0.113.9-203.0.113.1"]]),
    pool("spec.addresses[0]", ["addresses": ["203.0.113.1-2001:db8::1"]]),
    pool("spec.addresses[0]", ["addresses": ["192.0.2.128/25"]]),
    pool("spec.addresses[1]", ["addresses": ["203.0.113.0/24", "203.0.113.0/25"]]),
    pool(
      "spec.serviceAllocation.namespaces[1]",
      ["addresses": ["203.0.113.0/24"], "serviceAllocation": ["namespaces": ["shop", "shop"]]]),
    pool(
      "spec.serviceAllocation.priority",
      ["addresses": ["203.0.113.0/24"], "serviceAllocation": ["priority": "high"]]),

    peer("spec.myASN", ["myASN": .null]), peer("spec.myASN", ["myASN": 0]),
    peer("spec.myASN", ["myASN": 4_294_967_296]), peer("spec", ["peerASN": .null]),
    peer("spec.peerASN", ["peerASN": 4_294_967_296]),
    peer("spec.dynamicASN", ["dynamicASN": "internal"]),
    peer("spec.dynamicASN", ["peerASN": .null, "dynamicASN": "both"]),
    peer("spec.localASN", ["localASN": 0]), peer("spec", ["peerAddress": .null]),
    peer("spec.interface", ["interface": "eth0"]),
    peer("spec.peerAddress", ["peerAddress": "router"]),
    peer("spec.sourceAddress", ["sourceAddress": "eth0"]),
    peer("spec.peerPort", ["peerPort": 65536]), peer("spec.holdTime", ["holdTime": "2s"]),
    peer("spec.keepaliveTime", ["holdTime": "9s", "keepaliveTime": "10s"]),
    peer("spec.connectTime", ["connectTime": "0s"]),
    peer("spec.routerID", ["routerID": "2001:db8::1"]),
    peer("spec.password", ["password": "x", "passwordSecret": ["name": "bgp"]]),
    peer("spec.passwordSecret", ["passwordSecret": ["name": "missing"]]),
    peer("spec.bfdProfile", ["bfdProfile": "missing"]),
    peer("spec.ebgpMultiHop", ["peerASN": 64512, "ebgpMultiHop": true]),
    peer("spec.nodeSelectors[1]", ["nodeSelectors": [selector, selector]]),

    routes("spec.aggregationLength", ["aggregationLength": 33]),
    routes("spec.aggregationLength", ["aggregationLength": 0]),
    routes("spec.aggregationLengthV6", ["aggregationLengthV6": 129]),
    routes("spec.aggregationLength", ["aggregationLength": 23]),
    routes("spec.localPref", ["localPref": -1]), routes("spec.peers[1]", ["peers": ["a", "a"]]),
    routes("spec.communities[0]", ["communities": ["65536:1"]]),
    routes("spec.communities[0]", ["communities": ["alias"]]),
    routes("spec.communities[1]", ["communities": ["1:1", "1:1"]]),
    routes(
      "spec.aggregationLength",
      ["serviceSelectors": [selector], "aggregationLength": 24]),
    routes(
      "spec.localPref", ["localPref": 200],
      others: [ClusterObjects.metallb("BGPAdvertisement", "other", ["localPref": 100])]),

    layer2("spec.preferredNodeSelectors[0].weight", preferring(["preference": selector])),
    layer2(
      "spec.preferredNodeSelectors[0].weight", preferring(["preference": [:], "weight": 101])),
    layer2("spec.preferredNodeSelectors[0].preference", preferring(["weight": 1])),

    bfd("spec.receiveInterval", ["receiveInterval": 9]),
    bfd("spec.transmitInterval", ["transmitInterval": 60001]),
    bfd("spec.detectMultiplier", ["detectMultiplier": 1]),
    bfd("spec.echoInterval", ["echoInterval": 9]), bfd("spec.minimumTtl", ["minimumTtl": 255]),

    Rule(
      kind: "Community", spec: ["communities": [["name": "n", "value": "1"]]],
      field: "spec.communities[0].value"),
    Rule(
      kind: "Community", spec: ["communities": [["name": "n", "value": "1:1"]]],
      field: "spec.communities[0]",
      others: [
        ClusterObjects.metallb(
          "Community", "other", ["communities": [["name": "n", "value": "1:1"]]])
      ]),
  ]

  private static func preferring(_ selector: JSONValue) -> JSONValue {
    ["preferredNodeSelectors": [selector]]
  }

  /// It is told of in the ConfigurationState, in `bellman status` and by one Event, all else goes on,
  /// and when it is gone nothing is left of it.
  @Test(arguments: rules)
  func isToldOfAndChangesNothing(_ rule: Rule) async throws {
    let state = ObjectName(namespace: ClusterObjects.namespace, name: "speaker-node-1")
    let version = rule.kind == "BGPPeer" ? "v1beta2" : "v1beta1"
    let object = ClusterObjects.metallb(rule.kind, "wrong", rule.spec, version: version)
    try await TestAPIServer.run { server in
      @Sendable func status() -> JSONValue? {
        server.store.object(state, .configurationStates)?["status"]
      }
      @Sendable func events() -> [JSONValue] {
        server.store.versions(of: .events).keys.compactMap { server.store.object($0, .events) }
          .filter { $0["reason"] == "configurationInvalid" }
      }
      server.put(
        ClusterObjects.node("node-1"), ClusterObjects.pool("pool", "192.0.2.0/24"),
        ClusterObjects.service("web", "192.0.2.1"), ClusterObjects.slice("web"),
        ClusterObjects.l2Advertisement("good"))
      for other in rule.others { server.put(other) }
      try await ClusterRig.run(server, .patient, writes: true) { rig in
        try await rig.eventually("all is well") { document in
          status()?["result"] == "Valid" && document.addresses.first?.pool == "pool"
        }
        let before = await rig.addresses()
        server.put(object)
        try await rig.eventually("told of in the state, the status, by one Event") { document in
          status()?["result"] == "Invalid" && document.problems.contains { $0.severity == .error }
            && events().count == 1
        }
        let summary = try #require(status()?["errorSummary"]?.string)
        let place = "\(rule.kind) \(ClusterObjects.namespace)/wrong: \(rule.field): "
        #expect(summary.contains(place))
        #expect(status()?["conditions"]?.array?.first?["status"] == "False")
        let document = await rig.control.statusDocument()
        let errors = document.problems.filter { $0.severity == .error }
        #expect(errors.count == 1 && "\(errors)".contains("wrong"), "\(errors)")
        #expect(await rig.addresses() == before)
        let event = try #require(events().first)
        #expect(event["type"] == "Warning")
        #expect(event["regarding"]?["name"] == "wrong")
        // By it `kubectl describe` finds the Event.
        let name = ObjectName(namespace: ClusterObjects.namespace, name: "wrong")
        let type = try #require(ServedType(of: object))
        let uid = server.store.object(name, type)?["metadata"]?["uid"]
        #expect(uid?.string?.isEmpty == false && event["regarding"]?["uid"] == uid)

        server.store.remove(name, type)
        try await rig.eventually("the state is Valid again") { document in
          status()?["result"] == "Valid" && status()?["errorSummary"] == nil
            && !document.problems.contains { $0.severity == .error }
        }
        #expect(await rig.addresses() == before)
        let told = events()
        #expect(told.count == 1, "\(told)")
      }
    }
  }
}
