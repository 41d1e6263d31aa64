import NIOCore
import NIOPosix

/// Sleeps that a cancelled task takes as well: cleaning up goes on after Ctrl-C.
enum Pause {
  static func evenIfCancelled(_ milliseconds: Int64) async {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    try? await loop.scheduleTask(in: .milliseconds(milliseconds)) {}.futureResult.get()
  }
}
