/// What kube-proxy was told, as far as it decides what becomes of announced addresses.
public struct ServiceProxySettings: Hashable, Sendable {
  /// `mode`: `iptables`, `nftables` or `ipvs`; empty means the default of the platform, iptables.
  public var mode: String
  /// `ipvs.strictARP`: the kernel leaves ARP for addresses of the interface kube-ipvs0 alone.
  public var strictARP: Bool
  /// Whether it can tell the cluster's own pods by their source: `clusterCIDR` is set, or
  /// `detectLocalMode` is another one than `ClusterCIDR`.
  public var tellsPods: Bool

  /// Settings with these values.
  public init(mode: String = "", strictARP: Bool = false, tellsPods: Bool = false) {
    self.mode = mode
    self.strictARP = strictARP
    self.tellsPods = tellsPods
  }

  /// Where kubeadm puts the settings: a ConfigMap.
  public static let configMap = ObjectName(namespace: "kube-system", name: "kube-proxy")
  /// The key of the settings in that ConfigMap.
  public static let key = "config.conf"
}
