import Addresses
import NIOCore
import TestSupport
import Testing

@testable import LinuxIO

@Suite(
  "sockets of the peer plane", .ownThread, .serialized,
  .enabled(if: Requirements.areMet, "\(Requirements.reason)"))
struct PeerSocketTests {
  @Test("what a dead speaker's host refuses costs no packet to another speaker")
  func refusal() throws {
    let namespace = try Namespace("r")
    defer { namespace.remove() }
    let hosts = [
      IPAddress.v4(IPv4Address(127, 0, 0, 1)), IPAddress.v6(IPv6Address(high: 0, low: 1)),
    ]
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)
    defer { memory.deallocate() }
    for host in hosts {
      let (sender, receiver) = try namespace.run {
        (try PeerSocket(host.family, port: 7001), try PeerSocket(host.family, port: 7002))
      }
      for number in 1...3 as ClosedRange<UInt8> {
        let packet = ByteBuffer(bytes: [number])
        #expect(sender.send(packet, to: SocketName(host, port: 7003)) == 0)
        #expect(sender.send(packet, to: SocketName(host, port: 7002)) == 0)
        var count = 0
        _ = eventually {
          count = receiver.receive(into: memory, now: BootClock.now())?.count ?? 0
          return count > 0
        }
        #expect(count == 1)
        #expect(memory[0] == number)
        #expect(sender.nextRefusal() == host)
      }
    }
  }
}
