import HTTPTypes
public import KubernetesClient
import NIOConcurrencyHelpers
public import Resources

/// Role-based access control: what a service account may do by the Roles and ClusterRoles that are
/// bound to it (rbac.authorization.k8s.io/v1).
public final class RBAC: Sendable {
  /// One verb for one resource, the smallest part of a rule.
  public struct Grant: Hashable, Sendable, CustomStringConvertible {
    public var group: String
    /// The resource, with its subresource if that is meant, such as `services/status`.
    public var resource: String
    public var verb: String
    /// The namespace of the Role; nil for the whole cluster.
    public var namespace: String?
    /// The only objects that are meant; empty for all.
    public var names: Set<String>

    public var description: String {
      "\(verb) \(resource)\(group.isEmpty ? "" : ".\(group)")"
        + (names.isEmpty ? "" : " \(names.sorted())")
    }
  }

  private struct State {
    var grants: [Grant]
    var used: Set<Grant> = []
    var denied: Set<String> = []
  }

  private let state: NIOLockedValueBox<State>

  /// Access by exactly these grants.
  public init(_ grants: [Grant]) { state = NIOLockedValueBox(State(grants: grants)) }

  /// The grants that were needed.
  public var used: Set<Grant> { state.withLockedValue { $0.used } }

  /// What was asked for in vain, such as `list services`.
  public var denied: Set<String> { state.withLockedValue { $0.denied } }

  /// What these manifests grant to a service account.
  public static func grants(of objects: [JSONValue], to account: ObjectName) -> [Grant] {
    objects.flatMap { binding -> [Grant] in
      let kind = binding["kind"]?.string
      guard kind == "RoleBinding" || kind == "ClusterRoleBinding",
        binding["subjects"]?.array?.contains(where: { subject in
          subject["kind"] == "ServiceAccount" && subject["name"]?.string == account.name
            && subject["namespace"]?.string == account.namespace
        }) == true
      else { return [] }
      let namespace = kind == "RoleBinding" ? binding["metadata"]?["namespace"]?.string : nil
      let role = objects.first { object in
        object["kind"] == binding["roleRef"]?["kind"]
          && object["metadata"]?["name"] == binding["roleRef"]?["name"]
          && (object["kind"] == "ClusterRole"
            || object["metadata"]?["namespace"]?.string == namespace)
      }
      return (role?["rules"]?.array ?? []).flatMap { grants(of: $0, namespace: namespace) }
    }
  }

  private static func grants(of rule: JSONValue, namespace: String?) -> [Grant] {
    func texts(_ name: String) -> [String] { (rule[name]?.array ?? []).compactMap(\.string) }
    var grants: [Grant] = []
    for group in texts("apiGroups") {
      for resource in texts("resources") {
        for verb in texts("verbs") {
          grants.append(
            Grant(
              group: group, resource: resource, verb: verb, namespace: namespace,
              names: Set(texts("resourceNames"))))
        }
      }
    }
    return grants
  }

  /// Whether `verb` may be done to what `call` names.
  func allows(_ verb: String, _ target: APICall.Target, name: String?) -> Bool {
    let resource =
      target.subresource.map { "\(target.type.plural)/\($0)" } ?? target.type.plural
    return state.withLockedValue { state in
      let grant = state.grants.first { grant in
        grant.group == target.type.group && grant.resource == resource && grant.verb == verb
          && (grant.namespace == nil || grant.namespace == target.namespace)
          && (grant.names.isEmpty || name.map(grant.names.contains) == true)
      }
      if let grant {
        state.used.insert(grant)
      } else {
        state.denied.insert(
          "\(verb) \(resource)" + (target.type.group.isEmpty ? "" : ".\(target.type.group)"))
      }
      return grant != nil
    }
  }
}

extension APICall {
  /// The verbs that the request needs, as the API names them, and the object that it is restricted to.
  func verbs(objectExists: Bool) -> (verbs: [String], name: String?) {
    let selected = (query["fieldSelector"] ?? "").split(separator: ",")
      .first { $0.hasPrefix("metadata.name=") }.map { String($0.dropFirst(14)) }
    switch method {
    case .get:
      if let name = target?.name { return (["get"], name) }
      return ([isWatch ? "watch" : "list"], selected)
    case .post: return (["create"], nil)
    case .put: return (["update"], target?.name)
    case .patch:
      // To apply what is not there is to create it.
      let creates = contentType.hasPrefix("application/apply-patch") && !objectExists
      return (
        creates && target?.subresource == nil ? ["patch", "create"] : ["patch"], target?.name
      )
    case .delete: return (["delete"], target?.name)
    default: return ([], nil)
    }
  }
}
