import Addresses
import Resources
import Testing
import Yams

@testable import Lab

@Suite struct ManifestsTests {
  /// `Examples/lab` of the repository.
  private static let examples =
    #filePath.split(separator: "/").dropLast(3)
    .reduce("") { "\($0)/\($1)" } + "/Examples/lab"

  /// Whoever changes the lab's manifests runs `make examples`, which sets the variable.
  @Test func theExamplesAreTheManifestsOfTheLab() throws {
    let files = try Manifests(topology: topology).files()
    if Environment.isSet("BELLMAN_UPDATE_EXAMPLES") {
      for (name, text) in files { try TextFile.replace("\(Self.examples)/\(name)", with: text) }
    }
    #expect(Folder.names(in: Self.examples) == files.map(\.name).sorted())
    for (name, text) in files {
      #expect(TextFile.read("\(Self.examples)/\(name)") == text, "\(name); run `make examples`")
    }
  }

  @Test func everyFileIsYAML() throws {
    var manifests = Manifests(topology: topology)
    manifests.bulk = Workload.bulk(3, topology: topology)
    for (name, text) in try manifests.files() {
      let documents = try Yams.compose_all(yaml: text).compactMap { $0.mapping }
      #expect(!documents.isEmpty, "\(name)")
      #expect(documents.allSatisfy { $0["kind"] != nil && $0["apiVersion"] != nil }, "\(name)")
    }
  }

  @Test func conditionsAreStringsAndNotBooleans() throws {
    let text = try #require(Manifests(topology: topology).files().first { $0.name == "nodes.yaml" })
    #expect(text.text.contains("status: \"False\"\n      type: NetworkUnavailable"))
  }

  @Test func aMovedEndpointIsTheOnlyOneInEveryFamily() throws {
    var manifests = Manifests(topology: topology)
    try manifests.moveEndpoint(of: "bgp-local", to: "node-2", topology: topology)
    let slices = manifests.slices.filter { $0.serviceName?.name == "bgp-local" }
    #expect(slices.map(\.family) == [.ipv4, .ipv6])
    #expect(slices.map { $0.endpoints.map(\.nodeName) } == [["node-2"], ["node-2"]])
    #expect(
      slices.map { $0.endpoints[0].addresses[0].description }
        == ["198.51.100.134", "2001:db8:0:102::2"])
  }

  @Test func namesThatDoNotExistAreRefused() {
    var manifests = Manifests(topology: topology)
    #expect(throws: LabError.self) {
      try manifests.moveEndpoint(of: "nothing", to: "node-2", topology: topology)
    }
    #expect(throws: LabError.self) { try manifests.setNetworkUnavailable(true, node: "node-9") }
  }

  @Test func bulkServicesHaveAddressesOfTheirOwn() {
    let bulk = Workload.bulk(2000, topology: topology)
    let addresses =
      bulk.flatMap(\.service.ingress)
      + Workload.ofLab(topology: topology)
      .flatMap(\.service.ingress)
    #expect(bulk.count == 2000)
    #expect(Set(addresses).count == addresses.count)
  }

  @Test func theConfigurationFollowsItsValues() {
    var configuration = MetalLBConfiguration(topology: topology)
    configuration.holdTime = 3
    configuration.routerAS = 64512
    #expect(configuration.text.matches(of: /holdTime: 3s/).count == 2)
    #expect(configuration.text.matches(of: /peerASN: 64512\n/).count == 2)
    configuration.holdTime = nil
    #expect(!configuration.text.contains("holdTime"))
  }
}
