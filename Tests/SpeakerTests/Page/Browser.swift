import Dispatch
import Foundation
import KubernetesClient
import Synchronization
import Testing

/// Chromium without a window, driven through a pipe by its DevTools protocol. It finds loopback
/// addresses only.
struct Browser: Sendable {
  /// What went wrong.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// The path of the program; nil where there is none.
  static let path = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  private let connection: Connection
  /// Answers are waited for here, and not on a thread of the pool.
  private let queue = DispatchQueue(label: "browser")

  /// Runs `body` with a browser that ends with it.
  static func run(_ body: (Browser) async throws -> Void) async throws {
    let browser = Browser(connection: try Connection())
    do {
      try await browser.attach()
      try await body(browser)
    } catch {
      await browser.close()
      throw error
    }
    await browser.close()
  }

  /// Carries out a command of the protocol.
  @discardableResult
  func call(_ method: String, _ parameters: JSONValue = [:]) async throws -> JSONValue {
    try await withCheckedThrowingContinuation { continuation in
      queue.async {
        continuation.resume(with: Result { try connection.call(method, parameters) })
      }
    }
  }

  /// The value of an expression, awaited where it is a promise.
  @discardableResult
  func evaluate(_ expression: String) async throws -> JSONValue {
    let answer = try await call(
      "Runtime.evaluate",
      ["expression": .string(expression), "awaitPromise": true, "returnByValue": true])
    if let exception = answer["exceptionDetails"] {
      throw Failure(
        description: "\(expression): \(String(decoding: exception.octets, as: UTF8.self))")
    }
    return answer["result"]?["value"] ?? .null
  }

