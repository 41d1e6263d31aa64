import LinuxIO
import Logging
import ServiceLifecycle

/// Follows the default routes of this machine, and has their gateways asked for a sign of life once a
/// second: for the policy `gateway`.
struct GatewaySource: Service {
  let control: ControlLoop
  let logger: Logger

  private static let interval: Duration = .seconds(1)
  /// The routes are read again after so many rounds.
  private static let roundsPerReading = 5

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      var gateways: [DefaultGateway] = []
      var round = 0
      while true {
        if round % Self.roundsPerReading == 0 {
          do {
            gateways = try DefaultGateway.list()
          } catch {
            logger.error("the default routes cannot be read", metadata: ["error": "\(error)"])
          }
        }
        round += 1
        await control.askGateways(gateways)
        try await Task.sleep(for: Self.interval)
      }
    }
  }
}
