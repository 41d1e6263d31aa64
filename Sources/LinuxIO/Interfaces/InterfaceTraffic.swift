/// What the kernel counts of an interface.
public enum InterfaceTraffic {
  /// How many frames have come in on an interface since it was made; nil when there is none of this
  /// name in the network namespace of `/sys`.
  public static func framesReceived(on interface: String) -> UInt64? {
    guard !interface.contains("/"),
      let content = try? BoundedFile.read(
        "/sys/class/net/\(interface)/statistics/rx_packets", limit: 64)
    else { return nil }
    return UInt64(String(decoding: content.bytes, as: UTF8.self).prefix { $0.isNumber })
  }
}
