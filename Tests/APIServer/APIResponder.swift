import HTTPTypes
import Hummingbird
import KubernetesClient
import NIOConcurrencyHelpers
import NIOCore
import Resources

/// Answers requests as an API server does.
struct APIResponder: Sendable {
  let store: ObjectStore
  let faults: FaultPlan
  let tokens: NIOLockedValueBox<Set<String>?>
  /// Whether `sendInitialEvents` is known; where not it is refused as by a server without it.
  let streamsLists: Bool
  /// Whether Services are selected by `spec.type`.
  let selectsServicesByType: Bool
  /// What clients may do; nil for everything.
  let authorization: RBAC?

  func respond(to request: Request) async throws -> Response {
    let call = APICall(request)
    let fault = faults.next(call.faultKind)
    do {
      try refuse(request, fault)
      if fault == .silence { try await Task.sleep(for: .seconds(3600)) }
      if let answer = Discovery(types: ServedType.all.filter(store.isInstalled)).answer(call.path) {
        return json(answer, .ok, fault)
      }
      guard let target = call.target, store.isInstalled(target.type) else {
        throw APIFailure.notFound("the server could not find the requested resource")
      }
      try authorize(call, target)
      if !selectsServicesByType, call.query["fieldSelector"]?.contains("spec.type") ?? false {
        throw APIFailure.bad("field label not supported: spec.type")
      }
      if target.type == .pods, target.subresource == "proxy", call.method == .get {
        return try await PodProxy(store: store).answer(target, request)
      }
      if call.method == .get, call.isWatch, target.name == nil {
        return try watch(call, target, fault)
      }
      var octets: [UInt8] = []
      for try await chunk in request.body { octets += chunk.readableBytesView }
      let (object, status) = try answer(call, target, octets)
      return json(object, status, fault)
    } catch let failure as APIFailure {
      var response = json(failure.object, .init(code: failure.code), nil)
      if let seconds = failure.retryAfter { response.headers[.retryAfter] = String(seconds) }
      return response
    }
  }

  private func refuse(_ request: Request, _ fault: Fault?) throws {
    switch fault {
    case .status(let code, let retryAfter):
      throw APIFailure(
        code: code, reason: code == 410 ? "Expired" : "", message: "injected",
        retryAfter: retryAfter
      )
    case .unauthorized:
      throw APIFailure(code: 401, reason: "Unauthorized", message: "the token has expired")
    default: break
    }
    guard let accepted = tokens.withLockedValue({ $0 }) else { return }
    let stated = request.headers[.authorization] ?? ""
    guard stated.hasPrefix("Bearer "), accepted.contains(String(stated.dropFirst(7))) else {
      throw APIFailure(code: 401, reason: "Unauthorized", message: "Unauthorized")
    }
  }

  private func authorize(_ call: APICall, _ target: APICall.Target) throws {
    guard let authorization else { return }
    let exists = store.object(target.objectName, target.type) != nil
    let (verbs, name) = call.verbs(objectExists: exists)
    for verb in verbs where !authorization.allows(verb, target, name: verb == "create" ? nil : name)
    {
      throw APIFailure(
        code: 403, reason: "Forbidden",
        message: "\(target.type.plural) is forbidden: cannot \(verb)")
    }
  }

  // MARK: Objects

  private func answer(
    _ call: APICall, _ target: APICall.Target, _ octets: [UInt8]
  ) throws -> (JSONValue, HTTPResponse.Status) {
    let type = target.type
    let manager = call.query["fieldManager"] ?? "unknown"
    switch (call.method, target.name) {
    case (.get, nil): return (try list(call, type), .ok)
    case (.get, .some):
      guard let object = store.object(target.objectName, type) else {
        throw APIFailure.notFound("\(type.plural) \"\(target.objectName)\"")
      }
      return (object, .ok)
    case (.post, nil):
      var object = try parse(octets)
      if type.isNamespaced, let namespace = target.namespace {
        object = object.mergedNamespace(namespace)
      }
      return (try store.create(object, type, manager: manager), .created)
    case (.put, .some):
      let object = try parse(octets)
      let new = try store.update(
        target.objectName, type, subresource: target.subresource, manager: manager
      ) { _ in object }
      return (new, .ok)
    case (.patch, .some): return try patch(call, target, try parse(octets), manager)
    case (.delete, .some):
      let options = octets.isEmpty ? nil : try parse(octets)
      let uid = options?["preconditions"]?["uid"]?.string
      let old = try store.delete(target.objectName, type, uid: uid)
      return (
        [
          "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success",
          "details": [
            "name": .string(target.objectName.name),
            "uid": old["metadata"]?["uid"] ?? .null,
          ],
        ], .ok
      )
    default:
      throw APIFailure.bad("method not allowed", code: 405, reason: "MethodNotAllowed")
    }
  }

