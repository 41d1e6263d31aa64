import ArgumentParser

struct ManCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "man",
    abstract: "Print the manual page, for man.",
    discussion: """
      To read it:     bellman man | man -l -
      To install it:  bellman man > /usr/local/share/man/man8/bellman.8
      """)

  func run() throws {
    print(ManualPage(try CommandTree(helpDump: Bellman._dumpHelp())).text, terminator: "")
  }
}
