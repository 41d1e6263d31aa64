"""The lab with five nodes, for what takes addresses over: `bellman lab` builds it, we run the rest."""

import json
import os
import re
import signal
import subprocess
import tempfile
import time

VIP = "192.0.2.150"
VIP6 = "2001:db8:0:2:1::150"
SERVICE = "failover"


def ports(number):
    return [{"name": name, "port": number, "protocol": kind}
            for name, kind in (("connections", "TCP"), ("datagrams", "UDP"))]


class Failure(Exception):
    pass


def run(*command, check=True):
    done = subprocess.run(command, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise Failure(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def wait_for(what, condition, seconds=30.0, pause=0.05):
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Failure(f"not so within {seconds:.0f} s: {what}")
        time.sleep(pause)


class Node:
    """A node of the lab. Its kernel stays when it crashes, but nobody can tell."""

    def __init__(self, lab, number):
        self.name = f"node-{number}"
        self.namespace = f"bm{lab.id}-{self.name}"
        self.address = f"192.0.2.{10 + number}"
        self.mac = f"00:00:5e:00:53:{10 + number:02x}"
        self.gateway = f"198.51.100.{128 + (number - 1) * 4 + 1}"
        self.pod = f"198.51.100.{128 + (number - 1) * 4 + 2}"
        self.pod6 = f"2001:db8:0:{0x100 + number:x}::2"
        self.saved = []

    def inside(self, *command):
        return ["ip", "netns", "exec", self.namespace, *command]

    def cut(self):
        """The links go down, as when the power is lost."""
        self.saved = [("-4", line) for line in self._routes("-4")]
        self.saved += [("-6", line) for line in self._routes("-6")]
        return ["ip", "-n", self.namespace, "link", "set", "eth0", "down"]

    def join(self):
        """The links come back with what was configured on them."""
        run("ip", "-n", self.namespace, "address", "flush", "dev", "eth0")
        run("ip", "-n", self.namespace, "link", "set", "eth0", "up")
        host = self.address.rpartition(".")[2]
        run("ip", "-n", self.namespace, "address", "add", f"{self.address}/24", "dev", "eth0")
        run("ip", "-n", self.namespace, "address", "add", f"2001:db8:0:2::{host}/64", "dev", "eth0",
            "nodad")
        for family, line in self.saved:
            run("ip", family, "-n", self.namespace, "route", "replace", *line.split())

    def _routes(self, family):
        text = run("ip", family, "-n", self.namespace, "route", "show", "dev", "eth0")
        return [re.sub(r" (proto kernel|pref medium|linkdown)", "", line).strip() + " dev eth0"
                for line in text.splitlines() if " via " in line]


class Lab:
    """`bellman lab --keep` without its speakers, so that each contender runs its own."""

    def __init__(self, program, nodes):
        self.program, self.count = program, nodes

    def __enter__(self):
        self.log = tempfile.NamedTemporaryFile("w+", prefix="bellman-failover-", suffix=".log")
        self.process = subprocess.Popen(
            [self.program, "lab", "--keep", "--skip-tour", "--nodes", str(self.count)],
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        try:
            text = wait_for("the lab stays", self._ready, 120)
            self.id = re.search(r"bm([a-z0-9]{4})-client", text).group(1)
            self.directory = re.search(r"(/\S*)/manifests/endpointslices.yaml", text).group(1)
            self.nodes = [Node(self, number + 1) for number in range(self.count)]
            self.client = f"bm{self.id}-client"
            self.segment = f"bm{self.id}-segment"
            for node in self.nodes:
                for pid in run("ip", "netns", "pids", node.namespace).split():
                    os.kill(int(pid), signal.SIGKILL)
            # Until they are gone, nobody else can speak for their nodes.
            wait_for("the lab's own processes are gone", lambda: not any(
                run("ip", "netns", "pids", node.namespace).split() for node in self.nodes))
        except BaseException:
            self.__exit__()
            raise
        return self

    def _ready(self):
        with open(self.log.name) as file:
            text = file.read()
        if self.process.poll() is not None:
            raise Failure(f"the lab ended: {text}")
        return text if "Ctrl-C here ends it" in text else None

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def node(self, name):
        return next(node for node in self.nodes if node.name == name)

    def by_source(self, address):
        """The node by which a request came to its pod, by the source that the pod saw."""
        return next((node.name for node in self.nodes if address in (node.address, node.gateway)),
                    address)

    def serve(self, nodes):
        """The service has the pods of these nodes behind it, on every node's proxy."""
        service = {
            "apiVersion": "v1", "kind": "Service",
            "metadata": {"namespace": "lab", "name": SERVICE},
            "spec": {"type": "LoadBalancer", "externalTrafficPolicy": "Cluster",
                     "ports": ports(80)},
            "status": {"loadBalancer": {"ingress": [{"ip": VIP}, {"ip": VIP6}]}}}
        ends = [{"addresses": [node.pod], "nodeName": node.name,
                 "conditions": {"ready": True, "serving": True, "terminating": False}}
                for node in nodes]
        endpoints = {
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": {"namespace": "lab", "name": f"{SERVICE}-1",
                         "labels": {"kubernetes.io/service-name": SERVICE}},
            "endpoints": ends, "ports": ports(8080)}
        path = f"{self.directory}/manifests/failover.json"
        sixth = json.loads(json.dumps(endpoints))
        sixth["addressType"] = "IPv6"
        sixth["metadata"]["name"] = f"{SERVICE}-2"
        for end, node in zip(sixth["endpoints"], nodes):
            end["addresses"] = [node.pod6]
        with open(f"{self.directory}/manifests/.failover", "w") as file:
            json.dump({"apiVersion": "v1", "kind": "List", "items": [service, endpoints, sixth]}, file)
        os.rename(f"{self.directory}/manifests/.failover", path)
        wanted = {node.pod for node in nodes}

        def loaded(node):
            rules = run(*node.inside("nft", "list", "map", "inet", "bellman_lab", "services4"))
            chain = re.search(rf"{VIP} \. tcp \. 80 : goto (\w+)", rules)
            if not chain:
                return False
            text = run(*node.inside("nft", "list", "chain", "inet", "bellman_lab", chain.group(1)))
            return set(re.findall(r"198\.51\.100\.\d+", text)) == wanted
        wait_for("the proxies follow", lambda: all(loaded(node) for node in self.nodes))
