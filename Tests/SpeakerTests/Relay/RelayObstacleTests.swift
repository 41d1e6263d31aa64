import Election
import Testing

@testable import Speaker

@Suite struct RelayObstacleTests {
  @Test(arguments: RelayMode.allCases, IsolationPolicy.allCases)
  func onlyUnderStrictARelayDoesNothing(mode: RelayMode, policy: IsolationPolicy) {
    let options = SpeakerOptions(
      node: "node-1", source: .manifests("/"), socketPath: "/run/x",
      election: ElectionOptions(keyFile: nil, policy: policy, stateDirectory: "/run"), relay: mode)
    #expect((options.relayObstacle != nil) == (mode == .nftables && policy == .strict))
  }
}
