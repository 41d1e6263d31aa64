import LinuxIO
import Logging
import NIOSSL
import Synchronization

/// The certificate of a listening address, which is read again when its files have changed.
final class ServerCertificate: Sendable {
  private struct State {
    var stamps: [FileStamp?]
    var context: NIOSSLContext
  }

  private let files: ListenOptions.TLSFiles
  private let logger: Logger
  private let state: Mutex<State>

  /// Reads the files; throws ``SpeakerStartError`` that names them.
  init(_ files: ListenOptions.TLSFiles, logger: Logger) throws {
    self.files = files
    self.logger = logger
    let stamps = Self.stamps(files)
    do {
      state = Mutex(State(stamps: stamps, context: try Self.context(files)))
    } catch {
      throw SpeakerStartError(
        "--listen-cert \(files.certificate), --listen-key \(files.key): expected a certificate chain "
          + "and its key, both PEM: \(error)")
    }
  }

  /// What the next connection is served with. Files that are no certificate, as half of a rotation,
  /// leave the last one in use.
  var context: NIOSSLContext {
    let stamps = Self.stamps(files)
    return state.withLock { state in
      guard stamps != state.stamps else { return state.context }
      state.stamps = stamps
      do {
        state.context = try Self.context(files)
        logger.info("certificate read again", metadata: ["file": "\(files.certificate)"])
      } catch {
        logger.error(
          "the former certificate stays",
          metadata: ["file": "\(files.certificate)", "error": "\(error)"])
      }
      return state.context
    }
  }

  private static func stamps(_ files: ListenOptions.TLSFiles) -> [FileStamp?] {
    [FileStamp.of(files.certificate), FileStamp.of(files.key)]
  }

  private static func context(_ files: ListenOptions.TLSFiles) throws -> NIOSSLContext {
    let chain = try NIOSSLCertificate.fromPEMFile(files.certificate)
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem)))
    configuration.minimumTLSVersion = .tlsv12
    return try NIOSSLContext(configuration: configuration)
  }
}
