import Hummingbird
import Logging
import NIOCore
import Status

/// What a speaker is told to do: `POST /drain`, `POST /drain/undo` and
/// `POST /rebalance?duration=MS&interval=MS`. They belong on a socket that the file system guards, and
/// nowhere else; no `GET` changes anything.
struct CommandRoutes: Sendable {
  /// For how long addresses may be given away after one command.
  static let longestRebalance = TimeAmount.hours(24)
  /// The shortest time between two addresses that are given away.
  static let shortestInterval = TimeAmount.milliseconds(100)

  let control: ControlLoop
  let logger: Logger

  func add(to router: Router<BasicRequestContext>) {
    router.post("drain") { request, _ in
      await answer(request, "the node is drained") {
        try await control.beginDrain()
        return try StatusRenderer.json(await control.drainDocument())
      }
    }
    router.post("drain/undo") { request, _ in
      await answer(request, "the node is drained no more") {
        try await control.endDrain()
        return try StatusRenderer.json(await control.drainDocument())
      }
    }
    router.post("rebalance") { request, _ in
      let parameters = request.uri.queryParameters
      guard let duration = Self.milliseconds(parameters.get("duration")),
        let interval = Self.milliseconds(parameters.get("interval")),
        duration <= Self.longestRebalance, interval >= Self.shortestInterval
      else {
        return StatusServer.text(
          .badRequest, "duration and interval are milliseconds, up to a day and from 100")
      }
      return await answer(request, "addresses may be given away") {
        try StatusRenderer.json(await control.rebalance(for: duration, interval: interval))
      }
    }
  }

  private func answer(
    _ request: Request, _ event: Logger.Message, _ body: () async throws -> String
  ) async -> Response {
    if CommandExpiry.hasPassed(request.headers) {
      logger.warning(
        "a command came when nobody waited for it any more, and is not carried out",
        metadata: ["command": "\(request.uri.path)"])
      return StatusServer.text(.requestTimeout, "nobody waits for this command any more")
    }
    do {
      let response = try StatusServer.json(await body())
      logger.notice(event)
      return response
    } catch {
      logger.error("a command is refused", metadata: ["reason": "\(error)"])
      return StatusServer.text(.conflict, "\(error)")
    }
  }

  private static func milliseconds(_ text: String?) -> TimeAmount? {
    guard let number = text.flatMap({ Int64($0) }), (1...86_400_000).contains(number) else {
      return nil
    }
    return .milliseconds(number)
  }
}
