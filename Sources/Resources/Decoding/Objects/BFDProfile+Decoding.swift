extension BFDProfile {
  /// Reads `spec` of a BFDProfile.
  static func decode(from object: inout FieldReader, metadata: ObjectMetadata) -> BFDProfile {
    object.ignore(["status"])
    var profile = BFDProfile(metadata: metadata)
    guard var spec = object.field("spec")?.mapping() else { return profile }
    let interval = 10...60000
    if let value = spec.field("receiveInterval")?.integer(interval) {
      profile.receiveInterval = value
    }
    if let value = spec.field("transmitInterval")?.integer(interval) {
      profile.transmitInterval = value
    }
    if let value = spec.field("detectMultiplier")?.integer(2...255) {
      profile.detectMultiplier = value
    }
    if let value = spec.field("echoInterval")?.integer(interval) { profile.echoInterval = value }
    if let value = spec.field("minimumTtl")?.integer(1...254) { profile.minimumTTL = value }
    profile.echoMode = spec.field("echoMode")?.boolean() ?? false
    profile.passiveMode = spec.field("passiveMode")?.boolean() ?? false
    spec.finish(unknown: .error)
    return profile
  }
}
