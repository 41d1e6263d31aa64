// swift-tools-version:6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Optimised in debug builds too: the tests simulate hours of large clusters.
let fast: [SwiftSetting] = settings + [.unsafeFlags(["-O"])]

let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let nioLocks: Target.Dependency = .product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let metrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let arguments: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")
let httpClient: Target.Dependency = .product(
  name: "AsyncHTTPClient", package: "async-http-client")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdHTTP2: Target.Dependency = .product(name: "HummingbirdHTTP2", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
  name: "bellman",
  products: [
    .executable(name: "bellman", targets: ["bellman"]),
    .library(name: "Addresses", targets: ["Addresses"]),
    .library(name: "BFD", targets: ["BFD"]),
    .library(name: "BGP", targets: ["BGP"]),
    .library(name: "LinkLayer", targets: ["LinkLayer"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ],
  targets: [
    // Pure modules: values in, values out.
    module("Addresses", []),
    module("BFD", ["Addresses", nio, crypto]),
    module("BGP", ["Addresses", nio]),
    .target(name: "Election", dependencies: ["Addresses", crypto, nio], swiftSettings: fast),
    module("LinkLayer", ["Addresses", nio]),
    module("Resources", ["Addresses", yams]),
    module("Assignment", ["Addresses", "Resources"]),
    module("Status", ["Addresses", yams]),
    module("Advice", ["Addresses", "Assignment", "Resources", "Status"]),
    // The status page: its files become part of the program.
    .target(name: "Page", resources: [.embedInCode("Assets")], swiftSettings: settings),

    // Edges: they carry bytes and own the clocks.
    .systemLibrary(name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
    .target(name: "CLinux"),
    module(
      "LinuxIO",
      ["Addresses", "BFD", "Election", "LinkLayer", "CPcap", "CLinux", nio, nioPosix]),
    module(
      "KubernetesClient",
      [
        "CLinux", "Resources", nio, nioPosix, nioHTTP1, nioLocks, nioSSL, logging, httpClient, yams,
      ]),
    module(
      "Speaker",
      [
        "Addresses", "Advice", "Assignment", "BFD", "BGP", "Election", "KubernetesClient",
        "LinkLayer", "LinuxIO", "Page", "Resources", "Status", nio, nioPosix, nioHTTP1, nioSSL,
        logging, metrics, lifecycle, signals, hummingbird, hummingbirdCore, httpTypes,
      ]),
    module("Lab", ["Addresses", "CLinux", "Resources", nio, nioPosix, nioHTTP1, nioLocks, yams]),
    .executableTarget(
      name: "bellman",
      dependencies: [
        "Addresses", "Advice", "Assignment", "Election", "KubernetesClient", "Lab", "Resources",
        "Speaker", "Status", nio,
        logging, signals, arguments,
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "announce-prefix", dependencies: ["Addresses", "BGP", nio, nioPosix],
      path: "Examples/announce-prefix", exclude: ["README.md"], swiftSettings: settings),

    .target(name: "TestSupport", path: "Tests/Support", swiftSettings: settings),
    .target(
      name: "TestAPIServer",
      dependencies: [
        "KubernetesClient", "Resources", nio, nioPosix, nioHTTP1, nioLocks, nioSSL, httpTypes,
        logging, lifecycle, crypto, asn1, x509, yams, httpClient, hummingbird, hummingbirdCore,
        hummingbirdHTTP2, hummingbirdTLS,
      ],
      path: "Tests/APIServer", swiftSettings: settings),
    // The cluster on virtual time, for the tests and for `make simulate`.
    .target(
      name: "ElectionSimulator", dependencies: ["Addresses", "Election", nio],
      path: "Tests/ElectionSimulator", swiftSettings: fast),
    .executableTarget(
      name: "simulate", dependencies: ["Election", "ElectionSimulator"], path: "Tests/simulate",
      swiftSettings: settings),
    // A large cluster and a BGP neighbour, for `make bench`.
    .executableTarget(
      name: "cluster-load",
      dependencies: [
        "KubernetesClient", "Lab", "Resources", "TestAPIServer", nio, nioPosix, nioLocks,
      ], path: "Tests/cluster-load", swiftSettings: settings),
    // The speakers of a large cluster, as `bellman status` asks them, for `make bench`.
    .executableTarget(
      name: "speakers-load",
      dependencies: [
        "Addresses", "KubernetesClient", "Status", "TestAPIServer", nio, logging, hummingbird,
      ], path: "Tests/speakers-load", swiftSettings: settings),
    tests("AddressesTests", ["Addresses"]),
    tests("BFDTests", ["Addresses", "BFD", "TestSupport", nio]),
    tests("BGPTests", ["Addresses", "BGP", "TestSupport", nio]),
    tests("LinkLayerTests", ["Addresses", "LinkLayer", "TestSupport", nio]),
    tests(
      "ElectionTests", ["Addresses", "Election", "ElectionSimulator", "TestSupport", nio]),
    tests("ResourcesTests", ["Addresses", "Resources", "TestSupport"]),
    tests(
      "KubernetesClientTests",
      [
        "KubernetesClient", "Resources", "TestAPIServer", "TestSupport", nio, nioPosix, nioLocks,
        nioSSL, logging,
      ]),
    tests("AssignmentTests", ["Addresses", "Assignment", "Resources", "TestSupport"]),
    tests("StatusTests", ["Addresses", "Status"]),
    tests("AdviceTests", ["Addresses", "Advice", "Resources", "Status", "TestSupport"]),
    tests(
      "SpeakerTests",
      [
        "Addresses", "Advice", "BGP", "KubernetesClient", "LinuxIO", "Page", "Resources",
        "Speaker", "Status", "TestAPIServer", "TestSupport", nio, nioPosix, nioSSL, logging,
        metrics,
        lifecycle, hummingbird, yams, httpClient, nioEmbedded,
      ]),
    // The program as people call it, without a network.
    tests(
      "CommandTests",
      [
        "Addresses", "Lab", "Resources", "Speaker", "Status", "bellman", nio, nioPosix, logging,
        lifecycle,
      ]),
    tests("LabTests", ["Addresses", "Lab", "Resources", nioLocks, yams]),
    tests(
      "InteropTests",
      [
        "Addresses", "KubernetesClient", "Lab", "LinuxIO", "Resources", "Status", "TestAPIServer",
        "TestSupport", "announce-prefix", "bellman", nio, nioPosix,
      ]),
    tests("PeerInteropTests", ["Addresses", "Lab", "bellman", nio]),
    tests(
      "LinuxIOTests", ["Addresses", "BFD", "LinkLayer", "LinuxIO", "TestSupport", nio, nioPosix]),
  ],
  swiftLanguageModes: [.v6]
)
