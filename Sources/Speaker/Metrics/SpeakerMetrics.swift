/// Every metric of a speaker, declared here and nowhere else: the exposition, the page
/// Documentation/metrics.md, and the checks of the examples are made from this list.
enum SpeakerMetrics {
  // MARK: The speaker

  static let build = MetricFamily.info(
    "bellman_build", "The version of the speaker and the node that it speaks for",
    labels: ["version", "node"])
  static let started = MetricFamily.gauge(
    "bellman_start_time_seconds", unit: "seconds", "When the speaker started, in Unix time")
  static let ready = MetricFamily.gauge(
    "bellman_ready", "1 if the sources were read and the first decisions carried out")
  static let draining = MetricFamily.gauge("bellman_draining", "1 while the node is drained")
  static let pulseAge = MetricFamily.gauge(
    "bellman_control_loop_pulse_age_seconds", unit: "seconds",
    "How long ago the control loop last turned")
  static let problems = MetricFamily.gauge(
    "bellman_problems", "What bellman status lists as problems", labels: ["severity"])

  // MARK: Decisions

  static let decisions = MetricFamily.gauge(
    "bellman_decisions", "Addresses by what this node does for them, and why",
    labels: ["protocol", "verdict", "reason"])
  static let decisionChanges = MetricFamily.counter(
    "bellman_decision_changes", "Changes of what this node does for an address, by the new verdict",
    labels: ["protocol", "verdict"])
  static let servicesWithoutAddress = MetricFamily.gauge(
    "bellman_services_without_address", "Services that have no address to announce, and why",
    labels: ["reason"])
  static let announced = MetricFamily.gauge(
    "bellman_announced", "1 for each address that this node announces, by service",
    labels: ["service", "address", "protocol"])
  static let eventToWire = MetricFamily.histogram(
    "bellman_event_to_wire_seconds", unit: "seconds",
    "Time from an event until all that follows from it was said to segments and peers",
    labels: ["event"],
    bounds: [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5])

  // MARK: Owners

