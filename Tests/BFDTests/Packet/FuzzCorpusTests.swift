import NIOCore
import TestSupport
import Testing

@testable import BFD

/// The form of the inputs is that of `Fuzzing/Sources/FuzzBFD`.
@Suite("Seeds of the fuzz target") struct FuzzCorpusTests {
  @Test func theSeedsAreInTheCorpus() throws {
    var seeds: [String: [UInt8]] = [:]
    // Time passes, and both hosts get what is on its way.
    let exchange: [UInt8] = [2, 2, 4, 5, 4, 5, 0, 60, 4, 5, 0, 60, 4, 5]
    let comeUp = exchange + exchange + exchange
    let kinds: [(String, UInt8)] = [
      ("plain", 0), ("keyed", 1), ("meticulous", 2), ("multihop", 4), ("passive", 8),
    ]
    for (name, bits) in kinds {
      let configuration: [UInt8] = [bits, 0]
      seeds["up-\(name)"] = configuration + comeUp
      seeds["silence-\(name)"] = configuration + comeUp + [2, 2, 0, 10, 2, 60] + exchange
      seeds["change-\(name)"] =
        configuration + comeUp + [20, 5] + exchange + [21, 0x25] + exchange
      seeds["disable-\(name)"] = configuration + comeUp + [0x92] + exchange + [18] + exchange
      seeds["remove-\(name)"] = configuration + comeUp + [22] + exchange + [0x96] + exchange
      seeds["changed-octet-\(name)"] =
        configuration + comeUp + [2, 1, 12, 1, 0x58, 4, 12, 40, 7, 4]
    }
    let tables = [
      "refused": ControlPacketTests.malformed.map(\.1),
      "good": ControlPacketTests.vectors.map(\.hex),
    ]
    for (table, rows) in tables {
      for (index, octets) in rows.enumerated() {
        let datagram = Array(buffer(octets).readableBytesView)
        seeds["\(table)-\(index)"] =
          [0, 0] + comeUp + [14, UInt8(truncatingIfNeeded: datagram.count)] + datagram
      }
    }
    try FuzzCorpus("FuzzBFD").expect(seeds)
  }
}
