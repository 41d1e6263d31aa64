public import Assignment
import Addresses
import Resources
public import Status

/// Looks for what is wrong or risky in a snapshot: each check is one function in a file of its
/// subject.
struct Examination {
  let snapshot: Snapshot
  let plan: PlanDocument
  /// The services of type LoadBalancer and of the class that is served, by name.
  let services: [Service]
  let endpoints: ReadyEndpoints
  /// The planned addresses of each service, by `namespace/name`.
  let addresses: [String: [PlannedAddress]]

  init(_ snapshot: Snapshot, _ options: Assignment.Options) {
    self.snapshot = snapshot
    plan = snapshot.plan(options)
    services = snapshot.services.filter {
      $0.type == .loadBalancer && $0.loadBalancerClass == options.loadBalancerClass
    }
    endpoints = ReadyEndpoints(snapshot.endpointSlices)
    var addresses: [String: [PlannedAddress]] = [:]
    for address in plan.addresses {
      for service in address.services { addresses[service, default: []].append(address) }
    }
    self.addresses = addresses
  }

  /// The annotation of a Service by which its owner says that he knows: kinds with commas between,
  /// or `all`.
  static let acceptance = "bellman.dev/accepted-risks"

  var findings: [Finding] {
    var findings = configurationErrors + advertisementsWithoutEffect + poolsOverNodes
    findings += routerRisks + serviceProxyRisks + nodePorts
    for service in services {
      let accepted = Self.list(service.metadata.annotations[Self.acceptance])
      if accepted.contains("all") { continue }
      findings += about(service).filter { !accepted.contains($0.kind.rawValue) }
    }
    return findings.sorted()
  }

  private func about(_ service: Service) -> [Finding] {
    var findings = missingAddress(of: service) + silentAddresses(of: service)
    findings += statedNeeds(of: service)
    findings += insideCallers(of: service) + healthChecks(of: service)
    guard service.externalTrafficPolicy == .local else { return findings }
    return findings + replicas(of: service) + spread(of: service)
  }

  /// The planned addresses of a service.
  func addresses(of service: Service) -> [PlannedAddress] {
    addresses["\(service.metadata.name)"] ?? []
  }

  /// The families of the addresses of a service, or those of its endpoints where it has none.
  func families(of service: Service) -> [AddressFamily] {
    let own = Set(service.ingress.map(\.family))
    return AddressFamily.allCases.filter {
      own.isEmpty ? endpoints.total(of: service.metadata.name, $0) > 0 : own.contains($0)
    }
  }

  /// The nodes that run pods and can call services: all that are not leaving.
  var callingNodes: [String] {
    snapshot.nodes.filter { !$0.metadata.isBeingDeleted && $0.ready == .yes }.map(\.name)
  }

  /// A service as findings name it.
  static func title(_ service: Service) -> String { "Service \(service.metadata.name)" }

  /// The words of a list with commas between.
  static func list(_ text: String?) -> Set<String> {
    Set((text ?? "").split { $0 == "," || $0 == " " }.map(String.init))
  }

  /// At most `limit` names, and how many there are besides.
  static func some(_ names: [String], limit: Int = 5) -> String {
    let shown = names.prefix(limit).joined(separator: ", ")
    return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
  }

  /// A share in per cent, with one decimal below ten.
  static func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    if tenths >= 100 || tenths % 10 == 0 { return "\((tenths + 5) / 10) %" }
    return "\(tenths / 10).\(tenths % 10) %"
  }
}

extension Snapshot {
  /// What is wrong or risky, the worst first.
  ///
  /// A pure function of the objects: equal objects give equal findings.
  public func advice(_ options: Assignment.Options = Assignment.Options()) -> AdviceDocument {
    let examination = Examination(self, options)
    return AdviceDocument(
      source: source, services: examination.services.count, findings: examination.findings,
      omissions: examination.omissions)
  }
}
