import Speaker

/// The manual page in the language of man(7).
struct ManualPage {
  private let tree: CommandTree

  /// The page of these commands.
  init(_ tree: CommandTree) { self.tree = tree }

  /// The page, for `man -l -`.
  var text: String {
    var page = Page()
    page.raw(".TH BELLMAN 8 \"\" \"bellman \(speakerVersion)\" \"System Administration\"")
    page.section("NAME")
    page.paragraph("bellman - \(lowercased(tree.command.abstract ?? ""))")
    page.section("SYNOPSIS")
    for command in tree.command.shownSubcommands { page.synopsis(command) }
    page.section("DESCRIPTION")
    page.paragraph(
      "Bellman announces the addresses of Kubernetes Services of type LoadBalancer: by ARP and NDP on "
        + "the segment of the node that owns them, and by BGP. A speaker runs on each node; the other "
        + "commands ask speakers, or look at the objects that they act upon. Where no speaker runs on "
        + "this machine, they ask those of the cluster through its API server, and so does kubectl "
        + "bellman with a link named kubectl-bellman to the program.")
    page.section("COMMANDS")
    for command in tree.command.shownSubcommands { page.command(command) }
    page.section("EXIT STATUS")
    for status in ExitStatus.allCases { page.item("\(status.rawValue)", status.meaning) }
    page.section("ENVIRONMENT")
    for (name, meaning) in Self.environment { page.item(name, meaning) }
    page.section("FILES")
    page.item("\(StatusSocket.directory)/NODE.sock", "The status socket of the speaker of a node.")
    page.section("SEE ALSO")
    page.paragraph("The pages in the folder Documentation of the source code; kubectl(1), ip(8).")
    return page.text
  }

  private static let environment = [
    ("BELLMAN_NODE_NAME, METALLB_NODE_NAME, NODE_NAME", "The node, where --node says nothing."),
    ("BELLMAN_NAMESPACE, METALLB_NAMESPACE", "The namespace of the objects of metallb.io."),
    ("BELLMAN_LOAD_BALANCER_CLASS", "The class of Services to serve, where no flag says it."),
    ("BELLMAN_SERVICE_LABELS", "The labels of Services to serve, where no flag says it."),
    ("KUBECONFIG", "How to reach the API server."),
    ("NO_COLOR", "Set and not empty: no colours."),
  ]

  private func lowercased(_ text: String) -> String {
    let text = text.hasSuffix(".") ? String(text.dropLast()) : text
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}

/// Lines of man(7).
private struct Page {
  private(set) var text = ""

  mutating func raw(_ line: String) { text += line + "\n" }

  mutating func section(_ name: String) { raw(".SH \(name)") }

  mutating func paragraph(_ text: String) {
    raw(".PP")
    words(text)
  }

  /// Something, and what it means.
  mutating func item(_ name: String, _ meaning: String) {
    raw(".TP")
    raw(".B \(Self.escaped(name))")
    words(meaning)
  }

  mutating func synopsis(_ command: CommandTree.Command) {
    raw(".PP")
    raw(".B bellman \(Self.escaped(command.commandName))")
    var parts: [String] = []
    if command.shownArguments.contains(where: { $0.kind != "positional" && $0.isOwn }) {
      parts.append("[options]")
    }
    for argument in command.shownArguments where argument.kind == "positional" {
      let name = (argument.valueName ?? "argument") + (argument.isRepeating ? "..." : "")
      parts.append(argument.isOptional ? "[\(name)]" : "<\(name)>")
    }
    if !parts.isEmpty { words(parts.joined(separator: " ")) }
  }

  mutating func command(_ command: CommandTree.Command) {
    raw(".SS bellman \(Self.escaped(command.commandName))")
    words(command.abstract ?? "")
    for part in (command.discussion ?? "").split(separator: "\n\n") {
      // Lines that are examples stay lines.
      if part.contains("  ") {
        raw(".PP")
        raw(".nf")
        for line in part.split(separator: "\n") { raw(Self.line(String(line))) }
        raw(".fi")
      } else {
        paragraph(part.split(separator: "\n").joined(separator: " "))
      }
    }
    for argument in command.shownArguments where argument.isOwn {
      let value = argument.kind == "flag" ? "" : argument.valueName ?? "value"
      let names = (argument.names ?? []).map(\.text).joined(separator: ", ")
      let name =
        argument.kind == "positional" ? value : value.isEmpty ? names : "\(names) <\(value)>"
      let standard = argument.defaultValue.map { " (default: \($0))" } ?? ""
      item(name, (argument.abstract ?? "") + standard)
    }
  }

  private mutating func words(_ text: String) { raw(Self.line(text)) }

  /// A line that begins with a full stop or an apostrophe would be taken for a request.
  private static func line(_ text: String) -> String {
    let text = escaped(text)
    return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "\n": result += " "
      case "'": result += "\\(aq"
      case "`": result += "\\(ga"
      case "~": result += "\\(ti"
      case "^": result += "\\(ha"
      default: result.append(character)
      }
    }
    return result
  }
}
