/// A traffic policy of a service, or of all services that share an address.
public enum TrafficPolicy: String, Codable, Hashable, Sendable, CaseIterable {
  /// Any node passes traffic on to any endpoint.
  case cluster = "Cluster"
  /// A node passes traffic to its own endpoints only.
  case local = "Local"
  /// The services that share the address differ; `bellman explain` shows each.
  case mixed = "Mixed"

  /// The one policy of several services; nil when there is none.
  public init?(of policies: some Sequence<TrafficPolicy>) {
    let distinct = Set(policies)
    guard let first = distinct.first else { return nil }
    self = distinct.count == 1 ? first : .mixed
  }
}
