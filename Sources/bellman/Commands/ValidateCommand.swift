import ArgumentParser
import Resources
import Speaker

struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check manifests without a speaker; every error is listed, not only the first.",
    discussion: "Exit status 0: no errors (warnings allowed); 2: errors.")

  @Argument(
    help: ArgumentHelp("Files or directories of manifests.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var files: [String]

  func run() throws {
    let loaded = ManifestFiles.load(paths: files)
    let validation = Resources.validate(files: loaded.files)
    let diagnostics = loaded.diagnostics + validation.diagnostics
    for diagnostic in diagnostics { print(diagnostic) }
    let errors = diagnostics.count { $0.severity == .error }
    let warnings = diagnostics.count { $0.severity == .warning }
    var counts = ResourceKind.allCases.compactMap { kind in
      validation.objectCounts[kind].map { "\($0) \(kind.rawValue)" }
    }
    if validation.otherObjects > 0 {
      counts.append("\(validation.otherObjects) of other kinds, which are passed over")
    }
    let objects = counts.isEmpty ? "no objects" : counts.joined(separator: ", ")
    print("\(quantity(loaded.files.count, "file")): \(objects)")
    print("\(quantity(errors, "error")), \(quantity(warnings, "warning"))")
    if errors > 0 { throw ExitStatus.found.exit }
  }

  private func quantity(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}
