import ArgumentParser
import Speaker

/// What the command line says about the TCP address for metrics, probes and status.
struct ListenArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Serve /metrics, /healthz, /readyz and the status there too, but no commands; needs a "
        + "certificate and a token unless it is a loopback address.",
      valueName: "address:port"),
    transform: AddressArgument.placeWithPort)
  var listen: ListenAddress?

  @Option(
    help: ArgumentHelp(
      "Certificate chain for --listen, PEM; read again when it changes.", valueName: "file"))
  var listenCert: String?

  @Option(
    help: ArgumentHelp("The key of that certificate, PEM.", valueName: "file"))
  var listenKey: String?

  @Option(
    help: ArgumentHelp(
      "Token that requests to --listen bear, but for the probes; read again when it changes.",
      valueName: "file"))
  var listenTokenFile: String?

  @Option(
    help: ArgumentHelp(
      "Serve metrics and probes there too, to everybody, in clear text, and nothing else.",
      valueName: "address:port"),
    transform: AddressArgument.placeWithPort)
  var metricsListen: ListenAddress?

  @Flag(help: "Serve metrics and probes on --listen to everybody, in clear text, and no status.")
  var insecureListen = false

  @Flag(
    name: .customLong("metallb-metrics"),
    help: "Export metrics under MetalLB's names too, for the dashboards that there are.")
  var metallbMetrics = false

  func validate() throws {
    guard (listenCert == nil) == (listenKey == nil) else {
      throw ValidationError("--listen-cert and --listen-key belong together; give both")
    }
    if let metricsListen, metricsListen == listen {
      throw ValidationError(
        "--listen and --metrics-listen have the same address \(metricsListen); choose another port")
    }
    guard listen == nil else { return }
    let flags = [
      (listenCert != nil, "--listen-cert"), (listenTokenFile != nil, "--listen-token-file"),
      (insecureListen, "--insecure-listen"),
    ]
    if let flag = flags.first(where: \.0)?.1 {
      throw ValidationError("\(flag) has no effect without --listen ADDRESS:PORT")
    }
  }

  /// What the speaker is told.
  func options() -> [ListenOptions] {
    var options: [ListenOptions] = []
    if let listen {
      var tls: ListenOptions.TLSFiles?
      if let listenCert, let listenKey { tls = .init(certificate: listenCert, key: listenKey) }
      options.append(
        ListenOptions(
          address: listen, tls: tls, tokenFile: listenTokenFile, isInsecure: insecureListen))
    }
    if let metricsListen { options.append(ListenOptions(address: metricsListen, isInsecure: true)) }
    return options
  }
}
