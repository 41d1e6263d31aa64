import Testing

@testable import Speaker

@Suite struct LifeFileTests {
  private let directory = TemporaryDirectory()
  private var file: LifeFile { LifeFile(directory: directory.path, node: "node-1") }

  @Test func aLifeIsLaterThanTheOneBeforeWhateverTheClockSays() {
    #expect(file.begin(clock: 1000).life == 1000)
    #expect(file.begin(clock: 2000).life == 2000)
    #expect(file.begin(clock: 500).life == 2001)
    #expect(file.begin(clock: 500).life == 2002)
    #expect(file.begin(clock: 2002).life == 2003)
    #expect(file.begin(clock: 9000).life == 9000)
    #expect(LifeFile(directory: directory.path, node: "node-2").begin(clock: 500).life == 500)
  }

  @Test(arguments: ["", "soon\n", "-7\n", "18446744073709551615\n", "99999999999999999999999\n"])
  func aGarbledFileIsNone(text: String) throws {
    try directory.write("node-1.life", text)
    #expect(file.begin(clock: 700).life == 700)
    #expect(file.begin(clock: 500).life == 701)
  }

  @Test func aLifeThatCannotBeKeptBeginsAllTheSame() {
    let lost = LifeFile(directory: directory.path + "/none", node: "node-1").begin(clock: 700)
    #expect(lost.life == 700)
    #expect(lost.failure != nil)
    #expect(file.begin(clock: 700).failure == nil)
  }
}
