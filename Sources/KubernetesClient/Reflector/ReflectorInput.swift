public import Resources

extension Reflector {
  /// Tells one request from all others of the reflector.
  public struct RequestID: Hashable, Sendable {
    let number: UInt64
  }

  /// What happens to a reflector.
  public enum Input: Sendable {
    /// Begin.
    case start
    /// ``Reflector/nextDeadline`` has come.
    case timer
    /// The server is well again, as a request of somebody else shows: a wait for it is cut short.
    case recovered
    /// A request brought something.
    case response(Response, of: RequestID)
  }

  /// What a request brings.
  public enum Response: Sendable {
    /// The head of a successful answer to a watch.
    case opened
    /// Octets, whatever they mean.
    case activity
    /// The answer to a list.
    case page(ListPage)
    /// Events of a watch, in order.
    case events([WatchEvent])
    /// The server ended a watch in an orderly way.
    case ended
    /// What the server serves of the kind's group and version, and whether the kind is among it.
    case discovered(isServed: Bool)
    /// The request is over without success.
    case failed(RequestFailure)
  }

  /// What is to be done, in order.
  public enum Action: Hashable, Sendable {
    /// Ask for a page of a list: the most recent state for the first, `continueToken` for others.
    ///
    /// Lists name no version: what they give is never older than what was seen before.
    case list(limit: Int, continueToken: String?, RequestID)
    /// Watch.
    case watch(Watch, RequestID)
    /// Ask what the server serves of the kind's group and version.
    case discover(RequestID)
    /// Ask for the objects without the field selector from now on, for the server refused it.
    case dropFieldSelector
    /// End this request; nothing of it is listened to any more.
    case cancel(RequestID)
    /// Get other credentials before the next request, for the server refused these.
    case renewCredentials
    /// Make new connections, for one of the present ones is dead and does not know it.
    case renewConnections
    /// Give the reader these changes.
    case deliver(ReflectedChanges)
    /// The reflector stands differently from now on.
    case report(Condition)
  }

  /// A watch to ask for, with bookmarks.
  public struct Watch: Hashable, Sendable {
    /// The version from which it goes on; nil for a streaming list of the most recent state.
    public var resourceVersion: String?
    /// How long the server should keep it.
    public var seconds: Int64
  }

  /// How a reflector stands.
  public enum Condition: Hashable, Sendable {
    /// The first list is not complete.
    case starting
    /// Changes are followed.
    case following
    /// The kind is not installed; it is looked for from time to time.
    case notInstalled
    /// Requests fail; the last state that is known stays.
    case failing(RequestFailure)
  }
}

/// Changes of the objects that a reflector follows, in order.
public struct ReflectedChanges: Hashable, Sendable {
  /// One change.
  public enum Change: Hashable, Sendable {
    /// The object is new or has changed.
    case upserted(KubernetesObject)
    /// The object of this name is gone.
    case removed(ObjectName)
  }

  /// The changes.
  public var changes: [Change]
  /// Whether all objects together are now a state that the server had. While a list arrives in
  /// pieces they are not: act on nothing before changes that are complete.
  public var isComplete: Bool

  /// These changes.
  public init(_ changes: [Change], isComplete: Bool) {
    self.changes = changes
    self.isComplete = isComplete
  }
}
