import Addresses

extension Field {
  /// The value as a string. A number or a truth value is none, as in the Kubernetes API.
  func string(_ expected: String = "a string") -> String? {
    switch value {
    case .string(let text):
      return text
    case .boolean, .integer, .number:
      fail("expected \(expected), found \(value); put it in quotes")
      return nil
    default:
      fail(expected: expected)
      return nil
    }
  }

  /// The value as a string with at least one character.
  func text(_ expected: String) -> String? {
    guard let text = string(expected) else { return nil }
    guard !text.isEmpty else {
      fail(expected: expected)
      return nil
    }
    return text
  }

  /// The value as true or false.
  func boolean() -> Bool? {
    if case .boolean(let value) = value { return value }
    if case .string(let text) = value, text == "true" || text == "false" {
      fail("expected true or false, found the string \"\(text)\"; remove the quotes")
    } else {
      fail(expected: "true or false")
    }
    return nil
  }

  /// The value as a number in `range`.
  func integer(_ range: ClosedRange<Int>, _ expected: String? = nil) -> Int? {
    let expected = expected ?? "a number from \(range.lowerBound) to \(range.upperBound)"
    switch value {
    case .integer(let number) where range.contains(number):
      return number
    case .string(let text):
      if case .integer = ManifestNode.Value(plain: text) {
        fail("expected \(expected), found the string \"\(text.printable)\"; remove the quotes")
      } else {
        fail(expected: expected)
      }
      return nil
    default:
      fail(expected: expected)
      return nil
    }
  }

  /// The value as one of the names of an enumeration.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ type: Choice.Type
  ) -> Choice? where Choice.RawValue == String {
    let names = Choice.allCases.map(\.rawValue)
    let expected = names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    guard let text = string(expected) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let hint = NearestName.of(text, in: names).map { "; did you mean \($0)?" } ?? ""
    fail("expected \(expected), found \(value)\(hint)")
    return nil
  }

  /// The value as an IP address, of `family` if that is given.
  func address(_ family: AddressFamily? = nil) -> IPAddress? {
    let expected =
      switch family {
      case nil: "an IP address"
      case .ipv4: "an IPv4 address"
      case .ipv6: "an IPv6 address"
      }
    guard let text = string(expected) else { return nil }
    guard let address = IPAddress(text), family == nil || address.family == family else {
      fail(expected: expected)
      return nil
    }
    return address
  }

  /// The elements of a list of strings, none empty and none twice; `check` sees each of them.
  func strings(_ expected: String, check: (Field) -> Void = { _ in }) -> [String] {
    var seen: Set<String> = []
    return list("a list of strings").compactMap { element in
      guard let text = element.text(expected) else { return nil }
      check(element)
      if !seen.insert(text).inserted {
        element.fail("\(element.value) occurs more than once; remove one")
      }
      return text
    }
  }

  /// The value as a mapping of strings to strings, as labels are.
  func stringMap() -> [String: String] {
    guard case .mapping(let entries) = value else {
      fail(expected: "a mapping of strings")
      return [:]
    }
    var result: [String: String] = [:]
    result.reserveCapacity(entries.count)
    for entry in entries {
      let element = Field(
        value: entry.value.value, path: "\(path)[\(entry.key.printable)]", line: entry.keyLine,
        report: report)
      if case .null = element.value {
        result[entry.key] = ""
      } else if let text = element.string() {
        result[entry.key] = text
      }
    }
    return result
  }

  /// The value as a duration in Go's spelling, which is that of Kubernetes, in whole seconds. A
  /// fraction of a second is dropped, with a warning.
  func seconds(_ range: ClosedRange<Int>) -> Int? {
    let expected =
      "a duration from \(range.lowerBound)s to \(range.upperBound)s, such as \"90s\" or \"1m30s\""
    guard case .string(let text) = value, let nanoseconds = DurationText.nanoseconds(text) else {
      fail(expected: expected)
      return nil
    }
    let seconds = Int(nanoseconds / 1_000_000_000)
    guard nanoseconds >= 0, range.contains(seconds) else {
      fail(expected: expected)
      return nil
    }
    if nanoseconds % 1_000_000_000 != 0 {
      warn("only whole seconds count: \"\(text.printable)\" is read as \(seconds)s")
    }
    return seconds
  }
}
