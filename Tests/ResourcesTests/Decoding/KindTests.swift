import Resources
import Testing

@Suite struct KindTests {
  private func text(_ apiVersion: String, _ kind: String) -> String {
    "apiVersion: \(apiVersion)\nkind: \(kind)\nmetadata:\n  name: a\n"
  }

  @Test(
    "kinds that have nothing to do with announcements are passed over",
    arguments: [
      ("apps/v1", "Deployment"), ("v1", "ConfigMap"), ("v1", "Namespace"), ("v1", "Pod"),
      ("rbac.authorization.k8s.io/v1", "ClusterRole"), ("batch/v1", "Job"),
      ("apiextensions.k8s.io/v1", "CustomResourceDefinition"), ("example.org/v1", "Thing"),
      // Kinds of the same name from other makers.
      ("serving.knative.dev/v1", "Service"), ("crd.projectcalico.org/v1", "BGPPeer"),
      ("projectcalico.org/v3", "BGPPeer"), ("config.example.org/v1", "Node"),
      // What MetalLB and its operator write themselves.
      ("metallb.io/v1beta1", "ServiceL2Status"), ("metallb.io/v1beta1", "ServiceBGPStatus"),
      ("metallb.io/v1beta1", "ConfigurationState"), ("metallb.io/v1beta1", "MetalLB"),
      ("frrk8s.metallb.io/v1beta1", "FRRConfiguration"),
    ])
  func passesOver(apiVersion: String, kind: String) {
    let file = decode(text(apiVersion, kind))
    #expect(file.diagnostics.isEmpty)
    #expect(file.objects.isEmpty)
    #expect(file.otherObjects == 1)
  }

  @Test(
    "mistakes in apiVersion and kind",
    arguments: [
      (
        "v1", "BGPPeer",
        "1: apiVersion: expected metallb.io/v1beta2 for kind BGPPeer, found \"v1\""
      ),
      (
        "metallb.io/v1", "BGPPeer",
        "1: apiVersion: expected metallb.io/v1beta2 for kind BGPPeer, found \"metallb.io/v1\""
      ),
      (
        "metallb.io/v1beta2", "IPAddressPool",
        "1: apiVersion: expected metallb.io/v1beta1 for kind IPAddressPool, "
          + "found \"metallb.io/v1beta2\""
      ),
      (
        "discovery.k8s.io/v1beta1", "EndpointSlice",
        "1: apiVersion: expected discovery.k8s.io/v1 for kind EndpointSlice, "
          + "found \"discovery.k8s.io/v1beta1\""
      ),
      (
        "v1", "EndpointSlice",
        "1: apiVersion: expected discovery.k8s.io/v1 for kind EndpointSlice, found \"v1\""
      ),
      ("apps/v1", "Service", "1: apiVersion: expected v1 for kind Service, found \"apps/v1\""),
      ("core/v1", "Secret", "1: apiVersion: expected v1 for kind Secret, found \"core/v1\""),
      ("v2", "Service", "1: apiVersion: expected v1 for kind Service, found \"v2\""),
      (
        "metallb.io/v1beta1", "IPAdressPool",
        "2: kind: metallb.io has no kind \"IPAdressPool\"; did you mean IPAddressPool?"
      ),
      ("metallb.io/v1beta1", "Peer", "2: kind: metallb.io has no kind \"Peer\""),
      (
        "metallb.io/v1beta1", "AddressPool",
        "2: kind: AddressPool is gone from MetalLB since 0.14; write an IPAddressPool and an "
          + "L2Advertisement or a BGPAdvertisement"
      ),
      ("v1", "Servise", "2: warning: kind: v1 has no kind \"Servise\"; did you mean Service?"),
      ("5", "Service", "1: apiVersion: expected the version of an API, found 5; put it in quotes"),
      ("\"\"", "Service", "1: apiVersion: expected the version of an API, found \"\""),
    ] as [(String, String, String)])
  func reports(apiVersion: String, kind: String, message: String) {
    #expect(messages(text(apiVersion, kind)) == [message])
    #expect(decode(text(apiVersion, kind)).objects.isEmpty)
  }

  @Test func bothTypeFieldsAreNeeded() {
    #expect(
      messages("metadata:\n  name: a\n") == [
        "1: apiVersion: missing; expected such as v1 or metallb.io/v1beta1",
        "1: kind: missing; expected such as Service or IPAddressPool",
      ])
  }

  @Test func anApplicationIsReadWithItsService() {
    let text = """
      apiVersion: v1
      kind: Namespace
      metadata: {name: shop}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: nginx, namespace: shop}
      data:
        nginx.conf: |
          events { worker_connections 1024; }
          http { server { location / { return 200 "*ok* &amp [[["; } } }
        code.c: |
          int *foo = &bar; f(x, &foo, *foo);
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: shop}
      spec:
        template:
          spec:
            containers: [{name: web, image: "registry.example/web:1", command: [sh, -c, "a && b *c"]}]
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop}
      spec: {type: LoadBalancer, ports: [{port: 80}]}
      """
    let file = decode(text)
    #expect(file.diagnostics.isEmpty)
    #expect(file.objects.map(\.resource.key.description) == ["Service shop/web"])
    #expect(file.otherObjects == 3)
  }
}
