/// The measured tables.
package enum Tables {
  /// All of them, one after the other.
  package static func all() -> [String] { [] }
}
