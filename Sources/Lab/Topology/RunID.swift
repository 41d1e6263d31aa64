/// The few characters that tell the namespaces and files of one run from those of another.
enum RunID {
  /// A new id, drawn by `generator`.
  static func make(using generator: inout some RandomNumberGenerator) -> String {
    String(
      (0..<Topology.idLength).map { _ in
        Topology.idAlphabet[Int.random(in: 0..<Topology.idAlphabet.count, using: &generator)]
      })
  }
}
