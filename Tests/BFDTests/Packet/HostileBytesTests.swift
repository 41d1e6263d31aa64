import Addresses
import NIOCore
import TestSupport
import Testing

@testable import BFD

@Suite("Hostile bytes") struct HostileBytesTests {
  private static let authenticated = Session.Configuration.example {
    $0.authentication = Authentication(kind: .keyedSHA1, keyID: 1, key: Array("secret".utf8))
  }

  /// Shows a datagram to the parsers and to sessions that are up; how many reactions came of it.
  private func show(_ datagram: ByteBuffer, to drivers: inout [Driver]) -> Int {
    var accepted = 0
    _ = try? AuthenticationSection(parsing: datagram.readableBytesSpan)
    guard let packet = try? ControlPacket(datagram) else { return 0 }
    #expect(packet.myDiscriminator != 0 && packet.detectMultiplier > 0)
    for index in drivers.indices {
      if (try? drivers[index].hear(packet, in: datagram)) != nil { accepted += 1 }
      drivers[index].pass(.milliseconds(5))
      let isTimed = drivers[index].session.nextDeadline != nil
      #expect(isTimed, "a session that is active always waits for something")
    }
    return accepted
  }

  @Test("random datagrams never trap", arguments: 0..<50) func noise(seed: Int) throws {
    var random = SeededGenerator(seed)
    var drivers = [Driver(), Driver(Self.authenticated)]
    for _ in 0..<200 {
      var datagram = ByteBuffer()
      for _ in 0..<Int.random(in: 0...80, using: &random) {
        datagram.writeInteger(UInt8.random(in: 0...255, using: &random))
      }
      // Random bytes rarely get far: give them a good beginning.
      if datagram.readableBytes > 4, Bool.random(using: &random) {
        datagram.setInteger(UInt8(0x20), at: 0)
        datagram.setInteger(UInt8(min(datagram.readableBytes, 255)), at: 3)
      }
      _ = show(datagram, to: &drivers)
    }
    #expect(drivers[1].session.statistics.received == 0, "nobody guesses a digest")
  }

  @Test("changed valid packets never trap, and some are accepted", arguments: 0..<50)
  func mutations(seed: Int) throws {
    var random = SeededGenerator(seed)
    var drivers = [try Driver(in: .up)]
    var accepted = 0
    for _ in 0..<200 {
      var packet = drivers[0].peer
      packet.state = Session.State.allCases.randomElement(using: &random) ?? .up
      packet.desiredMinTxInterval = .random(in: 0 ... .max, using: &random)
      packet.requiredMinRxInterval = .random(in: 0 ... .max, using: &random)
      packet.detectMultiplier = .random(in: 1...255, using: &random)
      var datagram = packet.bytes
      let bit = Int.random(in: 0..<datagram.readableBytes * 8, using: &random)
      let octet: UInt8 = datagram.getInteger(at: bit / 8) ?? 0
      datagram.setInteger(octet ^ 1 << UInt8(bit % 8), at: bit / 8)
      accepted += show(datagram, to: &drivers)
    }
    #expect(accepted > 20)
    #expect(accepted < 200)
  }
}
