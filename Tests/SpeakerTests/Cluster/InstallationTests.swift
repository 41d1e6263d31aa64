import FoundationEssentials
import KubernetesClient
import Resources
import TestAPIServer
import Testing

@testable import Speaker

/// The examples for a cluster, as far as they can be looked at without one.
@Suite struct InstallationTests {
  private static let base = "kubernetes/base"

  private func objects() throws -> [JSONValue] {
    let list = try YAMLObjects.read(Example.text("\(Self.base)/kustomization.yaml")).first
    let files = (list?["resources"]?.array ?? []).compactMap(\.string)
    #expect(files.count == 4)
    return try files.flatMap { try YAMLObjects.read(Example.text("\(Self.base)/\($0)")) }
  }

  @Test func theBaseHoldsWhatASpeakerNeeds() throws {
    let kinds = try objects().compactMap { $0["kind"]?.string }
    #expect(
      kinds == [
        "Namespace", "CustomResourceDefinition", "ServiceAccount", "ClusterRole",
        "ClusterRoleBinding", "Role", "RoleBinding", "DaemonSet",
      ])
  }

  @Test func thePodHasNoMoreThanItNeeds() throws {
    let objects = try objects()
    let set = try #require(objects.first { $0["kind"] == "DaemonSet" })
    let pod = try #require(set["spec"]?["template"]?["spec"])
    let container = try #require(pod["containers"]?.array?.first)
    let security = try #require(container["securityContext"])
    #expect(security["runAsNonRoot"] == true && security["readOnlyRootFilesystem"] == true)
    #expect(security["allowPrivilegeEscalation"] == false)
    #expect(security["capabilities"]?["drop"] == ["ALL"])
    #expect(
      security["capabilities"]?["add"] == ["NET_RAW", "SYS_NICE", "NET_BIND_SERVICE"])
    // Files of Secrets belong to root, and to this group.
    #expect(pod["securityContext"]?["fsGroup"] == security["runAsGroup"])
    #expect(pod["hostNetwork"] == true && pod["hostPID"] == nil)
    // Of the node it sees one folder, which is its own.
    let folders = pod["volumes"]?.array?.filter { $0["hostPath"] != nil } ?? []
    #expect(
      folders == [
        ["name": "state", "hostPath": ["path": "/var/lib/bellman", "type": "DirectoryOrCreate"]]
      ])
    let account = objects.first { $0["kind"] == "ServiceAccount" }?["metadata"]?["name"]
    #expect(pod["serviceAccountName"] == account)
    // Time for the hand-over and the goodbye.
    #expect((pod["terminationGracePeriodSeconds"]?.integer ?? 0) >= 5)
    #expect(container["readinessProbe"]?["exec"]?["command"] == ["bellman", "probe", "ready"])
    #expect(container["livenessProbe"]?["exec"]?["command"] == ["bellman", "probe", "live"])
  }

  /// Without a key a speaker does not start.
  @Test(arguments: ["kubernetes/base", "kubernetes/from-manifests"])
  func theSpeakersShareAKey(_ folder: String) throws {
    let set = try #require(
      try YAMLObjects.read(Example.text("\(folder)/daemonset.yaml")).first {
        $0["kind"] == "DaemonSet"
      })
    let pod = try #require(set["spec"]?["template"]?["spec"])
    let speaker = try #require(pod["containers"]?.array?.first)
    let arguments = speaker["args"]?.array?.compactMap(\.string) ?? []
    let place = try #require(arguments.firstIndex(of: "--peer-key-file"))
    let mount = try #require(
      speaker["volumeMounts"]?.array?.first {
        arguments[place + 1] == ($0["mountPath"]?.string ?? "") + "/key"
      })
    let volume = pod["volumes"]?.array?.first { $0["name"] == mount["name"] }
    #expect(volume?["secret"]?["secretName"] == "bellman-peer-key")
    // Files of Secrets belong to root, and to this group.
    #expect(pod["securityContext"]?["fsGroup"] == speaker["securityContext"]?["runAsGroup"])
  }

  /// The folder of what outlives the pod is made over to the user of the speaker by one who may do no
  /// more than that.
  @Test(arguments: ["kubernetes/base", "kubernetes/from-manifests"])
  func theStateIsOnTheDiskOfTheNode(_ folder: String) throws {
    let set = try #require(
      try YAMLObjects.read(Example.text("\(folder)/daemonset.yaml")).first {
        $0["kind"] == "DaemonSet"
      })
    let pod = try #require(set["spec"]?["template"]?["spec"])
    let speaker = try #require(pod["containers"]?.array?.first)
    let maker = try #require(pod["initContainers"]?.array?.first)
    let mount: JSONValue = ["name": "state", "mountPath": "/var/lib/bellman"]
    #expect(speaker["volumeMounts"]?.array?.contains(mount) == true)
    #expect(maker["volumeMounts"] == [mount] && maker["image"] == speaker["image"])
    let disk: JSONValue = ["path": "/var/lib/bellman", "type": "DirectoryOrCreate"]
    let volume = pod["volumes"]?.array?.first { $0["name"] == "state" }
    #expect(volume?["hostPath"] == disk)
    let arguments = speaker["args"]?.array?.compactMap(\.string) ?? []
    let place = try #require(arguments.firstIndex(of: "--state-dir"))
    #expect(arguments[place + 1] == "/var/lib/bellman")
    let user = try #require(speaker["securityContext"]?["runAsUser"]?.integer)
    let command = maker["command"]?.array?.compactMap(\.string) ?? []
    #expect(
      command == [
        "install", "--directory", "--owner=\(user)", "--group=\(user)", "--mode=0700",
        "/var/lib/bellman",
      ])
    let security = try #require(maker["securityContext"])
    #expect(security["capabilities"] == ["drop": ["ALL"], "add": ["CHOWN", "FOWNER"]])
    #expect(security["readOnlyRootFilesystem"] == true)
    #expect(security["allowPrivilegeEscalation"] == false && security["privileged"] == nil)
  }

  /// A node with a taint has a speaker too, or the others count on a witness that never answers.
  @Test(arguments: ["kubernetes/base", "kubernetes/from-manifests"])
  func everyTaintIsTolerated(_ folder: String) throws {
    let set = try #require(
      try YAMLObjects.read(Example.text("\(folder)/daemonset.yaml")).first {
        $0["kind"] == "DaemonSet"
      })
    let tolerations: JSONValue = [
      ["operator": "Exists", "effect": "NoSchedule"],
      ["operator": "Exists", "effect": "NoExecute"],
    ]
    #expect(set["spec"]?["template"]?["spec"]?["tolerations"] == tolerations)
  }

  /// A patch of a component that names what is not there is refused by kustomize.
  @Test(arguments: ["monitoring", "relay"])
  func whatAComponentChangesIsThere(_ component: String) throws {
    let set = try #require(try objects().first { $0["kind"] == "DaemonSet" })
    let text = try Example.text("kubernetes/\(component)/daemonset.patch.yaml")
    let changes = try YAMLObjects.read(text)
    #expect(!changes.isEmpty)
    for change in changes {
      let path = try #require(change["path"]?.string).split(separator: "/").map(String.init)
      let isAppended = change["op"] == "add" && path.last == "-"
      #expect(isAppended || change["op"] == "replace")
      let found = (isAppended ? path.dropLast() : path[...]).reduce(Optional(set)) { value, key in
        Int(key).map { value?.array?.dropFirst($0).first } ?? value?[key]
      }
      #expect(isAppended ? found?.array != nil : found != nil, "\(path)")
    }
  }

  /// What the survey looks for is what the base has: the name of the port, the Secret, and the rights to
  /// it of operators.
  @Test func speakersCanBeAskedAsInstalled() throws {
    let set = try #require(try objects().first { $0["kind"] == "DaemonSet" })
    let pod = try #require(set["spec"]?["template"]?["spec"])
    let container = try #require(pod["containers"]?.array?.first)
    let port = try #require(container["ports"]?.array?.first)
    #expect(port["name"]?.string == SpeakerPod.portNames.tls)
    let arguments = container["args"]?.array?.compactMap(\.string) ?? []
    let place = try #require(arguments.firstIndex(of: "--listen"))
    #expect(arguments[place + 1] == "0.0.0.0:\(port["containerPort"]?.integer ?? 0)")
    let mount = container["volumeMounts"]?.array?.first { $0["name"] == "status" }
    let folder = try #require(mount?["mountPath"]?.string)
    for (flag, file) in [
      ("--listen-cert", "tls.crt"), ("--listen-key", "tls.key"),
      ("--listen-token-file", SpeakerToken.key),
    ] {
      let index = try #require(arguments.firstIndex(of: flag))
      #expect(arguments[index + 1] == "\(folder)/\(file)")
    }
    let options = SpeakerSurvey.Options()
    let sources = pod["volumes"]?.array?.first { $0["name"] == "status" }?["projected"]?["sources"]
    let secrets = sources?.array?.compactMap { $0["secret"]?["name"]?.string }
    #expect(secrets == ["bellman-status-tls", options.tokenSecret])
    // Files of Secrets belong to root, and to this group.
    #expect(pod["securityContext"]?["fsGroup"] == container["securityContext"]?["runAsGroup"])
    #expect(set["metadata"]?["namespace"]?.string == options.namespace)
    let grants = RBAC.grants(
      of: try YAMLObjects.read(Example.text("kubernetes/operator/rbac.yaml")),
      to: ObjectName(namespace: options.namespace, name: "bellman-operator"))
    let readable = grants.filter { $0.resource == "secrets" }
    #expect(readable.map(\.names) == [[options.tokenSecret]])
    #expect(readable.map(\.verb) == ["get"])
  }

  /// Whatever the values are: the templates ask for nothing that values.yaml does not have, and all
  /// that it has is asked for. ``ChartTests`` renders some.
  @Test func theChartsTemplatesAndValuesAgree() throws {
    let values = try #require(try YAMLObjects.read(Example.text("helm/bellman/values.yaml")).first)
    var asked: Set<String> = []
    for name in ["daemonset.yaml", "rbac.yaml", "monitoring.yaml", "_helpers.tpl"] {
      let text = try Example.text("helm/bellman/templates/\(name)")
      #expect(text.ranges(of: "{{").count == text.ranges(of: "}}").count, "\(name)")
      for part in text.split(separator: ".Values.").dropFirst() {
        asked.insert(String(part.prefix { $0.isLetter || $0 == "." }))
      }
    }
    for path in asked {
      let found = path.split(separator: ".").reduce(Optional(values)) { $0?[String($1)] }
      #expect(found != nil, "\(path) is not in values.yaml")
    }
    let tops = Set(asked.compactMap { $0.split(separator: ".").first.map(String.init) })
    #expect(Set((values.object ?? [:]).keys) == tops)
  }
}
