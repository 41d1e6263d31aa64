import FoundationEssentials
import Testing

@testable import Speaker

/// The declarations of all metrics, and the page that lists them.
@Suite struct MetricCatalogueTests {
  private static let all = SpeakerMetrics.all + MetalLBMetrics.all

  @Test func namesAreThoseOfOpenMetrics() {
    var samples: Set<String> = []
    for family in Self.all {
      let isLegal = family.name.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_")
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      }
      #expect(isLegal, "\(family.name)")
      if let unit = family.unit { #expect(family.name.hasSuffix("_\(unit)"), "\(family.name)") }
      if family.kind != .unknown {
        for suffix in ["_total", "_count", "_sum", "_bucket", "_info", "_created"] {
          #expect(!family.name.hasSuffix(suffix), "\(family.name)")
        }
      }
      if case .histogram(let bounds) = family.kind { #expect(bounds == bounds.sorted()) }
      #expect(!family.labels.contains("le") && Set(family.labels).count == family.labels.count)
      #expect(!family.help.isEmpty && !family.help.hasSuffix("."), "\(family.name)")
      for name in family.sampleNames { #expect(samples.insert(name).inserted, "\(name) twice") }
    }
    #expect(SpeakerMetrics.all.allSatisfy { $0.name.hasPrefix("bellman_") })
    #expect(MetalLBMetrics.all.allSatisfy { $0.name.hasPrefix("metallb_") })
  }

  /// The names that MetalLB's own dashboards and alerts ask for, from its documentation.
  @Test(arguments: [
    ("metallb_bgp_session_up", ["peer"]), ("metallb_bgp_announced_prefixes_total", ["peer"]),
    ("metallb_bgp_updates_total", ["peer"]),
    ("metallb_speaker_announced", ["service", "protocol", "node", "ip"]),
    ("metallb_layer2_requests_received", ["ip"]), ("metallb_layer2_responses_sent", ["ip"]),
    ("metallb_layer2_gratuitous_sent", ["ip"]), ("metallb_k8s_client_updates_total", []),
    ("metallb_k8s_client_update_errors_total", []),
    ("metallb_k8s_client_config_loaded_bool", []), ("metallb_k8s_client_config_stale_bool", []),
  ])
  func metalLBsNamesAreItsOwn(_ name: String, _ labels: [String]) throws {
    let family = try #require(MetalLBMetrics.all.first { $0.sampleNames.contains(name) })
    #expect(family.labels == labels)
  }

  @Test func thePageListsWhatIsExported() throws {
    let page = try Example.text("../Documentation/metrics.md")
    #expect(
      page.contains(MetricsDocumentation.markdown.trimmingSuffix(while: \.isNewline)),
      "Documentation/metrics.md differs from the declarations; paste the output of bellman metrics")
  }
}

extension String {
  fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> Substring {
    var text = self[...]
    while let last = text.last, isTrimmed(last) { text.removeLast() }
    return text
  }
}
