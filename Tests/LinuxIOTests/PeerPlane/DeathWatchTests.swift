import Election
import LinuxIO
import NIOCore
import Testing

@Suite("who is held dead, and whether its host is too")
struct DeathWatchTests {
  private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
  private static let one = (id: MemberID(name: "node-1"), name: "node-1")
  private static let two = (id: MemberID(name: "node-2"), name: "node-2")

  private func at(_ milliseconds: Int64) -> NIODeadline { Self.start + .milliseconds(milliseconds) }

  @Test("a death is told at once, and that of the host when it has not answered for 1.5 s")
  func silentHost() {
    var watch = DeathWatch()
    #expect(watch.update(dead: [], now: at(0)).news == nil)
    let first = watch.update(dead: [Self.one], now: at(50))
    #expect(first.asked == [Self.one.id])
    #expect(first.news == .init(speakers: ["node-1"], hosts: []))
    #expect(watch.update(dead: [Self.one], now: at(100)).asked == [], "once in half a second")
    #expect(watch.update(dead: [Self.one], now: at(550)).asked == [Self.one.id])
    #expect(watch.update(dead: [Self.one], now: at(1549)).news == nil)
    #expect(
      watch.update(dead: [Self.one], now: at(1550)).news
        == .init(speakers: ["node-1"], hosts: ["node-1"]))
    #expect(watch.update(dead: [], now: at(5000)).news == .init(speakers: [], hosts: []))
    #expect(watch.update(dead: [], now: at(5050)).news == nil)
  }

  @Test("a host that answers lives, until it does no more")
  func answeringHost() {
    var watch = DeathWatch()
    _ = watch.update(dead: [Self.one, Self.two], now: at(0))
    for time in stride(from: Int64(500), through: 4000, by: 500) {
      watch.hostAnswered(Self.one.id, now: at(time))
      let news = watch.update(dead: [Self.one, Self.two], now: at(time)).news
      #expect(
        news
          == (time == 1500 ? .init(speakers: ["node-1", "node-2"], hosts: ["node-2"]) : nil))
    }
    #expect(
      watch.update(dead: [Self.one, Self.two], now: at(5500)).news
        == .init(speakers: ["node-1", "node-2"], hosts: ["node-1", "node-2"]))
  }

  @Test("who dies again is judged anew")
  func again() {
    var watch = DeathWatch()
    _ = watch.update(dead: [Self.one], now: at(0))
    _ = watch.update(dead: [Self.one], now: at(2000))
    _ = watch.update(dead: [], now: at(3000))
    #expect(
      watch.update(dead: [Self.one], now: at(4000)).news
        == .init(speakers: ["node-1"], hosts: []))
  }
}
