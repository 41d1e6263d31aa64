import LinkLayer

/// Runs a program of the packet filter as the kernel does: the octets of the frame that are taken.
struct FilterMachine {
  let program: [FilterInstruction]

  struct Invalid: Error {}

  func run(on frame: [UInt8]) throws -> UInt32 {
    var accumulator: UInt32 = 0
    var position = 0
    while program.indices.contains(position) {
      let instruction = program[position]
      position += 1
      let operand = instruction.operand
      switch instruction.code {
      case 0x30, 0x28, 0x20:
        let count = [0x30: 1, 0x28: 2, 0x20: 4][instruction.code] ?? 0
        guard Int(operand) + count <= frame.count else { return 0 }
        accumulator = frame[Int(operand)..<Int(operand) + count].reduce(0) { $0 << 8 | UInt32($1) }
      case 0x05: position += Int(operand)
      case 0x15: position += jump(instruction, accumulator == operand)
      case 0x25: position += jump(instruction, accumulator > operand)
      case 0x35: position += jump(instruction, accumulator >= operand)
      case 0x06: return operand
      default: throw Invalid()
      }
    }
    // A program that runs out of its end is refused by the kernel.
    throw Invalid()
  }

  private func jump(_ instruction: FilterInstruction, _ holds: Bool) -> Int {
    Int(holds ? instruction.jumpTrue : instruction.jumpFalse)
  }
}
