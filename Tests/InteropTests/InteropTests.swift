import Lab
import Testing

/// What others see of Bellman: BIRD's tables, kernels' neighbour tables, captures, and `curl`.
///
/// Each suite below builds a lab of network namespaces, needs root and the packages that `make test`
/// installs, and runs the program that was built beside the tests. They run one after the other, and
/// beside those of ``OwnershipTests``.
@Suite(.serialized, .needsLab) struct InteropTests {}

extension Trait where Self == ConditionTrait {
  /// Skips without what a lab needs, with the reason; in CI, where the variable `CI` is set, the
  /// tests run and fail instead.
  static var needsLab: Self {
    .enabled("needs root and the programs of the lab: \(Program.obstacle ?? "")") {
      Program.obstacle == nil || Environment.isSet("CI")
    }
  }
}
