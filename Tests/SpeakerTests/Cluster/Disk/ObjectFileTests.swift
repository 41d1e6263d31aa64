import FoundationEssentials
import KubernetesClient
import LinuxIO
import Resources
import Status
import Testing

@testable import Speaker

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct ObjectFileTests {
  private let directory = TemporaryDirectory()
  private static let now = Timestamp(secondsSince1970: 1_767_225_600)
  private static let hour: Int64 = 3600

  private static func options(
    server: String = "https://192.0.2.1:6443", authority: String = "PEM",
    namespace: String = "metallb-system", labels: String? = nil
  ) -> ClusterOptions {
    ClusterOptions(
      endpoint: Endpoint(
        server: server, verification: .trust(.text(Array(authority.utf8))), origin: "test"),
      namespace: namespace, serviceLabels: labels)
  }

  private func file(_ options: ClusterOptions = Self.options(), node: String = "a") -> ObjectFile {
    ObjectFile(
      path: "\(directory.path)/a.objects", identity: ObjectFile.Identity(node: node, options))
  }

  private func octets() throws -> [UInt8] {
    try BoundedFile.read(file().path, limit: 1 << 20).bytes
  }

  private func resources() throws -> [Resource] {
    let objects: [(JSONValue, ResourceKind)] = [
      (Self.service, .service), (ClusterObjects.service("plain", nil), .service),
      (Self.slice, .endpointSlice), (ClusterObjects.slice("plain"), .endpointSlice),
      (Self.node, .node), (ClusterObjects.node("b"), .node),
    ]
    return try objects.map { object, kind in
      let read = ClusterObject.lean(
        ManifestDecoder.decode(json: object.octets, source: "test"), of: .kind(kind))
      #expect(read.isComplete, "\(read.diagnostics)")
      return try #require(read.objects.first?.resource)
    }
  }

  private func content() throws -> ObjectFile.Content {
    ObjectFile.Content(
      resources: try resources(),
      configuration: [
        "ipaddresspools.metallb.io/metallb-system/pool": ClusterObjects.pool(
          "pool", "192.0.2.0/24"
        ).octets,
        "bgppeers.metallb.io/metallb-system/old": ClusterObjects.peer("old", version: "v1beta1")
          .octets,
      ], withheld: [ObjectName(namespace: "metallb-system", name: "secured")])
  }

  // MARK: What is written is what is read

  @Test func whatIsWrittenIsRead() throws {
    let content = try content()
    let count = try file().write(content, goodAt: Self.now)
    #expect(try octets().count == count)
    let found = try #require(try file().read(now: Self.now, longestAge: Self.hour))
    #expect(found.header.goodAt == Self.now)
    #expect(found.header.withheld == ["metallb-system/secured"])
    #expect(
      found.header.counts == [
        "Service": 2, "EndpointSlice": 2, "Node": 2, "IPAddressPool": 1, "BGPPeer": 1,
      ])
    #expect(
      try file().readHeader(now: Self.now, longestAge: Self.hour) == found.header)
    let resources = found.objects.compactMap { $0.content.objects.first?.resource }
    #expect(resources.filter { !$0.kind.isConfiguration } == content.resources)
    let texts = found.objects.filter { !$0.text.isEmpty }.map { ($0.content.name, $0.text) }
    #expect(Dictionary(uniqueKeysWithValues: texts) == content.configuration)
    for object in found.objects {
      #expect(object.content.name == object.stream.file(of: object.name))
      #expect(object.content.objects.first?.location.file == object.content.name)
    }
  }

  @Test func onlyItsOwnerMayReadItAndNothingElseIsLeft() throws {
    _ = try file().write(try content(), goodAt: Self.now)
    let attributes = try FileManager.default.attributesOfItem(atPath: file().path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(try FileStamp.files(inDirectory: directory.path).keys.sorted() == ["a.objects"])
  }

  @Test func thereMayBeNone() throws {
    #expect(try file().read(now: Self.now, longestAge: Self.hour) == nil)
    #expect(try file().readHeader(now: Self.now, longestAge: Self.hour) == nil)
  }

  @Test func theTimeIsWrittenAnewAndNothingElse() throws {
    _ = try file().write(try content(), goodAt: Self.now)
    let before = try octets()
    let later = Timestamp(secondsSince1970: Self.now.secondsSince1970 + 7200)
    try file().write(goodAt: later)
    let found = try #require(try file().read(now: later, longestAge: 0))
    #expect(found.header.goodAt == later)
    let after = try octets()
    #expect(before.count == after.count)
    #expect(before.dropFirst(31) == after.dropFirst(31))
  }

  @Test func aFolderThatIsNotThereIsNamed() throws {
    let lost = ObjectFile(
      path: "\(directory.path)/none/a.objects", identity: file().identity)
    let failure = #expect(throws: ObjectFile.WriteFailure.self) {
      try lost.write(try content(), goodAt: Self.now)
    }
    #expect("\(try #require(failure))".contains("\(directory.path)/none/a.objects"))
  }

  // MARK: What is refused

  @Test func aPartOfAFileIsRefusedWhereverItEnds() throws {
    _ = try file().write(try content(), goodAt: Self.now)
    let whole = try octets()
    for count in 0..<whole.count {
      try directory.write("a.objects", whole.prefix(count))
      #expect(throws: ObjectFile.Refusal.self, "\(count) of \(whole.count) octets") {
        try file().read(now: Self.now, longestAge: Self.hour)
      }
    }
  }

  /// The time alone is not guarded: it is written again and again.
  @Test func aChangedOctetIsRefusedWhereverItIs() throws {
    _ = try file().write(
      ObjectFile.Content(
        resources: Array(try resources().suffix(1)), configuration: try content().configuration),
      goodAt: Self.now)
    let whole = try octets()
    for place in whole.indices where !(11..<31).contains(place) {
      var changed = whole
      changed[place] ^= 1
      try directory.write("a.objects", changed)
      #expect(throws: ObjectFile.Refusal.self, "octet \(place)") {
        try file().read(now: Self.now, longestAge: Self.hour)
      }
    }
  }

  @Test func linesThatAreMissingOrTwiceAreRefused() throws {
    _ = try file().write(try content(), goodAt: Self.now)
    let lines = try octets().split(separator: UInt8(ascii: "\n"))
    for index in lines.indices {
      var fewer = lines
      fewer.remove(at: index)
      var more = lines
      more.insert(lines[index], at: index)
      for changed in [fewer, more] {
        try directory.write("a.objects", changed.flatMap { $0 + [UInt8(ascii: "\n")] })
        #expect(throws: ObjectFile.Refusal.self, "line \(index + 1)") {
          try file().read(now: Self.now, longestAge: Self.hour)
        }
      }
    }
  }

  @Test(
    arguments: [
      (0, nil), (3600, nil), (3601, "--start-from-disk-max-age"), (-60, nil), (-61, "clock"),
      (-1_000_000_000, "clock"),
    ] as [(Int64, String?)])
  func itsAgeDecides(age: Int64, word: String?) throws {
    _ = try file().write(try content(), goodAt: Self.now)
    let now = Timestamp(secondsSince1970: Self.now.secondsSince1970 + age)
    guard let word else {
      #expect(try file().read(now: now, longestAge: Self.hour) != nil)
      return
    }
    let refusal = #expect(throws: ObjectFile.Refusal.self) {
      try file().read(now: now, longestAge: Self.hour)
    }
    #expect("\(try #require(refusal))".contains(word))
    #expect(throws: ObjectFile.Refusal.self) {
      try file().readHeader(now: now, longestAge: Self.hour)
    }
  }

  @Test(arguments: [
    ("node", "--node"), ("server", "address of the API server"),
    ("authority", "certificate authority"), ("namespace", "--namespace"),
    ("labels", "--service-labels"),
  ])
  func whatIsOfAnotherClusterIsRefused(_ field: String, _ word: String) throws {
    _ = try file().write(try content(), goodAt: Self.now)
    let other =
      switch field {
      case "server": file(Self.options(server: "https://192.0.2.2:6443"))
      case "authority": file(Self.options(authority: "another"))
      case "namespace": file(Self.options(namespace: "other"))
      case "labels": file(Self.options(labels: "a=b"))
      default: file(node: "b")
      }
    let refusal = #expect(throws: ObjectFile.Refusal.self) {
      try other.read(now: Self.now, longestAge: Self.hour)
    }
    #expect("\(try #require(refusal))".contains(word))
  }

  /// Whoever wrote it, with a sum that is right.
  @Test func secretsAreNeverReadFromIt() throws {
    let hostile: [JSONValue] = [
      ClusterObjects.secret("router", "hunter2"), ClusterObjects.peer("router", secret: "router"),
      ClusterObjects.metallb(
        "BGPPeer", "router",
        ["myASN": 64512, "peerASN": 64513, "peerAddress": "192.0.2.1", "password": "hunter2"],
        version: "v1beta2"),
      ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a", "namespace": "b"]],
      ["apiVersion": "v1", "kind": "Service", "metadata": ["name": "A B"], "spec": [:]],
    ]
    for object in hostile {
      _ = try file().write(
        ObjectFile.Content(configuration: ["a": object.octets]), goodAt: Self.now)
      let refusal = #expect(throws: ObjectFile.Refusal.self) {
        try file().read(now: Self.now, longestAge: Self.hour)
      }
      #expect("\(try #require(refusal))".contains("line 2"))
    }
  }

  @Test func whatOthersCanWriteIsRefused() throws {
    _ = try file().write(try content(), goodAt: Self.now)
    func refusal() throws -> ObjectFile.Refusal {
      try #require(
        #expect(throws: ObjectFile.Refusal.self) {
          try file().read(now: Self.now, longestAge: Self.hour)
        })
    }
    chmod(file().path, 0o620)
    #expect(try refusal() == .unreadable(.notOwn))
    #expect("\(try refusal())".hasSuffix("remove it"))
    chmod(file().path, 0o600)
    #expect(try file().read(now: Self.now, longestAge: Self.hour) != nil)
    rename(file().path, "\(directory.path)/elsewhere")
    symlink("\(directory.path)/elsewhere", file().path)
    #expect(try refusal() == .unreadable(.notOwn))
    unlink(file().path)
    mkdir(file().path, 0o700)
    #expect(try refusal() == .unreadable(.notOwn))
    rmdir(file().path)
    mkfifo(file().path, 0o600)
    #expect(try refusal() == .unreadable(.notOwn))
  }

  @Test func anotherFormIsNamed() throws {
    let text = #"{"goodAt":"2026-01-01T00:00:00Z","form":"bellman-objects/9"}"# + "\n"
    try directory.write("a.objects", text)
    #expect(throws: ObjectFile.Refusal.otherForm("bellman-objects/9")) {
      try file().read(now: Self.now, longestAge: Self.hour)
    }
  }

  // MARK: Objects with all that is kept of them

  private static let service: JSONValue = [
    "apiVersion": "v1", "kind": "Service",
    "metadata": [
      "name": "web", "namespace": "shop", "labels": ["app": "web", "tier": ""],
      "annotations": [
        "metallb.io/ip-allocated-from-pool": "pool", "bellman.dev/note": "a \"b\" \\ \n\t\u{1} é",
        "example.com/other": "left out",
      ], "deletionTimestamp": "2026-01-01T00:00:00Z",
    ],
    "spec": [
      "type": "LoadBalancer", "loadBalancerClass": "a.b/c", "externalTrafficPolicy": "Local",
      "internalTrafficPolicy": "Local", "healthCheckNodePort": 30123,
      "allocateLoadBalancerNodePorts": false,
      "ports": [
        ["name": "web", "protocol": "UDP", "port": 443], ["port": 80, "targetPort": "x"],
      ],
    ],
    "status": [
      "loadBalancer": ["ingress": [["ip": "192.0.2.1"], ["ip": "2001:db8::1"]]]
    ],
  ]

  private static let slice: JSONValue = [
    "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv6",
    "metadata": [
      "name": "web-1", "namespace": "shop",
      "labels": ["kubernetes.io/service-name": "web", "other": "left-out"],
    ],
    "endpoints": [
      ["addresses": ["2001:db8::2"], "conditions": ["ready": false, "serving": true]],
      [
        "addresses": ["2001:db8::3"], "nodeName": "a",
        "conditions": ["ready": false, "serving": false, "terminating": true],
      ], ["addresses": ["2001:db8::4"]],
    ], "ports": [["port": 80]],
  ]

  private static let node: JSONValue = [
    "apiVersion": "v1", "kind": "Node",
    "metadata": [
      "name": "a", "labels": ["kubernetes.io/os": "linux"],
      "deletionTimestamp": "2026-01-01T00:00:00Z",
    ],
    "spec": [
      "unschedulable": true, "taints": [["key": "b", "effect": "NoSchedule"], ["key": "a"]],
    ],
    "status": [
      "conditions": [
        ["type": "Ready", "status": "Unknown"],
        ["type": "NetworkUnavailable", "status": "True"],
        ["type": "DiskPressure", "status": "True"],
      ],
      "addresses": [
        ["type": "ExternalIP", "address": "203.0.113.1"],
        ["type": "InternalIP", "address": "198.51.100.1"],
        ["type": "InternalIP", "address": "2001:db8::1"], ["type": "Hostname", "address": "a"],
      ],
    ],
  ]
}
