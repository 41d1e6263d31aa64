import Addresses
import Resources
import Testing

@Suite struct CoreKindTests {
  private static func service(_ lines: String...) -> String {
    (["apiVersion: v1", "kind: Service", "metadata: {name: a}"] + lines).joined(separator: "\n")
      + "\n"
  }

  @Test func aServiceHasDefaults() {
    #expect(
      only(Self.service("spec: {}"))?.service
        == Service(metadata: ObjectMetadata(name: ObjectName(namespace: "default", name: "a"))))
    let explicit = Self.service(
      "spec:", "  type: ClusterIP", "  externalTrafficPolicy: \"\"", "  healthCheckNodePort: 0",
      "  internalTrafficPolicy: Cluster", "status: {loadBalancer: {}}")
    #expect(only(explicit) == only(Self.service("spec: {}")))
  }

  @Test func anIngressWithAHostNameHasNoAddress() throws {
    let text = Self.service(
      "spec: {type: LoadBalancer}",
      "status: {loadBalancer: {ingress: [{hostname: lb.example.org}, {ip: 203.0.113.1}, "
        + "{ip: \"\"}]}}")
    #expect(only(text)?.service?.ingress.map(\.description) == ["203.0.113.1"])
  }

  @Test(
    "what is wrong with a Service",
    arguments: [
      (
        "spec: {type: Loadbalancer}",
        "spec.type: expected ClusterIP, NodePort, LoadBalancer or ExternalName, "
          + "found \"Loadbalancer\"; did you mean LoadBalancer?"
      ),
      (
        "spec: {externalTrafficPolicy: local}",
        "spec.externalTrafficPolicy: expected Cluster or Local, found \"local\"; "
          + "did you mean Local?"
      ),
      (
        "spec: {ports: [{port: 0}]}",
        "spec.ports[0].port: expected a number from 1 to 65535, found 0"
      ),
      ("spec: {ports: [{}]}", "spec.ports[0].port: missing; expected a number from 1 to 65535"),
      (
        "spec: {ports: [{port: 80, protocol: tcp}]}",
        "spec.ports[0].protocol: expected TCP, UDP or SCTP, found \"tcp\"; did you mean TCP?"
      ),
      ("spec: {ports: {port: 80}}", "spec.ports: expected a list of mappings, found a mapping"),
      ("spec: {ports: [80]}", "spec.ports[0]: expected a mapping, found 80"),
      (
        "spec: {healthCheckNodePort: 70000}",
        "spec.healthCheckNodePort: expected a number from 0 to 65535, found 70000"
      ),
      (
        "spec: {loadBalancerClass: \"\"}",
        "spec.loadBalancerClass: expected the name of a class, found \"\""
      ),
    ] as [(String, String)])
  func refusesServices(line: String, message: String) {
    #expect(messages(Self.service(line)) == ["4: Service default/a: \(message)"])
    #expect(decode(Self.service(line)).objects.isEmpty)
  }

  @Test func refusesAnIngressThatIsNoAddress() {
    let text = Self.service(
      "spec: {type: LoadBalancer}", "status:", "  loadBalancer:", "    ingress:",
      "    - ip: 203.0.113.1", "    - ip: 203.0.113.1000")
    #expect(
      messages(text) == [
        "9: Service default/a: status.loadBalancer.ingress[1].ip: expected an IP address, "
          + "found \"203.0.113.1000\""
      ])
  }

  @Test func unknownFieldsOfCoreKindsAreWarnings() {
    let text = Self.service(
      "spec:", "  typ: LoadBalancer", "  futureField: 1", "  ports:", "  - port: 80",
      "    prot: TCP",
      "other: 1")
    #expect(
      messages(text) == [
        "5: warning: Service default/a: spec.typ: unknown field; did you mean type?",
        "6: warning: Service default/a: spec.futureField: unknown field",
        "9: warning: Service default/a: spec.ports[0].prot: unknown field; did you mean port?",
        "10: warning: Service default/a: other: unknown field",
      ])
    #expect(decode(text).objects.count == 1)
    #expect(decode(text).isComplete)
  }

  @Test(
    "metadata",
    arguments: [
      ("{}", "3: Service: metadata.name: missing; expected the name of the object"),
      ("{name: 5}", "3: Service: metadata.name: expected a name, found 5; put it in quotes"),
      ("[]", "3: Service: metadata: expected a mapping, found a list"),
      ("", "1: Service: metadata: missing; expected a mapping with a name"),
      (
        "{name: a, namespace: a.b}",
        "3: Service a.b/a: metadata.namespace: expected a namespace of lower-case letters, digits "
          + "and - (at most 63), that begins and ends with a letter or digit, found \"a.b\""
      ),
      (
        "{name: a, labels: {a: 1}}",
        "3: Service default/a: metadata.labels[a]: expected a string, found 1; put it in quotes"
      ),
      (
        "{name: a, labels: {a: \"b c\"}}",
        "3: Service default/a: metadata.labels: \"b c\", the value of a, is not the value of a "
          + "label, which is at most 63 letters, digits, -, _ and ."
      ),
      (
        "{name: a, annotations: {a: true}}",
        "3: Service default/a: metadata.annotations[a]: expected a string, found true; "
          + "put it in quotes"
      ),
    ] as [(String, String)])
  func refusesMetadata(metadata: String, message: String) {
    let text = "apiVersion: v1\nkind: Service\nmetadata: \(metadata)\nspec: {}\n"
    #expect(messages(text) == [message])
  }

  @Test func unknownFieldsOfMetadata() {
    let text = "apiVersion: v1\nkind: Service\nmetadata: {name: a, label: {}}\nspec: {}\n"
    #expect(
      messages(text) == [
        "3: warning: Service default/a: metadata.label: unknown field; did you mean labels?"
      ])
    let other =
      "apiVersion: metallb.io/v1beta1\nkind: L2Advertisement\n"
      + "metadata: {name: a, label: {}}\n"
    #expect(
      messages(other) == [
        "3: L2Advertisement default/a: metadata.label: unknown field; did you mean labels?"
      ])
  }

  @Test func readsDeletion() throws {
    let text =
      "apiVersion: v1\nkind: Node\nmetadata:\n  name: a\n  namespace: ignored\n"
      + "  deletionTimestamp: \"2026-01-01T00:00:00Z\"\n"
    let node = try #require(only(text)?.node)
    #expect(node.metadata.isBeingDeleted)
    #expect(node.metadata.name == ObjectName(namespace: "", name: "a"))
  }

  @Test(
    "conditions of a Node",
    arguments: [
      ("[]", .unknown, false), ("[{type: Ready, status: \"True\"}]", .yes, false),
      ("[{type: Ready, status: \"False\"}]", .no, false),
      ("[{type: Ready, status: Unknown}]", .unknown, false),
      ("[{type: NetworkUnavailable, status: \"True\"}]", .unknown, true),
      ("[{type: NetworkUnavailable, status: Unknown}]", .unknown, false),
      ("[{type: MemoryPressure, status: \"True\"}]", .unknown, false),
    ] as [(String, Node.ConditionStatus, Bool)])
  func readsConditions(text: String, ready: Node.ConditionStatus, unavailable: Bool) throws {
    let text = "apiVersion: v1\nkind: Node\nmetadata: {name: a}\nstatus: {conditions: \(text)}\n"
    let node = try #require(only(text)?.node)
    #expect(node.ready == ready)
    #expect(node.isNetworkUnavailable == unavailable)
  }

  @Test(
    "what is wrong with a Node",
    arguments: [
      (
        "status: {conditions: [{type: Ready, status: true}]}",
        "status.conditions[0].status: expected True, False or Unknown, found true; put it in quotes"
      ),
      (
        "status: {addresses: [{type: InternalIP, address: node-1}]}",
        "status.addresses[0].address: expected an IP address, found \"node-1\""
      ),
      (
        "spec: {taints: [{effect: NoSchedule}]}",
        "spec.taints[0].key: missing; expected the key of a taint"
      ),
      (
        "spec: {unschedulable: \"true\"}",
        "spec.unschedulable: expected true or false, found the string \"true\"; remove the quotes"
      ),
    ] as [(String, String)])
  func refusesNodes(line: String, message: String) {
    let text = "apiVersion: v1\nkind: Node\nmetadata: {name: a}\n\(line)\n"
    #expect(messages(text) == ["4: Node a: \(message)"])
  }
}
