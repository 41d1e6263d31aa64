import KubernetesClient
import NIOCore
import Resources
import Status
import Testing

@testable import Speaker

@Suite struct ClusterIntakeTests {
  /// Feeds an intake.
  final class Driver {
    var intake = ClusterIntake()
    var now = NIODeadline.uptimeNanoseconds(1)

    /// The objects of a stream came; returns what the control loop is told.
    func take(
      _ stream: ClusterStream, _ objects: JSONValue..., isComplete: Bool = true
    ) -> SourceUpdate? {
      let changes = objects.map { object -> ClusterIntake.Change in
        let name = ObjectName(
          namespace: object["metadata"]?["namespace"]?.string ?? "",
          name: object["metadata"]?["name"]?.string ?? "")
        let read = KubernetesObject(
          apiVersion: "", kind: "", name: name, uid: "", resourceVersion: "1", json: object.octets)
        return .upserted(name, ClusterObject.decode(read, of: stream))
      }
      intake.take(changes, isComplete: isComplete, of: stream, now: now)
      return intake.update(now: now)
    }

    /// Time has passed.
    func update() -> SourceUpdate? { intake.update(now: now) }

    func remove(_ stream: ClusterStream, _ name: ObjectName) -> SourceUpdate? {
      intake.take([.removed(name)], isComplete: true, of: stream, now: now)
      return intake.update(now: now)
    }

    func note(
      _ condition: Reflector.Condition, _ stream: ClusterStream
    ) -> SourceUpdate? {
      intake.note(condition, of: stream, now: now)
      return intake.update(now: now)
    }

    /// Everything was read once: a Service with a slice, a node and a pool.
    static func begun() -> Driver {
      let driver = Driver()
      for kind in ClusterStream.kinds { _ = driver.note(.following, .kind(kind)) }
      _ = driver.take(.kind(.service), ClusterObjects.service("web", "192.0.2.1"))
      _ = driver.take(.kind(.endpointSlice), ClusterObjects.slice("web"))
      _ = driver.take(.kind(.node), ClusterObjects.node("node-1"))
      _ = driver.take(.kind(.ipAddressPool), ClusterObjects.pool("pool", "192.0.2.0/24"))
      for kind in ClusterStream.kinds.dropFirst(4) { _ = driver.take(.kind(kind)) }
      return driver
    }
  }

  private let web = ObjectName(namespace: "shop", name: "web")
  private let router = ClusterStream.secret(
    ObjectName(namespace: ClusterObjects.namespace, name: "router"))
  private let failure = Reflector.Condition.failing(.connection("refused"))

  @Test func nothingGoesOnBeforeEverythingWasRead() throws {
    for last in ClusterStream.kinds {
      let driver = Driver()
      for kind in ClusterStream.kinds where kind != last {
        #expect(driver.take(.kind(kind)) == nil)
      }
      let service = ClusterObjects.service("web", "192.0.2.1")
      #expect(driver.take(.kind(.service), service, isComplete: last != .service) == nil)
      #expect(driver.take(.kind(last), isComplete: false) == nil, "a part of \(last) is not all")
      let update = try #require(driver.take(.kind(last)))
      #expect(update.isComplete)
      #expect(update.changes.services.upserted.map(\.metadata.name) == [web])
    }
  }

  @Test func nothingGoesOnBeforeItMay() throws {
    let driver = Driver()
    driver.intake.mayBegin = false
    for kind in ClusterStream.kinds {
      #expect(!driver.intake.waitsToBegin)
      #expect(driver.take(.kind(kind)) == nil)
    }
    #expect(driver.intake.waitsToBegin)
    driver.intake.mayBegin = true
    #expect(try #require(driver.update()).isComplete)
    #expect(!driver.intake.waitsToBegin)
  }

  @Test func aKindThatIsNotInstalledHoldsNothingUpAndIsNoProblem() throws {
    let driver = Driver()
    for kind in ClusterStream.kinds.dropLast() { _ = driver.take(.kind(kind)) }
    let update = try #require(driver.note(.notInstalled, .kind(.bfdProfile)))
    #expect(update.isComplete && update.state.problems == [])
  }

