public import NIOCore
public import Resources

extension KubernetesClient {
  /// Asks a pod over HTTP, through the API server:
  /// `GET /api/v1/namespaces/NAMESPACE/pods/POD:PORT/proxy/PATH`.
  ///
  /// - Parameters:
  ///   - path: the path on the pod without its first slash, such as `status`
  ///   - query: the parameters, not escaped
  ///   - patience: how long the whole answer may take
  /// - Returns: the body of the answer, where its status is a success
  public func ask(
    pod: ObjectName, port: UInt16, path: String, query: [(String, String)] = [],
    patience: TimeAmount
  ) async throws(KubernetesError) -> [UInt8] {
    // The colon between name and port must not be escaped.
    try await fetch(
      APIRequest(path: "\(ResourceType.pod.path(of: pod)):\(port)/proxy/\(path)", query: query),
      patience: patience)
  }
}

extension ResourceType {
  /// Pods (v1).
  public static let pod = ResourceType(group: "", version: "v1", plural: "pods", kind: "Pod")
  /// ConfigMaps (v1).
  public static let configMap = ResourceType(
    group: "", version: "v1", plural: "configmaps", kind: "ConfigMap")
}
