import Testing

/// Who owns a layer-2 address in a lab, and what its clients see when that changes.
///
/// Beside ``InteropTests``, as the labs of these suites mostly wait: one after the other here, one after
/// the other there.
@Suite(.serialized, .needsLab) struct OwnershipTests {}
