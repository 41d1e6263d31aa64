import Addresses
import Assignment
import LinkLayer
import LinuxIO
import Logging
import NIOCore
import Status

/// The interfaces of this node and what is announced on each.
///
/// An instance belongs to the event loop of the control state.
final class LinkTable {
  private let eventLoop: any EventLoop
  private let logger: Logger
  private var interfaces: [NetworkInterface] = []
  private var links: [String: LinkAnnouncer] = [:]
  private var failures: [String: String] = [:]
  private var selections: [IPAddress: InterfaceSelection] = [:]
  private var touched: Set<IPAddress> = []
  private var named: Set<String> = []

  /// A table without interfaces.
  init(eventLoop: any EventLoop, logger: Logger) {
    self.eventLoop = eventLoop
    self.logger = logger
  }

  /// Answers for `address` on these interfaces, and announces it there, from the next ``flush()`` on.
  func take(_ address: IPAddress, on selection: InterfaceSelection) {
    selections[address] = selection
    touched.insert(address)
  }

  /// Answers for `address` no more, from the next ``flush()`` on.
  func release(_ address: IPAddress) {
    selections[address] = nil
    touched.insert(address)
  }

  /// Brings what was taken and released since the last call to the interfaces, each in one batch.
  func flush() {
    guard !touched.isEmpty else { return }
    for (name, link) in links {
      let released = touched.filter { !belongs($0, to: name) && link.owned.contains($0) }
      let taken = touched.filter { belongs($0, to: name) && !link.owned.contains($0) }
      if !released.isEmpty { link.release(released.sorted()) }
      if !taken.isEmpty { link.take(taken.sorted()) }
    }
    touched = []
  }

  /// Announces addresses once more that are answered for.
  func announceAgain(_ addresses: [IPAddress]) {
    guard !addresses.isEmpty else { return }
    for link in links.values {
      let owned = addresses.filter { link.owned.contains($0) }
      if !owned.isEmpty { link.take(owned.sorted()) }
    }
  }

  /// Opens, follows and closes interfaces as they come, change and go.
  ///
  /// - Parameter named: the interfaces that an L2Advertisement names, which overrules that a name
  ///   is left out by default.
  /// - Returns: the names of the interfaces on which addresses can be announced now.
  func reconcile(_ interfaces: [NetworkInterface], named: Set<String>) -> Set<String> {
    self.interfaces = interfaces
    var usable: Set<String> = []
    var present: Set<String> = []
    for interface in interfaces where exclusion(of: interface, named: named) == nil {
      present.insert(interface.name)
      if let link = links[interface.name], link.interface.index == interface.index {
        link.interfaceChanged(to: interface)
      } else {
        close(interface.name)
        open(interface)
      }
      if links[interface.name] != nil, interface.isRunning { usable.insert(interface.name) }
    }
    for name in links.keys.sorted() where !present.contains(name) {
      logger.info("interface no longer takes part", metadata: ["interface": "\(name)"])
      close(name)
    }
    for name in failures.keys where !present.contains(name) { failures[name] = nil }
    self.named = named
    return usable
  }

  /// Stops answering on all interfaces.
  func close() {
    for name in links.keys.sorted() { close(name) }
  }

  /// The interfaces on which this node answers for `address`, sorted.
  func names(holding address: IPAddress) -> [String] {
    links.filter { $0.value.owned.contains(address) }.map(\.key).sorted()
  }

  /// Every interface of the node and its part.
  func status() -> [InterfaceStatus] {
    interfaces.map { interface in
      let link = links[interface.name]
      let statistics = link?.statistics
      let reason =
        exclusion(of: interface, named: named)?.description
        ?? failures[interface.name] ?? "listens and answers"
      return InterfaceStatus(
        name: interface.name, mac: interface.macAddress, up: interface.isRunning,
        takesPart: link != nil, reason: reason,
        counters: statistics.map(Layer2Counters.init) ?? Layer2Counters())
    }
  }

  /// The interfaces that should take part and cannot.
  func problems() -> [Problem] {
    failures.sorted { $0.key < $1.key }.map { name, text in
      Problem(severity: .error, object: "interface \(name)", message: text)
    }
  }

  private func exclusion(
    of interface: NetworkInterface, named: Set<String>
  ) -> InterfaceExclusion? {
    interface.exclusion(
      excludedNamePrefixes: named.contains(interface.name)
        ? [] : NetworkInterface.excludedNamePrefixes)
  }

  private func belongs(_ address: IPAddress, to interface: String) -> Bool {
    switch selections[address] {
    case nil: false
    case .all: true
    case .names(let names): names.contains(interface)
    }
  }

  private func open(_ interface: NetworkInterface) {
    let name = interface.name
    do {
      let link = try LinkAnnouncer(interface: interface, eventLoop: eventLoop) { [weak self] in
        self?.failed(name, $0)
      }
      links[name] = link
      failures[name] = nil
      logger.info(
        "interface takes part",
        metadata: [
          "interface": "\(name)", "mac": "\(interface.macAddress?.description ?? "-")",
        ])
      let owned = selections.keys.filter { belongs($0, to: name) }
      if !owned.isEmpty { link.take(owned.sorted()) }
    } catch {
      let text = "\(error)"
      if failures[name] != text {
        logger.error(
          "interface cannot take part", metadata: ["interface": "\(name)", "error": "\(text)"])
      }
      failures[name] = text
    }
  }

  private func failed(_ name: String, _ problem: LinkProblem) {
    logger.error("\(problem)", metadata: ["interface": "\(name)"])
    guard case .captureEnded = problem else { return }
    close(name)
    failures[name] = "\(problem)"
  }

  private func close(_ name: String) {
    links.removeValue(forKey: name)?.close()
  }
}

extension Layer2Counters {
  fileprivate init(_ statistics: LinkStatistics) {
    var drops: [String: UInt64] = [:]
    for reason in DropReason.allCases where statistics.responder[reason] > 0 {
      drops["\(reason)"] = statistics.responder[reason]
    }
    if statistics.droppedByKernel > 0 { drops["tooSlow"] = statistics.droppedByKernel }
    if statistics.sendFailures > 0 { drops["sendFailed"] = statistics.sendFailures }
    self.init(
      requestsReceived: statistics.responder.received, repliesSent: statistics.responder.replies,
      gratuitousSent: statistics.gratuitousSent, drops: drops)
  }
}
