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

  /// 1/1: the marker is not all ones (RFC 4271 §6.1).
  public static let connectionNotSynchronized = Self(code: 1, subcode: 1)
  /// 1/2: no length for a message of this type (RFC 4271 §6.1).
  public static let badMessageLength = Self(code: 1, subcode: 2)
  /// 1/3: a type of message that is unknown (RFC 4271 §6.1).
  public static let badMessageType = Self(code: 1, subcode: 3)

  /// 2/0: an OPEN that cannot be read (RFC 4271 §6.2).
  public static let openUnspecific = Self(code: 2, subcode: 0)
  /// 2/1: another version than 4 (RFC 4271 §6.2).
  public static let unsupportedVersion = Self(code: 2, subcode: 1)
  /// 2/2: another autonomous system than is configured, or 0 (RFC 4271 §6.2, RFC 7607).
  public static let badPeerAS = Self(code: 2, subcode: 2)
  /// 2/3: a BGP identifier of 0, or our own within our autonomous system (RFC 6286 §2.2).
  public static let badIdentifier = Self(code: 2, subcode: 3)
  /// 2/4: an optional parameter other than capabilities (RFC 4271 §6.2).
  public static let unsupportedOptionalParameter = Self(code: 2, subcode: 4)
  /// 2/6: a hold time of one or two seconds (RFC 4271 §6.2).
  public static let unacceptableHoldTime = Self(code: 2, subcode: 6)
  /// 2/7: a capability that is needed is missing (RFC 5492 §5).
  public static let unsupportedCapability = Self(code: 2, subcode: 7)
  /// 2/11: the roles of both sides do not fit (RFC 9234 §4.2).
  public static let roleMismatch = Self(code: 2, subcode: 11)

  /// 3/1: the parts of an UPDATE exceed it, or a multiprotocol attribute is there twice
  /// (RFC 4271 §6.3, RFC 7606 §3).
  public static let malformedAttributeList = Self(code: 3, subcode: 1)
  /// 3/2: a well-known attribute that is unknown (RFC 4271 §6.3).
  public static let unrecognizedWellKnownAttribute = Self(code: 3, subcode: 2)
  /// 3/9: a multiprotocol attribute that cannot be read (RFC 4760 §7).
  public static let optionalAttributeError = Self(code: 3, subcode: 9)
  /// 3/10: a prefix that cannot be read (RFC 4271 §6.3).
  public static let invalidNetworkField = Self(code: 3, subcode: 10)

  /// 4/0: nothing was heard for the hold time (RFC 4271 §6.5).
  public static let holdTimerExpired = Self(code: 4, subcode: 0)

  /// 5/1: a message that has no place before an OPEN (RFC 6608).
  public static let unexpectedInOpenSent = Self(code: 5, subcode: 1)
  /// 5/2: a message that has no place before the first KEEPALIVE (RFC 6608).
  public static let unexpectedInOpenConfirm = Self(code: 5, subcode: 2)
  /// 5/3: an OPEN in a session that is established (RFC 6608).
  public static let unexpectedInEstablished = Self(code: 5, subcode: 3)

  /// 6/2: the operator stopped the session (RFC 4486, RFC 9003).
  public static let administrativeShutdown = Self(code: 6, subcode: 2)
  /// 6/3: the operator removed the peer (RFC 4486).
  public static let peerDeconfigured = Self(code: 6, subcode: 3)
  /// 6/4: the operator wants the session to begin anew (RFC 4486, RFC 9003).
  public static let administrativeReset = Self(code: 6, subcode: 4)
  /// 6/6: a change of the configuration needs a new session (RFC 4486).
  public static let otherConfigurationChange = Self(code: 6, subcode: 6)
  /// 6/7: another connection with this peer goes on (RFC 4271 §6.8).
  public static let connectionCollision = Self(code: 6, subcode: 7)

  /// 6/9: routes end although graceful restart would keep them (RFC 8538 §3.1).
  public static let hardReset = Self(code: 6, subcode: 9)
  /// 6/10: BFD found the path down (RFC 9384).
  public static let bfdDown = Self(code: 6, subcode: 10)

  /// 7/1: the mark of a refresh with a wrong length (RFC 7313 §5).
  public static let badRouteRefreshLength = Self(code: 7, subcode: 1)

  /// 8/0: the peer took no data for the send hold time (RFC 9687).
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
