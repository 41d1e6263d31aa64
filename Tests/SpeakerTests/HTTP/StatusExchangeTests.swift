import Addresses
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Status
import Testing

@testable import Speaker

/// The status server and its client on a real socket.
@Suite struct StatusExchangeTests {
  let directory = TemporaryDirectory()

  /// Runs `body` while a speaker without interfaces and peers answers on a socket.
  func withServer(
    limits: ListenServer.Limits = StatusServer.limits,
    _ body: (StatusClient, ControlLoop) async throws -> Void
  ) async throws {
    let socket = directory.path + "/speaker.sock"
    let manifests = TemporaryDirectory()
    try manifests.write(
      "cluster.yaml",
      """
      apiVersion: v1
      kind: Node
      metadata: {name: node-1}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop}
      spec: {type: LoadBalancer, ports: [{port: 80}]}
      status: {loadBalancer: {ingress: [{ip: 192.0.2.200}]}}
      """)
    let control = ControlLoop(
      options: SpeakerOptions(
        node: "node-1", source: .manifests(manifests.path), socketPath: socket),
      plane: nil,
      eventLoop: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "test"))
    try await control.start()
    var reader = ManifestReader(directory: manifests.path)
    await control.sourceChanged(reader.read())
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    var server = StatusServer(socketPath: socket, control: control, logger: logger)
    server.limits = limits
    let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      let client = StatusClient(socketPath: socket)
      while (try? await client.status()) == nil { try await Task.sleep(for: .milliseconds(10)) }
      try await body(client, control)
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  /// Connections that say nothing are closed, and make room for others.
  @Test func idleConnectionsDoNotFillTheSocketForEver() async throws {
    #expect(StatusServer.limits.gate.connectionsOfOne == StatusServer.limits.gate.connections)
    var limits = StatusServer.limits
    limits.gate.connections = 4
    limits.gate.connectionsOfOne = 4
    limits.idle = .milliseconds(500)
    try await withServer(limits: limits) { client, _ in
      let path = directory.path + "/speaker.sock"
      var open: [any Channel] = []
      for _ in 0..<4 {
        open.append(
          try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: path).get())
      }
      for channel in open { try await channel.closeFuture.get() }
      #expect(try await client.status().node == "node-1")
      open = []
      for _ in 0..<5 {
        open.append(
          try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: path).get())
      }
      for channel in open { try await channel.closeFuture.get() }
    }
  }

  @Test func probesTellLifeFromReadiness() async throws {
    try await withServer { client, _ in
      #expect(try await client.probe(readiness: false).isGood)
      let ready = try await client.probe(readiness: true)
      #expect(!ready.isGood && ready.text.contains("network interfaces are not known"))
    }
  }

  @Test func statusTellsOfEveryAddressAndWhy() async throws {
    try await withServer { client, control in
      let document = try await client.status()
      #expect(document == (await control.statusDocument()))
      #expect(document.node == "node-1")
      let address = try #require(document.addresses.first)
      #expect(address.address.description == "192.0.2.200")
      #expect(address.services == ["shop/web"])
      #expect(address.layer2.reason == "addressInNoPool")
      #expect(address.bgp.reason == "addressInNoPool")
    }
  }

  @Test func interfacesAndRoutesAreTold() async throws {
    try await withServer { client, control in
      let interfaces = try await client.interfaces()
      #expect(interfaces == (await control.interfacesDocument()))
      let routes = try await client.routes()
      #expect(routes == RoutesDocument(node: "node-1", peers: []))
    }
  }

  @Test func eventsAreFollowed() async throws {
    try await withServer { client, control in
      var question = EventQuestion()
      let first = try await client.events(question)
      #expect(first.node == "node-1")
      question.position = EventPosition(after: first)
      #expect(try await client.events(question).events == [])
      question.patience = .seconds(20)
      let asked = question
      async let next = client.events(asked)
      await control.noteOneEvent()
      let events = try await next.events
      #expect(events.map(\.object) == ["tor-a"] && events.map(\.what) == ["established"])
      #expect(events.map(\.sequence) == [first.last + 1])
    }
  }

  @Test func whoWaitsForEventsDoesNotHoldUpTheEnd() async throws {
    try await withServer { client, control in
      var question = EventQuestion()
      question.position = EventPosition(after: try await client.events(question))
      question.patience = .seconds(20)
      let asked = question
      async let next = client.events(asked)
      await control.stop(reason: "the test is over")
      #expect(try await next.events == [])
    }
  }

  @Test(arguments: ["after=a", "tail=-1", "since=yesterday", "limit=x", "wait=1s"])
  func nonsenseAboutEventsIsRefused(query: String) async throws {
    try await withServer { client, _ in
      do {
        _ = try await client.get("/events?\(query)")
        Issue.record("\(query) was taken")
      } catch StatusClient.Failure.refused(let text) {
        #expect(text.hasPrefix("the parameter \(query.prefix { $0 != "=" }) is not "))
      }
    }
  }

  @Test(arguments: ["192.0.2.200", "shop/web"])
  func explainFindsAddressesAndServices(target: String) async throws {
    try await withServer { client, _ in
      let document = try await client.explain(target)
      #expect(document.services.map(\.service) == ["shop/web"])
      #expect(document.addresses.first?.nodes.first?.layer2.reason == "addressInNoPool")
    }
  }

  @Test(arguments: ["192.0.2.1", "shop/other", "a/b/c", "ä ö&=?%", ""])
  func explainSaysWhatItDoesNotKnow(target: String) async throws {
    try await withServer { client, _ in
      do {
        _ = try await client.explain(target)
        Issue.record("\(target) was explained")
      } catch let failure as StatusClient.Failure {
        #expect("\(failure)".contains("'\(target)'"))
      }
    }
  }

  @Test func withoutASpeakerTheClientSaysHowToStartOne() async throws {
    do {
      _ = try await StatusClient(socketPath: directory.path + "/none.sock").status()
      Issue.record("nobody answered")
    } catch let failure as StatusClient.Failure {
      #expect("\(failure)".contains("bellman speaker --manifests DIR --node NAME"))
    }
  }
}

extension ControlLoop {
  fileprivate func noteOneEvent() { journal.record(.session, "tor-a", "established") }
}
