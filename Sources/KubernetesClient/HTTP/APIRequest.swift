import NIOHTTP1

/// One request to the API server.
struct APIRequest: Sendable {
  var method: HTTPMethod = .GET
  var path: String
  var query: [(String, String)] = []
  /// What is sent besides the headers of every request; never shown.
  var headers: [(String, String)] = []
  /// Whether the server hands it on to a pod, whose refusals are not the server's.
  var isForPod = false
  var contentType: String?
  var body: [UInt8]?

  /// Such as `GET /api/v1/services`; queries are left out, for they hold long tokens.
  var summary: String { "\(method.rawValue) \(path)" }

  /// What asks for the objects of a selection.
  static func selecting(_ selection: Selection) -> APIRequest {
    var request = APIRequest(path: selection.type.path(namespace: selection.namespace))
    if let selector = selection.labelSelector { request.query.append(("labelSelector", selector)) }
    if let selector = selection.fieldSelector { request.query.append(("fieldSelector", selector)) }
    return request
  }

  /// What asks which kinds are served of a type's group and version.
  static func discovery(of type: ResourceType) -> APIRequest {
    APIRequest(path: type.groupPath)
  }

  static func list(_ selection: Selection, limit: Int, continueToken: String?) -> APIRequest {
    var request = selecting(selection)
    request.query.append(("limit", String(limit)))
    if let continueToken { request.query.append(("continue", continueToken)) }
    return request
  }

  static func watch(_ selection: Selection, _ watch: Reflector.Watch) -> APIRequest {
    var request = selecting(selection)
    request.query += [
      ("watch", "true"), ("allowWatchBookmarks", "true"), ("timeoutSeconds", String(watch.seconds)),
    ]
    if let version = watch.resourceVersion {
      request.query.append(("resourceVersion", version))
    } else {
      request.query += [
        ("sendInitialEvents", "true"), ("resourceVersionMatch", "NotOlderThan"),
      ]
    }
    return request
  }
}

/// A request that failed.
public struct KubernetesError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The method and path of the request.
  public var request: String
  /// What happened.
  public var failure: RequestFailure

  public var description: String { "\(request): \(failure)" }

  /// What the server answered, if it did.
  public var status: APIStatus? {
    if case .status(let status) = failure { status } else { nil }
  }
}