  @Test func aPeerWaitsForItsPasswordAtTheStart() throws {
    let driver = Driver()
    for kind in ClusterStream.kinds where kind != .bgpPeer { _ = driver.take(.kind(kind)) }
    let peer = ClusterObjects.peer("router", secret: "router")
    #expect(driver.take(.kind(.bgpPeer), peer) == nil)
    #expect(driver.intake.streams.contains(router))
    let update = try #require(driver.take(router, ClusterObjects.secret("router", "lab")))
    #expect(update.changes.configuration?.passwords.values.sorted() == ["lab"])
    #expect(update.state.problems == [])
  }

  @Test func aSecretThatMayNotBeReadConcernsItsPeerOnly() throws {
    let driver = Driver()
    for kind in ClusterStream.kinds where kind != .bgpPeer { _ = driver.take(.kind(kind)) }
    _ = driver.take(.kind(.bgpPeer), ClusterObjects.peer("router", secret: "router"))
    let update = try #require(
      driver.note(.failing(.status(APIStatus(code: 403, reason: "Forbidden"))), router))
    #expect(update.isComplete)
    #expect(update.state.problems.contains { $0.file == "secret metallb-system/router" })
    #expect(update.state.problems.contains { $0.object == "BGPPeer metallb-system/router" })
    #expect(update.state.configurationErrors.contains { $0.file == "secret metallb-system/router" })
    #expect(update.state.obstacles == [])
    let objects = update.state.circumstances.map(\.object)
    #expect(Set(objects) == ["Secret metallb-system/router", "BGPPeer metallb-system/router"])
  }

  @Test func anAPIServerIsOutOfReachWhenNothingOfEveryClusterCanBeRead() throws {
    let driver = Driver.begun()
    let first = try #require(driver.note(failure, .kind(.service)))
    #expect(first.state.isReachable)
    _ = driver.note(failure, .kind(.endpointSlice))
    let all = try #require(driver.note(failure, .kind(.node)))
    #expect(!all.state.isReachable)
    _ = driver.note(.following, .kind(.node))
    driver.now = driver.now + .seconds(6)
    let back = driver.update() ?? driver.note(.following, .kind(.service))
    #expect(try #require(back).state.isReachable)
  }

  @Test func aPeerThatComesLaterGoesOnWithItsPassword() throws {
    let driver = Driver.begun()
    let peer = ClusterObjects.peer("router", secret: "router")
    #expect(driver.take(.kind(.bgpPeer), peer) == nil)
    _ = driver.note(.following, router)
    let update = try #require(driver.take(router, ClusterObjects.secret("router", "lab")))
    #expect(update.changes.configuration?.peers.map(\.name) == ["router"])
    #expect(update.state.problems == [])
    // Another password, then another secret; the old one is followed no longer.
    let changed = try #require(driver.take(router, ClusterObjects.secret("router", "new")))
    #expect(changed.changes.configuration?.passwords.values.sorted() == ["new"])
    let without = try #require(driver.take(.kind(.bgpPeer), ClusterObjects.peer("router")))
    #expect(!driver.intake.streams.contains(router))
    #expect(without.state.objects["Secret"] == nil)
  }

  @Test func peersOfTheOldVersionAreReadWhereThereIsNoOther() throws {
    let driver = Driver()
    for kind in ClusterStream.kinds where kind != .bgpPeer { _ = driver.take(.kind(kind)) }
    #expect(driver.note(.notInstalled, .kind(.bgpPeer)) == nil)
    #expect(driver.intake.streams.contains(.oldPeers))
    let old = ClusterObjects.peer("router", version: "v1beta1")
    let update = try #require(driver.take(.oldPeers, old))
    #expect(update.changes.configuration?.peers.map(\.name) == ["router"])
    // MetalLB is upgraded: the same objects in the new version.
    _ = driver.note(.following, .kind(.bgpPeer))
    #expect(!driver.intake.streams.contains(.oldPeers))
    let new = driver.take(.kind(.bgpPeer), ClusterObjects.peer("router"))
    #expect(new?.changes.configuration == nil, "nothing is withdrawn for a new version")
    #expect(new?.state.objects["BGPPeer"] == 1)
  }

  @Test func slicesGoOnWithTheirServiceOnly() throws {
    let driver = Driver.begun()
    #expect(driver.take(.kind(.endpointSlice), ClusterObjects.slice("db")) == nil)
    let db = ClusterObjects.service("db", "192.0.2.2")
    let comes = try #require(driver.take(.kind(.service), db))
    #expect(comes.changes.endpointSlices.upserted.map(\.metadata.name.name) == ["db-1"])
    let name = ObjectName(namespace: "shop", name: "db")
    let goes = try #require(driver.remove(.kind(.service), name))
    #expect(goes.changes.services.removed == [name])
    #expect(goes.changes.endpointSlices.removed.map(\.name) == ["db-1"])
    let back = try #require(driver.take(.kind(.service), db))
    #expect(back.changes.endpointSlices.upserted.map(\.metadata.name.name) == ["db-1"])
  }

  @Test func whatDecidesNothingIsNotKept() throws {
    let driver = Driver.begun()
    let update = try #require(
      driver.take(.kind(.service), ClusterObjects.service("db", "192.0.2.2")))
    let service = try #require(update.changes.services.upserted.first)
    #expect(service.metadata.annotations == ["metallb.io/address-pool": "pool"])
    // The heartbeat of a node.
    #expect(
      driver.take(.kind(.node), ClusterObjects.node("node-1"))?.changes.isEmpty ?? true)
  }

  @Test func anUnknownFieldOfTheServerIsAWarning() throws {
    let driver = Driver.begun()
    let pool = ClusterObjects.pool("new", "198.51.100.0/24", extra: ["tomorrow": true])
    let update = try #require(driver.take(.kind(.ipAddressPool), pool))
    #expect(update.changes.configuration?.pools.count == 2)
    #expect(update.state.problems.map(\.severity) == [.warning])
    #expect(update.state.problems.first?.fieldPath == "spec.tomorrow")
    #expect(update.state.isComplete)
  }

  @Test func whatIsNewInKubernetesOwnKindsIsPassedOver() throws {
    let driver = Driver.begun()
    var service = ClusterObjects.service("db", "192.0.2.2").object ?? [:]
    service["spec"] = ["type": "LoadBalancer", "ports": [["port": 80]], "tomorrow": true]
    let update = try #require(driver.take(.kind(.service), .object(service)))
    #expect(update.changes.services.upserted.count == 1 && update.state.problems == [])
  }

  @Test func aBadObjectLeavesTheLastGoodOneInUse() throws {
    let driver = Driver.begun()
    let bad = try #require(
      driver.take(.kind(.ipAddressPool), ClusterObjects.pool("pool", "nonsense")))
    #expect(bad.changes.isEmpty && !bad.state.isComplete)
    #expect(
      bad.state.problems.contains {
        $0.object == "IPAddressPool metallb-system/pool" && $0.fieldPath == "spec.addresses[0]"
      })
    let errors = bad.state.problems.filter { $0.severity == .error }
    #expect(errors.count == 1 && bad.state.configurationErrors == errors)
    let good = try #require(
      driver.take(.kind(.ipAddressPool), ClusterObjects.pool("pool", "192.0.2.0/25")))
    #expect(good.changes.configuration?.pools.count == 1 && good.state.problems == [])
  }

  @Test func afterAnOutageEverythingGoesOnInOnePass() throws {
    let driver = Driver.begun()
    for kind in ClusterStream.kinds {
      let update = try #require(driver.note(failure, .kind(kind)))
      #expect(update.changes.isEmpty, "the last known state stays")
    }
    #expect(
      driver.intake.update(now: driver.now + .hours(1)) == nil, "however long it takes")
    var last: SourceUpdate?
    for kind in ClusterStream.kinds {
      #expect(last?.changes.isEmpty ?? true)
      let early =
        switch kind {
        case .service:
          driver.take(.kind(kind), ClusterObjects.service("web", "192.0.2.9"))
        case .node: driver.take(.kind(kind), ClusterObjects.node("node-2"))
        default: driver.take(.kind(kind))
        }
      #expect(early?.changes.isEmpty ?? true)
      last = driver.note(.following, .kind(kind))
    }
    let update = try #require(last)
    #expect(update.changes.services.upserted.map(\.metadata.name) == [web])
    #expect(update.changes.nodes.upserted.map(\.name) == ["node-2"])
    #expect(update.changes.endpointSlices.isEmpty && update.changes.configuration == nil)
    #expect(update.state.problems == [])
  }

  @Test func aKindThatStaysUnreadableHoldsTheOthersUpForAShortTimeOnly() throws {
    let driver = Driver.begun()
    for kind in [ResourceKind.service, .community] { _ = driver.note(failure, .kind(kind)) }
    _ = driver.note(.following, .kind(.service))
    let changed = ClusterObjects.service("web", "192.0.2.9")
    #expect(driver.take(.kind(.service), changed)?.changes.isEmpty ?? true)
    driver.now = try #require(driver.intake.nextDeadline)
    let update = try #require(driver.update())
    #expect(update.changes.services.upserted.count == 1)
    let next = driver.take(.kind(.service), ClusterObjects.service("web", "192.0.2.10"))
    #expect(next?.changes.services.upserted.count == 1, "and not once more")
  }

  /// What waits the longest before it asks again is waited for, and what is refused is not.
  @Test(
    arguments: [(.failing(.stalled), 40), (refused, 5)] as [(Reflector.Condition, Int64)])
  func theOthersWaitForWhatWillComeBack(condition: Reflector.Condition, seconds: Int64) throws {
    let driver = Driver.begun()
    _ = driver.note(failure, .kind(.service))
    _ = driver.note(condition, .kind(.community))
    let start = driver.now
    _ = driver.note(.following, .kind(.service))
    let changed = ClusterObjects.service("web", "192.0.2.9")
    #expect(driver.take(.kind(.service), changed)?.changes.isEmpty ?? true)
    #expect(driver.intake.nextDeadline == start + .seconds(seconds))
    driver.now = start + .seconds(seconds) - .nanoseconds(1)
    #expect(driver.update()?.changes.isEmpty ?? true)
    driver.now = start + .seconds(seconds)
    #expect(try #require(driver.update()).changes.services.upserted.count == 1)
  }

  private static let refused = Reflector.Condition.failing(
    .status(APIStatus(code: 403, reason: "Forbidden")))

  @Test func problemsOfStreamsSayWhatFollows() throws {
    let driver = Driver()
    let early = try #require(driver.note(failure, .kind(.node)))
    #expect(!early.isComplete)
    #expect(
      early.state.problems.first?.description
        == "nodes: cannot be read: refused; nothing is announced before it was read once")
    let begun = Driver.begun()
    let late = try #require(begun.note(failure, .kind(.bgpPeer)))
    #expect(
      late.state.problems.first?.description
        == "bgppeers.metallb.io: cannot be read: refused; the last state that was read stays in use"
    )
    // The configuration is as good as it was.
    #expect(late.state.configurationErrors == [])
    #expect(
      late.state.circumstances.map { "\($0.reason) \($0.object ?? "")" }
        == ["sourceUnreachable bgppeers.metallb.io"])
    #expect(late.state.statusProblems.map(\.file) == [nil])
    #expect(late.state.statusProblems.map(\.object) == ["bgppeers.metallb.io"])
    #expect(try #require(begun.note(.following, .kind(.bgpPeer))).state.problems == [])
  }
}
