import Lab

#if canImport(Glibc)
  import Glibc
#endif

/// The program under test.
enum Program {
  /// The path of `bellman`: the one built beside the tests, unless $BELLMAN names another.
  static let path: String = Environment.value("BELLMAN") ?? "\(folderOfTests)/bellman"

  /// The path of the program of `Examples/announce-prefix`, built beside the tests.
  static let announcePrefix = "\(folderOfTests)/announce-prefix"

  /// Why labs cannot be built here; nil when they can.
  static let obstacle: String? = {
    do {
      try Requirements.check()
    } catch {
      return "\(error)"
    }
    return access(path, X_OK) == 0 ? nil : "\(path) is missing; run `swift build` first"
  }()

  private static var folderOfTests: String {
    guard let program = try? ProgramPath.own(), let slash = program.lastIndex(of: "/") else {
      return "."
    }
    return String(program[..<slash])
  }
}
