import Resources
import Testing

@Suite struct SecretTests {
  private static func secret(_ lines: String...) -> String {
    (["apiVersion: v1", "kind: Secret", "metadata: {name: bgp}"] + lines).joined(separator: "\n")
      + "\n"
  }

  @Test(
    "the password",
    arguments: [
      (secret("type: kubernetes.io/basic-auth", "data: {password: czNjcmV0}"), "s3cret"),
      (secret("type: kubernetes.io/basic-auth", "data: {password: \"czNj\\ncmV0\\n\"}"), "s3cret"),
      (
        secret("type: kubernetes.io/basic-auth", "data: {username: dQ==, password: czNjcmV0}"),
        "s3cret"
      ),
      (secret("type: kubernetes.io/basic-auth", "stringData: {password: plain}"), "plain"),
      (
        secret(
          "type: kubernetes.io/basic-auth", "data: {password: czNjcmV0}",
          "stringData: {password: plain}"), "plain"
      ),
      (secret("type: kubernetes.io/basic-auth", "data: {username: dQ==}"), nil),
      (secret("type: kubernetes.io/basic-auth"), nil),
      // Nothing is kept of other secrets.
      (secret("type: Opaque", "data: {password: czNjcmV0}"), nil),
      (secret("data: {password: \"not base64\"}", "immutable: true"), nil),
    ] as [(String, String?)])
  func readsPasswords(text: String, password: String?) throws {
    let secret = try #require(only(text)?.secret)
    #expect(secret.password == password)
    #expect(secret.metadata.name == ObjectName(namespace: "default", name: "bgp"))
  }

  @Test func keepsTheType() {
    #expect(only(Self.secret())?.secret?.type == "Opaque")
    #expect(only(Self.secret("type: kubernetes.io/tls"))?.secret?.type == "kubernetes.io/tls")
  }

  @Test(
    "an error never shows the secret",
    arguments: [
      (
        "data: {password: s3cret!}",
        "expected base64 text; write a password in clear under stringData"
      ),
      ("data: {password: /w==}", "expected base64 of UTF-8 text"),
    ])
  func refuses(line: String, message: String) {
    let text = Self.secret("type: kubernetes.io/basic-auth", line)
    #expect(messages(text) == ["5: Secret default/bgp: data.password: \(message)"])
    #expect(decode(text).objects.isEmpty)
  }
}
