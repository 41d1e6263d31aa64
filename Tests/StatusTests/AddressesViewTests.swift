import Status
import Testing

@Suite("bellman status")
struct AddressesViewTests {
  @Test("addresses in order, services without one, and problems") func table() throws {
    let text = try StatusRenderer(format: .table, now: now).status(Fixture.status())
    #expect(
      text == """
        node1: bellman 0.1.0, pid 4242, running for 2h14m
        manifests: /etc/bellman/manifests (3 BGPPeer, 5 EndpointSlice, 3 Node, 4 Service), incomplete: see the problems below
        peers: 1 of 3 established (tor-b Active, tor-c Idle)
        layer 2: eth0

        ADDRESS         SERVICES           POLICY   LAYER 2                BGP                   SINCE
        198.51.100.1    shop/lost          Cluster  no: addressInNoPool    no: addressInNoPool   2h13m
        203.0.113.9     shop/api           Local    no: noLocalEndpoint    no: noLocalEndpoint   2h13m
        203.0.113.10    shop/web           Cluster  owner                  to 1 peer             3m12s
        203.0.113.100   shop/dns,shop/tcp  Mixed    candidate, node3 owns  to 2 peers            1m
        2001:db8:1::10  shop/web           Cluster  candidate, node2 owns  fit: noSessionToPeer  1d1h

        Services without an address: 1
        SERVICE       POLICY   REASON     EXPLANATION
        shop/pending  Cluster  noAddress  Service shop/pending: status.loadBalancer.ingress has no IP address

        Problems: 1 error, 1 warning
          error: services.yaml:12: Service shop/web: spec.ports[0].port: expected a number from 1 to 65535, got 0
          warning: pools.yaml:3: IPAddressPool public: spec.autoAssign: has no effect on announcements

        """)
  }

  @Test("objects from the disk say so in the second line") func fromDisk() throws {
    let document = StatusDocument(
      node: "node1", programVersion: "0.1.0", pid: 1, startedAt: ago(5),
      source: SourceStatus(
        directory: "https://192.0.2.1:6443", objects: ["Node": 3], isReachable: false,
        objectsAsOf: ago(724)))
    let text = try StatusRenderer(format: .table, now: now).status(document)
    #expect(
      text.split(separator: "\n")[1]
        == "cluster: https://192.0.2.1:6443 (3 Node) of 12m4s ago, read from disk")
  }

  @Test("wide adds columns, interfaces and counters") func wide() throws {
    let text = try StatusRenderer(format: .wide, now: now).status(Fixture.status())
    #expect(
      text == """
        node1: bellman 0.1.0, pid 4242, running for 2h14m
        manifests: /etc/bellman/manifests (3 BGPPeer, 5 EndpointSlice, 3 Node, 4 Service), incomplete: see the problems below
        peers: 1 of 3 established (tor-b Active, tor-c Idle)
        layer 2: eth0

        ADDRESS         SERVICES           POLICY   LAYER 2                BGP                   LAYER 2 SINCE  BGP SINCE  POOL    INTERFACES  PEERS        PREFIXES                         LAST CHANGE
        198.51.100.1    shop/lost          Cluster  no: addressInNoPool    no: addressInNoPool   -              -          -       -           -            -                                -
        203.0.113.9     shop/api           Local    no: noLocalEndpoint    no: noLocalEndpoint   2h13m          2h13m      public  -           -            -                                -
        203.0.113.10    shop/web           Cluster  owner                  to 1 peer             3m12s          2h13m      public  eth0,eth1   tor-a        203.0.113.10/32                  3m12s ago: layer 2: candidate to owner (node2 is not ready)
        203.0.113.100   shop/dns,shop/tcp  Mixed    candidate, node3 owns  to 2 peers            1m             1m         public  -           tor-a,tor-b  203.0.113.0/24,203.0.113.100/32  -
        2001:db8:1::10  shop/web           Cluster  candidate, node2 owns  fit: noSessionToPeer  1d1h           1d1h       public  -           -            2001:db8:1::10/128               -

        Services without an address: 1
        SERVICE       POLICY   REASON     EXPLANATION
        shop/pending  Cluster  noAddress  Service shop/pending: status.loadBalancer.ingress has no IP address

        INTERFACE  MAC                LINK  TAKES PART                     REQUESTS  REPLIES  GRATUITOUS  DROPPED
        eth0       02:00:00:00:00:0a  up    yes: up and able to broadcast      1204       17          12     1187
        eth1       02:00:00:00:00:0b  down  no: the link is down                  0        0           0        0

        COUNTER                     VALUE
        bgp.unknownPeerConnections      2
        layer2.malformedFrames          7

        Problems: 1 error, 1 warning
          error: services.yaml:12: Service shop/web: spec.ports[0].port: expected a number from 1 to 65535, got 0
          warning: pools.yaml:3: IPAddressPool public: spec.autoAssign: has no effect on announcements

        """)
  }

  @Test("cells are cut to the terminal; addresses and problems are not") func narrow() throws {
    let text = try StatusRenderer(format: .table, now: now, width: 72).status(Fixture.status())
    #expect(
      text == """
        node1: bellman 0.1.0, pid 4242, running for 2h14m
        manifests: /etc/bellman/manifests (3 BGPPeer, 5 EndpointSlice, 3 Node, 4 Service), incomplete: see the problems below
        peers: 1 of 3 established (tor-b Active, tor-c Idle)
        layer 2: eth0

        ADDRESS         SERVICES          POLICY   LAYER 2       BGP       SINCE
        198.51.100.1    shop/lost         Cluster  no: address…  no: add…  2h13m
        203.0.113.9     shop/api          Local    no: noLocal…  no: noL…  2h13m
        203.0.113.10    shop/web          Cluster  owner         to 1 pe…  3m12s
        203.0.113.100   …op/dns,shop/tcp  Mixed    candidate, …  to 2 pe…  1m
        2001:db8:1::10  shop/web          Cluster  candidate, …  fit: no…  1d1h

        Services without an address: 1
        SERVICE       POLICY   REASON     EXPLANATION
        shop/pending  Cluster  noAddress  Service shop/pending: status.loadBala…

        Problems: 1 error, 1 warning
          error: services.yaml:12: Service shop/web: spec.ports[0].port: expected a number from 1 to 65535, got 0
          warning: pools.yaml:3: IPAddressPool public: spec.autoAssign: has no effect on announcements

        """)
  }

  @Test("a speaker without addresses says where it looked") func empty() throws {
    let text = try StatusRenderer(format: .table, now: now).status(Fixture.empty())
    #expect(
      text == """
        node1: bellman 0.1.0, pid 1, running for 5s
        manifests: /etc/bellman/manifests (no objects)

        No addresses: no Service of type LoadBalancer has an ingress address in /etc/bellman/manifests.

        """)
  }
}
