/// How long ago something was, as people read it: the two greatest units, `3m12s`.
public struct Age: CustomStringConvertible {
  /// Never negative: clocks that were set back show nothing older than now.
  let seconds: Int64

  /// The age at `now` of what began at `start`.
  public init(from start: Timestamp, to now: Timestamp) {
    seconds = max(0, now.seconds(since: start))
  }

  public var description: String {
    let units: [(name: String, length: Int64)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]
    for (greater, lesser) in zip(units, units.dropFirst()) where seconds >= greater.length {
      let rest = seconds % greater.length / lesser.length
      let head = "\(seconds / greater.length)\(greater.name)"
      return rest == 0 ? head : head + "\(rest)\(lesser.name)"
    }
    return "\(seconds)s"
  }
}
