import KubernetesClient
import Resources
import Testing

@testable import Speaker

@Suite("What is told of the configuration") struct ConfigurationReportTests {
  private func error(_ name: String, _ message: String = "wrong") -> Diagnostic {
    Diagnostic(
      severity: .error, file: "ipaddresspools.metallb.io/\(name)",
      object: "IPAddressPool metallb-system/\(name)", fieldPath: "spec.addresses[0]",
      message: message)
  }

  private func held(_ isValid: Bool) -> ReflectedChanges {
    let json: JSONValue = [
      "status": [
        "conditions": [
          [
            "status": isValid ? "True" : "False", "lastTransitionTime": "2026-01-01T00:00:00Z",
          ]
        ]
      ]
    ]
    let object = KubernetesObject(
      apiVersion: "", kind: "", name: ObjectName(namespace: "", name: "x"), uid: "",
      resourceVersion: "1", json: json.octets)
    return ReflectedChanges([.upserted(object)], isComplete: true)
  }

  @Test func eachErrorIsToldOfOnceAboutItsOwnObject() {
    var report = ConfigurationReport()
    #expect(report.take([]) == [])
    #expect(report.take([error("b")]).map(\.object.name.name) == ["b"])
    // Whether the second one comes before the first or after it.
    #expect(report.take([error("b"), error("c")]).map(\.object.name.name) == ["c"])
    #expect(report.take([error("a"), error("b"), error("c")]).map(\.object.name.name) == ["a"])
    #expect(report.take([error("a"), error("c")]) == [], "one is mended")
    #expect(report.take([error("a", "worse"), error("c")]).map(\.object.name.name) == ["a"])
    #expect(report.take([]) == [])
    let again = report.take([error("c")])
    #expect(again.map(\.object.name.name) == ["c"])
    #expect(
      again.first?.sentence == "IPAddressPool metallb-system/c: spec.addresses[0]: wrong")
    #expect(again.first?.object.kind == "IPAddressPool")
    #expect(again.first?.object.apiVersion == "metallb.io/v1beta1")
  }

  @Test func aRestartRepeatsNothing() {
    var report = ConfigurationReport()
    report.note(held(false))
    #expect(report.take([error("a")]) == [])
    #expect(report.take([error("a"), error("b")]).map(\.object.name.name) == ["b"])
    var other = ConfigurationReport()
    other.note(held(true))
    #expect(other.take([error("a")]).count == 1)
  }
}
