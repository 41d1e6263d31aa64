import Addresses

/// Who else uses an address, a row for each MAC address and interface.
struct ConflictTable {
  let conflicts: [ConflictStatus]

  var table: Table {
    var table = Table([
      .whole("MAC"), .whole("INTERFACE"), .number("CLAIMS"), .number("PROBES"),
      .number("DEFENCES"), .whole("FIRST SEEN"), .whole("LAST SEEN"), .text("STATE"),
    ])
    for conflict in conflicts {
      table.append([
        StyledText(conflict.mac.description), StyledText(conflict.interface),
        StyledText(String(conflict.claims)), StyledText(String(conflict.probes)),
        StyledText(String(conflict.defences)), StyledText(conflict.firstSeen.description),
        StyledText(conflict.lastSeen.description), state(of: conflict),
      ])
    }
    return table
  }

  private func state(of conflict: ConflictStatus) -> StyledText {
    if conflict.yielded { return StyledText("this node gave way", .bad) }
    if conflict.claims > 0 { return StyledText("says that it has the address", .bad) }
    return StyledText("asked for the address", .attention)
  }
}
