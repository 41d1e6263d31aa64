import Addresses

/// One entry of `spec.addresses` of an IPAddressPool: a CIDR, or two addresses with `-` between.
struct PoolEntry: Equatable {
  /// The addresses.
  let range: AddressRange
  /// Something that is not as it seems.
  var warning: String?

  /// Why an entry is refused.
  struct Problem: Error, Equatable {
    let message: String
  }

  /// What an entry should be, for messages.
  static let expected =
    "a CIDR such as 203.0.113.0/24 or a range such as 203.0.113.10-203.0.113.20"

  /// Reads an entry; blanks around the addresses are allowed.
  static func parse(_ text: String) -> Result<PoolEntry, Problem> {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(\.trimmed)
    switch parts.count {
    case 1: return cidr(parts[0])
    case 2: return range(parts[0], parts[1])
    default: return .failure(problem(text))
    }
  }

  /// The entry that `range` came from: a CIDR where it is one, otherwise the two addresses.
  static func text(_ range: AddressRange) -> String {
    let prefixes = range.prefixes
    return prefixes.count == 1 ? prefixes[0].description : range.description
  }

  private static func cidr(_ text: String) -> Result<PoolEntry, Problem> {
    guard let prefix = IPPrefix(text) else {
      let hint = IPAddress(text).map { "; for one address write \(IPPrefix(host: $0))" } ?? ""
      return .failure(problem(text, hint: hint))
    }
    var entry = PoolEntry(range: AddressRange(prefix))
    if let address = text.split(separator: "/").first.flatMap({ IPAddress($0) }),
      address != prefix.address
    {
      entry.warning = "\(text.printable) is read as \(prefix); host bits do not count"
    }
    return .success(entry)
  }

  private static func range(_ first: String, _ last: String) -> Result<PoolEntry, Problem> {
    guard let lower = IPAddress(first), let upper = IPAddress(last) else {
      return .failure(problem("\(first)-\(last)"))
    }
    if let range = AddressRange(lower, upper) { return .success(PoolEntry(range: range)) }
    if lower.family != upper.family {
      return .failure(
        Problem(message: "\(lower) and \(upper) are addresses of different families"))
    }
    return .failure(
      Problem(message: "the range begins at \(lower), after its end \(upper); swap them"))
  }

  private static func problem(_ text: String, hint: String = "") -> Problem {
    Problem(message: "expected \(expected), found \"\(text.printable)\"\(hint)")
  }
}

extension StringProtocol {
  /// The text without blanks at its ends.
  fileprivate var trimmed: String {
    var text = self[...]
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }
}
