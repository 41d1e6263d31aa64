/// The text of an object of `metallb.io`, its spec given by lines.
func object(_ kind: String, name: String = "a", version: String = "v1beta1", _ spec: [String])
  -> String
{
  let head = [
    "apiVersion: metallb.io/\(version)", "kind: \(kind)", "metadata:", "  name: \(name)", "spec:",
  ]
  return (head + spec.map { "  " + $0 }).joined(separator: "\n") + "\n"
}

/// A BGPPeer `default/a` whose spec begins on line 6.
func peer(name: String = "a", version: String = "v1beta2", _ spec: String...) -> String {
  object("BGPPeer", name: name, version: version, spec)
}

/// A BGPPeer that is complete but for the given lines, which begin on line 9.
func goodPeer(name: String = "a", version: String = "v1beta2", _ extra: String...) -> String {
  object(
    "BGPPeer", name: name, version: version,
    ["myASN: 64512", "peerASN: 64513", "peerAddress: 192.0.2.1"] + extra)
}

/// An IPAddressPool with these entries, the first on line 7.
func pool(name: String = "a", _ addresses: String..., extra: [String] = []) -> String {
  object("IPAddressPool", name: name, ["addresses:"] + addresses.map { "- \($0)" } + extra)
}

/// A document boundary between texts.
func documents(_ texts: String...) -> String { texts.joined(separator: "---\n") }
