import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import KubernetesClient
import NIOCore
import NIOHTTP1
import NIOSSL
import Resources

/// Hands requests on to pods, as the subresource `proxy` of an API server does: to the address in
/// `status.podIP`, at the port behind the name. As there, `https:POD:PORT` is asked by TLS without a
/// look at the certificate, and headers go on but for `Authorization`.
struct PodProxy: Sendable {
  let store: ObjectStore

  private static let longestBody = 64 << 20

  func answer(_ target: APICall.Target, _ request: Request) async throws -> Response {
    var parts = (target.name ?? "").split(separator: ":").map(String.init)
    let scheme = parts.count == 3 ? parts.removeFirst() : "http"
    var name = target.objectName
    name.name = parts.first ?? ""
    guard parts.count == 2, let port = UInt16(parts[1]), ["http", "https"].contains(scheme) else {
      throw APIFailure.bad("expected POD:PORT or https:POD:PORT")
    }
    guard let pod = store.object(name, .pods) else {
      throw APIFailure.notFound("pods \"\(name.name)\"")
    }
    guard let host = pod["status"]?["podIP"]?.string else {
      throw APIFailure.bad("address not allowed", code: 503, reason: "ServiceUnavailable")
    }
    let path = target.rest.joined(separator: "/")
    let url = "\(scheme)://\(host):\(port)/\(path)" + (request.uri.query.map { "?\($0)" } ?? "")
    var handed = HTTPClientRequest(url: url)
    for field in request.headers where field.name != .authorization {
      handed.headers.add(name: field.name.rawName, value: field.value)
    }
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.certificateVerification = .none
    handed.tlsConfiguration = tls
    do {
      let answer = try await HTTPClient.shared.execute(handed, timeout: .seconds(60))
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
