/// Removes what runs left behind whose process died before it could clean up.
public enum Leftovers {
  /// Removes every abandoned run but those that somebody else is removing, and nothing of a run that
  /// is alive. Returns the ids of those that were removed.
  @discardableResult
  public static func remove() async throws -> [String] {
    var removed: [String] = []
    for directory in RunDirectory.all() {
      let isRemoved = try await directory.ifAbandoned {
        try await Namespaces.remove(id: directory.id)
        directory.remove()
      }
      if isRemoved { removed.append(directory.id) }
    }
    return removed
  }
}
