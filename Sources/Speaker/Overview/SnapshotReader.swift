public import Advice
import FoundationEssentials
public import KubernetesClient
public import Logging
import NIOPosix
public import Resources

/// Reads all objects of a cluster that decide announcements, once: for `bellman plan` and `bellman
/// advise`.
public struct SnapshotReader: Sendable {
  private let client: KubernetesClient
  private let options: ClusterOptions

  /// A reader of this cluster.
  public init(client: KubernetesClient, options: ClusterOptions) {
    self.client = client
    self.options = options
  }

  /// Runs `body` with a client of the cluster's API server, whose connections end with it.
  public static func withClient<Result: Sendable>(
    _ options: ClusterOptions, logger: Logger,
    _ body: (KubernetesClient) async throws -> Result
  ) async throws -> Result {
    let client = try KubernetesClient(
      endpoint: options.endpoint, group: MultiThreadedEventLoopGroup.singleton, logger: logger)
    do {
      let result = try await body(client)
      await client.shutdown()
      return result
    } catch {
      await client.shutdown()
      throw error
    }
  }

  /// The decoded objects, one file for each.
  ///
  /// A Secret is asked for only where a BGPPeer names it. One that may not be read is presumed to be
  /// there and good.
  public func files() async throws(KubernetesError) -> [DecodedFile] {
    var files: [DecodedFile] = []
    for kind in ClusterStream.kinds {
      let stream = ClusterStream.kind(kind)
      if let found = try await list(stream) {
        files += found
      } else if kind == .bgpPeer {
        files += try await list(.oldPeers) ?? []
      }
    }
    return try await withSecrets(files)
  }

  /// All objects, and what kube-proxy was told where that may be read.
  public func snapshot() async throws(KubernetesError) -> Snapshot {
    Snapshot(
      source: options.endpoint.server, files: try await files(),
      serviceProxy: await serviceProxy())
  }

  /// What kube-proxy was told, where kubeadm put it; nil where that is not there or may not be read.
  public func serviceProxy() async -> ServiceProxySettings? {
    let object = try? await client.get(ServiceProxySettings.configMap, of: .configMap)
    guard let object, let value = try? JSONValue(parsing: object.json) else { return nil }
    return value["data"]?[ServiceProxySettings.key]?.string
      .flatMap(ServiceProxySettings.init(configuration:))
  }

  /// The objects of a stream; nil where the kind is not installed.
  private func list(_ stream: ClusterStream) async throws(KubernetesError) -> [DecodedFile]? {
    do {
      return try await client.list(stream.selection(options)).map {
        ClusterObject.decode($0, of: stream)
      }
    } catch  where error.status?.code == 404 {
      return nil
    }
  }

  private func withSecrets(_ files: [DecodedFile]) async throws(KubernetesError) -> [DecodedFile] {
    var files = files
    var secrets: [ObjectName: DecodedFile] = [:]
    for index in files.indices {
      guard case .bgpPeer(var peer) = files[index].objects.first?.resource,
        case .secret(let name) = peer.password, secrets[name] == nil
      else { continue }
      do {
        guard let object = try await client.get(name, of: ResourceType(.secret)) else { continue }
        secrets[name] = ClusterObject.decode(object, of: .secret(name))
      } catch  where error.status?.code == 403 {
        peer.password = nil
        files[index].objects[0].resource = .bgpPeer(peer)
      }
    }
    return files + secrets.sorted { $0.key < $1.key }.map(\.value)
  }
}
