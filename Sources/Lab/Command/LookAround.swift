/// How to look around in a lab that is left running.
enum LookAround {
  static func text(_ topology: Topology, directory: RunDirectory, binary: String) -> String {
    func on(_ machine: Machine, _ command: String) -> String {
      "ip netns exec \(machine.namespace) \(command)"
    }
    let node = topology.nodes[0]
    let lines: [(String, [String])] = [
      (
        "what the speakers say",
        [
          "\(binary) status --socket \(directory.path)   # all; or one:",
          "\(binary) status --socket \(directory.socket(node: node.name))",
          "\(binary) status routes --socket \(directory.path)",
          "\(binary) explain lab/l2-local --socket \(directory.path)",
          "\(binary) events -f --socket \(directory.path)",
          "tail -f \(directory.log(node.name))",
        ]
      ),
      (
        "what the router has",
        [
          "birdc -s \(directory.routerSocket) show route all",
          "birdc -s \(directory.routerSocket) show protocols",
        ]
      ),
      (
        "what the clients see",
        [
          on(topology.client, "curl --noproxy '*' http://192.0.2.131/"),
          on(topology.client, "ip neigh"),
          on(topology.client, "\(binary) lab-client --address 192.0.2.130"),
          on(topology.outside, "curl --noproxy '*' http://203.0.113.11/"),
        ]
      ),
      (
        "what is on the wire",
        [
          on(topology.client, "tcpdump -ni eth0 'arp or icmp6'"),
          on(topology.router, "tcpdump -ni eth0 tcp port 179"),
        ]
      ),
      (
        "break something, and mend it",
        [
          "\(binary) drain --socket \(directory.socket(node: node.name))   # and --undo",
          "kill -STOP $(ip netns pids \(node.namespace))   # and -CONT",
          "kill -KILL $(ip netns pids \(node.namespace))   # and start it again, in a terminal of its own:",
          on(
            node,
            "\(binary) speaker --node \(node.name) --socket \(directory.socket(node: node.name)) "
              + "--peer-key-file \(directory.peerKey) --relay nftables "
              + "--manifests \(directory.manifests)"),
          "ip -n \(topology.segmentNamespace) link set \(node.name) nomaster   # and master segment",
          "# rather than 'ip link set eth0 down' on the node, with which its routes and IPv6 addresses go",
        ]
      ),
      (
        "change something: speakers and service proxies follow",
        ["editor \(directory.manifests)/endpointslices.yaml"]
      ),
    ]
    var text = "The lab keeps running. In another terminal, as root:\n"
    for (title, commands) in lines {
      text += "\n  \(title)\n" + commands.map { "    \($0)\n" }.joined()
    }
    return text + "\nCtrl-C here ends it and removes everything.\n"
  }
}
