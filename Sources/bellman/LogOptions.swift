import ArgumentParser
import Logging
import Speaker

/// How a long-running command logs.
struct LogOptions: ParsableArguments {
  @Option(name: .customLong("log-format"), help: "Format of the log lines: text or json.")
  var format: LogFormat = .text

  @Option(
    name: .customLong("log-level"),
    help: "Least level that is logged, also by MetalLB's names all, warn and none.")
  var level: Logger.Level = .info
}
