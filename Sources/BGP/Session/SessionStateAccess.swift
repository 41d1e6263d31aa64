extension Session.State {
  /// The state's name in the RFC.
  var name: SessionState {
    switch self {
    case .idle: .idle
    case .connect: .connect
    case .active: .active
    case .openSent: .openSent
    case .openConfirm: .openConfirm
    case .established: .established
    }
  }

  /// The connection, once it is made.
  var connection: Session.Connection? {
    switch self {
    case .idle, .connect, .active: nil
    case .openSent(let state): state.connection
    case .openConfirm(let state): state.connection
    case .established(let state): state.connection
    }
  }

  /// The connection or the attempt at one.
  var connectionID: ConnectionID? {
    if case .connect(let id, _) = self { id } else { connection?.id }
  }

  /// What both sides agreed on, once they did.
  var negotiated: NegotiatedSession? {
    switch self {
    case .idle, .connect, .active, .openSent: nil
    case .openConfirm(let state): state.negotiated
    case .established(let state): state.negotiated
    }
  }

  /// Keeps what is left of the input for the next time.
  mutating func setFramer(_ framer: MessageFramer) {
    switch self {
    case .idle, .connect, .active:
      break
    case .openSent(var state):
      state.connection.framer = framer
      self = .openSent(state)
    case .openConfirm(var state):
      state.connection.framer = framer
      self = .openConfirm(state)
    case .established(var state):
      state.connection.framer = framer
      self = .established(state)
    }
  }
}
