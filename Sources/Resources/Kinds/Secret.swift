/// A Kubernetes Secret (v1) of type kubernetes.io/basic-auth, as far as a BGPPeer needs it.
public struct Secret: Hashable, Sendable {
  /// Name.
  public var metadata: ObjectMetadata
  /// `type`.
  public var type: String
  /// The decoded value of the key `password`, if it is there.
  public var password: String?

  /// A secret with these values.
  public init(metadata: ObjectMetadata, type: String, password: String?) {
    self.metadata = metadata
    self.type = type
    self.password = password
  }
}
