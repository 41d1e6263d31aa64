import Addresses

/// A TCP address on which a speaker answers questions, and what guards it.
public struct ListenOptions: Sendable {
  /// The address and port.
  public var address: ListenAddress
  /// The files of the certificate chain and of its key, both PEM; nil without TLS.
  public var tls: TLSFiles?
  /// The file with the token that whoever asks for more than the probes must bear.
  public var tokenFile: String?
  /// Whether metrics and probes are served to everybody in clear text, and nothing else.
  public var isInsecure: Bool

  /// The files of a certificate.
  public struct TLSFiles: Hashable, Sendable {
    /// The chain, the server's own certificate first.
    public var certificate: String
    /// The key of that certificate.
    public var key: String

    /// Files at these paths.
    public init(certificate: String, key: String) {
      self.certificate = certificate
      self.key = key
    }
  }

  /// Options with these values.
  public init(
    address: ListenAddress, tls: TLSFiles? = nil, tokenFile: String? = nil,
    isInsecure: Bool = false
  ) {
    self.address = address
    self.tls = tls
    self.tokenFile = tokenFile
    self.isInsecure = isInsecure
  }

  /// Whether the status of the speaker is served too, not only metrics and probes.
  var servesStatus: Bool { !isInsecure }

  /// Throws ``SpeakerStartError`` where others could read what is not meant for them.
  public func validate() throws {
    if isInsecure {
      guard tls == nil, tokenFile == nil else {
        throw SpeakerStartError(
          "--insecure-listen serves metrics and probes to everybody; leave it out where there is a "
            + "certificate or a token")
      }
      return
    }
    guard !address.address.isLoopback else { return }
    var missing: [String] = []
    if tls == nil { missing.append("a certificate (--listen-cert and --listen-key)") }
    if tokenFile == nil { missing.append("a token (--listen-token-file)") }
    guard missing.isEmpty else {
      throw SpeakerStartError(
        "--listen \(address) can be reached from other hosts, and lacks "
          + missing.joined(separator: " and ")
          + ". Give both, listen on 127.0.0.1 or [::1], or say --insecure-listen to serve metrics "
          + "and probes only, to everybody")
    }
  }
}

extension IPAddress {
  /// Whether only this host can send to it.
  var isLoopback: Bool {
    switch self {
    case .v4(let address): address.rawValue >> 24 == 127
    case .v6(let address): address == IPv6Address(high: 0, low: 1)
    }
  }
}
