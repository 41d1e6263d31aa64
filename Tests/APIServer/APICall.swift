import HTTPTypes
import Hummingbird
import KubernetesClient
import Resources

/// What a request asks for, by its path, query and method.
struct APICall: Sendable {
  let method: HTTPRequest.Method
  let path: [String]
  let query: [String: String]
  let contentType: String
  /// The type, the namespace, the name and the subresource, where the path names them.
  let target: Target?

  struct Target: Sendable {
    let type: ServedType
    let namespace: String?
    let name: String?
    let subresource: String?
    /// What follows the subresource, which is for a proxy to hand on.
    let rest: [String]

    var objectName: ObjectName {
      ObjectName(namespace: type.isNamespaced ? namespace ?? "default" : "", name: name ?? "")
    }
  }

  init(_ request: Request) {
    method = request.method
    path = request.uri.path.split(separator: "/").map {
      $0.removingURLPercentEncoding() ?? String($0)
    }
    var query: [String: String] = [:]
    for (key, value) in request.uri.queryParameters { query[String(key)] = String(value) }
    self.query = query
    contentType = request.headers[.contentType] ?? ""
    target = Self.target(path)
  }

  var isWatch: Bool { ["true", "1"].contains(query["watch"] ?? "") }

  /// The kind of the request, for faults.
  var faultKind: FaultPlan.Request {
    guard let target else { return .other }
    guard method == .get else { return .write }
    if target.name != nil { return .get }
    if isWatch { return query["sendInitialEvents"] == "true" ? .stream : .watch }
    return query["continue"] == nil ? .list : .page
  }

  func selectors() throws -> Selectors {
    try Selectors(
      namespace: target?.namespace, labels: query["labelSelector"], fields: query["fieldSelector"])
  }

  private static func target(_ path: [String]) -> Target? {
    var rest = path[...]
    let groupVersion: String
    switch rest.popFirst() {
    case "api":
      guard let version = rest.popFirst() else { return nil }
      groupVersion = version
    case "apis":
      guard let group = rest.popFirst(), let version = rest.popFirst() else { return nil }
      groupVersion = "\(group)/\(version)"
    default: return nil
    }
    var namespace: String?
    if rest.first == "namespaces", rest.count > 2, !(rest.count == 3 && rest.last == "status") {
      rest = rest.dropFirst()
      namespace = rest.popFirst()
    }
    guard let plural = rest.popFirst(),
      let type = ServedType.all.first(where: {
        $0.apiVersion == groupVersion && $0.plural == plural
      })
    else { return nil }
    let name = rest.popFirst()
    let subresource = rest.popFirst()
    return Target(
      type: type, namespace: namespace, name: name, subresource: subresource, rest: Array(rest))
  }
}

extension Substring {
  fileprivate func removingURLPercentEncoding() -> String? {
    var octets: [UInt8] = []
    var rest = utf8[...]
    while let octet = rest.popFirst() {
      guard octet == UInt8(ascii: "%") else {
        octets.append(octet)
        continue
      }
      guard rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      else { return nil }
      octets.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: octets, as: UTF8.self)
  }
}
