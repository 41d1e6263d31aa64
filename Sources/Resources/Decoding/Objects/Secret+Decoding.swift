import FoundationEssentials

extension Secret {
  /// The type of the secrets that hold the password of a BGPPeer.
  static let basicAuth = "kubernetes.io/basic-auth"

  /// Reads a Secret; of one that is not of type basic-auth, nothing but the type.
  static func decode(from object: inout FieldReader, metadata: ObjectMetadata) -> Secret {
    object.ignore(["immutable"])
    let type = object.field("type")?.string() ?? "Opaque"
    let data = object.field("data")
    let stringData = object.field("stringData")
    var password: String?
    if type == basicAuth {
      password = data.flatMap(Self.password(inData:))
      // As in the API, stringData wins over data.
      if var plain = stringData?.mapping(), let field = plain.field("password") {
        password = field.string()
      }
    }
    return Secret(metadata: metadata, type: type, password: password)
  }

  private static func password(inData data: Field) -> String? {
    guard var reader = data.mapping(), let field = reader.field("password"),
      let text = field.string("base64 text")
    else { return nil }
    guard let octets = Data(base64Encoded: text.filter { !$0.isWhitespace }) else {
      // The text is not shown: it may be a password that was written in clear.
      field.fail("expected base64 text; write a password in clear under stringData")
      return nil
    }
    guard let password = String(validating: octets, as: UTF8.self) else {
      field.fail("expected base64 of UTF-8 text")
      return nil
    }
    return password
  }
}
