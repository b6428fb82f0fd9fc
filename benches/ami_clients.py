"""How late AMI clients hear an event: 20 clients, 1,000 events a second, `serve --pace real`.

Usage: python benches/ami_clients.py [--clients 20] [--rate 1000] [--seconds 10] [--machine b_type_small]

One more client sends UserEvents, each with the time at which it was sent; every listener notes when it has the whole
event. Late is what lies between: a control tick of the machine, the way there and back. Prints percentiles over all
events of all clients, in ms. Listeners and sender share one process, so they are charged with its own delay, too.
"""

from __future__ import annotations

import argparse
import json
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BATCH_S = 0.01
LOGIN = b"Action: Login\r\nUsername: bench\r\nSecret: bench\r\nEvents: %s\r\n\r\n"
PERCENTILES = (50, 90, 99, 99.9, 100)


class Listener:
    """A client that notes how late each UserEvent is, in nanoseconds."""

    def __init__(self, address: tuple[str, int], mask: bytes) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(LOGIN % mask)
        self.late: list[int] = []
        self._rest = b""

    def hear(self) -> None:
        self._rest += self.socket.recv(1 << 18)
        *blocks, self._rest = self._rest.split(b"\r\n\r\n")
        now = time.monotonic_ns()
        for block in blocks:
            _, found, sent = block.partition(b"Sent: ")
            if found and b"Event: UserEvent" in block:
                self.late.append(now - int(sent.split(b"\r\n")[0]))


def started(machine: str, seconds: int, folder: Path) -> tuple[subprocess.Popen[str], tuple[str, int]]:
    """`switchsim serve` and the address of its AMI listener."""
    (folder / "users.yaml").write_text("bench: bench\n")
    options = ["--ami", "127.0.0.1:0", "--users", str(folder / "users.yaml"), "--pace", "real",
               "--seconds", str(seconds), "--out", str(folder / "run")]  # fmt: skip
    command = [sys.executable, "-c", "from switchsim.cli.main import main; main()", "serve", machine, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    host, _, port = json.loads(process.stdout.readline())["addresses"]["ami"].rpartition(":")
    return process, (host, int(port))


def heard(address: tuple[str, int], clients: int, rate: int, seconds: int) -> list[int]:
    """How late every event was at every client, sorted."""
    selector = selectors.DefaultSelector()
    listeners = [Listener(address, b"user") for _ in range(clients)]
    sender = Listener(address, b"off")
    for one in [*listeners, sender]:
        selector.register(one.socket, selectors.EVENT_READ, one)
    begun = time.monotonic()
    sent, total = 0, rate * seconds
    last = begun + 1 + seconds + 3
    while time.monotonic() < last and any(len(one.late) < total for one in listeners):
        due = min(total, int((time.monotonic() - begun - 1) * rate))
        if due > sent:
            now = time.monotonic_ns()
            sender.socket.sendall(b"Action: UserEvent\r\nUserEvent: Bench\r\nSent: %d\r\n\r\n" % now * (due - sent))
            sent = due
        for key, _ in selector.select(BATCH_S):
            key.data.hear()
    missing = sum(total - len(one.late) for one in listeners)
    assert not missing, f"{missing} events did not come"
    return sorted(late for one in listeners for late in one.late)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--clients", type=int, default=20)
    options.add_argument("--rate", type=int, default=1000)
    options.add_argument("--seconds", type=int, default=10)
    options.add_argument("--machine", default="b_type_small")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        process, address = started(asked.machine, asked.seconds + 8, Path(folder))
        try:
            late = heard(address, asked.clients, asked.rate, asked.seconds)
        finally:
            process.terminate()
            process.communicate()
    print(f"{asked.clients} clients, {asked.rate} events/s, {asked.seconds} s: {len(late)} arrivals")
    for percentile in PERCENTILES:
        place = min(len(late) - 1, int(len(late) * percentile / 100))
        print(f"  {percentile:>5} %  {late[place] / 1e6:8.1f} ms")


if __name__ == "__main__":
    main()
