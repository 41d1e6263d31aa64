import Resources

/// What keeps a service from being announced by any node of this speaker's class (row S2).
enum ServiceGate {
  /// The first reason against `service` itself, whatever its addresses; nil when there is none.
  static func refusal(of service: Service, options: Assignment.Options) -> Refusal? {
    let name = service.metadata.name
    if service.type != .loadBalancer { return .notLoadBalancer(name, service.type) }
    if service.loadBalancerClass != options.loadBalancerClass {
      return .otherClass(
        name, found: service.loadBalancerClass, served: options.loadBalancerClass)
    }
    return nil
  }
}
