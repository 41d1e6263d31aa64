import KubernetesClient
import Resources
import Testing

@testable import TestAPIServer

/// The patches that `kubectl` sends for Kubernetes' own kinds, as API servers take them.
@Suite struct StrategicMergeTests {
  private func merge(
    _ patch: JSONValue, _ object: JSONValue, _ type: ServedType = .services
  ) throws -> JSONValue {
    try #require(try StrategicMerge.merge(patch, into: object, of: type))
  }

  private let service: JSONValue = [
    "metadata": ["name": "web", "labels": ["a": "1", "b": "2"], "finalizers": ["x", "y"]],
    "spec": [
      "externalIPs": ["192.0.2.1", "192.0.2.2"],
      "ports": [["name": "http", "port": 80], ["name": "https", "port": 443, "nodePort": 30001]],
    ],
  ]

  private func ports(_ patch: JSONValue) throws -> JSONValue? {
    try merge(["spec": patch], service)["spec"]?["ports"]
  }

  @Test func mapsAreMergedAndNullRemoves() throws {
    let merged = try merge(
      ["metadata": ["labels": ["a": .null, "c": "3"]], "data": ["k": "v", "gone": .null]], service)
    #expect(merged["metadata"]?["labels"] == ["b": "2", "c": "3"])
    #expect(merged["metadata"]?["name"] == "web")
    #expect(merged["data"] == ["k": "v"], "what is new takes no null with it")
  }

  @Test func listsAreMergedByTheirKey() throws {
    #expect(
      try ports(["ports": [["port": 443, "nodePort": 30009], ["name": "dns", "port": 53]]]) == [
        ["name": "http", "port": 80], ["name": "https", "port": 443, "nodePort": 30009],
        ["name": "dns", "port": 53],
      ])
  }

  @Test func listsWithoutAKeyAreReplaced() throws {
    let merged = try merge(["spec": ["externalIPs": ["192.0.2.9"]]], service)
    #expect(merged["spec"]?["externalIPs"] == ["192.0.2.9"])
    let node: JSONValue = ["spec": ["taints": [["key": "a", "effect": "NoSchedule"]]]]
    let tainted = try merge(
      ["spec": ["taints": [["key": "b", "effect": "NoExecute"]]]], node, .nodes)
    #expect(tainted["spec"]?["taints"] == [["key": "b", "effect": "NoExecute"]])
    let slice = try merge(
      ["endpoints": [["addresses": ["192.0.2.8"]]]],
      ["endpoints": [["addresses": ["192.0.2.7"]], ["addresses": ["192.0.2.6"]]]], .endpointSlices)
    #expect(slice["endpoints"] == [["addresses": ["192.0.2.8"]]])
  }

  @Test func whatANodeReportsIsMergedByType() throws {
    let node: JSONValue = [
      "status": [
        "conditions": [["type": "Ready", "status": "True", "reason": "a"]],
        "addresses": [["type": "InternalIP", "address": "192.0.2.1"]],
      ]
    ]
    let merged = try merge(
      [
        "status": [
          "conditions": [
            ["type": "Ready", "status": "False"],
            ["type": "NetworkUnavailable", "status": "False"],
          ],
          "addresses": [["type": "InternalIP", "address": "192.0.2.2"]],
        ]
      ], node, .nodes)
    #expect(
      Set(merged["status"]?["conditions"]?.array ?? []) == [
        ["type": "Ready", "status": "False", "reason": "a"],
        ["type": "NetworkUnavailable", "status": "False"],
      ])
    #expect(
      merged["status"]?["addresses"] == [["type": "InternalIP", "address": "192.0.2.2"]])
  }

  @Test func ownersAreMergedByTheirIdentity() throws {
    let merged = try merge(
      [
        "metadata": ["ownerReferences": [["uid": "u2", "name": "b"], ["uid": "u1", "name": "c"]]]
      ],
      ["metadata": ["ownerReferences": [["uid": "u1", "name": "a", "kind": "Pod"]]]], .configMaps)
    #expect(
      merged["metadata"]?["ownerReferences"] == [
        ["uid": "u2", "name": "b"], ["uid": "u1", "name": "c", "kind": "Pod"],
      ])
  }

  @Test func directivesDeleteAndReplace() throws {
    #expect(
      try ports(["ports": [["$patch": "delete", "port": 80]]]) == [
        ["name": "https", "port": 443, "nodePort": 30001]
      ])
    #expect(
      try ports(["ports": [["port": 8080], ["$patch": "replace"]]]) == [["port": 8080]])
    let spec: JSONValue = ["$patch": "replace", "type": "LoadBalancer"]
    #expect(try merge(["spec": spec], service)["spec"] == ["type": "LoadBalancer"])
    #expect(try merge(["spec": ["$patch": "delete"]], service)["spec"] == [:])
    let kept: JSONValue = ["$retainKeys": ["ports", "type"], "type": "LoadBalancer"]
    let retained = try #require(try merge(["spec": kept], service)["spec"]?.object)
    #expect(Set(retained.keys) == ["ports", "type"])
  }

  @Test func listsOfValuesGrowAndShrink() throws {
    func finalizers(_ patch: JSONValue) throws -> JSONValue? {
      try merge(["metadata": patch], service)["metadata"]?["finalizers"]
    }
    #expect(Set(try finalizers(["finalizers": ["y", "z"]])?.array ?? []) == ["x", "y", "z"])
    #expect(try finalizers(["$deleteFromPrimitiveList/finalizers": ["x", "w"]]) == ["y"])
    #expect(
      try finalizers([
        "$deleteFromPrimitiveList/finalizers": ["x"], "$setElementOrder/finalizers": ["z", "y"],
        "finalizers": ["z"],
      ]) == ["z", "y"])
  }

  @Test func theOrderIsThatOfThePatch() throws {
    #expect(
      try ports([
        "$setElementOrder/ports": [["port": 53], ["port": 443], ["port": 80]],
        "ports": [["port": 53, "protocol": "UDP"]],
      ]) == [
        ["port": 53, "protocol": "UDP"], ["name": "https", "port": 443, "nodePort": 30001],
        ["name": "http", "port": 80],
      ])
    // What only the server knows stays where it stands.
    #expect(
      try ports([
        "$setElementOrder/ports": [["port": 443], ["port": 22]], "ports": [["port": 22]],
      ]) == [
        ["name": "http", "port": 80], ["name": "https", "port": 443, "nodePort": 30001],
        ["port": 22],
      ])
  }

  @Test(
    arguments: [
      ["spec": ["$patch": "merge"]],
      ["spec": ["ports": [["$patch": "merge", "port": 80]]]],
      ["spec": ["ports": [["name": "http"]]]], ["spec": ["ports": [["$patch": "delete"]]]],
      ["spec": ["$retainKeys": ["ports"], "type": "LoadBalancer"]],
      ["spec": ["$setElementOrder/ports": [["port": 80]], "ports": [["port": 22]]]],
      ["spec": ["$setElementOrder/ports": "80"]],
      ["metadata": ["$deleteFromPrimitiveList/finalizers": "x"]],
    ] as [JSONValue])
  func whatAnAPIServerRefusesIsRefused(_ patch: JSONValue) {
    let failure = #expect(throws: APIFailure.self) {
      try StrategicMerge.merge(patch, into: service, of: .services)
    }
    #expect(failure?.code == 400)
  }

  @Test(arguments: [ServedType.ipAddressPools, .bgpPeers, .bellmanSpeakers])
  func customResourcesTakeNone(_ type: ServedType) throws {
    #expect(try StrategicMerge.merge(["spec": [:]], into: ["spec": [:]], of: type) == nil)
  }
}
