public import Addresses
public import ArgumentParser
public import Logging
public import Speaker
public import Status

// Types of the modules that flags and arguments take.

extension LogFormat: ExpressibleByArgument {}
extension OutputFormat: ExpressibleByArgument {}
extension Logger.Level: @retroactive ExpressibleByArgument {}

extension IPAddress: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension IPv4Address: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension IPPrefix: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
