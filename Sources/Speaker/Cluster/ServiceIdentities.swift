import NIOConcurrencyHelpers
import Resources

/// The `metadata.uid` of each Service, by which `kubectl describe` finds its Events.
final class ServiceIdentities: Sendable {
  private let identities = NIOLockedValueBox<[ObjectName: String]>([:])

  /// The identity of a Service; empty where it is not known.
  subscript(name: ObjectName) -> String { identities.withLockedValue { $0[name] ?? "" } }

  /// Notes the identity of a Service; nil where it is gone.
  func note(_ identity: String?, of name: ObjectName) {
    identities.withLockedValue { $0[name] = identity }
  }
}
