import Addresses

extension BGPPeerOptions {
  /// The annotations that no other kind has.
  fileprivate static let ownAnnotations: Set<String> = [
    "passive", "ttl-security", "role", "require-role", "graceful-shutdown-time",
    "graceful-restart-time", "long-lived-stale-time", "extended-messages", "update-errors",
    "tcp-ao", "device",
  ]

  /// Reads the annotations of a BGPPeer.
  ///
  /// - Parameter isRestarting: Whether `enableGracefulRestart` is set.
  static func decode(from object: inout FieldReader, isRestarting: Bool) -> BGPPeerOptions {
    var annotations = AnnotationReader(of: &object)
    var options = BGPPeerOptions()
    options.isPassive = annotations.field("passive")?.boolean() ?? false
    options.ttlSecurity = annotations.field("ttl-security")?.integer(1...254).map { UInt8($0) }
    options.readRole(&annotations)
    options.gracefulShutdownTime =
      annotations.field("graceful-shutdown-time")?.seconds(0...600).map { UInt16($0) } ?? 0
    options.readRestart(&annotations, isEnabled: isRestarting)
    options.extendedMessages = annotations.field("extended-messages")?.boolean() ?? false
    options.updateErrors = annotations.text("update-errors")?.choice(UpdateErrors.self) ?? .rfc
    options.tcpAuthentication = annotations.text("tcp-ao").flatMap(TCPAuthentication.decode)
    options.device = annotations.text("device").flatMap(InterfaceName.check)
    options.routes = BGPRouteOptions.decode(from: &annotations)
    annotations.finish(otherKind: "BGPAdvertisement", BGPAdvertisementOptions.ownAnnotations)
    return options
  }

  private mutating func readRestart(_ annotations: inout AnnotationReader, isEnabled: Bool) {
    let restart = annotations.field("graceful-restart-time")
    gracefulRestartTime = restart?.seconds(1...4095).map { UInt16($0) }
    let stale = annotations.field("long-lived-stale-time")
    longLivedStaleTime = stale?.seconds(1...16_777_215).map { UInt32($0) }
    guard !isEnabled else { return }
    for field in [restart, stale] {
      field?.warn("says nothing without spec.enableGracefulRestart: true; set that too")
    }
  }

  private mutating func readRole(_ annotations: inout AnnotationReader) {
    role = annotations.text("role")?.choice(Role.self)
    let required = annotations.field("require-role")
    requiresRole = required?.boolean() ?? false
    if requiresRole, role == nil {
      required?.fail("says nothing without \(AnnotationReader.prefix)role; set that too")
    }
  }
}

extension BGPPeerOptions.TCPAuthentication {
  /// Reads `ALGORITHM SENDID RECEIVEID`.
  fileprivate static func decode(_ field: Field) -> Self? {
    let expected = "an algorithm, a SendID and a RecvID, such as \"hmac-sha1 100 100\""
    guard let text = field.text(expected) else { return nil }
    let words = text.split(separator: " ")
    guard words.count == 3, let algorithm = Algorithm(rawValue: String(words[0])),
      let sendID = UInt8(words[1]), let receiveID = UInt8(words[2])
    else {
      let names = Algorithm.allCases.map(\.rawValue).joined(separator: " or ")
      field.fail("expected \(expected), where the algorithm is \(names), found \(field.value)")
      return nil
    }
    return Self(algorithm: algorithm, sendID: sendID, receiveID: receiveID)
  }
}

extension BGPAdvertisementOptions {
  /// The annotations that no other kind has.
  fileprivate static let ownAnnotations: Set<String> = ["weight"]

  /// Reads the annotations of a BGPAdvertisement.
  static func decode(from object: inout FieldReader) -> BGPAdvertisementOptions {
    var annotations = AnnotationReader(of: &object)
    var options = BGPAdvertisementOptions()
    options.weighsEndpoints = annotations.text("weight")?.choice(Weight.self) == .endpoints
    options.routes = BGPRouteOptions.decode(from: &annotations)
    annotations.finish(otherKind: "BGPPeer", BGPPeerOptions.ownAnnotations)
    return options
  }

  /// The values of `weight`.
  private enum Weight: String, CaseIterable {
    case none
    case endpoints
  }
}

extension BGPRouteOptions {
  /// Reads the annotations about routes.
  fileprivate static func decode(from annotations: inout AnnotationReader) -> BGPRouteOptions {
    var options = BGPRouteOptions()
    options.multiExitDiscriminator =
      annotations.field("med")?.integer(0...Int(UInt32.max)).map { UInt32($0) }
    options.prependCount = annotations.field("as-path-prepend")?.integer(0...32).map { UInt8($0) }
    for element in annotations.list("next-hop") {
      guard let address = element.address() else { continue }
      guard PeerRules.isUnicast(address) else {
        element.fail("expected the address of a next hop, found \(element.value)")
        continue
      }
      switch address {
      case .v4(let address) where options.nextHopIPv4 == nil: options.nextHopIPv4 = address
      case .v6(let address) where options.nextHopIPv6 == nil: options.nextHopIPv6 = address
      default: element.fail("expected at most one address of each family")
      }
    }
    for element in annotations.list("communities") {
      guard let text = element.text(CommunityRules.expected) else { continue }
      guard let value = CommunityValue(text) else {
        element.fail(CommunityRules.problem(of: text))
        continue
      }
      options.communities.append(value)
    }
    for element in annotations.list("extended-communities") {
      guard let text = element.text(ExtendedCommunityValue.expected) else { continue }
      guard let value = ExtendedCommunityValue(text) else {
        element.fail(expected: ExtendedCommunityValue.expected)
        continue
      }
      options.extendedCommunities.append(value)
    }
    options.communities = Set(options.communities).sorted()
    options.extendedCommunities = Set(options.extendedCommunities).sorted()
    return options
  }
}
