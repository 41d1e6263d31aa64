/// The program `nft`, which changes the packet filter of the kernel.
///
/// Its methods wait for the program: call them where waiting delays nobody.
public struct Nftables: Sendable {
  /// Why the program could not be run, or what it said.
  public typealias Failure = SystemProgram.Failure

  private let program: SystemProgram

  /// Finds the program; `outputLimit` octets of what it prints are read.
  public init(outputLimit: Int = 1 << 20) throws(Failure) {
    guard let program = SystemProgram("nft", outputLimit: outputLimit) else {
      throw Failure("the program nft is not installed; Debian has it in the package nftables")
    }
    self.program = program
  }

  /// Applies a script, wholly or not at all.
  public func apply(_ script: String) throws(Failure) {
    _ = try program.run(["-f", "-"], input: script)
  }

  /// What `nft` prints for these arguments.
  public func output(_ arguments: [String]) throws(Failure) -> String {
    try program.run(arguments)
  }
}
