"""What takes an address over: Bellman, and keepalived from Debian. Both run on every node of a lab."""

import json
import os
import signal
import subprocess
import time

from cluster import VIP, Failure, run, wait_for


class Contender:
    """Processes on the nodes of a lab; `processes` maps a node's name to those of it."""

    can_drain = False
    patience = 2.5

    def __init__(self, lab, nice):
        self.lab, self.nice = lab, nice
        self.address = VIP
        self.processes = {}
        self.logs = []

    def start_all(self):
        for node in self.lab.nodes:
            self.start(node)

    def spawn(self, node, command):
        log = open(f"{self.lab.directory}/{node.name}.bench.log", "a")
        self.logs.append(log)
        # nice and ip become the program itself.
        self.processes[node.name] = subprocess.Popen(
            ["nice", "-n", str(self.nice), *node.inside(*command)], stdout=log, stderr=log,
            stdin=subprocess.DEVNULL)

    def signal(self, node, number):
        for pid in self.pids(node):
            os.kill(pid, number)

    def pids(self, node):
        return [self.processes[node.name].pid]

    def crash(self, node):
        """The processes freeze, the links go, the processes die: nobody says goodbye."""
        command = node.cut()
        pids = self.pids(node)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        at = time.time()
        run(*command)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self.reap(node)
        return at

    def terminate(self, node):
        at = time.time()
        self.processes[node.name].send_signal(signal.SIGTERM)
        return at

    def reap(self, node):
        try:
            self.processes.pop(node.name).wait(timeout=15)
        except subprocess.TimeoutExpired:
            raise Failure(f"the process of {node.name} does not end") from None

    def stop_all(self):
        for name in list(self.processes):
            for pid in self.pids(self.lab.node(name)):
                os.kill(pid, signal.SIGCONT)
                os.kill(pid, signal.SIGTERM)
        for name in list(self.processes):
            self.reap(self.lab.node(name))
        for log in self.logs:
            log.close()

    def settled(self):
        """The owner, once all running nodes agree on it."""
        try:
            return wait_for("one owner of the address", self.agreed, 40)
        except Failure as failure:
            raise Failure(f"{failure}; {self.views()}") from None

    def views(self):
        """What is known of the owner, for the error."""
        return ""


class Bellman(Contender):
    can_drain = True

    def __init__(self, lab, nice, *arguments):
        super().__init__(lab, nice)
        self.arguments = arguments
        self.can_drain = " drain " in run(lab.program, "--help")

    def start(self, node):
        self.spawn(node, [
            self.lab.program, "speaker", "--manifests", f"{self.lab.directory}/manifests", "--node",
            node.name, "--socket", self.socket(node), "--peer-key-file",
            f"{self.lab.directory}/peers.key", *self.arguments])

    def socket(self, node):
        return f"{self.lab.directory}/{node.name}.sock"

    def view(self, node):
        done = subprocess.run(
            [self.lab.program, "status", "-o", "json", "--socket", self.socket(node)],
            capture_output=True, text=True)
        if done.returncode != 0:
            return None
        found = [row for row in json.loads(done.stdout)["addresses"] if row["address"] == self.address]
        return found[0]["layer2"] if found else None

    def agreed(self):
        views = {name: self.view(self.lab.node(name)) for name in self.processes}
        if not all(views.values()):
            return None
        owners = {view.get("owner") for view in views.values()}
        answering = [name for name, view in views.items() if view["verdict"] == "owner"]
        return answering[0] if len(answering) == 1 and owners == set(answering) else None

    def views(self):
        texts = []
        for name in self.processes:
            log = f"{self.lab.directory}/{name}.bench.log"
            with open(log) as file:
                texts.append(f"{name}: {self.view(self.lab.node(name))}\n{file.read()[-3000:]}")
        return "\n".join(texts)

    def drain(self, node, undo=False):
        at = time.time()
        # A node with the only pod of a service under Local keeps that one's address, and is never done.
        run(self.lab.program, "drain", *(["--undo"] if undo else ["--deadline", "2s"]), "--socket",
            self.socket(node), check=undo)
        return at


class Keepalived(Contender):
    def __init__(self, lab, nice, settings, instance, patience):
        super().__init__(lab, nice)
        self.patience = patience
        self.settings, self.instance = settings, instance

    def path(self, node, kind):
        return f"{self.lab.directory}/{node.name}.keepalived.{kind}"

    def start(self, node):
        number = int(node.name.rpartition("-")[2])
        with open(self.path(node, "conf"), "w") as file:
            file.write(
                f"global_defs {{\n  router_id {node.name}\n{self.settings}}}\n"
                f"vrrp_instance failover {{\n  state BACKUP\n  interface eth0\n"
                f"  virtual_router_id 51\n  priority {201 - number}\n{self.instance}"
                f"  virtual_ipaddress {{\n    {VIP}/32 dev eth0\n  }}\n}}\n")
        self.spawn(node, [
            "keepalived", "--dont-fork", "--log-console", "--vrrp", "--use-file",
            self.path(node, "conf"), "--pid", self.path(node, "pid"), "--vrrp_pid",
            self.path(node, "vrrp")])

    def pids(self, node):
        parent = self.processes[node.name].pid
        with open(f"/proc/{parent}/task/{parent}/children") as file:
            return [parent, *map(int, file.read().split())]

    def crash(self, node):
        at = super().crash(node)
        # What a machine has lost that was without power.
        run("ip", "-n", node.namespace, "address", "del", f"{VIP}/32", "dev", "eth0", check=False)
        return at

    def agreed(self):
        owners = [name for name in self.processes
                  if VIP in run("ip", "-n", self.lab.node(name).namespace, "-o", "address", "show",
                                "dev", "eth0")]
        return owners[0] if len(owners) == 1 else None