  private func patch(
    _ call: APICall, _ target: APICall.Target, _ body: JSONValue, _ manager: String
  ) throws -> (JSONValue, HTTPResponse.Status) {
    let name = target.objectName
    switch call.contentType.prefix(while: { $0 != ";" }) {
    case "application/merge-patch+json":
      let new = try store.update(
        name, target.type, subresource: target.subresource, manager: manager
      ) { $0.merged(body) }
      return (new, .ok)
    case "application/apply-patch+yaml", "application/apply-patch+json":
      guard call.query["fieldManager"] != nil else {
        throw APIFailure.bad("fieldManager is required for apply patch", code: 422)
      }
      let (object, isNew) = try store.apply(
        body, name, target.type, subresource: target.subresource, manager: manager,
        force: call.query["force"] == "true")
      return (object, isNew ? .created : .ok)
    case "application/strategic-merge-patch+json":
      let new = try store.update(
        name, target.type, subresource: target.subresource, manager: manager
      ) {
        guard let new = try StrategicMerge.merge(body, into: $0, of: target.type) else {
          throw APIFailure.unknownFormat
        }
        return new
      }
      return (new, .ok)
    default: throw APIFailure.unknownFormat
    }
  }

  private func parse(_ octets: [UInt8]) throws -> JSONValue {
    do {
      let value = try JSONValue(parsing: octets)
      guard value.object != nil else { throw APIFailure.bad("expected an object") }
      return value
    } catch let error as JSONFailure {
      throw APIFailure.bad("cannot be read: \(error)")
    }
  }

  private func list(_ call: APICall, _ type: ServedType) throws -> JSONValue {
    let limit = call.query["limit"].flatMap { Int($0) }
    let page = try store.page(
      type, try call.selectors(), limit: limit, token: call.query["continue"])
    var metadata: [String: JSONValue] = ["resourceVersion": .string(String(page.version))]
    if let token = page.token {
      metadata["continue"] = .string(token)
      metadata["remainingItemCount"] = .integer(Int64(page.remaining))
    }
    // As in the real API, only custom resources name their type within a list.
    let items = page.objects.map { object -> JSONValue in
      guard type.group != "metallb.io", case .object(var members) = object else { return object }
      members["apiVersion"] = nil
      members["kind"] = nil
      return .object(members)
    }
    return [
      "kind": .string("\(type.kind)List"), "apiVersion": .string(type.apiVersion),
      "metadata": .object(metadata), "items": .array(items),
    ]
  }

  // MARK: Watches

