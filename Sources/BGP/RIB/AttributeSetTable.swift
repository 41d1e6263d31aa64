/// Stands for an attribute set in the route tables, so that a route costs four octets for it.
struct AttributeSetID: Hashable, Sendable {
  let rawValue: UInt32

  /// No route.
  static let none = AttributeSetID(rawValue: 0)
  /// Some attributes which are to be sent again whatever they were.
  static let stale = AttributeSetID(rawValue: .max)
}

/// Each attribute set in use once, with the number of its uses.
struct AttributeSetTable: Sendable {
  private struct Slot {
    var attributes: RouteAttributes?
    var uses: Int
  }

  private var identifiers: [RouteAttributes: AttributeSetID] = [:]
  /// The set with identifier n stands at index n - 1.
  private var slots: [Slot] = []
  private var free: [AttributeSetID] = []

  /// How many different sets are in use.
  var count: Int { identifiers.count }

  subscript(id: AttributeSetID) -> RouteAttributes? {
    let index = Int(id.rawValue) - 1
    return slots.indices.contains(index) ? slots[index].attributes : nil
  }

  /// The identifier of `attributes`; nil when no message has room for them. It is good until the
  /// last ``release(_:)``, so retain it.
  mutating func intern(_ attributes: RouteAttributes) -> AttributeSetID? {
    if let known = identifiers[attributes] { return known }
    guard attributes.fitsInMessage else { return nil }
    let slot = Slot(attributes: attributes, uses: 0)
    let id: AttributeSetID
    if let reused = free.popLast() {
      id = reused
      slots[Int(id.rawValue) - 1] = slot
    } else {
      slots.append(slot)
      id = AttributeSetID(rawValue: UInt32(slots.count))
    }
    identifiers[attributes] = id
    return id
  }

  mutating func retain(_ id: AttributeSetID, times: Int = 1) {
    guard id != .none, id != .stale else { return }
    slots[Int(id.rawValue) - 1].uses += times
  }

  mutating func release(_ id: AttributeSetID) {
    guard id != .none, id != .stale else { return }
    let index = Int(id.rawValue) - 1
    slots[index].uses -= 1
    guard slots[index].uses == 0, let attributes = slots[index].attributes else { return }
    identifiers[attributes] = nil
    slots[index].attributes = nil
    free.append(id)
  }
}
