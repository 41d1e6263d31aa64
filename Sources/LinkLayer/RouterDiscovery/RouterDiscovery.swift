public import Addresses
public import NIOCore

/// Finds the one router at the other end of a link, and lets it find us, by the advertisements of both
/// (RFC 4861 §6): what a BGP session "on an interface" takes in the place of a configured address.
///
/// It has no clock and no socket: its owner hands in messages and the time, does what comes back, and
/// calls ``deadlineReached(now:)`` at ``nextDeadline``.
///
/// Who is heard first is the neighbour, and stays it until it is silent: a second router on the link
/// takes its place only after the first has not answered solicitations. So nobody who joins the link
/// can draw a session away, and a router whose address changes is followed within seconds.
public struct RouterDiscovery: Sendable {
  /// What the owner must do, in this order.
  public enum Action: Hashable, Sendable {
    /// Send a Router Advertisement to all nodes.
    case advertise
    /// Send a Router Solicitation to all routers.
    case solicit
    /// The neighbour is another one now, or nobody.
    case neighbourChanged(IPv6Address?)
  }

  /// How often we advertise ourselves. FRR's default on such links.
  public static let advertisementInterval: TimeAmount = .seconds(10)
  /// The interval of the first ``initialAdvertisements``, while the neighbour may still wait for us.
  public static let initialInterval: TimeAmount = .seconds(1)
  /// How many advertisements go out at ``initialInterval``.
  public static let initialAdvertisements = 4
  /// The least time between two advertisements that answer something (RFC 4861 §6.2.6).
  public static let leastInterval: TimeAmount = .seconds(3)
  /// How long the neighbour may be silent before it is asked for.
  public static let silence: TimeAmount = .seconds(35)
  /// How often it is asked (RFC 4861 §10, MAX_RTR_SOLICITATIONS).
  public static let solicitations = 3
  /// The time between two questions (RTR_SOLICITATION_INTERVAL).
  public static let solicitationInterval: TimeAmount = .seconds(4)

  /// The neighbour's link-local address, once it was heard.
  public private(set) var neighbour: IPv6Address?
  /// Another router on the link that was heard while the neighbour was alive; the last one.
  public private(set) var rival: IPv6Address?

  private var nextAdvertisement: NIODeadline?
  private var lastAdvertisement: NIODeadline?
  private var advertisementsSent = 0
  private var questions = 0
  private var nextQuestion: NIODeadline?
  /// Who takes the neighbour's place if that does not answer.
  private var challenger: IPv6Address?

  /// Discovery that has not begun.
  public init() {}

  /// When ``deadlineReached(now:)`` is due; nil before the start.
  public var nextDeadline: NIODeadline? {
    [nextAdvertisement, nextQuestion].compactMap(\.self).min()
  }

  /// Begins: says who we are, and asks who is there.
  public mutating func start(now: NIODeadline) -> [Action] {
    guard nextAdvertisement == nil else { return [] }
    var actions: [Action] = []
    advertise(now: now, &actions)
    beginQuestions(now: now, &actions)
    return actions
  }

  /// Takes in a message that `source` sent; our own must not come here.
  public mutating func received(
    _ message: RouterMessage, from source: IPv6Address, now: NIODeadline
  ) -> [Action] {
    var actions: [Action] = []
    switch message {
    case .solicitation:
      advertiseSoon(now: now, &actions)
    case .advertisement:
      heard(source, now: now, &actions)
    }
    return actions
  }

  /// ``nextDeadline`` has come.
  public mutating func deadlineReached(now: NIODeadline) -> [Action] {
    var actions: [Action] = []
    if let due = nextAdvertisement, due <= now { advertise(now: now, &actions) }
    if let due = nextQuestion, due <= now { question(now: now, &actions) }
    return actions
  }

  // MARK: Being heard

  private mutating func advertise(now: NIODeadline, _ actions: inout [Action]) {
    actions.append(.advertise)
    advertisementsSent += 1
    lastAdvertisement = now
    nextAdvertisement =
      now
      + (advertisementsSent < Self.initialAdvertisements
        ? Self.initialInterval : Self.advertisementInterval)
  }

  /// Somebody waits for an advertisement.
  private mutating func advertiseSoon(now: NIODeadline, _ actions: inout [Action]) {
    guard let last = lastAdvertisement, let next = nextAdvertisement else { return }
    let earliest = last + Self.leastInterval
    if earliest <= now {
      advertise(now: now, &actions)
    } else {
      nextAdvertisement = min(next, earliest)
    }
  }

  // MARK: Hearing

  private mutating func heard(
    _ source: IPv6Address, now: NIODeadline, _ actions: inout [Action]
  ) {
    guard let neighbour else {
      become(source, now: now, &actions)
      return
    }
    if source == neighbour {
      rival = challenger ?? rival
      challenger = nil
      questions = 0
      nextQuestion = now + Self.silence
    } else if challenger == nil, source != rival {
      challenger = source
      beginQuestions(now: now, &actions)
    } else if challenger == nil, questions > 0 {
      // The neighbour is asked for already, and this one is there.
      challenger = source
    }
  }

  private mutating func become(
    _ source: IPv6Address, now: NIODeadline, _ actions: inout [Action]
  ) {
    neighbour = source
    challenger = nil
    rival = nil
    questions = 0
    nextQuestion = now + Self.silence
    actions.append(.neighbourChanged(source))
    // It may have come up just now, and know nothing of us.
    advertiseSoon(now: now, &actions)
  }

  private mutating func beginQuestions(now: NIODeadline, _ actions: inout [Action]) {
    questions = 1
    nextQuestion = now + Self.solicitationInterval
    actions.append(.solicit)
  }

  /// Asks for the neighbour, or gives it up when it was asked often enough.
  private mutating func question(now: NIODeadline, _ actions: inout [Action]) {
    // With somebody else there, one unanswered question is enough: an answer takes half a second.
    if questions >= (challenger == nil ? Self.solicitations : 1) {
      questions = 0
      nextQuestion = nil
      guard neighbour != nil else { return }
      neighbour = nil
      rival = nil
      if let challenger {
        become(challenger, now: now, &actions)
      } else {
        actions.append(.neighbourChanged(nil))
      }
      return
    }
    questions += 1
    nextQuestion = now + Self.solicitationInterval
    actions.append(.solicit)
  }
}