  static let owned = MetricFamily.gauge(
    "bellman_owned_addresses", "Addresses that this node owns by layer 2")
  static let withoutOwner = MetricFamily.gauge(
    "bellman_addresses_without_owner",
    "Addresses that this node may own by layer 2 and that nobody owns")
  static let moves = MetricFamily.counter(
    "bellman_moves",
    "Changes of the owner of an address that this node heard of: its part in them, and the cause",
    labels: ["part", "cause"])
  static let failover = MetricFamily.histogram(
    "bellman_failover_duration_seconds", unit: "seconds",
    "Time from the last sign of life of a silent owner to the takeover by this node",
    bounds: [0.3, 0.4, 0.5, 0.55, 0.6, 0.7, 0.8, 1, 2, 5])
  static let handOver = MetricFamily.histogram(
    "bellman_handover_duration_seconds", unit: "seconds",
    "Time from the first question to an heir to the silence of this node",
    bounds: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2])
  static let leaseHeld = MetricFamily.gauge(
    "bellman_lease_held", "1 while enough witnesses acknowledge this node")
  static let leaseMargin = MetricFamily.gauge(
    "bellman_lease_margin_seconds", unit: "seconds",
    "How long this node may answer without another acknowledgement; negative since it may not")
  static let witnesses = MetricFamily.gauge(
    "bellman_witnesses", "Witnesses of this node: all, those that acknowledge, those needed",
    labels: ["kind"])
  static let disagreements = MetricFamily.gauge(
    "bellman_disagreements", "What peers, API and segment disagree about", labels: ["reason"])
  static let electionEvents = MetricFamily.counter(
    "bellman_election_events", "What the election counted, by name", labels: ["event"])

  // MARK: Members

  static let members = MetricFamily.gauge(
    "bellman_members", "Members of the election as this node sees them", labels: ["state"])
  static let suspicions = MetricFamily.gauge(
    "bellman_member_suspicions", "How many members hold this member silent, where any does",
    labels: ["member"])
  static let peerPackets = MetricFamily.counter(
    "bellman_peer_packets", "Packets between speakers", labels: ["direction"])
  static let peerBytes = MetricFamily.counter(
    "bellman_peer_packet_bytes", unit: "bytes", "Octets of packets between speakers",
    labels: ["direction"])
  static let peerDrops = MetricFamily.counter(
    "bellman_peer_packets_dropped", "Packets on the peer port that were dropped, and why",
    labels: ["reason"])
  static let late = MetricFamily.counter(
    "bellman_late_wakeups", "How often the thread of the election ran more than 100 ms late")
  static let latest = MetricFamily.gauge(
    "bellman_longest_lateness_seconds", unit: "seconds",
    "The longest delay of the thread of the election since the start")

  // MARK: Layer 2

  static let requests = MetricFamily.counter(
    "bellman_layer2_requests", "ARP and NDP frames that concern owned addresses",
    labels: ["interface"])
  static let replies = MetricFamily.counter(
    "bellman_layer2_replies", "Requests that were answered", labels: ["interface"])
  static let gratuitous = MetricFamily.counter(
    "bellman_layer2_gratuitous", "Gratuitous ARP and unsolicited NDP announcements",
    labels: ["interface"])
  static let drops = MetricFamily.counter(
    "bellman_layer2_drops", "Frames that were not answered, and why",
    labels: ["interface", "reason"])
  static let foreignClaims = MetricFamily.counter(
    "bellman_layer2_foreign_claims",
    "Frames in which others claim an address of ours, or ask for it",
    labels: ["interface"])
  static let addressRequests = MetricFamily.counter(
    "bellman_address_requests", "Requests for an owned address that came in", labels: ["address"])
  static let addressReplies = MetricFamily.counter(
    "bellman_address_replies", "Requests for an owned address that were answered",
    labels: ["address"])
  static let addressGratuitous = MetricFamily.counter(
    "bellman_address_gratuitous", "Gratuitous announcements of an owned address",
    labels: ["address"])
  static let conflicts = MetricFamily.gauge(
    "bellman_conflicts", "1 for each host that is no speaker and uses an address of ours",
    labels: ["address", "interface", "mac"])
  static let interfaces = MetricFamily.gauge(
    "bellman_interface_up", "Whether an interface takes part and is running", labels: ["interface"])

  // MARK: BGP

  static let sessionUp = MetricFamily.gauge(
    "bellman_bgp_session_up", "Whether the session with a peer is established", labels: ["peer"])
  static let sessionState = MetricFamily.gauge(
    "bellman_bgp_session_state", "1 for the state that the session with a peer is in",
    labels: ["peer", "state"])
  static let sessionSince = MetricFamily.gauge(
    "bellman_bgp_session_since_timestamp_seconds", unit: "seconds",
    "Since when the session is in its state, in Unix time", labels: ["peer"])
  static let sessionError = MetricFamily.info(
    "bellman_bgp_session_last_error", "The last error of the session with a peer, in words",
    labels: ["peer", "error"])
  static let sessionErrorTime = MetricFamily.gauge(
    "bellman_bgp_session_last_error_timestamp_seconds", unit: "seconds",
    "When the last error of the session with a peer happened, in Unix time", labels: ["peer"])
  static let flaps = MetricFamily.counter(
    "bellman_bgp_session_flaps", "How often an established session was lost", labels: ["peer"])
  static let messages = MetricFamily.counter(
    "bellman_bgp_messages", "BGP messages", labels: ["peer", "direction"])
  static let prefixes = MetricFamily.gauge(
    "bellman_bgp_announced_prefixes", "Prefixes that a peer has from this node",
    labels: ["peer", "family"])
  static let withdrawn = MetricFamily.counter(
    "bellman_bgp_withdrawn_prefixes", "Prefixes that were withdrawn from a peer", labels: ["peer"])
  static let routesReceived = MetricFamily.counter(
    "bellman_bgp_received_routes", "Routes of a peer, all of which are dropped", labels: ["peer"])
  static let bfdUp = MetricFamily.gauge(
    "bellman_bfd_session_up", "Whether the BFD session with a peer is up", labels: ["peer"])
  static let bfdChanges = MetricFamily.counter(
    "bellman_bfd_session_changes", "Changes of the states of BFD sessions, by the new state",
    labels: ["state"])
  static let connections = MetricFamily.counter(
    "bellman_bgp_listener_connections", "Connections to an address on which peers are awaited",
    labels: ["listener", "outcome"])

  // MARK: Sources

  static let sourceUp = MetricFamily.gauge(
    "bellman_source_up", "Whether the objects of a kind are being followed", labels: ["stream"])
  static let sourceEvent = MetricFamily.gauge(
    "bellman_source_last_event_timestamp_seconds", unit: "seconds",
    "When a change of the objects of a kind last came, in Unix time", labels: ["stream"])
  static let sourceEvents = MetricFamily.counter(
    "bellman_source_events", "Changes of objects that came", labels: ["stream"])
  static let sourceLists = MetricFamily.counter(
    "bellman_source_lists", "How often all objects of a kind were asked for", labels: ["stream"])
  static let sourceObjects = MetricFamily.gauge(
    "bellman_source_objects", "Objects in use", labels: ["kind"])
  static let sourceReachable = MetricFamily.gauge(
    "bellman_source_reachable", "Whether the API server, or the folder, can be read")
  static let updates = MetricFamily.counter(
    "bellman_source_counted", "What the source counted, by name", labels: ["event"])
  static let configurationErrors = MetricFamily.gauge(
    "bellman_configuration_errors", "Errors and warnings in the objects that were read",
    labels: ["severity"])

  // MARK: What is written

  static let writes = MetricFamily.counter(
    "bellman_api_writes",
    "Writes of status objects and Events to the API server: succeeded, or failed",
    labels: ["resource", "outcome"])
  static let writeRetries = MetricFamily.counter(
    "bellman_api_write_retries", "Those of them that were tried since one before had failed",
    labels: ["resource"])
  static let eventsDropped = MetricFamily.counter(
    "bellman_events_dropped",
    "Kubernetes Events that were never written: tooMany at once, refused or notTaken by the server",
    labels: ["reason"])

  // MARK: HTTP

  static let httpRequests = MetricFamily.counter(
    "bellman_http_requests", "Requests on the TCP address of --listen, by status",
    labels: ["code"])
  static let httpRefused = MetricFamily.counter(
    "bellman_http_refused_connections",
    "Connections to --listen or the status socket that were closed at once, and why",
    labels: ["reason"])

  /// All of them, in the order of the exposition.
  static let all: [MetricFamily] = [
    build, started, ready, draining, pulseAge, problems, decisions, decisionChanges,
    servicesWithoutAddress, announced, eventToWire, owned, withoutOwner, moves, failover, handOver,
    leaseHeld, leaseMargin, witnesses, disagreements, electionEvents, members, suspicions,
    peerPackets, peerBytes, peerDrops, late, latest, requests, replies, gratuitous, drops,
    foreignClaims, addressRequests, addressReplies, addressGratuitous, conflicts, interfaces,
    sessionUp, sessionState, sessionSince, sessionError, sessionErrorTime, flaps, messages,
    prefixes, withdrawn, routesReceived, bfdUp, bfdChanges, connections, sourceUp, sourceEvent,
    sourceEvents, sourceLists, sourceObjects, sourceReachable, updates, configurationErrors,
    writes, writeRetries, eventsDropped, httpRequests, httpRefused,
  ]
}

