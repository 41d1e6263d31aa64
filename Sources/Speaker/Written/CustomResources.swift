import KubernetesClient
import Resources

/// The custom resource definitions of Bellman's own kinds.
public enum CustomResources {
  /// All definitions, as one YAML text for `kubectl apply`.
  public static var yaml: String {
    "# Made by `bellman crds`.\n" + YAMLText.document(speaker)
  }

  /// The definition of BellmanSpeaker.
  static var speaker: JSONValue {
    let type = WrittenObjects.speakerType
    let form = Schema.object(
      "What the speaker of one node says of itself. Written by the speaker only.",
      ["status": SpeakerReport.schema], required: [])
    var schema = form.openAPI.object ?? [:]
    var properties = schema["properties"]?.object ?? [:]
    for name in ["apiVersion", "kind"] { properties[name] = ["type": "string"] }
    properties["metadata"] = ["type": "object"]
    schema["properties"] = .object(properties)
    return [
      "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
      "metadata": ["name": .string("\(type.plural).\(type.group)")],
      "spec": [
        "group": .string(type.group), "scope": "Namespaced",
        "names": [
          "kind": .string(type.kind), "listKind": .string("\(type.kind)List"),
          "plural": .string(type.plural), "singular": .string(type.kind.lowercased()),
          "shortNames": ["speaker", "speakers"], "categories": ["bellman"],
        ],
        "versions": [
          [
            "name": .string(type.version), "served": true, "storage": true,
            "subresources": ["status": [:]],
            "schema": ["openAPIV3Schema": .object(schema)],
            "additionalPrinterColumns": .array(SpeakerReport.columns.map(column)),
          ]
        ],
      ],
    ]
  }

  private static func column(_ column: SpeakerReport.Column) -> JSONValue {
    var members: [String: JSONValue] = [
      "name": .string(column.name), "type": .string(column.type), "jsonPath": .string(column.path),
    ]
    if column.isWide { members["priority"] = 1 }
    return .object(members)
  }
}
