import Addresses
import Foundation
import Synchronization

/// Follows the neighbour table of a namespace by `ip monitor`, with the kernel's notices and the time at
/// which each came.
final class NeighborMonitor: Sendable {
  struct Change {
    let time: Double
    let address: IPAddress
    let mac: MACAddress?
  }

  private final class Lines: Sendable {
    let text = Mutex("")
  }

  private let program: ChildProgram
  private let lines = Lines()

  init(_ namespace: Namespace) throws {
    let program = try ChildProgram(
      "stdbuf -oL ip -n \(namespace.name) -ts monitor neigh dev eth0")
    self.program = program
    Thread.detachNewThread { [lines] in
      while true {
        let more = program.read()
        if more.isEmpty { return }
        lines.text.withLock { $0 += String(decoding: more, as: UTF8.self) }
      }
    }
  }

  /// Ends the program.
  func close() {
    program.end()
    _ = program.wait()
  }

  /// What changed so far; times are seconds since 1970.
  var changes: [Change] {
    lines.text.withLock { $0 }.split(separator: "\n").compactMap { line in
      // [2026-11-21T10:00:00.123456] 192.0.2.10 dev eth0 lladdr 02:... STALE
      let words = line.split(separator: " ").map(String.init)
      guard words.count > 2, let time = Self.time(words[0]),
        let address = words.lazy.compactMap({ IPAddress($0) }).first
      else { return nil }
      let mac = words.firstIndex(of: "lladdr").map { $0 + 1 }.flatMap { index in
        words.indices.contains(index) ? MACAddress(words[index]) : nil
      }
      return Change(time: time, address: address, mac: mac)
    }
  }

  private static func time(_ stamp: String) -> Double? {
    let stamp = stamp.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
    let parts = stamp.split(separator: ".")
    guard parts.count == 2, let fraction = Double("0." + parts[1]) else { return nil }
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "yyyy-MM-dd'T'HH:mm:ss"
    return format.date(from: String(parts[0])).map { $0.timeIntervalSince1970 + fraction }
  }
}
