/// Removes what runs left behind whose process died before it could clean up.
public enum Leftovers {
  /// Removes every abandoned run, and nothing of a run that is alive. Returns their ids.
  @discardableResult
  public static func remove() async throws -> [String] {
    var removed: [String] = []
    for directory in RunDirectory.all() where directory.isAbandoned {
      try await Namespaces.remove(id: directory.id)
      directory.remove()
      removed.append(directory.id)
    }
    return removed
  }
}
