import Addresses

/// What events have touched since the last decision, as narrowly as it is known.
struct Changes: Sendable {
  /// Everything: the sources are complete, or the configuration has changed.
  var everything = false
  /// Addresses whose services or endpoints have changed.
  var addresses: Set<IPAddress> = []
  /// Nodes that decisions see in another way now.
  var nodes: [String: NodeDifference] = [:]
  /// Addresses of which the election has spoken: the nodes that may take them are the same.
  var elected: Set<IPAddress> = []
  /// Peers whose session came up or went down: nothing to decide, but shown.
  var sessions: Set<String> = []
}
