import Addresses
import LinkLayer
import Testing

@Suite("whether the default gateway is alive")
struct GatewayWatchTests {
  private static let v4Gateway = GatewayWatch.Gateway(
    interface: "eth0", address: ip("192.0.2.1"))
  private static let v6Gateway = GatewayWatch.Gateway(
    interface: "eth0", address: ip("2001:db8::1"))
  private static let itsMAC = mac("02:00:00:00:00:01")

  @Test("is asked at its own address once that is known, and of all hosts when it was silent")
  func questions() {
    var watch = GatewayWatch()
    let gateways: Set = [Self.v4Gateway]
    #expect(watch.nextRound(of: gateways, heard: [:]).map(\.destination) == [nil])
    #expect(watch.isAnswering, "it was not asked before")
    let heard = [Self.v4Gateway: Self.itsMAC]
    #expect(watch.nextRound(of: gateways, heard: heard).map(\.destination) == [Self.itsMAC])
    #expect(watch.nextRound(of: gateways, heard: heard).map(\.destination) == [Self.itsMAC])
    #expect(watch.isAnswering)
    #expect(watch.nextRound(of: gateways, heard: [:]).map(\.destination) == [nil])
    #expect(!watch.isAnswering)
    _ = watch.nextRound(of: gateways, heard: heard)
    #expect(watch.isAnswering)
  }

  @Test("the answer of one family is enough")
  func families() {
    var watch = GatewayWatch()
    let gateways: Set = [Self.v6Gateway, Self.v4Gateway]
    let questions = watch.nextRound(of: gateways, heard: [:])
    #expect(questions.map(\.gateway) == [Self.v4Gateway, Self.v6Gateway])
    _ = watch.nextRound(of: gateways, heard: [Self.v6Gateway: Self.itsMAC])
    #expect(watch.isAnswering)
    _ = watch.nextRound(of: gateways, heard: [:])
    #expect(!watch.isAnswering)
  }

  @Test("without a gateway there is nothing to judge by; a new one is asked before it is judged")
  func changes() {
    var watch = GatewayWatch()
    #expect(watch.nextRound(of: [], heard: [:]).isEmpty && watch.isAnswering)
    _ = watch.nextRound(of: [Self.v4Gateway], heard: [:])
    _ = watch.nextRound(of: [Self.v4Gateway], heard: [:])
    #expect(!watch.isAnswering)
    _ = watch.nextRound(of: [Self.v6Gateway], heard: [:])
    #expect(!watch.isAnswering, "a silent gateway that was replaced proves nothing yet")
    _ = watch.nextRound(of: [Self.v6Gateway], heard: [Self.v6Gateway: Self.itsMAC])
    #expect(watch.isAnswering)
    _ = watch.nextRound(of: [Self.v6Gateway], heard: [:])
    #expect(!watch.isAnswering)
    _ = watch.nextRound(of: [], heard: [:])
    #expect(watch.isAnswering)
  }
}
