/// Why the sender of a packet last changed its state (RFC 5880 §4.1), a number of five bits.
public struct Diagnostic: RawRepresentable, Hashable, Sendable {
  /// 0...31; values that have no name here are passed on as they are.
  public let rawValue: UInt8

  /// The diagnostic of this number; of larger ones the lower five bits count.
  public init(rawValue: UInt8) { self.rawValue = rawValue & 0x1F }

  /// Nothing to say: the session comes up.
  public static let none = Diagnostic(rawValue: 0)
  /// Nothing was heard for the detection time.
  public static let controlDetectionTimeExpired = Diagnostic(rawValue: 1)
  /// The echo function failed.
  public static let echoFunctionFailed = Diagnostic(rawValue: 2)
  /// The peer said that it is down.
  public static let neighborSignaledSessionDown = Diagnostic(rawValue: 3)
  /// The forwarding plane was reset.
  public static let forwardingPlaneReset = Diagnostic(rawValue: 4)
  /// The path is down for a reason outside of BFD.
  public static let pathDown = Diagnostic(rawValue: 5)
  /// A path that this one is a part of is down.
  public static let concatenatedPathDown = Diagnostic(rawValue: 6)
  /// An operator disabled the session.
  public static let administrativelyDown = Diagnostic(rawValue: 7)
  /// A path that this one is a part of is down, in the reverse direction.
  public static let reverseConcatenatedPathDown = Diagnostic(rawValue: 8)
}

extension Diagnostic: CustomStringConvertible {
  /// The words of RFC 5880 §4.1.
  public var description: String {
    switch rawValue {
    case 0: "no diagnostic"
    case 1: "control detection time expired"
    case 2: "echo function failed"
    case 3: "neighbor signaled session down"
    case 4: "forwarding plane reset"
    case 5: "path down"
    case 6: "concatenated path down"
    case 7: "administratively down"
    case 8: "reverse concatenated path down"
    default: "diagnostic \(rawValue)"
    }
  }
}
