import LinuxIO
import TestSupport
import Testing

@Suite(
  "network namespaces", .ownThread, .serialized,
  .enabled(if: Requirements.areMet, "\(Requirements.reason)"))
struct NetworkNamespaceTests {
  @Test("a closure sees the namespace, its caller does not enter it")
  func scope() throws {
    let namespace = try Namespace("n")
    defer { namespace.remove() }
    try namespace.ip("link add only-here type bridge")
    let inside = try namespace.run { try NetworkInterfaces.list().map(\.name) }
    #expect(inside == ["lo", "only-here"])
    #expect(try !NetworkInterfaces.list().map(\.name).contains("only-here"))
  }

  @Test("what the closure throws comes out, and a namespace that is not there is named")
  func errors() throws {
    let namespace = try Namespace("n")
    defer { namespace.remove() }
    #expect(throws: PacketSocketError.interfaceDown("x")) {
      try namespace.run { throw PacketSocketError.interfaceDown("x") }
    }
    #expect(throws: LinuxError("entering the network namespace bellman-none", code: 2)) {
      try NetworkNamespace.run("bellman-none") {}
    }
  }
}
