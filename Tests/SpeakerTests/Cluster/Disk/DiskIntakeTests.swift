import KubernetesClient
import NIOCore
import Resources
import Status
import Testing

@testable import Speaker

/// An intake that begins with objects from the disk.
@Suite struct DiskIntakeTests {
  private typealias Driver = ClusterIntakeTests.Driver

  private static let goodAt = Timestamp(secondsSince1970: 1_767_225_600)
  private static let refused = Reflector.Condition.failing(.connection("refused"))

  private static func object(_ json: JSONValue, _ kind: ResourceKind) throws -> ObjectFile.Object {
    let stream = ClusterStream.kind(kind)
    let name = ObjectName(
      namespace: json["metadata"]?["namespace"]?.string ?? "",
      name: json["metadata"]?["name"]?.string ?? "")
    let read = KubernetesObject(
      apiVersion: "", kind: "", name: name, uid: "", resourceVersion: "1", json: json.octets)
    return ObjectFile.Object(
      stream: stream, name: name, content: ClusterObject.decode(read, of: stream),
      text: stream.isConfiguration ? json.octets : [])
  }

  private static func stored() throws -> ObjectFile.Objects {
    ObjectFile.Objects(
      header: ObjectFile.Header(goodAt: goodAt, counts: [:], withheld: []),
      objects: [
        try object(ClusterObjects.service("web", "192.0.2.1"), .service),
        try object(ClusterObjects.service("gone", "192.0.2.2"), .service),
        try object(ClusterObjects.slice("web"), .endpointSlice),
        try object(ClusterObjects.node("node-1"), .node),
        try object(ClusterObjects.pool("pool", "192.0.2.0/24"), .ipAddressPool),
        try object(ClusterObjects.peer("old", version: "v1beta1"), .bgpPeer),
      ])
  }

  private static func cutOff() -> Driver {
    let driver = Driver()
    driver.intake.mayBegin = false
    for kind in ClusterStream.kinds { _ = driver.note(refused, .kind(kind)) }
    return driver
  }

  private static func begun() throws -> (driver: Driver, update: SourceUpdate) {
    let driver = cutOff()
    driver.intake.begin(with: try stored(), [])
    return (driver, try #require(driver.update()))
  }

  private static func name(_ name: String) -> ObjectName {
    ObjectName(namespace: "shop", name: name)
  }

  @Test(
    arguments: [
      (.connection("refused"), true), (.stalled, true), (.status(APIStatus(code: 503)), true),
      (.status(APIStatus(code: 500)), true), (.status(APIStatus(code: 429)), true),
      (.status(APIStatus(code: 401)), false), (.status(APIStatus(code: 403)), false),
      (.status(APIStatus(code: 400)), false), (.malformed("x"), false), (.credentials("x"), false),
    ] as [(RequestFailure, Bool)])
  func onlyAnOutageCutsOff(failure: RequestFailure, isOutage: Bool) {
    let driver = Self.cutOff()
    #expect(driver.intake.isCutOff)
    _ = driver.note(.failing(failure), .kind(.node))
    #expect(driver.intake.isCutOff == isOutage)
  }

  @Test func silenceCutsOffButNotALongList() {
    let driver = Driver()
    #expect(driver.intake.isCutOff)
    _ = driver.take(.kind(.service), ClusterObjects.service("a", "192.0.2.1"), isComplete: false)
    #expect(!driver.intake.isCutOff)
    #expect(!Driver.begun().intake.isCutOff)
  }

  @Test func itIsTheCompleteStateInOnePass() throws {
    let (driver, update) = try Self.begun()
    #expect(update.isComplete && !update.state.isReachable)
    #expect(update.state.objectsAsOf == Self.goodAt)
    #expect(
      update.changes.services.upserted.map(\.metadata.name) == ["gone", "web"].map(Self.name))
    #expect(update.changes.endpointSlices.upserted.count == 1)
    #expect(update.changes.configuration?.pools.count == 1)
    #expect(update.changes.configuration?.peers.count == 1)
    #expect(driver.update() == nil && !driver.intake.isCutOff && !driver.intake.isCurrent)
    // Another one changes nothing.
    driver.intake.begin(with: try Self.stored(), [])
    #expect(driver.update() == nil)
  }

