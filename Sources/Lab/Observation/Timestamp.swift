#if canImport(Glibc)
  import Glibc
#endif

/// Reads the times that other programs print. The lab runs them all in UTC.
public enum Timestamp {
  /// The present time in seconds of the epoch.
  public static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The seconds of the epoch of `2026-01-05T08:00:00.123456` or the same with a blank; nil for
  /// other texts.
  public static func seconds(_ text: some StringProtocol) -> Double? {
    let numbers = text.split(whereSeparator: { !$0.isNumber }).map { String($0) }
    guard numbers.count >= 6, let year = Int32(numbers[0]), let month = Int32(numbers[1]),
      let day = Int32(numbers[2]), let hour = Int32(numbers[3]), let minute = Int32(numbers[4]),
      let second = Int32(numbers[5]), (1900...9999).contains(year)
    else { return nil }
    var parts = tm()
    parts.tm_year = year - 1900
    parts.tm_mon = month - 1
    parts.tm_mday = day
    parts.tm_hour = hour
    parts.tm_min = minute
    parts.tm_sec = second
    let fraction = numbers.count > 6 ? Double("0." + numbers[6]) ?? 0 : 0
    return Double(timegm(&parts)) + fraction
  }
}
