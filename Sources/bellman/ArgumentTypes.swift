public import ArgumentParser
public import Logging
public import Speaker
public import Status

// Types of the modules that flags and arguments take.

extension Layer2Options.ConflictPolicy: ExpressibleByArgument {}
extension RelayMode: ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}
extension OutputFormat: ExpressibleByArgument {}

extension Logger.Level: @retroactive ExpressibleByArgument {
  /// The level of this name, or of the name that MetalLB has for it.
  public init?(argument: String) {
    switch argument {
    case "all": self = .trace
    case "warn": self = .warning
    // Nothing is logged as critical.
    case "none": self = .critical
    default: self.init(rawValue: argument)
    }
  }
}
