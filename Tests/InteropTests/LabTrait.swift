import Lab
import Testing

/// Builds a lab for a whole suite and removes it after the last test. The tests get it from
/// ``lab()``.
struct LabTrait: SuiteTrait, TestScoping {
  /// Which speakers run when the first test begins.
  enum Speakers {
    /// Those of all nodes, with all sessions up and an owner for every layer-2 address.
    case allUp
    /// Those of all nodes; whether their sessions come up is for the tests to see.
    case started
    case none
  }

  /// Where the speakers read the cluster.
  enum Source: CaseIterable {
    /// The folder of manifests.
    case manifests
    /// An API server.
    case cluster
  }

  /// The suite runs once for each.
  var sources: [Source] = [.manifests]
  var router = BirdConfiguration()
  var speakers = Speakers.allUp
  var edit: @Sendable (inout Manifests) -> Void = { _ in }

  @TaskLocal static var current: Lab?
  /// The cluster that the speakers read, where it is not the folder of manifests.
  @TaskLocal static var cluster: APICluster?
  /// What each node has sent since before its speaker started, by node: ARP and ICMPv6.
  @TaskLocal static var sent: [String: Capture] = [:]

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    if let obstacle = Program.obstacle { throw LabError(obstacle) }
    for source in sources {
      switch source {
      case .manifests: try await run(nil, function)
      case .cluster: try await APICluster.run { try await run($0, function) }
      }
    }
  }

  private func run(
    _ cluster: APICluster?, _ function: @Sendable () async throws -> Void
  ) async throws {
    let options = Lab.Options(
      binary: Program.path, router: router, cluster: cluster, editManifests: edit)
    try await Lab.with(options: options) { lab in
      var sent: [String: Capture] = [:]
      for node in lab.topology.nodes {
        sent[node.name] = try await lab.capture(node, direction: .out, filter: "arp or icmp6")
      }
      if speakers != .none { try await lab.startSpeakers() }
      if speakers == .allUp {
        try await lab.waitForSettledRoutes()
        try await lab.waitForOwners()
      }
      try await Self.$current.withValue(lab) {
        try await Self.$sent.withValue(sent) {
          try await Self.$cluster.withValue(cluster) { try await function() }
        }
      }
    }
  }
}

extension Trait where Self == LabTrait {
  /// A lab as `bellman lab` builds it, changed as said.
  static func lab(
    from sources: LabTrait.Source..., router: BirdConfiguration = BirdConfiguration(),
    speakers: LabTrait.Speakers = .allUp,
    edit: @escaping @Sendable (inout Manifests) -> Void = { _ in }
  ) -> Self {
    LabTrait(
      sources: sources.isEmpty ? [.manifests] : sources, router: router, speakers: speakers,
      edit: edit)
  }
}

/// The lab of the suite.
func lab() throws -> Lab { try #require(LabTrait.current) }
