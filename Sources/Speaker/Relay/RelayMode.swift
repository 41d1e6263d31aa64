/// What becomes of connections through another node when this one takes an address over from it.
public enum RelayMode: String, Hashable, Sendable, CaseIterable {
  /// They are cut: the kernel of this node does not know them.
  case none
  /// Rules of nftables send their segments on to the former owner for a while.
  case nftables
}
