import CLinux

/// What the allocator does with memory that is free again.
public enum FreedMemory {
  /// Has it returned to the kernel from 64 KiB on (mallopt(3), M_TRIM_THRESHOLD). By itself the allocator
  /// raises its threshold with the first large block that is freed, and keeps for good what decoding a long
  /// list once took.
  public static func returnEarly() { _ = clinux_set_trim_threshold(64 << 10) }
}
