import ArgumentParser

struct CompletionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completions",
    abstract: "Print a script that completes the commands and options in a shell.",
    discussion: """
      For bash:  source <(bellman completions bash)
      For zsh:   bellman completions zsh > "${fpath[1]}/_bellman"
      For fish:  bellman completions fish > ~/.config/fish/completions/bellman.fish

      Addresses, services and nodes are completed from what the speaker of this machine knows.
      """)

  /// The shells.
  enum Shell: String, CaseIterable, ExpressibleByArgument {
    case bash
    case zsh
    case fish

    var shell: CompletionShell {
      switch self {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    }
  }

  @Argument(help: "bash, zsh or fish.")
  var shell: Shell

  func run() throws {
    guard !Invocation.isPlugin else {
      throw CommandFailure(
        "the script completes 'bellman', not 'kubectl bellman'; call the program by that name",
        .usage)
    }
    print(Bellman.completionScript(for: shell.shell))
  }
}
