import Resources

/// The result of decoding `text` as the file `test.yaml`.
func decode(_ text: String) -> DecodedFile { ManifestDecoder.decode(text, file: "test.yaml") }

/// The diagnostics of `text` as a user sees them, without the name of the file.
func messages(_ text: String) -> [String] {
  decode(text).diagnostics.map { String($0.description.dropFirst("test.yaml:".count)) }
}

/// The only object of `text`, which must be without any diagnostic.
func only(_ text: String) -> Resource? {
  let file = decode(text)
  return file.diagnostics.isEmpty && file.objects.count == 1 ? file.objects[0].resource : nil
}

extension Resource {
  var service: Service? { if case .service(let value) = self { value } else { nil } }
  var endpointSlice: EndpointSlice? {
    if case .endpointSlice(let value) = self { value } else { nil }
  }
  var node: Node? { if case .node(let value) = self { value } else { nil } }
  var secret: Secret? { if case .secret(let value) = self { value } else { nil } }
  var pool: IPAddressPool? { if case .ipAddressPool(let value) = self { value } else { nil } }
  var l2Advertisement: L2Advertisement? {
    if case .l2Advertisement(let value) = self { value } else { nil }
  }
  var bgpAdvertisement: BGPAdvertisement? {
    if case .bgpAdvertisement(let value) = self { value } else { nil }
  }
  var peer: BGPPeer? { if case .bgpPeer(let value) = self { value } else { nil } }
  var community: Community? { if case .community(let value) = self { value } else { nil } }
  var bfdProfile: BFDProfile? { if case .bfdProfile(let value) = self { value } else { nil } }
}
