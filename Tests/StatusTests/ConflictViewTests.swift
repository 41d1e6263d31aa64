import Addresses
import Status
import Testing

@Suite("conflicts in status and explain")
struct ConflictViewTests {
  private static func conflicts() throws -> [ConflictStatus] {
    [
      ConflictStatus(
        mac: try #require(MACAddress("02:00:00:00:00:67")), interface: "eth0", claims: 0,
        probes: 2, firstSeen: ago(70), lastSeen: ago(60)),
      ConflictStatus(
        mac: try #require(MACAddress("02:00:00:00:00:66")), interface: "eth0", claims: 31,
        defences: 4, firstSeen: ago(3600), lastSeen: ago(5)),
    ]
  }

  @Test("explain names each MAC address, its interface, and what it did")
  func explain() throws {
    let address = AddressExplanation(
      address: try address("203.0.113.9"), services: ["shop/api"],
      externalTrafficPolicy: .cluster, pool: "public", owner: "node1", nodes: [],
      conflicts: try Self.conflicts())
    let document = ExplainDocument(
      node: "node1", subject: "203.0.113.9", services: [], addresses: [address])
    let text = try StatusRenderer(format: .table, now: now).explain(document)
    #expect(
      text.contains(
        """
        Who else uses the address, as node1 saw it
        MAC                INTERFACE  CLAIMS  PROBES  DEFENCES  FIRST SEEN            LAST SEEN             STATE
        02:00:00:00:00:66  eth0           31       0         4  2025-12-31T23:00:00Z  2025-12-31T23:59:55Z  says that it has the address
        02:00:00:00:00:67  eth0            0       2         0  2025-12-31T23:58:50Z  2025-12-31T23:59:00Z  asked for the address

        """))
    #expect(try StatusRenderer.parse(StatusRenderer.json(document)) == document)
  }

  @Test(
    "the table of addresses says who claims one",
    arguments: [(false, "owner, conflict with"), (true, "owner, yields to")])
  func table(isYielded: Bool, text: String) throws {
    var conflicts = try Self.conflicts()
    conflicts[1] = ConflictStatus(
      mac: conflicts[1].mac, interface: "eth0", claims: 1, yielded: isYielded, firstSeen: ago(9),
      lastSeen: ago(5))
    let address = AddressStatus(
      address: try address("203.0.113.9"), services: ["shop/api"],
      externalTrafficPolicy: .cluster, pool: "public",
      layer2: Layer2Status(
        verdict: .owner, reason: "owner", sentence: "the first", owner: "node1",
        conflicts: conflicts),
      bgp: BGPStatus(verdict: .no, reason: "noMatchingAdvertisement", sentence: "none"),
      since: ago(60))
    let document = StatusDocument(
      node: "node1", programVersion: "0.1.0", pid: 1, startedAt: ago(60),
      source: SourceStatus(directory: "/etc/bellman/manifests"), addresses: [address])
    let shown = try StatusRenderer(format: .table, now: now).status(document)
    // Who only asked is no conflict.
    #expect(shown.contains("\(text) 02:00:00:00:00:66  "), "\(shown)")
    #expect(try StatusRenderer.parse(StatusRenderer.json(document)) == document)
  }
}
