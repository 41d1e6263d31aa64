import Resources
import Testing

@Suite struct ManifestValidationTests {
  @Test func reportsEverythingOfAllFiles() {
    let service = """
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop}
      spec: {type: LoadBalancer}
      status:
        loadBalancer:
          ingress:
          - ip: 203.0.113.10
          - ip: 198.51.100.10

      """
    let diagnostics = validate(files: [
      ("service.yaml", service), ("pools.yaml", pool("203.0.113.0/24")),
      ("more.yaml", pool(name: "b", "203.0.113.0/28")),
      ("peers.yaml", documents(peer("myASN: 64512"), "a: [\n", goodPeer(name: "b"))),
      ("again.yaml", service),
    ])
    #expect(
      diagnostics.map(\.description) == [
        "again.yaml:1: warning: Service shop/web: status.loadBalancer.ingress: 198.51.100.10 is in "
          + "no IPAddressPool, so that it is not announced",
        "more.yaml:7: IPAddressPool default/b: spec.addresses[0]: 203.0.113.0/28 overlaps with "
          + "203.0.113.0/24 of IPAddressPool default/a (pools.yaml:1) in 203.0.113.0/28",
        "peers.yaml:5: BGPPeer default/a: spec: expected peerASN or dynamicASN",
        "peers.yaml:5: BGPPeer default/a: spec: expected peerAddress or interface",
        "peers.yaml:9:1: not valid YAML: did not find expected node content while parsing a flow "
          + "node that begins on line 9",
        "service.yaml:1: Service shop/web: is defined in again.yaml:1 too, and that definition is "
          + "used; keep one of them",
        "service.yaml:1: warning: Service shop/web: status.loadBalancer.ingress: 198.51.100.10 is "
          + "in no IPAddressPool, so that it is not announced",
      ])
  }

  @Test func aServiceThatIsNoLoadBalancerNeedsNoPool() {
    let text =
      "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: NodePort}\n"
      + "status: {loadBalancer: {ingress: [{ip: 203.0.113.1}]}}\n"
    #expect(validate(files: [("a.yaml", text)]).isEmpty)
  }

  @Test func aRefusedPoolStillHoldsItsAddresses() {
    let service =
      "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: LoadBalancer}\n"
      + "status: {loadBalancer: {ingress: [{ip: 203.0.113.200}]}}\n"
    let diagnostics = validate(files: [
      ("a.yaml", documents(pool("203.0.113.0/28"), pool(name: "b", "203.0.113.0/24"), service))
    ])
    #expect(diagnostics.map(\.object) == ["IPAddressPool default/b"])
  }

  @Test func goodManifestsPass() {
    #expect(
      validate(files: [
        (
          "cluster.yaml", documents(KubectlSamples.endpointSlice + "\n", KubectlSamples.node + "\n")
        ),
        ("service.yaml", KubectlSamples.service), ("peer.yaml", KubectlSamples.peer),
        ("pool.yaml", pool("203.0.113.0/24", "2001:db8:ffff::/64")),
      ]).isEmpty)
    #expect(validate(files: []).isEmpty)
  }
}
