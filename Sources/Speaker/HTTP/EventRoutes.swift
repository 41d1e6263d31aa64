import Hummingbird
import NIOCore
import Status

extension ReadRoutes {
  /// `GET /events?after=NUMBER&life=LIFE&since=TIME&tail=N&limit=N&wait=MS`: what a reader has not seen
  /// yet, at once, or where that is nothing, as soon as there is something. Every answer is bounded, so
  /// that a slow reader only misses what is not kept any more, and is told how much.
  func addEvents(to router: Router<some RequestContext>) {
    let control = control
    router.get("events") { request, _ in
      let parameters = request.uri.queryParameters
      func number(_ name: String) throws(BadParameter) -> UInt64? {
        guard let text = parameters.get(name) else { return nil }
        guard let value = UInt64(text), value <= Int64.max else {
          throw BadParameter(name: name, expected: "a number")
        }
        return value
      }
      var question = EventJournal.Question()
      let patience: TimeAmount
      do throws(BadParameter) {
        question.position = EventPosition(
          life: parameters.get("life") ?? "", sequence: try number("after") ?? 0)
        question.tail = try number("tail").map { Int($0) }
        if let limit = try number("limit") {
          question.limit = min(max(1, Int(clamping: limit)), question.limit)
        }
        if let since = parameters.get("since") {
          guard let moment = Moment(since) else {
            throw BadParameter(name: "since", expected: "a time such as 2026-01-31T23:59:59.123Z")
          }
          question.since = moment
        }
        patience = .milliseconds(Int64(min(try number("wait") ?? 0, 600_000)))
      } catch {
        return StatusServer.text(
          .badRequest, "the parameter \(error.name) is not \(error.expected)")
      }
      do {
        return try StatusServer.json(
          StatusRenderer.json(try await control.events(question, patience: patience)))
      } catch let refusal as ControlLoop.TooManyReaders {
        return StatusServer.text(.serviceUnavailable, "\(refusal)\n")
      }
    }
  }

  private struct BadParameter: Error {
    let name: String
    let expected: String
  }
}
