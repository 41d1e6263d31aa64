import Addresses

extension EndpointSlice {
  /// The label that names the service of a slice.
  private static let serviceNameLabel = "kubernetes.io/service-name"

  private enum AddressType: String, CaseIterable {
    case ipv4 = "IPv4"
    case ipv6 = "IPv6"
    case fqdn = "FQDN"

    var family: AddressFamily? {
      switch self {
      case .ipv4: .ipv4
      case .ipv6: .ipv6
      case .fqdn: nil
      }
    }
  }

  /// Reads the fields of an EndpointSlice.
  static func decode(
    from object: inout FieldReader, metadata: ObjectMetadata
  ) -> EndpointSlice? {
    let type = object.required("addressType", "IPv4, IPv6 or FQDN")?.choice(AddressType.self)
    let endpoints = object.field("endpoints")
    let ports = object.field("ports")?.mappings(Self.port) ?? []
    guard let type else { return nil }
    let service = metadata.labels[serviceNameLabel].map {
      ObjectName(namespace: metadata.name.namespace, name: $0)
    }
    return EndpointSlice(
      metadata: metadata, serviceName: service, family: type.family,
      endpoints: endpoints?.mappings { Self.endpoint(&$0, family: type.family) } ?? [],
      ports: ports)
  }

  private static func endpoint(_ reader: inout FieldReader, family: AddressFamily?) -> Endpoint? {
    reader.ignore(["deprecatedTopology", "hints", "hostname", "targetRef", "zone"])
    let field = reader.required("addresses", "a list of addresses")
    let addresses =
      family == nil ? [] : field?.list("a list of addresses").compactMap { $0.address(family) }
    var (ready, serving, terminating) = (Bool?.none, Bool?.none, Bool?.none)
    if var conditions = reader.field("conditions")?.mapping() {
      ready = conditions.field("ready")?.boolean()
      serving = conditions.field("serving")?.boolean()
      terminating = conditions.field("terminating")?.boolean()
      conditions.finish(unknown: .warning)
    }
    let nodeName = reader.field("nodeName")?.text("the name of a node")
    reader.finish(unknown: .warning)
    return Endpoint(
      addresses: addresses ?? [], ready: ready, serving: serving, terminating: terminating,
      nodeName: nodeName)
  }

  private static func port(_ reader: inout FieldReader) -> Port? {
    reader.ignore(["appProtocol"])
    let name = reader.field("name")?.string() ?? ""
    let transport = reader.field("protocol")?.choice(TransportName.self) ?? .tcp
    let port = reader.field("port")?.integer(1...65535)
    reader.finish(unknown: .warning)
    return Port(name: name, transport: transport.rawValue, port: port.map { UInt16($0) })
  }
}