  private func watch(
    _ call: APICall, _ target: APICall.Target, _ fault: Fault?
  ) throws -> Response {
    let selectors = try call.selectors()
    let isStream = call.query["sendInitialEvents"] == "true"
    if isStream, !streamsLists {
      throw APIFailure.bad(
        "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled",
        code: 422, reason: "Invalid")
    }
    let stated = call.query["resourceVersion"] ?? ""
    let from = isStream || stated.isEmpty || stated == "0" ? nil : Int64(stated)
    let type = target.type
    let (objects, version, id, notices) = try store.watch(type, from: from)
    let seconds = min(call.query["timeoutSeconds"].flatMap { Int($0) } ?? 300, 600)
    let bookmarks = call.query["allowWatchBookmarks"] == "true"
    let store = store
    return Response(
      status: .ok, headers: [.contentType: "application/json"],
      body: ResponseBody { writer in
        defer { store.endWatch(id, type) }
        var output = FaultyOutput(fault: fault)
        let milliseconds = if case .end(let after) = fault { after } else { seconds * 1000 }
        let end = Task {
          try? await Task.sleep(for: .milliseconds(milliseconds))
          store.endWatch(id, type)
        }
        defer { end.cancel() }
        var text: [UInt8] = []
        for object in objects where selectors.match(object) {
          text += Self.line("ADDED", object)
        }
        if isStream { text += Self.bookmark(type, version, endsInitialEvents: true) }
        try await output.write(text, to: &writer)
        if fault == .expire {
          let failure = APIFailure.expired("too old resource version")
          try await output.write(Self.line("ERROR", failure.object), to: &writer)
          return try await writer.finish(nil)
        }
        for await notice in notices {
          switch notice {
          case .change(let change):
            if let line = Self.line(change, selectors) { try await output.write(line, to: &writer) }
          case .bookmark(let version):
            guard bookmarks else { continue }
            let line = Self.bookmark(type, version, endsInitialEvents: false)
            try await output.write(line, to: &writer)
          case .end: store.endWatch(id, type)
          }
        }
        try await writer.finish(nil)
      })
  }

  /// What a change is to a watch with selectors.
  private static func line(_ change: ObjectStore.Change, _ selectors: Selectors) -> [UInt8]? {
    let was = change.old.map(selectors.match) ?? false
    let isNow = change.new.map(selectors.match) ?? false
    switch (was, isNow, change.new ?? change.old) {
    case (false, true, .some(let object)): return line("ADDED", object)
    case (true, true, .some(let object)): return line("MODIFIED", object)
    case (true, false, .some(let object)): return line("DELETED", object)
    default: return nil
    }
  }

  private static func line(_ type: String, _ object: JSONValue) -> [UInt8] {
    JSONValue.object(["type": .string(type), "object": object]).octets + [UInt8(ascii: "\n")]
  }

  private static func bookmark(
    _ type: ServedType, _ version: Int64, endsInitialEvents: Bool
  ) -> [UInt8] {
    var metadata: [String: JSONValue] = ["resourceVersion": .string(String(version))]
    if endsInitialEvents { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
    return line(
      "BOOKMARK",
      [
        "kind": .string(type.kind), "apiVersion": .string(type.apiVersion),
        "metadata": .object(metadata),
      ])
  }

  private func json(
    _ value: JSONValue, _ status: HTTPResponse.Status, _ fault: Fault?
  ) -> Response {
    let octets = value.octets
    return Response(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody { writer in
        var output = FaultyOutput(fault: fault)
        try await output.write(octets, to: &writer)
        try await writer.finish(nil)
      })
  }
}

/// Writes a body as a fault has it.
struct FaultyOutput {
  /// The end of a connection that breaks.
  struct Cut: Error {}

  let fault: Fault?
  private var written = 0

  init(fault: Fault?) { self.fault = fault }

  mutating func write(_ octets: [UInt8], to writer: inout any ResponseBodyWriter) async throws {
    guard !octets.isEmpty else { return }
    switch fault {
    case .cut(let limit) where written + octets.count > limit:
      try await writer.write(ByteBuffer(bytes: octets.prefix(max(limit - written, 0))))
      throw Cut()
    case .stall(let limit) where written + octets.count > limit:
      try await writer.write(ByteBuffer(bytes: octets.prefix(max(limit - written, 0))))
      try await Task.sleep(for: .seconds(3600))
    case .slow(let size, let pause):
      var rest = octets[...]
      while !rest.isEmpty {
        try await Task.sleep(for: .milliseconds(pause))
        try await writer.write(ByteBuffer(bytes: rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
    case .garbage:
      try await writer.write(ByteBuffer(string: "<html>Bad Gateway</html>\n"))
    default:
      try await writer.write(ByteBuffer(bytes: octets))
    }
    written += octets.count
  }
}

extension JSONValue {
  fileprivate func mergedNamespace(_ namespace: String) -> JSONValue {
    merged(["metadata": ["namespace": .string(namespace)]])
  }
}
