import Addresses
import Assignment

/// What a speaker says after it has done all actions so far.
struct Announcements: Equatable {
  var layer2: [IPAddress: InterfaceSelection] = [:]
  var routes: [RouteKey: RouteAttributes] = [:]
  /// What the election was told, by address.
  var elections: [IPAddress: ElectionInput] = [:]
  struct ElectionInput: Equatable {
    let eligibility: Eligibility
    let nodes: [FitNode]
  }
  /// Actions that change nothing: a machine must not give any.
  var idleActions = 0

  mutating func apply(_ actions: [Assignment.Action]) {
    for action in actions {
      switch action {
      case .announceLayer2(let address, let interfaces, _):
        if layer2.updateValue(interfaces, forKey: address) == interfaces { idleActions += 1 }
      case .withdrawLayer2(let address, _):
        if layer2.removeValue(forKey: address) == nil { idleActions += 1 }
      case .elect(let address, let eligibility, let nodes):
        let input = ElectionInput(eligibility: eligibility, nodes: nodes)
        if elections.updateValue(input, forKey: address) == input { idleActions += 1 }
      case .endElection(let address):
        if elections.removeValue(forKey: address) == nil { idleActions += 1 }
      case .announceRoute(let peer, let prefix, let attributes):
        let key = RouteKey(peer: peer, prefix: prefix)
        if routes.updateValue(attributes, forKey: key) == attributes { idleActions += 1 }
      case .withdrawRoute(let peer, let prefix, _):
        if routes.removeValue(forKey: RouteKey(peer: peer, prefix: prefix)) == nil {
          idleActions += 1
        }
      case .decisionsChanged(let addresses):
        if addresses.isEmpty { idleActions += 1 }
      }
    }
  }
}
