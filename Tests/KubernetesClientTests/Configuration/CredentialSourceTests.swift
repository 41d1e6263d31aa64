import Logging
import NIOSSL
import TestAPIServer
import Testing

@testable import KubernetesClient

@Suite("Credentials from files")
struct CredentialSourceTests {
  private func source(_ endpoint: Endpoint) -> CredentialSource {
    CredentialSource(
      endpoint: endpoint, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  @Test("A token is read again when its file is replaced, and kept while the file is away")
  func token() async throws {
    let files = try TemporaryFiles()
    defer { files.remove() }
    let file = try files.write(" first\n", to: "token")
    let source = source(Endpoint(server: "http://192.0.2.1", credentials: .tokenFile(file)))
    #expect(try await source.current().bearerToken == "first")
    try files.write("second", to: "token")
    #expect(try await source.current().bearerToken == "second")
    files.remove()
    #expect(try await source.current().bearerToken == "second")
  }

  @Test("An authority is read again when its file is replaced")
  func authority() async throws {
    let files = try TemporaryFiles()
    defer { files.remove() }
    let (first, second) = (try TestCertificates().authority, try TestCertificates().authority)
    let file = try files.write(first, to: "ca.crt")
    let source = source(
      Endpoint(server: "https://192.0.2.1", verification: .trust(.file(file))))
    func roots() async throws -> NIOSSLTrustRoots? { try await source.current().tls?.trustRoots }
    func expected(_ pem: String) throws -> NIOSSLTrustRoots {
      .certificates(try NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)))
    }
    #expect(try await roots() == expected(first))
    try files.write(second, to: "ca.crt")
    #expect(try await roots() == expected(second))
    try files.write("half a certifi", to: "ca.crt")
    #expect(try await roots() == expected(second))
  }

  @Test("What is no certificate or key is named by its file")
  func badFiles() async throws {
    let files = try TemporaryFiles()
    defer { files.remove() }
    let file = try files.write("nonsense", to: "bad.pem")
    let certificates = try TestCertificates()
    let chain = Endpoint.PEM.text(Array(certificates.client.chain.utf8))
    let endpoints = [
      Endpoint(server: "https://192.0.2.1", verification: .trust(.file(file))),
      Endpoint(
        server: "https://192.0.2.1", clientCertificate: .init(chain: chain, key: .file(file))),
    ]
    for endpoint in endpoints {
      let source = source(endpoint)
      let error = await #expect(throws: KubernetesConfigurationError.self) {
        _ = try await source.current()
      }
      #expect(error?.place == file)
    }
  }
}
