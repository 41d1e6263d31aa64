/// Puts the `metallb.io` objects together and checks them against each other.
struct ConfigurationBuilder {
  /// An object of one kind and its place.
  struct Located<Object: Hashable & Sendable> {
    let object: Object
    let key: ResourceKey
    let location: SourceLocation
  }

  var pools: [Located<IPAddressPool>] = []
  var l2Advertisements: [Located<L2Advertisement>] = []
  var bgpAdvertisements: [Located<BGPAdvertisement>] = []
  var peers: [Located<BGPPeer>] = []
  var communities: [Located<Community>] = []
  var bfdProfiles: [Located<BFDProfile>] = []
  var secrets: [ObjectName: Secret] = [:]
  var configuration = Configuration()
  private var diagnostics: [Diagnostic] = []
  /// The names that were given, those of refused objects included: they are not unknown.
  private(set) var poolNames: Set<String> = []
  private(set) var peerNames: Set<String> = []

  /// A builder of these objects, sorted by name.
  init(_ objects: [DecodedObject]) {
    for object in objects.sorted(by: Self.isBefore) {
      switch object.resource {
      case .ipAddressPool(let value): add(value, object, to: \.pools)
      case .l2Advertisement(let value): add(value, object, to: \.l2Advertisements)
      case .bgpAdvertisement(let value): add(value, object, to: \.bgpAdvertisements)
      case .bgpPeer(let value): add(value, object, to: \.peers)
      case .community(let value): add(value, object, to: \.communities)
      case .bfdProfile(let value): add(value, object, to: \.bfdProfiles)
      case .secret(let value): secrets[value.metadata.name] = secrets[value.metadata.name] ?? value
      case .service, .endpointSlice, .node: break
      }
    }
    poolNames = Set(pools.map(\.key.name.name))
    peerNames = Set(peers.map(\.key.name.name))
  }

  /// Runs all checks, each of which leaves out what it refuses.
  mutating func build() -> ConfigurationBuild {
    checkPools()
    checkCommunities()
    checkPeers()
    checkL2Advertisements()
    checkBGPAdvertisements()
    configuration.pools = pools.map(\.object)
    configuration.l2Advertisements = l2Advertisements.map(\.object)
    configuration.bgpAdvertisements = bgpAdvertisements.map(\.object)
    configuration.peers = peers.map(\.object)
    return ConfigurationBuild(configuration: configuration, diagnostics: diagnostics.sorted())
  }

  /// Reports something of `object`, at the line of its field `path`.
  mutating func report<Object>(
    _ severity: Diagnostic.Severity, _ object: Located<Object>, _ path: String? = nil,
    _ message: String
  ) {
    let location = object.location
    diagnostics.append(
      Diagnostic(
        severity: severity, file: location.file,
        line: path.flatMap { location.fieldLines[$0] } ?? location.line,
        object: object.key.description, fieldPath: path, message: message))
  }

  /// By name before namespace, since the namespace of a `metallb.io` object means nothing.
  private static func isBefore(_ left: DecodedObject, _ right: DecodedObject) -> Bool {
    let (first, second) = (left.resource.metadata.name, right.resource.metadata.name)
    if first.name != second.name { return first.name < second.name }
    if first.namespace != second.namespace { return first.namespace < second.namespace }
    return (left.location.file, left.location.line ?? 0)
      < (right.location.file, right.location.line ?? 0)
  }

  private mutating func add<Object: Hashable & Sendable>(
    _ value: Object, _ object: DecodedObject,
    to list: WritableKeyPath<Self, [Located<Object>]>
  ) {
    let located = Located(object: value, key: object.resource.key, location: object.location)
    if let first = self[keyPath: list].last, first.key.name.name == located.key.name.name {
      report(
        .error, located, "metadata.name",
        "the name is taken by \(first.key) (\(Self.place(first.location))); names of "
          + "\(located.key.kind.rawValue) are unique over all namespaces")
      return
    }
    self[keyPath: list].append(located)
  }

  /// Such as `pools.yaml:12`.
  static func place(_ location: SourceLocation) -> String {
    location.line.map { "\(location.file):\($0)" } ?? location.file
  }
}
