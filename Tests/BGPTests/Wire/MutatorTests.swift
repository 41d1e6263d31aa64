import Addresses
import NIOCore
import Testing

@testable import BGP

@Suite("Mutated corpus") struct MutatorTests {
  /// The body of a message, by way of the framer.
  private func body(_ write: (inout ByteBuffer) -> Void) -> ByteBuffer? {
    var encoded = ByteBuffer()
    write(&encoded)
    var framer = MessageFramer()
    framer.append(encoded)
    return try? framer.next()?.body
  }

  @Test("What can be read reads the same after it was written again", arguments: 0..<100)
  func fixedPoint(seed: Int) throws {
    var mutator = Mutator(seed: seed, corpus: HostileBytesTests.seeds)
    for _ in 0..<100 {
      var framer = MessageFramer()
      framer.append(mutator.next())
      guard let frame = try? framer.next() else { continue }
      switch frame.type {
      case .open:
        guard let open = try? OpenMessage(body: frame.body) else { continue }
        let again = try OpenMessage(body: #require(body { open.write(into: &$0) }))
        #expect(again == open)
      case .notification:
        let notification = NotificationMessage(body: frame.body)
        let again = NotificationMessage(body: try #require(body { notification.write(into: &$0) }))
        #expect(again == notification)
      case .routeRefresh:
        guard let refresh = try? RouteRefreshMessage(body: frame.body) else { continue }
        #expect(
          try RouteRefreshMessage(body: #require(body { refresh.write(into: &$0) })) == refresh)
      case .update:
        try checkUpdate(frame.body)
      case .keepalive:
        #expect(frame.body.readableBytes == 0)
      }
    }
  }

  private func checkUpdate(_ body: ByteBuffer) throws {
    for fourOctetAS in [true, false] {
      let context = UpdateContext(isInternal: true, fourOctetAS: fourOctetAS)
      guard let update = try? UpdateMessage(body: body, context: context), update.fault == nil,
        let attributes = update.attributes.pathAttributes
      else { continue }
      var block = ByteBuffer()
      attributes.write(into: &block, fourOctetAS: fourOctetAS)
      let again = try UpdateMessage(
        body: updateBody(attributes: hex(block)), context: context)
      #expect(again.attributes.pathAttributes == attributes)
    }
  }

  @Test("Whatever comes on whichever connection, the machine stays legal", arguments: 0..<60)
  func machine(seed: Int) {
    var mutator = Mutator(seed: seed, corpus: HostileBytesTests.seeds)
    var configuration = PeerConfiguration.example
    configuration.extendedMessages = true
    configuration.gracefulRestart = GracefulRestart()
    configuration.updateErrorPolicy = seed.isMultiple(of: 2) ? .rfc : .tolerant
    for state in [SessionState.openSent, .openConfirm, .established] {
      for _ in 0..<10 {
        var driver = PeerDriver(configuration, seed: UInt64(seed))
        driver.reach(state, open: .capableOpen)
        driver.advance(.seconds(20))
        driver.receive(message(4))
        driver.clear()
        let accepted = driver.accept()
        for id in [driver.id, accepted, driver.id] {
          driver.handle(.received(id, mutator.next()))
          let session = driver.peer.session
          #expect(session.connections.count <= 2)
          #expect(driver.peer.nextDeadline != nil)
          // Who is closed is not held, and nothing is sent on it afterwards.
          #expect(session.connections.allSatisfy { !driver.closed.contains($0.id) })
        }
        for id in Set(driver.closed) {
          #expect(driver.closed.filter { $0 == id }.count == 1)
          #expect(driver.types(on: id).dropLast().allSatisfy { $0 != .notification })
        }
        driver.handle(.stop(.shutdown("")))
        #expect(driver.peer.nextDeadline == nil)
      }
    }
  }
}
