import KubernetesClient
import LinuxIO
import Resources
import Status

extension ObjectFile {
  /// What the file is of, if it may be used; nil where there is none. No object is looked at.
  func readHeader(now: Timestamp, longestAge: Int64) throws(Refusal) -> Header? {
    guard let file = try open(), let line = try next(of: file) else { return nil }
    return try header(line, now: now, longestAge: longestAge)
  }

  /// All that is in the file, if it may be used; nil where there is none. To be called where waiting for
  /// the disk holds nobody up.
  ///
  /// - Parameter longestAge: how many seconds ago the API server may have been well for the last time.
  func read(now: Timestamp, longestAge: Int64) throws(Refusal) -> Objects? {
    guard let file = try open() else { return nil }
    guard let first = try next(of: file) else { throw .damaged(line: 1, "there is nothing in it") }
    var found = Objects(header: try header(first, now: now, longestAge: longestAge))
    var sum = Checksum()
    add(first[(Self.start.count + Self.timeSize)...], to: &sum)
    var counts: [String: Int] = [:]
    var known: Set<ResourceKey> = []
    var number = 1
    guard var line = try next(of: file) else { throw .damaged(line: 2, "the end is missing") }
    while true {
      number += 1
      guard let following = try next(of: file) else { break }
      let (object, kind) = try self.object(line, number)
      guard known.insert(ResourceKey(kind: kind, name: object.name)).inserted else {
        throw .damaged(line: number, "\(kind.rawValue) \(object.name) is there twice")
      }
      counts[kind.rawValue, default: 0] += 1
      found.objects.append(object)
      add(line[...], to: &sum)
      line = following
    }
    let end = try? JSONValue(parsing: line)
    guard let end, end["objects"]?.integer == Int64(found.objects.count),
      end["sum"]?.string == sum.description, counts == found.header.counts
    else { throw .damaged(line: number, "the sum at its end is not that of the rest") }
    return found
  }

  private func open() throws(Refusal) -> OwnFile? {
    do {
      return try OwnFile(path, limit: Self.largestSize)
    } catch {
      throw .unreadable(error)
    }
  }

  private func next(of file: OwnFile) throws(Refusal) -> [UInt8]? {
    do {
      return try file.next()
    } catch {
      throw .unreadable(error)
    }
  }

  private func add(_ line: ArraySlice<UInt8>, to sum: inout Checksum) {
    sum.add(line)
    sum.add(CollectionOfOne(UInt8(ascii: "\n")))
  }

  private func header(
    _ line: [UInt8], now: Timestamp, longestAge: Int64
  ) throws(Refusal) -> Header {
    let time = line.dropFirst(Self.start.count).prefix(Self.timeSize)
    guard line.starts(with: Self.start), let value = try? JSONValue(parsing: line),
      let form = value["form"]?.string,
      let goodAt = Timestamp(String(decoding: time, as: UTF8.self))
    else { throw .damaged(line: 1, "expected the head of a file of objects") }
    guard form == Self.form else { throw .otherForm(Self.plain(form)) }
    let theirs = value["identity"]?.object ?? [:]
    let ours = identity.json.object ?? [:]
    for (field, text) in ours.sorted(by: { $0.key < $1.key }) where theirs[field] != text {
      throw .foreign(field: Self.fieldNames[field] ?? field)
    }
    let age = now.seconds(since: goodAt)
    if age > longestAge { throw .tooOld(goodAt, seconds: longestAge) }
    if age < -Self.clockTolerance { throw .fromFuture(goodAt) }
    return Header(
      goodAt: goodAt,
      counts: (value["counts"]?.object ?? [:]).compactMapValues { $0.integer.map { Int($0) } },
      withheld: (value["withheld"]?.array ?? []).compactMap { $0.string.map(Self.plain) })
  }

  /// The beginning of a text, as far as it can stand in a message.
  private static func plain(_ text: String) -> String {
    String(text.prefix(320).filter { $0.isASCII && !$0.isNewline && $0 >= " " && $0 != "\u{7f}" })
  }

  /// What an operator calls the parts of the identity.
  private static let fieldNames = [
    "authority": "certificate authority of the API server", "namespace": "--namespace",
    "node": "--node", "server": "address of the API server", "serviceLabels": "--service-labels",
  ]

  private func object(
    _ line: [UInt8], _ number: Int
  ) throws(Refusal) -> (Object, ResourceKind) {
    var content = ManifestDecoder.decode(json: line, source: path)
    if let error = content.diagnostics.first(where: { $0.severity == .error }) {
      throw .damaged(line: number, error.message)
    }
    guard content.objects.count == 1, let resource = content.objects.first?.resource,
      ClusterStream.kinds.contains(resource.kind)
    else { throw .damaged(line: number, "an object of a kind that is not kept") }
    if case .bgpPeer(let peer) = resource, peer.password != nil {
      throw .damaged(line: number, "a BGPPeer with a password, which is never kept")
    }
    let (stream, name) = (ClusterStream.kind(resource.kind), resource.metadata.name)
    content = ClusterObject.lean(content, of: stream)
    content.name = stream.file(of: name)
    for index in content.objects.indices { content.objects[index].location.file = content.name }
    for index in content.diagnostics.indices { content.diagnostics[index].file = content.name }
    return (
      Object(
        stream: stream, name: name, content: content,
        text: resource.kind.isConfiguration ? line : []), resource.kind
    )
  }
}
