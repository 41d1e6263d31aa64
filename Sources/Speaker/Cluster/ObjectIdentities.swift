import NIOConcurrencyHelpers
import Resources

/// The `metadata.uid` of the objects that Events are about, by which `kubectl describe` finds them:
/// Services and the kinds of the configuration.
final class ObjectIdentities: Sendable {
  private struct Key: Hashable {
    var kind: ResourceKind
    var name: ObjectName
  }

  private let identities = NIOLockedValueBox<[Key: String]>([:])

  /// The identity of an object; empty where it is not known.
  subscript(kind: ResourceKind, name: ObjectName) -> String {
    identities.withLockedValue { $0[Key(kind: kind, name: name)] ?? "" }
  }

  /// Notes the identity of an object; nil where it is gone.
  func note(_ identity: String?, of kind: ResourceKind, _ name: ObjectName) {
    identities.withLockedValue { $0[Key(kind: kind, name: name)] = identity }
  }
}
