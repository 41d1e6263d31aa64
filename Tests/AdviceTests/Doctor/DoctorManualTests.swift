import FoundationEssentials
import Status
import Testing

/// `Documentation/doctor.md` and the findings belong together.
@Suite("The manual of the doctor's findings")
struct DoctorManualTests {
  private static let manual: String = {
    let root = #filePath.split(separator: "/").dropLast(4).reduce("") { "\($0)/\($1)" }
    let data = try? Data(contentsOf: URL(filePath: "\(root)/Documentation/doctor.md"))
    return data.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }()

  private static let headings = manual.split(separator: "\n").filter { $0.hasPrefix("### ") }
    .map { String($0.dropFirst(4)) }

  @Test(arguments: DoctorFinding.Kind.allCases)
  func aFindingHasTheSectionThatItsLinkNames(_ kind: DoctorFinding.Kind) {
    #expect(kind.link == "Documentation/doctor.md#\(kind.rawValue)")
    #expect(Self.headings.count { $0 == kind.rawValue } == 1)
  }

  @Test func noSectionIsOfAFindingThatThereIsNot() {
    #expect(Set(Self.headings) == Set(DoctorFinding.Kind.allCases.map(\.rawValue)))
  }
}
