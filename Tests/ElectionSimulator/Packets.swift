import Election

/// The packets that messages travel in.
extension World {
  func packetSize(_ message: Message) -> Int { 0 }

  func roundTrip(_ message: Message) -> Message { message }
}
