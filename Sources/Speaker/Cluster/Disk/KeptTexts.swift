import Resources

/// The texts of MetalLB's objects as the API server sent them, of which there are few: what they say is
/// written to the disk as it came. Objects with a password are left out.
struct KeptTexts {
  /// By the file of the object in the store.
  private(set) var texts: [String: [UInt8]] = [:]
  /// The BGPPeers that have a password.
  private(set) var withheld: [String: ObjectName] = [:]

  /// Notes the text of an object; one that is in error stays as it last was, as it does in the store.
  mutating func note(_ text: [UInt8], of content: DecodedFile, _ file: String) {
    guard content.isComplete, !text.isEmpty, let resource = content.objects.first?.resource,
      resource.kind.isConfiguration, resource.kind != .secret
    else { return }
    if case .bgpPeer(let peer) = resource, peer.password != nil {
      texts[file] = nil
      withheld[file] = peer.metadata.name
    } else {
      texts[file] = text
      withheld[file] = nil
    }
  }

  /// The object is gone.
  mutating func forget(_ file: String) {
    texts[file] = nil
    withheld[file] = nil
  }
}

extension ClusterIntake {
  /// What of the objects that are in use is kept on disk.
  var objectsForDisk: ObjectFile.Content {
    ObjectFile.Content(
      resources: store.resources(of: [.service, .endpointSlice, .node]),
      configuration: keptTexts.texts, withheld: keptTexts.withheld.values.sorted())
  }
}
