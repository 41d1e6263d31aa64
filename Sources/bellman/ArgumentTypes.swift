public import ArgumentParser
public import Logging
public import Speaker
public import Status

// Types of the modules that flags and arguments take.

extension Layer2Options.ConflictPolicy: ExpressibleByArgument {}
extension RelayMode: ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}
extension OutputFormat: ExpressibleByArgument {}
extension Logger.Level: @retroactive ExpressibleByArgument {}
