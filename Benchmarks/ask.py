#!/usr/bin/env python3
"""Asks the segment for an address by ARP, by broadcast, every few milliseconds until it is ended."""

import socket
import sys
import time


def main():
    interface, own, target, interval = sys.argv[1:]
    asker = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    asker.bind((interface, 0))
    mac = asker.getsockname()[4]
    frame = (b"\xff" * 6 + mac + b"\x08\x06" + b"\x00\x01\x08\x00\x06\x04\x00\x01" + mac
             + socket.inet_aton(own) + bytes(6) + socket.inet_aton(target))
    while True:
        asker.send(frame)
        time.sleep(float(interval))


if __name__ == "__main__":
    main()
