import Addresses
import BGP
import Fuzzer
import NIOCore

/// The first octet decides whether the neighbour is internal (bit 0), whether AS numbers take four
/// octets (bit 1), and whether an IPv4 prefix is announced (bit 2). The rest is a block of path
/// attributes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAttributes(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  var choices = Choices(data, size)
  let options = choices.next(UInt8.self)
  let block = choices.remainder()
  guard block.readableBytes < 60000 else { return 0 }
  let context = UpdateContext(isInternal: options & 1 != 0, fourOctetAS: options & 2 != 0)
  let update = Verdict(block, hasPrefix: options & 4 != 0, context)
  checkMonotony(of: update, with: block, hasPrefix: options & 4 != 0, context)
  guard let attributes = update.message?.attributes.pathAttributes else { return 0 }
  checkFixedPoint(of: attributes, context)
  checkAnnouncement(of: attributes, isInternal: context.isInternal)
  return 0
}

/// What becomes of an UPDATE.
struct Verdict {
  var message: UpdateMessage?
  var error: MessageError?

  init(_ attributes: ByteBuffer, hasPrefix: Bool, _ context: UpdateContext) {
    var body = ByteBuffer()
    body.writeInteger(UInt16(0))
    body.writeInteger(UInt16(truncatingIfNeeded: attributes.readableBytes))
    body.writeImmutableBuffer(attributes)
    if hasPrefix { body.writeBytes([24, 203, 0, 113]) }
    do throws(MessageError) {
      let update = try UpdateMessage(body: body, context: context)
      require(
        Array(update.announced).count == (hasPrefix ? 1 : 0), "the prefix is lost: \(update)")
      message = update
    } catch {
      // RFC 7606 §3: the prefixes are not to blame here.
      let reason = error.notification.reason
      require(reason.code == 3 && [1, 2, 9].contains(reason.subcode), "unexpected: \(error)")
      require(
        error.notification.data.count <= attributes.readableBytes, "data from outside: \(error)")
      self.error = error
    }
  }

  /// The greater the stronger.
  var severity: Int {
    guard let message else { return 3 }
    return message.fault.map { $0.handling == .treatAsWithdraw ? 2 : 1 } ?? 0
  }
}

/// One fault more makes nothing better (RFC 7606 §3): an ORIGIN of two octets comes first, and one that
/// followed counts as its repetition.
func checkMonotony(
  of verdict: Verdict, with block: ByteBuffer, hasPrefix: Bool, _ context: UpdateContext
) {
  var worse = ByteBuffer(bytes: [0x40, 1, 2, 0, 0])
  worse.writeImmutableBuffer(block)
  let after = Verdict(worse, hasPrefix: hasPrefix, context)
  require(
    after.severity == max(verdict.severity, 2),
    "a fault more makes \(verdict.severity) to \(after.severity)")
  require(after.error == verdict.error, "another error: \(String(describing: after.error))")
}

/// What was read reads the same after it was written again.
func checkFixedPoint(of attributes: PathAttributes, _ context: UpdateContext) {
  var block = ByteBuffer()
  attributes.write(into: &block, fourOctetAS: context.fourOctetAS)
  let again = Verdict(block, hasPrefix: false, context).message?.attributes.pathAttributes
  require(again == attributes, "\(attributes) reads \(String(describing: again)) after writing")
}

/// What we announce with these values is what a neighbour reads, whatever the session.
func checkAnnouncement(of attributes: PathAttributes, isInternal: Bool) {
  let route = RouteAttributes(
    origin: attributes.origin,
    prependCount: UInt8(truncatingIfNeeded: attributes.asPath.segments.count),
    multiExitDiscriminator: attributes.multiExitDiscriminator,
    localPreference: attributes.localPreference, communities: attributes.communities,
    largeCommunities: attributes.largeCommunities,
    extendedCommunities: attributes.extendedCommunities, nextHopIPv4: attributes.nextHop)
  for fourOctetAS in [true, false] {
    var table = AdjRIBOut()
    table.beginSession(
      SessionEncoding(
        localAS: 4_200_000_000, isInternal: isInternal, fourOctetAS: fourOctetAS,
        families: [.ipv4, .ipv6], nextHopIPv4: IPv4Address(192, 0, 2, 1),
        nextHopIPv6: IPv6Address(high: 0x2001_0DB8_0000_0000, low: 1)))
    let prefixes = ["203.0.113.0/24", "2001:db8:1::/48"].compactMap { IPPrefix($0) }
    let fits = prefixes.map { table.announce($0, route) }
    var buffer = ByteBuffer()
    let drained = table.drain(into: &buffer, limit: 65536)
    require(fits == [true, true] || drained.messages == 0, "what does not fit was written")
    guard fits == [true, true] else { continue }
    require(drained.messages == 2 && drained.announced == 2, "\(drained)")
    let context = UpdateContext(isInternal: isInternal, fourOctetAS: fourOctetAS)
    var framer = MessageFramer()
    framer.append(buffer)
    do throws(MessageError) {
      var seen: [IPPrefix] = []
      while let frame = try framer.next() {
        let update = try UpdateMessage(body: frame.body, context: context)
        require(
          update.fault == nil, "our own UPDATE has a fault: \(String(describing: update.fault))")
        guard let read = update.attributes.pathAttributes else { fatalError("no attributes") }
        require(
          read.origin == route.origin && read.communities == route.communities
            && read.largeCommunities == route.largeCommunities
            && read.extendedCommunities == route.extendedCommunities
            && read.multiExitDiscriminator == route.multiExitDiscriminator
            && read.localPreference == (isInternal ? route.localPreference ?? 100 : nil),
          "\(route) is read as \(read)")
        seen += Array(update.announced) + (update.reach.map { Array($0.prefixes) } ?? [])
      }
      require(seen == prefixes, "\(seen) in place of \(prefixes)")
    } catch {
      fatalError("our own UPDATE is malformed: \(error)")
    }
  }
}
