import Addresses
import NIOCore
import Status
import TestAPIServer
import Testing

@testable import Speaker

/// The TCP address for metrics, probes and status, on a real socket.
@Suite(.serialized) struct ListenServerTests {
  private static let token = "0123456789abcdef"

  @Test func onLoopbackEverythingCanBeReadAndNothingChanged() async throws {
    try await ListenRig.run(.loopback) { rig in
      for path in [
        "/healthz", "/metrics", "/status", "/drain", "/interfaces", "/routes", "/events",
      ] {
        #expect(try await rig.ask(path).status == 200, "\(path)")
      }
      let metrics = try await rig.ask("/metrics")
      #expect(
        metrics.head.contains("application/openmetrics-text; version=1.0.0; charset=utf-8"))
      #expect(metrics.body.hasSuffix("# EOF\n") && metrics.body.contains("bellman_ready 0\n"))
      for path in ["/drain", "/drain/undo", "/rebalance?duration=1000&interval=1000"] {
        #expect(try await rig.ask(path, method: "POST").status == 404, "\(path)")
      }
      #expect(await rig.control.drainDocument().drain == nil)
      #expect(try await rig.ask("/nothing").status == 404)
      #expect(
        try await rig.ask("/explain?target=\(String(repeating: "a", count: 700))").status == 400)
    }
  }

  @Test func insecureServesMetricsAndProbesOnly() async throws {
    var options = ListenOptions.loopback
    options.isInsecure = true
    try await ListenRig.run(options) { rig in
      let metrics = try await rig.ask("/metrics")
      #expect(metrics.status == 200)
      #expect(try await rig.ask("/healthz").status == 200)
      #expect(try await rig.ask("/readyz").status == 503)
      for path in [
        "/status", "/explain?target=a", "/drain", "/interfaces", "/routes", "/events",
      ] {
        #expect(try await rig.ask(path).status == 404, "\(path)")
      }
    }
  }

  @Test func theTokenIsAskedForAndReadAgain() async throws {
    let directory = TemporaryDirectory()
    try directory.write("token", Self.token + "\n")
    var options = ListenOptions.loopback
    options.tokenFile = directory.path + "/token"
    try await ListenRig.run(options) { rig in
      func status(_ path: String, _ token: String?) async throws -> Int {
        try await rig.ask(path, headers: token.map { ["authorization: Bearer \($0)"] } ?? [])
          .status
      }
      #expect(try await status("/healthz", nil) == 200)
      for path in ["/metrics", "/status", "/interfaces", "/routes", "/events"] {
        #expect(try await status(path, nil) == 401)
        #expect(try await status(path, "fedcba9876543210") == 401)
        #expect(try await status(path, Self.token + "0") == 401)
        #expect(try await status(path, Self.token) == 200)
      }
      try directory.write("token", "another-token-0123456789")
      #expect(try await status("/metrics", Self.token) == 401)
      #expect(try await status("/metrics", "another-token-0123456789") == 200)
      // Half of a rotation leaves the last one in use.
      try directory.write("token", "")
      #expect(try await status("/metrics", "another-token-0123456789") == 200)
      #expect(try await status("/metrics", "") == 401)
    }
  }

  /// An API server keeps `Authorization` for itself.
  @Test func theTokenIsTakenFromAHeaderOfItsOwnToo() async throws {
    let directory = TemporaryDirectory()
    try directory.write("token", Self.token + "\n")
    var options = ListenOptions.loopback
    options.tokenFile = directory.path + "/token"
    try await ListenRig.run(options) { rig in
      for (headers, status) in [
        (["x-bellman-token: \(Self.token)"], 200),
        (["x-bellman-token: Bearer \(Self.token)"], 401),
        (["x-bellman-token: fedcba9876543210"], 401),
        (["x-bellman-token:"], 401),
        // Whatever a proxy says of itself in the other header.
        (["authorization: Bearer other", "x-bellman-token: \(Self.token)"], 200),
        // Of two it is not known which is meant.
        (["x-bellman-token: \(Self.token)", "x-bellman-token: other"], 401),
      ] {
        let answer = try await rig.ask("/status", headers: headers)
        #expect(answer.status == status, "\(headers)")
      }
    }
  }

  @Test func theCertificateIsReadAgain() async throws {
    let directory = TemporaryDirectory()
    func write(_ certificates: TestCertificates) throws {
      try directory.write("key.pem", certificates.server.key)
      try directory.write("cert.pem", certificates.server.chain)
    }
    let first = try TestCertificates()
    let second = try TestCertificates()
    try write(first)
    try directory.write("token", Self.token)
    var options = ListenOptions.loopback
    options.tls = .init(
      certificate: directory.path + "/cert.pem", key: directory.path + "/key.pem")
    options.tokenFile = directory.path + "/token"
    try await ListenRig.run(options) { rig in
      func status(_ authority: TestCertificates) async throws -> Int {
        var place = rig.place
        place.authority = authority.authority
        return try await RawClient.ask(
          place, "/metrics", headers: ["authorization: Bearer \(Self.token)"]
        ).status
      }
      #expect(try await status(first) == 200)
      await #expect(throws: (any Error).self) { try await status(second) }
      try write(second)
      #expect(try await status(second) == 200)
      await #expect(throws: (any Error).self) { try await status(first) }
      try directory.write("cert.pem", "no certificate")
      #expect(try await status(second) == 200)
      // In clear text there is nothing.
      let answer = try? await rig.ask("/metrics")
      #expect(answer?.status ?? 0 != 200)
    }
  }

  /// Addresses whose status is far more than a socket holds.
  private static let large: String = {
    var text = "apiVersion: v1\nkind: Node\nmetadata: {name: node-1}\n"
    for number in 0..<2000 {
      text += """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web-\(number), namespace: shop}
        spec: {type: LoadBalancer, ports: [{port: 80}]}
        status: {loadBalancer: {ingress: [{ip: "2001:db8::\(String(number + 1, radix: 16))"}]}}

        """
    }
    return text
  }()

  @Test func whoReadsNothingHoldsNobodyUp() async throws {
    var limits = ListenServer.Limits()
    limits.answer = .milliseconds(500)
    // Idleness is not what cuts them off.
    limits.idle = .hours(1)
    try await ListenRig.run(.loopback, limits: limits, manifests: Self.large) { rig in
      let size = try await rig.ask("/status").body.utf8.count
      #expect(size > 1_000_000)
      // The source that reads nothing has all the connections that it may have.
      var place = rig.place
      place.source = "127.0.0.2"
      place.receiveBuffer = 8192
      var lazy: [NIOAsyncChannel<ByteBuffer, ByteBuffer>] = []
      for _ in 0..<limits.gate.connectionsOfOne {
        let connection = try await RawClient.connect(place)
        try await connection.channel.setOption(.autoRead, value: false).get()
        try await connection.channel.writeAndFlush(
          ByteBuffer(string: "GET /status HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        ).get()
        lazy.append(connection)
      }
      for _ in 0..<5 {
        #expect(try await rig.ask("/healthz").status == 200)
        #expect(try await rig.ask("/metrics").status == 200)
      }
      #expect(await rig.control.histories.count == 2000)
      // They are cut off, and make room.
      var answer = try? await rig.ask("/healthz", source: "127.0.0.2")
      while answer?.status != 200 {
        try await Task.sleep(for: .milliseconds(50))
        answer = try? await rig.ask("/healthz", source: "127.0.0.2")
      }
      for connection in lazy { try? await connection.channel.close() }
    }
  }

  @Test func manyConnectionsOfOneSourceLeaveRoomForOthers() async throws {
    var limits = ListenServer.Limits()
    limits.idle = .seconds(15)
    try await ListenRig.run(.loopback, limits: limits) { rig in
      var place = rig.place
      place.source = "127.0.0.2"
      var open: [NIOAsyncChannel<ByteBuffer, ByteBuffer>] = []
      for _ in 0..<200 { open.append(try await RawClient.connect(place)) }
      let answer = try? await rig.ask("/healthz", source: "127.0.0.2")
      #expect(answer?.status ?? 0 != 200)
      let metrics = try await rig.ask("/metrics")
      #expect(metrics.status == 200)
      #expect(
        metrics.body.contains(
          "bellman_http_refused_connections_total{reason=\"tooManyFromOne\"}"))
      #expect(
        !metrics.body.contains(
          "bellman_http_refused_connections_total{reason=\"tooManyFromOne\"} 0"))
      for connection in open { try? await connection.channel.close() }
    }
  }

  @Test func whoAsksTooOftenIsTold() async throws {
    var limits = ListenServer.Limits()
    limits.gate.burst = 3
    limits.gate.rate = 0.001
    try await ListenRig.run(.loopback, limits: limits) { rig in
      for _ in 0..<3 { #expect(try await rig.ask("/healthz").status == 200) }
      let answer = try await rig.ask("/healthz")
      #expect(answer.status == 429 && answer.head.lowercased().contains("retry-after: 1"))
      #expect(try await rig.ask("/healthz", source: "127.0.0.3").status == 200)
    }
  }

  @Test func aHeadThatIsTooLargeIsRefused() async throws {
    try await ListenRig.run(.loopback) { rig in
      let answer = try? await rig.ask(
        "/healthz", headers: ["x-large: \(String(repeating: "a", count: 40_000))"])
      #expect(answer?.status ?? 0 != 200)
      let healthy = try await rig.ask("/healthz")
      #expect(healthy.status == 200)
    }
  }
}
