/// What `bellman rebalance` prints: the load of each node, and what follows.
struct RebalanceView {
  let document: RebalanceDocument
  let now: Timestamp

  var blocks: [TextBlock] {
    var table = Table([.text("MEMBER"), .number("OWNS")])
    for (name, load) in document.loads.sorted(by: { $0.key < $1.key }) {
      table.append([
        StyledText(name, name == document.node ? .heading : .plain), StyledText(String(load)),
      ])
    }
    return [.lines([verdict]), .table(title: nil, table)]
  }

  private var verdict: StyledText {
    let own = document.loads[document.node] ?? 0
    let mean = Self.tenths(document.loads.values.reduce(0, +), per: document.loads.count)
    let load = "\(document.node) owns \(own) addresses, the mean is \(mean)"
    guard let until = document.until else {
      let share = Self.tenths(RebalanceDocument.threshold, per: 100)
      return StyledText("\(load): nothing is moved at up to \(share) times the mean")
    }
    return StyledText(
      "\(load): it gives away at most one each \(interval), for "
        + "at most \(Age(from: now, to: until))", .attention)
  }

  private var interval: String {
    let milliseconds = document.intervalMilliseconds
    return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
  }

  /// A quotient with one decimal, rounded down.
  private static func tenths(_ sum: Int, per count: Int) -> String {
    guard count > 0 else { return "0.0" }
    let tenths = sum * 10 / count
    return "\(tenths / 10).\(tenths % 10)"
  }
}
