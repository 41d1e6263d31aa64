import Addresses

extension Service {
  /// Reads `spec` and `status` of a Service.
  static func decode(from object: inout FieldReader, metadata: ObjectMetadata) -> Service? {
    var service = Service(metadata: metadata)
    if let field = object.required("spec", "a mapping"), var spec = field.mapping() {
      service.read(&spec)
    }
    if var status = object.field("status")?.mapping() {
      status.ignore(["conditions"])
      if var loadBalancer = status.field("loadBalancer")?.mapping() {
        service.ingress = loadBalancer.field("ingress")?.mappings(Self.ingress) ?? []
        loadBalancer.finish(unknown: .warning)
      }
      status.finish(unknown: .warning)
    }
    return service
  }

  private mutating func read(_ spec: inout FieldReader) {
    spec.ignore(Self.otherSpecFields)
    type = spec.field("type")?.choice(ServiceType.self) ?? .clusterIP
    loadBalancerClass = spec.field("loadBalancerClass")?.text("the name of a class")
    externalTrafficPolicy = Self.policy(spec.field("externalTrafficPolicy"))
    internalTrafficPolicy = Self.policy(spec.field("internalTrafficPolicy"))
    ports = spec.field("ports")?.mappings(Self.port) ?? []
    if let port = spec.field("healthCheckNodePort")?.integer(0...65535), port > 0 {
      healthCheckNodePort = UInt16(port)
    }
    allocatesNodePorts = spec.field("allocateLoadBalancerNodePorts")?.boolean() ?? true
    spec.finish(unknown: .warning)
  }

  private static func policy(_ field: Field?) -> TrafficPolicy {
    if let field, case .string("") = field.value { return .cluster }
    return field?.choice(TrafficPolicy.self) ?? .cluster
  }

  private static func port(_ reader: inout FieldReader) -> Port? {
    reader.ignore(["appProtocol", "nodePort", "targetPort"])
    let name = reader.field("name")?.string() ?? ""
    let transport = reader.field("protocol")?.choice(TransportName.self) ?? .tcp
    let port = reader.required("port", "a number from 1 to 65535")?.integer(1...65535)
    reader.finish(unknown: .warning)
    return port.map { Port(name: name, transport: transport.rawValue, port: UInt16($0)) }
  }

  /// One ingress entry; one with a host name and no address announces nothing.
  private static func ingress(_ reader: inout FieldReader) -> IPAddress? {
    reader.ignore(["hostname", "ipMode", "ports"])
    let address = reader.field("ip").flatMap { field -> IPAddress? in
      if case .string("") = field.value { return nil }
      return field.address()
    }
    reader.finish(unknown: .warning)
    return address
  }

  /// The fields of ServiceSpec (Kubernetes 1.34) that do not decide announcements.
  private static let otherSpecFields = [
    "clusterIP", "clusterIPs", "externalIPs", "externalName",
    "ipFamilies", "ipFamilyPolicy", "loadBalancerIP", "loadBalancerSourceRanges",
    "publishNotReadyAddresses", "selector", "sessionAffinity", "sessionAffinityConfig",
    "topologyKeys", "trafficDistribution",
  ]
}

/// The values of `protocol` of a port.
enum TransportName: String, CaseIterable {
  case tcp = "TCP"
  case udp = "UDP"
  case sctp = "SCTP"
}
