import Addresses
import NIOCore
import Resources
import Status
import Testing

@testable import Speaker

/// What the status document says, as metrics.
@Suite struct StatusMetricsTests {
  private let registry = MetricsRegistry(SpeakerMetrics.all + MetalLBMetrics.all)

  private func document(
    addresses: [AddressStatus] = [], peers: [PeerStatus] = [], problems: [Problem] = [],
    source: SourceStatus = SourceStatus(directory: "/m")
  ) -> StatusDocument {
    StatusDocument(
      node: "node-1", programVersion: "0.1.0", pid: 1,
      startedAt: Timestamp(secondsSince1970: 1_767_225_600), source: source,
      addresses: addresses, peers: peers, problems: problems, counters: ["filesRead": 3])
  }

  private func web(obstacle: ObstacleStatus? = nil) throws -> AddressStatus {
    AddressStatus(
      address: try #require(IPAddress("192.0.2.200")), services: ["shop/web", "shop/api"],
      externalTrafficPolicy: .cluster, pool: "public",
      layer2: Layer2Status(
        verdict: .owner, reason: "owner", sentence: "it owns it", owner: "node-1",
        claim: ClaimStatus(
          epoch: 3, since: Timestamp(secondsSince1970: 1),
          activity: obstacle == nil ? "answering" : "muted", obstacle: obstacle),
        conflicts: [
          ConflictStatus(
            mac: MACAddress(rawValue: 0x0000_5E00_5399), interface: "eth0", claims: 1,
            firstSeen: Timestamp(secondsSince1970: 1), lastSeen: Timestamp(secondsSince1970: 2))
        ], requestsReceived: 5, repliesSent: 4, gratuitousSent: 6),
      bgp: BGPStatus(verdict: .announced, reason: "announced", sentence: "it is announced"),
      since: Timestamp(secondsSince1970: 1))
  }

  private func router() throws -> PeerStatus {
    let address = try #require(IPAddress("2001:db8::1"))
    return PeerStatus(
      name: "router", address: address, port: 179, localAS: 64512,
      remoteAS: 64513, state: .active, since: Timestamp(secondsSince1970: 100),
      lastError: PeerError(
        at: Timestamp(secondsSince1970: 90), text: "the peer said \"no\" in many words"),
      prefixesAnnounced: PrefixCounts(ipv4: 2, ipv6: 3), messagesSent: 9, flaps: 2,
      bfd: BFDSessionStatus(state: "Down", since: Timestamp(secondsSince1970: 90)),
      updatesSent: 5)
  }

  private func text(_ documents: StatusDocument..., metalLB: Bool = false) -> String {
    var metrics = StatusMetrics(factory: registry, hasMetalLBNames: metalLB)
    for document in documents { metrics.update(document, isReady: true, pulseAge: 0.125) }
    return String(buffer: OpenMetricsText.render(registry))
  }

  @Test func theDocumentIsThere() throws {
    let text = text(
      document(
        addresses: [try web()], peers: [try router()],
        problems: [
          Problem(severity: .error, file: "a.yaml", message: "x"),
          Problem(severity: .error, object: "interface eth0", message: "y"),
        ],
        source: SourceStatus(
          directory: "/m", objects: ["Service": 2], complete: false, isReachable: true,
          streams: [
            StreamStatus(
              name: "services", isFollowed: true, lastEventAt: Timestamp(secondsSince1970: 50),
              events: 7, lists: 1)
          ])))
    for line in [
      "bellman_build_info{version=\"0.1.0\",node=\"node-1\"} 1",
      "bellman_start_time_seconds 1767225600", "bellman_ready 1", "bellman_draining 0",
      "bellman_control_loop_pulse_age_seconds 0.125", "bellman_problems{severity=\"error\"} 2",
      "bellman_configuration_errors{severity=\"error\"} 1",
      "bellman_configuration_errors{severity=\"warning\"} 0",
      "bellman_decisions{protocol=\"layer2\",verdict=\"owner\",reason=\"owner\"} 1",
      "bellman_announced{service=\"shop/web\",address=\"192.0.2.200\",protocol=\"bgp\"} 1",
      "bellman_announced{service=\"shop/api\",address=\"192.0.2.200\",protocol=\"layer2\"} 1",
      "bellman_owned_addresses 1", "bellman_addresses_without_owner 0",
      "bellman_address_requests_total{address=\"192.0.2.200\"} 5",
      "bellman_address_replies_total{address=\"192.0.2.200\"} 4",
      "bellman_address_gratuitous_total{address=\"192.0.2.200\"} 6",
      "bellman_conflicts{address=\"192.0.2.200\",interface=\"eth0\",mac=\"00:00:5e:00:53:99\"} 1",
      "bellman_bgp_session_up{peer=\"router\"} 0",
      "bellman_bgp_session_state{peer=\"router\",state=\"Active\"} 1",
      "bellman_bgp_session_state{peer=\"router\",state=\"Established\"} 0",
      "bellman_bgp_session_last_error_info{peer=\"router\",error=\"the peer said \\\"no\\\" "
        + "in many words\"} 1",
      "bellman_bgp_session_last_error_timestamp_seconds{peer=\"router\"} 90",
      "bellman_bgp_session_flaps_total{peer=\"router\"} 2",
      "bellman_bgp_announced_prefixes{peer=\"router\",family=\"ipv6\"} 3",
      "bellman_bfd_session_up{peer=\"router\"} 0", "bellman_source_up{stream=\"services\"} 1",
      "bellman_source_lists_total{stream=\"services\"} 1",
      "bellman_source_last_event_timestamp_seconds{stream=\"services\"} 50",
      "bellman_source_counted_total{event=\"filesRead\"} 3",
    ] {
      #expect(text.contains("\(line)\n"), "\(line) is missing")
    }
    #expect(!text.contains("metallb_"))
  }

