/// A neighbour's text in a form that may be printed: control characters and the like are spelled
/// out.
func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse:
      result += "\\u{\(String(scalar.value, radix: 16))}"
    default:
      result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// The first characters of `text`, as many as fit in `limit` octets of UTF-8.
func utf8Prefix(of text: String, _ limit: Int) -> [UInt8] {
  var octets: [UInt8] = []
  for character in text {
    guard octets.count + character.utf8.count <= limit else { break }
    octets.append(contentsOf: character.utf8)
  }
  return octets
}
