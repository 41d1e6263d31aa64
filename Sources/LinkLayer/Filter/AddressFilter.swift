import Addresses

/// The kernel's filter of an announcer: what asks for one of its addresses, what is said in their
/// name, and what other speakers say (``SpeakerFrame``). All other frames do not wake it.
///
/// Addresses are told apart by at most ``rangeLimit`` ranges for each family, so that the filter stays
/// short; where addresses are more scattered than that, the smallest gaps between them pass too. Of an
/// IPv6 address the last 32 bits are looked at. So what passes has to be looked at again; what does not
/// pass concerns no owned address.
public enum AddressFilter {
  /// The ranges of addresses for each family.
  public static let rangeLimit = 32

  /// The filter for frames that begin with an Ethernet header without a tag, as the kernel has them.
  public static func program(for owned: OwnedAddresses) -> [FilterInstruction] {
    let v4 = Ranges(owned.v4Addresses.map(\.rawValue)).ranges
    let v6 = Ranges(owned.v6Addresses.map { UInt32(truncatingIfNeeded: $0.low) }).ranges
    // Sender and target of ARP.
    let arp = block([28, 38], v4)
    // Neighbor Solicitation and Advertisement: target and source.
    let ndp =
      [
        .load8(20), .ifEqual(58, skip: 1, else: 0), .reject,
        .load8(54), .ifEqual(135, skip: 2, else: 0), .ifEqual(136, skip: 1, else: 0), .reject,
      ] + block([74, 34], v6)
    return [
      .load16(12), .ifEqual(UInt32(SpeakerFrame.etherType.rawValue), skip: 0, else: 1), .accept,
      .ifEqual(0x0806, skip: 0, else: 1), .jump(ndp.count + 2),
      .ifEqual(0x86DD, skip: 1, else: 0), .reject,
    ] + ndp + arp
  }

  /// Takes a frame with one of the values at one of the offsets.
  private static func block(_ offsets: [UInt32], _ ranges: [ClosedRange<UInt32>])
    -> [FilterInstruction]
  {
    guard !ranges.isEmpty else { return [.reject] }
    var result: [FilterInstruction] = []
    for offset in offsets {
      result.append(.load32(offset))
      for range in ranges {
        if range.count == 1 {
          result += [.ifEqual(range.lowerBound, skip: 0, else: 1), .accept]
        } else {
          result += [
            .ifAtLeast(range.lowerBound, skip: 0, else: 2),
            .ifGreater(range.upperBound, skip: 1, else: 0), .accept,
          ]
        }
      }
    }
    return result + [.reject]
  }

  /// The ranges that hold all values, and as little else as possible.
  struct Ranges {
    let ranges: [ClosedRange<UInt32>]

    init(_ values: some Sequence<UInt32>) {
      let sorted = Set(values).sorted()
      guard let first = sorted.first, let last = sorted.last else {
        ranges = []
        return
      }
      // The widest gaps stay open; each is known by the index of the value after it.
      var gaps: [(width: UInt32, index: Int)] = []
      for index in 1..<sorted.count {
        let width = sorted[index] - sorted[index - 1]
        if width > 1 { gaps.append((width, index)) }
      }
      gaps.sort { $0.width == $1.width ? $0.index < $1.index : $0.width > $1.width }
      let open = gaps.prefix(rangeLimit - 1).map(\.index).sorted()
      let starts = [first] + open.map { sorted[$0] }
      let ends = open.map { sorted[$0 - 1] } + [last]
      ranges = zip(starts, ends).map { $0...$1 }
    }
  }
}
