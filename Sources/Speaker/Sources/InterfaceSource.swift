import LinuxIO
import Logging
import ServiceLifecycle

/// Follows the network interfaces of this machine.
struct InterfaceSource: Service {
  let control: ControlLoop
  let logger: Logger

  func run() async throws {
    let watch = try InterfaceWatch()
    defer { watch.close() }
    await read(moved: [])
    for await _ in watch.changes.cancelOnGracefulShutdown() {
      await read(moved: watch.takeMoved())
    }
  }

  private func read(moved: Set<Int>) async {
    do {
      await control.interfacesChanged(try NetworkInterfaces.list(), moved: moved)
    } catch {
      logger.error("the network interfaces cannot be listed", metadata: ["error": "\(error)"])
      await control.interfacesFailed()
    }
  }
}
