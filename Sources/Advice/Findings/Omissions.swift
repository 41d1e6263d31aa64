import Resources
import Status

/// What was not looked at: it is never taken for good.
extension Examination {
  var omissions: [String] {
    (snapshot.serviceProxy == nil ? [serviceProxyOmission] : []) + healthOmissions
  }

  private var serviceProxyOmission: String {
    let local = services.filter { $0.externalTrafficPolicy == .local && !$0.ingress.isEmpty }
    let names = local.map { "\($0.metadata.name)" }
    return "kube-proxy: no ConfigMap \(ServiceProxySettings.configMap) with the key "
      + "\(ServiceProxySettings.key) was found, so nothing is said about strict ARP"
      + (names.isEmpty
        ? ""
        : ", nor whether callers inside who use the external address are dropped "
          + "(\(Finding.Kind.localDropsInsideCallers.rawValue)) of \(Self.some(names))")
  }

  /// The health check node ports that were not asked, or did not answer.
  private var healthOmissions: [String] {
    let asked = services.filter {
      $0.externalTrafficPolicy == .local && $0.healthCheckNodePort != nil
    }
    guard !asked.isEmpty else { return [] }
    guard let answers = snapshot.healthAnswers else {
      return [
        "health check node ports: not asked; --ask-health asks those of "
          + Self.some(asked.map { "\($0.metadata.name)" })
      ]
    }
    let silent = answers.filter { $0.outcome == .silent }
    guard !silent.isEmpty else { return [] }
    let places = silent.map { "\($0.service) on \($0.node)" }.sorted()
    return [
      "health check node ports: \(silent.count) of \(answers.count) did not answer, as where a "
        + "firewall is between: \(Self.some(places))"
    ]
  }
}
