import ArgumentParser
import Resources

/// What may have been meant by a command line that was refused.
enum UsageHint {
  /// A line to add to the message about it; nil where the message says all.
  static func about(_ message: String, arguments: some Collection<String>) -> String? {
    guard message.hasPrefix("Error:") else { return nil }
    if message.contains("<time>'"), message.contains("is invalid") {
      return "A time has a unit, such as 500ms, 10s, 5m or 1h."
    }
    let names = Bellman.configuration.subcommands.filter { $0.configuration.shouldDisplay }
      .compactMap { $0.configuration.commandName }
    guard let word = arguments.first, !word.hasPrefix("-"), !names.contains(word) else {
      return nil
    }
    return NearestName.of(word, in: names).map { "Did you mean '\(Invocation.name) \($0)'?" }
  }
}
