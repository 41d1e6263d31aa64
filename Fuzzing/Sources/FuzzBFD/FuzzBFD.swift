import Addresses
import BFD
import Fuzzer
import NIOCore

/// The first two octets make the configurations of two sessions that talk with each other; then follow
/// events, each of an octet that names it and of those that it needs.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzBFD(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  var choices = Choices(data, size)
  guard var hosts = Hosts(&choices) else { return 0 }
  while !choices.isAtEnd { hosts.happen(&choices) }
  hosts.finish()
  return 0
}
