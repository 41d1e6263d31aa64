/// A file of the status page, as it lies in `Assets`.
public struct PageAsset: Sendable {
  /// Its name in `Assets`.
  public let name: String
  /// Its media type.
  public let contentType: String
  /// Its octets.
  public let bytes: [UInt8]

  /// Its path on the server.
  public var path: String { name == "page.html" ? "/" : "/\(name)" }

  /// All files of the page, the page itself first.
  public static let all = [
    PageAsset(name: "page.html", .html, PackageResources.page_html),
    PageAsset(name: "page.css", .css, PackageResources.page_css),
    PageAsset(name: "page.js", .script, PackageResources.page_js),
    PageAsset(name: "tables.js", .script, PackageResources.tables_js),
    PageAsset(name: "map.js", .script, PackageResources.map_js),
    PageAsset(name: "why.js", .script, PackageResources.why_js),
    PageAsset(name: "dom.js", .script, PackageResources.dom_js),
    PageAsset(name: "icon.svg", .image, PackageResources.icon_svg),
  ]

  private enum Kind: String {
    case html = "text/html; charset=utf-8"
    case css = "text/css; charset=utf-8"
    case script = "text/javascript; charset=utf-8"
    case image = "image/svg+xml"
  }

  private init(name: String, _ kind: Kind, _ bytes: [UInt8]) {
    self.name = name
    contentType = kind.rawValue
    self.bytes = bytes
  }
}
