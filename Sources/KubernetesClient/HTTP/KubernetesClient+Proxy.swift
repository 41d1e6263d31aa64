public import NIOCore
public import Resources

/// A port of a pod, as the API server is to speak to it.
public struct PodPort: Hashable, Sendable {
  /// The number of the port.
  public var number: UInt16
  /// Whether the API server speaks TLS there. It does not look at the certificate.
  public var isTLS: Bool

  /// A port.
  public init(_ number: UInt16, isTLS: Bool = false) {
    self.number = number
    self.isTLS = isTLS
  }
}

extension KubernetesClient {
  /// Asks a pod over HTTP, through the API server:
  /// `GET /api/v1/namespaces/NAMESPACE/pods/POD:PORT/proxy/PATH`, with `https:POD:PORT` for TLS.
  ///
  /// The API server hands headers on, but for `Authorization`, which it takes for itself.
  ///
  /// - Parameters:
  ///   - path: the path on the pod without its first slash, such as `status`
  ///   - query: the parameters, not escaped
  ///   - headers: what the pod is told besides; it is in no error and in no log
  ///   - patience: how long the whole answer may take
  /// - Returns: the body of the answer, where its status is a success
  public func ask(
    pod: ObjectName, port: PodPort, path: String, query: [(String, String)] = [],
    headers: [(String, String)] = [], patience: TimeAmount
  ) async throws(KubernetesError) -> [UInt8] {
    let pods = ResourceType.pod.path(namespace: pod.namespace)
    let scheme = port.isTLS ? "https:" : ""
    // The colons around the name must not be escaped.
    let request = APIRequest(
      path: "\(pods)/\(scheme)\(PathText.escape(pod.name)):\(port.number)/proxy/\(path)",
      query: query,
      headers: headers, isForPod: true)
    return try await fetch(request, patience: patience)
  }
}

extension ResourceType {
  /// Pods (v1).
  public static let pod = ResourceType(group: "", version: "v1", plural: "pods", kind: "Pod")
  /// ConfigMaps (v1).
  public static let configMap = ResourceType(
    group: "", version: "v1", plural: "configmaps", kind: "ConfigMap")
}
