/// What the peer said last, with the values of RFC 5880 §6.8.1 while it has said nothing.
struct RemoteSide: Sendable {
  /// bfd.RemoteDiscr; 0 while the peer is not heard.
  private(set) var discriminator: UInt32 = 0
  private(set) var state = Session.State.down
  private(set) var diagnostic = Diagnostic.none
  private(set) var detectMultiplier: UInt8 = 0
  private(set) var isInDemandMode = false
  /// In microseconds, as all intervals here.
  private(set) var desiredMinTxInterval: UInt32 = 0
  private(set) var requiredMinRxInterval: UInt32 = 1
  private(set) var requiredMinEchoRxInterval: UInt32 = 0

  mutating func update(_ packet: ControlPacket) {
    discriminator = packet.myDiscriminator
    state = packet.state
    diagnostic = packet.diagnostic
    detectMultiplier = packet.detectMultiplier
    isInDemandMode = packet.flags.contains(.demand)
    desiredMinTxInterval = packet.desiredMinTxInterval
    requiredMinRxInterval = packet.requiredMinRxInterval
    requiredMinEchoRxInterval = packet.requiredMinEchoRxInterval
  }
}
