import Addresses
import Foundation
import KubernetesClient
import Logging
import Status
import Synchronization
import Testing

@testable import Speaker

/// The status page as people meet it: in a browser, from a real server.
@Suite("The status page in a browser", .serialized, .needsBrowser, .timeLimit(.minutes(5)))
struct PageBrowserTests {
  private static let rows = "document.querySelectorAll('#address-table tbody tr')"

  /// Runs `body` with a browser that shows the page of `fixture`.
  private static func open(
    _ fixture: PageFixture, _ body: @escaping @Sendable (Browser) async throws -> Void
  ) async throws {
    try await PageServerTests.run(fixture.source) { url in
      try await Browser.run { browser in
        try await browser.resize(width: 1280, height: 900)
        try await browser.call("Page.navigate", ["url": .string(url)])
        try await browser.wait(for: "\(rows).length > 0")
        try await body(browser)
        #expect(browser.complaints() == [])
      }
    }
  }

  /// Has the page ask now: it does when its updates go on.
  private static func refresh(_ browser: Browser) async throws {
    try await browser.evaluate(
      "document.getElementById('pause').click(), document.getElementById('pause').click()")
  }

  private static func text(_ selector: String, _ browser: Browser) async throws -> String {
    try await browser.evaluate("document.querySelector('\(selector)').innerText").string ?? ""
  }

