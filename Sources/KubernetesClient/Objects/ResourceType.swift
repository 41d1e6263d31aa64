public import Resources

/// A type of objects as the API's paths name it.
public struct ResourceType: Hashable, Sendable {
  /// The API group, empty for the core group.
  public var group: String
  /// The version, such as `v1`.
  public var version: String
  /// The name in paths, such as `endpointslices`.
  public var plural: String
  /// The kind, such as `EndpointSlice`.
  public var kind: String
  /// Whether the objects have a namespace.
  public var isNamespaced: Bool

  /// A type with these names.
  public init(
    group: String, version: String, plural: String, kind: String, isNamespaced: Bool = true
  ) {
    self.group = group
    self.version = version
    self.plural = plural
    self.kind = kind
    self.isNamespaced = isNamespaced
  }

  /// The type of a kind that decides announcements, in the version to write.
  public init(_ kind: ResourceKind) {
    let plural =
      switch kind {
      case .community: "communities"
      default: kind.rawValue.lowercased() + "s"
      }
    self.init(
      group: kind.group, version: kind.versions[0], plural: plural, kind: kind.rawValue,
      isNamespaced: kind.isNamespaced)
  }

  /// The `apiVersion` of the objects.
  public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// Namespaces (v1).
  public static let namespace = ResourceType(
    group: "", version: "v1", plural: "namespaces", kind: "Namespace", isNamespaced: false)
  /// Events (events.k8s.io/v1).
  public static let event = ResourceType(
    group: "events.k8s.io", version: "v1", plural: "events", kind: "Event")
  /// MetalLB's status of a service that is announced by layer 2.
  public static let serviceL2Status = ResourceType(
    group: "metallb.io", version: "v1beta1", plural: "servicel2statuses", kind: "ServiceL2Status")
  /// MetalLB's status of a service that is announced by BGP.
  public static let serviceBGPStatus = ResourceType(
    group: "metallb.io", version: "v1beta1", plural: "servicebgpstatuses", kind: "ServiceBGPStatus"
  )
  /// MetalLB's status of the configuration.
  public static let configurationState = ResourceType(
    group: "metallb.io", version: "v1beta1", plural: "configurationstates",
    kind: "ConfigurationState")

  /// The path of the group and version.
  var groupPath: String { group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)" }

  /// The path of the objects of `namespace`, or of all.
  func path(namespace: String?) -> String {
    var path = groupPath
    if isNamespaced, let namespace { path += "/namespaces/\(PathText.escape(namespace))" }
    return "\(path)/\(plural)"
  }

  /// The path of one object.
  func path(of name: ObjectName, subresource: String? = nil) -> String {
    let path = path(namespace: isNamespaced ? name.namespace : nil)
    return "\(path)/\(PathText.escape(name.name))" + (subresource.map { "/\($0)" } ?? "")
  }
}

extension ResourceType: CustomStringConvertible {
  /// Such as `ipaddresspools.metallb.io`.
  public var description: String { group.isEmpty ? plural : "\(plural).\(group)" }
}

/// Which objects of a type are wanted.
public struct Selection: Hashable, Sendable {
  /// The type.
  public var type: ResourceType
  /// Only the objects of this namespace; nil for all.
  public var namespace: String?
  /// A label selector in the API's syntax, such as `app=web,tier!=test`.
  public var labelSelector: String?
  /// A field selector in the API's syntax, such as `metadata.name=router`.
  public var fieldSelector: String?
  /// Whether all objects will do where the server does not know the fields of the selector.
  public var isFieldSelectorOptional: Bool
  /// The paths of fields that are cut out of each object before anybody sees it.
  public var pruned: [[String]]

  /// What no reader needs: who wrote which field, and kubectl's copy of the object.
  public static let alwaysPruned = [
    ["metadata", "managedFields"],
    ["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"],
  ]

  /// The objects of `type` that fit the selectors, without the fields `pruned`.
  public init(
    _ type: ResourceType, namespace: String? = nil, labelSelector: String? = nil,
    fieldSelector: String? = nil, isFieldSelectorOptional: Bool = false, pruned: [[String]] = []
  ) {
    self.type = type
    self.namespace = namespace
    self.labelSelector = labelSelector
    self.fieldSelector = fieldSelector
    self.isFieldSelectorOptional = isFieldSelectorOptional
    self.pruned = Self.alwaysPruned + pruned
  }
}

/// Text in paths and queries of a URL (RFC 3986 §2).
enum PathText {
  /// `text` with all but unreserved characters escaped.
  static func escape(_ text: String) -> String {
    var result = ""
    for octet in text.utf8 {
      switch octet {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(octet))
      default:
        let digits = String(octet, radix: 16, uppercase: true)
        result += "%\(digits.count == 1 ? "0" : "")\(digits)"
      }
    }
    return result
  }

  /// The query of these parameters, with its question mark; empty where there are none.
  static func query(_ parameters: [(String, String)]) -> String {
    guard !parameters.isEmpty else { return "" }
    return "?" + parameters.map { "\(escape($0))=\(escape($1))" }.joined(separator: "&")
  }
}
