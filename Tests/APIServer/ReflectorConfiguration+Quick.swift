package import KubernetesClient
import NIOCore

extension Reflector.Configuration {
  /// Times that suit a test.
  package static var quick: Self {
    var configuration = Self()
    configuration.pageSize = 10
    configuration.responseTimeout = .milliseconds(600)
    configuration.streamingListTimeout = .seconds(10)
    configuration.watchIdleTimeout = .milliseconds(600)
    configuration.stablePeriod = .milliseconds(300)
    configuration.absentInterval = .milliseconds(50)
    configuration.longestAbsentInterval = .milliseconds(100)
    configuration.absenceConfirmation = .milliseconds(200)
    configuration.firstAbsenceConfirmation = .milliseconds(20)
    configuration.recoverySpread = .milliseconds(10)
    configuration.backoff = Backoff(base: .milliseconds(10), maximum: .milliseconds(100))
    return configuration
  }

  /// The same where nothing stalls: a server that gets no processor for a while is not asked again.
  package static var patient: Self {
    var configuration = quick
    configuration.responseTimeout = .seconds(30)
    configuration.watchIdleTimeout = .seconds(30)
    return configuration
  }

  /// The same as ``quick`` with lists in pages.
  package static var quickPages: Self {
    var configuration = quick
    configuration.usesStreamingLists = false
    return configuration
  }
}
