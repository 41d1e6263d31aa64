import Addresses
import Foundation
import KubernetesClient
import Logging
import NIOCore
import Page
import Status
import Synchronization
import Testing

@testable import Speaker

/// The status page of a speaker, on a real socket.
@Suite(.serialized) struct PageRoutesTests {
  static let manifests = """
    apiVersion: v1
    kind: Node
    metadata: {name: node-1}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web, namespace: shop}
    spec: {type: LoadBalancer, ports: [{port: 80}]}
    status: {loadBalancer: {ingress: [{ip: 192.0.2.200}]}}
    """

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../Sources/Page/Assets").standardizedFileURL

  @Test func everyFileOfThePageIsServedAsItIs() async throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(Set(files) == Set(PageAsset.all.map(\.name)))
    try await ListenRig.run(.loopback) { rig in
      for asset in PageAsset.all {
        let file = try Data(contentsOf: Self.folder.appending(path: asset.name))
        let answer = try await rig.ask(asset.path)
        #expect(answer.status == 200, "\(asset.path)")
        #expect(answer.body == String(decoding: file, as: UTF8.self), "\(asset.path)")
        #expect(answer.head.contains(asset.contentType))
      }
    }
  }

  /// What the page loads is what comes with the program.
  @Test func thePageNamesNothingElsewhere() throws {
    for asset in PageAsset.all {
      let text = String(decoding: asset.bytes, as: UTF8.self)
        .replacing("http://www.w3.org/2000/svg", with: "")
      #expect(!text.contains("://"), "\(asset.name)")
      for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
        #expect(!text.contains(word), "\(asset.name): \(word)")
      }
    }
    let page = String(decoding: PageAsset.all[0].bytes, as: UTF8.self)
    #expect(!page.contains("<style") && !page.contains(" style="))
    #expect(page.firstMatch(of: /\son[a-z]+=/) == nil)
    // Every script has a source.
    #expect(page.matches(of: /<script/).count == page.matches(of: /<script [^>]*src=/).count)
  }

  @Test func answersKeepBrowsersFromMixingThePageWithOthers() async throws {
    try await ListenRig.run(.loopback, manifests: Self.manifests) { rig in
      for path in ["/", "/page/overview"] {
        let head = try await rig.ask(path, headers: ["origin: http://192.0.2.9"]).head.lowercased()
        #expect(head.contains("content-security-policy: default-src 'none'; script-src 'self'"))
        #expect(head.contains("frame-ancestors 'none'"))
        #expect(head.contains("x-content-type-options: nosniff"))
        #expect(!head.contains("access-control") && !head.contains("unsafe-inline"))
      }
      #expect(try await rig.ask("/page/overview").head.lowercased().contains("no-store"))
    }
  }

  @Test(arguments: ["/", "/page.js", "/page/overview", "/page/explain?target=192.0.2.200"])
  func onlyGetAndHeadAreAnswered(path: String) async throws {
    try await ListenRig.run(.loopback, manifests: Self.manifests) { rig in
      let whole = try await rig.ask(path)
      let head = try await rig.ask(path, method: "HEAD")
      #expect(whole.status == 200 && head.status == 200)
      #expect(head.body.isEmpty && !whole.body.isEmpty)
      for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        #expect(try await rig.ask(path, method: method).status == 404, "\(method)")
      }
    }
  }

  @Test func theDocumentsTellWhatTheSpeakerKnows() async throws {
    try await ListenRig.run(.loopback, manifests: Self.manifests) { rig in
      let page = try StatusRenderer.parse(
        try await rig.ask("/page/overview").body, as: PageDocument.self)
      #expect(page.scope == .node && page.name == "node-1")
      #expect(page.addresses.map(\.services) == [["shop/web"]])
      for target in ["192.0.2.200", "shop/web", "shop%2Fweb"] {
        let explanation = try StatusRenderer.parse(
          try await rig.ask("/page/explain?target=\(target)").body,
          as: ClusterExplainDocument.self)
        let node = try #require(explanation.addresses.first?.nodes.first)
        #expect(node.decision.layer2.reason == "addressInNoPool")
      }
      let unknown = try await rig.ask("/page/explain?target=shop/other")
      #expect(unknown.status == 404 && unknown.body.contains("'shop/other'"))
      for query in ["", "?target=", "?target=\(String(repeating: "a", count: 601))"] {
        #expect(try await rig.ask("/page/explain\(query)").status == 400)
      }
    }
  }

  @Test func withATokenThePageIsOpenAndWhatItShowsIsNot() async throws {
    let directory = TemporaryDirectory()
    try directory.write("token", "0123456789abcdef\n")
    var options = ListenOptions.loopback
    options.tokenFile = directory.path + "/token"
    try await ListenRig.run(options, manifests: Self.manifests) { rig in
      for asset in PageAsset.all { #expect(try await rig.ask(asset.path).status == 200) }
      for path in ["/page/overview", "/page/explain?target=192.0.2.200"] {
        #expect(try await rig.ask(path).status == 401)
        let answer = try await rig.ask(path, headers: ["authorization: Bearer 0123456789abcdef"])
        #expect(answer.status == 200)
      }
    }
  }

  @Test func insecureServesNoPage() async throws {
    var options = ListenOptions.loopback
    options.isInsecure = true
    let paths = PageAsset.all.map(\.path) + ["/page/overview", "/page/explain?target=a"]
    try await ListenRig.run(options) { rig in
      for path in paths {
        let answer = try await rig.ask(path)
        #expect(answer.status == 404, "\(path)")
      }
      // Prometheus may call this host what it likes.
      #expect(try await rig.ask("/metrics", host: "node-1.example").status == 200)
    }
  }

  @Test func onLoopbackOtherNamesAreRefused() async throws {
    try await ListenRig.run(.loopback, manifests: Self.manifests) { rig in
      for path in ["/", "/status", "/metrics", "/page/overview", "/explain?target=192.0.2.200"] {
        let rebound = try await rig.ask(path, host: "rebound.example:80")
        #expect(rebound.status == 421, "\(path)")
        #expect(try await rig.ask(path, host: "localhost:80").status == 200, "\(path)")
      }
      #expect(try await rig.ask("/healthz", host: "node-1.example").status == 200)
    }
  }

  @Test(arguments: [
    "127.0.0.1", "127.0.0.1:8080", "127.9.9.9:1", "localhost", "LocalHost:80", "[::1]", "[::1]:443",
  ])
  func loopbackNames(authority: String) {
    #expect(LoopbackHostMiddleware.isLoopback(authority))
  }

  @Test(arguments: [
    nil, "", ":80", "192.0.2.1", "127.0.0.1.example", "localhost.example", "example:80", "::1",
    "[::1",
    "[::1]x", "[127.0.0.1]", "[2001:db8::1]:80", "127.0.0.1:80:80", "127.0.0.1:x", "localhost:80@x",
  ])
  func otherNames(authority: String?) {
    #expect(!LoopbackHostMiddleware.isLoopback(authority))
  }
}

