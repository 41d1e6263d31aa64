import Election
import Fuzzer
import NIOCore

/// The first octet makes the configuration of three speakers that talk with each other; then follow
/// events, each of an octet that names it and of those that it needs.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzElection(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  var choices = Choices(data, size)
  var cluster = Cluster(&choices)
  var events = 0
  while !choices.isAtEnd, events < 400 {
    cluster.happen(&choices)
    events += 1
  }
  cluster.finish()
  return 0
}
