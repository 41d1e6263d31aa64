public import NIOCore
import NIOHTTP1
public import Resources

/// A change to an object.
public enum Patch: Sendable {
  /// A JSON merge patch (RFC 7396): members that are null are removed.
  case merge(JSONValue)
  /// Server-side apply: the fields of the object belong to `manager` from now on, and those that it
  /// had and no longer names are removed. Unless `force` is set, a field of another manager is a
  /// conflict.
  case apply(JSONValue, manager: String, force: Bool)
}

/// The version of an API server.
public struct ServerVersion: Hashable, Sendable {
  /// The major version.
  public var major: Int
  /// The minor version.
  public var minor: Int
  /// As the server writes it, such as `v1.32.4`.
  public var text: String
}

extension KubernetesClient {
  /// The version of the server.
  public func version() async throws(KubernetesError) -> ServerVersion {
    let request = APIRequest(path: "/version")
    let octets = try await fetch(request)
    guard let value = try? JSONValue(parsing: octets),
      let major = value["major"]?.string.flatMap({ Int($0.prefix(while: \.isNumber)) }),
      let minor = value["minor"]?.string.flatMap({ Int($0.prefix(while: \.isNumber)) })
    else {
      throw KubernetesError(
        request: request.summary, failure: .malformed("expected major and minor version"))
    }
    return ServerVersion(
      major: major, minor: minor, text: value["gitVersion"]?.string ?? "v\(major).\(minor)")
  }

  /// One object; nil where there is none of this name, or the kind is not installed.
  ///
  /// - Parameter time: how long that may take; nil for the usual patience.
  public func get(
    _ name: ObjectName, of type: ResourceType, within time: TimeAmount? = nil
  ) async throws(KubernetesError) -> KubernetesObject? {
    let request = APIRequest(path: type.path(of: name))
    do {
      return try object(try await fetch(request, patience: time ?? Self.patience), type, request)
    } catch  where error.status?.code == 404 {
      return nil
    }
  }

  /// All objects of a selection, read in pages of `pageSize`.
  ///
  /// For a look; to keep up with changes use ``follow(_:configuration:deliver:report:)``.
  ///
  /// - Parameter time: how long all pages together may take; nil for the usual patience with each.
  public func list(
    _ selection: Selection, pageSize: Int = 500, within time: TimeAmount? = nil
  ) async throws(KubernetesError) -> [KubernetesObject] {
    let end = time.map { NIODeadline.now() + $0 }
    var objects: [KubernetesObject] = []
    var token: String?
    repeat {
      let left = end.map { max($0 - .now(), .zero) }
      let page = try await page(
        of: selection, size: pageSize, token: token, within: left ?? Self.patience)
      objects += page.objects
      token = page.continueToken == token ? nil : page.continueToken
    } while token != nil
    return objects
  }

  /// Reads all objects of a selection page by page, so that no more than one page is held.
  ///
  /// - Parameter take: is given each page; where it returns false no more are read.
  public func list(
    _ selection: Selection, pageSize: Int = 500,
    take: @Sendable ([KubernetesObject]) async -> Bool
  ) async throws(KubernetesError) {
    var token: String?
    repeat {
      let page = try await page(
        of: selection, size: pageSize, token: token, within: Self.patience)
      guard await take(page.objects) else { return }
      token = page.continueToken == token ? nil : page.continueToken
    } while token != nil
  }

  private func page(
    of selection: Selection, size: Int, token: String?, within time: TimeAmount
  ) async throws(KubernetesError) -> ListPage {
    let request = APIRequest.list(selection, limit: size, continueToken: token)
    let octets = try await fetch(request, patience: time)
    do {
      return try ListPage(parsing: octets, reader: ObjectReader(selection))
    } catch {
      throw KubernetesError(request: request.summary, failure: .malformed(error.description))
    }
  }

  /// Creates an object; `namespace` is needed for types that have one.
  ///
  /// - Returns: the object as the server has it, with its name where the server chose it.
  @discardableResult
  public func create(
    _ object: JSONValue, of type: ResourceType, namespace: String? = nil, manager: String
  ) async throws(KubernetesError) -> KubernetesObject {
    let request = APIRequest(
      method: .POST, path: type.path(namespace: namespace), query: [("fieldManager", manager)],
      contentType: "application/json", body: object.octets)
    return try self.object(try await fetch(request), type, request)
  }

  /// Changes an object, or one of its subresources such as `status`.
  ///
  /// - Throws: an error whose status is ``APIStatus/isConflict`` where the object has changed since
  ///   the `resourceVersion` in the patch, or a field belongs to another manager.
  @discardableResult
  public func patch(
    _ name: ObjectName, of type: ResourceType, subresource: String? = nil, with patch: Patch
  ) async throws(KubernetesError) -> KubernetesObject {
    var request = APIRequest(
      method: .PATCH, path: type.path(of: name, subresource: subresource))
    switch patch {
    case .merge(let body):
      request.contentType = "application/merge-patch+json"
      request.body = body.octets
    case .apply(let body, let manager, let force):
      // JSON is YAML; servers before 1.32 know the YAML type only.
      request.contentType = "application/apply-patch+yaml"
      request.body = body.octets
      request.query = [("fieldManager", manager), ("force", force ? "true" : "false")]
    }
    return try object(try await fetch(request), type, request)
  }

  /// Deletes an object.
  ///
  /// - Parameter uid: the identity that the object must have, lest a newer one of its name be lost.
  /// - Returns: whether there was one.
  @discardableResult
  public func delete(
    _ name: ObjectName, of type: ResourceType, uid: String? = nil
  ) async throws(KubernetesError) -> Bool {
    var request = APIRequest(method: .DELETE, path: type.path(of: name))
    if let uid {
      let options: JSONValue = [
        "apiVersion": "v1", "kind": "DeleteOptions", "preconditions": ["uid": .string(uid)],
      ]
      request.contentType = "application/json"
      request.body = options.octets
    }
    do {
      _ = try await fetch(request)
      return true
    } catch  where error.status?.code == 404 {
      return false
    }
  }

  private func object(
    _ octets: [UInt8], _ type: ResourceType, _ request: APIRequest
  ) throws(KubernetesError) -> KubernetesObject {
    do {
      var cursor = JSONCursor(octets)
      return try ObjectReader(type: type, pruned: Selection.alwaysPruned).read(&cursor)
    } catch {
      throw KubernetesError(request: request.summary, failure: .malformed(error.description))
    }
  }
}
