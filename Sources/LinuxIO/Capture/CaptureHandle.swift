import CLinux
import CPcap
import Glibc
import LinkLayer

/// An activated libpcap capture.
///
/// `@unchecked Sendable`: the handle is set up before it is shared; afterwards only the capture thread
/// runs it, only `interrupt` is called from elsewhere, which libpcap allows, and its end comes after
/// the capture thread's.
final class CaptureHandle: @unchecked Sendable {
  /// Gets each frame, and when the kernel received it in nanoseconds of CLOCK_REALTIME.
  typealias Consumer = (RawSpan, _ capturedAt: UInt64) -> Void

  private let handle: OpaquePointer
  private let interface: String

  init(
    interface: String, filter: String, snapshotLength: CInt, bufferSize: CInt
  ) throws(PacketSocketError) {
    var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    guard let handle = pcap_create(interface, &message) else {
      throw .captureFailed(interface: interface, Self.text(message))
    }
    self.handle = handle
    self.interface = interface
    pcap_set_snaplen(handle, snapshotLength)
    pcap_set_promisc(handle, 0)
    pcap_set_immediate_mode(handle, 1)
    pcap_set_buffer_size(handle, bufferSize)
    let status = pcap_activate(handle)
    if status < 0 { throw activationError(status) }
    guard pcap_datalink(handle) == DLT_EN10MB else { throw .notEthernet(interface: interface) }

    // Not by 'inbound' in the filter: libpcap runs the filter itself on what is in its ring when the
    // filter is set, and on one frame more, and there that word matches nothing.
    guard pcap_setdirection(handle, PCAP_D_IN) == 0 else { throw failure }
    var enabled: CInt = 1
    let size = socklen_t(MemoryLayout<CInt>.size)
    // Linux before 4.20 refuses, and then libpcap drops what this host sends only after a wake-up.
    _ = setsockopt(pcap_fileno(handle), SOL_PACKET, PACKET_IGNORE_OUTGOING, &enabled, size)

    var program = bpf_program()
    guard pcap_compile(handle, &program, filter, 1, PCAP_NETMASK_UNKNOWN) == 0 else {
      throw failure
    }
    defer { pcap_freecode(&program) }
    guard pcap_setfilter(handle, &program) == 0 else { throw failure }
  }

  deinit { pcap_close(handle) }

  /// The descriptor of the packet socket. Frames written to it leave by the interface.
  var descriptor: CInt { pcap_fileno(handle) }

  /// Puts a filter into the kernel in place of the one before, without a moment in which there is none.
  /// What is in the ring already is not filtered again. Gives 0 or errno. From any thread.
  func attach(_ program: [FilterInstruction]) -> CInt {
    var instructions = program.map {
      sock_filter(code: $0.code, jt: $0.jumpTrue, jf: $0.jumpFalse, k: $0.operand)
    }
    return instructions.withUnsafeMutableBufferPointer { buffer in
      var program = sock_fprog(len: CUnsignedShort(buffer.count), filter: buffer.baseAddress)
      let size = socklen_t(MemoryLayout<sock_fprog>.size)
      return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, size) == 0 ? 0 : errno
    }
  }

  /// Hands every frame to `consume` until ``interrupt()``. Throws when the capture breaks.
  func run(_ consume: Consumer) throws(PacketSocketError) {
    let status = withoutActuallyEscaping(consume) { consume in
      var consume = consume
      return withUnsafeMutablePointer(to: &consume) { pointer in
        pcap_loop(
          handle, -1,
          { user, header, bytes in
            guard let user, let header, let bytes else { return }
            let frame = UnsafeRawBufferPointer(start: bytes, count: Int(header.pointee.caplen))
            UnsafeRawPointer(user).assumingMemoryBound(to: Consumer.self)
              .pointee(frame.bytes, cpcap_time(header))
          }, UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: u_char.self))
      }
    }
    if status == PCAP_ERROR_BREAK { return }
    throw if_nametoindex(interface) == 0 ? .noSuchInterface(interface) : failure
  }

  /// Ends ``run(_:)``, now or as soon as it is called. From any thread.
  func interrupt() { pcap_breakloop(handle) }

  private var failure: PacketSocketError {
    .captureFailed(interface: interface, String(cString: pcap_geterr(handle)))
  }

  private func activationError(_ status: CInt) -> PacketSocketError {
    switch status {
    case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED:
      .notPermitted(interface: interface)
    case PCAP_ERROR_NO_SUCH_DEVICE: .noSuchInterface(interface)
    case PCAP_ERROR_IFACE_NOT_UP: .interfaceDown(interface)
    default: failure
    }
  }

  private static func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
