import Addresses

/// The line of an address in the catalogue of a ``SpeakerSummary``.
struct CatalogueEntry: Hashable {
  let address: IPAddress
  let policy: TrafficPolicy
  let pool: String?
  let services: [String]
}

enum Catalogue {
  static func line(_ address: AddressStatus) -> String {
    "\(address.address) \(address.externalTrafficPolicy.rawValue) \(address.pool ?? "-") "
      + address.services.joined(separator: ",")
  }

  /// The entries of a catalogue; nil where it is none.
  static func entries(_ text: String) -> [CatalogueEntry]? {
    var entries: [CatalogueEntry] = []
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      guard words.count == 4, let address = IPAddress(words[0]),
        let policy = TrafficPolicy(rawValue: String(words[1]))
      else { return nil }
      entries.append(
        CatalogueEntry(
          address: address, policy: policy, pool: words[2] == "-" ? nil : String(words[2]),
          services: words[3].split(separator: ",").map(String.init)))
    }
    return entries
  }
}

/// Ascending whole numbers as text: `0-4,7`.
enum PlaceRanges {
  static func text(_ places: [Int]) -> String {
    var parts: [String] = []
    var first: Int?
    var last = 0
    func close() {
      guard let first else { return }
      parts.append(first == last ? "\(first)" : "\(first)-\(last)")
    }
    for place in places {
      if first != nil, place == last + 1 {
        last = place
        continue
      }
      close()
      (first, last) = (place, place)
    }
    close()
    return parts.joined(separator: ",")
  }

  /// The ranges that `text` names; nil where one is malformed or reaches `limit`.
  static func parse(_ text: String, below limit: Int) -> [ClosedRange<Int>]? {
    var ranges: [ClosedRange<Int>] = []
    for part in text.utf8.split(separator: UInt8(ascii: ",")) {
      let ends = part.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
      guard (1...2).contains(ends.count), let first = Decimal.number(ends[0]),
        let last = Decimal.number(ends[ends.count - 1]), first <= last, last < limit
      else { return nil }
      ranges.append(Int(first)...Int(last))
    }
    return ranges
  }
}

/// Numbers as text in which repetitions are counted: `5*3 0 7`.
enum RunLengths {
  static func text(_ numbers: [Int64]) -> String {
    var parts: [String] = []
    var index = 0
    while index < numbers.count {
      var end = index + 1
      while end < numbers.count, numbers[end] == numbers[index] { end += 1 }
      parts.append(end - index == 1 ? "\(numbers[index])" : "\(numbers[index])*\(end - index)")
      index = end
    }
    return parts.joined(separator: " ")
  }

  /// The numbers that `text` holds; nil where it is malformed or they are not `count`.
  static func parse(_ text: String, count: Int) -> [Int64]? {
    var numbers: [Int64] = []
    numbers.reserveCapacity(count)
    for part in text.utf8.split(separator: UInt8(ascii: " ")) {
      let factors = part.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
      guard (1...2).contains(factors.count), let number = Decimal.number(factors[0]) else {
        return nil
      }
      let times = factors.count == 2 ? Decimal.number(factors[1]) : 1
      guard let times, times <= Int64(count - numbers.count) else { return nil }
      numbers.append(contentsOf: repeatElement(number, count: Int(times)))
    }
    return numbers.count == count ? numbers : nil
  }
}

private enum Decimal {
  /// A number of at most 18 digits.
  static func number(_ digits: Substring.UTF8View.SubSequence) -> Int64? {
    guard (1...18).contains(digits.count) else { return nil }
    var value: Int64 = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      value = value * 10 + Int64(digit - UInt8(ascii: "0"))
    }
    return value
  }
}
