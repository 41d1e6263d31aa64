import AsyncHTTPClient
import Hummingbird
import KubernetesClient
import NIOCore
import NIOHTTP1
import Resources

/// Hands requests on to pods, as the subresource `proxy` of an API server does: to the address in
/// `status.podIP`, at the port behind the name.
struct PodProxy: Sendable {
  let store: ObjectStore

  private static let longestBody = 64 << 20

  func answer(_ target: APICall.Target, query: String?) async throws -> Response {
    let parts = (target.name ?? "").split(separator: ":").map(String.init)
    var name = target.objectName
    name.name = parts.first ?? ""
    guard parts.count == 2, let port = UInt16(parts[1]) else {
      throw APIFailure.bad("expected POD:PORT")
    }
    guard let pod = store.object(name, .pods) else {
      throw APIFailure.notFound("pods \"\(name.name)\"")
    }
    guard let host = pod["status"]?["podIP"]?.string else {
      throw APIFailure.bad("address not allowed", code: 503, reason: "ServiceUnavailable")
    }
    let path = target.rest.joined(separator: "/")
    let url = "http://\(host):\(port)/\(path)" + (query.map { "?\($0)" } ?? "")
    do {
      let answer = try await HTTPClient.shared.execute(
        HTTPClientRequest(url: url), timeout: .seconds(60))
      let body = try await answer.body.collect(upTo: Self.longestBody)
      return Response(
        status: .init(code: Int(answer.status.code)), headers: [.contentType: "application/json"],
        body: ResponseBody(byteBuffer: body))
    } catch {
      throw APIFailure.bad(
        "error trying to reach service: \(error)", code: 503, reason: "ServiceUnavailable")
    }
  }
}
