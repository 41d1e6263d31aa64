#if canImport(Glibc)
  import Glibc
#endif

/// Where programs of running processes are.
public enum ProgramPath {
  /// The program that this process runs.
  public static func own() throws -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else { throw LabError("/proc/self/exe cannot be read; is /proc mounted?") }
    return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
