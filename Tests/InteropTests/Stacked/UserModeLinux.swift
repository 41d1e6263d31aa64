import Foundation
import Lab
import Testing

/// Linux as a program of the user (the package user-mode-linux), for what the kernel of this machine
/// lacks. It sees the files of this machine, and cannot change them; it has no network but its own.
enum UserModeLinux {
  private static let program = "/usr/bin/linux.uml"
  private static let modules = "/usr/lib/uml/modules"
  /// What the tests need and is not part of that kernel itself.
  private static let needed = ["bonding", "8021q", "veth", "bridge", "macvlan"]

  /// Whether the test runs: where it is installed, and in CI on processors that Debian has it for.
  static var isExpected: Bool {
    #if arch(x86_64)
      if Environment.isSet("CI") { return true }
    #endif
    return isInstalled
  }

  private static var isInstalled: Bool {
    FileManager.default.isExecutableFile(atPath: program)
  }

  /// Whether it starts, or is not there to be tried: it traces its processes, which not every machine
  /// allows.
  static func starts() async throws -> Bool {
    guard isInstalled else { return true }
    return try await run("echo 'it runs'", within: 30).contains("it runs")
  }

  /// Runs the tests of this module whose names match `filter` in there, as root; what they print.
  ///
  /// - Throws: `LabError` where it cannot be started, or does not end within `seconds`.
  static func test(_ filter: String, within seconds: Int) async throws -> String {
    let tests = try ProgramPath.own()
    return try await run(
      "'\(tests)' --testing-library swift-testing --filter '\(filter)'", within: seconds)
  }

  private static func run(_ command: String, within seconds: Int) async throws -> String {
    let folder = "\(FileManager.default.temporaryDirectory.path)/bellman-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data(script(command).utf8).write(to: URL(filePath: "\(folder)/init"))
    try await Command.run(["chmod", "+x", "\(folder)/init"])
    // Its processes are ours: it has to end by itself, or by SIGTERM.
    let result = try await Command.output(
      [
        "timeout", "--kill-after", "10", "\(seconds)", program, "mem=2048M", "root=/dev/root",
        "rootfstype=hostfs", "rootflags=/", "ro", "quiet", "uml_dir=\(folder)", "con=null",
        "con0=null,fd:1", "init=\(folder)/init",
      ], within: seconds + 20)
    return result.output + result.error
  }

  /// What runs there as the first process.
  private static func script(_ command: String) -> String {
    """
    #!/bin/bash
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run TMPDIR=/run CI=true
    mount -t proc proc /proc
    mount -t sysfs sys /sys
    mount -t tmpfs tmpfs /run
    mkdir -p /run/lib/modules
    for version in \(modules)/*; do ln -s "$version" /run/lib/modules; done
    modprobe -d /run -a \(needed.joined(separator: " "))
    ip link set lo up
    \(command)
    poweroff -f 2>/dev/null || echo o > /proc/sysrq-trigger
    sleep 10
    """
  }
}

/// Tests that need what the kernel of this machine lacks.
@Suite(.needsLab) struct UserModeLinuxTests {
  @Test(
    .enabled("this kernel has bonds itself") { try await !Bonds.areSupported() },
    .enabled(if: UserModeLinux.isExpected, "needs the package user-mode-linux"),
    .enabled("user-mode Linux does not start here") { try await UserModeLinux.starts() })
  func stackedInterfacesInAKernelThatHasBonds() async throws {
    let output = try await UserModeLinux.test("StackedInterfaceTests", within: 300)
    #expect(output.contains("Suite StackedInterfaceTests passed"), "\(output)")
  }
}

/// Whether the kernel that runs this process has bonds.
enum Bonds {
  static func areSupported() async throws -> Bool {
    let name = "bellman-bond\(UInt32.random(in: 0 ... .max))"
    guard try await Command.output(["ip", "netns", "add", name]).status == 0 else { return false }
    let made = try await Command.output(["ip", "-n", name, "link", "add", "type", "bond"])
    try await Command.run(["ip", "netns", "del", name])
    return made.status == 0
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips where the kernel has no bonds.
  static var needsBonds: Self {
    .enabled("the kernel has no bonds") { try await Bonds.areSupported() }
  }
}
