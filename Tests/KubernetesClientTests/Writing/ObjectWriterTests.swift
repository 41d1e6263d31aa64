import NIOCore
import Resources
import Testing

@testable import KubernetesClient

@Suite struct ObjectWriterTests {
  static let type = ResourceType.serviceL2Status

  /// A writer with a server that takes every write, or none.
  final class Driver {
    var writer: ObjectWriter
    var now = NIODeadline.uptimeNanoseconds(1)
    /// What the server has.
    var objects: [ObjectName: KubernetesObject] = [:]
    /// What was written, in order.
    var writes: [ObjectWriter.Write] = []
    var failure: RequestFailure?
    /// What the server answers to a write instead of taking it; nil where it takes it.
    var answer: (ObjectWriter.Write) -> ObjectWriter.Outcome? = { _ in nil }
    var version = 0

    init(_ change: (inout ObjectWriter.Configuration) -> Void = { _ in }) {
      var configuration = ObjectWriter.Configuration()
      change(&configuration)
      writer = ObjectWriter(types: [type], configuration: configuration)
    }

    /// What the server has is told, as by a complete list.
    func list() {
      let changes = objects.values.map(ReflectedChanges.Change.upserted)
      writer.observe(ReflectedChanges(changes, isComplete: true), of: type, now: now)
    }

    func want(_ name: String, _ node: String?) {
      writer.want(node.map { ObjectWriterTests.value($0) }, ObjectWriterTests.key(name), now: now)
    }

    /// Lets time pass, and carries out what is to be written meanwhile.
    func run(_ time: TimeAmount) {
      let end = now + time
      while true {
        for write in writer.writes(now: now) { carryOut(write) }
        guard let next = writer.nextDeadline(now: now), next <= end else { break }
        now = max(next, now + .nanoseconds(1))
      }
      now = end
    }

    private func carryOut(_ write: ObjectWriter.Write) {
      writes.append(write)
      if let failure { return writer.finish(write, .failed(failure), now: now) }
      if let outcome = answer(write) { return writer.finish(write, outcome, now: now) }
      let name = write.key.name
      switch write {
      case .apply(_, let labels, let annotations):
        put(name, labels: labels, annotations: annotations, status: status(of: name))
      case .applyStatus(_, let status):
        put(
          name, labels: texts("labels", of: name), annotations: texts("annotations", of: name),
          status: status)
      case .delete:
        objects[name] = nil
        return writer.finish(write, .gone, now: now)
      }
      if let object = objects[name] { writer.finish(write, .written(object), now: now) }
    }

    func status(of name: ObjectName) -> JSONValue? {
      (try? JSONValue(parsing: objects[name]?.json ?? []))?["status"]
    }

    func texts(_ member: String, of name: ObjectName) -> [String: String] {
      let value = try? JSONValue(parsing: objects[name]?.json ?? [])
      return (value?["metadata"]?[member]?.object ?? [:]).compactMapValues(\.string)
    }

    @discardableResult
    func put(
      _ name: ObjectName, labels: [String: String], annotations: [String: String] = [:],
      status: JSONValue?
    ) -> KubernetesObject {
      version += 1
      var members: [String: JSONValue] = [
        "metadata": [
          "labels": .object(labels.mapValues(JSONValue.string)),
          "annotations": .object(annotations.mapValues(JSONValue.string)),
        ]
      ]
      members["status"] = status
      let object = KubernetesObject(
        apiVersion: type.apiVersion, kind: type.kind, name: name,
        uid: objects[name]?.uid ?? "uid-\(version)", resourceVersion: "\(version)",
        json: JSONValue.object(members).octets)
      objects[name] = object
      return object
    }

    /// The state after an earlier life that wanted these objects.
    static func after(_ count: Int) -> Driver {
      let driver = Driver()
      for number in 0..<count {
        driver.put(
          name("web-\(number)"), labels: value("a").labels, status: value("a").status)
      }
      driver.list()
      return driver
    }
  }

  static func name(_ name: String) -> ObjectName {
    ObjectName(namespace: "metallb-system", name: name)
  }

  static func key(_ name: String) -> ObjectWriter.Key { .init(type, self.name(name)) }

  static func value(_ node: String) -> ObjectWriter.Value {
    .init(labels: ["metallb.io/node": "n"], status: ["node": .string(node)])
  }

