/// An instruction of the classic BSD packet filter, in the form of Linux's `struct sock_filter`.
public struct FilterInstruction: Hashable, Sendable {
  /// What is done: class, size, mode and operation.
  public let code: UInt16
  /// How many instructions are skipped when the condition holds.
  public let jumpTrue: UInt8
  /// How many instructions are skipped when it does not.
  public let jumpFalse: UInt8
  /// The operand.
  public let operand: UInt32

  private init(_ code: UInt16, _ operand: UInt32, _ jumpTrue: UInt8 = 0, _ jumpFalse: UInt8 = 0) {
    self.code = code
    self.operand = operand
    self.jumpTrue = jumpTrue
    self.jumpFalse = jumpFalse
  }

  /// Loads 8 bits at an offset of the frame. A load beyond the end rejects the frame.
  static func load8(_ offset: UInt32) -> Self { Self(0x30, offset) }
  /// Loads 16 bits at an offset of the frame.
  static func load16(_ offset: UInt32) -> Self { Self(0x28, offset) }
  /// Loads 32 bits at an offset of the frame.
  static func load32(_ offset: UInt32) -> Self { Self(0x20, offset) }
  /// Skips instructions.
  static func jump(_ distance: Int) -> Self { Self(0x05, UInt32(distance)) }
  /// Compares with what was loaded.
  static func ifEqual(_ value: UInt32, skip jumpTrue: UInt8, else jumpFalse: UInt8) -> Self {
    Self(0x15, value, jumpTrue, jumpFalse)
  }
  /// Compares with what was loaded, unsigned.
  static func ifGreater(_ value: UInt32, skip jumpTrue: UInt8, else jumpFalse: UInt8) -> Self {
    Self(0x25, value, jumpTrue, jumpFalse)
  }
  /// Compares with what was loaded, unsigned.
  static func ifAtLeast(_ value: UInt32, skip jumpTrue: UInt8, else jumpFalse: UInt8) -> Self {
    Self(0x35, value, jumpTrue, jumpFalse)
  }
  /// Takes the whole frame.
  static let accept = Self(0x06, 0x4_0000)
  /// Takes nothing of the frame.
  static let reject = Self(0x06, 0)
}
