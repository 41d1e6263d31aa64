import NIOCore
import Testing

@testable import KubernetesClient

@Suite("The end of an outage") struct RecoveryWatchTests {
  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
  private var watch = RecoveryWatch()

  @Test("The first success after a row of failures ends it, and is told of once")
  mutating func ends() {
    #expect(watch.noteSuccess(now: start) == false)
    for _ in 0..<10 { watch.note(.connection("refused")) }
    #expect(watch.noteSuccess(now: start) == true)
    #expect(watch.noteSuccess(now: start) == false)
    #expect(watch.noteSuccess(now: start + .hours(1)) == false)
  }

  @Test("Where one kind alone fails, or is refused, there is no outage")
  mutating func isNone() {
    for _ in 0..<10 {
      watch.note(.status(APIStatus(code: 500)))
      #expect(watch.noteSuccess(now: start) == false)
    }
    for _ in 0..<10 { watch.note(.status(APIStatus(code: 403))) }
    #expect(watch.noteSuccess(now: start) == false)
  }

  @Test("A server that fails again at once is believed well again after a while only")
  mutating func isBounded() {
    var ends = 0
    for second in 0..<60 {
      for _ in 0..<3 { watch.note(.stalled) }
      if watch.noteSuccess(now: start + .seconds(Int64(second))) { ends += 1 }
    }
    #expect(ends == 12)
  }
}
