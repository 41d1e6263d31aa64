import Addresses
import Testing

@testable import Lab

@Suite struct ObservationTests {
  @Test func neighboursAreRead() throws {
    let text = """
      192.0.2.1 dev eth0 lladdr 00:00:5e:00:53:01 REACHABLE
      192.0.2.131 dev eth0  FAILED
      2001:db8:0:2::1 dev eth0 lladdr 00:00:5e:00:53:01 router STALE
      Deleted 192.0.2.9 dev eth0 FAILED

      """
    let neighbours = Neighbour.parse(text)
    #expect(neighbours.count == 3)
    #expect(neighbours[0].mac == MACAddress("00:00:5e:00:53:01"))
    #expect(neighbours[0].interface == "eth0")
    #expect(neighbours[1].mac == nil)
    #expect(neighbours[1].state == "FAILED")
    #expect(neighbours[2].address == (try address("2001:db8:0:2::1")))
    #expect(neighbours[2].state == "STALE")
  }

  @Test(arguments: [
    ("1970-01-02T00:00:01.500000", 86401.5), ("[2026-01-05T08:00:00.25", 1_767_600_000.25),
    ("2026-01-05 08:00:00.123", 1_767_600_000.123),
  ])
  func timesAreRead(text: String, seconds: Double) throws {
    let read = try #require(Timestamp.seconds(text))
    #expect(abs(read - seconds) < 0.000_01)
  }

  @Test(arguments: ["", "08:00", "not a time"]) func otherTextsAreNoTimes(text: String) {
    #expect(Timestamp.seconds(text) == nil)
  }

  @Test func aPodsReplyIsReadBack() throws {
    let reply = PodReply(pod: "web-1", node: "node-1", client: "2001:db8:0:2::10")
    #expect(PodReply(text: reply.text) == reply)
    #expect(PodReply(text: "pod: web-1\n") == nil)
  }

  @Test func curlsAnswerIsTakenApart() {
    let reply = HTTPReply(
      CommandOutput(status: 0, output: "pod: web-1\nnode: node-1\nclient: x\n\n200", error: ""))
    #expect(reply.status == 200)
    #expect(reply.pod == PodReply(pod: "web-1", node: "node-1", client: "x"))
  }

  @Test func curlsFailureIsAReplyToo() {
    let reply = HTTPReply(CommandOutput(status: 28, output: "\n000", error: "curl: timed out\n"))
    #expect(reply.status == 0)
    #expect(reply.pod == nil)
    #expect(reply.body == "curl: timed out")
  }
}
