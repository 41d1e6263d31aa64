/// The fields that are read and checked but not acted on yet. A row leaves as its feature comes.
enum FieldsNotActedOn {
  private struct Row {
    let path: String
    let isSet: @Sendable (BGPPeer) -> Bool
  }

  private static let ofBGPPeer = [
    Row(path: "spec.interface") {
      if case .interface = $0.endpoint { true } else { false }
    },
    Row(path: "spec.vrf") { $0.vrf != nil },
  ]

  /// Warns of each field of `peer` that changes nothing yet.
  static func check(
    _ peer: ConfigurationBuilder.Located<BGPPeer>, in builder: inout ConfigurationBuilder
  ) {
    for row in ofBGPPeer where row.isSet(peer.object) {
      builder.report(.warning, peer, row.path, "is read but not acted on by this version")
    }
  }
}
