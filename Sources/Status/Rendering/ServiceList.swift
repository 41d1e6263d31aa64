/// The services that have no address yet, if any.
struct ServiceList {
  let services: [ServiceStatus]

  var blocks: [TextBlock] {
    guard !services.isEmpty else { return [] }
    var table = Table([.text("SERVICE"), .whole("POLICY"), .whole("REASON"), .text("EXPLANATION")])
    for service in services {
      table.append([
        StyledText(service.service), StyledText(service.externalTrafficPolicy.rawValue),
        StyledText(service.reason, .attention), StyledText(service.sentence),
      ])
    }
    return [.table(title: StyledText("Services without an address: \(services.count)"), table)]
  }
}
