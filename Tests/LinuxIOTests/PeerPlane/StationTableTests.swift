import Addresses
import Election
import NIOCore
import Testing

@testable import LinuxIO

@Suite("from which MAC addresses members are heard")
struct StationTableTests {
  private static let first = MACAddress(rawValue: 0x0000_5E00_530C)
  private static let second = MACAddress(rawValue: 0x0000_5E00_530D)
  private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

  /// What a new table says of these frames, one after the other: true for what is new.
  private static func news(
    _ frames: [(member: String, mac: MACAddress, interface: String, after: TimeAmount)]
  ) -> [Bool] {
    var table = StationTable()
    return frames.map { frame in
      table.note(
        MemberID(name: frame.member), from: frame.mac, on: frame.interface, at: start + frame.after)
    }
  }

  @Test func onlyWhatIsNewIsTold() {
    let news = Self.news([
      ("node-2", Self.first, "eth0", .zero), ("node-2", Self.first, "eth0", .seconds(9)),
      ("node-2", Self.first, "eth1", .zero), ("node-3", Self.first, "eth0", .zero),
    ])
    #expect(news == [true, false, true, true])
  }

  @Test func aSecondInterfaceOnTheSegmentIsFollowedOnceTheFirstIsSilent() {
    let news = Self.news([
      ("node-2", Self.first, "eth0", .zero), ("node-2", Self.second, "eth0", .milliseconds(1999)),
      ("node-2", Self.second, "eth0", .seconds(2)), ("node-2", Self.first, "eth0", .seconds(2)),
    ])
    #expect(news == [true, false, true, false])
  }
}
