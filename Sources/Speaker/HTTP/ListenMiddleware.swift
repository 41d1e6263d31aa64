import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The context of a request that came by TCP.
struct ListenContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The connection on which it came.
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }
}

/// Bounds what one address may ask, and counts what it is answered.
struct ListenMiddleware: RouterMiddleware {
  let gate: ListenGuard
  let requests: @Sendable (_ code: Int) -> Void

  func handle(
    _ request: Request, context: ListenContext,
    next: (Request, ListenContext) async throws -> Response
  ) async throws -> Response {
    guard gate.admits(context.channel) else {
      requests(429)
      var refusal = StatusServer.text(.tooManyRequests, "too many requests; ask less often\n")
      refusal.headers[.retryAfter] = "1"
      return refusal
    }
    let response: Response
    do {
      response = try await next(request, context)
    } catch let error as any HTTPResponseError {
      response = try error.response(from: request, context: context)
    }
    requests(response.status.code)
    return response
  }
}

/// Asks for the token, where there is one: in `Authorization`, or, since an API server takes that away
/// before it hands a question on to a pod, in a header of its own.
struct TokenMiddleware: RouterMiddleware {
  let token: BearerToken?

  private static let ownHeader = HTTPField.Name(SpeakerToken.header)

  func handle(
    _ request: Request, context: ListenContext,
    next: (Request, ListenContext) async throws -> Response
  ) async throws -> Response {
    let own = Self.ownHeader.flatMap { request.headers[$0] }
    guard let token, !token.isBorne(by: request.headers[.authorization], or: own) else {
      return try await next(request, context)
    }
    var refusal = StatusServer.text(.unauthorized, "this needs the token of the speaker\n")
    refusal.headers[.wwwAuthenticate] = "Bearer"
    return refusal
  }
}
