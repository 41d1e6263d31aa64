import Addresses
import LinuxIO

/// A file of prefixes: one on each line, `#` begins a comment, empty lines count for nothing.
struct PrefixFile {
  /// How many prefixes are in a batch.
  static let batchSize = 4096
  /// The most octets that a line may have.
  static let maximumLineLength = 1024

  /// The prefixes in the order of the file. They are kept in batches so that who hands them on can
  /// let go of what is done with.
  private(set) var batches: [[IPPrefix]] = []
  /// The families of the prefixes.
  private(set) var families: Set<AddressFamily> = []
  private let path: String
  private var line: [UInt8] = []
  private var lineNumber = 1

  /// Reads the file at `path`; throws ``SpeakerStartError`` that names the line in error.
  init(path: String) throws {
    self.path = path
    do {
      try FileChunks.forEach(inFile: path) { chunk in try take(chunk) }
    } catch let error as LinuxError {
      throw SpeakerStartError("the prefixes cannot be read: \(error)")
    }
    try endLine()
    if batches.isEmpty { throw SpeakerStartError("\(path): the file names no prefix") }
  }

  private mutating func take(_ chunk: ArraySlice<UInt8>) throws {
    var rest = chunk
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      line += rest[..<end]
      try endLine()
      lineNumber += 1
      rest = rest[(end + 1)...]
    }
    line += rest
    guard line.count <= Self.maximumLineLength else {
      throw SpeakerStartError(
        "\(path):\(lineNumber): the line is longer than \(Self.maximumLineLength) octets")
    }
  }

  private mutating func endLine() throws {
    defer { line.removeAll(keepingCapacity: true) }
    let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == 9 || byte == 13 }
    var text = line.prefix { $0 != UInt8(ascii: "#") }.drop(while: isBlank)
    while let last = text.last, isBlank(last) { text.removeLast() }
    guard !text.isEmpty else { return }
    let word = String(decoding: text, as: UTF8.self)
    guard let prefix = IPPrefix(word) else {
      throw SpeakerStartError(
        "\(path):\(lineNumber): '\(word)' is not a prefix; write one as 203.0.113.0/24 or "
          + "2001:db8::/48 on each line")
    }
    if batches.last.map({ $0.count == Self.batchSize }) ?? true {
      batches.append([])
      batches[batches.count - 1].reserveCapacity(Self.batchSize)
    }
    batches[batches.count - 1].append(prefix)
    families.insert(prefix.family)
  }
}
