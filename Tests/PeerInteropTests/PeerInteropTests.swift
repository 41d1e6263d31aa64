import Testing

/// Bellman beside BGP speakers of other makes, each in a network namespace of its own: what they say
/// of the session and of the routes counts.
///
/// The tests need root and the packages that `make packages` installs.
@Suite(.enabled(if: Requirements.areMet, "\(Requirements.reason)")) struct PeerInteropTests {}
