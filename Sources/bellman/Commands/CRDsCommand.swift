import ArgumentParser
import Speaker

struct CRDsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crds",
    abstract: "Print the definitions of Bellman's own kinds, for kubectl apply.",
    discussion: """
      The kinds of metallb.io are MetalLB's, and its own manifests install them; a speaker uses them \
      as they are.
      """)

  func run() throws { print(CustomResources.yaml, terminator: "") }
}
