import Testing

@testable import BGP

@Suite("Attribute sets") struct AttributeSetTableTests {
  private let red = RouteAttributes(multiExitDiscriminator: 1)
  private let blue = RouteAttributes(multiExitDiscriminator: 2)

  @Test("Equal sets share an identifier, and the last release frees it") func sharing() throws {
    var sets = AttributeSetTable()
    let interned = sets.intern(red)
    let id = try #require(interned)
    sets.retain(id)
    #expect(sets.intern(red) == id)
    sets.retain(id)
    #expect(sets.count == 1)
    sets.release(id)
    #expect(sets[id] == red)
    sets.release(id)
    #expect(sets[id] == nil)
    #expect(sets.count == 0)
    #expect(sets.intern(blue) == id)
  }

  @Test("Sets that nobody uses any more do not stay", arguments: [true, false])
  func noLeak(hasSession: Bool) {
    var sets = AttributeSetTable()
    var table = RouteTable<IPv4RouteKey>()
    if hasSession { table.open(messageLength: MessageHeader.maximumMessageLength) }
    let key = IPv4RouteKey(ourAddress, length: 32)
    for index in 0..<1000 {
      let attributes = RouteAttributes(multiExitDiscriminator: UInt32(index))
      guard let id = sets.intern(attributes) else { continue }
      table.intend(key, id, in: &sets)
      #expect(sets.count == 1)
    }
    table.abandon(key, in: &sets)
    table.close(in: &sets)
    #expect(sets.count == 0)
    #expect(table.intendedCount == 0)
  }
}
