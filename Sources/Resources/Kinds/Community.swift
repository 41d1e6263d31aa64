/// MetalLB's Community (metallb.io/v1beta1): names for BGP community values.
public struct Community: Hashable, Sendable {
  /// One entry of `spec.communities`.
  public struct Alias: Hashable, Sendable {
    /// The name that a BGPAdvertisement may use.
    public var name: String
    /// The value it stands for.
    public var value: CommunityValue

    /// An alias with these values.
    public init(name: String, value: CommunityValue) {
      self.name = name
      self.value = value
    }
  }

  /// Name and labels.
  public var metadata: ObjectMetadata
  /// The aliases, unique over all Community objects.
  public var aliases: [Alias]

  /// A set of aliases.
  public init(metadata: ObjectMetadata, aliases: [Alias]) {
    self.metadata = metadata
    self.aliases = aliases
  }
}

/// A BGP community as a configuration spells it: `a:b` (RFC 1997) or `large:a:b:c` (RFC 8092).
public enum CommunityValue: Hashable, Sendable, Comparable {
  case standard(UInt16, UInt16)
  case large(UInt32, UInt32, UInt32)
}

extension CommunityValue: LosslessStringConvertible {
  /// Parses `a:b`, or `large:a:b:c`, of decimal numbers.
  public init?(_ text: some StringProtocol) {
    // The initializers of integers take a sign, which no community has.
    guard !text.utf8.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }) else {
      return nil
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    switch parts.count {
    case 2:
      guard let a = UInt16(parts[0]), let b = UInt16(parts[1]) else { return nil }
      self = .standard(a, b)
    case 4 where parts[0] == "large":
      guard let a = UInt32(parts[1]), let b = UInt32(parts[2]), let c = UInt32(parts[3]) else {
        return nil
      }
      self = .large(a, b, c)
    default:
      return nil
    }
  }

  public var description: String {
    switch self {
    case .standard(let a, let b): "\(a):\(b)"
    case .large(let a, let b, let c): "large:\(a):\(b):\(c)"
    }
  }
}
