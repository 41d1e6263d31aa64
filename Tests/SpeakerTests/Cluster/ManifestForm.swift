import KubernetesClient

/// The form of the kinds that installing needs, as Kubernetes 1.32 has them, for a check as strict as
/// `kubectl apply --validate=strict`: a field that is not here is a mistake.
///
/// Of fields that ours never use only the names are given.
indirect enum ManifestForm: Sendable {
  case text
  case number
  case flag
  case textOrNumber
  case anything
  case list(ManifestForm)
  case map(ManifestForm)
  case object([String: ManifestForm], required: [String] = [])

  /// What of `value` is not of this form, by path.
  func violations(of value: JSONValue, at path: String = "") -> [String] {
    switch (self, value) {
    case (.anything, _), (.text, .string), (.number, .integer), (.flag, .boolean),
      (.textOrNumber, .string), (.textOrNumber, .integer):
      return []
    case (.list(let form), .array(let items)):
      return items.enumerated().flatMap { form.violations(of: $1, at: "\(path)[\($0)]") }
    case (.map(let form), .object(let members)):
      return members.sorted { $0.key < $1.key }.flatMap {
        form.violations(of: $0.value, at: "\(path).\($0.key)")
      }
    case (.object(let forms, let required), .object(let members)):
      return required.filter { members[$0] == nil }.map { "\(path).\($0): missing" }
        + members.sorted { $0.key < $1.key }.flatMap { key, member in
          forms[key]?.violations(of: member, at: "\(path).\(key)")
            ?? ["\(path).\(key): unknown field"]
        }
    default: return ["\(path): of another type"]
    }
  }

  /// What of an object is not of the form of its kind.
  static func violations(of object: JSONValue) -> [String] {
    let kind = object["kind"]?.string ?? ""
    guard let (version, form) = kinds[kind] else { return ["\(kind): unknown kind"] }
    let found = object["apiVersion"]?.string ?? ""
    return (found == version ? [] : ["\(kind).apiVersion: \(found), expected \(version)"])
      + form.violations(of: object, at: kind)
  }

  private static let kinds: [String: (String, ManifestForm)] = [
    "ConfigMap": (
      "v1", top(["data": .map(.text), "binaryData": .map(.text), "immutable": .flag])
    ),
    "Namespace": ("v1", top(["spec": .anything])),
    "ServiceAccount": (
      "v1",
      top([
        "automountServiceAccountToken": .flag, "imagePullSecrets": .list(reference),
        "secrets": .anything,
      ])
    ),
    "ClusterRole": (
      rbac, top(["rules": .list(rule), "aggregationRule": .anything], required: ["rules"])
    ),
    "Role": (rbac, top(["rules": .list(rule)], required: ["rules"])),
    "ClusterRoleBinding": (rbac, top(binding, required: ["roleRef"])),
    "RoleBinding": (rbac, top(binding, required: ["roleRef"])),
    "CustomResourceDefinition": (
      "apiextensions.k8s.io/v1", top(["spec": definition], required: ["spec"])
    ),
    "DaemonSet": ("apps/v1", top(["spec": daemonSet], required: ["spec"])),
    "PodMonitor": (prometheus, top(["spec": podMonitor], required: ["spec"])),
    "PrometheusRule": (prometheus, top(["spec": alerts], required: ["spec"])),
  ]

  private static let prometheus = "monitoring.coreos.com/v1"
  private static let rbac = "rbac.authorization.k8s.io/v1"

  private static func top(
    _ members: [String: ManifestForm], required: [String] = []
  ) -> ManifestForm {
    .object(
      members.merging(["apiVersion": .text, "kind": .text, "metadata": metadata]) { $1 },
      required: ["metadata"] + required)
  }

  private static let metadata = ManifestForm.object(
    ["name": .text, "namespace": .text, "labels": .map(.text), "annotations": .map(.text)],
    required: ["name"])
  private static let podMetadata = ManifestForm.object(
    ["labels": .map(.text), "annotations": .map(.text)])
  private static let reference = ManifestForm.object(["name": .text], required: ["name"])

  private static let podMonitor = ManifestForm.object(
    [
      "jobLabel": .text, "selector": .object(["matchLabels": .map(.text)]),
      "namespaceSelector": .anything,
      "podMetricsEndpoints": .list(
        .object([
          "port": .text, "path": .text, "scheme": .text, "interval": .text, "scrapeTimeout": .text,
          "relabelings": .list(
            .object([
              "sourceLabels": .list(.text), "targetLabel": .text, "regex": .text,
              "replacement": .text, "action": .text, "separator": .text,
            ])),
        ])),
    ], required: ["selector", "podMetricsEndpoints"])

  private static let alerts = ManifestForm.object(
    [
      "groups": .list(
        .object(
          [
            "name": .text, "interval": .text,
            "rules": .list(
              .object(
                [
                  "alert": .text, "record": .text, "expr": .textOrNumber, "for": .text,
                  "labels": .map(.text), "annotations": .map(.text),
                ], required: ["expr"])),
          ], required: ["name"]))
    ])

  private static let rule = ManifestForm.object(
    [
      "apiGroups": .list(.text), "resources": .list(.text), "resourceNames": .list(.text),
      "nonResourceURLs": .list(.text), "verbs": .list(.text),
    ], required: ["verbs"])

  private static let binding: [String: ManifestForm] = [
    "roleRef": .object(
      ["apiGroup": .text, "kind": .text, "name": .text], required: ["apiGroup", "kind", "name"]),
    "subjects": .list(
      .object(
        ["apiGroup": .text, "kind": .text, "name": .text, "namespace": .text],
        required: ["kind", "name"])),
  ]

  private static let definition = ManifestForm.object(
    [
      "group": .text, "scope": .text, "conversion": .anything, "preserveUnknownFields": .flag,
      "names": .object(
        [
          "plural": .text, "singular": .text, "kind": .text, "listKind": .text,
          "shortNames": .list(.text), "categories": .list(.text),
        ], required: ["plural", "kind"]),
      "versions": .list(
        .object(
          [
            "name": .text, "served": .flag, "storage": .flag, "deprecated": .flag,
            "deprecationWarning": .text, "selectableFields": .anything,
            "schema": .object(["openAPIV3Schema": .anything], required: ["openAPIV3Schema"]),
            "subresources": .object(["status": .object([:]), "scale": .anything]),
            "additionalPrinterColumns": .list(
              .object(
                [
                  "name": .text, "type": .text, "jsonPath": .text, "format": .text,
                  "description": .text, "priority": .number,
                ], required: ["name", "type", "jsonPath"])),
          ], required: ["name", "served", "storage"])),
    ], required: ["group", "scope", "names", "versions"])

  private static let selector = ManifestForm.object([
    "matchLabels": .map(.text),
    "matchExpressions": .list(
      .object(
        ["key": .text, "operator": .text, "values": .list(.text)], required: ["key", "operator"])),
  ])

  private static let daemonSet = ManifestForm.object(
    [
      "selector": selector, "minReadySeconds": .number, "revisionHistoryLimit": .number,
      "updateStrategy": .object([
        "type": .text,
        "rollingUpdate": .object(["maxUnavailable": .textOrNumber, "maxSurge": .textOrNumber]),
      ]),
      "template": .object(["metadata": podMetadata, "spec": pod], required: ["metadata", "spec"]),
    ], required: ["selector", "template"])

  private static let pod = ManifestForm.object(
    [
      "activeDeadlineSeconds": .number, "affinity": .anything,
      "automountServiceAccountToken": .flag,
      "containers": .list(container), "dnsConfig": .anything, "dnsPolicy": .text,
      "enableServiceLinks": .flag, "hostAliases": .anything, "hostIPC": .flag, "hostNetwork": .flag,
      "hostPID": .flag, "hostUsers": .flag, "hostname": .text, "imagePullSecrets": .list(reference),
      "initContainers": .list(container), "nodeName": .text, "nodeSelector": .map(.text),
      "os": reference, "overhead": .anything, "preemptionPolicy": .text, "priority": .number,
      "priorityClassName": .text, "readinessGates": .anything, "restartPolicy": .text,
      "runtimeClassName": .text, "schedulerName": .text, "securityContext": .anything,
      "serviceAccountName": .text, "setHostnameAsFQDN": .flag, "shareProcessNamespace": .flag,
      "subdomain": .text, "terminationGracePeriodSeconds": .number,
      "tolerations": .list(
        .object([
          "key": .text, "operator": .text, "value": .text, "effect": .text,
          "tolerationSeconds": .number,
        ])), "topologySpreadConstraints": .anything, "volumes": .list(volume),
    ], required: ["containers"])

  private static let container = ManifestForm.object(
    [
      "name": .text, "image": .text, "imagePullPolicy": .text, "args": .list(.text),
      "command": .list(.text), "workingDir": .text, "tty": .flag, "stdin": .flag,
      "env": .list(
        .object(
          [
            "name": .text, "value": .text,
            "valueFrom": .object([
              "fieldRef": .object(
                ["apiVersion": .text, "fieldPath": .text], required: ["fieldPath"]),
              "configMapKeyRef": .anything, "resourceFieldRef": .anything,
              "secretKeyRef": .anything,
            ]),
          ], required: ["name"])), "envFrom": .anything, "lifecycle": .anything,
      "livenessProbe": probe, "readinessProbe": probe, "startupProbe": probe,
      "ports": .list(
        .object(
          [
            "name": .text, "containerPort": .number, "hostPort": .number, "hostIP": .text,
            "protocol": .text,
          ], required: ["containerPort"])), "resizePolicy": .anything,
      "resources": .object([
        "requests": .map(.textOrNumber), "limits": .map(.textOrNumber), "claims": .anything,
      ]), "restartPolicy": .text,
      "securityContext": .object([
        "allowPrivilegeEscalation": .flag, "appArmorProfile": .anything,
        "capabilities": .object(["add": .list(.text), "drop": .list(.text)]), "privileged": .flag,
        "procMount": .text, "readOnlyRootFilesystem": .flag, "runAsGroup": .number,
        "runAsNonRoot": .flag, "runAsUser": .number, "seLinuxOptions": .anything,
        "seccompProfile": .object(
          ["type": .text, "localhostProfile": .text], required: ["type"]),
      ]), "terminationMessagePath": .text, "terminationMessagePolicy": .text,
      "volumeDevices": .anything,
      "volumeMounts": .list(
        .object(
          [
            "name": .text, "mountPath": .text, "mountPropagation": .text, "readOnly": .flag,
            "recursiveReadOnly": .text, "subPath": .text, "subPathExpr": .text,
          ], required: ["name", "mountPath"])),
    ], required: ["name", "image"])

  private static let probe = ManifestForm.object([
    "exec": .object(["command": .list(.text)]), "grpc": .anything, "httpGet": .anything,
    "tcpSocket": .anything, "failureThreshold": .number, "initialDelaySeconds": .number,
    "periodSeconds": .number, "successThreshold": .number,
    "terminationGracePeriodSeconds": .number, "timeoutSeconds": .number,
  ])

  private static let volume = ManifestForm.object(
    [
      "name": .text, "configMap": .anything, "csi": .anything, "downwardAPI": .anything,
      "emptyDir": .object(["medium": .text, "sizeLimit": .textOrNumber]),
      "hostPath": .object(["path": .text, "type": .text], required: ["path"]),
      "persistentVolumeClaim": .anything, "projected": .anything,
      "secret": .object([
        "secretName": .text, "defaultMode": .number, "optional": .flag,
        "items": .list(
          .object(["key": .text, "path": .text, "mode": .number], required: ["key", "path"])),
      ]),
    ], required: ["name"])
}