  @Test func anObjectIsMadeChangedAndDeleted() {
    let driver = Driver()
    driver.list()
    driver.writer.wantsAll()
    driver.want("web", "a")
    driver.run(.seconds(2))
    #expect(
      driver.writes == [
        .apply(Self.key("web"), labels: Self.value("a").labels),
        .applyStatus(Self.key("web"), Self.value("a").status),
      ])
    driver.want("web", "b")
    driver.run(.seconds(40))
    #expect(driver.writes.count == 3)
    #expect(driver.status(of: Self.name("web")) == ["node": "b"])
    driver.want("web", nil)
    driver.run(.seconds(2))
    #expect(driver.objects.isEmpty && driver.writes.count == 4)
  }

  @Test func nothingIsWrittenBeforeTheServersObjectsAreKnown() {
    let driver = Driver()
    driver.want("web", "a")
    driver.run(.minutes(1))
    #expect(driver.writes.isEmpty)
    driver.list()
    driver.run(.seconds(1))
    #expect(driver.writes.count == 2)
  }

  @Test func aRestartWritesNothingThatIsRight() {
    let driver = Driver.after(5000)
    for number in 0..<5000 { driver.want("web-\(number)", "a") }
    driver.writer.wantsAll()
    driver.run(.minutes(10))
    #expect(driver.writes.isEmpty)
  }

  /// Sessions come up seconds after the start: until then their services seem unannounced.
  @Test func whatIsNotYetWantedIsLeftAloneForAWhile() {
    let driver = Driver.after(100)
    driver.writer.wantsAll()
    driver.run(.seconds(10))
    for number in 0..<90 { driver.want("web-\(number)", "a") }
    driver.run(.seconds(10))
    #expect(driver.writes.isEmpty)
    driver.run(.seconds(60))
    #expect(driver.writes.count == 10 && driver.objects.count == 90)
  }

  @Test func writesAreBounded() {
    let driver = Driver {
      $0.burst = 10
      $0.interval = .milliseconds(100)
    }
    driver.list()
    for number in 0..<1000 { driver.want("web-\(number)", "a") }
    driver.run(.seconds(1))
    driver.run(.milliseconds(1))
    #expect(driver.writes.count <= 11)
    driver.run(.seconds(10))
    #expect((100...111).contains(driver.writes.count))
    driver.run(.minutes(10))
    #expect(driver.writes.count == 2000 && driver.objects.count == 1000)
  }

  @Test func whatComesAndGoesQuicklyIsNotWritten() {
    let driver = Driver()
    driver.list()
    driver.writer.wantsAll()
    driver.want("web", "a")
    driver.run(.milliseconds(500))
    driver.want("web", nil)
    driver.run(.minutes(2))
    #expect(driver.writes.isEmpty)
    driver.want("web", "a")
    driver.run(.minutes(2))
    for _ in 0..<100 {
      driver.want("web", "b")
      driver.run(.milliseconds(5))
      driver.want("web", "a")
      driver.run(.milliseconds(5))
    }
    driver.run(.minutes(2))
    #expect(driver.writes.count == 2)
  }

  @Test func whatOthersChangeIsMendedOnce() {
    let driver = Driver.after(1)
    driver.want("web-0", "a")
    driver.writer.wantsAll()
    driver.run(.minutes(1))
    driver.put(Self.name("web-0"), labels: Self.value("a").labels, status: ["node": "x"])
    driver.list()
    driver.run(.minutes(1))
    #expect(driver.writes == [.applyStatus(Self.key("web-0"), Self.value("a").status)])
    driver.objects[Self.name("web-0")] = nil
    driver.writer.observe(
      ReflectedChanges([.removed(Self.name("web-0"))], isComplete: true), of: Self.type,
      now: driver.now)
    driver.run(.minutes(1))
    #expect(driver.writes.count == 3 && driver.objects.count == 1)
  }

  /// The watch lags behind the answers to writes.
  @Test func anEchoOfAnOlderVersionIsNotWrittenOver() throws {
    let driver = Driver()
    driver.list()
    driver.want("web", "a")
    let old = driver.put(Self.name("web"), labels: Self.value("a").labels, status: nil)
    driver.run(.seconds(2))
    #expect(driver.writes.count == 2)
    func observe(_ object: KubernetesObject) {
      driver.writer.observe(
        ReflectedChanges([.upserted(object)], isComplete: true), of: Self.type, now: driver.now)
    }
    observe(old)
    driver.run(.seconds(2))
    #expect(driver.writes.count == 2)
    // A server that was restored has lower versions than before.
    driver.run(.minutes(1))
    observe(old)
    driver.run(.seconds(2))
    #expect(driver.writes.count == 3)
  }

  @Test func aChangeByOthersThatOvertakesTheAnswerIsMended() throws {
    let driver = Driver.after(1)
    driver.want("web-0", "b")
    driver.writer.wantsAll()
    let later = driver.now + .minutes(1)
    let write = try #require(driver.writer.writes(now: later).first)
    let ours = driver.put(
      Self.name("web-0"), labels: Self.value("b").labels, status: Self.value("b").status)
    driver.put(Self.name("web-0"), labels: Self.value("b").labels, status: ["node": "x"])
    driver.list()
    driver.writer.finish(write, .written(ours), now: later)
    driver.now = later
    driver.run(.minutes(1))
    #expect(driver.writes == [.applyStatus(Self.key("web-0"), Self.value("b").status)])
  }

  @Test func anAnnotationIsWrittenAndTakenAway() {
    let driver = Driver.after(1)
    let name = Self.name("web-0")
    var value = Self.value("a")
    value.annotations = ["bellman.dev/note": "x"]
    driver.writer.want(value, Self.key("web-0"), now: driver.now)
    driver.run(.minutes(1))
    #expect(driver.texts("annotations", of: name) == value.annotations)
    driver.list()
    driver.run(.minutes(1))
    #expect(driver.writes.count == 1)
    driver.put(
      name, labels: value.labels,
      annotations: ["bellman.dev/note": "x", "example.com/note": "y"], status: value.status)
    driver.list()
    driver.run(.minutes(1))
    #expect(driver.writes.count == 1, "those of others are left alone")
    driver.writer.want(Self.value("a"), Self.key("web-0"), now: driver.now)
    driver.run(.minutes(1))
    #expect(driver.writes.last == .apply(Self.key("web-0"), labels: value.labels))
    #expect(driver.writes.count == 2)
  }

  @Test func labelsOfOthersAreLeftAlone() {
    let driver = Driver()
    driver.put(
      Self.name("web"), labels: ["metallb.io/node": "n", "example.com/team": "x"],
      status: Self.value("a").status)
    driver.list()
    driver.want("web", "a")
    driver.run(.minutes(1))
    #expect(driver.writes.isEmpty)
  }

  /// A server whose schema does not know a field drops it.
  @Test func aFieldThatTheServerDropsIsNotWrittenAgainAndAgain() {
    let driver = Driver()
    driver.list()
    driver.want("web", "a")
    driver.run(.seconds(2))
    let object = driver.put(Self.name("web"), labels: Self.value("a").labels, status: [:])
    driver.want("web", "b")
    for write in driver.writer.writes(now: driver.now + .seconds(40)) {
      driver.writer.finish(write, .written(object), now: driver.now + .seconds(40))
    }
    #expect(driver.writer.nextDeadline(now: driver.now + .seconds(40)) == nil)
  }

  @Test func failuresAreTriedAgainMoreAndMoreSlowly() {
    let driver = Driver()
    driver.list()
    driver.failure = .status(APIStatus(code: 503))
    for number in 0..<100 { driver.want("web-\(number)", "a") }
    driver.run(.minutes(60))
    // The first ones at once, then one after each pause, which is five minutes in the end.
    #expect(driver.writes.count < 50, "\(driver.writes.count)")
    driver.failure = nil
    driver.run(.minutes(10))
    #expect(driver.objects.count == 100)
  }

  @Test func aKindThatIsNotInstalledIsWrittenWhenItComes() {
    let driver = Driver()
    driver.writer.setInstalled(false, Self.type, now: driver.now)
    #expect(driver.writer.knowsAll)
    driver.list()
    driver.want("web", "a")
    driver.run(.minutes(1))
    #expect(driver.writes.isEmpty)
    driver.writer.setInstalled(true, Self.type, now: driver.now)
    driver.run(.seconds(1))
    #expect(driver.objects.count == 1)
  }

  @Test func objectsOfThoseWhoAreGoneAreDeleted() {
    let driver = Driver()
    driver.list()
    let object = driver.put(Self.name("other"), labels: [:], status: nil)
    driver.writer.remove(Self.key("other"), uid: object.uid)
    driver.run(.seconds(1))
    #expect(driver.writes == [.delete(Self.key("other"), uid: object.uid)])
    driver.run(.minutes(5))
    #expect(driver.writes.count == 1)
  }
}