  /// One Service has changed, one is gone, and MetalLB knows the older version of BGPPeers only.
  @Test func whatTheServerSaysTakesItsPlaceInOnePass() throws {
    let (driver, _) = try Self.begun()
    for kind in ClusterStream.kinds where kind != .bgpPeer {
      let objects: [JSONValue] =
        switch kind {
        case .service: [ClusterObjects.service("web", "192.0.2.9")]
        case .endpointSlice: [ClusterObjects.slice("web")]
        case .node: [ClusterObjects.node("node-1")]
        case .ipAddressPool: [ClusterObjects.pool("pool", "192.0.2.0/24")]
        default: []
        }
      for object in objects {
        #expect(driver.take(.kind(kind), object, isComplete: false)?.changes.isEmpty ?? true)
      }
      #expect(driver.take(.kind(kind))?.changes.isEmpty ?? true)
      #expect(driver.note(.following, .kind(kind))?.changes.isEmpty ?? true)
    }
    #expect(driver.note(.notInstalled, .kind(.bgpPeer))?.changes.isEmpty ?? true)
    #expect(driver.take(.kind(.bgpPeer))?.changes.isEmpty ?? true)
    // It takes its time, but less than others are waited for.
    driver.now = driver.now + .seconds(30)
    #expect(driver.update()?.changes.isEmpty ?? true)
    let peer = ClusterObjects.peer("old", version: "v1beta1")
    #expect(driver.take(.oldPeers, peer)?.changes.isEmpty ?? true)
    let update = try #require(driver.note(.following, .oldPeers))
    #expect(update.changes.services.upserted.map(\.metadata.name) == [Self.name("web")])
    #expect(update.changes.services.removed == [Self.name("gone")])
    #expect(update.changes.endpointSlices.isEmpty && update.changes.nodes.isEmpty)
    #expect(update.changes.configuration == nil)
    #expect(update.state.objectsAsOf == nil && update.state.isReachable)
    #expect(update.state.problems == [])
    #expect(driver.intake.isCurrent)
  }

  /// What was read before the outage is newer than what is on the disk.
  @Test func whatWasReadStays() throws {
    let driver = Driver()
    driver.intake.mayBegin = false
    _ = driver.take(.kind(.service), ClusterObjects.service("new", "192.0.2.3"))
    _ = driver.note(.following, .kind(.service))
    for kind in ClusterStream.kinds.dropFirst() { _ = driver.note(Self.refused, .kind(kind)) }
    driver.intake.begin(with: try Self.stored(), [])
    let update = try #require(driver.update())
    #expect(update.changes.services.upserted.map(\.metadata.name) == [Self.name("new")])
    #expect(update.changes.nodes.upserted.map(\.name) == ["node-1"])
  }

  @Test func passwordsAreNotKept() {
    var kept = KeptTexts()
    func note(_ json: JSONValue, _ file: String) {
      kept.note(
        json.octets, of: ManifestDecoder.decode(json: json.octets, source: file), file)
    }
    note(ClusterObjects.peer("a"), "a")
    note(ClusterObjects.peer("b", secret: "router"), "b")
    note(ClusterObjects.secret("router", "hunter2"), "secret")
    #expect(kept.texts.keys.sorted() == ["a"])
    #expect(kept.withheld.values.map(\.name) == ["b"])
    note(
      ClusterObjects.metallb(
        "BGPPeer", "a",
        ["myASN": 64512, "peerASN": 64513, "peerAddress": "192.0.2.1", "password": "hunter2"],
        version: "v1beta2"), "a")
    #expect(kept.texts.isEmpty && kept.withheld.count == 2)
    note(ClusterObjects.peer("b"), "b")
    #expect(kept.texts.keys.sorted() == ["b"])
    // What is in error stays as it was.
    note(ClusterObjects.metallb("BGPPeer", "b", [:], version: "v1beta2"), "b")
    #expect(kept.texts["b"] == ClusterObjects.peer("b").octets)
    kept.forget("b")
    #expect(kept.texts.isEmpty)
  }
}
