import NIOCore
import TestSupport
import Testing

@testable import BGP

/// The forms of the inputs are those of `Fuzzing/Sources`.
@Suite("Seeds of the fuzz targets") struct FuzzCorpusTests {
  private static let errors =
    SessionErrorTests.headers + SessionErrorTests.unexpected + SessionErrorTests.contents

  /// Names a row by its place in a table and by what comes of it.
  private static func name(_ table: String, _ index: Int, _ rest: String = "") -> String {
    let number = index < 10 ? "0\(index)" : "\(index)"
    return rest.isEmpty ? "\(table)-\(number)" : "\(table)-\(number)-\(rest)"
  }

  /// Good messages, each as a stream and behind a header of the target's making, and those of the
  /// table of errors.
  @Test func theSeedsAreInTheCorpusOfMessages() throws {
    var seeds: [String: [UInt8]] = [:]
    for (index, message) in HostileBytesTests.seeds.enumerated() {
      let bytes = Array(message.readableBytesView)
      seeds[Self.name("good", index, "stream")] = [0, 6] + bytes
      seeds[Self.name("good", index, "body")] = [2, 255] + bytes.dropFirst(18)
    }
    var number = 0
    for (state, message, reason, _) in Self.errors {
      guard state == .openSent || reason.hasPrefix("3") || reason.hasPrefix("7") else { continue }
      let name = Self.name("error", number, reason.replacing("/", with: "."))
      seeds[name] = [0, 255] + message.readableBytesView
      number += 1
    }
    try FuzzCorpus("FuzzMessages").expect(seeds)
  }

  /// The tables of RFC 7606.
  @Test func theSeedsAreInTheCorpusOfAttributes() throws {
    let tables: [(String, [(String, UpdateContext)])] = [
      ("withdraw", UpdateDecodingTests.withdrawFaults.map { ($0.0, $0.1) }),
      ("discard", UpdateDecodingTests.discardFaults.map { ($0.0, $0.1) }),
      ("harmless", UpdateDecodingTests.harmless),
    ]
    var seeds: [String: [UInt8]] = [:]
    for (table, rows) in tables {
      for (index, (attributes, context)) in rows.enumerated() {
        let options: UInt8 = (context.isInternal ? 1 : 0) | (context.fourOctetAS ? 2 : 0) | 4
        seeds[Self.name(table, index)] = [options] + bytes(attributes)
      }
    }
    for (index, (body, _, _)) in UpdateDecodingTests.fatalFaults.enumerated() {
      let body = bytes(body)
      guard body.starts(with: [0, 0]) else { continue }
      seeds[Self.name("fatal", index)] = [6] + body.dropFirst(4)
    }
    for (index, message) in HostileBytesTests.seeds.enumerated() {
      guard let body = message.getSlice(at: 19, length: message.readableBytes - 19),
        let update = try? UpdateMessage(
          body: body, context: UpdateContext(isInternal: false, fourOctetAS: true))
      else { continue }
      let block = update.attributes.bytes.readableBytesView
      for options: UInt8 in [2, 3] {
        seeds[Self.name("good", index, "\(options)")] = [options] + block
      }
    }
    try FuzzCorpus("FuzzAttributes").expect(seeds)
  }

  /// Brings a peer to a state, and shows it a message there.
  @Test func theSeedsAreInTheCorpusOfSessions() throws {
    /// Both families with next hops, and hold time 90.
    let configuration: [UInt8] = [0x00, 0x0C, 90, 0]
    /// Everything that there is, and hold time 3.
    let allBits: [UInt8] = [0x2D, 0x6C, 3, 0]
    let ways: [SessionState: [UInt8]] = [
      .openSent: [0, 2, 0], .openConfirm: [0, 2, 0, 6, 0, 0, 0], .established: [18, 13],
    ]
    var seeds: [String: [UInt8]] = [:]
    for (index, (state, message, reason, _)) in Self.errors.enumerated() {
      let bytes = Array(message.readableBytesView)
      let reception = [5, 0, UInt8(truncatingIfNeeded: bytes.count)] + bytes + [0]
      let name = Self.name("error", index, reason.replacing("/", with: "."))
      seeds[name] = configuration + (ways[state] ?? []) + reception
    }
    // Routes come and go while the network takes little, then the operator stops.
    let routes: [UInt8] = [10, 12, 0, 0, 0, 10, 9, 0xFF, 0, 7]
    let changes: [UInt8] = [11, 4, 0, 0, 3, 12, 10, 3, 5, 0, 0, 16, 8, 0x10, 0, 0, 9, 0x40, 0]
    let ends: [UInt8] = [17, 19, 6, 2, 0, 0, 0, 19, 1, 4]
    for (name, bits) in [("plain", configuration), ("all", allBits)] {
      seeds["routes-\(name)"] = bits + [18] + routes + [13] + changes + ends
      seeds["collision-\(name)"] = bits + [0, 4, 2, 2, 0, 6, 0, 0, 1, 6, 0, 0, 0, 6, 1, 0, 14, 15]
      seeds["lost-\(name)"] = bits + [18, 13] + routes + [7, 0, 9, 0xFF, 0xFF, 18, 19, 1, 0, 9]
      seeds["silent-\(name)"] =
        bits + [18] + routes + [9, 0xFF, 0xFF, 9, 0xFF, 0xFF, 3, 9, 0xFF, 0xFF]
    }
    try FuzzCorpus("FuzzSession").expect(seeds)
  }
}
