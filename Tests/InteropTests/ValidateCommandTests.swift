import Lab
import Testing

extension InteropTests {
  /// `bellman validate`, which needs no speaker.
  @Suite struct ValidateCommand {
    @Test func theExamplesAreValid() async throws {
      let examples = "\(RepositoryPath.root)/Examples/lab"
      let result = try await Command.output([Program.path, "validate", examples])
      #expect(result.status == 0, "\(result.output)")
      #expect(result.output.contains("0 errors, 0 warnings"))
    }

    @Test func everyErrorIsListedWithItsPlace() async throws {
      let folder = try await Command.run(["mktemp", "-d", "/tmp/bellman-interop.XXXXXX"])
        .split(separator: "\n").map(String.init)[0]
      let file = "\(folder)/bad.yaml"
      let text = """
        apiVersion: metallb.io/v1beta1
        kind: IPAddressPool
        metadata: {name: one, namespace: metallb-system}
        spec:
          addresses: [192.0.2.0/33]
        ---
        apiVersion: metallb.io/v1beta2
        kind: BGPPeer
        metadata: {name: two, namespace: metallb-system}
        spec:
          myASN: 64512
          peerASN: 64513
          peerAddress: 192.0.2.1
          peerPort: 99999
        """
      try await Command.run(["sh", "-c", "printf '%s' \"$1\" > \"$2\"", "sh", text, file])
      let result = try await Command.output([Program.path, "validate", file])
      try await Command.run(["rm", "-r", folder])
      #expect(result.status == 2)
      #expect(result.output.contains("bad.yaml:5: IPAddressPool metallb-system/one"))
      #expect(result.output.contains("bad.yaml:14: BGPPeer metallb-system/two: spec.peerPort"))
      #expect(result.output.contains("2 errors"))
    }
  }
}

/// Where the repository is.
enum RepositoryPath {
  /// The folder that holds `Package.swift`.
  static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
}
