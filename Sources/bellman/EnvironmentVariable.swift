import FoundationEssentials

/// What the environment says where a flag says nothing.
enum EnvironmentVariable {
  /// The value of the first of these variables that is set and not empty.
  static func first(_ names: String...) -> String? {
    let all = ProcessInfo.processInfo.environment
    return names.lazy.compactMap { all[$0] }.first { !$0.isEmpty }
  }
}
