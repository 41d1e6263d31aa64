import Status
import Testing

@Suite("bellman status members")
struct MembersViewTests {
  private func text(
    _ election: ElectionStatus?, _ format: OutputFormat = .table, width: Int? = nil
  ) throws -> String {
    try StatusRenderer(format: format, now: now, width: width)
      .members(ElectionFixture.status(election: election))
  }

  @Test("every member with its state, silence, witnesses and who suspects it")
  func table() throws {
    #expect(
      try text(ElectionFixture.election(), width: 80) == """
        node1: policy wire, profile default (heartbeat 100 ms, silence 500 ms)
        lease: held, ends in 444 ms unless renewed; 2 of 3 witnesses, 2 needed
        keys: 99a931c1, in use for 5m; UDP port 7946
        packets: 6707 sent, 6700 received
        dropped: 3 badly authenticated, 2 replayed, 1 truncated, 4 from strangers
        own lateness: 0 times over 100 ms, longest 24 ms, 1m20s ago; priority realTime

        MEMBER  STATE    OWNS    ACK  SILENT  UP     WITNESSES          SUSPECTED BY
        node1   self       12      -       -  2h14m  node2,node3,node4  -
        node2   alive       9  444ms    41ms  10s    node1,node3,node4  -
        node3   dead        0     no    1m1s  1h33m  node1,node2,node4  node1,node2
        node4   unknown     0     no       -  -      -                  -

        """)
  }

  @Test("long names give way to 80 columns") func narrow() throws {
    let long = (1...9).map { "worker-\($0).eu-west.example.net" }
    let election = ElectionStatus(
      policy: "strict", profile: "custom", timers: [:], port: 7946,
      keys: PeerKeyStatus(fingerprints: ["99a931c1"], since: ago(300)),
      lease: LeaseStatus(
        isHeld: false, marginMilliseconds: nil, witnesses: 6, acknowledging: 0, needed: 3),
      members: long.map { name in
        MemberStatus(
          name: name, state: .restarting, incarnation: 1_767_220_000_000_000,
          silenceMilliseconds: 9999, isWitness: true, leaseMarginMilliseconds: 485,
          witnesses: long, suspectedBy: long, addresses: 5000)
      },
      packets: PeerPacketCounters(sent: 0, octetsSent: 0, received: 0, octetsReceived: 0),
      lateness: LatenessStatus(
        count: 0, longestMilliseconds: 0, longestAt: nil, priority: "normal"))
    let lines = try text(election, width: 80).split(separator: "\n")
    #expect(lines.contains { $0.contains("worker-") && $0.contains("…") })
    for line in lines { #expect(line.count <= 80, "\(line)") }
  }

  @Test("a node without a lease says since when, and what the planes disagree about")
  func muted() throws {
    let lease = LeaseStatus(
      isHeld: false, marginMilliseconds: -1500, witnesses: 3, acknowledging: 1, needed: 2,
      isChanging: true, isSettled: false)
    let shown = try text(
      ElectionFixture.election(
        lease: lease, keys: [], disagreements: [ElectionFixture.noQuorum, ElectionFixture.dead]))
    #expect(
      shown.contains(
        "lease: none, ended 1500ms ago; 1 of 3 witnesses, 2 needed; witnesses are changing; "
          + "not settled yet\n"))
    #expect(shown.contains("keys: none, every packet is trusted; UDP port 7946\n"))
    #expect(
      shown.hasSuffix(
        """

        Where peers, API and segment disagree: 2
          deadThoughReady: Node node3 is silent to its witnesses although the API calls it ready.
            Its addresses are taken over now, whatever the API says.
          noQuorum: Node node1 has no quorum of its witnesses.
            It is silent until enough witnesses acknowledge.

        """))
  }

  @Test("two keys while they are changed") func rotation() throws {
    let shown = try text(ElectionFixture.election(keys: ["0a0b0c0d", "99a931c1"]))
    #expect(shown.contains("keys: 0a0b0c0d seals, 99a931c1 is accepted too, for 5m; "))
  }

  @Test("wide has the timers, the counters and the lives") func wide() throws {
    let shown = try text(ElectionFixture.election(), .wide)
    #expect(shown.contains("INCARNATION"))
    #expect(shown.contains("1767217560000000\n"))
    #expect(shown.contains("silence            500\n"))
    #expect(shown.contains("takenByQuorum      2\n"))
  }

  @Test("without an election it says what there is instead") func none() throws {
    #expect(try text(nil).hasPrefix("No election: "))
  }

  @Test("JSON and YAML hold the election, and it reads back equal") func coding() throws {
    let election = ElectionFixture.election(
      disagreements: [ElectionFixture.noQuorum, ElectionFixture.dead])
    let document = ElectionFixture.status(
      election: election,
      addresses: [
        try ElectionFixture.layer2(
          "203.0.113.10", .owner, reason: "owner", owner: "node1",
          claim: ElectionFixture.claim(
            obstacle: ObstacleStatus(reason: "noQuorum", sentence: "said")))
      ],
      drain: try DrainFixture.underWay())
    #expect(try StatusRenderer.parse(StatusRenderer.json(document)) == document)
    let json = try text(election, .json)
    for key in [
      "\"version\" : 1", "\"node\" : \"node1\"", "\"state\" : \"self\"",
      "\"leaseMarginMilliseconds\" : 444",
    ] {
      #expect(json.contains(key), "\(key)")
    }
    #expect(!json.contains("addresses\" : ["))
    #expect(try text(election, .yaml).contains("  - node1\n"))
  }
}
