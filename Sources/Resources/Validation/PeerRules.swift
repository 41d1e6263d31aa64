import Addresses

/// The rules of single fields of a BGPPeer.
enum PeerRules {
  /// The longest password that TCP-MD5 takes on Linux, in octets (TCP_MD5SIG_MAXKEYLEN).
  static let maximumPasswordLength = 80

  /// The password in `field`; nil, with an error, if TCP-MD5 cannot use it.
  static func password(_ field: Field) -> String? {
    guard let text = field.string("a password") else { return nil }
    guard text.utf8.count <= maximumPasswordLength else {
      field.fail(
        "expected a password of at most \(maximumPasswordLength) octets, "
          + "found one of \(text.utf8.count)")
      return nil
    }
    return text
  }

  /// The secret that `passwordSecret` names; in the peer's own namespace unless it names one. Nil
  /// for the empty reference that the API prints where there is none.
  static func secret(_ field: Field, of metadata: ObjectMetadata) -> ObjectName? {
    guard var reader = field.mapping("a reference with a name") else { return nil }
    let name = reader.field("name")?.unlessEmpty?.text("the name of a Secret")
    let namespace = reader.field("namespace")?.unlessEmpty?.text("the name of a namespace")
    reader.finish(unknown: .error)
    guard let name else {
      if namespace != nil { field.fail("expected the name of a Secret too") }
      return nil
    }
    return ObjectName(namespace: namespace ?? metadata.name.namespace, name: name)
  }

  /// Whether `address` can be that of one router: neither unspecified, nor multicast, nor broadcast.
  static func isUnicast(_ address: IPAddress) -> Bool {
    switch address {
    case .v4(let address): (1..<224).contains(address.rawValue >> 24)
    case .v6(let address):
      address.high >> 56 != 0xFF && (address.high, address.low) != (0, 0)
    }
  }
}

/// The AS numbers of BGP (RFC 6793).
enum ASNumber {
  /// What an AS number should be, for messages.
  static let expected = "an AS number from 1 to 4294967295"
}

extension Field {
  /// The value as an AS number, which is not 0 (RFC 7607).
  func autonomousSystem() -> UInt32? {
    integer(1...Int(UInt32.max), ASNumber.expected).map { UInt32($0) }
  }

  /// This field, unless it is the empty string that some tools print for an absent one.
  var unlessEmpty: Field? {
    if case .string("") = value { nil } else { self }
  }
}

/// The names of network interfaces.
enum InterfaceName {
  /// The name in `field`; nil, with an error, if Linux has no such name.
  @discardableResult
  static func check(_ field: Field) -> String? {
    guard case .string(let name) = field.value, !name.isEmpty else {
      return field.text("the name of an interface")
    }
    let isAllowed = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
    guard isAllowed, name.utf8.count <= 15 else {
      field.fail(expected: "the name of an interface, at most 15 characters")
      return nil
    }
    return name
  }
}
