import Advice
import Addresses
import Resources
import Status
import Testing

/// Each problem planted by itself in the clean cluster is found, and nothing else.
@Suite("Planted problems")
struct PlantedProblemTests {
  struct Plant: CustomTestStringConvertible {
    let kind: Finding.Kind
    let severity: Finding.Severity
    let old: String
    let new: String
    let words: [String]

    var testDescription: String { "\(kind.rawValue): \(words.first ?? "")" }
  }

  static let slice = """
    endpoints:
    - {addresses: [198.51.100.11], nodeName: node-1}
    - {addresses: [198.51.100.21], nodeName: node-2}
    - {addresses: [198.51.100.31], nodeName: node-3}
    """

  static let last = "kind: ConfigMap\n"

  static func more(_ document: String) -> String {
    "kind: ConfigMapList\nitems: []\n---\n\(document)\n---\napiVersion: v1\n\(last)"
  }

  static let plants: [Plant] = [
    Plant(
      kind: .addressAnnouncedByNobody, severity: .error, old: "conditions: {ready: true}",
      new: "conditions: {ready: false}",
      words: ["192.0.2.130", "no node has a usable endpoint", "noEndpoint"]),
    Plant(
      kind: .clusterHidesClientAddress, severity: .warning, old: "annotations: {}",
      new: "annotations: {bellman.dev/needs: client-address}",
      words: ["externalTrafficPolicy is Cluster", "replaces the client's address"]),
    Plant(
      kind: .clusterAddsLatency, severity: .note, old: "annotations: {}",
      new: "annotations: {bellman.dev/needs: latency}", words: ["pods on 2 nodes"]),
    Plant(
      kind: .internalLocalWithoutEndpoint, severity: .warning,
      old: "internalTrafficPolicy: Cluster", new: "internalTrafficPolicy: Local",
      words: ["1 of 3 nodes have no ready endpoint: node-3"]),
    Plant(
      kind: .ipvsWithoutStrictARP, severity: .error, old: "strictARP: true",
      new: "strictARP: false", words: ["every node answers ARP"]),
    Plant(
      kind: .localSingleReplica, severity: .warning, old: slice,
      new: "endpoints: [{addresses: [198.51.100.11], nodeName: node-1}]",
      words: ["one ready IPv4 endpoint, on node-1"]),
    Plant(
      kind: .localSingleReplica, severity: .warning, old: slice,
      new: """
        endpoints:
        - {addresses: [198.51.100.11], nodeName: node-1}
        - {addresses: [198.51.100.12], nodeName: node-1}
        """,
      words: ["all 2 ready IPv4 endpoints are on node-1"]),
    Plant(
      kind: .serviceWithoutAddress, severity: .warning, old: last,
      new: more(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: new, namespace: shop}
        spec: {type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{port: 80}]}
        """), words: ["nothing to announce", "noAddress"]),
    Plant(
      kind: .localUnevenSpread, severity: .warning, old: slice,
      new: slice + """

        - {addresses: [198.51.100.12], nodeName: node-1}
        - {addresses: [198.51.100.13], nodeName: node-1}
        - {addresses: [198.51.100.22], nodeName: node-2}
        """,
      words: [
        "worst to best: node-3 1 pod at 33 %, node-2 2 pods at 17 %, node-1 3 pods at 11 %",
        "each of the 6 pods would get 17 %",
      ]),
    Plant(
      kind: .nodePortsAllocated, severity: .note, old: "allocateLoadBalancerNodePorts: false",
      new: "sessionAffinity: None", words: ["2 services have 2 node ports", "shop/api, shop/web"]),
    Plant(
      kind: .poolOverlapsNode, severity: .error, old: "192.0.2.128-192.0.2.191",
      new: "192.0.2.0/24", words: ["node-1 (192.0.2.11), node-2 (192.0.2.12)"]),
    Plant(
      kind: .poolOverlapsNode, severity: .error,
      old: "{type: InternalIP, address: 192.0.2.11}",
      new: "{type: InternalIP, address: 192.0.2.11}, {type: ExternalIP, address: 203.0.113.5}",
      words: ["addresses of nodes: node-1 (203.0.113.5)."]),
    Plant(
      kind: .singleRouter, severity: .warning, old: "peerAddress: 192.0.2.2,",
      new: "peerAddress: 192.0.2.1, peerPort: 1179,",
      words: ["all IPv4 routes go to one router, at 192.0.2.1"]),
    Plant(
      kind: .slowFailureDetection, severity: .warning, old: "192.0.2.2, bfdProfile: fast",
      new: "192.0.2.2, holdTime: 31s", words: ["router-b (31 s)"]),
    Plant(
      kind: .slowFailureDetection, severity: .warning, old: "192.0.2.2, bfdProfile: fast",
      new: "192.0.2.2, holdTime: 0s", words: ["router-b (never)"]),
    Plant(
      kind: .configurationError, severity: .error, old: last,
      new: more(
        """
        apiVersion: metallb.io/v1beta1
        kind: IPAddressPool
        metadata: {name: bad, namespace: metallb-system}
        spec: {addresses: [192.0.2.0/33]}
        """), words: ["cluster.yaml:", "spec.addresses[0]"]),
    Plant(
      kind: .advertisementSelectsNothing, severity: .warning, old: last,
      new: more(
        """
        apiVersion: metallb.io/v1beta1
        kind: L2Advertisement
        metadata: {name: extra, namespace: metallb-system}
        spec: {ipAddressPoolSelectors: [{matchLabels: {no: such}}]}
        """), words: ["select no IPAddressPool"]),
    Plant(
      kind: .advertisementSelectsNothing, severity: .warning, old: last,
      new: more(
        """
        apiVersion: metallb.io/v1beta1
        kind: BGPAdvertisement
        metadata: {name: extra, namespace: metallb-system}
        spec: {ipAddressPools: [routed], nodeSelectors: [{matchLabels: {zone: c}}]}
        """), words: ["select none of 3 nodes"]),
    Plant(
      kind: .advertisementSelectsNothing, severity: .warning, old: last,
      new: more(
        """
        apiVersion: metallb.io/v1beta1
        kind: L2Advertisement
        metadata: {name: extra, namespace: metallb-system}
        spec: {ipAddressPools: [segment], serviceSelectors: [{matchLabels: {app: web}}]}
        """), words: ["no Service with an address of its pools"]),
    Plant(
      kind: .advertisementSelectsNothing, severity: .warning, old: last,
      new: more(
        """
        apiVersion: metallb.io/v1beta1
        kind: BGPAdvertisement
        metadata: {name: extra, namespace: metallb-system}
        spec: {ipAddressPools: [routed], peers: [router-z]}
        """), words: ["names no BGPPeer that exists"]),
  ]

  @Test func nothingIsFoundInTheCleanCluster() {
    let advice = Manifests.snapshot(Manifests.clean).advice()
    #expect(advice.findings == [])
    #expect(
      advice.omissions
        == ["health check node ports: not asked; --ask-health asks those of shop/web"])
    #expect(advice.services == 2)
  }

  @Test(arguments: plants)
  func isFoundAndNothingElse(_ plant: Plant) throws {
    let advice = Manifests.snapshot(Manifests.altered(plant.old, plant.new)).advice()
    #expect(advice.findings.map(\.kind) == [plant.kind])
    let finding = try #require(advice.findings.first)
    #expect(finding.severity == plant.severity)
    for word in plant.words { #expect(finding.reason.contains(word), "\(finding.reason)") }
    #expect(!finding.remedy.isEmpty)
  }

  @Test func callersOnBareNodesAreDroppedWhereKubeProxyCannotTellPods() throws {
    let text = Manifests.altered("- {addresses: [198.51.100.31], nodeName: node-3}\n", "")
    #expect(Manifests.snapshot(text).advice().findings == [])
    let blind = text.replacing("mode: ipvs", with: "mode: nftables")
      .replacing("clusterCIDR: 198.51.100.0/24", with: "clusterCIDR: \"\"")
    let findings = Manifests.snapshot(blind).advice().findings
    #expect(findings.map(\.kind) == [.localDropsInsideCallers])
    #expect(findings.first?.reason.contains("node-3") == true)
    let seeing = blind.replacing("clusterCIDR: \"\"", with: "detectLocalMode: NodeCIDR")
    #expect(Manifests.snapshot(seeing).advice().findings == [])
  }

  @Test func atLayer2TheOthersOfALocalServiceAreIdle() throws {
    let text = Manifests.altered("ingress: [{ip: 203.0.113.10}]", "ingress: [{ip: 192.0.2.140}]")
      .replacing("ipAddressPools: [routed]", with: "ipAddressPools: [routed, segment]")
      .replacing("kind: BGPAdvertisement", with: "kind: L2Advertisement")
    let findings = Manifests.snapshot(text).advice().findings
    let spread = try #require(findings.first { $0.kind == .localUnevenSpread })
    #expect(spread.severity == .note)
    #expect(spread.reason.contains("1 of 3 pods get 100 % each, and 2 none"))
  }

  /// It may be another router on each node.
  @Test func aPeerOnAnInterfaceIsNotCalledOneRouter() {
    let text = Manifests.altered(
      "spec: {ipAddressPools: [routed]}", "spec: {ipAddressPools: [routed], peers: [router-b]}")
    #expect(Manifests.snapshot(text).advice().findings.map(\.kind) == [.singleRouter])
    let unnumbered = text.replacing("peerAddress: 192.0.2.2", with: "interface: eth1")
    #expect(Manifests.snapshot(unnumbered).advice().findings == [])
  }

  @Test func weightsEvenTheSpread() {
    let uneven = Manifests.altered(
      Self.slice, Self.slice + "\n- {addresses: [198.51.100.12], nodeName: node-1}")
    let weighted = uneven.replacing(
      "metadata: {name: routed, namespace: metallb-system}\nspec: {ipAddressPools",
      with: "metadata: {name: routed, namespace: metallb-system, annotations: "
        + "{bellman.dev/weight: endpoints}}\nspec: {ipAddressPools")
    #expect(Manifests.snapshot(uneven).advice().findings.map(\.kind) == [.localUnevenSpread])
    #expect(Manifests.snapshot(weighted).advice().findings == [])
  }

  @Test(arguments: [
    (HealthAnswer.Outcome.healthy, "node-1", 0), (.unhealthy(status: 503), "node-1", 1),
    (.refused, "node-1", 1), (.healthy, "node-9", 1), (.unhealthy(status: 503), "node-9", 0),
    (.refused, "node-9", 0), (.silent, "node-1", 0),
  ])
  func aHealthCheckThatContradictsTheEndpoints(
    _ outcome: HealthAnswer.Outcome, _ node: String, _ count: Int
  ) {
    var snapshot = Manifests.snapshot(Manifests.clean)
    snapshot.healthAnswers = [
      HealthAnswer(
        service: ObjectName(namespace: "shop", name: "web"), node: node, outcome: outcome)
    ]
    let findings = snapshot.advice().findings
    #expect(findings.map(\.kind) == Array(repeating: .healthCheckFailing, count: count))
    #expect(findings.allSatisfy { $0.severity == .error && $0.reason.contains(node) })
  }

  @Test func aServiceCanAcceptItsRisks() {
    let text = Manifests.altered("annotations: {}", "annotations: {bellman.dev/needs: latency}")
    let accepted = text.replacing(
      "{bellman.dev/needs: latency}",
      with: "{bellman.dev/needs: latency, bellman.dev/accepted-risks: cluster-adds-latency}")
    #expect(Manifests.snapshot(text).advice().findings.map(\.kind) == [.clusterAddsLatency])
    #expect(Manifests.snapshot(accepted).advice().findings == [])
  }

  @Test func withoutKubeProxyItIsSaidWhatWasNotLookedAt() {
    let advice = Manifests.snapshot(
      Manifests.altered("kind: KubeProxyConfiguration", "kind: Other")
    ).advice()
    #expect(advice.findings == [])
    #expect(advice.omissions.first?.contains("kube-proxy") == true)
    // Whether it drops callers inside depends on it.
    #expect(
      advice.omissions.first?.hasSuffix("(local-drops-inside-callers) of shop/web") == true)
  }

  @Test func healthChecksThatWereNotHeardAreNamed() {
    var snapshot = Manifests.snapshot(Manifests.clean)
    snapshot.healthAnswers = []
    #expect(snapshot.advice().omissions == [])
    let web = ObjectName(namespace: "shop", name: "web")
    snapshot.healthAnswers = [
      HealthAnswer(service: web, node: "node-1", outcome: .healthy),
      HealthAnswer(service: web, node: "node-2", outcome: .silent),
    ]
    #expect(
      snapshot.advice().omissions
        == [
          "health check node ports: 1 of 2 did not answer, as where a firewall is between: "
            + "shop/web on node-2"
        ])
  }
}
