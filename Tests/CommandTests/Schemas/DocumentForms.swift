import FoundationEssentials

import class Foundation.JSONSerialization

@testable import Status

/// A document that commands print with `-o json`, and the file of its schema.
struct DocumentForm: Sendable {
  /// The name of the file, without `.json`.
  let name: String
  /// The commands that print it.
  let title: String
  private let schema: @Sendable () throws -> Schema
  private let version: Int

  /// The form of `type`.
  private init<Document: VersionedDocument>(
    _ name: String, _ type: Document.Type, _ title: String
  ) {
    self.name = name
    self.title = title
    schema = { try Schema.of(type) }
    version = Document.currentVersion
  }

  /// All of them.
  static let all: [DocumentForm] = [
    DocumentForm("status", StatusDocument.self, "bellman status, of one speaker"),
    DocumentForm("peers", PeersDocument.self, "bellman status peers, of one speaker"),
    DocumentForm("members", MembersDocument.self, "bellman status members, of one speaker"),
    DocumentForm(
      "interfaces", InterfacesDocument.self, "bellman status interfaces, of one speaker"),
    DocumentForm("routes", RoutesDocument.self, "bellman status routes, of one speaker"),
    DocumentForm("explain", ExplainDocument.self, "bellman explain, of one speaker"),
    DocumentForm("cluster-status", ClusterStatusDocument.self, "bellman status, of a cluster"),
    DocumentForm(
      "cluster-peers", ClusterDocument<PeersDocument>.self, "bellman status peers, of a cluster"),
    DocumentForm(
      "cluster-members", ClusterDocument<MembersDocument>.self,
      "bellman status members, of a cluster"),
    DocumentForm(
      "cluster-interfaces", ClusterDocument<InterfacesDocument>.self,
      "bellman status interfaces, of a cluster"),
    DocumentForm(
      "cluster-routes", ClusterDocument<RoutesDocument>.self,
      "bellman status routes, of a cluster"),
    DocumentForm("cluster-explain", ClusterExplainDocument.self, "bellman explain, of a cluster"),
    DocumentForm("event", SpeakerEvent.self, "A line of bellman events"),
    DocumentForm("plan", PlanDocument.self, "bellman plan"),
    DocumentForm("plan-difference", PlanDifference.self, "bellman plan with --against"),
    DocumentForm("advise", AdviceDocument.self, "bellman advise"),
    DocumentForm("doctor", DoctorDocument.self, "bellman doctor"),
    DocumentForm("drain", DrainDocument.self, "bellman drain"),
    DocumentForm("rebalance", RebalanceDocument.self, "bellman rebalance"),
  ]

  /// The folder of the schemas.
  static let folder = "\(RepositoryPath.root)/Documentation/schemas"

  /// The file of the schema.
  var path: String { "\(Self.folder)/\(name).json" }

  /// The schema as the types have it.
  func text() throws -> String {
    guard case .object(var properties, let required) = try schema() else {
      throw Schema.Unknown(type: name)
    }
    properties["version"] = .integer(isUnsigned: true)
    var json = Schema.object(properties, required: required).json
    var shown = json["properties"] as? [String: Any] ?? [:]
    shown["version"] = ["const": version]
    json["properties"] = shown
    json["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    json["title"] = title
    let data = try JSONSerialization.data(
      withJSONObject: json, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
