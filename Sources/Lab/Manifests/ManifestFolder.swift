/// The folder that the speakers read. Only files whose text has changed are written.
final class ManifestFolder {
  private let path: String
  private var written: [String: String] = [:]

  init(path: String) { self.path = path }

  /// Makes the files of `manifests` the content of the folder; other files in it stay.
  func write(_ manifests: Manifests) throws {
    let files = try manifests.files()
    for (name, text) in files where written[name] != text {
      try TextFile.replace("\(path)/\(name)", with: text)
      written[name] = text
    }
    let names = Set(files.map(\.name))
    for name in written.keys.sorted() where !names.contains(name) {
      try TextFile.remove("\(path)/\(name)")
      written[name] = nil
    }
  }
}
