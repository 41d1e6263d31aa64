import Addresses
import Testing

@testable import Lab

/// The topology of the tests: three nodes, as the lab has by default.
let topology = Topology(id: "test")

/// Parses an address that the test spells out.
func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

/// Parses a prefix that the test spells out.
func prefix(_ text: String) throws -> IPPrefix { try #require(IPPrefix(text)) }
