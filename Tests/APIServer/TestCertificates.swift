import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// A certificate authority and certificates of it, made for one test.
public struct TestCertificates: Sendable {
  /// A certificate and its key, as PEM.
  public struct Pair: Sendable {
    public let chain: String
    public let key: String
  }

  /// The certificate of the authority, as PEM.
  public let authority: String
  /// The server's certificate.
  public let server: Pair
  /// A client's certificate.
  public let client: Pair

  /// An authority of its own with a server and a client.
  ///
  /// - Parameters:
  ///   - names: the DNS names in the server's certificate
  ///   - hasAddress: whether 127.0.0.1 is in it
  public init(names: [String] = ["localhost"], hasAddress: Bool = true) throws {
    let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let name = try DistinguishedName { CommonName("Test Authority") }
    let authority = try Self.certificate(
      subject: name, publicKey: key.publicKey, issuer: name, issuerKey: key,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
      })
    var alternatives = names.map { GeneralName.dnsName($0) }
    if hasAddress {
      alternatives.append(.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])))
    }
    let alternativeNames = SubjectAlternativeNames(alternatives)
    self.authority = try authority.serializeAsPEM().pemString
    server = try Self.pair(
      "server", issuer: name, issuerKey: key,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        try ExtendedKeyUsage([.serverAuth])
        alternativeNames
      })
    client = try Self.pair(
      "client", issuer: name, issuerKey: key,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        try ExtendedKeyUsage([.clientAuth])
      })
  }

  private static func pair(
    _ commonName: String, issuer: DistinguishedName, issuerKey: Certificate.PrivateKey,
    extensions: Certificate.Extensions
  ) throws -> Pair {
    let key = P256.Signing.PrivateKey()
    let certificate = try certificate(
      subject: try DistinguishedName { CommonName(commonName) },
      publicKey: Certificate.PrivateKey(key).publicKey, issuer: issuer, issuerKey: issuerKey,
      extensions: extensions)
    return Pair(chain: try certificate.serializeAsPEM().pemString, key: key.pemRepresentation)
  }

  private static func certificate(
    subject: DistinguishedName, publicKey: Certificate.PublicKey, issuer: DistinguishedName,
    issuerKey: Certificate.PrivateKey, extensions: Certificate.Extensions
  ) throws -> Certificate {
    try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey,
      notValidBefore: Date() - 3600, notValidAfter: Date() + 86_400, issuer: issuer,
      subject: subject, signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions,
      issuerPrivateKey: issuerKey)
  }
}
