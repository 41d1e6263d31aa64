import Foundation
import Testing

/// A program of others that runs in a namespace, with a directory of its own for its files.
final class Daemon {
  let folder: URL
  private let program: ChildProgram
  private var isRunning = true

  /// Starts a command; `{}` stands for the directory.
  init(_ command: String, in host: Namespace, folder: URL) throws {
    self.folder = folder
    let command = command.replacingOccurrences(of: "{}", with: folder.path)
    program = try ChildProgram(
      "ip netns exec \(host.name) \(command)", log: folder.appending(path: "log").path)
  }

  deinit { kill() }

  /// Ends the program without giving it a chance to say farewell.
  func kill() {
    guard isRunning else { return }
    isRunning = false
    program.end()
    _ = program.wait()
  }

  /// Makes a directory that `body` may use, and removes it.
  static func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "bellman-bfd-\(getpid())-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }
}

/// BIRD with `protocol bfd`.
struct Bird {
  let daemon: Daemon

  /// Runs BIRD with this text in the block of its BFD protocol.
  static func with(_ bfd: String, in host: Namespace, _ body: (Bird) throws -> Void) throws {
    try Daemon.withFolder { folder in
      let configuration = """
        router id 192.0.2.2;
        protocol device { }
        protocol bfd { \(bfd) }
        """
      try Data(configuration.utf8).write(to: folder.appending(path: "bird.conf"))
      let daemon = try Daemon(
        "bird -f -c {}/bird.conf -s {}/ctl -P {}/pid", in: host, folder: folder)
      defer { daemon.kill() }
      let bird = Bird(daemon: daemon)
      // Its socket is there a little before it listens.
      let answers = try eventually { try attempt(bird.command("show status")).status == 0 }
      try #require(answers, "BIRD answers")
      try body(bird)
    }
  }

  /// The words of the line of a peer in `show bfd sessions`: address, interface, state, since, interval
  /// and timeout in seconds.
  func session(_ address: String) throws -> [String]? {
    try run(command("show bfd sessions"))
      .split(separator: "\n")
      .map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
      .first { $0.first == address }
  }

  private func command(_ question: String) -> String {
    "birdc -s \(daemon.folder.path)/ctl \(question)"
  }
}

/// FRR's zebra and bfdd.
struct FRR {
  static func program(_ name: String) -> String { "/usr/lib/frr/\(name)" }

  let zebra: Daemon
  let bfdd: Daemon

  /// Runs FRR with these lines in the block `bfd` of its configuration.
  static func with(_ bfd: String, in host: Namespace, _ body: (FRR) throws -> Void) throws {
    try Daemon.withFolder { folder in
      try Data("bfd\n\(bfd)\n!\n".utf8).write(to: folder.appending(path: "bfdd.conf"))
      try Data().write(to: folder.appending(path: "zebra.conf"))
      try run("chown -R frr:frr \(folder.path)")
      let common = "--vty_socket {} -z {}/zserv.api -P 0 -u frr -g frr"
      let zebra = try Daemon(
        "\(program("zebra")) -f {}/zebra.conf -i {}/zebra.pid \(common)", in: host, folder: folder)
      defer { zebra.kill() }
      let api = folder.appending(path: "zserv.api").path
      _ = eventually { FileManager.default.fileExists(atPath: api) }
      let bfdd = try Daemon(
        "\(program("bfdd")) -f {}/bfdd.conf -i {}/bfdd.pid --bfdctl {}/bfdd.sock \(common)",
        in: host, folder: folder)
      defer { bfdd.kill() }
      try body(FRR(zebra: zebra, bfdd: bfdd))
    }
  }

  /// A command of vtysh's language.
  @discardableResult
  func vtysh(_ commands: [String]) throws -> String {
    try attempt(
      ["vtysh", "--vty_socket", bfdd.folder.path, "-d", "bfdd"] + commands.flatMap { ["-c", $0] }
    ).output
  }

  /// What FRR knows of a peer: the object of `show bfd peers json`.
  func peer(_ address: String) throws -> [String: Any]? {
    // Before the answer it may complain of files that are not there.
    let text = try vtysh(["show bfd peers json"]).drop { $0 != "[" }
    let peers = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]]
    return peers?.first { $0["peer"] as? String == address }
  }
}
