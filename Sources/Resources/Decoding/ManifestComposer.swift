import Yams

/// Composes the nodes of one YAML document.
///
/// Composition calls itself for each level of nesting, which libyaml bounds at some thousands; the
/// caller runs it where the stack suffices (``DeepStack``).
enum ManifestComposer {
  /// The deepest nesting of a document whose kind is decoded. Kubernetes objects need about 20.
  static let maximumDepth = 64

  /// Why a document cannot be composed.
  struct Failure: Error {
    /// The line in the file, from 1.
    let line: Int
    /// The column, from 1.
    var column: Int?
    let message: String
  }

  /// Calls `body` with the root of each document in `document`, nearly always one.
  static func forEachRoot(
    of document: ManifestDocuments.Document, _ body: (YAMLRoot) throws(Failure) -> Void
  ) throws(Failure) {
    if let alias = AliasScan.firstAlias(in: document.octets) {
      throw Failure(
        line: document.firstLine + alias.line - 1,
        message: "the YAML alias *\(alias.name.printable) is not supported; "
          + "write the value of &\(alias.name.printable) out in its place")
    }
    let text = document.text
    let parser: Parser
    do {
      parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
    } catch {
      throw failure(error, text: text, firstLine: document.firstLine)
    }
    while true {
      let node: Yams.Node?
      do {
        node = try parser.nextRoot()
      } catch {
        throw failure(error, text: text, firstLine: document.firstLine)
      }
      guard let node else { return }
      try body(YAMLRoot(node: node, lineOffset: document.firstLine - 1))
    }
  }

  private static func failure(_ error: any Error, text: String, firstLine: Int) -> Failure {
    guard let error = error as? YamlError else {
      return Failure(line: firstLine, message: "cannot be read as YAML: \(error)")
    }
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      if problem.hasPrefix("Maximum nesting level") {
        return Failure(
          line: firstLine + mark.line - 1, column: mark.column,
          message: "nested too deeply; a Kubernetes object needs some 20 levels")
      }
      var message = "not valid YAML: \(problem)"
      if let context {
        message += " \(context.text) that begins on line \(firstLine + context.mark.line - 1)"
      }
      if holdsTab(line: mark.line, column: mark.column, of: text) {
        message += "; indent with spaces, not with tabs"
      }
      return Failure(line: firstLine + mark.line - 1, column: mark.column, message: message)
    case .reader:
      let (line, column, scalar) = firstUnprintable(in: text)
      let name = scalar.map { "the character U+\(String($0.value, radix: 16, uppercase: true))" }
      return Failure(
        line: firstLine + line - 1, column: column,
        message: "not valid YAML: \(name ?? "a character") is not allowed")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let keys = duplicates.sorted().map { "\"\($0.printable)\"" }.joined(separator: ", ")
      return Failure(
        line: firstLine + context.mark.line - 1,
        message: "the key \(keys) occurs more than once in this mapping; keep one of them")
    default:
      return Failure(line: firstLine, message: "cannot be read as YAML: \(error)")
    }
  }

  private static func holdsTab(line: Int, column: Int, of text: String) -> Bool {
    let lines = text.utf8.split(
      separator: UInt8(ascii: "\n"), maxSplits: line, omittingEmptySubsequences: false)
    guard line > 0, line <= lines.count else { return false }
    return lines[line - 1].dropFirst(column - 1).first == UInt8(ascii: "\t")
  }

  /// The place of the first character that YAML 1.1 §4.1.1 does not allow.
  private static func firstUnprintable(in text: String) -> (Int, Int?, Unicode.Scalar?) {
    var (line, column) = (1, 1)
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0A: (line, column) = (line + 1, 0)
      case 0x09, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD,
        0x10000...0x10FFFF:
        break
      default: return (line, column, scalar)
      }
      column += 1
    }
    return (1, nil, nil)
  }
}

/// The root of a composed document; it is converted only if its kind is one that is decoded.
struct YAMLRoot {
  fileprivate let node: Yams.Node
  fileprivate let lineOffset: Int

  /// The line of the file that the node begins on.
  var line: Int { (node.mark?.line ?? 1) + lineOffset }

  /// The node without what lies below the second level, to look at `apiVersion` and `kind`.
  var outline: ManifestNode { shallow(node, levels: 1) }

  /// The elements of the list `key` of this mapping.
  func items(_ key: String) -> [YAMLRoot]? {
    guard case .mapping(let mapping) = node else { return nil }
    for (name, value) in mapping {
      guard case .scalar(let scalar) = name, scalar.string == key else { continue }
      guard case .sequence(let items) = value else { return nil }
      return items.map { YAMLRoot(node: $0, lineOffset: lineOffset) }
    }
    return nil
  }

  /// The whole node.
  func converted() throws(ManifestComposer.Failure) -> ManifestNode {
    try convert(node, depth: 1)
  }

  private func line(of node: Yams.Node) -> Int { (node.mark?.line ?? 1) + lineOffset }

  private func scalar(_ scalar: Yams.Node.Scalar) -> ManifestNode.Content {
    // Composed with the basic resolver: an empty tag means plain text, and quoted text is a string.
    .scalar(scalar.string, isPlain: scalar.tag.rawValue.isEmpty && scalar.style == .plain)
  }

  private func shallow(_ node: Yams.Node, levels: Int) -> ManifestNode {
    let content: ManifestNode.Content
    switch node {
    case .scalar(let value): content = scalar(value)
    case .sequence: content = .sequence([])
    case .mapping(let mapping) where levels > 0:
      content = .mapping(
        mapping.compactMap { key, value in
          guard case .scalar(let name) = key else { return nil }
          return .init(
            key: name.string, keyLine: line(of: key), value: shallow(value, levels: levels - 1))
        })
    case .mapping, .alias: content = .mapping([])
    }
    return ManifestNode(line: line(of: node), content: content)
  }

  private func convert(
    _ node: Yams.Node, depth: Int
  ) throws(ManifestComposer.Failure) -> ManifestNode {
    guard depth <= ManifestComposer.maximumDepth else {
      throw ManifestComposer.Failure(
        line: line(of: node),
        message: "nested more than \(ManifestComposer.maximumDepth) levels deep; "
          + "a Kubernetes object needs some 20")
    }
    let content: ManifestNode.Content
    switch node {
    case .scalar(let value):
      content = scalar(value)
    case .sequence(let items):
      var converted: [ManifestNode] = []
      converted.reserveCapacity(items.count)
      for item in items { converted.append(try convert(item, depth: depth + 1)) }
      content = .sequence(converted)
    case .mapping(let mapping):
      var entries: [ManifestNode.Entry] = []
      entries.reserveCapacity(mapping.count)
      for (key, value) in mapping {
        guard case .scalar(let name) = key else {
          throw ManifestComposer.Failure(
            line: line(of: key), message: "expected text as a key, found a list or a mapping")
        }
        entries.append(
          .init(
            key: name.string, keyLine: line(of: key), value: try convert(value, depth: depth + 1)))
      }
      content = .mapping(entries)
    case .alias:
      throw ManifestComposer.Failure(
        line: line(of: node), message: "a YAML alias is not supported; write its value out")
    }
    return ManifestNode(line: line(of: node), content: content)
  }
}
