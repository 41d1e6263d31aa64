import Foundation
package import Testing

/// The seeds of a fuzz target of `Fuzzing`: the files of its corpus that bear a name. Those with the
/// names of digests were found by runs of the target.
package struct FuzzCorpus {
  private let folder: URL

  /// The corpus of `target`.
  package init(_ target: String) {
    folder =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Fuzzing/Corpus/\(target)").standardized
  }

  /// Expects that these are the seeds, and no others. Where the environment variable
  /// `BELLMAN_UPDATE_CORPUS` is set (`make corpus`), they are written first.
  package func expect(
    _ seeds: [String: [UInt8]], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    if ProcessInfo.processInfo.environment["BELLMAN_UPDATE_CORPUS"] != nil {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for name in try names() where seeds[name] == nil {
        try FileManager.default.removeItem(at: folder.appending(path: name))
      }
      for (name, bytes) in seeds { try Data(bytes).write(to: folder.appending(path: name)) }
    }
    #expect(
      try names() == Set(seeds.keys), "run `make corpus` in \(folder.path)",
      sourceLocation: sourceLocation)
    for (name, bytes) in seeds {
      let data = try Data(contentsOf: folder.appending(path: name))
      #expect(Array(data) == bytes, "\(name): run `make corpus`", sourceLocation: sourceLocation)
    }
  }

  private func names() throws -> Set<String> {
    let all = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return Set(all.filter { $0.utf8.count != 40 || $0.contains { !$0.isHexDigit } })
  }
}
