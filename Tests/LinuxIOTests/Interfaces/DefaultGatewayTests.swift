import Addresses
import LinuxIO
import TestSupport
import Testing

@Suite(
  "default gateways of a namespace", .ownThread, .serialized,
  .enabled(if: Requirements.areMet, "\(Requirements.reason)"))
struct DefaultGatewayTests {
  @Test("are those of the preferred default route of each family, and no others")
  func list() throws {
    let namespace = try Namespace("g")
    defer { namespace.remove() }
    #expect(try namespace.run { try DefaultGateway.list() } == [])
    try namespace.ip("link add eth0 type veth peer name eth1")
    for name in ["eth0", "eth1"] { try namespace.ip("link set \(name) up") }
    try namespace.ip("addr add 192.0.2.10/24 dev eth0")
    try namespace.ip("addr add 198.51.100.10/24 dev eth1")
    try namespace.ip("addr add 2001:db8::10/64 dev eth0 nodad")
    #expect(try namespace.run { try DefaultGateway.list() } == [])
    let eth0 = try namespace.interface("eth0").index
    let eth1 = try namespace.interface("eth1").index
    func gateway(_ address: String, _ index: Int) throws -> DefaultGateway {
      DefaultGateway(interfaceIndex: index, address: try #require(IPAddress(address)))
    }

    try namespace.ip("route add 203.0.113.0/24 via 192.0.2.9")
    try namespace.ip("route add default via 192.0.2.2 metric 200")
    try namespace.ip("route add default via 192.0.2.8 table 100")
    #expect(
      try namespace.run { try DefaultGateway.list() } == [try gateway("192.0.2.2", eth0)])
    try namespace.ip("route add default via 192.0.2.1 metric 100")
    try namespace.ip("-6 route add default via 2001:db8::1")
    #expect(
      try namespace.run { try DefaultGateway.list() }
        == [try gateway("192.0.2.1", eth0), try gateway("2001:db8::1", eth0)])

    try namespace.ip("route del default metric 100")
    try namespace.ip("route del default metric 200")
    try namespace.ip(
      "route add default nexthop via 192.0.2.3 dev eth0 nexthop via 198.51.100.3 dev eth1")
    try namespace.ip("-6 route del default")
    try namespace.ip("-6 route add default via fe80::1 dev eth1")
    #expect(
      try namespace.run { try DefaultGateway.list() }
        == [
          try gateway("192.0.2.3", eth0), try gateway("198.51.100.3", eth1),
          try gateway("fe80::1", eth1),
        ])
  }
}
