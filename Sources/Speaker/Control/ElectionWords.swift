import Election
import Status

/// What the election says, in words.
extension MoveStatus {
  /// A change of an owner as the status shows it.
  init(_ move: ElectionTable.Move) {
    self.init(
      at: move.at, from: move.from, to: move.to, cause: move.cause.rawValue,
      sentence: Self.sentence(move.cause, from: move.from, to: move.to))
  }

  private static func sentence(_ cause: Election.Cause, from: String?, to: String?) -> String {
    let former = from ?? "its owner"
    let heir = to ?? "another node"
    return switch cause {
    case .firstClaim: "nobody had ever claimed it"
    case .ownerSilent:
      "\(former) was silent, and a quorum of its witnesses promised the address to \(heir)"
    case .ownerGaveUp: "\(former) had given it up"
    case .reclaimed: "\(heir) claimed it again after a restart or a lost message"
    case .handedOver: "\(former) handed it over"
    case .drained: "\(former) was drained, or its speaker ended, and handed it over"
    case .rebalanced: "\(former) had more than its share and handed it over"
    case .segmentSilent: "no quorum could be asked, and the segment was silent about it"
    case .reasserted: "\(heir) had kept its lease, and overruled a claim on the segment"
    case .learnt: "another speaker told of it"
    case .gaveUp: "\(former) gave it up, since it may not announce it any more"
    }
  }
}

extension AddressView.Obstacle {
  /// Why a node does not answer, in a sentence.
  func sentence(owner: String?, lease: LeaseView, policy: IsolationPolicy) -> String {
    switch self {
    case .notOwner: "\(owner ?? "another node") owns it"
    case .unfit: "this node may not announce it"
    case .draining: "this node is being drained by 'bellman drain'"
    case .settling:
      "this speaker is new, and waits until what an earlier one may have promised has run out"
    case .barred:
      "it changed hands more than five times in a minute, so that it is not taken on the segment for "
        + "a minute unless its owner gives it up"
    case .noQuorum:
      "\(lease.acknowledging) of \(lease.witnesses) witnesses acknowledge and \(lease.needed) must; "
        + policy.silence
    case .promisedAway: "a witness has promised it to another node"
    case .contending: "nobody has it, and this node waits for its turn to take it"
    }
  }
}

extension IsolationPolicy {
  /// Why a node without quorum is silent.
  fileprivate var silence: String {
    switch self {
    case .strict: "under strict the node is silent until they do"
    case .wire: "nobody else is heard on the segment either, or this process runs too late"
    case .gateway:
      "nobody else is heard on the segment, its default gateway does not answer, or this process "
        + "runs too late"
    }
  }

  /// When a node that is silent without a quorum answers again.
  fileprivate var remedy: String {
    switch self {
    case .strict: isolation
    case .wire:
      "It answers again when enough witnesses acknowledge, or when anybody else is heard on its "
        + "segment."
    case .gateway:
      "It answers again when enough witnesses acknowledge, or when its default gateway answers and "
        + "anybody else is heard on its segment."
    }
  }

  /// What a node without quorum does that is not silent.
  fileprivate var isolation: String {
    switch self {
    case .strict: "It is silent until enough witnesses acknowledge."
    case .wire:
      "It goes on answering while its segment is alive, yields to any higher claim, and takes only "
        + "what the segment is silent about."
    case .gateway:
      "It goes on answering while its segment and its default gateway are alive, yields to any "
        + "higher claim, and takes only what the segment is silent about."
    }
  }
}

extension DisagreementStatus {
  /// A contradiction as the status shows it, with what a node of this policy does about it.
  init(_ found: PlaneDisagreement, policy: IsolationPolicy, objectsAsOf: Timestamp? = nil) {
    if found.reason == .sourceUnreachable, let objectsAsOf {
      self.init(
        reason: found.reason.rawValue, node: nil,
        sentence: "The API has not been reached since the start.",
        action: Self.capitalised(
          "\(objectsAsOf.objectsFromDisk), are in use; leases and failover go on."))
      return
    }
    let action =
      switch found.reason {
      case .deadThoughReady: "Its addresses are taken over now, whatever the API says."
      case .deadThoughOnSegment where policy == .strict:
        "Its addresses are taken over; its lease has ended, so that it is silent."
      case .deadThoughOnSegment:
        "Its addresses stay with it as long as the segment hears it."
      case .aliveThoughNotReady: "It keeps its addresses, and comes last for new ones."
      case .sourceSuspect:
        "Readiness moves no address: it only ranks nodes for new ones, and all of these rank alike."
      case .aliveThoughRemoved:
        "The API is obeyed: it has to stop, and nodes that are fit take its addresses."
      case .sourceUnreachable:
        "Services, endpoints and nodes stay as last read; leases and failover go on."
      case .noQuorum: found.isSilenced ? policy.remedy : policy.isolation
      }
    self.init(
      reason: found.reason.rawValue, node: found.node, sentence: Self.capitalised(found.sentence),
      action: action)
  }

  private static func capitalised(_ sentence: String) -> String {
    sentence.prefix(1).uppercased() + sentence.dropFirst() + (sentence.hasSuffix(".") ? "" : ".")
  }
}
