import ArgumentParser
import Resources
import Speaker

struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check manifests without a speaker; every error is listed, not only the first.",
    discussion: "Exit status 0: no errors (warnings allowed); 1: errors.")

  @Argument(
    help: ArgumentHelp("Files or directories of manifests.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var files: [String]

  func run() throws {
    let loaded = ManifestFiles.load(paths: files)
    let diagnostics = loaded.diagnostics + Resources.validate(files: loaded.files)
    for diagnostic in diagnostics { print(diagnostic) }
    let errors = diagnostics.count { $0.severity == .error }
    let warnings = diagnostics.count { $0.severity == .warning }
    print("\(loaded.files.count) files: \(errors) errors, \(warnings) warnings")
    if errors > 0 { throw ExitCode(1) }
  }
}