/// What a server may answer that cannot take a write.
@Suite struct RefusedWritesTests {
  typealias Driver = ObjectWriterTests.Driver

  private let key = ObjectWriterTests.key("web")

  @Test(arguments: [503, 403, 500, 429])
  func aFailedDeleteOfSomebodyElsesObjectIsTriedAgain(code: Int) {
    let driver = Driver()
    driver.list()
    let object = driver.put(key.name, labels: [:], status: nil)
    driver.failure = .status(APIStatus(code: code))
    driver.writer.remove(key, uid: object.uid)
    driver.run(.seconds(1))
    #expect(driver.objects.count == 1 && !driver.writes.isEmpty)
    driver.failure = nil
    driver.run(.minutes(10))
    #expect(driver.objects.isEmpty && driver.writer.strangerCount == 0)
    let writes = driver.writes.count
    driver.run(.minutes(10))
    #expect(driver.writes.count == writes, "and not again when it is gone")
  }

  /// An object that was to go was replaced by another one, of which the watch tells first.
  @Test func theDeletionOfAnOldObjectLeavesTheNewOneKnown() throws {
    let driver = Driver.after(1)
    let key = ObjectWriterTests.key("web-0")
    driver.writer.wantsAll()
    let later = driver.now + .minutes(1)
    let write = try #require(driver.writer.writes(now: later).first)
    driver.objects[key.name] = nil
    let new = driver.put(key.name, labels: ObjectWriterTests.value("a").labels, status: nil)
    driver.now = later
    driver.list()
    driver.writer.finish(write, .gone, now: later)
    driver.run(.minutes(1))
    #expect(driver.writes == [.delete(key, uid: new.uid)])
  }

