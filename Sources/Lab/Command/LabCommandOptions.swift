/// What `bellman lab` is asked to do.
public struct LabCommandOptions: Sendable {
  /// How many nodes, within ``Topology/nodeCounts``.
  public var nodes = 3
  /// Leave the lab running after the tour, until Ctrl-C.
  public var keep = false
  /// Only remove what runs left behind that died.
  public var clean = false
  /// Start the speakers and take no tour.
  public var skipTour = false

  /// The tour with three nodes.
  public init() {}
}
