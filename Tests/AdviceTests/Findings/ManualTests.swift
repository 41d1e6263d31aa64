import FoundationEssentials
import Status
import Testing

/// `Documentation/advise.md` and the findings belong together.
@Suite("The manual of findings")
struct ManualTests {
  private static let manual: String = {
    let root = #filePath.split(separator: "/").dropLast(4).reduce("") { "\($0)/\($1)" }
    let data = try? Data(contentsOf: URL(filePath: "\(root)/Documentation/advise.md"))
    return data.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }()

  private static let headings = Set(
    manual.split(separator: "\n").filter { $0.hasPrefix("### ") }.map { String($0.dropFirst(4)) })

  @Test(arguments: Finding.Kind.allCases)
  func aFindingHasTheSectionThatItsLinkNames(_ kind: Finding.Kind) {
    #expect(kind.link == "Documentation/advise.md#\(kind.rawValue)")
    #expect(Self.headings.contains(kind.rawValue))
  }

  @Test func noSectionIsOfAFindingThatThereIsNot() {
    #expect(Self.headings == Set(Finding.Kind.allCases.map(\.rawValue)))
  }
}
