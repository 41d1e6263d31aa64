public import NIOCore

/// When a speaker that cannot reach the API server at its start takes the objects that it kept on disk.
public struct StartFromDisk: Hashable, Sendable {
  /// How long the API server is waited for.
  public var after: TimeAmount
  /// How long ago the API server may have been well for the last time.
  public var longestAge: TimeAmount
  /// The least time between two writings of all objects.
  var writeInterval = TimeAmount.seconds(10)
  /// How often it is written down that the API server is well.
  var timeInterval = TimeAmount.seconds(60)

  /// These times.
  public init(after: TimeAmount = .seconds(5), longestAge: TimeAmount = .hours(1)) {
    self.after = after
    self.longestAge = longestAge
  }
}
