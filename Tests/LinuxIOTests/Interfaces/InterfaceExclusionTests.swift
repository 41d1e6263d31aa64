import Addresses
import LinuxIO
import Testing

@Suite("which interfaces take part")
struct InterfaceExclusionTests {
  static func interface(
    _ name: String, mac: MACAddress? = MACAddress("02:00:00:00:00:01")
  ) -> NetworkInterface {
    NetworkInterface(index: 2, name: name, macAddress: mac)
  }

  @Test(
    "by name",
    arguments: [
      ("eth0", nil), ("ens3", nil), ("bond0", nil), ("bond0.100", nil), ("br0", nil),
      ("macvlan1", nil), ("eno1", nil), ("local0", nil),
      ("docker0", "docker"), ("cbr0", "cbr"), ("dummy0", "dummy"), ("virbr0", "virbr"),
      ("lxcbr0", "lxc"), ("lxc1a2b", "lxc"), ("veth12ab", "veth"), ("cali0123", "cali"),
      ("tunl0", "tunl"), ("flannel.1", "flannel"), ("kube-ipvs0", "kube-ipvs"),
      ("cni0", "cni"), ("nodelocaldns", "nodelocaldns"), ("cilium_host", "cilium_"),
      ("antrea-gw0", "antrea-gw"), ("weave", "weave"), ("ovn-k8s-mp0", "ovn-k8s-mp"),
      ("kube-bridge", "kube-bridge"), ("podman1", "podman"), ("enp3s0f1np1", nil), ("vlan7", nil),
    ] as [(String, String?)])
  func names(name: String, prefix: String?) {
    let interface = Self.interface(name)
    #expect(interface.exclusion() == prefix.map { .namePrefix($0) })
    #expect(interface.exclusion(defaults: .none) == nil)
  }

  @Test("by nature")
  func nature() {
    #expect(Self.interface("wg0", mac: nil).exclusion() == .noNeighborResolution)
    var interface = Self.interface("eth0")
    interface.resolvesNeighbors = false
    #expect(interface.exclusion(defaults: .none) == .noNeighborResolution)
    interface = Self.interface("eth0")
    interface.isUp = false
    #expect(interface.exclusion() == .down)
    interface.master = .init(name: "bond0", kind: "bond")
    #expect(interface.exclusion() == .memberOf("bond0"))
    interface = Self.interface("eth0")
    interface.master = .init(name: "blue", kind: "vrf")
    #expect(interface.exclusion() == nil)
    interface.isRunning = false
    #expect(interface.exclusion() == nil, "a cable that is out may come back")
    interface.isLoopback = true
    #expect(interface.exclusion() == .loopback)
  }

  @Test(
    "a veth to another namespace by its addresses",
    arguments: [
      ([], true), (["fe80::1/64"], true), (["169.254.1.1/16"], true), (["192.0.2.1/32"], true),
      (["fe80::1/64", "192.0.2.1/32", "2001:db8::1/128"], true),
      (["192.0.2.1/24"], false), (["2001:db8::1/64"], false),
      (["192.0.2.1/32", "2001:db8::1/127"], false),
    ] as [([String], Bool)])
  func podCables(addresses: [String], isExcluded: Bool) throws {
    for name in ["eni0a1b2c3d4e5", "azv1a2b3c4d5", "gke0123456789", "eth0"] {
      var interface = Self.interface(name)
      interface.kind = "veth"
      interface.addresses = try addresses.map { text in
        let parts = text.split(separator: "/").map(String.init)
        return InterfaceAddress(
          try #require(IPAddress(parts[0])), prefixLength: try #require(Int(parts[1])))
      }
      #expect(interface.exclusion() == nil, "both ends are here")
      interface.leadsElsewhere = true
      #expect(interface.exclusion() == (isExcluded ? .podCable : nil))
      #expect(interface.exclusion(defaults: .none) == nil)
      interface.kind = "macvlan"
      #expect(interface.exclusion() == nil)
    }
  }

  @Test(
    "bridges of Docker networks",
    arguments: [
      ("br-0123456789ab", "bridge", true), ("br-0123456789ab", "openvswitch", false),
      ("br-ex", "bridge", false), ("br-provider-net", "bridge", false),
      ("br-0123456789AB", "bridge", false), ("br0", "bridge", false),
    ])
  func dockerBridges(name: String, kind: String, isExcluded: Bool) {
    var interface = Self.interface(name)
    interface.kind = kind
    #expect(interface.exclusion() == (isExcluded ? .containerBridge : nil))
    #expect(interface.exclusion(defaults: .none) == nil)
  }

  @Test(
    "by kind",
    arguments: [
      ("vxlan.calico", "vxlan", true), ("gre7", "gretap", true), ("gnv0", "geneve", true),
      ("spare", "dummy", true), ("bond0", "bond", false), ("bond0.7", "vlan", false),
      ("lan0", "macvlan", false), ("br0", "bridge", false), ("eth0", "veth", false),
      ("ovsbr", "openvswitch", false),
    ])
  func kinds(name: String, kind: String, isExcluded: Bool) {
    var interface = Self.interface(name)
    interface.kind = kind
    #expect(interface.exclusion() == (isExcluded ? .kind(kind) : nil))
    #expect(interface.exclusion(defaults: .none) == nil)
  }
}