/// MetalLB's names for what means the same, exported with `--metallb-metrics`. Where its counters
/// lack the suffix `_total`, or gauges have it, OpenMetrics allows neither kind.
enum MetalLBMetrics {
  static let announced = MetricFamily.gauge(
    "metallb_speaker_announced", "bellman_announced, with the node",
    labels: ["service", "protocol", "node", "ip"])
  static let requests = MetricFamily.unknown(
    "metallb_layer2_requests_received", "bellman_address_requests_total", labels: ["ip"])
  static let responses = MetricFamily.unknown(
    "metallb_layer2_responses_sent", "bellman_address_replies_total", labels: ["ip"])
  static let gratuitous = MetricFamily.unknown(
    "metallb_layer2_gratuitous_sent", "bellman_address_gratuitous_total", labels: ["ip"])
  static let sessionUp = MetricFamily.gauge(
    "metallb_bgp_session_up", "bellman_bgp_session_up, by address and port", labels: ["peer"])
  static let updates = MetricFamily.counter(
    "metallb_bgp_updates", "UPDATE messages that were sent to a peer", labels: ["peer"])
  static let prefixes = MetricFamily.unknown(
    "metallb_bgp_announced_prefixes_total", "bellman_bgp_announced_prefixes of both families",
    labels: ["peer"])
  static let bfdUp = MetricFamily.gauge(
    "metallb_bfd_session_up", "bellman_bfd_session_up, by address", labels: ["peer"])
  static let clientUpdates = MetricFamily.counter(
    "metallb_k8s_client_updates", "Updates of the source that were acted upon")
  static let clientErrors = MetricFamily.counter(
    "metallb_k8s_client_update_errors", "Objects that came and were in error")
  static let loaded = MetricFamily.gauge(
    "metallb_k8s_client_config_loaded_bool", "bellman_ready")
  static let stale = MetricFamily.gauge(
    "metallb_k8s_client_config_stale_bool", "1 while an object is in error, or cannot be read")

  static let all: [MetricFamily] = [
    announced, requests, responses, gratuitous, sessionUp, updates, prefixes, bfdUp, clientUpdates,
    clientErrors, loaded, stale,
  ]
}
