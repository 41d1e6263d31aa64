import Addresses

/// What would be announced if these objects were the whole truth and every node and session were up:
/// `bellman plan`.
public struct PlanDocument: VersionedDocument, Hashable {
  public static let currentVersion = 1

  /// The version of the document's form, ``currentVersion`` where this program made it.
  public let version: Int
  /// Where the objects came from: a directory, or the URL of an API server.
  public let source: String
  /// The nodes, by name.
  public let nodes: [String]
  /// Every address of the services, by address.
  public let addresses: [PlannedAddress]
  /// The services that have no address to announce, by name.
  public let servicesWithoutAddress: [ServiceStatus]
  /// What is wrong with the objects: errors first, then by file and line.
  public let problems: [Problem]

  /// A document of the current version; the lists are sorted here.
  public init(
    source: String, nodes: [String], addresses: [PlannedAddress],
    servicesWithoutAddress: [ServiceStatus] = [], problems: [Problem] = []
  ) {
    version = Self.currentVersion
    self.source = source
    self.nodes = nodes.sorted()
    self.addresses = addresses.sorted { $0.address < $1.address }
    self.servicesWithoutAddress = servicesWithoutAddress.sorted { $0.service < $1.service }
    self.problems = problems.sorted()
  }

  /// The part about one address, or about the addresses of a service `namespace/name`.
  public func only(about subject: String) -> PlanDocument {
    PlanDocument(
      source: source, nodes: nodes,
      addresses: addresses.filter {
        $0.address.description == subject || $0.services.contains(subject)
      },
      servicesWithoutAddress: servicesWithoutAddress.filter { $0.service == subject },
      problems: problems)
  }
}
