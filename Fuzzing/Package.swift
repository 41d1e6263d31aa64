// swift-tools-version:6.2
import PackageDescription

// Programs that feed the libraries with what libFuzzer thinks up; see README.md. It is a package of
// its own because all of it is built with instrumentation, and the libraries are links to their
// sources because those of `..` would bring BoringSSL along, whose building takes minutes.

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")

func module(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func program(_ name: String, _ library: Target.Dependency) -> Target {
  .executableTarget(
    name: name, dependencies: ["Addresses", "Fuzzer", library, nio], swiftSettings: settings)
}

let package = Package(
  name: "bellman-fuzzing",
  dependencies: [.package(url: "https://github.com/apple/swift-nio", from: "2.101.0")],
  targets: [
    module("Addresses"),
    module("BFD", "Addresses", "Crypto", nio),
    module("BGP", "Addresses", nio),
    module("Election", "Addresses", "Crypto", nio),
    module("LinkLayer", "Addresses", nio),
    module("Crypto"),
    module("Fuzzer", nio),
    program("FuzzMessages", "BGP"),
    program("FuzzAttributes", "BGP"),
    program("FuzzSession", "BGP"),
    program("FuzzBFD", "BFD"),
    program("FuzzElection", "Election"),
    program("FuzzLinkLayer", "LinkLayer"),
  ],
  swiftLanguageModes: [.v6]
)
