#!/usr/bin/env python3
"""The size of the image, without a container engine: runs the last stage of the Dockerfile in a folder
with the smallest Debian that debootstrap makes, and starts the program there. Needs root and debootstrap.
"""

import argparse
import os
import re
import shutil
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def last_stage():
    """The commands of the last stage, and the script that both stages use, as the Dockerfile has them."""
    with open(f"{ROOT}/Dockerfile") as file:
        text = file.read()
    script = re.search(r"<<'SCRIPT' \S+\n(.*?)\nSCRIPT\n", text, re.DOTALL).group(1)
    stage = text[text.rindex("\nFROM "):]
    command = re.search(r"^RUN ((?:.*\\\n)*.*)", stage, re.MULTILINE).group(1).replace("\\\n", " ")
    return re.sub(r"--mount=\S+", "", command), script


def megabytes(path):
    """What the files in a folder hold, in 10^6 octets."""
    output = subprocess.run(["du", "--summarize", "--apparent-size", "--bytes", "-x", path],
                            check=True, capture_output=True, text=True).stdout
    return int(output.split()[0]) / 1e6


def measure(binary, mirror):
    command, script = last_stage()
    with tempfile.TemporaryDirectory(prefix="bellman-image.") as folder:
        root = f"{folder}/root"
        subprocess.run(["debootstrap", "--variant=minbase", "bookworm", root, mirror], check=True,
                       stdout=subprocess.DEVNULL)
        for rest in ("var/cache/apt", "var/lib/apt/lists"):
            shutil.rmtree(f"{root}/{rest}")
        base = megabytes(root)
        os.mkdir(f"{root}/out")
        shutil.copy(binary, f"{root}/out/bellman")
        helper = f"{root}/usr/local/bin/use-snapshot"
        with open(helper, "w") as file:
            file.write(script + "\n")
        os.chmod(helper, 0o755)
        os.makedirs(f"{root}/var/cache/apt/archives/partial")
        subprocess.run(["chroot", root, "sh", "-c", command], check=True,
                       stdout=subprocess.DEVNULL,
                       env={"SNAPSHOT": "", "DEBIAN_FRONTEND": "noninteractive",
                            "PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"})
        os.remove(helper)
        shutil.rmtree(f"{root}/out")
        shutil.rmtree(f"{root}/var/cache/apt")
        # Without /proc a Swift program does not know its arguments, and prints its help.
        subprocess.run(["chroot", "--userspec=65532:65532", root, "/usr/local/bin/bellman"],
                       check=True, stdout=subprocess.DEVNULL)
        whole = megabytes(root)
    size = os.path.getsize(binary) / 1e6
    print("bellman starts as user 65532")
    print(f"| the binary | {size:.1f} MB |")
    print(f"| libpcap, libstdc++, nftables and what they need | {whole - base - size:.1f} MB |")
    print(f"| Debian as debootstrap makes it, without documentation left out | {base:.1f} MB |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bellman", required=True, metavar="FILE",
                        help="the program, built as the Dockerfile builds it")
    parser.add_argument("--mirror", default="http://deb.debian.org/debian")
    options = parser.parse_args()
    measure(options.bellman, options.mirror)


if __name__ == "__main__":
    main()