  @Test func aSpeakerShowsWhatItKnowsAndWhy() async throws {
    try await ListenRig.run(.loopback, manifests: PageRoutesTests.manifests) { rig in
      try await Browser.run { browser in
        try await browser.resize(width: 1280, height: 900)
        try await browser.call(
          "Page.navigate", ["url": .string("http://127.0.0.1:\(rig.place.port)/")])
        try await browser.wait(for: "\(Self.rows).length === 1")
        #expect(try await Self.text("h1", browser) == "Bellman on node-1")
        #expect(try await Self.text("tbody th", browser) == "192.0.2.200")
        #expect(
          try await Self.text("#problems", browser).contains("nobody announces it: addressInNoPool")
        )
        try await browser.evaluate("document.querySelector('[data-why]').click()")
        try await browser.wait(for: "document.querySelector('#why .conclusion')")
        #expect(try await Self.text("#why", browser).contains("addressInNoPool"))
        try await browser.picture("speaker")
        #expect(browser.complaints() == [])
      }
    }
  }

  /// Through an API server and its pod proxy.
  @Test func aClusterShowsAllItsSpeakers() async throws {
    try await SpeakerSurveyTests.withSpeakers([.summary, .whole, .refusal]) { survey in
      try await PageServerTests.run(.cluster(survey)) { url in
        try await Browser.run { browser in
          try await browser.call("Page.navigate", ["url": .string(url)])
          try await browser.wait(for: "\(Self.rows).length === 1")
          #expect(try await Self.text("#heard", browser).hasPrefix("2 of 3 speakers answered"))
          #expect(try await Self.text("#address-table tbody", browser).contains("node-1"))
          #expect(
            try await browser.evaluate("document.querySelectorAll('#node-table tbody tr').length")
              == 3)
          #expect(try await Self.text("#problems", browser).contains("node-3: not heard"))
        }
      }
    }
  }

  @Test func problemsComeFirstAndTextStaysText() async throws {
    let fixture = PageFixture()
    fixture.state.withLock { $0.isSessionUp = false }
    try await Self.open(fixture) { browser in
      let problems = try await Self.text("#problems", browser)
      #expect(problems.contains("tor-a: the session is Active; last error: sent 4/0 Hold Timer"))
      #expect(problems.contains("node-4: not heard: no answer within 5.0 s"))
      // The address with a problem stands before the lower one without.
      #expect(
        try await browser.evaluate(
          "[...document.querySelectorAll('#address-table tbody th')].map(cell => cell.innerText).join()"
        )
          == "2001:db8:0:113::10,192.0.2.130")
      #expect(try await Self.text("#address-table", browser).contains(PageFixture.hostile))
      #expect(try await browser.evaluate("document.images.length") == 0)
      #expect(try await browser.evaluate("document.title.endsWith('192.0.2.1:6443')") == true)
      let drawing = try await browser.evaluate(
        "[...document.querySelectorAll('#map text')].map(text => text.textContent).join()")
      #expect(drawing.string?.contains("tor-a: 1 of 2 sessions") == true)
      #expect(
        try await browser.evaluate("document.querySelectorAll('#map path.broken').length") == 1)
      try await browser.picture("desktop")
      try await Self.scheme("dark", browser)
      try await browser.picture("dark")
    }
  }

  @Test func changesAreToldAndTheFocusStays() async throws {
    let fixture = PageFixture()
    try await Self.open(fixture) { browser in
      #expect(try await Self.text("#news", browser) == "")
      try await browser.evaluate("document.querySelector('[data-why=\"192.0.2.130\"]').focus()")
      fixture.state.withLock { $0.owner = "node-2" }
      // An answer of the server is good for a moment.
      try await Task.sleep(for: .seconds(2.5))
      try await Self.refresh(browser)
      try await browser.wait(for: "document.getElementById('news').innerText !== ''")
      #expect(try await Self.text("#news", browser).contains("192.0.2.130: node-1 to node-2"))
      #expect(try await Self.text("tr.fresh", browser).contains("192.0.2.130"))
      #expect(
        try await browser.evaluate("document.activeElement.dataset.why") == "192.0.2.130")
      fixture.state.withLock { $0.failure = "the cluster is <b>away</b>" }
      try await Task.sleep(for: .seconds(2.5))
      try await Self.refresh(browser)
      try await browser.wait(for: "document.getElementById('trouble').innerText !== ''")
      #expect(
        try await Self.text("#trouble", browser).contains("the cluster is <b>away</b>. What is"))
      #expect(try await browser.evaluate("\(Self.rows).length") == 2)
      _ = browser.complaints()
    }
  }

  @Test func thousandsOfAddressesAreAFewRows() async throws {
    let fixture = PageFixture()
    fixture.state.withLock { $0.more = 4998 }
    try await Self.open(fixture) { browser in
      #expect(try await Self.text("#address-count", browser) == "1 to 50 of 5,000 addresses")
      #expect(try await browser.evaluate("\(Self.rows).length") == 50)
      let elements = try await browser.evaluate("document.querySelectorAll('*').length")
      #expect((elements.integer ?? .max) < 2500)
      try await browser.evaluate("document.getElementById('address-next').click()")
      #expect(try await Self.text("#address-count", browser).hasPrefix("51 to 100 of"))
      try await browser.evaluate(
        """
        document.getElementById('filter').value = 'many/WEB-49 tor-a';
        document.getElementById('filter').dispatchEvent(new Event('input', { bubbles: true }))
        """)
      // 49, 490 to 499, 4900 to 4997.
      #expect(
        try await Self.text("#address-count", browser) == "1 to 50 of 109 addresses, of 5,000")
      let milliseconds = try await browser.evaluate(
        """
        (() => {
          const start = performance.now();
          document.getElementById('filter').value = '';
          document.getElementById('filter').dispatchEvent(new Event('input', { bubbles: true }));
          return Math.round(performance.now() - start);
        })()
        """)
      #expect((milliseconds.integer ?? .max) < 2000)
      try await browser.picture("many")
    }
  }

  @Test func onAPhoneNothingIsCutOff() async throws {
    let fixture = PageFixture()
    fixture.state.withLock { $0.isSessionUp = false }
    try await Self.open(fixture) { browser in
      for width in [320, 360, 640, 1151, 1153, 1280] as [Int64] {
        try await browser.resize(width: width, height: 740)
        #expect(
          try await browser.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth") == true,
          "at \(width)")
      }
      try await browser.resize(width: 360, height: 740)
      try await browser.picture("phone")
      try await browser.evaluate("document.querySelector('[data-why=\"192.0.2.130\"]').click()")
      try await browser.wait(for: "document.querySelector('#why .conclusion')")
      #expect(
        try await browser.evaluate(
          "document.querySelector('#why').scrollWidth <= document.querySelector('#why').clientWidth"
        )
          == true)
      // Large enough for a finger (WCAG 2.2, 2.5.8).
      #expect(
        try await browser.evaluate(
          """
          [...document.querySelectorAll('button, input')].filter(item => item.offsetParent !== null)
            .every(item => item.getBoundingClientRect().height >= 20)
          """) == true)
    }
  }

  @Test(arguments: ["light", "dark"])
  func textStandsOut(scheme: String) async throws {
    let fixture = PageFixture()
    fixture.state.withLock { $0.isSessionUp = false }
    try await Self.open(fixture) { browser in
      try await Self.scheme(scheme, browser)
      let dark = try await browser.evaluate(
        "getComputedStyle(document.body).backgroundColor !== 'rgb(255, 255, 255)'")
      #expect(dark == .boolean(scheme == "dark"))
      try await browser.evaluate("document.querySelector('[data-why]').click()")
      try await browser.wait(for: "document.querySelector('#why .conclusion')")
      let faint = try await browser.evaluate(Self.faintTexts)
      #expect(faint.array == [], "contrast under 4.5 to 1 (WCAG 1.4.3)")
    }
  }

  private static func scheme(_ name: String, _ browser: Browser) async throws {
    try await browser.call(
      "Emulation.setEmulatedMedia",
      [
        "features": [
          ["name": "prefers-color-scheme", "value": .string(name)],
          ["name": "prefers-reduced-motion", "value": "reduce"],
        ]
      ])
  }

  /// The texts whose contrast with what is behind them is below 4.5 to 1.
  private static let faintTexts = """
    (() => {
      const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
      const light = ([red, green, blue]) => [red, green, blue].map((part) => part / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
      const behind = (element) => {
        for (let one = element; one; one = one.parentElement) {
          const colour = numbers(getComputedStyle(one).backgroundColor);
          if (colour.length === 3 || colour[3] > 0) return colour;
        }
        return [255, 255, 255];
      };
      const found = [];
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim() || !element.checkVisibility() || element.closest('svg, noscript')) continue;
        const [one, other] = [numbers(getComputedStyle(element).color), behind(element)].map(light);
        const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        if (contrast < 4.5) found.push(`${contrast.toFixed(1)}: ${texts.currentNode.data}`);
      }
      return found;
    })()
    """

  @Test func aScreenReaderFindsNamesAndStructure() async throws {
    let fixture = PageFixture()
    fixture.state.withLock { $0.isSessionUp = false }
    try await Self.open(fixture) { browser in
      for width in [1280, 360] as [Int64] {
        try await browser.resize(width: width, height: 900)
        let nodes = try await Self.accessible(browser)
        func names(_ role: String) -> [String] {
          nodes.filter { $0.role == role }.map(\.name)
        }
        #expect(
          names("main").count == 1 && names("banner").count == 1 && names("search").count == 1)
        #expect(names("heading").contains("Problems: 3"))
        #expect(
          names("table") == [
            "Who announces each address; those with problems first",
            "The nodes, what each announces, and its routers",
          ], "at \(width)")
        #expect(names("columnheader").prefix(3) == ["Address", "Services", "State"], "at \(width)")
        #expect(
          Set(["192.0.2.130", "2001:db8:0:113::10", "node-1"])
            .isSubset(of: names("rowheader")), "at \(width)")
        #expect(names("button").contains("Why 192.0.2.130?"))
        #expect(
          names("searchbox") == ["Filter by address, service, pool, node, router or problem"])
        for role in ["button", "link", "searchbox", "checkbox", "table", "heading", "img", "image"]
        {
          #expect(!names(role).contains(""), "a \(role) without a name")
        }
        // Signs are for the eye; what they say is in the words.
        #expect(!nodes.contains { $0.name == "✓" || $0.name == "✗" })
      }
    }
  }

  private static func accessible(
    _ browser: Browser
  ) async throws -> [(role: String, name: String)] {
    let nodes = try await browser.call("Accessibility.getFullAXTree")["nodes"]?.array ?? []
    return nodes.filter { $0["ignored"] != true }.map { node in
      (node["role"]?["value"]?.string ?? "", node["name"]?["value"]?.string ?? "")
    }
  }

  @Test func theKeyboardIsEnough() async throws {
    try await Self.open(PageFixture()) { browser in
      func press(_ key: String, _ code: Int64) async throws {
        for type in ["keyDown", "keyUp"] as [JSONValue] {
          var event: [String: JSONValue] = [
            "type": type, "key": .string(key), "windowsVirtualKeyCode": .integer(code),
          ]
          if key == "Enter" { event["text"] = "\r" }
          try await browser.call("Input.dispatchKeyEvent", .object(event))
        }
      }
      try await press("Tab", 9)
      #expect(try await browser.evaluate("document.activeElement.className") == "skip")
      #expect(
        try await browser.evaluate("getComputedStyle(document.activeElement).outlineStyle")
          == "solid")
      try await press("Enter", 13)
      try await press("Tab", 9)
      #expect(
        try await browser.evaluate("document.activeElement.dataset.why ?? ''") == "192.0.2.130")
      try await press("Enter", 13)
      try await browser.wait(for: "document.querySelector('#why[open] .conclusion')")
      #expect(try await browser.evaluate("document.activeElement.id") == "why-title")
      // Who only asked for the address takes nothing of it.
      #expect(
        try await Self.text("#why", browser).contains(
          "00:00:5e:00:53:98 on eth0 asked for the address"))
      #expect(
        try await browser.evaluate("document.querySelector('#why .conclusion .good') !== null")
          == true)
      try await press("Escape", 27)
      try await browser.wait(for: "!document.querySelector('#why').open")
      #expect(try await browser.evaluate("document.activeElement.dataset.why") == "192.0.2.130")
    }
  }

  @Test func theTokenIsAskedForAndKeptInMemoryOnly() async throws {
    let directory = TemporaryDirectory()
    try directory.write("token", "0123456789abcdef\n")
    var options = ListenOptions.loopback
    options.tokenFile = directory.path + "/token"
    try await ListenRig.run(options, manifests: PageRoutesTests.manifests) { rig in
      try await Browser.run { browser in
        func enter(_ token: String) async throws {
          try await browser.evaluate(
            """
            document.getElementById('token').value = '\(token)';
            document.querySelector('#login button').click()
            """)
        }
        let url = "http://127.0.0.1:\(rig.place.port)/"
        try await browser.call("Page.navigate", ["url": .string(url)])
        try await browser.wait(for: "document.querySelector('#login:not([hidden])')")
        #expect(try await Self.text("#trouble", browser) == "")
        try await browser.picture("token")
        try await enter("fedcba9876543210")
        try await browser.wait(for: "document.getElementById('trouble').innerText !== ''")
        try await enter("0123456789abcdef")
        try await browser.wait(for: "\(Self.rows).length === 1")
        let kept =
          "[document.getElementById('token').value, document.cookie, location.hash, "
          + "localStorage.length + sessionStorage.length].join()"
        #expect(try await browser.evaluate(kept) == ",,,0")
        // In the fragment it works too, and does not stay there.
        try await browser.call("Page.navigate", ["url": "about:blank"])
        try await browser.call(
          "Page.navigate", ["url": .string(url + "#token=0123456789abcdef&why=shop/web")])
        try await browser.wait(for: "document.querySelector('#why[open] .conclusion')")
        #expect(try await browser.evaluate(kept) == ",,,0")
      }
    }
  }
}