  /// The alert is for who uses an address, not for who asks whether it is free.
  @Test func whoOnlyAsksForAnAddressIsNoConflict() throws {
    let probe = ConflictStatus(
      mac: MACAddress(rawValue: 0x0000_5E00_5398), interface: "eth0", claims: 0, probes: 3,
      firstSeen: Timestamp(secondsSince1970: 1), lastSeen: Timestamp(secondsSince1970: 2))
    let known = try web()
    let address = AddressStatus(
      address: known.address, services: known.services, externalTrafficPolicy: .cluster,
      pool: "public",
      layer2: Layer2Status(verdict: .owner, reason: "owner", sentence: "", conflicts: [probe]),
      bgp: known.bgp, since: known.since)
    #expect(!text(document(addresses: [address])).contains("bellman_conflicts{"))
  }

  /// The alert about two owners is for two that answer.
  @Test func anOwnerThatIsSilentDoesNotAnnounce() throws {
    let silent = try web(
      obstacle: ObstacleStatus(reason: "noQuorum", sentence: "it lost its lease"))
    let text = text(document(addresses: [silent]), metalLB: true)
    #expect(!text.contains("protocol=\"layer2\"} 1\n"))
    #expect(!text.contains("protocol=\"layer2\",node"))
    #expect(text.contains("bellman_owned_addresses 1\n"))
    #expect(text.contains("address=\"192.0.2.200\",protocol=\"bgp\"} 1\n"))
  }

  @Test func whatCannotBeReadIsNoErrorOfTheConfiguration() {
    let stream = Diagnostic(severity: .error, file: "services", message: "cannot be read: refused")
    let pool = Diagnostic(
      severity: .error, file: "ipaddresspools.metallb.io/pool", message: "expected a range")
    let state = SourceState(problems: [pool, stream], obstacles: [stream])
    let text = text(document(problems: state.statusProblems))
    #expect(text.contains("bellman_problems{severity=\"error\"} 2\n"))
    #expect(text.contains("bellman_configuration_errors{severity=\"error\"} 1\n"))
  }

  @Test func metalLBsNamesAreThereWhenAskedFor() throws {
    let text = text(
      document(addresses: [try web()], peers: [try router()]), metalLB: true)
    for line in [
      "metallb_speaker_announced{service=\"shop/web\",protocol=\"bgp\",node=\"node-1\","
        + "ip=\"192.0.2.200\"} 1",
      "metallb_layer2_requests_received{ip=\"192.0.2.200\"} 5",
      "metallb_layer2_responses_sent{ip=\"192.0.2.200\"} 4",
      "metallb_layer2_gratuitous_sent{ip=\"192.0.2.200\"} 6",
      "metallb_bgp_session_up{peer=\"[2001:db8::1]:179\"} 0",
      "metallb_bgp_updates_total{peer=\"[2001:db8::1]:179\"} 5",
      "metallb_bgp_announced_prefixes_total{peer=\"[2001:db8::1]:179\"} 5",
      "metallb_k8s_client_config_loaded_bool 1", "metallb_k8s_client_config_stale_bool 0",
    ] {
      #expect(text.contains("\(line)\n"), "\(line) is missing")
    }
  }

  /// As in two VRFs.
  @Test func peersOfOneAddressShareASeriesThatAddsThemUp() throws {
    let first = try router()
    let second = PeerStatus(
      name: "other", address: first.address, port: 179, localAS: 1, remoteAS: 2,
      state: .established, since: first.since, prefixesAnnounced: PrefixCounts(ipv4: 1),
      updatesSent: 100)
    let picture = document(peers: [first, second])
    let text = text(picture, picture, picture, metalLB: true)
    for line in [
      "metallb_bgp_updates_total{peer=\"[2001:db8::1]:179\"} 105",
      "metallb_bgp_announced_prefixes_total{peer=\"[2001:db8::1]:179\"} 6",
      "metallb_bgp_session_up{peer=\"[2001:db8::1]:179\"} 0",
    ] {
      #expect(text.contains("\(line)\n"), "\(line) is missing")
    }
  }

  @Test func whatIsGoneLeavesNoSeries() throws {
    let text = text(
      document(addresses: [try web()], peers: [try router()]), document(), metalLB: true)
    #expect(!text.contains("192.0.2.200") && !text.contains("router"))
    #expect(text.contains("bellman_owned_addresses 0\n"))
    #expect(text.hasSuffix("# EOF\n"))
  }

  @Test func anErrorOfAnotherTextReplacesTheFirst() throws {
    let peer = try router()
    let other = PeerStatus(
      name: "router", address: peer.address, port: 179, localAS: 1, remoteAS: 2, state: .idle,
      since: peer.since, lastError: PeerError(at: peer.since, text: "other"))
    let text = text(document(peers: [peer]), document(peers: [other]))
    #expect(text.ranges(of: "bellman_bgp_session_last_error_info{").count == 1)
    #expect(text.contains("error=\"other\""))
  }
}
