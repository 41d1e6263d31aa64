import ElectionSimulator
import NIOCore
import TestSupport
import Testing

@testable import Election

/// Every node says why the owner of an address has it, not only those that took part in the move.
@Suite(.ownThread, .serialized) struct GroundsTests {
  private static let count = 5

  private static func quiet(_ policy: IsolationPolicy) -> World {
    var scenario = Scenario.quiet(seed: 11, nodes: count, policy: policy)
    scenario.addresses = 12
    scenario.isUniform = true
    let world = World(scenario)
    world.run(until: 6_000_000_000)
    return world
  }

  private func views(_ world: World, without node: Int? = nil) -> [[AddressView]] {
    (0..<Self.count).filter { $0 != node }.map {
      world.machine($0).addresses(at: world.clock($0))
    }
  }

  private func owned(_ world: World, by node: Int) -> [Int] {
    world.addresses.indices.filter { world.answering($0) == [node] }
  }

  @Test(arguments: [IsolationPolicy.strict, .wire])
  func aFirstClaimIsTheChoiceOfTheRanking(_ policy: IsolationPolicy) {
    let world = Self.quiet(policy)
    let told = views(world)
    for others in told {
      #expect(others.map(\.grounds) == told[0].map(\.grounds))
      #expect(others.map(\.owner) == told[0].map(\.owner))
    }
    #expect(told[0].allSatisfy { $0.grounds.cause == .firstClaim })
    // Twelve addresses on five nodes: the hash alone is not so even.
    let choices = Set(told[0].map(\.grounds.choice))
    #expect(choices == [.first, .lessLoaded])
  }

  @Test(arguments: [IsolationPolicy.strict, .wire])
  func ofACrashAllSayThatTheOwnerWasSilent(_ policy: IsolationPolicy) {
    let world = Self.quiet(policy)
    let victim = world.answering(0)[0]
    let lost = owned(world, by: victim)
    world.inject(.crash(node: victim, remembers: true), lasting: 20_000)
    _ = world.run(milliseconds: 3000)
    for others in views(world, without: victim) {
      for view in others {
        let isLost = lost.contains { world.addresses[$0] == view.address }
        #expect(view.grounds.cause == (isLost ? .ownerSilent : .firstClaim))
      }
    }
  }

  @Test(arguments: [IsolationPolicy.strict, .wire])
  func ofADrainAllSayThatTheOwnerWasDrained(_ policy: IsolationPolicy) {
    let world = Self.quiet(policy)
    let drained = world.answering(0)[0]
    let lost = owned(world, by: drained)
    world.inject(.drain(node: drained), lasting: 4000)
    // Also after its end.
    for milliseconds in [3000, 3000] {
      #expect(world.run(milliseconds: milliseconds) == 0)
      for others in views(world) {
        for view in others where lost.contains(where: { world.addresses[$0] == view.address }) {
          #expect(view.grounds.cause == .drained)
          #expect([.first, .lessLoaded].contains(view.grounds.choice))
        }
      }
    }
  }

  /// A claim that was kept on disk or in the API came without its grounds; a beacon tells them.
  @Test func whatWasRecordedIsExplainedByTheOwner() throws {
    var node = SettledNode(.wire)
    let owner = SettledNode.others[0]
    let claim = Claim(owner: owner, incarnation: 5, epoch: Epoch(quorum: 7))
    node.handle(.recorded(Record(claims: [ClaimRow(address: SettledNode.address, claim: claim)])))
    func grounds() -> Grounds? { node.election.addresses(at: node.now).first?.grounds }
    #expect(grounds() == Grounds(.learnt))
    let row = Row(
      address: SettledNode.address, claim: claim, grounds: Grounds(.ownerSilent, .lessLoaded))
    node.take(RowsMessage(kind: .beacon, rows: [row]), from: owner)
    #expect(grounds() == Grounds(.ownerSilent, .lessLoaded))
    // It is the same claim, and nothing follows from it.
    #expect(node.actions.isEmpty)
    node.take(
      RowsMessage(kind: .claims, rows: [Row(address: SettledNode.address, claim: claim)]),
      from: owner)
    #expect(grounds() == Grounds(.ownerSilent, .lessLoaded))
  }
}
