import ArgumentParser
import Lab
import Speaker

#if canImport(Glibc)
  import Glibc
#endif

/// Which speaker of this machine is meant, by node or by socket.
struct SpeakerSelection: ParsableArguments {
  @Option(
    name: [.long, .customLong("node-name")],
    help: ArgumentHelp(
      "Name of the node; by default $BELLMAN_NODE_NAME, $METALLB_NODE_NAME or $NODE_NAME.",
      valueName: "name"),
    completion: Completions.nodes)
  var node: String?

  @Option(
    help: ArgumentHelp(
      "Status socket of the speaker; by default \(StatusSocket.directory)/NODE.sock. A folder stands "
        + "for all sockets in it, as in a lab.",
      valueName: "path"),
    completion: .file(extensions: ["sock"]))
  var socket: String?

  /// The folder of sockets that was named.
  var folder: String? {
    guard let socket else { return nil }
    var status = stat()
    return stat(socket, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR ? socket : nil
  }

  /// The node that was named by flag or environment.
  var nodeName: String? {
    node ?? EnvironmentVariable.first("BELLMAN_NODE_NAME", "METALLB_NODE_NAME", "NODE_NAME")
  }

  /// The socket that was named, or else that of the named node, or else the only one there is.
  func socketPath() throws -> String {
    if let folder {
      if let node { return "\(folder)/\(node).sock" }
      throw CommandFailure(
        "\(folder) is a folder; name one speaker with --node, or one of its sockets:\n  "
          + StatusSocket.sockets(in: folder).joined(separator: "\n  "), .usage)
    }
    if let socket { return socket }
    if let nodeName { return StatusSocket.path(node: nodeName) }
    let found = StatusSocket.all()
    switch found.count {
    case 1: return found[0]
    case 0:
      let labs = RunDirectory.paths().flatMap(StatusSocket.sockets(in:))
      guard labs.isEmpty else {
        throw CommandFailure(
          "no speaker runs on this machine, but those of a lab do; name one of their sockets, or their "
            + "folder for all:\n" + labs.map { "  --socket \($0)" }.joined(separator: "\n"),
          .unreachable)
      }
      throw CommandFailure(
        "no speaker runs on this machine: \(StatusSocket.directory) holds no socket. Start one with\n"
          + "  bellman speaker --manifests DIR --node NAME\n"
          + "or name the socket of one with --socket.", .unreachable)
    default:
      throw CommandFailure(
        "several speakers run here; choose one with --node or --socket:\n  "
          + found.joined(separator: "\n  "), .usage)
    }
  }
}
