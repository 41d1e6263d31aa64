/// Ends the program as a trap does when `condition` does not hold: libFuzzer keeps the input.
public func require(
  _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String,
  file: StaticString = #fileID, line: UInt = #line
) {
  guard !condition() else { return }
  fatalError(message(), file: file, line: line)
}