  /// Waits until an expression is true; throws where that lasts longer than `seconds`.
  func wait(for expression: String, seconds: Double = 20) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while try await evaluate("Boolean(\(expression))") != .boolean(true) {
      guard ContinuousClock.now < end else {
        let text = try await evaluate("document.body?.innerText ?? ''").string ?? ""
        throw Failure(description: "'\(expression)' did not become true; the page says:\n\(text)")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Shows the page in a window of that size.
  func resize(width: Int64, height: Int64) async throws {
    try await call(
      "Emulation.setDeviceMetricsOverride",
      [
        "width": .integer(width), "height": .integer(height), "deviceScaleFactor": 1,
        "mobile": .boolean(width < 600),
      ])
  }

  /// Writes a picture of the whole page into the folder of $BELLMAN_SCREENSHOTS, if that is set.
  func picture(_ name: String) async throws {
    guard let folder = ProcessInfo.processInfo.environment["BELLMAN_SCREENSHOTS"] else { return }
    let answer = try await call(
      "Page.captureScreenshot", ["captureBeyondViewport": true, "format": "png"])
    let image = Data(base64Encoded: answer["data"]?.string ?? "") ?? Data()
    try image.write(to: URL(filePath: folder).appending(path: "\(name).png"))
  }

  /// What the browser complained about since the last time: exceptions, and what a policy forbade.
  func complaints() -> [String] { connection.takeComplaints() }

  /// It ends its own processes where it can.
  private func close() async {
    _ = try? await call("Browser.close")
    await withCheckedContinuation { continuation in
      queue.async {
        connection.end()
        continuation.resume()
      }
    }
  }

  private func attach() async throws {
    let targets = try await call("Target.getTargets")["targetInfos"]?.array ?? []
    guard let page = targets.first(where: { $0["type"] == "page" })?["targetId"] else {
      throw Failure(description: "the browser has no page")
    }
    let session = try await call("Target.attachToTarget", ["targetId": page, "flatten": true])
    connection.session.withLock { $0 = session["sessionId"] }
    for domain in ["Page", "Runtime", "Log", "Accessibility"] { try await call("\(domain).enable") }
  }
}

/// The process of a browser and its pipes.
private final class Connection: Sendable {
  private struct State {
    var number: Int64 = 0
    var unread: [UInt8] = []
    var complaints: [String] = []
  }

  private let state = Mutex(State())
  let session = Mutex<JSONValue?>(nil)
  private let pid: pid_t
  private let input: CInt
  private let output: CInt
  private let folder = TemporaryDirectory()

  init() throws {
    guard let program = Browser.path else {
      throw Browser.Failure(description: "the package chromium is not installed")
    }
    var commands: [CInt] = [-1, -1]
    var answers: [CInt] = [-1, -1]
    guard pipe(&commands) == 0, pipe(&answers) == 0 else {
      throw Browser.Failure(description: "no pipe: \(String(cString: strerror(errno)))")
    }
    for end in commands + answers { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // The protocol wants these two numbers, which may be those of the pipes themselves.
    posix_spawn_file_actions_adddup2(&actions, commands[0], 103)
    posix_spawn_file_actions_adddup2(&actions, answers[1], 104)
    posix_spawn_file_actions_adddup2(&actions, 103, 3)
    posix_spawn_file_actions_adddup2(&actions, 104, 4)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A group of its own, so that all its processes can be ended at once; and threads of the test
    // runner block signals, which it would inherit.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
    let words = [
      program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
      "--no-first-run", "--disable-background-networking", "--disable-component-update",
      "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
      "--user-data-dir=\(folder.path)", "--remote-debugging-pipe", "about:blank",
    ]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var started: pid_t = 0
    let code = posix_spawn(&started, program, &actions, &attributes, &arguments, environ)
    close(commands[0])
    close(answers[1])
    guard code == 0 else {
      close(commands[1])
      close(answers[0])
      throw Browser.Failure(
        description: "cannot start \(program): \(String(cString: strerror(code)))")
    }
    (pid, input, output) = (started, commands[1], answers[0])
  }

  deinit {
    close(input)
    close(output)
  }

  /// Waits for the end of the browser, for 10 s at most; then it is ended with all its processes.
  func end() {
    var status: CInt = 0
    for _ in 0..<1000 {
      if waitpid(pid, &status, WNOHANG) == pid { return }
      usleep(10_000)
    }
    kill(-pid, SIGKILL)
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
  }

  func call(_ method: String, _ parameters: JSONValue) throws -> JSONValue {
    try state.withLock { state in
      state.number += 1
      var command: [String: JSONValue] = [
        "id": .integer(state.number), "method": .string(method), "params": parameters,
      ]
      if let session = session.withLock(\.self) { command["sessionId"] = session }
      let octets = JSONValue.object(command).octets + [0]
      guard write(input, octets, octets.count) == octets.count else {
        throw Browser.Failure(description: "the browser takes no commands")
      }
      while true {
        let message = try next(&state)
        guard message["id"]?.integer == state.number else {
          note(message, &state)
          continue
        }
        if let error = message["error"] {
          throw Browser.Failure(
            description: "\(method): \(String(decoding: error.octets, as: UTF8.self))")
        }
        return message["result"] ?? .null
      }
    }
  }

  func takeComplaints() -> [String] {
    state.withLock { state in
      defer { state.complaints = [] }
      return state.complaints
    }
  }

  private func note(_ message: JSONValue, _ state: inout State) {
    guard let method = message["method"]?.string,
      ["Runtime.exceptionThrown", "Log.entryAdded"].contains(method),
      let parameters = message["params"]
    else { return }
    state.complaints.append(String(decoding: parameters.octets, as: UTF8.self))
  }

  private func next(_ state: inout State) throws -> JSONValue {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      if let end = state.unread.firstIndex(of: 0) {
        let message = state.unread[..<end]
        state.unread.removeFirst(end + 1)
        return try JSONValue(parsing: message)
      }
      var waiting = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 120_000) == 1 else {
        throw Browser.Failure(description: "the browser does not answer")
      }
      let count = read(output, &chunk, chunk.count)
      guard count > 0 else { throw Browser.Failure(description: "the browser has ended") }
      state.unread += chunk.prefix(count)
    }
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips where there is no Chromium; in CI, where the variable `CI` is set, the tests run and fail
  /// instead.
  static var needsBrowser: Self {
    .enabled("needs the Debian package chromium") {
      Browser.path != nil || ProcessInfo.processInfo.environment["CI"] != nil
    }
  }
}
