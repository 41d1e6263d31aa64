import HTTPTypes
import Hummingbird
import NIOCore
import Page
import Status

/// The status page: its files, which say nothing of the cluster, and the two documents that it reads.
struct PageRoutes: Sendable {
  private let source: PageSource
  private let overview: PageOverview

  /// The longest target of an explanation, as of ``ReadRoutes``.
  private static let longestTarget = 600

  init(source: PageSource, life: TimeAmount = .seconds(2)) {
    self.source = source
    overview = PageOverview(source, life: life)
  }

  /// `GET /` and the files that the page names.
  func addAssets(to router: Router<some RequestContext>) {
    for asset in PageAsset.all {
      let octets = ByteBuffer(bytes: asset.bytes)
      router.get(RouterPath(asset.path)) { _, _ in
        var headers = Self.headers
        headers[.contentType] = asset.contentType
        // A newer program has other files under the same names.
        headers[.cacheControl] = "no-cache"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: octets))
      }
    }
  }

  /// `GET /page/overview` and `GET /page/explain?target=ADDRESS|NAMESPACE/NAME`, both JSON.
  func addDocuments(to router: Router<some RequestContext>) {
    let (source, overview) = (source, overview)
    router.get("page/overview") { _, _ in await Self.answer { try await overview.octets() } }
    router.get("page/explain") { request, _ in
      guard let target = request.uri.queryParameters.get("target"), !target.isEmpty,
        target.utf8.count <= Self.longestTarget
      else {
        return StatusServer.text(.badRequest, "the parameter target is missing or too long")
      }
      return await Self.answer {
        ByteBuffer(string: try StatusRenderer.compactJSON(await source.explain(target)))
      }
    }
  }

  private static func answer(_ octets: () async throws -> ByteBuffer) async -> Response {
    do {
      var headers = headers
      headers[.contentType] = "application/json"
      headers[.cacheControl] = "no-store"
      return Response(
        status: .ok, headers: headers, body: ResponseBody(byteBuffer: try await octets()))
    } catch let unknown as PageSource.Unknown {
      return StatusServer.text(.notFound, "\(unknown)")
    } catch {
      return StatusServer.text(.badGateway, "\(error)")
    }
  }

  /// The page loads what comes from here and nothing else, runs no script that stands in markup, and
  /// is shown in no frame.
  private static let headers: HTTPFields = {
    var headers = HTTPFields()
    headers[.contentSecurityPolicy] =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
      + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
      + "require-trusted-types-for 'script'; trusted-types 'none'"
    headers[.xContentTypeOptions] = "nosniff"
    for (name, value) in [
      ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin"),
      ("Cross-Origin-Resource-Policy", "same-origin"),
    ] {
      if let name = HTTPField.Name(name) { headers[name] = value }
    }
    return headers
  }()
}
