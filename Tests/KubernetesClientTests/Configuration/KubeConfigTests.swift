import Testing

@testable import KubernetesClient

@Suite("Kubeconfig files")
struct KubeConfigTests {
  private static let text = """
    apiVersion: v1
    kind: Config
    current-context: lab
    clusters:
    - name: lab
      cluster:
        server: https://192.0.2.1:6443/
        certificate-authority: pki/ca.crt
        tls-server-name: api.example.com
    - name: other
      cluster: {server: "http://[2001:db8::1]:8080", insecure-skip-tls-verify: true}
    users:
    - name: admin
      user:
        client-certificate-data: Q0VSVA==
        client-key: /etc/keys/admin.key
    - name: robot
      user: {token: abc, tokenFile: token}
    - name: plugin
      user:
        exec:
          apiVersion: client.authentication.k8s.io/v1
          command: ./login
          args: [--region, north]
          env: [{name: PROFILE, value: lab}]
          provideClusterInfo: true
          interactiveMode: IfAvailable
    contexts:
    - name: lab
      context: {cluster: lab, user: admin, namespace: metallb-system}
    - name: robot
      context: {cluster: other, user: robot}
    - name: plugin
      context: {cluster: lab, user: plugin}
    """

  private func endpoint(_ context: String? = nil) throws -> Endpoint {
    try KubeConfig.parse(Self.text, file: "/home/me/config")
      .endpoint(context: context, origin: "/home/me/config")
  }

  @Test("The current context gives server, authority and certificate")
  func currentContext() throws {
    let endpoint = try endpoint()
    #expect(endpoint.server == "https://192.0.2.1:6443")
    #expect(endpoint.tlsServerName == "api.example.com")
    #expect(endpoint.namespace == "metallb-system")
    #expect(endpoint.verification == .trust(.file("/home/me/pki/ca.crt")))
    let chain = Endpoint.PEM.text(Array("CERT".utf8))
    #expect(
      endpoint.clientCertificate == .init(chain: chain, key: .file("/etc/keys/admin.key")))
    #expect(endpoint.credentials == .none)
  }

  @Test("A token file wins over a token, and verification can be off")
  func tokenFile() throws {
    let endpoint = try endpoint("robot")
    #expect(endpoint.credentials == .tokenFile("/home/me/token"))
    #expect(endpoint.verification == .none)
    #expect(endpoint.server == "http://[2001:db8::1]:8080")
  }

  @Test("An exec plugin with all its fields")
  func exec() throws {
    let expected = ExecPlugin(
      version: .v1, command: "/home/me/./login", arguments: ["--region", "north"],
      environment: [.init(name: "PROFILE", value: "lab")], providesClusterInfo: true)
    #expect(try endpoint("plugin").credentials == .exec(expected))
  }

  @Test("Of several files the first that names a thing wins, whole")
  func merge() throws {
    var config = try KubeConfig.parse(
      """
      users:
      - name: admin
        user: {token: first}
      """, file: "/a")
    config.merge(try KubeConfig.parse(Self.text, file: "/home/me/config"))
    config.merge(try KubeConfig.parse("current-context: third", file: "/c"))
    #expect(config.currentContext == "lab")
    let endpoint = try config.endpoint(origin: "KUBECONFIG")
    #expect(endpoint.credentials == .token("first"))
    #expect(endpoint.clientCertificate == nil)
  }

  @Test(
    "What is wrong is named with its place and remedy",
    arguments: [
      ("clusters: [", "not valid YAML"),
      ("kind: Pod", "kind: expected Config"),
      ("clusters: {a: b}", "clusters: expected a list"),
      ("clusters: [{cluster: {server: x}}]", "clusters[0].name: missing"),
      (
        "clusters: [{name: a, cluster: {insecure-skip-tls-verify: maybe}}]",
        "clusters[0].cluster.insecure-skip-tls-verify: expected true or false"
      ),
      (
        "clusters: [{name: a, cluster: {certificate-authority-data: '%%'}}]",
        "certificate-authority-data: expected base64 text"
      ),
      (
        "users: [{name: a, user: {exec: {apiVersion: v9, command: x}}}]",
        "users[0].user.exec.apiVersion: expected client.authentication.k8s.io/v1"
      ),
      (
        """
        users:
        - name: a
          user:
            exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always}
        """, "interactiveMode: Always asks for a terminal"
      ),
    ])
  func errorsOfFiles(text: String, message: String) {
    let error = #expect(throws: KubernetesConfigurationError.self) {
      _ = try KubeConfig.parse(text, file: "/home/me/config")
    }
    #expect(error?.place == "/home/me/config")
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test(
    "What does not fit together is named",
    arguments: [
      ("{}", nil, "no current-context"),
      ("{current-context: x}", nil, "no context \"x\"; there are: none"),
      (
        "{contexts: [{name: x, context: {cluster: c}}]}", "x", "context x: no cluster \"c\""
      ),
      (
        "{clusters: [{name: c, cluster: {server: 'https://h'}}], "
          + "contexts: [{name: x, context: {cluster: c, user: u}}]}", "x",
        "context x: no user \"u\""
      ),
      (
        "{clusters: [{name: c, cluster: {server: 'ftp://h'}}], "
          + "contexts: [{name: x, context: {cluster: c}}]}", "x", "expected a URL such as"
      ),
      (
        "{clusters: [{name: c, cluster: {server: 'https://h', proxy-url: 'http://p'}}], "
          + "contexts: [{name: x, context: {cluster: c}}]}", "x", "proxy-url is not supported"
      ),
      (
        "{clusters: [{name: c, cluster: {server: 'https://h'}}], "
          + "users: [{name: u, user: {client-certificate: a}}], "
          + "contexts: [{name: x, context: {cluster: c, user: u}}]}", "x",
        "user u: a client certificate without client-key"
      ),
      (
        "{clusters: [{name: c, cluster: {server: 'https://h'}}], "
          + "users: [{name: u, user: {auth-provider: {name: gcp}}}], "
          + "contexts: [{name: x, context: {cluster: c, user: u}}]}", "x",
        "user u: auth-provider is not supported"
      ),
    ] as [(String, String?, String)])
  func errorsOfContexts(text: String, context: String?, message: String) throws {
    let config = try KubeConfig.parse(text, file: "f")
    let error = #expect(throws: KubernetesConfigurationError.self) {
      _ = try config.endpoint(context: context, origin: "f")
    }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test(
    "URLs of servers",
    arguments: [
      ("https://192.0.2.1", "192.0.2.1", 443, ""), ("http://h", "h", 80, ""),
      ("https://[2001:db8::1]:6443/k8s/c1", "2001:db8::1", 6443, "/k8s/c1"),
    ])
  func urls(url: String, host: String, port: Int, path: String) throws {
    let address = try #require(ServerAddress(url))
    #expect(address.host == host && address.port == port && address.path == path)
  }

  @Test(
    "What is no URL of a server",
    arguments: [
      "", "h", "ftp://h", "https://", "https://h:0", "https://h:x", "https://[2001:db8::1",
      "https://user@h", "https://h:1:2", "https://h/a?b",
    ])
  func badURLs(url: String) { #expect(ServerAddress(url) == nil) }
}
