import Status
import Testing

@Suite("bellman explain")
struct ExplainViewTests {
  @Test("a dual-stack service under Local") func local() throws {
    let text = try StatusRenderer(format: .table, now: now).explain(ExplainFixture.local())
    #expect(
      text == """
        203.0.113.9: node2 owns it; node2 should announce it by BGP; not node1: no ready endpoint of IPv4 on Node node1 (noLocalEndpoint); not node3: Node node3 is labelled to be excluded (nodeExcluded)
          shop/api (Local), pool public (as node1 sees it)

        NODE   RANK  LAYER 2              BGP                  READY  TERMINATING  CLIENTS COME
        node2     1  owner                should announce          1            0  in here, to 1 ready endpoint of the node, which sees the client
        node1     -  no: noLocalEndpoint  no: noLocalEndpoint      0            1  not here
        node3     -  no: nodeExcluded     no: nodeExcluded         0            0  not here

        Layer 2
          node2: first of 1 candidate
          node1: no ready endpoint of IPv4 on Node node1
          node3: Node node3 is labelled to be excluded

        BGP
          node2: 1 ready endpoint on Node node2
          node1: no ready endpoint of IPv4 on Node node1
          node3: Node node3 is labelled to be excluded

        What node1 tells its peers
        PEER   PREFIX          STATE                 LOCAL PREF  COMMUNITIES
        tor-a  203.0.113.9/32  fit: noSessionToPeer         150  64512:100,large:64512:1:2
        tor-b  203.0.113.9/32  no: noLocalEndpoint            -  -

        2001:db8:1::9: nobody announces it: no ready endpoint of IPv6 on this node (noLocalEndpoint)
          shop/api (Local), pool public (as node1 sees it)

        NODE   RANK  LAYER 2              BGP                  READY  TERMINATING  CLIENTS COME
        node1     -  no: noLocalEndpoint  no: noLocalEndpoint      0            0  not here
        node3     -  no: noLocalEndpoint  no: noLocalEndpoint      0            0  not here

        Layer 2 and BGP
          node1, node3: no ready endpoint of IPv6 on this node

        shop/api: 1 ready and 1 terminating IPv4 endpoints, 0 ready and 1 terminating IPv6 endpoints in the cluster.
          spec.externalTrafficPolicy is Local: a pod that calls an external address is served by kube-proxy on its own node, from any endpoint if kube-proxy can tell pods from strangers (clusterCIDR or detectLocalMode), else from those of its node, and dropped where that has none.
          spec.internalTrafficPolicy is Local: callers inside that use the cluster IP reach only endpoints on their own node; announcements do not depend on it.

        """)
  }

  @Test("a service without an address") func pending() throws {
    let text = try StatusRenderer(format: .table, now: now).explain(ExplainFixture.pending())
    #expect(
      text == """
        shop/pending (Cluster): no node announces it: Service shop/pending: status.loadBalancer.ingress has no IP address (noAddress)

        shop/pending: no endpoints in the cluster.
          spec.externalTrafficPolicy is Cluster: a pod that calls an external address is served by kube-proxy on its own node, from any endpoint.
          spec.internalTrafficPolicy is Cluster: callers inside reach every ready endpoint.

        """)
  }

  @Test("an address in no pool") func stranger() throws {
    let text = try StatusRenderer(format: .table, now: now).explain(ExplainFixture.stranger())
    #expect(
      text == """
        198.51.100.1: nobody announces it: no IPAddressPool contains 198.51.100.1 (addressInNoPool)
          shop/lost (Cluster), in no pool (as node1 sees it)

        NODE   RANK  LAYER 2              BGP                  READY  TERMINATING  CLIENTS COME
        node1     -  no: addressInNoPool  no: addressInNoPool      0            0  not here
        node2     -  no: addressInNoPool  no: addressInNoPool      0            0  not here

        Layer 2 and BGP
          node1, node2: no IPAddressPool contains 198.51.100.1

        """)
  }

  @Test("YAML has the keys of the document") func yaml() throws {
    let text = try StatusRenderer(format: .yaml, now: now).explain(ExplainFixture.stranger())
    #expect(
      text == """
        addresses:
        - address: 198.51.100.1
          conclusion: 'nobody announces it: no IPAddressPool contains 198.51.100.1 (addressInNoPool)'
          conflicts: []
          externalTrafficPolicy: Cluster
          family: IPv4
          nodes:
          - bgp:
              reason: addressInNoPool
              sentence: no IPAddressPool contains 198.51.100.1
              verdict: 'no'
            clients: not here
            layer2:
              reason: addressInNoPool
              sentence: no IPAddressPool contains 198.51.100.1
              verdict: 'no'
            node: node1
            readyEndpoints: 0
            terminatingEndpoints: 0
            weight: 0
          - bgp:
              reason: addressInNoPool
              sentence: no IPAddressPool contains 198.51.100.1
              verdict: 'no'
            clients: not here
            layer2:
              reason: addressInNoPool
              sentence: no IPAddressPool contains 198.51.100.1
              verdict: 'no'
            node: node2
            readyEndpoints: 0
            terminatingEndpoints: 0
            weight: 0
          routes: []
          services:
          - shop/lost
        circumstances: []
        node: node1
        services: []
        subject: 198.51.100.1
        version: 1

        """)
  }

  @Test("wide adds the ranking criteria and the reasons of assents")
  func wide() throws {
    let text = try StatusRenderer(format: .wide, now: now).explain(ExplainFixture.local())
    let lines = text.split(separator: "\n")
    #expect(lines[2].hasSuffix("  FITNESS  WEIGHT  LAYER 2 REASON   BGP REASON"))
    #expect(lines[3].hasSuffix("  ready        50  owner            announced"))
    #expect(lines[4].hasSuffix("  -             0  noLocalEndpoint  noLocalEndpoint"))
  }

  @Test("a document without content says so")
  func nothing() throws {
    let document = ExplainDocument(node: "node1", subject: "203.0.113.77", services: [])
    let text = try StatusRenderer(format: .table, now: now).explain(document)
    #expect(text == "Nothing is known about 203.0.113.77.\n")
  }
}
