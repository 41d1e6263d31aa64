import Addresses
import Testing

@testable import LinuxIO

@Suite("groups are joined some at a time")
struct JoinQueueTests {
  private static func addresses(_ count: Int) -> [IPv6Address] {
    (0..<count).map { IPv6Address(high: 0x2001_0DB8_0000_0000, low: UInt64(count - $0)) }
  }

  @Test(arguments: [0, 1, 64, 65, 4096])
  func allHaveTheirTurnInOrder(_ count: Int) {
    var queue = JoinQueue()
    queue.replace(with: Self.addresses(count))
    var joined: [IPv6Address] = []
    while !queue.isEmpty {
      let turn = queue.next()
      #expect(!turn.isEmpty && turn.count <= JoinQueue.burst)
      joined += turn
    }
    #expect(joined == Self.addresses(count))
  }

  @Test func anotherChoiceReplacesWhatWaits() {
    var queue = JoinQueue()
    queue.replace(with: Self.addresses(100))
    _ = queue.next()
    queue.replace(with: Self.addresses(2))
    #expect(Array(queue.next()) == Self.addresses(2) && queue.isEmpty)
  }
}
