import Resources

/// The EndpointSlices of the cluster: those of Services that are served go on, the others wait here,
/// for a Service may become one of type LoadBalancer without any word of its slices.
struct SliceShelf {
  /// What was read of one object; nil where it is gone.
  typealias Content = (file: String, content: DecodedFile?)

  private var slices: [ObjectName: [String: DecodedFile]] = [:]
  private var services: [String: ObjectName] = [:]
  private var served: Set<ObjectName> = []

  /// Takes in a slice, and returns what is to go on of it.
  mutating func take(_ file: String, _ content: DecodedFile?) -> [Content] {
    let old = services[file]
    var new: ObjectName?
    if case .endpointSlice(let slice) = content?.objects.first?.resource { new = slice.serviceName }
    // What cannot be read says nothing of its service; what it said before stays in use.
    if content != nil, content?.isComplete == false { new = new ?? old }
    if let old, old != new {
      slices[old]?[file] = nil
      if slices[old]?.isEmpty ?? false { slices[old] = nil }
    }
    services[file] = new
    if let new, let content, content.isComplete { slices[new, default: [:]][file] = content }
    let wasServed = old.map(served.contains) ?? false
    let isServed = new.map(served.contains) ?? false
    if isServed { return [(file, content)] }
    return wasServed ? [(file, nil)] : []
  }

  /// Takes in whether a Service is served, and returns the slices that come or go with it.
  mutating func serve(_ service: ObjectName, _ isServed: Bool) -> [Content] {
    let changes = isServed ? served.insert(service).inserted : served.remove(service) != nil
    guard changes else { return [] }
    return (slices[service] ?? [:]).sorted { $0.key < $1.key }.map { file, content in
      (file, isServed ? content : nil)
    }
  }
}
