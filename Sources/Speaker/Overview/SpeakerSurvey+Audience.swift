import KubernetesClient
import Resources
import Status

extension SpeakerSurvey {
  /// The speakers, and what it takes to ask them.
  struct Audience: Sendable {
    let pods: [SpeakerPod]
    /// The token; nil where none of them speaks TLS, for it is sent in no other way.
    let token: Result<SpeakerToken, NoSpeakerToken>?
  }

  func audience(_ pods: [SpeakerPod]) async throws(Failure) -> Audience {
    guard case .cluster(let client) = way,
      pods.contains(where: { $0.runs && $0.port?.isTLS == true })
    else {
      return Audience(pods: pods, token: nil)
    }
    let place =
      options.tokenFile.map { SpeakerToken.Place.file($0) }
      ?? .secret(ObjectName(namespace: options.namespace, name: options.tokenSecret))
    do throws(NoSpeakerToken) {
      return Audience(
        pods: pods, token: .success(try await place.token(client, within: options.deadline)))
    } catch {
      // A file that was named is meant; a Secret may not be needed.
      if options.tokenFile != nil { throw Failure(description: error.reason) }
      return Audience(pods: pods, token: .failure(error))
    }
  }

  /// The nodes on which a speaker can run: not those with another system. None where they may not be
  /// listed, or not in time.
  func nodeNames() async -> [String] {
    guard case .cluster(let client) = way else { return [] }
    let selection = Selection(
      ResourceType(.node), labelSelector: "kubernetes.io/os!=windows",
      pruned: SpeakerPod.prunedOfNodes)
    let nodes = (try? await client.list(selection, within: options.deadline)) ?? []
    return nodes.map(\.name.name)
  }

  /// Of these nodes, those that no pod of a speaker is on.
  func missing(_ nodes: [String], besides pods: [SpeakerPod]) -> [SpeakerAnswer] {
    let known = Set(pods.map(\.node))
    return nodes.filter { !known.contains($0) }.map { node in
      SpeakerAnswer(
        node: node, pod: "", outcome: .missing,
        detail: "no pod of a speaker is on it; see nodeSelector and tolerations of the DaemonSet")
    }
  }

  /// The pods of the speakers, the ones that run first where a node has several.
  func pods() async throws -> [SpeakerPod] {
    switch way {
    case .cluster(let client): return try await pods(client)
    case .sockets(let folder):
      let found = StatusSocket.sockets(in: folder).map(SpeakerPod.init(socket:))
      if found.isEmpty { throw Failure(description: "\(folder) holds no status socket") }
      return found
    }
  }

  private func pods(_ client: KubernetesClient) async throws -> [SpeakerPod] {
    let found = try await client.list(
      Selection(
        .pod, namespace: options.namespace, labelSelector: options.labels,
        pruned: SpeakerPod.pruned), within: options.deadline
    ).compactMap(SpeakerPod.init)
    guard !found.isEmpty else {
      throw Failure(
        description: "\(client.endpoint.server) has no pods with the labels \(options.labels) in "
          + "namespace \(options.namespace); name others with --speaker-namespace and "
          + "--speaker-labels")
    }
    // During a rollout the pod that goes is still listed beside the one that comes.
    let running = Set(found.filter(\.runs).map(\.node))
    return found.filter { $0.runs || !running.contains($0.node) }
  }
}
