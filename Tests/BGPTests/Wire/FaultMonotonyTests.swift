import Addresses
import NIOCore
import TestSupport
import Testing

@testable import BGP

/// RFC 7606 §3: of several faults the strongest decides.
@Suite("Several faults in one UPDATE") struct FaultMonotonyTests {
  /// What becomes of an UPDATE; the stronger one is the greater one.
  private enum Verdict: Int, Comparable {
    case good
    case discardAttribute
    case treatAsWithdraw
    case reset

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// A fault in one attribute: what stands there in place of the good one, and what it costs
  /// external and internal neighbours.
  private struct Fault {
    let type: UInt8
    let encoded: String
    let external: Verdict
    let `internal`: Verdict

    init(_ type: UInt8, _ encoded: String, _ external: Verdict, _ `internal`: Verdict? = nil) {
      self.type = type
      self.encoded = encoded
      self.external = external
      self.internal = `internal` ?? external
    }
  }

  private static let good: [UInt8: String] = [
    1: "40 01 01 00", 2: "40 02 06 02 01 0000fc01", 3: "40 03 04 c0000202",
    4: "80 04 04 0000000a", 8: "c0 08 04 fc000064", 16: "c0 10 08 4004fc0000000000",
    32: "c0 20 0c 0000fc00 00000001 00000002", 14: "80 0e 09 0001 01 04 c0000202 00",
    15: "80 0f 03 0002 01",
  ]

  private static let faults: [Fault] = [
    Fault(1, "80 01 01 00", .treatAsWithdraw), Fault(1, "40 01 01 03", .treatAsWithdraw),
    Fault(1, "40 01 02 0000", .treatAsWithdraw), Fault(1, "", .treatAsWithdraw),
    Fault(1, "40 01 01 00 40 01 01 00", .discardAttribute),
    Fault(2, "40 02 06 02 02 0000fc01", .treatAsWithdraw),
    Fault(2, "40 02 06 02 01 00000000", .treatAsWithdraw),
    Fault(2, "40 02 06 03 01 0000fc01", .treatAsWithdraw), Fault(2, "", .treatAsWithdraw),
    Fault(3, "40 03 03 c00002", .treatAsWithdraw), Fault(3, "", .treatAsWithdraw),
    Fault(4, "80 04 03 000000", .treatAsWithdraw), Fault(4, "c0 04 04 00000000", .treatAsWithdraw),
    Fault(5, "40 05 04 00000064", .discardAttribute, .good),
    Fault(5, "40 05 03 000000", .discardAttribute, .treatAsWithdraw),
    Fault(6, "40 06 01 00", .discardAttribute), Fault(7, "c0 07 05 0000000000", .discardAttribute),
    Fault(8, "c0 08 00", .treatAsWithdraw), Fault(8, "c0 08 03 000000", .treatAsWithdraw),
    Fault(9, "80 09 04 00000001", .discardAttribute, .good),
    Fault(9, "80 09 03 000000", .discardAttribute, .treatAsWithdraw),
    Fault(10, "80 0a 03 000000", .discardAttribute, .treatAsWithdraw),
    Fault(14, "80 0e 09 0001 01 05 c0000202 00", .reset),
    Fault(14, "80 0e 04 0001 01 00", .reset),
    Fault(14, String(repeating: "80 0e 09 0001 01 04 c0000202 00", count: 2), .reset),
    Fault(15, "80 0f 02 0002", .reset),
    Fault(15, String(repeating: "80 0f 03 0002 01", count: 2), .reset),
    Fault(15, "c0 0f 03 0002 01", .treatAsWithdraw),
    Fault(16, "c0 10 07 00000000000000", .treatAsWithdraw),
    Fault(17, "c0 11 06 02 01 0000fc01", .discardAttribute),
    Fault(18, "c0 12 08 0000fc01c0000202", .discardAttribute),
    Fault(32, "c0 20 0b 0000000000000000000000", .treatAsWithdraw),
    Fault(35, "c0 23 03 000000", .treatAsWithdraw),
    Fault(99, "40 63 01 00", .reset), Fault(98, "c0 62 01 00", .good),
    // Exceeds the block, so it stands last.
    Fault(255, "c0 ff 05 00", .treatAsWithdraw),
  ]

  private func verdict(_ faults: [Fault], isInternal: Bool) -> Verdict {
    var attributes = Self.good
    for fault in faults { attributes[fault.type] = fault.encoded }
    let block = attributes.sorted { $0.key < $1.key }.map(\.value).joined()
    let update = try? UpdateMessage(
      body: updateBody(attributes: block, nlri: "18 cb0071"),
      context: UpdateContext(isInternal: isInternal, fourOctetAS: true))
    guard let update else { return .reset }
    #expect(Array(update.announced) == [prefix("203.0.113.0/24")])
    switch update.fault?.handling {
    case nil: return .good
    case .discardAttribute: return .discardAttribute
    case .treatAsWithdraw: return .treatAsWithdraw
    }
  }

  @Test("Each fault alone costs what the table says", arguments: [true, false])
  func alone(isInternal: Bool) {
    #expect(verdict([], isInternal: isInternal) == .good)
    for fault in Self.faults {
      let expected = isInternal ? fault.internal : fault.external
      #expect(verdict([fault], isInternal: isInternal) == expected, "\(fault)")
    }
  }

  @Test("A further fault never weakens what the others cost", arguments: 0..<300)
  func monotone(seed: Int) {
    var random = SeededGenerator(seed)
    let isInternal = Bool.random(using: &random)
    var present: [Fault] = []
    var worst = Verdict.good
    for fault in Self.faults.shuffled(using: &random)
    where !present.contains(where: { $0.type == fault.type }) {
      present.append(fault)
      worst = max(worst, isInternal ? fault.internal : fault.external)
      #expect(verdict(present, isInternal: isInternal) == worst)
    }
    #expect(worst == .reset)
  }

  @Test("Every type of attribute, every length: an optional one costs no session")
  func anyAttribute() {
    for type in UInt8.min ... .max where ![14, 15].contains(type) {
      for length in 0..<20 {
        for flags in [UInt8(0x80), 0xC0, 0xE0] {
          let value = [UInt8](repeating: type, count: length)
          let block = Self.good.filter { $0.key != type }.sorted { $0.key < $1.key }.map(\.value)
            .joined()
          let update = try? UpdateMessage(
            body: updateBody(
              attributes: block + hex([flags, type, UInt8(length)] + value), nlri: "18 cb0071"),
            context: UpdateContext(isInternal: false, fourOctetAS: true))
          #expect(update != nil, "attribute \(type) of \(length) octets")
        }
      }
    }
  }
}
