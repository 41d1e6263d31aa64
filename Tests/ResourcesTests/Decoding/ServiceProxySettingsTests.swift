import Resources
import Testing

/// What is read of the configuration of kube-proxy.
@Suite struct ServiceProxySettingsTests {
  private static func configuration(_ lines: String) -> String {
    "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n\(lines)"
  }

  @Test(arguments: [
    ("", ServiceProxySettings()),
    ("mode: \"\"\nclusterCIDR: \"\"", ServiceProxySettings()),
    (
      "mode: ipvs\nipvs:\n  strictARP: true",
      ServiceProxySettings(mode: "ipvs", strictARP: true)
    ),
    ("mode: ipvs\nipvs: {strictARP: false}", ServiceProxySettings(mode: "ipvs")),
    (
      "mode: nftables\nclusterCIDR: 198.51.100.0/24",
      ServiceProxySettings(mode: "nftables", tellsPods: true)
    ),
    ("detectLocalMode: ClusterCIDR", ServiceProxySettings()),
    ("detectLocalMode: NodeCIDR", ServiceProxySettings(tellsPods: true)),
  ])
  func settingsAreRead(_ lines: String, _ expected: ServiceProxySettings) {
    #expect(ServiceProxySettings(configuration: Self.configuration(lines)) == expected)
  }

  @Test(arguments: ["", "kind: Other", "kind: [", "- 1", "kind: &a KubeProxyConfiguration\nb: *a"])
  func whatIsNoConfigurationIsNone(_ text: String) {
    #expect(ServiceProxySettings(configuration: text) == nil)
    #expect(ServiceProxySettings(manifest: text + "# KubeProxyConfiguration") == nil)
  }

  @Test(arguments: ["kube-proxy", "other"])
  func theConfigMapOfKubeProxyIsFoundInAManifestAndInAList(_ name: String) {
    let map = """
      kind: ConfigMap
      metadata: {name: \(name), namespace: kube-system}
      data:
        config.conf: "kind: KubeProxyConfiguration\\nmode: ipvs"
      """
    let item = map.split(separator: "\n").enumerated()
      .map { ($0.offset == 0 ? "- " : "  ") + $0.element }.joined(separator: "\n")
    let expected = name == "kube-proxy" ? ServiceProxySettings(mode: "ipvs") : nil
    #expect(ServiceProxySettings(manifest: "kind: Service\n---\n\(map)") == expected)
    #expect(ServiceProxySettings(manifest: "kind: List\nitems:\n\(item)") == expected)
  }

  @Test(arguments: [("", true), ("allocateLoadBalancerNodePorts: false", false)])
  func servicesAllocateNodePortsUnlessTheySayOtherwise(_ field: String, _ expected: Bool) {
    let service = only(
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: LoadBalancer, ports: [{port: 80}], \(field)}
      """)?.service
    #expect(service?.allocatesNodePorts == expected)
  }
}
