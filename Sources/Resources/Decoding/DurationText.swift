/// Durations as Go and so Kubernetes spell them, such as `1m30s`.
enum DurationText {
  /// The nanoseconds that `text` means: an optional sign and one or more numbers, which may have a
  /// fraction, each with a unit of ns, us, µs, ms, s, m or h; or 0 alone. Nil for all else and for
  /// what 64 bits do not hold.
  static func nanoseconds(_ text: String) -> Int64? {
    var rest = text[...]
    var sign: Int64 = 1
    if let mark = rest.first, mark == "-" || mark == "+" {
      sign = mark == "-" ? -1 : 1
      rest = rest.dropFirst()
    }
    if rest == "0" { return 0 }
    guard !rest.isEmpty else { return nil }
    var total: Int64 = 0
    while !rest.isEmpty {
      let whole = rest.prefix(while: isDigit)
      rest = rest.dropFirst(whole.count)
      var fraction = rest.prefix(0)
      if rest.first == "." {
        rest = rest.dropFirst()
        fraction = rest.prefix(while: isDigit)
        rest = rest.dropFirst(fraction.count)
      }
      guard !whole.isEmpty || !fraction.isEmpty else { return nil }
      let name = rest.prefix { !isDigit($0) && $0 != "." }
      rest = rest.dropFirst(name.count)
      guard let unit = units[String(name)],
        let number = whole.isEmpty ? 0 : Int64(whole)
      else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: unit)
      guard !overflow else { return nil }
      var sum = total.addingReportingOverflow(product)
      guard !sum.overflow else { return nil }
      sum = sum.partialValue.addingReportingOverflow(part(fraction, of: unit))
      guard !sum.overflow else { return nil }
      total = sum.partialValue
    }
    return sign * total
  }

  private static let units: [String: Int64] = [
    "ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 1_000_000, "s": 1_000_000_000,
    "m": 60_000_000_000, "h": 3_600_000_000_000,
  ]

  private static func isDigit(_ character: Character) -> Bool {
    character.utf8.count == 1 && character.utf8.allSatisfy(\.isDigit)
  }

  /// The decimal fraction `digits` of `unit`, rounded down.
  private static func part(_ digits: Substring, of unit: Int64) -> Int64 {
    var result: Int64 = 0
    var weight = unit
    for digit in digits.utf8 {
      // Ten digits reach below a nanosecond for every unit up to a second, thirteen for an hour.
      guard weight >= 1 else { break }
      result += weight * Int64(digit - UInt8(ascii: "0")) / 10
      weight /= 10
    }
    return result
  }
}