  /// The namespace is not there, or the kind.
  @Test(arguments: [1, 100])
  func whatHasNoPlaceIsAskedForLessAndLessOften(count: Int) {
    let driver = Driver()
    driver.list()
    driver.answer = { write in
      if case .apply = write { .failed(.status(APIStatus(code: 404))) } else { nil }
    }
    for number in 0..<count { driver.want("web-\(number)", "a") }
    driver.run(.minutes(10))
    #expect((2..<50).contains(driver.writes.count), "\(driver.writes.count)")
    driver.answer = { _ in nil }
    driver.run(.minutes(20))
    #expect(driver.objects.count == count)
  }

  @Test func anObjectThatVanishesBeforeItsStatusIsMadeAnew() {
    let driver = Driver()
    driver.list()
    var losses = 1
    driver.answer = { write in
      guard case .applyStatus(let key, _) = write, losses > 0 else { return nil }
      losses -= 1
      driver.objects[key.name] = nil
      return .gone
    }
    driver.want("web", "a")
    driver.run(.seconds(5))
    #expect(driver.status(of: key.name) == ObjectWriterTests.value("a").status)
    #expect(driver.writes.count == 4)
    losses = .max
    driver.want("web", "b")
    driver.run(.minutes(10))
    #expect(driver.writes.count < 50, "\(driver.writes.count)")
  }

  @Test func whatIsOursIsWrittenBeforeTheObjectsOfOthersGo() throws {
    let driver = Driver {
      $0.burst = 1
      $0.settling = .zero
    }
    driver.list()
    for number in 0..<100 {
      driver.writer.remove(ObjectWriterTests.key("other-\(number)"), uid: "uid")
    }
    #expect(driver.writer.strangerCount == 100)
    driver.want("web", "a")
    driver.run(.milliseconds(200))
    guard case .apply(key, _, _) = try #require(driver.writes.first) else {
      Issue.record("\(driver.writes)")
      return
    }
    driver.run(.minutes(1))
    #expect(driver.writes.count == 102 && driver.writer.strangerCount == 0)
  }
}
