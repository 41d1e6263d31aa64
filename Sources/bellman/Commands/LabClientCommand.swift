import Addresses
public import ArgumentParser
public import Lab
import NIOCore

extension RequestClient.Transport: ExpressibleByArgument {}

struct LabClientCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab-client",
    abstract: "Play a client of the lab: ask without pause and print what became of each request.",
    shouldDisplay: false)

  @Option(help: "The address to ask.", transform: AddressArgument.address)
  var address: IPAddress

  @Option(help: "Ask by tcp or udp.")
  var transport = RequestClient.Transport.tcp

  @Option(help: "The port.")
  var port: UInt16 = 80

  @Option(help: "From one request to the next, such as 5ms.")
  var interval = TimeArgument(amount: .milliseconds(5))

  @Option(help: "How long to wait for an answer, such as 900ms.")
  var patience = TimeArgument(amount: .milliseconds(900))

  func run() throws {
    try RequestClient(
      address: address, transport: transport, port: port, interval: interval.amount,
      patience: patience.amount
    ).run()
  }
}
