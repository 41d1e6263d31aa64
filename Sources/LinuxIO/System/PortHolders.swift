public import Addresses
import Glibc

/// A socket that has a port: a listening one of TCP, or any of UDP.
public struct PortHolder: Hashable, Sendable {
  public var isTCP: Bool
  public var address: IPAddress
  public var port: UInt16
  /// The process that has it; nil where /proc does not show that to this process.
  public var pid: Int32?
  /// The name of the process.
  public var process: String?

  /// The sockets of the calling thread's network namespace that have one of `ports`, by transport,
  /// port and address.
  public static func find(ports: Set<UInt16>) throws(LinuxError) -> [PortHolder] {
    var found: [(holder: PortHolder, inode: String)] = []
    for (name, isTCP) in [("tcp", true), ("tcp6", true), ("udp", false), ("udp6", false)] {
      let path = "/proc/thread-self/net/\(name)"
      // A kernel without IPv6 has no table of it.
      if name.hasSuffix("6"), access(path, F_OK) != 0 { continue }
      let text = String(decoding: try BoundedFile.read(path, limit: 1 << 26).bytes, as: UTF8.self)
      for line in text.split(separator: "\n").dropFirst() {
        guard let entry = Self.entry(line, isTCP: isTCP), ports.contains(entry.holder.port) else {
          continue
        }
        found.append(entry)
      }
    }
    guard !found.isEmpty else { return [] }
    let owners = owners(of: Set(found.map(\.inode)))
    return found.map { holder, inode in
      var holder = holder
      holder.pid = owners[inode]
      holder.process = holder.pid.flatMap(Self.name)
      return holder
    }.sorted {
      ($0.isTCP ? 0 : 1, $0.port, $0.address) < ($1.isTCP ? 0 : 1, $1.port, $1.address)
    }
  }

  /// A line of /proc/net/tcp and its like (proc(5)); nil for a socket that is not waiting there.
  private static func entry(
    _ line: Substring, isTCP: Bool
  ) -> (holder: PortHolder, inode: String)? {
    let listening = "0A"
    let words = line.split(separator: " ")
    guard words.count > 9, !isTCP || words[3] == listening else { return nil }
    let parts = words[1].split(separator: ":")
    guard parts.count == 2, let port = UInt16(parts[1], radix: 16),
      let address = address(parts[0])
    else { return nil }
    let holder = PortHolder(isTCP: isTCP, address: address, port: port, pid: nil, process: nil)
    return (holder, String(words[9]))
  }

  /// Words of 32 bits, each in the byte order of the machine.
  private static func address(_ digits: Substring) -> IPAddress? {
    var words: [UInt32] = []
    var rest = digits
    while !rest.isEmpty {
      guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
      words.append(UInt32(bigEndian: word))
      rest = rest.dropFirst(8)
    }
    switch words.count {
    case 1: return .v4(IPv4Address(rawValue: words[0]))
    case 4:
      return .v6(
        IPv6Address(
          high: UInt64(words[0]) << 32 | UInt64(words[1]),
          low: UInt64(words[2]) << 32 | UInt64(words[3])))
    default: return nil
    }
  }

  private static func owners(of inodes: Set<String>) -> [String: Int32] {
    var owners: [String: Int32] = [:]
    for pid in names(in: "/proc").compactMap({ Int32($0) }).sorted() {
      for descriptor in names(in: "/proc/\(pid)/fd") {
        guard let target = target(of: "/proc/\(pid)/fd/\(descriptor)"),
          target.hasPrefix("socket:["), target.hasSuffix("]")
        else { continue }
        let inode = String(target.dropFirst(8).dropLast())
        if inodes.contains(inode), owners[inode] == nil { owners[inode] = pid }
      }
      if owners.count == inodes.count { break }
    }
    return owners
  }

  private static func name(of pid: Int32) -> String? {
    guard let (bytes, _) = try? BoundedFile.read("/proc/\(pid)/comm", limit: 64) else { return nil }
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }

  private static func names(in path: String) -> [String] {
    (try? DirectoryListing.names(in: path)) ?? []
  }

  private static func target(of path: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = bytes.withUnsafeMutableBytes { buffer in
      buffer.withMemoryRebound(to: CChar.self) { text in
        text.baseAddress.map { readlink(path, $0, text.count) } ?? -1
      }
    }
    return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
