import Addresses
import LinkLayer

/// Which of the wanted neighbours have spoken: on its way from the capture thread to who asked.
struct HeardNeighbors {
  private var wanted: Set<IPAddress> = []
  private var heard: [IPAddress: MACAddress] = [:]

  mutating func want(_ addresses: Set<IPAddress>) {
    wanted = addresses
    heard = heard.filter { addresses.contains($0.key) }
  }

  /// Takes in what a frame says; whether its sender is wanted.
  mutating func note(_ notice: NeighborNotice) -> Bool {
    guard wanted.contains(notice.address) else { return false }
    heard[notice.address] = notice.mac
    return true
  }

  mutating func take() -> [IPAddress: MACAddress] {
    defer { heard = [:] }
    return heard
  }
}
