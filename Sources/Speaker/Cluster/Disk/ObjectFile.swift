import KubernetesClient
import LinuxIO
import Resources
import Status

/// The objects of the cluster on the disk of the node, for a speaker that starts while the API server
/// cannot be reached.
///
/// The file is text, one JSON object on each line: first what it is of, then the objects as the API
/// server would send them, then how many there are and a sum over all of it. The time when the API
/// server was last known to be well stands at its very beginning, and is written there again and again.
/// It never holds a Secret, nor a BGPPeer that has a password.
struct ObjectFile: Hashable, Sendable {
  /// The form that this program reads and writes.
  static let form = "bellman-objects/1"
  /// The octets of the largest file that is written and read.
  static let largestSize = 64 << 20

  let path: String
  let identity: Identity

  /// What the objects are of, and what chose them: a file of another one says nothing.
  struct Identity: Hashable, Sendable {
    var node: String
    var server: String
    /// The sum over the certificates that the server is verified by: addresses such as 10.96.0.1 are
    /// those of many clusters.
    var authority: String
    var namespace: String
    var serviceLabels: String

    /// What is read by a speaker with these options.
    init(node: String, _ options: ClusterOptions) {
      self.node = node
      server = options.endpoint.server
      authority = Self.authority(of: options.endpoint)
      namespace = options.namespace
      serviceLabels = options.serviceLabels ?? ""
    }

    private static func authority(of endpoint: Endpoint) -> String {
      var sum = Checksum()
      switch endpoint.verification {
      case .trust(.text(let text)): sum.add(text)
      case .trust(.file(let path)):
        guard let content = try? BoundedFile.read(path, limit: 4 << 20) else { return "unknown" }
        sum.add(content.bytes)
      case .trust(nil): return "system"
      case .none: return "none"
      }
      return sum.description
    }

    var json: JSONValue {
      [
        "node": .string(node), "server": .string(server), "authority": .string(authority),
        "namespace": .string(namespace), "serviceLabels": .string(serviceLabels),
      ]
    }
  }

  /// What is written.
  struct Content: Sendable {
    /// The Services, the EndpointSlices of those that are served, and the Nodes.
    var resources: [Resource] = []
    /// MetalLB's objects, by their file in the store.
    var configuration: [String: [UInt8]] = [:]
    /// The BGPPeers that have a password, and are not written.
    var withheld: [ObjectName] = []
  }

  /// The first line.
  struct Header: Hashable, Sendable {
    /// When the API server was last known to be well.
    var goodAt: Timestamp
    /// How many objects of each kind follow.
    var counts: [String: Int]
    /// The BGPPeers that have a password, and are not in the file.
    var withheld: [String]
  }

  /// What was read.
  struct Objects: Sendable {
    var header: Header
    var objects: [Object] = []
  }

  /// One object that was read.
  struct Object: Sendable {
    var stream: ClusterStream
    var name: ObjectName
    var content: DecodedFile
    /// The text of one that makes up the configuration; empty of others.
    var text: [UInt8] = []
  }

  /// Why a file is not used.
  enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// It cannot be opened or read, or is not ours.
    case unreadable(OwnFile.Failure)
    /// It is not what a speaker wrote.
    case damaged(line: Int, String)
    /// Another version of the program wrote it.
    case otherForm(String)
    /// It is of another cluster or node, or was chosen otherwise.
    case foreign(field: String)
    /// It is older than it may be.
    case tooOld(Timestamp, seconds: Int64)
    /// It is from later than now.
    case fromFuture(Timestamp)

    /// What is wrong, and what to do.
    var description: String {
      switch self {
      case .unreadable(.notOwn): "\(OwnFile.Failure.notOwn); remove it"
      case .unreadable(.cut):
        "it is damaged (\(OwnFile.Failure.cut)), and is replaced when the API was read"
      case .unreadable(let failure): "\(failure)"
      case .damaged(let line, let text):
        "it is damaged (line \(line): \(text)), and is replaced when the API was read"
      case .otherForm(let form):
        "its form is \"\(form)\", not \(ObjectFile.form): another version wrote it, and it is "
          + "replaced when the API was read"
      case .foreign(let field):
        "it was written by a speaker with another \(field), and is replaced when the API was read"
      case .tooOld(let time, let seconds):
        "the API was last well at \(time), more than \(seconds) s ago; --start-from-disk-max-age "
          + "says how old it may be"
      case .fromFuture(let time):
        "it is of \(time), which is yet to come; see that the clock of the node is right"
      }
    }
  }

  /// The first octets of the file, before the time.
  static let start = Array("{\"goodAt\":\"".utf8)
  /// The octets of a time.
  static let timeSize = 20
  /// By how much the clock may have been set back.
  static let clockTolerance: Int64 = 60
}

/// A sum that tells damage, and no forgery: FNV-1a of 64 bits.
struct Checksum: CustomStringConvertible {
  private var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ octets: some Sequence<UInt8>) {
    for octet in octets { value = (value ^ UInt64(octet)) &* 0x100_0000_01b3 }
  }

  /// Sixteen hexadecimal digits.
  var description: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
