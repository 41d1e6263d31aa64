import Lab
import Testing

extension InteropTests {
  /// Whatever is the matter, `bellman explain` names it in its first line. One lab for all.
  @Suite(
    .lab(router: SituationManifests.router, speakers: .started, edit: SituationManifests.edit),
    .serialized)
  struct Situations {
    @Test(arguments: Situation.objects)
    func objects(_ situation: Situation) async throws { try await situation.check(in: lab()) }

    @Test(arguments: Situation.sessions)
    func sessions(_ situation: Situation) async throws { try await situation.check(in: lab()) }

    @Test(arguments: Situation.files)
    func files(_ situation: Situation) async throws { try await situation.check(in: lab()) }

    @Test(arguments: Situation.nodes)
    func nodes(_ situation: Situation) async throws { try await situation.check(in: lab()) }

    @Test(arguments: Situation.segment)
    func segment(_ situation: Situation) async throws { try await situation.check(in: lab()) }
  }
}
