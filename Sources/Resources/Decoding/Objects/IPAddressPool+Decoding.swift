import Addresses

extension IPAddressPool {
  /// Reads `spec` of an IPAddressPool.
  static func decode(from object: inout FieldReader, metadata: ObjectMetadata) -> IPAddressPool? {
    object.ignore(["status"])
    guard var spec = object.required("spec", "a mapping with addresses")?.mapping() else {
      return nil
    }
    var pool = IPAddressPool(metadata: metadata, addresses: [])
    if let field = spec.required("addresses", "a list of CIDRs and ranges") {
      pool.addresses = Self.addresses(field)
    }
    pool.autoAssign = spec.field("autoAssign")?.boolean() ?? true
    pool.avoidBuggyIPs = spec.field("avoidBuggyIPs")?.boolean() ?? false
    if var allocation = spec.field("serviceAllocation")?.mapping() {
      _ = allocation.field("priority")?.integer(0...Int(Int32.max))
      _ = allocation.field("namespaces")?.strings("the name of a namespace")
      _ = LabelSelector.decodeList(allocation.field("namespaceSelectors"))
      _ = LabelSelector.decodeList(allocation.field("serviceSelectors"))
      allocation.finish(unknown: .error)
    }
    spec.finish(unknown: .error)
    return pool
  }

  private static func addresses(_ field: Field) -> [AddressRange] {
    let elements = field.list("a list of CIDRs and ranges")
    if case .sequence(let items) = field.value, items.isEmpty {
      field.fail("expected at least one CIDR or range")
    }
    var entries: [(range: AddressRange, field: Field)] = []
    for element in elements {
      guard let text = element.text(PoolEntry.expected) else { continue }
      switch PoolEntry.parse(text) {
      case .success(let entry):
        if let warning = entry.warning { element.warn(warning) }
        entries.append((entry.range, element))
      case .failure(let problem):
        element.fail(problem.message)
      }
    }
    reportOverlaps(entries)
    return entries.map(\.range)
  }

  /// Reports each entry that shares addresses with an earlier one of the same pool, by one sweep
  /// in the order of the addresses.
  private static func reportOverlaps(_ entries: [(range: AddressRange, field: Field)]) {
    let order = entries.indices.sorted { left, right in
      (entries[left].range.lower, left) < (entries[right].range.lower, right)
    }
    guard var widest = order.first else { return }
    for index in order.dropFirst() {
      if entries[index].range.overlaps(entries[widest].range) {
        let (earlier, later) = (min(index, widest), max(index, widest))
        entries[later].field.fail(
          "\(PoolEntry.text(entries[later].range)) overlaps with "
            + "\(PoolEntry.text(entries[earlier].range)) of this pool")
      }
      if entries[index].range.upper > entries[widest].range.upper { widest = index }
    }
  }
}

extension PoolSelection {
  /// Reads `ipAddressPools` and `ipAddressPoolSelectors` of an advertisement.
  static func decode(from spec: inout FieldReader) -> PoolSelection {
    PoolSelection(
      names: spec.field("ipAddressPools")?.strings("the name of an IPAddressPool")
        ?? [],
      selectors: LabelSelector.decodeList(spec.field("ipAddressPoolSelectors")))
  }
}
