import NIOCore

/// Rows for one receiver that leave in one packet.
struct Batch: Sendable {
  let receiver: Int
  var message: RowsMessage
}

/// How rows that arise one by one are put into few packets.
extension Election {
  /// The receiver of frames on the segment.
  static let segment = -2

  /// Adds a row to what leaves for a receiver at the end of this call.
  mutating func send(
    _ kind: RowsMessage.Kind, _ row: Row, to receiver: Int, subject: MemberID = .none,
    incarnation: UInt64 = 0, version: UInt32 = 0
  ) {
    var place = batches.count - 1
    let oldest = max(0, batches.count - 128)
    while place >= oldest {
      if batches[place].receiver == receiver, batches[place].message.kind == kind,
        batches[place].message.subject == subject,
        batches[place].message.subjectIncarnation == incarnation,
        batches[place].message.version == version,
        batches[place].message.rows.count < RowsMessage.limit
      {
        batches[place].message.rows.append(row)
        return
      }
      place -= 1
    }
    batches.append(
      Batch(
        receiver: receiver,
        message: RowsMessage(
          kind: kind, subject: subject, subjectIncarnation: incarnation, version: version,
          rows: [row])))
  }

  mutating func send(_ message: Message, to peer: Int) {
    guard peer > 0 else { return }
    output.append(.send(message, to: peers[peer].id))
  }

  mutating func sendToAll(_ message: Message) {
    for peer in peers.indices.dropFirst() where peers[peer].isMember { send(message, to: peer) }
  }

  mutating func flushBatches() {
    guard !batches.isEmpty else { return }
    for batch in batches {
      if batch.receiver == Self.segment {
        output.append(.broadcast(.rows(batch.message)))
      } else if batch.receiver > 0 {
        output.append(.send(.rows(batch.message), to: peers[batch.receiver].id))
      }
    }
    batches.removeAll(keepingCapacity: true)
  }
}
