/// The form of what ``SpeakerReport/status`` gives, for the definition of the kind.
extension SpeakerReport {
  /// A column of `kubectl get`.
  struct Column: Sendable {
    var name: String
    var type: String
    var path: String
    /// Whether `kubectl get -o wide` alone shows it.
    var isWide = false
  }

  static let columns = [
    Column(name: "Ready", type: "boolean", path: ".status.ready"),
    Column(name: "Sessions", type: "integer", path: ".status.establishedSessions"),
    Column(name: "Owned", type: "integer", path: ".status.ownedAddresses"),
    Column(name: "Announced", type: "integer", path: ".status.announcedAddresses"),
    Column(name: "Problems", type: "integer", path: ".status.problemCount"),
    Column(name: "Version", type: "string", path: ".status.version", isWide: true),
    Column(name: "Members", type: "integer", path: ".status.memberCount", isWide: true),
    Column(name: "Alive", type: "integer", path: ".status.aliveMembers", isWide: true),
    Column(name: "Started", type: "date", path: ".status.startedAt"),
  ]

  static let schema = Schema.object(
    "The state of the speaker.",
    [
      "node": .string("The node that it speaks for; never another one."),
      "version": .string("The version of the program."),
      "startedAt": .time("When the process started."),
      "ready": .boolean("Whether the cluster was read and decided upon."),
      "memberCount": .integer("How many members the election has: the nodes of the cluster."),
      "aliveMembers": .integer("How many of them are not missing."),
      "missingMembers": .list(
        "The members whose speakers have not been heard for half a minute, or since then not yet for "
          + "two minutes without a break; the first 20 by name.", .string("The name of a node.")),
      "ownedAddresses": .integer("How many addresses this node answers for by ARP and NDP."),
      "announcedAddresses": .integer("How many addresses this node announces by BGP."),
      "establishedSessions": .integer("How many BGP sessions are established."),
      "sessions": .list("The BGP sessions of this node, by peer.", session),
      "problemCount": .integer("How many things are wrong."),
      "problems": .list("What is wrong, the first 20, errors first.", problem),
    ],
    required: ["node", "version", "startedAt", "ready"],
    rules: [
      (
        "!has(oldSelf.node) || self.node == oldSelf.node",
        "an object belongs to one node for as long as it lives"
      ),
      (
        "!has(self.sessions) || !has(self.establishedSessions) || "
          + "self.establishedSessions <= size(self.sessions)",
        "no more sessions can be established than there are"
      ),
      (
        "!has(self.aliveMembers) || !has(self.memberCount) || self.aliveMembers <= self.memberCount",
        "no more members can be alive than there are"
      ),
    ])

  private static let session = Schema.object(
    "One BGP session.",
    [
      "peer": .string("The name of the BGPPeer."), "address": .string("The address of the peer."),
      "state": .choice(
        "The state of the session (RFC 4271 §8.2.2).",
        ["Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established"]),
      "since": .time("Since when the session is in that state."),
      "prefixes": .integer("How many prefixes the peer holds from this node."),
      "lastError": .string("Why the last attempt or session ended."),
    ], required: ["peer", "state", "since"])

  private static let problem = Schema.object(
    "Something that is wrong.",
    [
      "severity": .choice(
        "error: what is wrong is not in use; warning: it is, but perhaps not as meant.",
        ["error", "warning"]),
      "object": .string("What it is about, such as IPAddressPool metallb-system/pool."),
      "field": .string("The field of the object."), "message": .string("What is wrong."),
    ], required: ["severity", "message"])
}
