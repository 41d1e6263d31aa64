import Addresses

extension BGPPeer {
  /// Reads `spec` of a BGPPeer of v1beta2, or of the older v1beta1, which has fewer fields.
  static func decode(
    from object: inout FieldReader, metadata: ObjectMetadata, version: String
  ) -> BGPPeer? {
    object.ignore(["status"])
    guard var spec = object.required("spec", "a mapping")?.mapping() else { return nil }
    var isRestarting = false
    if case .boolean(true)? = spec.field("enableGracefulRestart")?.value { isRestarting = true }
    let options = BGPPeerOptions.decode(from: &object, isRestarting: isRestarting)
    let isCurrent = version == "v1beta2"
    let myASN = spec.required("myASN", ASNumber.expected)?.autonomousSystem()
    let remoteAS = Self.remoteAS(&spec, isCurrent: isCurrent)
    let endpoint = Self.endpoint(&spec, isCurrent: isCurrent)
    let timers = PeerTimers(from: &spec)
    guard
      var peer = myASN.flatMap({ myASN in
        remoteAS.flatMap { remoteAS in
          endpoint.map {
            BGPPeer(metadata: metadata, myASN: myASN, remoteAS: remoteAS, endpoint: $0)
          }
        }
      })
    else {
      // The rest is read all the same, so that all errors are reported.
      var standIn = BGPPeer(
        metadata: metadata, myASN: 1, remoteAS: .external, endpoint: .interface("none"))
      standIn.read(&spec, isCurrent: isCurrent)
      return nil
    }
    if let timers { (peer.holdTime, peer.keepaliveTime) = (timers.hold, timers.keepalive) }
    peer.options = options
    peer.read(&spec, isCurrent: isCurrent)
    return peer
  }

  private static func remoteAS(_ spec: inout FieldReader, isCurrent: Bool) -> RemoteAS? {
    let number = spec.field("peerASN").flatMap { field -> Field? in
      // Written out by some tools where the field is absent.
      if case .integer(0) = field.value { return nil }
      return field
    }
    let dynamic = isCurrent ? spec.field("dynamicASN") : nil
    switch (number, dynamic) {
    case (let field?, nil):
      return field.autonomousSystem().map(RemoteAS.number)
    case (nil, let field?):
      return field.choice(DynamicAS.self).map { $0 == .internal ? .internal : .external }
    case (.some, let dynamic?):
      dynamic.fail("peerASN is set too; keep one of them")
    case (nil, nil):
      spec.fail(isCurrent ? "expected peerASN or dynamicASN" : "expected peerASN")
    }
    return nil
  }

  private static func endpoint(_ spec: inout FieldReader, isCurrent: Bool) -> Endpoint? {
    let address = spec.field("peerAddress").flatMap(\.unlessEmpty)
    let interface = isCurrent ? spec.field("interface").flatMap(\.unlessEmpty) : nil
    switch (address, interface) {
    case (let field?, nil):
      guard let address = field.address() else { return nil }
      guard PeerRules.isUnicast(address) else {
        field.fail("expected the address of a router, found \(field.value)")
        return nil
      }
      return .address(address)
    case (nil, let field?):
      return InterfaceName.check(field).map(Endpoint.interface)
    case (.some, let interface?):
      interface.fail("peerAddress is set too; keep one of them")
    case (nil, nil):
      spec.fail(isCurrent ? "expected peerAddress or interface" : "expected peerAddress")
    }
    return nil
  }

  private mutating func read(_ spec: inout FieldReader, isCurrent: Bool) {
    readConnection(&spec)
    nodeSelectors = LabelSelector.decodeList(spec.field("nodeSelectors"))
    bfdProfile = spec.field("bfdProfile")?.unlessEmpty?.text("the name of a BFDProfile")
    let multiHop = spec.field("ebgpMultiHop")
    ebgpMultiHop = multiHop?.boolean() ?? false
    if ebgpMultiHop, isInternal {
      multiHop?.fail("is for a peer in another AS; this one is in our own, \(myASN)")
    }
    let literal = spec.field("password")?.unlessEmpty
    if isCurrent {
      readCurrent(&spec, literal: literal)
    } else {
      password = literal.flatMap(PeerRules.password).map(Password.literal)
    }
    spec.finish(unknown: .error)
  }

  private mutating func readConnection(_ spec: inout FieldReader) {
    if let port = spec.field("peerPort")?.integer(0...65535, "a number from 1 to 65535") {
      peerPort = port == 0 ? 179 : UInt16(port)
    }
    if let field = spec.field("sourceAddress")?.unlessEmpty, let address = field.address() {
      sourceAddress = address
      if case .address(let peerAddress) = endpoint, peerAddress.family != address.family {
        field.fail(
          "expected an \(peerAddress.family.rawValue) address, as peerAddress is, "
            + "found \(field.value)")
      }
    }
    if let field = spec.field("routerID")?.unlessEmpty {
      let expected = "an identifier in the form of an IPv4 address, not 0.0.0.0"
      if let text = field.string(expected) {
        routerID = IPv4Address(text)
        if routerID == nil || routerID?.rawValue == 0 { field.fail(expected: expected) }
      }
    }
  }

  private mutating func readCurrent(_ spec: inout FieldReader, literal: Field?) {
    localASN = spec.field("localASN")?.autonomousSystem()
    connectTime = spec.field("connectTime")?.seconds(1...65535).map { UInt16($0) }
    vrf = spec.field("vrf")?.unlessEmpty?.text("the name of a VRF")
    enableGracefulRestart = spec.field("enableGracefulRestart")?.boolean() ?? false
    dualStackAddressFamily = spec.field("dualStackAddressFamily")?.boolean() ?? false
    let disableMP = spec.field("disableMP")
    if disableMP?.boolean() == true {
      disableMP?.warn("does nothing, as in MetalLB; remove it")
    }
    let secret = spec.field("passwordSecret").flatMap { PeerRules.secret($0, of: metadata) }
    switch (literal, secret) {
    case (.some, .some): literal?.fail("passwordSecret is set too; keep one of them")
    case (let field?, nil): password = PeerRules.password(field).map(Password.literal)
    case (nil, let name?): password = .secret(name)
    case (nil, nil): break
    }
  }

  /// The values of `dynamicASN`.
  private enum DynamicAS: String, CaseIterable {
    case `internal`
    case external
  }

  /// Whether the peer is in our own AS.
  private var isInternal: Bool {
    remoteAS == .internal || remoteAS == .number(myASN)
  }
}
