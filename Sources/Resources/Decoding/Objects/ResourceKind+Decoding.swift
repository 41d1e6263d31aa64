extension ResourceKind {
  /// Decodes an object of this kind; errors go into the reader's report.
  func decode(_ object: inout FieldReader, version: String) -> Resource? {
    let metadata = ObjectMetadata.decode(from: &object, kind: self)
    // A stand-in lets the other fields be checked too; the report holds the error.
    let known = metadata ?? ObjectMetadata(name: ObjectName(namespace: "", name: ""))
    let resource: Resource? =
      switch self {
      case .service:
        Service.decode(from: &object, metadata: known).map(Resource.service)
      case .endpointSlice:
        EndpointSlice.decode(from: &object, metadata: known).map(Resource.endpointSlice)
      case .node:
        .node(Node.decode(from: &object, metadata: known))
      case .secret:
        .secret(Secret.decode(from: &object, metadata: known))
      case .ipAddressPool:
        IPAddressPool.decode(from: &object, metadata: known).map(Resource.ipAddressPool)
      case .l2Advertisement:
        .l2Advertisement(L2Advertisement.decode(from: &object, metadata: known))
      case .bgpAdvertisement:
        .bgpAdvertisement(BGPAdvertisement.decode(from: &object, metadata: known))
      case .bgpPeer:
        BGPPeer.decode(from: &object, metadata: known, version: version).map(Resource.bgpPeer)
      case .community:
        .community(Community.decode(from: &object, metadata: known))
      case .bfdProfile:
        .bfdProfile(BFDProfile.decode(from: &object, metadata: known))
      }
    object.finish(unknown: unknownFields)
    return metadata == nil ? nil : resource
  }

  /// A field that MetalLB does not have would be refused by its API, too; the core kinds grow with
  /// each release of Kubernetes.
  var unknownFields: FieldReader.UnknownFields { group == "metallb.io" ? .error : .warning }
}
