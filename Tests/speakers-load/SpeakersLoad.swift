import Addresses
import FoundationEssentials
import Glibc
import Hummingbird
import KubernetesClient
import Logging
import NIOCore
import Status
import TestAPIServer

/// Plays the speakers of a large cluster and its API server, for `Benchmarks/cluster_status.py`.
///
/// `speakers-load FOLDER SERVICES SPEAKERS DEAD summary|whole` writes FOLDER/kubeconfig, prints `ready`,
/// and goes on until its standard input ends. The last DEAD speakers take questions and never answer.
/// With `whole` the speakers know no summaries and answer with all that they have.
@main
enum SpeakersLoad {
  static func main() async throws {
    let words = Array(CommandLine.arguments.dropFirst())
    guard words.count == 5, let services = Int(words[1]), let speakers = Int(words[2]),
      let dead = Int(words[3]), (1...250).contains(speakers), dead <= speakers
    else {
      print("usage: speakers-load FOLDER SERVICES SPEAKERS DEAD summary|whole")
      return
    }
    let answers = try (0..<speakers).map { number in
      let document = SimulatedSpeaker(number: number, of: speakers, services: services).document
      let octets =
        words[4] == "summary"
        ? try SpeakerSummary(document).wire() : Array(try StatusRenderer.json(document).utf8)
      return ByteBuffer(bytes: octets)
    }
    let (ports, running) = AsyncStream<Int>.makeStream()
    let living = speakers - dead
    let application = Application(
      responder: CallbackResponder<BasicRequestContext> { request, _ in
        // Which speaker is meant is told by the last part of the address, 127.0.1.NUMBER.
        let host = request.head.authority?.split(separator: ":").first?.split(separator: ".").last
        guard let number = host.flatMap({ Int($0) }), (1...speakers).contains(number) else {
          return Response(status: .notFound)
        }
        if number > living { try await Task.sleep(for: .seconds(3600)) }
        var body = answers[number - 1]
        if request.uri.queryParameters.get("form") == nil {
          let speaker = SimulatedSpeaker(number: number - 1, of: speakers, services: services)
          body = ByteBuffer(string: try StatusRenderer.json(speaker.document))
        }
        return Response(
          status: .ok, headers: [.contentType: "application/json"],
          body: ResponseBody(byteBuffer: body))
      },
      configuration: ApplicationConfiguration(address: .hostname("0.0.0.0", port: 0)),
      onServerRunning: { running.yield($0.localAddress?.port ?? 0) },
      logger: Logger(label: "speakers") { _ in SwiftLogNoOpLogHandler() })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      var iterator = ports.makeAsyncIterator()
      guard let port = await iterator.next() else { return }
      try await TestAPIServer.run { server in
        for number in 1...speakers { server.store.put(pod(number, port: port), .pods) }
        try Data(kubeconfig(server.url).utf8).write(to: URL(filePath: "\(words[0])/kubeconfig"))
        print("ready, \(answers.reduce(0) { $0 + $1.readableBytes }) octets of answers")
        fflush(nil)
        await Task.detached { while readLine() != nil {} }.value
      }
      group.cancelAll()
    }
  }

  private static func pod(_ number: Int, port: Int) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": [
        "name": .string("speaker-\(number)"), "namespace": "bellman-system",
        "labels": [
          "app.kubernetes.io/name": "bellman", "app.kubernetes.io/component": "speaker",
        ],
      ],
      "spec": [
        "nodeName": .string("node-\(number)"),
        "containers": [
          [
            "name": "speaker",
            "ports": [["name": "status", "containerPort": .integer(Int64(port))]],
          ]
        ],
      ],
      "status": ["phase": "Running", "podIP": .string("127.0.1.\(number)")],
    ]
  }

  private static func kubeconfig(_ url: String) -> String {
    """
    apiVersion: v1
    kind: Config
    current-context: load
    clusters: [{name: load, cluster: {server: "\(url)"}}]
    users: [{name: load, user: {}}]
    contexts: [{name: load, context: {cluster: load, user: load}}]
    """
  }
}
