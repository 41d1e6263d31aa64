import Addresses
import BGP
import Fuzzer
import NIOCore

/// The first octet decides on extended messages (bit 0) and on the form of the rest: a stream, or
/// (bit 1) the type and the body of one message, which gets a good header. The second octet is the
/// size of the portions in which the stream arrives, less one.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMessages(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  var choices = Choices(data, size)
  let options = choices.next(UInt8.self)
  let portion = 1 + choices.next(below: 256)
  let stream = options & 2 == 0 ? choices.remainder() : message(of: &choices)
  let whole = Outcome(stream, portion: stream.readableBytes, extended: options & 1 != 0)
  let cut = Outcome(stream, portion: portion, extended: options & 1 != 0)
  require(cut == whole, "\(cut) in portions, and \(whole) at once")
  for frame in whole.frames { check(frame) }
  return 0
}

/// What comes of a stream: the messages, and the error that ended it.
struct Outcome: Equatable {
  var frames: [MessageFramer.Frame] = []
  var error: MessageError?

  init(_ stream: ByteBuffer, portion: Int, extended: Bool) {
    var framer = MessageFramer()
    framer.allowsExtendedMessages = extended
    var rest = stream
    do throws(MessageError) {
      while let bytes = rest.readSlice(length: min(portion, rest.readableBytes)),
        bytes.readableBytes > 0
      {
        framer.append(bytes)
        while let frame = try framer.next() { frames.append(frame) }
      }
    } catch {
      require(error.notification.reason.code == 1, "the framer finds \(error)")
      self.error = error
    }
  }
}

/// A message with a good header, of a type and a body that the input names.
func message(of choices: inout Choices) -> ByteBuffer {
  let type = choices.next(UInt8.self)
  let body = choices.remainder()
  var message = ByteBuffer(repeating: 0xFF, count: 16)
  message.writeInteger(UInt16(truncatingIfNeeded: 19 + body.readableBytes))
  message.writeInteger(type)
  message.writeImmutableBuffer(body)
  return message
}

/// What can be read reads the same after it was written again, and other bytes give an error of the
/// right code.
func check(_ frame: MessageFramer.Frame) {
  switch frame.type {
  case .open:
    check(frame, code: 2, OpenMessage.init(body:)) { $0.write(into: &$1) }
  case .notification:
    check(frame, code: 0, { NotificationMessage(body: $0) }) { $0.write(into: &$1) }
    require(
      !NotificationMessage(body: frame.body).description.unicodeScalars.contains {
        $0.properties.generalCategory == .control
      }, "a control character in the description")
  case .routeRefresh:
    check(frame, code: 7, RouteRefreshMessage.init(body:)) { $0.write(into: &$1) }
  case .keepalive:
    require(frame.body.readableBytes == 0, "a KEEPALIVE has a body")
  case .update:
    for context in [
      UpdateContext(isInternal: false, fourOctetAS: true),
      UpdateContext(isInternal: true, fourOctetAS: false),
    ] {
      check(frame.body, in: context)
    }
  }
}

func check<Message: Equatable>(
  _ frame: MessageFramer.Frame, code: UInt8,
  _ read: (ByteBuffer) throws(MessageError) -> Message,
  write: (Message, inout ByteBuffer) -> Void
) {
  do throws(MessageError) {
    let message = try read(frame.body)
    var encoded = ByteBuffer()
    write(message, &encoded)
    let outcome = Outcome(encoded, portion: encoded.readableBytes, extended: true)
    guard let body = outcome.frames.first?.body, outcome.frames.count == 1 else {
      fatalError("\(message) is written as no message: \(outcome)")
    }
    let again = try read(body)
    require(again == message, "\(message) reads \(again) after it was written")
  } catch {
    require(error.notification.reason.code == code, "\(error) in a \(frame.type)")
  }
}

func check(_ body: ByteBuffer, in context: UpdateContext) {
  do throws(MessageError) {
    let update = try UpdateMessage(body: body, context: context)
    for list in [
      update.withdrawn, update.announced, update.reach?.prefixes, update.unreach?.prefixes,
    ] {
      guard let list else { continue }
      require(Array(list).count == list.count, "not all of \(list.count) prefixes are there")
    }
    let isUsable = !update.isTreatedAsWithdraw && update.announcedCount > 0
    require(
      !isUsable || update.attributes.pathAttributes != nil, "a route without path attributes")
  } catch {
    require(error.notification.reason.code == 3, "\(error) in an UPDATE")
  }
}
