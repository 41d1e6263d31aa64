import NIOCore
import TestSupport
import Testing

@testable import KubernetesClient

@Suite("Reflector: random faults")
struct ReflectorFaultTests {
  private static func configuration(streams: Bool) -> Reflector.Configuration {
    var configuration = Reflector.Configuration()
    configuration.pageSize = 7
    configuration.usesStreamingLists = streams
    return configuration
  }

  /// Every complete delivery on the way is a state that the server had (checked by the simulation).
  @Test("Whatever fails and changes, the reader ends with what the server has", arguments: 0..<150)
  func converges(seed: Int) {
    var generator = SeededGenerator(seed)
    var simulation = ReflectorSimulation(
      seed: seed, configuration: Self.configuration(streams: seed % 2 == 0))
    simulation.server.streaming =
      SimulatedServer.Streaming.allCases[seed / 2 % SimulatedServer.Streaming.allCases.count]
    for number in 0..<Int.random(in: 0...40, using: &generator) {
      simulation.server.upsert(SimulatedServer.name(number))
    }
    simulation.start()
    for _ in 0..<60 {
      simulation.faultRate = [0, 5, 30, 90].randomElement(using: &generator) ?? 0
      for _ in 0..<Int.random(in: 0...6, using: &generator) { simulation.disturb() }
      simulation.run(for: .milliseconds(.random(in: 10...8000, using: &generator)))
    }
    simulation.server.isInstalled = true
    simulation.faultRate = 0
    simulation.run(for: .minutes(6))
    #expect(simulation.hasConverged, "seed \(seed)")
    #expect(simulation.reflector.condition == .following)
    let requests = simulation.requests
    simulation.run(for: .minutes(10))
    #expect(simulation.requests == requests, "a healthy watch asks for nothing")
  }

  @Test(
    "A server that always fails in the same way is asked about every half minute",
    arguments: [400, 401, 403, 404, 405, 408, 409, 410, 422, 429, 500, 503])
  func isAskedRarely(code: Int) throws {
    for streams in [true, false] {
      var harness = ReflectorHarness(Self.configuration(streams: streams))
      var requests = harness.handle(.start).requests
      let end = harness.now + .minutes(10)
      while harness.now < end {
        requests += try harness.fail(code).requests
        guard let delay = harness.delay else { break }
        requests += harness.pass(delay).requests
      }
      // A kind that is not installed is looked for every ten seconds.
      #expect(requests <= (code == 404 ? 80 : 45), "\(requests) requests")
    }
  }

  @Test("A server that fails at random at every step is asked less than once in two seconds")
  func isNoHotLoop() {
    for seed in 0..<20 {
      var simulation = ReflectorSimulation(
        seed: seed, configuration: Self.configuration(streams: seed % 2 == 0))
      simulation.faultRate = 100
      simulation.start()
      simulation.run(for: .minutes(10))
      #expect(simulation.requests < 300, "seed \(seed): \(simulation.requests) requests")
    }
  }
}
