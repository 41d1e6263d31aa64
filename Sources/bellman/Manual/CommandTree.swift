import FoundationEssentials

/// The commands and their options, as the argument parser describes them.
struct CommandTree: Decodable {
  let command: Command

  /// A command and those below it.
  struct Command: Decodable {
    let commandName: String
    let shouldDisplay: Bool?
    let abstract: String?
    let discussion: String?
    let subcommands: [Command]?
    let arguments: [Argument]?

    /// Those that people are told of, without `help`.
    var shownSubcommands: [Command] {
      (subcommands ?? []).filter { ($0.shouldDisplay ?? true) && $0.commandName != "help" }
    }

    var shownArguments: [Argument] { (arguments ?? []).filter(\.shouldDisplay) }
  }

  /// An argument, an option or a flag.
  struct Argument: Decodable {
    let kind: String
    let shouldDisplay: Bool
    let sectionTitle: String?
    let isOptional: Bool
    let isRepeating: Bool
    let names: [Name]?
    let valueName: String?
    let defaultValue: String?
    let abstract: String?

    struct Name: Decodable {
      let kind: String
      let name: String

      /// As people write it.
      var text: String { kind == "long" ? "--\(name)" : "-\(name)" }
    }

    /// Without the names of every command, such as `--help`.
    var isOwn: Bool {
      !(names ?? []).contains { $0.name == "help" || $0.name == "version" }
    }
  }

  /// Reads the dump of the argument parser.
  init(helpDump: String) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(helpDump.utf8))
  }
}
