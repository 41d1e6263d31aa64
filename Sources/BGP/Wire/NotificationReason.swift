/// Code and subcode of a NOTIFICATION (RFC 4271 §4.5 and the IANA registry).
public struct NotificationReason: Hashable, Sendable {
  /// The error code: 1 header, 2 OPEN, 3 UPDATE, 4 hold timer, 5 state machine, 6 Cease,
  /// 7 ROUTE-REFRESH, 8 send hold timer.
  public let code: UInt8
  /// The error subcode; 0 is unspecific.
  public let subcode: UInt8

  /// The reason with these numbers, known or not.
  public init(code: UInt8, subcode: UInt8) {
    self.code = code
    self.subcode = subcode
  }

  public static let connectionNotSynchronized = Self(code: 1, subcode: 1)
  public static let badMessageLength = Self(code: 1, subcode: 2)
  public static let badMessageType = Self(code: 1, subcode: 3)

  public static let openUnspecific = Self(code: 2, subcode: 0)
  public static let unsupportedVersion = Self(code: 2, subcode: 1)
  public static let badPeerAS = Self(code: 2, subcode: 2)
  public static let badIdentifier = Self(code: 2, subcode: 3)
  public static let unsupportedOptionalParameter = Self(code: 2, subcode: 4)
  public static let unacceptableHoldTime = Self(code: 2, subcode: 6)
  public static let unsupportedCapability = Self(code: 2, subcode: 7)
  public static let roleMismatch = Self(code: 2, subcode: 11)

  public static let malformedAttributeList = Self(code: 3, subcode: 1)
  public static let unrecognizedWellKnownAttribute = Self(code: 3, subcode: 2)
  public static let optionalAttributeError = Self(code: 3, subcode: 9)
  public static let invalidNetworkField = Self(code: 3, subcode: 10)

  public static let holdTimerExpired = Self(code: 4, subcode: 0)

  public static let unexpectedInOpenSent = Self(code: 5, subcode: 1)
  public static let unexpectedInOpenConfirm = Self(code: 5, subcode: 2)
  public static let unexpectedInEstablished = Self(code: 5, subcode: 3)

  public static let administrativeShutdown = Self(code: 6, subcode: 2)
  public static let peerDeconfigured = Self(code: 6, subcode: 3)
  public static let administrativeReset = Self(code: 6, subcode: 4)
  public static let otherConfigurationChange = Self(code: 6, subcode: 6)
  public static let connectionCollision = Self(code: 6, subcode: 7)

  public static let hardReset = Self(code: 6, subcode: 9)
  public static let bfdDown = Self(code: 6, subcode: 10)

  public static let badRouteRefreshLength = Self(code: 7, subcode: 1)

  public static let sendHoldTimerExpired = Self(code: 8, subcode: 0)
}

extension NotificationReason: CustomStringConvertible {
  /// The names of the registry, such as "Cease/Administrative Shutdown".
  public var description: String {
    let codes = Self.names[code]
    let name = codes?.name ?? "Error \(code)"
    if let names = codes?.subcodes, names.indices.contains(Int(subcode)), subcode > 0 {
      return "\(name)/\(names[Int(subcode)])"
    }
    return subcode == 0 ? name : "\(name)/\(subcode)"
  }

  /// Names by code; a subcode's name stands at its index.
  private static let names: [UInt8: (name: String, subcodes: [String])] = [
    1: (
      "Message Header Error",
      ["", "Connection Not Synchronized", "Bad Message Length", "Bad Message Type"]
    ),
    2: (
      "OPEN Message Error",
      [
        "", "Unsupported Version Number", "Bad Peer AS", "Bad BGP Identifier",
        "Unsupported Optional Parameter", "Authentication Failure", "Unacceptable Hold Time",
        "Unsupported Capability", "8", "9", "10", "Role Mismatch",
      ]
    ),
    3: (
      "UPDATE Message Error",
      [
        "", "Malformed Attribute List", "Unrecognized Well-known Attribute",
        "Missing Well-known Attribute", "Attribute Flags Error", "Attribute Length Error",
        "Invalid ORIGIN Attribute", "AS Routing Loop", "Invalid NEXT_HOP Attribute",
        "Optional Attribute Error", "Invalid Network Field", "Malformed AS_PATH",
      ]
    ),
    4: ("Hold Timer Expired", []),
    5: (
      "Finite State Machine Error",
      [
        "", "Unexpected Message in OpenSent", "Unexpected Message in OpenConfirm",
        "Unexpected Message in Established",
      ]
    ),
    6: (
      "Cease",
      [
        "", "Maximum Number of Prefixes Reached", "Administrative Shutdown", "Peer De-configured",
        "Administrative Reset", "Connection Rejected", "Other Configuration Change",
        "Connection Collision Resolution", "Out of Resources", "Hard Reset", "BFD Down",
      ]
    ),
    7: ("ROUTE-REFRESH Message Error", ["", "Invalid Message Length"]),
    8: ("Send Hold Timer Expired", []),
  ]
}
