import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Status

#if canImport(Glibc)
  import Glibc
#endif

/// Answers questions about this speaker on a unix socket, by HTTP: `GET /status`,
/// `GET /status?form=summary`, `GET /explain?target=ADDRESS|NAMESPACE/NAME` and `GET /drain`, all JSON, and the probes
/// `GET /healthz` and `GET /readyz`; and takes commands there, see ``CommandRoutes``. Who may connect
/// is for the file system to say: nobody but its owner.
struct StatusServer: Service {
  let socketPath: String
  let control: ControlLoop
  let logger: Logger

  func run() async throws {
    let router = Router()
    let control = control
    router.get("status") { request, _ in
      let document = await control.statusDocument()
      guard request.uri.queryParameters.get("form") == "summary" else {
        return try Self.json(StatusRenderer.json(document))
      }
      return try Self.json(String(decoding: SpeakerSummary(document).wire(), as: UTF8.self))
    }
    router.get("explain") { request, _ in
      guard let target = request.uri.queryParameters.get("target") else {
        return Self.text(.badRequest, "the parameter target is missing")
      }
      guard let document = await control.explain(target) else {
        return Self.text(
          .notFound, "no service and no address '\(target)' is known to this speaker")
      }
      return try Self.json(StatusRenderer.json(document))
    }
    // The answer comes from the control loop: where that is stuck, there is none.
    router.get("healthz") { _, _ in
      Self.text(.ok, "ok, \(await control.histories.count) addresses\n")
    }
    router.get("readyz") { _, _ in
      if let obstacle = await control.obstacleToReadiness {
        return Self.text(.serviceUnavailable, "\(obstacle)\n")
      }
      return Self.text(.ok, "ok\n")
    }
    router.get("drain") { _, _ in
      try Self.json(StatusRenderer.json(await control.drainDocument()))
    }
    CommandRoutes(control: control, logger: logger).add(to: router)
    let path = socketPath
    let application = Application(
      router: router,
      configuration: ApplicationConfiguration(address: .unixDomainSocket(path: socketPath)),
      onServerRunning: { _ in chmod(path, 0o600) },
      logger: quietLogger)
    defer { unlink(socketPath) }
    try await application.run()
  }

  /// Hummingbird tells of every start and stop at `info`; the speaker says that itself.
  private var quietLogger: Logger {
    var quiet = logger
    quiet.logLevel = max(quiet.logLevel, .warning)
    return quiet
  }

  static func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
    Response(
      status: status, headers: [.contentType: "text/plain; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }

  static func json(_ text: String) throws -> Response {
    Response(
      status: .ok, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
