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

  private let process: Process
  private let lines = Lines()
  private let output = Pipe()

  init(_ namespace: Namespace) throws {
    process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "stdbuf", "-oL", "ip", "-n", namespace.name, "-ts", "monitor", "neigh", "dev", "eth0",
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    output.fileHandleForReading.readabilityHandler = { [lines] handle in
      let data = handle.availableData
      lines.text.withLock { $0 += String(decoding: data, as: UTF8.self) }
    }
    try process.run()
  }

  /// Ends the program.
  func close() {
    process.terminate()
    process.waitUntilExit()
    output.fileHandleForReading.readabilityHandler = nil
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
