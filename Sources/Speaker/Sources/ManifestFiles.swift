import LinuxIO
public import Resources

/// Reads manifest files, bounded, with an error for each that cannot be read.
public enum ManifestFiles {
  /// The endings of the names of the files that are read in a directory.
  static let endings = [".yaml", ".yml", ".json"]

  /// Why a file or directory could not be read.
  struct ReadError: Error, CustomStringConvertible {
    let description: String
  }

  /// The texts of files and directories of files; what cannot be read becomes a diagnostic.
  public static func load(
    paths: [String]
  ) -> (files: [(name: String, text: String)], diagnostics: [Diagnostic]) {
    var files: [(name: String, text: String)] = []
    var diagnostics: [Diagnostic] = []
    func report(_ file: String, _ message: String) {
      diagnostics.append(Diagnostic(severity: .error, file: file, message: message))
    }
    for path in paths {
      var names = [path]
      if FileStamp.isDirectory(path) {
        do {
          names = try list(path).keys.sorted().map { "\(path)/\($0)" }
        } catch {
          report(path, error.description)
          continue
        }
        if names.isEmpty {
          report(
            path,
            "the directory holds no file ending in \(endings.joined(separator: ", ")); "
              + "directories in it are not read")
        }
      }
      for name in names {
        do {
          files.append((name, try read(name)))
        } catch {
          report(name, error.description)
        }
      }
    }
    return (files, diagnostics)
  }

  /// The manifest files of a directory by name, hidden ones left out, with their stamps.
  static func list(_ directory: String) throws(ReadError) -> [String: FileStamp] {
    do {
      return try FileStamp.files(inDirectory: directory).filter { name, _ in
        endings.contains { name.hasSuffix($0) }
      }
    } catch {
      throw ReadError(description: "the directory cannot be read: \(error)")
    }
  }

  /// The text of a file of at most ``ManifestDecoder/maximumFileSize`` octets.
  static func read(_ path: String) throws(ReadError) -> String {
    let limit = ManifestDecoder.maximumFileSize
    let content: (bytes: [UInt8], isCut: Bool)
    do {
      content = try BoundedFile.read(path, limit: limit)
    } catch {
      throw ReadError(description: "the file cannot be read: \(error)")
    }
    guard !content.isCut else {
      throw ReadError(
        description: "the file has more than the \(limit) octets that are read; "
          + "split it into several files")
    }
    guard let text = String(validating: content.bytes, as: UTF8.self) else {
      throw ReadError(description: "the file is not UTF-8 text; write it as UTF-8")
    }
    return text
  }
}
