import Addresses
import Resources
import Testing

@Suite struct EndpointSliceTests {
  private static func slice(_ lines: String...) -> String {
    ([
      "apiVersion: discovery.k8s.io/v1", "kind: EndpointSlice",
      "metadata: {name: a, labels: {kubernetes.io/service-name: web}}",
    ] + lines).joined(separator: "\n") + "\n"
  }

  @Test(
    "every combination of conditions",
    arguments: [
      ("{}", true, true, false), ("{ready: null}", true, true, false),
      ("{ready: false}", false, false, false), ("{ready: true}", true, true, false),
      ("{ready: false, serving: true}", false, true, false),
      ("{ready: false, serving: true, terminating: true}", false, true, true),
      ("{ready: true, serving: false}", true, false, false),
      ("{terminating: true}", true, true, true),
    ])
  func readsConditions(text: String, ready: Bool, serving: Bool, terminating: Bool) throws {
    let slice = try #require(
      only(
        Self.slice(
          "addressType: IPv4", "endpoints: [{addresses: [192.0.2.1], conditions: \(text)}]"))?
        .endpointSlice)
    let endpoint = try #require(slice.endpoints.first)
    #expect(endpoint.isReady == ready)
    #expect(endpoint.isServing == serving)
    #expect(endpoint.isTerminating == terminating)
    #expect(endpoint.nodeName == nil)
  }

  @Test func emptyListsAreNull() throws {
    let text = Self.slice("addressType: IPv6", "endpoints: null", "ports: null")
    let slice = try #require(only(text)?.endpointSlice)
    #expect(slice.family == .ipv6)
    #expect(slice.endpoints.isEmpty)
    #expect(slice.ports.isEmpty)
    #expect(slice.serviceName == ObjectName(namespace: "default", name: "web"))
  }

  @Test func namesAnnounceNothing() throws {
    let text = Self.slice(
      "addressType: FQDN", "endpoints: [{addresses: [www.example.org]}]",
      "ports: [{name: \"\", protocol: SCTP, port: null}]")
    let slice = try #require(only(text)?.endpointSlice)
    #expect(slice.family == nil)
    #expect(slice.endpoints.map(\.addresses) == [[]])
    #expect(slice.ports == [EndpointSlice.Port(transport: "SCTP", port: nil)])
  }

  @Test func aSliceOfNoServiceHasNoServiceName() throws {
    let text =
      "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: a}\n"
      + "addressType: IPv4\nendpoints: []\n"
    #expect(try #require(only(text)?.endpointSlice).serviceName == nil)
  }

  @Test(
    "what is wrong",
    arguments: [
      (
        ["endpoints: []"],
        "1: EndpointSlice default/a: addressType: missing; expected IPv4, IPv6 or FQDN"
      ),
      (
        ["addressType: ipv4"],
        "4: EndpointSlice default/a: addressType: expected IPv4, IPv6 or FQDN, found \"ipv4\"; "
          + "did you mean IPv4?"
      ),
      (
        [
          "addressType: IPv4", "endpoints:", "- addresses: [192.0.2.1]",
          "- addresses: [\"2001:db8::1\"]",
        ],
        "7: EndpointSlice default/a: endpoints[1].addresses[0]: expected an IPv4 address, "
          + "found \"2001:db8::1\""
      ),
      (
        ["addressType: IPv4", "endpoints: [{nodeName: a}]"],
        "5: EndpointSlice default/a: endpoints[0].addresses: missing; expected a list of addresses"
      ),
      (
        ["addressType: IPv4", "endpoints: [{addresses: [], conditions: {ready: \"yes\"}}]"],
        "5: EndpointSlice default/a: endpoints[0].conditions.ready: expected true or false, "
          + "found \"yes\""
      ),
      (
        ["addressType: IPv4", "ports: [{port: 65536}]"],
        "5: EndpointSlice default/a: ports[0].port: expected a number from 1 to 65535, found 65536"
      ),
      (
        ["addressType: IPv4", "endpoint: []"],
        "5: warning: EndpointSlice default/a: endpoint: unknown field; did you mean endpoints?"
      ),
    ] as [([String], String)])
  func reports(lines: [String], message: String) {
    let head = "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: a}\n"
    #expect(messages(head + lines.joined(separator: "\n")) == [message])
  }
}
