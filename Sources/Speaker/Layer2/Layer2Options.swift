import LinkLayer
import LinuxIO
import NIOCore

/// How a speaker announces by ARP and NDP.
public struct Layer2Options: Hashable, Sendable {
  /// What is done when a host that is not a speaker uses an address of ours (RFC 5227 §2.4).
  public enum ConflictPolicy: String, Hashable, Sendable, CaseIterable {
    /// Answer on, and announce the address again, at most once in 10 s.
    case defend
    /// Stop answering until the other host is gone.
    case yield
  }

  /// See ``ConflictPolicy``.
  public var conflictPolicy: ConflictPolicy
  /// Seconds from one unasked announcement of an address to the next, once the first ones are over; 0
  /// for none.
  public var refreshSeconds: Int

  /// Options with these values.
  public init(conflictPolicy: ConflictPolicy = .defend, refreshSeconds: Int = 60) {
    self.conflictPolicy = conflictPolicy
    self.refreshSeconds = refreshSeconds
  }

  /// What the announcer of each interface is told.
  var announcer: LinkAnnouncer.Configuration {
    LinkAnnouncer.Configuration(
      schedule: .init(refresh: refreshSeconds > 0 ? .seconds(Int64(refreshSeconds)) : nil),
      conflicts: .init(policy: conflictPolicy == .defend ? .defend : .yield))
  }
}
