import Foundation
import Glibc
import Logging
import NIOPosix
import Testing

@testable import KubernetesClient

@Suite("Exec plugins")
struct ExecPluginTests {
  private static let plugin = ExecPlugin(version: .v1, command: "login")

  @Test(
    "What a plugin may answer",
    arguments: [
      (#"{"token":"t"}"#, "t", nil),
      (#"{"token":"t","expirationTimestamp":"2026-01-01T00:00:00Z"}"#, "t", 1_767_225_600),
    ] as [(String, String, Double?)])
  func answers(status: String, token: String, expiry: Double?) throws {
    let credential = try ExecCredential(parsing: output(status), plugin: Self.plugin)
    #expect(credential.token == token && credential.expiry == expiry)
  }

  @Test("A plugin may give a certificate")
  func certificate() throws {
    let credential = try ExecCredential(
      parsing: output(#"{"clientCertificateData":"C","clientKeyData":"K"}"#), plugin: Self.plugin)
    let expected = Endpoint.ClientCertificate(
      chain: .text(Array("C".utf8)), key: .text(Array("K".utf8)))
    #expect(credential.certificate == expected)
  }

  @Test(
    "What a plugin must not answer",
    arguments: [
      ("", "expected an ExecCredential"), ("{}", "kind ExecCredential"),
      (#"{"kind":"ExecCredential","apiVersion":"v2"}"#, "answered with apiVersion v2"),
      (
        #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{}}"#,
        "neither a token nor"
      ),
    ])
  func badAnswers(text: String, message: String) {
    let error = #expect(throws: KubernetesConfigurationError.self) {
      _ = try ExecCredential(parsing: Array(text.utf8), plugin: Self.plugin)
    }
    #expect(error?.place == "exec plugin login")
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test("A program runs with its arguments, its variables and what it must know of the cluster")
  func run() throws {
    let files = try TemporaryFiles()
    defer { files.remove() }
    let program = try files.write(
      """
      #!/bin/sh
      printf '%s|%s|%s' "$1" "$PROFILE" "$KUBERNETES_EXEC_INFO"
      """, to: "login", executable: true)
    var plugin = ExecPlugin(version: .v1beta1, command: program, arguments: ["a b"])
    plugin.environment = [.init(name: "PROFILE", value: "lab")]
    plugin.providesClusterInfo = true
    let endpoint = Endpoint(server: "https://192.0.2.1:6443")
    let info = ExecCredential.execInfo(
      for: plugin, endpoint: endpoint, authority: Array("CA".utf8))
    let output = try ExecProgram(plugin: plugin, info: info).run()
    #expect(
      String(decoding: output, as: UTF8.self)
        == #"a b|lab|{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","#
        + #""spec":{"cluster":{"certificate-authority-data":"Q0E=","#
        + #""server":"https://192.0.2.1:6443"},"interactive":false}}"#)
  }

  @Test("A program that fails, hangs or is missing says so")
  func failures() throws {
    func message(_ command: String, _ arguments: [String] = []) -> String {
      var plugin = ExecPlugin(version: .v1, command: command, arguments: arguments)
      plugin.installHint = "install login"
      let error = #expect(throws: KubernetesConfigurationError.self) {
        _ = try ExecProgram(plugin: plugin, info: "", patience: 200).run()
      }
      return error?.message ?? ""
    }
    #expect(message("/nonexistent/login").contains("No such file or directory; install login"))
    #expect(message("sh", ["-c", "exit 3"]).contains("exit code 3"))
    #expect(message("sh", ["-c", "kill -9 $$"]).contains("signal 9"))
    #expect(message("sleep", ["60"]).contains("gave no answer"))
  }

  /// As it is while a package manager replaces it.
  @Test("A program that is being written is waited for")
  func busy() async throws {
    let files = try TemporaryFiles()
    defer { files.remove() }
    let program = try files.write("#!/bin/sh\necho new", to: "login", executable: true)
    let writer = open(program, O_WRONLY | O_CLOEXEC)
    // On a thread of its own: those of tasks may all be waiting in other tests.
    Thread.detachNewThread {
      usleep(120_000)
      close(writer)
    }
    let plugin = ExecPlugin(version: .v1, command: program, arguments: [])
    let output = try await NIOThreadPool.singleton.runIfActive {
      try ExecProgram(plugin: plugin, info: "").run()
    }
    #expect(String(decoding: output, as: UTF8.self) == "new\n")
  }

  @Test("A credential is kept until it expires or is refused")
  func caching() async throws {
    let files = try TemporaryFiles()
    defer { files.remove() }
    let program = try files.write(
      """
      #!/bin/sh
      echo run >> "$0.log"
      n=$(wc -l < "$0.log")
      printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",'
      printf '"status":{"token":"t%s","expirationTimestamp":"%s"}}' $n "$EXPIRY"
      """, to: "login", executable: true)
    func source(expiry: String) -> CredentialSource {
      var plugin = ExecPlugin(version: .v1, command: program)
      plugin.environment = [.init(name: "EXPIRY", value: expiry)]
      return CredentialSource(
        endpoint: Endpoint(server: "http://192.0.2.1", credentials: .exec(plugin)),
        logger: Logger(label: "test"))
    }
    let lasting = source(expiry: "2999-01-01T00:00:00Z")
    #expect(try await lasting.current().bearerToken == "t1")
    #expect(try await lasting.current().bearerToken == "t1")
    await lasting.renew()
    #expect(try await lasting.current().bearerToken == "t2")
    let expired = source(expiry: "2001-01-01T00:00:00Z")
    #expect(try await expired.current().bearerToken == "t3")
    #expect(try await expired.current().bearerToken == "t4")
  }

  @Test("A program that hangs does not hold up what is given up")
  func cancellation() async throws {
    let files = try TemporaryFiles()
    defer { files.remove() }
    let program = try files.write(
      """
      #!/bin/sh
      echo > "$0.began"
      while [ -e "$0" ]; do sleep 0.1; done
      """, to: "login", executable: true)
    let source = CredentialSource(
      endpoint: Endpoint(
        server: "http://192.0.2.1",
        credentials: .exec(ExecPlugin(version: .v1, command: program))),
      logger: Logger(label: "test"))
    let request = Task { try await source.current() }
    try await eventually { access("\(program).began", F_OK) == 0 }
    request.cancel()
    let error = await #expect(throws: KubernetesConfigurationError.self) {
      try await request.value
    }
    #expect(error?.message.contains("given up") == true, "\(error?.message ?? "")")
  }

  private func output(_ status: String) -> [UInt8] {
    Array(
      (#"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":"#
        + status + "}").utf8)
  }
}
