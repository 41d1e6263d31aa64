import Addresses
import NIOCore
import TestSupport
import Testing

@testable import BGP

@Suite("Hostile bytes") struct HostileBytesTests {
  /// What comes of a stream: the messages, and the error that ended it.
  private struct Outcome: Hashable {
    var frames: [MessageFramer.Frame] = []
    var error: MessageError?
  }

  /// Valid messages of every kind, as a start for mutations.
  static let seeds: [ByteBuffer] = [
    .exampleOpen, .capableOpen, message(4), updateMessage(), message(5, "0001 00 01"),
    message(3, "0602 03616263"),
    message(1, "04 fc01 00b4 c0000202 ff  ff 000d  02 000a  01 04 0001 00 01  80 00  46 00"),
    updateMessage(
      withdrawn: "20 c6336401 10 c633",
      attributes: """
        40 01 01 00 40 02 0c 02 01 0000fc01 01 01 00000007 40 03 04 c0000202
        80 04 04 0000000a 40 05 04 00000064 40 06 00 c0 07 08 0000fc01c0000202
        c0 08 08 fc000064 ffffff01 80 09 04 01020304 80 0a 04 01020304
        c0 10 08 4004fc0000000000 c0 11 06 02 01 0000fc01 c0 12 08 0000fc01c0000202
        c0 20 0c 0000fc00 00000001 00000002 c0 23 04 0000fc01 d0 63 0001 00
        """, nlri: "18 cb0071 20 cb007105"),
    updateMessage(
      attributes: """
        90 0f 0008 0002 01 20 20010db8
        80 0e 2b 0002 01 10 20010db8000000000000000000000002 00 20 20010db8
        80 20010db8000000000000000000000005 40 01 01 00 40 02 06 02 01 0000fc01
        """),
  ]

  private func outcome(_ stream: ByteBuffer, portion: (Int) -> Int) -> Outcome {
    var outcome = Outcome()
    var framer = MessageFramer()
    var rest = stream
    do throws(MessageError) {
      while rest.readableBytes > 0 {
        let size = min(max(1, portion(rest.readableBytes)), rest.readableBytes)
        guard let bytes = rest.readSlice(length: size) else { break }
        framer.append(bytes)
        while let frame = try framer.next() { outcome.frames.append(frame) }
      }
    } catch {
      outcome.error = error
    }
    return outcome
  }

  /// Decodes a body as every kind of message, and goes through all that comes of it.
  private func decodeAll(_ body: ByteBuffer) {
    for context in [
      UpdateContext(isInternal: false, fourOctetAS: true),
      UpdateContext(isInternal: true, fourOctetAS: false),
    ] {
      if let update = try? UpdateMessage(body: body, context: context) {
        let attributes = update.attributes.pathAttributes
        let mustHaveAttributes = update.announcedCount > 0 && !update.isTreatedAsWithdraw
        #expect(!mustHaveAttributes || attributes != nil)
        #expect(Array(update.announced).count == update.announced.count)
        #expect(Array(update.withdrawn).count == update.withdrawn.count)
        #expect(update.reach.map { Array($0.prefixes).count == $0.prefixes.count } ?? true)
        #expect(update.unreach.map { Array($0.prefixes).count == $0.prefixes.count } ?? true)
      }
    }
    if let open = try? OpenMessage(body: body) {
      #expect(open.capabilities.count <= body.readableBytes / 2)
    }
    if let refresh = try? RouteRefreshMessage(body: body) {
      #expect(body.readableBytes == 4 || !(1...2).contains(refresh.subtype))
    }
    #expect(NotificationMessage(body: body).description.count < 20000)
  }

  @Test("Random bytes give messages or an error", arguments: 0..<100) func noise(seed: Int) {
    var random = SeededGenerator(seed)
    var stream = ByteBuffer()
    if Bool.random(using: &random) { stream = buffer(marker) }
    for _ in 0..<Int.random(in: 0...400, using: &random) {
      stream.writeInteger(UInt8.random(in: 0 ... .max, using: &random))
    }
    let whole = outcome(stream, portion: { $0 })
    #expect(whole.error != nil || stream.readableBytes < 4096)
    #expect(outcome(stream, portion: { _ in 1 }) == whole)
    decodeAll(stream)
  }

  @Test("Mutated messages give messages or an error, however they are cut", arguments: 0..<200)
  func mutations(seed: Int) {
    var random = SeededGenerator(seed)
    for base in Self.seeds {
      var stream = ByteBuffer()
      for _ in 0..<3 { stream.writeImmutableBuffer(base) }
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: 0..<stream.readableBytes, using: &random)
        let old = stream.getInteger(at: index, as: UInt8.self) ?? 0
        let choices = [UInt8(0), 1, 255, old ^ 0x80, old &+ 1, old &- 1]
        let value = choices[.random(in: 0..<choices.count, using: &random)]
        stream.setInteger(value, at: index)
      }
      let whole = outcome(stream, portion: { $0 })
      let cut = outcome(stream) { .random(in: 1...$0, using: &random) }
      #expect(cut == whole)
      for frame in whole.frames { decodeAll(frame.body) }
    }
  }

  @Test("The seeds are good messages") func seedsAreGood() throws {
    for seed in Self.seeds {
      let result = outcome(seed, portion: { $0 })
      #expect(result.error == nil)
      let frame = try #require(result.frames.first)
      #expect(result.frames.count == 1)
      switch frame.type {
      case .open: #expect(throws: Never.self) { try OpenMessage(body: frame.body) }
      case .update:
        let context = UpdateContext(isInternal: false, fourOctetAS: true)
        let update = try UpdateMessage(body: frame.body, context: context)
        #expect(!update.isTreatedAsWithdraw)
      case .routeRefresh: #expect(throws: Never.self) { try RouteRefreshMessage(body: frame.body) }
      case .keepalive, .notification: break
      }
    }
  }

  @Test("Every cut of every body is decoded without a trap") func truncation() throws {
    for seed in Self.seeds {
      let body = try #require(seed.getSlice(at: 19, length: seed.readableBytes - 19))
      for length in 0...body.readableBytes {
        decodeAll(try #require(body.getSlice(at: body.readerIndex, length: length)))
      }
    }
  }

  @Test("A machine in each state survives what is mutated", arguments: 0..<60)
  func machine(seed: Int) {
    var random = SeededGenerator(seed)
    for state in [SessionState.openSent, .openConfirm, .established] {
      for base in Self.seeds {
        var input = base
        let index = Int.random(in: 16..<base.readableBytes, using: &random)
        input.setInteger(UInt8.random(in: 0 ... .max, using: &random), at: index)
        var driver = PeerDriver(seed: UInt64(seed))
        driver.reach(state)
        driver.receive(input)
        // It goes on, or it says why not; it never dials before a back-off.
        if driver.peer.state == .idle {
          #expect(driver.closed == [driver.id])
          #expect(driver.peer.nextDeadline.map { $0 > driver.now } == true)
          #expect(driver.peer.statistics.lastError != nil)
        }
      }
    }
  }
}
