import Hummingbird
import NIOCore
import Status

/// What can be asked of a speaker. Nothing of it changes anything.
struct ReadRoutes: Sendable {
  let control: ControlLoop
  let exporter: MetricsExporter?
  /// After how long without a turn the control loop counts as stuck.
  var stuckAfter = Pulse.limit

  /// The longest target that `GET /explain` looks up: names of Kubernetes have 253 octets at most.
  private static let longestTarget = 600
  /// What answers say of what is not there.
  static let unknown = "is known to this speaker"

  /// `GET /healthz` and `GET /readyz`.
  func addProbes(to router: Router<some RequestContext>) {
    let (control, limit) = (control, stuckAfter)
    // The pulse alone says it: whoever asked the loop would be stuck with it.
    router.get("healthz") { _, _ in
      let now = NIODeadline.now()
      guard control.pulse.isStuck(at: now, limit: limit) else {
        return StatusServer.text(.ok, "ok\n")
      }
      let seconds = OpenMetricsText.number(control.pulse.age(at: now).rounded())
      return StatusServer.text(
        .serviceUnavailable, "the control loop has not turned for \(seconds) s\n")
    }
    router.get("readyz") { _, _ in
      if control.pulse.isStuck(at: .now(), limit: limit) {
        return StatusServer.text(.serviceUnavailable, "the control loop does not turn\n")
      }
      if let obstacle = await control.obstacleToReadiness {
        return StatusServer.text(.serviceUnavailable, "\(obstacle)\n")
      }
      return StatusServer.text(.ok, "ok\n")
    }
  }

  /// `GET /metrics`.
  func addMetrics(to router: Router<some RequestContext>) {
    guard let exporter else { return }
    let (control, limit) = (control, stuckAfter)
    router.get("metrics") { _, _ in
      if control.pulse.isStuck(at: .now(), limit: limit) {
        return StatusServer.text(.serviceUnavailable, "the control loop does not turn\n")
      }
      return Response(
        status: .ok, headers: [.contentType: OpenMetricsText.contentType],
        body: ResponseBody(byteBuffer: await exporter.text()))
    }
  }

  /// `GET /status`, whole, as `?form=summary` or without addresses as `?form=node`, `GET /interfaces`,
  /// `GET /routes`, `GET /explain?target=ADDRESS|NAMESPACE/NAME`, `GET /drain` and `GET /events`, all
  /// JSON.
  func addStatus(to router: Router<some RequestContext>) {
    addEvents(to: router)
    let control = control
    router.get("interfaces") { _, _ in
      try StatusServer.json(StatusRenderer.json(await control.interfacesDocument()))
    }
    router.get("routes") { _, _ in
      try StatusServer.json(StatusRenderer.json(await control.routesDocument()))
    }
    router.get("status") { request, _ in
      let document = await control.statusDocument()
      switch request.uri.queryParameters.get("form") {
      case "summary":
        return try StatusServer.json(
          String(decoding: SpeakerSummary(document).wire(), as: UTF8.self))
      case "node": return try StatusServer.json(StatusRenderer.json(document.ofTheNode))
      default: return try StatusServer.json(StatusRenderer.json(document))
      }
    }
    router.get("explain") { request, _ in
      guard let target = request.uri.queryParameters.get("target") else {
        return StatusServer.text(.badRequest, "the parameter target is missing")
      }
      guard target.utf8.count <= Self.longestTarget else {
        return StatusServer.text(.badRequest, "the parameter target is too long")
      }
      guard let document = await control.explain(target) else {
        let why = await control.whyUnknown(target)
        return StatusServer.text(
          .notFound,
          "no service and no address '\(target)' \(Self.unknown) (noService); \(why)")
      }
      return try StatusServer.json(StatusRenderer.json(document))
    }
    router.get("drain") { _, _ in
      try StatusServer.json(StatusRenderer.json(await control.drainDocument()))
    }
  }
}
