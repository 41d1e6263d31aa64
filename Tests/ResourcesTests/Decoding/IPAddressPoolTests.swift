import Addresses
import Resources
import Testing

@Suite struct IPAddressPoolTests {
  @Test(
    "entries that are read",
    arguments: [
      ("203.0.113.0/24", "203.0.113.0-203.0.113.255"),
      ("203.0.113.7/32", "203.0.113.7-203.0.113.7"),
      ("203.0.113.10-203.0.113.20", "203.0.113.10-203.0.113.20"),
      ("203.0.113.10 - 203.0.113.20", "203.0.113.10-203.0.113.20"),
      ("\"  203.0.113.10\\t-203.0.113.20  \"", "203.0.113.10-203.0.113.20"),
      ("\" 203.0.113.0/30 \"", "203.0.113.0-203.0.113.3"),
      ("203.0.113.7-203.0.113.7", "203.0.113.7-203.0.113.7"),
      ("0.0.0.0/0", "0.0.0.0-255.255.255.255"),
      ("0.0.0.0-255.255.255.255", "0.0.0.0-255.255.255.255"),
      ("2001:db8::/126", "2001:db8::-2001:db8::3"),
      ("2001:db8::1-2001:db8::ff", "2001:db8::1-2001:db8::ff"),
      ("\"::/0\"", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ])
  func readsEntries(entry: String, range: String) throws {
    let pool = try #require(only(pool(entry))?.pool)
    #expect(pool.addresses.map(\.description) == [range])
  }

  @Test(
    "entries that are refused",
    arguments: [
      (
        "203.0.113.7",
        "expected a CIDR such as 203.0.113.0/24 or a range such as 203.0.113.10-203.0.113.20, "
          + "found \"203.0.113.7\"; for one address write 203.0.113.7/32"
      ),
      (
        "203.0.113.0/33",
        "expected a CIDR such as 203.0.113.0/24 or a range such as 203.0.113.10-203.0.113.20, "
          + "found \"203.0.113.0/33\""
      ),
      (
        "203.0.113.20-203.0.113.10",
        "the range begins at 203.0.113.20, after its end 203.0.113.10; swap them"
      ),
      (
        "203.0.113.10-2001:db8::1",
        "203.0.113.10 and 2001:db8::1 are addresses of different families"
      ),
      (
        "203.0.113.10-20",
        "expected a CIDR such as 203.0.113.0/24 or a range such as 203.0.113.10-203.0.113.20, "
          + "found \"203.0.113.10-20\""
      ),
      (
        "203.0.113.1-203.0.113.2-203.0.113.3",
        "expected a CIDR such as 203.0.113.0/24 or a range such as 203.0.113.10-203.0.113.20, "
          + "found \"203.0.113.1-203.0.113.2-203.0.113.3\""
      ),
      (
        "5",
        "expected a CIDR such as 203.0.113.0/24 or a range such as 203.0.113.10-203.0.113.20, "
          + "found 5; put it in quotes"
      ),
      (
        "\"\"",
        "expected a CIDR such as 203.0.113.0/24 or a range such as 203.0.113.10-203.0.113.20, "
          + "found \"\""
      ),
      ("", "expected a value, found nothing"),
      (
        "\"203.0.113.1\\e[31m\"",
        "expected a CIDR such as 203.0.113.0/24 or a range such as 203.0.113.10-203.0.113.20, "
          + "found \"203.0.113.1\\u{1b}[31m\""
      ),
    ] as [(String, String)])
  func refusesEntries(entry: String, message: String) {
    #expect(messages(pool(entry)) == ["7: IPAddressPool default/a: spec.addresses[0]: \(message)"])
    #expect(decode(pool(entry)).objects.isEmpty)
  }

  @Test func everyBadEntryIsReported() {
    let found = messages(pool("203.0.113.0/24", "bad", "203.0.113.128/25", "worse"))
    let rule = "expected \(PoolEntryText.expected), found"
    #expect(
      found == [
        "8: IPAddressPool default/a: spec.addresses[1]: \(rule) \"bad\"",
        "9: IPAddressPool default/a: spec.addresses[2]: 203.0.113.128/25 overlaps with "
          + "203.0.113.0/24 of this pool",
        "10: IPAddressPool default/a: spec.addresses[3]: \(rule) \"worse\"",
      ])
  }

  private enum PoolEntryText {
    static let expected =
      "a CIDR such as 203.0.113.0/24 or a range such as 203.0.113.10-203.0.113.20"
  }

