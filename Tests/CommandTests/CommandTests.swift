import Foundation
import Lab
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The program as people call it, without a network: its speaker runs in the process of the tests.
@Suite(.serialized, .ownThread) struct CommandTests {}

/// The program under test.
enum Program {
  /// The path of `bellman`, built beside the tests.
  static let path: String = {
    guard let own = try? ProgramPath.own(), let slash = own.lastIndex(of: "/") else {
      return "bellman"
    }
    return "\(own[..<slash])/bellman"
  }()

  /// Runs it.
  static func run(_ arguments: String...) async throws -> CommandOutput {
    try await Command.output([path] + arguments)
  }

  /// Runs it by a shell line, in which `$B` is the program.
  static func shell(_ line: String) async throws -> CommandOutput {
    try await Command.output(["bash", "-c", "B=$1; \(line)", "bash", path])
  }
}

extension CommandTests {
  /// By a link, as kubectl calls its plugins.
  @Suite struct Plugin {
    @Test func byALinkItIsAPluginOfKubectl() async throws {
      let script = """
        set -eu
        D=$(mktemp -d); trap 'rm -rf "$D"' EXIT
        ln -s "$B" "$D/kubectl-bellman"
        "$D/kubectl-bellman" --help | grep -m 1 USAGE
        """
      let result = try await Program.shell(script)
      #expect(result.status == 0, "\(result.error)")
      #expect(result.output.contains("USAGE: kubectl bellman <subcommand>"), "\(result.output)")
    }

    /// The cluster is asked, also where the environment names a node of this machine.
    @Test func aPluginAsksTheCluster() async throws {
      let script = """
        D=$(mktemp -d); trap 'rm -rf "$D"' EXIT
        ln -s "$B" "$D/kubectl-bellman"
        cat >"$D/config" <<END
        apiVersion: v1
        kind: Config
        current-context: a
        contexts: [{name: a, context: {cluster: a, user: a}}]
        clusters: [{name: a, cluster: {server: "https://127.0.0.1:1"}}]
        users: [{name: a, user: {token: secret}}]
        END
        export KUBECONFIG="$D/config" BELLMAN_NODE_NAME=no-such-node
        "$D/kubectl-bellman" status; echo $?
        "$B" status; echo $?
        """
      let result = try await Program.shell(script)
      #expect(result.output == "5\n5\n", "\(result.error)")
      let errors = result.error.split(separator: "Error: ")
      #expect(errors.first?.contains("https://127.0.0.1:1") == true, "\(result.error)")
      #expect(errors.last?.contains("no-such-node.sock") == true, "\(result.error)")
    }
  }
}

extension CommandTests {
  /// The program in namespaces of its own.
  @Suite struct Unshared {
    private static let areMet =
      geteuid() == 0 || ProcessInfo.processInfo.environment["CI"] != nil

    @Test(.enabled(if: areMet, "a network namespace needs root: run the tests with sudo"))
    func doctorNamesTheNodesWhereThereIsNoneOfItsName() async throws {
      let manifests = "\(RepositoryPath.root)/Tests/Manifests/advise/clean"
      let known = try await Program.shell(
        "unshare --net \"$B\" doctor --manifests '\(manifests)' --node node-1")
      #expect(!known.output.contains("there is no Node of that name"), "\(known.output)")
      let unknown = try await Program.shell(
        "unshare --net \"$B\" doctor --manifests '\(manifests)' --node nod-1")
      #expect(
        unknown.output.contains(
          "Which peers are those of Node nod-1: there is no Node of that name, so that all are taken "
            + "for its own; --node can be node-1, node-2"), "\(unknown.output) \(unknown.error)")
    }

    /// As after 'nsenter --mount' into a container, without its process namespace.
    @Test(.enabled(if: areMet, "a mount namespace needs root: run the tests with sudo"))
    func aProcessThatProcDoesNotShowSaysSo() async throws {
      let result = try await Program.shell(
        "unshare --mount bash -c 'mount -t tmpfs none /proc; exec \"$1\" status' bash \"$B\"")
      #expect(result.status == 1, "\(result.output) \(result.error)")
      #expect(result.error.hasPrefix("Error: /proc does not show this process"), "\(result.error)")
    }
  }
}

/// Where the repository is.
enum RepositoryPath {
  /// The folder that holds `Package.swift`.
  static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
}

/// A program that a test asks for help and that need not be there.
struct Helper: Sendable {
  let name: String
  /// A command that succeeds where it is there.
  let check: [String]

  static let groff = Helper(name: "groff", check: ["groff", "--version"])
  static let zsh = Helper(name: "zsh", check: ["zsh", "--version"])
  static let fish = Helper(name: "fish", check: ["fish", "--version"])
  static let schemas = Helper(
    name: "python3-jsonschema", check: schemaPython + ["-c", "import jsonschema"])

  /// The Python that has the package, which need not be the first in the path.
  static let schemaPython = [
    "sh", "-c",
    """
    for python in python3 /usr/bin/python3; do
      "$python" -c 'import jsonschema' 2>/dev/null && exec "$python" "$@"
    done
    exit 1
    """, "sh",
  ]

  /// Whether it is there; in continuous integration it must be.
  func isPresent() async -> Bool {
    if let output = try? await Command.output(check), output.status == 0 { return true }
    if getenv("CI") != nil {
      Issue.record("\(name) is missing; install it with .ci/packages")
    } else {
      print("not tested: \(name) is missing")
    }
    return false
  }
}
