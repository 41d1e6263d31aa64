import KubernetesClient
import LinuxIO
import Resources
import Status

extension ObjectFile {
  /// Why a file could not be written.
  enum WriteFailure: Error, CustomStringConvertible {
    case system(LinuxError)
    case tooLarge

    var description: String {
      switch self {
      case .system(let error): "\(error)"
      case .tooLarge: "it would have more than \(ObjectFile.largestSize) octets"
      }
    }
  }

  /// Replaces the file in one step; returns its octets. To be called where waiting for the disk holds
  /// nobody up.
  func write(_ content: Content, goodAt: Timestamp) throws(WriteFailure) -> Int {
    let count: Int?
    do {
      count = try writeAll(content, goodAt: goodAt)
    } catch {
      throw .system(error)
    }
    guard let count else { throw .tooLarge }
    return count
  }

  /// The octets of the file; nil where they would be too many.
  private func writeAll(_ content: Content, goodAt: Timestamp) throws(LinuxError) -> Int? {
    let file = try ReplacingFile(path)
    var sum = Checksum()
    let header = Self.line(header(of: content, goodAt: goodAt))
    try file.append(header)
    sum.add(header[(Self.start.count + Self.timeSize)...])
    var objects: Int64 = 0
    for (_, text) in content.configuration.sorted(by: { $0.key < $1.key }) {
      let line = Self.line(Self.onOneLine(text))
      objects += 1
      sum.add(line)
      try file.append(line)
    }
    for resource in content.resources {
      guard file.count < Self.largestSize else { return nil }
      guard let octets = ObjectText.octets(of: resource) else { continue }
      let line = Self.line(octets)
      objects += 1
      sum.add(line)
      try file.append(line)
    }
    let end: JSONValue = ["objects": .integer(objects), "sum": .string(sum.description)]
    try file.append(Self.line(end.octets))
    guard file.count <= Self.largestSize else { return nil }
    try file.finish()
    return file.count
  }

  /// Writes down that the API server was well at `time`.
  func write(goodAt time: Timestamp) throws(LinuxError) {
    try OwnFile.overwrite(path, at: Self.start.count, with: Array(time.description.utf8))
  }

  private func header(of content: Content, goodAt: Timestamp) -> [UInt8] {
    var counts: [String: Int] = [:]
    for resource in content.resources { counts[resource.kind.rawValue, default: 0] += 1 }
    for file in content.configuration.keys {
      let type = ClusterStream.kinds.first { file.hasPrefix("\(ClusterStream.kind($0))/") }
      if let type { counts[type.rawValue, default: 0] += 1 }
    }
    let rest: JSONValue = [
      "form": .string(Self.form), "identity": identity.json,
      "counts": .object(counts.mapValues { .integer(Int64($0)) }),
      "withheld": .array(content.withheld.sorted().map { .string("\($0)") }),
    ]
    return Self.start + Array(goodAt.description.utf8) + Array("\",".utf8)
      + rest.octets.dropFirst()
  }

  private static func line(_ octets: [UInt8]) -> [UInt8] { octets + [UInt8(ascii: "\n")] }

  /// The same JSON without ends of lines between its parts; in strings there are none.
  private static func onOneLine(_ text: [UInt8]) -> [UInt8] {
    text.map { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") ? UInt8(ascii: " ") : $0 }
  }
}
