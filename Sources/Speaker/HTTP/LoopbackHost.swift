import Addresses
import HTTPTypes
import Hummingbird

/// Takes requests only that name this host by a loopback address.
///
/// A web site can have its own name lead to 127.0.0.1 and then read what is served there (DNS
/// rebinding); the browser says that name in `Host`.
struct LoopbackHostMiddleware: RouterMiddleware {
  func handle(
    _ request: Request, context: ListenContext,
    next: (Request, ListenContext) async throws -> Response
  ) async throws -> Response {
    guard Self.isLoopback(request.head.authority) else {
      return StatusServer.text(
        .misdirectedRequest,
        "ask for this by a loopback address or localhost, not by another name\n")
    }
    return try await next(request, context)
  }

  /// Whether `authority`, a host with or without a port, is a loopback address or `localhost`.
  static func isLoopback(_ authority: String?) -> Bool {
    guard let authority else { return false }
    var host = authority[...]
    if host.first == "[" {
      guard let end = host.firstIndex(of: "]"), isPort(host[host.index(after: end)...]) else {
        return false
      }
      host = host[host.index(after: host.startIndex)..<end]
      return IPAddress(host)?.family == .ipv6 && IPAddress(host)?.isLoopback == true
    }
    if let colon = host.firstIndex(of: ":") {
      guard isPort(host[colon...]) else { return false }
      host = host[..<colon]
    }
    return host.lowercased() == "localhost" || IPAddress(host)?.isLoopback == true
  }

  private static func isPort(_ text: Substring) -> Bool {
    guard let first = text.first else { return true }
    return first == ":" && text.dropFirst().allSatisfy { ("0"..."9").contains($0) }
  }
}