/// How often the source of the page is asked.
@Suite struct PageOverviewTests {
  @Test func manyWindowsAskOnce() async throws {
    let questions = Mutex(0)
    let document = PageDocument(
      StatusDocument(
        node: "node-1", programVersion: "0.1.0", pid: 1, startedAt: .now,
        source: SourceStatus(directory: "/m")), askedAt: .now)
    let (waiting, release) = AsyncStream<Void>.makeStream()
    let source = PageSource(
      overview: {
        questions.withLock { $0 += 1 }
        for await _ in waiting { break }
        return document
      }, explain: { throw PageSource.Unknown(description: $0) })
    let overview = PageOverview(source, life: .hours(1))
    try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
      for _ in 0..<20 { group.addTask { try await overview.octets() } }
      release.yield()
      var answers = Set<ByteBuffer>()
      for try await answer in group { answers.insert(answer) }
      #expect(answers.count == 1)
    }
    #expect(questions.withLock(\.self) == 1)
  }

  @Test func aFailureIsNotKept() async throws {
    struct Failure: Error {}
    let questions = Mutex(0)
    let source = PageSource(
      overview: {
        questions.withLock { $0 += 1 }
        throw Failure()
      }, explain: { throw PageSource.Unknown(description: $0) })
    let overview = PageOverview(source, life: .hours(1))
    for _ in 0..<2 {
      await #expect(throws: Failure.self) { _ = try await overview.octets() }
    }
    #expect(questions.withLock(\.self) == 2)
  }
}
