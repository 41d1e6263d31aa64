import FoundationEssentials
import Yams

extension KubeConfig {
  /// The kubeconfig in `text`, YAML or JSON. Relative paths in it are relative to its own directory.
  ///
  /// Fields that are not known are passed over, as kubectl does.
  ///
  /// - Parameters:
  ///   - text: the content of the file
  ///   - file: its path, for errors and for relative paths
  public static func parse(
    _ text: String, file: String
  ) throws(KubernetesConfigurationError) -> KubeConfig {
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch {
      throw KubernetesConfigurationError(place: file, message: "not valid YAML: \(error)")
    }
    guard let root, root.null == nil || root.mapping != nil else { return KubeConfig() }
    return try KubeConfigParser(file: file).parse(Section(node: root, path: "", file: file))
  }
}

/// Reads the sections of one kubeconfig file.
private struct KubeConfigParser {
  let file: String

  func parse(_ root: Section) throws(KubernetesConfigurationError) -> KubeConfig {
    if let kind = try root.text("kind"), kind != "Config" {
      throw root.error("kind", "expected Config, found \"\(kind)\"; give a kubeconfig file")
    }
    var config = KubeConfig()
    config.currentContext = try root.text("current-context") ?? ""
    for (name, section) in try root.named("clusters", "cluster") where config.clusters[name] == nil
    {
      config.clusters[name] = try cluster(section)
    }
    for (name, section) in try root.named("users", "user") where config.users[name] == nil {
      config.users[name] = try user(section)
    }
    for (name, section) in try root.named("contexts", "context") where config.contexts[name] == nil
    {
      config.contexts[name] = KubeConfig.Context(
        cluster: try section.text("cluster") ?? "", user: try section.text("user") ?? "",
        namespace: try section.text("namespace"))
    }
    return config
  }

  private func cluster(
    _ section: Section
  ) throws(KubernetesConfigurationError) -> KubeConfig.Cluster {
    KubeConfig.Cluster(
      server: try section.text("server") ?? "",
      tlsServerName: try section.text("tls-server-name"),
      skipsVerification: try section.boolean("insecure-skip-tls-verify"),
      certificateAuthority: try path(section, "certificate-authority"),
      certificateAuthorityData: try section.base64("certificate-authority-data"),
      proxyURL: try section.text("proxy-url"))
  }

  private func user(_ section: Section) throws(KubernetesConfigurationError) -> KubeConfig.User {
    KubeConfig.User(
      clientCertificate: try path(section, "client-certificate"),
      clientCertificateData: try section.base64("client-certificate-data"),
      clientKey: try path(section, "client-key"),
      clientKeyData: try section.base64("client-key-data"),
      token: try section.text("token"),
      tokenFile: try path(section, "tokenFile"),
      exec: try section.section("exec").map(exec),
      unsupported: ["auth-provider", "username", "password", "as", "as-groups", "as-uid"]
        .filter { section.has($0) })
  }

  private func exec(_ section: Section) throws(KubernetesConfigurationError) -> ExecPlugin {
    let versions = ExecPlugin.Version.allCases.map(\.rawValue).joined(separator: " or ")
    let stated = try section.text("apiVersion") ?? ""
    guard let version = ExecPlugin.Version(rawValue: stated) else {
      throw section.error("apiVersion", "expected \(versions), found \"\(stated)\"")
    }
    guard let command = try section.text("command") else {
      throw section.error("command", "missing; expected the program that gives credentials")
    }
    let mode = try section.text("interactiveMode")
    if mode == "Always" {
      throw section.error(
        "interactiveMode", "Always asks for a terminal, which a speaker does not have")
    }
    return ExecPlugin(
      version: version,
      // As for kubectl, a name without a slash is looked up in PATH.
      command: command.contains("/") ? absolute(command) : command,
      arguments: try section.texts("args"),
      environment: try section.sections("env").map {
        variable throws(KubernetesConfigurationError) in
        ExecPlugin.Variable(
          name: try variable.text("name") ?? "", value: try variable.text("value") ?? "")
      },
      providesClusterInfo: try section.boolean("provideClusterInfo"),
      installHint: try section.text("installHint"))
  }

  private func path(
    _ section: Section, _ key: String
  ) throws(KubernetesConfigurationError) -> String? {
    try section.text(key).map(absolute)
  }

  private func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
    return String(file[...slash]) + path
  }
}

/// One mapping of a kubeconfig file.
private struct Section {
  let node: Node
  let path: String
  let file: String

  func error(_ key: String, _ message: String) -> KubernetesConfigurationError {
    KubernetesConfigurationError(place: file, message: "\(child(key)): \(message)")
  }

  func has(_ key: String) -> Bool {
    guard let value = value(key) else { return false }
    return value.scalar?.string != ""
  }

  /// The text of `key`; nil where it is absent, null or empty.
  func text(_ key: String) throws(KubernetesConfigurationError) -> String? {
    guard let value = value(key) else { return nil }
    guard let scalar = value.scalar else { throw error(key, "expected text") }
    return scalar.string.isEmpty ? nil : scalar.string
  }

  func boolean(_ key: String) throws(KubernetesConfigurationError) -> Bool {
    switch try text(key) {
    case nil, "false": return false
    case "true": return true
    case .some(let text): throw error(key, "expected true or false, found \"\(text)\"")
    }
  }

  func base64(_ key: String) throws(KubernetesConfigurationError) -> [UInt8]? {
    guard let text = try text(key) else { return nil }
    guard let data = Data(base64Encoded: text.filter { !$0.isWhitespace }) else {
      throw error(key, "expected base64 text")
    }
    return Array(data)
  }

  func section(_ key: String) throws(KubernetesConfigurationError) -> Section? {
    guard let value = value(key) else { return nil }
    guard value.mapping != nil else { throw error(key, "expected a mapping") }
    return Section(node: value, path: child(key), file: file)
  }

  func sections(_ key: String) throws(KubernetesConfigurationError) -> [Section] {
    guard let value = value(key) else { return [] }
    guard let items = value.sequence else { throw error(key, "expected a list") }
    var sections: [Section] = []
    for (index, item) in items.enumerated() {
      let name = "\(key)[\(index)]"
      guard item.mapping != nil else { throw error(name, "expected a mapping") }
      sections.append(Section(node: item, path: child(name), file: file))
    }
    return sections
  }

  func texts(_ key: String) throws(KubernetesConfigurationError) -> [String] {
    guard let value = value(key) else { return [] }
    guard let items = value.sequence else { throw error(key, "expected a list") }
    var texts: [String] = []
    for (index, item) in items.enumerated() {
      guard let scalar = item.scalar else { throw error("\(key)[\(index)]", "expected text") }
      texts.append(scalar.string)
    }
    return texts
  }

  /// The entries of a list of named things, such as `clusters`.
  func named(
    _ key: String, _ content: String
  ) throws(KubernetesConfigurationError) -> [(String, Section)] {
    var entries: [(String, Section)] = []
    for entry in try sections(key) {
      guard let name = try entry.text("name") else {
        throw entry.error("name", "missing; give the \(content) a name")
      }
      let empty = Section(node: Node([(Node, Node)]()), path: entry.path, file: file)
      entries.append((name, try entry.section(content) ?? empty))
    }
    return entries
  }

  private func value(_ key: String) -> Node? {
    guard let value = node.mapping?[Node(key)], value.null == nil else { return nil }
    return value
  }

  private func child(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
