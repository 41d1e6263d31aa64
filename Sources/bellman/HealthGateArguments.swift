import ArgumentParser
import NIOCore
import Speaker

/// What the command line says about the health check node ports of services with policy Local.
struct HealthGateArguments: ParsableArguments {
  @Flag(
    help: """
      Announce an address of a service with externalTrafficPolicy Local only while this node's \
      healthCheckNodePort of the service answers 200, that is, while kube-proxy has endpoints.
      """)
  var healthCheckGate = false

  @Option(
    help: ArgumentHelp("Time from one question to the next, 100ms to 5m.", valueName: "time"))
  var healthCheckInterval = TimeArgument(amount: .seconds(1))

  @Option(help: ArgumentHelp("How long an answer may take, 100ms to 1m.", valueName: "time"))
  var healthCheckTimeout = TimeArgument(amount: .seconds(1))

  @Option(
    help: ArgumentHelp("So many failures in a row end an announcement.", valueName: "n"))
  var healthCheckFailures = 2

  @Option(
    help: ArgumentHelp("So many answers 200 in a row begin it again.", valueName: "n"))
  var healthCheckSuccesses = 1

  func validate() throws {
    let (interval, timeout) = (healthCheckInterval.amount, healthCheckTimeout.amount)
    guard (.milliseconds(100)...(.minutes(5))).contains(interval) else {
      throw ValidationError(
        "--health-check-interval is \(healthCheckInterval); give 100ms to 5m")
    }
    guard (.milliseconds(100)...(.minutes(1))).contains(timeout) else {
      throw ValidationError("--health-check-timeout is \(healthCheckTimeout); give 100ms to 1m")
    }
    guard (1...100).contains(healthCheckFailures), (1...100).contains(healthCheckSuccesses) else {
      throw ValidationError(
        "--health-check-failures and --health-check-successes are 1 to 100")
    }
  }

  /// The gate; nil where none is asked for.
  func options() -> HealthGateOptions? {
    guard healthCheckGate else { return nil }
    return HealthGateOptions(
      interval: healthCheckInterval.amount, timeout: healthCheckTimeout.amount,
      failures: healthCheckFailures, successes: healthCheckSuccesses)
  }
}