  @Test func hostBitsAreAWarning() throws {
    let file = decode(pool("203.0.113.77/24"))
    #expect(file.objects.first?.resource.pool?.addresses.first?.lower == IPAddress("203.0.113.0"))
    #expect(
      file.diagnostics.map(\.description) == [
        "test.yaml:7: warning: IPAddressPool default/a: spec.addresses[0]: 203.0.113.77/24 is "
          + "read as 203.0.113.0/24; host bits do not count"
      ])
  }

  @Test(
    "the other fields",
    arguments: [
      (["autoAssign: false", "avoidBuggyIPs: true"], false, true),
      (["autoAssign: yes"], true, false), (["autoAssign: null"], true, false), ([], true, false),
    ])
  func readsFlags(extra: [String], autoAssign: Bool, avoidBuggyIPs: Bool) throws {
    let pool = try #require(only(pool("203.0.113.0/24", extra: extra))?.pool)
    #expect(pool.autoAssign == autoAssign)
    #expect(pool.avoidBuggyIPs == avoidBuggyIPs)
  }

  @Test func acceptsServiceAllocation() {
    let extra = [
      "serviceAllocation:", "  priority: 50", "  namespaces: [shop, blog]",
      "  namespaceSelectors: [{matchLabels: {team: a}}]",
      "  serviceSelectors:", "  - matchExpressions:",
      "    - {key: app, operator: In, values: [web]}",
    ]
    #expect(only(pool("203.0.113.0/24", extra: extra)) != nil)
  }

  @Test(
    "wrong fields",
    arguments: [
      (
        "autoAssign: \"true\"",
        "spec.autoAssign: expected true or false, found the string \"true\"; remove the quotes"
      ),
      ("autoAssign: 1", "spec.autoAssign: expected true or false, found 1"),
      ("autoasign: true", "spec.autoasign: unknown field; did you mean autoAssign?"),
      ("protocol: layer2", "spec.protocol: unknown field"),
      ("serviceAllocation: [a]", "spec.serviceAllocation: expected a mapping, found a list"),
      (
        "serviceAllocation: {priority: -1}",
        "spec.serviceAllocation.priority: expected a number from 0 to 2147483647, found -1"
      ),
      (
        "serviceAllocation: {namespaces: [a, a]}",
        "spec.serviceAllocation.namespaces[1]: \"a\" occurs more than once; remove one"
      ),
      (
        "serviceAllocation: {namespaceSelectors: [{}, {}]}",
        "spec.serviceAllocation.namespaceSelectors[1]: the same selector occurs more than once; "
          + "remove one"
      ),
      (
        "serviceAllocation: {serviceSelector: []}",
        "spec.serviceAllocation.serviceSelector: unknown field; did you mean serviceSelectors?"
      ),
    ] as [(String, String)])
  func refusesFields(line: String, message: String) {
    #expect(
      messages(pool("203.0.113.0/24", extra: [line])) == ["8: IPAddressPool default/a: \(message)"])
  }

  @Test(
    arguments: [
      (
        "spec: {}",
        "5: IPAddressPool default/a: spec.addresses: missing; expected a list of CIDRs and ranges"
      ),
      (
        "spec: {addresses: []}",
        "5: IPAddressPool default/a: spec.addresses: expected at least one CIDR or range"
      ),
      (
        "spec: {addresses: 203.0.113.0/24}",
        "5: IPAddressPool default/a: spec.addresses: expected a list of CIDRs and ranges, found \"203.0.113.0/24\""
      ),
      ("spec: true", "5: IPAddressPool default/a: spec: expected a mapping, found true"),
      ("spec:", "1: IPAddressPool default/a: spec: missing; expected a mapping with addresses"),
      (
        "status: {}", "1: IPAddressPool default/a: spec: missing; expected a mapping with addresses"
      ),
    ] as [(String, String)])
  func refusesShapes(line: String, message: String) {
    let text =
      "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata:\n  name: a\n\(line)\n"
    #expect(messages(text) == [message])
  }

  @Test func acceptsStatus() {
    let text = pool("203.0.113.0/24") + "status:\n  assignedIPv4: 3\n  availableIPv4: 253\n"
    #expect(only(text) != nil)
  }

  @Test(
    "overlaps within a pool are found in any order",
    arguments: [
      (["203.0.113.0/24", "203.0.113.0/24"], [8]),
      (["203.0.113.128/25", "203.0.113.0/24"], [8]),
      (["203.0.113.0/24", "198.51.100.0/24", "203.0.113.5/32", "203.0.113.7/32"], [9, 10]),
      (["203.0.113.5/32", "203.0.113.7/32", "203.0.113.0/24"], [9, 9]),
      (["203.0.113.0/25", "203.0.113.128/25"], []),
      (["203.0.113.0-203.0.113.9", "203.0.113.9-203.0.113.12", "203.0.113.12/32"], [8, 9]),
      (["\"::/0\"", "0.0.0.0/0"], []),
    ] as [([String], [Int])])
  func findsOverlaps(entries: [String], lines: [Int]) {
    let text = object("IPAddressPool", ["addresses:"] + entries.map { "- \($0)" })
    let diagnostics = decode(text).diagnostics
    #expect(diagnostics.compactMap(\.line) == lines)
    #expect(diagnostics.allSatisfy { $0.message.contains(" overlaps with ") })
  }
}
