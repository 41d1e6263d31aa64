public import Addresses

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
  ///
  /// - Parameter neighbors: others whose own words are wanted too, such as those of a gateway.
  public static func program(
    for owned: OwnedAddresses, hearing neighbors: Set<IPAddress> = []
  ) -> [FilterInstruction] {
    var heardV4: [UInt32] = []
    var v6Values = owned.v6Addresses.map { UInt32(truncatingIfNeeded: $0.low) }
    for neighbor in neighbors {
      switch neighbor {
      case .v4(let address): heardV4.append(address.rawValue)
      case .v6(let address): v6Values.append(UInt32(truncatingIfNeeded: address.low))
      }
    }
    let ownedV4 = owned.v4Addresses.map(\.rawValue)
    let v6 = Ranges(v6Values).ranges
    // Sender and target of ARP. Who else asks for a gateway is no matter, and would come often.
    let arp = block([(28, Ranges(ownedV4 + heardV4).ranges), (38, Ranges(ownedV4).ranges)])
    // Neighbor Solicitation and Advertisement: target and source.
    let ndp =
      [
        .load8(20), .ifEqual(58, skip: 1, else: 0), .reject,
        .load8(54), .ifEqual(135, skip: 2, else: 0), .ifEqual(136, skip: 1, else: 0), .reject,
      ] + block([(74, v6), (34, v6)])
    return [
      .load16(12), .ifEqual(UInt32(SpeakerFrame.etherType.rawValue), skip: 0, else: 1), .accept,
      .ifEqual(0x0806, skip: 0, else: 1), .jump(ndp.count + 2),
      .ifEqual(0x86DD, skip: 1, else: 0), .reject,
    ] + ndp + arp
  }

  /// Takes a frame that has, at one of the offsets, one of the values that belong to it.
  private static func block(
    _ fields: [(offset: UInt32, ranges: [ClosedRange<UInt32>])]
  ) -> [FilterInstruction] {
    var result: [FilterInstruction] = []
    for (offset, ranges) in fields where !ranges.isEmpty {
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
