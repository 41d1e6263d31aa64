import NIOCore
import Resources
import TestAPIServer
import Testing

@testable import KubernetesClient

@Suite("TLS and credentials against a server", .serialized)
struct AuthenticationTests {
  private func pem(_ text: String) -> Endpoint.PEM { .text(Array(text.utf8)) }

  /// What a request with this endpoint meets; nil where it succeeds.
  private func failure(_ endpoint: Endpoint) async throws -> RequestFailure? {
    try await withClient(endpoint) { client in
      do throws(KubernetesError) {
        let version = try await client.version()
        #expect(version == ServerVersion(major: 1, minor: 32, text: "v1.32.4"))
        return nil
      } catch {
        return error.failure
      }
    }
  }

  @Test(
    "The server is verified by its authority, its address and its name",
    arguments: [
      true, false,
    ])
  func verification(http2: Bool) async throws {
    let certificates = try TestCertificates(names: ["api.example.com"], hasAddress: false)
    let others = try TestCertificates()
    var options = TestAPIServer.Options()
    options.certificates = certificates
    options.offersHTTP2 = http2
    try await TestAPIServer.run(options) { server in
      let trusted = Endpoint.Verification.trust(pem(certificates.authority))
      let name = "api.example.com"
      let byName = try await failure(server.endpoint(trusted, tlsServerName: name))
      #expect(byName == nil)
      #expect(try await failure(server.endpoint(.none)) == nil)
      #expect(try await failure(server.endpoint(trusted)) != nil, "the address is not in it")
      #expect(
        try await failure(server.endpoint(trusted, tlsServerName: "other.example.com")) != nil)
      let wrong = Endpoint.Verification.trust(pem(others.authority))
      #expect(try await failure(server.endpoint(wrong, tlsServerName: name)) != nil)
      #expect(try await failure(server.endpoint(tlsServerName: name)) != nil, "system roots")
    }
  }

  @Test("The address in the certificate suffices", arguments: [true, false])
  func address(http2: Bool) async throws {
    var options = TestAPIServer.Options()
    let certificates = try TestCertificates()
    options.certificates = certificates
    options.offersHTTP2 = http2
    try await TestAPIServer.run(options) { server in
      let byAddress = try await failure(server.endpoint(.trust(pem(certificates.authority))))
      #expect(byAddress == nil)
    }
  }

  @Test("A client certificate is shown where the server asks for one")
  func clientCertificate() async throws {
    let certificates = try TestCertificates()
    var options = TestAPIServer.Options()
    options.certificates = certificates
    options.needsClientCertificate = true
    try await TestAPIServer.run(options) { server in
      let trusted = Endpoint.Verification.trust(pem(certificates.authority))
      let pair = Endpoint.ClientCertificate(
        chain: pem(certificates.client.chain), key: pem(certificates.client.key))
      let withPair = try await failure(server.endpoint(trusted, clientCertificate: pair))
      #expect(withPair == nil)
      #expect(try await failure(server.endpoint(trusted)) != nil)
    }
  }

  @Test("Watches go over HTTP/2 too, and make new connections when they stall")
  func http2() async throws {
    let certificates = try TestCertificates()
    var options = TestAPIServer.Options()
    options.certificates = certificates
    options.offersHTTP2 = true
    try await TestAPIServer.run(options) { server in
      server.putServices(0..<25)
      server.faults.add(.stall(after: 0), .cut(after: 100), to: .watch)
      let endpoint = server.endpoint(.trust(pem(certificates.authority)))
      try await following(Selection(ResourceType(.service)), of: endpoint, .quickPages) { mirror in
        try await eventually { mirror.shows(.services, of: server) }
        server.putServices(25..<30)
        try await eventually { mirror.shows(.services, of: server) }
        try await eventually { server.faults.count(of: .watch) >= 3 }
        server.putServices(30..<35)
        try await eventually { mirror.shows(.services, of: server) }
      }
    }
  }

  @Test("A token that expires is read again, and the watch goes on")
  func tokens() async throws {
    let files = try TemporaryFiles()
    defer { files.remove() }
    let file = try files.write("first", to: "token")
    var options = TestAPIServer.Options()
    options.tokens = ["first"]
    try await TestAPIServer.run(options) { server in
      let endpoint = server.endpoint(credentials: .tokenFile(file))
      server.putServices(0..<3)
      server.faults.add(.end(after: 300), to: .watch)
      try await following(Selection(ResourceType(.service)), of: endpoint, .quickPages) { mirror in
        try await eventually { mirror.shows(.services, of: server) }
        server.accept(tokens: ["second"])
        try await eventually { mirror.conditions.count == 2 }
        guard case .failing(.status(let status)) = try #require(mirror.conditions.last) else {
          Issue.record("expected a failure, found \(mirror.conditions)")
          return
        }
        #expect(status.code == 401)
        try files.write("second", to: "token")
        server.putServices(3..<5)
        try await eventually { mirror.shows(.services, of: server) }
        #expect(mirror.upserts == 5)
      }
    }
  }

  @Test("Errors name the request, the server and the remedy")
  func messages() async throws {
    var options = TestAPIServer.Options()
    options.tokens = ["good"]
    try await TestAPIServer.run(options) { server in
      let refused = try await failure(server.endpoint(credentials: .token("bad")))
      #expect(refused?.description.contains("see that the token or certificate is valid") == true)
    }
    let nobody = try await failure(Endpoint(server: "http://127.0.0.1:1"))
    guard case .connection(let text) = try #require(nobody) else {
      Issue.record("expected a failed connection, found \(String(describing: nobody))")
      return
    }
    #expect(text.hasPrefix("http://127.0.0.1:1"))
  }
}
