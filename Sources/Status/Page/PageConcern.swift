import Addresses

/// Something that is wrong, as the status page tells it first.
public struct PageConcern: Codable, Hashable, Sendable {
  /// How bad it is.
  public let severity: Problem.Severity
  /// What it is about: an address and how many more, a service, a node, a router, a file or an object.
  public let subject: String
  /// What is wrong, in words.
  public let text: String
  /// Since when; nil where that is not known.
  public let since: Timestamp?
  /// Addresses and services that `explain` says more about: at most ``targetLimit``.
  public let targets: [String]

  /// The largest number of targets.
  public static let targetLimit = 5

  init(
    _ severity: Problem.Severity, _ subject: String, _ text: String, since: Timestamp? = nil,
    targets: [String] = []
  ) {
    self.severity = severity
    self.subject = subject
    self.text = text
    self.since = since
    self.targets = targets
  }

  /// What is wrong with addresses. Those with which the same is wrong share a concern: a router that
  /// is down concerns thousands.
  static func about(addresses: [ClusterAddress]) -> [PageConcern] {
    struct Key: Hashable {
      let isError: Bool
      let text: String
    }
    var order: [Key] = []
    var groups: [Key: [ClusterAddress]] = [:]
    for address in addresses {
      for problem in address.problems {
        let key = Key(isError: !address.isAnnounced, text: problem)
        if groups[key] == nil { order.append(key) }
        groups[key, default: []].append(address)
      }
    }
    return order.map { key in
      let group = groups[key] ?? []
      let names = group.prefix(targetLimit).map(\.address.description)
      return PageConcern(
        key.isError ? .error : .warning, some(names.first ?? "", of: group.count),
        key.text, targets: names)
    }
  }

  /// The services without an address.
  static func about(services: [ServiceStatus]) -> [PageConcern] {
    services.map { service in
      PageConcern(
        .warning, service.service, "\(service.sentence) (\(service.reason))",
        targets: [service.service])
    }
  }

  /// What is wrong with speakers and sessions.
  static func about(nodes: [PageNode], told: [StatusDocument]) -> [PageConcern] {
    var concerns = sessions(of: nodes)
    for node in nodes where node.outcome != .answered {
      concerns.append(
        PageConcern(
          node.outcome.isSilence ? .error : .warning, node.node.isEmpty ? "a pod" : node.node,
          node.outcome.isSilence
            ? "not heard: \(node.detail ?? node.outcome.rawValue)"
            : "\(node.detail ?? node.outcome.rawValue)"))
    }
    for document in told {
      if let election = document.election {
        let lease = election.lease
        if !lease.isHeld {
          concerns.append(
            PageConcern(
              .error, document.node,
              "may not answer by layer 2: \(lease.acknowledging) of \(lease.witnesses) witnesses "
                + "acknowledge, \(lease.needed) needed"))
        }
        concerns += election.disagreements.map { found in
          PageConcern(
            .warning, document.node, "\(found.sentence) (\(found.reason)). \(found.action)")
        }
      }
      if let drain = document.drain {
        concerns.append(
          PageConcern(.warning, document.node, "is drained", since: drain.since))
      }
      if document.source.isReachable == false {
        concerns.append(
          PageConcern(
            .error, document.node,
            "\(document.source.directory) cannot be reached: "
              + (document.source.objectsAsOf == nil
                ? "what is shown was read before" : "what is shown was read from disk"),
            since: document.source.objectsAsOf))
      }
    }
    let versions = Set(nodes.compactMap(\.programVersion)).sorted()
    if versions.count > 1 {
      concerns.append(
        PageConcern(
          .warning, "speakers", "have different versions: \(versions.joined(separator: ", "))"))
    }
    return concerns
  }

  /// The sessions that are not established: by router, then by state and the last error.
  private static func sessions(of nodes: [PageNode]) -> [PageConcern] {
    struct Key: Hashable, Comparable {
      let peer: String
      let text: String

      static func < (left: Key, right: Key) -> Bool {
        (left.peer, left.text) < (right.peer, right.text)
      }
    }
    var groups: [Key: [(node: String, since: Timestamp)]] = [:]
    for node in nodes {
      for peer in node.peers {
        let text: String
        if peer.state != .established {
          let error = peer.lastError.map { "; last error: \($0.text)" } ?? ""
          text = "the session is \(peer.state.rawValue)\(error)"
        } else if let bfd = peer.bfd, bfd != "Up" {
          text = "BFD is \(bfd)"
        } else {
          continue
        }
        groups[Key(peer: peer.name, text: text), default: []].append((node.node, peer.since))
      }
    }
    return groups.sorted { $0.key < $1.key }.map { key, members in
      let isDown = !key.text.hasPrefix("BFD")
      return PageConcern(
        isDown ? .error : .warning, key.peer, "\(key.text), \(on(members.map(\.node)))",
        since: members.map(\.since).min())
    }
  }

  /// What is wrong with the configuration, with the nodes where not all `count` have it.
  static func about(problems: [ClusterProblem], of count: Int) -> [PageConcern] {
    problems.map { found in
      let problem = found.problem
      let subject = [problem.place, problem.object].compactMap(\.self).joined(separator: ": ")
      let message = [problem.fieldPath, problem.message].compactMap(\.self).joined(separator: ": ")
      return PageConcern(
        problem.severity, subject.isEmpty ? "configuration" : subject,
        found.nodes.count < count ? "\(message), \(on(found.nodes))" : message)
    }
  }

  private static func some(_ first: String, of count: Int) -> String {
    count == 1 ? first : "\(first) and \(count - 1) more address\(count == 2 ? "" : "es")"
  }

  private static func on(_ nodes: [String]) -> String {
    let shown = nodes.prefix(3).joined(separator: ", ")
    return "on \(shown)" + (nodes.count > 3 ? " and \(nodes.count - 3) more nodes" : "")
  }
}

extension ClusterAddress {
  /// Whether somebody is known to answer for it as should be, or was not asked.
  fileprivate var isAnnounced: Bool {
    layer2.owners.count <= 1 && (!bgp.nodes.isEmpty || !layer2.ownersByHearsay.isEmpty)
  }
}
