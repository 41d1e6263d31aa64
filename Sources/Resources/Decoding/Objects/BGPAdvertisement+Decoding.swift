extension BGPAdvertisement {
  /// Reads `spec` of a BGPAdvertisement; one without it selects everything.
  static func decode(
    from object: inout FieldReader, metadata: ObjectMetadata
  ) -> BGPAdvertisement {
    object.ignore(["status"])
    var advertisement = BGPAdvertisement(metadata: metadata)
    advertisement.options = .decode(from: &object)
    guard var spec = object.field("spec")?.mapping() else { return advertisement }
    advertisement.pools = PoolSelection.decode(from: &spec)
    let length = spec.field("aggregationLength")
    let lengthV6 = spec.field("aggregationLengthV6")
    advertisement.aggregationLength = length?.integer(1...32) ?? 32
    advertisement.aggregationLengthV6 = lengthV6?.integer(1...128) ?? 128
    advertisement.localPref = spec.field("localPref")?.integer(0...Int(UInt32.max))
      .flatMap { $0 == 0 ? nil : UInt32($0) }
    advertisement.communities =
      spec.field("communities")?
      .strings("a community or an alias", check: CommunityRules.check(reference:)) ?? []
    advertisement.nodeSelectors = LabelSelector.decodeList(spec.field("nodeSelectors"))
    advertisement.serviceSelectors = LabelSelector.decodeList(spec.field("serviceSelectors"))
    advertisement.peers =
      spec.field("peers")?.strings("the name of a BGPPeer") ?? []
    spec.finish(unknown: .error)
    if !advertisement.serviceSelectors.isEmpty {
      let rule = "must be left out, or be the length of one address, where serviceSelectors are set"
      if advertisement.aggregationLength != 32 { length?.fail(rule) }
      if advertisement.aggregationLengthV6 != 128 { lengthV6?.fail(rule) }
    }
    return advertisement
  }
}
