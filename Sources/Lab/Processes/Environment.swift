#if canImport(Glibc)
  import Glibc
#endif

/// The environment of this process.
public enum Environment {
  /// The value of the variable `name`; nil when it is not set.
  public static func value(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// Whether the variable `name` is set to anything but the empty string.
  public static func isSet(_ name: String) -> Bool { value(name)?.isEmpty == false }
}
