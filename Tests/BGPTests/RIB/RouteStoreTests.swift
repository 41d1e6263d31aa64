import Addresses
import TestSupport
import Testing

@testable import BGP

@Suite("Route store") struct RouteStoreTests {
  private func key(_ number: Int) -> IPv4RouteKey {
    IPv4RouteKey(IPv4Address(rawValue: 0xCB00_0000 &+ UInt32(number)), length: 32)
  }

  /// All routes by walking, and by looking each up.
  private func contents(_ store: RouteStore<IPv4RouteKey, Int>) -> [IPv4RouteKey: Int] {
    var routes: [IPv4RouteKey: Int] = [:]
    var previous: IPv4RouteKey?
    var place = store.position(above: nil)
    while let position = place {
      let key = store.key(at: position)
      if let previous { #expect(previous < key) }
      #expect(store.position(of: key) == position)
      routes[key] = store[position]
      previous = key
      place = store.position(after: position)
    }
    return routes
  }

  @Test("It keeps what a dictionary would, in order", arguments: 0..<12) func random(seed: Int) {
    var random = SeededGenerator(seed)
    var store = RouteStore<IPv4RouteKey, Int>()
    var expected: [IPv4RouteKey: Int] = [:]
    // Phases of growth and decline, so that leaves divide, join and vanish.
    for share in [90, 20, 70, 5] {
      for step in 0..<1500 {
        let key = key(.random(in: 0..<2000, using: &random))
        if Int.random(in: 0..<100, using: &random) < share {
          store.update(key, initial: 0) { $0 = step }
          expected[key] = step
        } else {
          let position = store.position(of: key)
          #expect((position != nil) == (expected[key] != nil))
          if let position { store.remove(at: position) }
          expected[key] = nil
        }
      }
      #expect(contents(store) == expected)
      #expect(store.count == expected.count)
    }
  }

  private static let ascending = Array(0..<1000)
  private static let insideOut: [Int] = (0..<1000).map { number in
    number % 2 == 0 ? 500 + number / 2 : 499 - number / 2
  }

  @Test(
    "Ascending, descending and inside out",
    arguments: [ascending, ascending.reversed(), insideOut])
  func orders(numbers: [Int]) {
    var store = RouteStore<IPv4RouteKey, Int>()
    for number in numbers { store.update(key(number), initial: 0) { $0 += number } }
    #expect(contents(store) == Dictionary(uniqueKeysWithValues: (0..<1000).map { (key($0), $0) }))
    for number in numbers {
      if let position = store.position(of: key(number)) { store.remove(at: position) }
    }
    #expect(store.count == 0)
    #expect(store.position(above: nil) == nil)
  }

  @Test("The next above a prefix, whether or not it is there", arguments: [1, 7, 256, 257, 1000])
  func above(count: Int) {
    var store = RouteStore<IPv4RouteKey, Int>()
    for number in 0..<count { store.update(key(2 * number + 1), initial: number) { _ in } }
    for number in 0...(2 * count) {
      let next = store.position(above: key(number)).map { store[$0] }
      let expected = (number + 1) / 2
      #expect(next == (expected < count ? expected : nil))
    }
  }

  @Test("A hint saves the search, and a wrong one does no harm") func hints() throws {
    var store = RouteStore<IPv4RouteKey, Int>()
    for number in 0..<600 { store.update(key(number), initial: number) { _ in } }
    for hint in [0, 255, 256, 599] {
      let place = try #require(store.position(of: key(hint)))
      for number in [hint + 1, hint, 0, 300] {
        let found = store.position(of: key(number), after: place).map { store[$0] }
        #expect(found == (number < 600 ? number : nil))
      }
    }
  }

  @Test("Some or all are removed in one go", arguments: [1, 2, 3, 600])
  func removeAll(divisor: Int) {
    var store = RouteStore<IPv4RouteKey, Int>()
    for number in 0..<600 { store.update(key(number), initial: number) { _ in } }
    store.removeAll { _, number in
      number += 1
      return (number - 1) % divisor == 0
    }
    let expected = (0..<600).filter { $0 % divisor != 0 }.map { (key($0), $0 + 1) }
    #expect(contents(store) == Dictionary(uniqueKeysWithValues: expected))
    #expect(store.count == expected.count)
  }
}
