/// The list of all metrics, for people.
public enum MetricsDocumentation {
  /// Tables of Markdown: Bellman's metrics, then MetalLB's names.
  public static var markdown: String {
    """
    ## Bellman's metrics

    \(table(SpeakerMetrics.all))
    ## MetalLB's names

    Only with `--metallb-metrics`; the last column names what they mean the same as.

    \(table(MetalLBMetrics.all))
    """
  }

  private static func table(_ families: [MetricFamily]) -> String {
    var text = "| metric | type | labels | what it tells |\n| --- | --- | --- | --- |\n"
    for family in families {
      // A histogram is queried by its buckets.
      let name = family.sampleNames[0]
      let labels = family.labels.map { "`\($0)`" }.joined(separator: ", ")
      text += "| `\(name)` | \(family.kindName) | \(labels) | \(family.help) |\n"
    }
    return text
  }
}
