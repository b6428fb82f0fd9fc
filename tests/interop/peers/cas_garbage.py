"""A program for `cas` attachments that makes no sense: random signalling bits for random times, and noise.

    python cas_garbage.py --attach PREFIX --clock PATH --first TS --last TS [--blocks N] [--seed N]

After N blocks it is quiet: idle bits and silence for 200 blocks; then it has finished. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import struct
import sys

BLOCK = 160
IDLE = 0b1001
SILENCE = b"\xd5" * BLOCK
QUIET_BLOCKS = 200
NO_DEADLINE = 2**64 - 1
FINISHED = 2**64 - 2


def dial(path: str) -> socket.socket:
    program = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    program.connect(path)
    return program


class Circuit:
    """One attachment; its bits change one block in ten, its octets are noise half of the time."""

    def __init__(self, path: str, draw: random.Random, blocks: int) -> None:
        self.line, self.draw, self.blocks = dial(path), draw, blocks
        self.bits, self.noisy, self.sent = IDLE, False, 0

    def give(self) -> None:
        if self.sent >= self.blocks:
            self.bits, self.noisy = IDLE, False
        elif self.draw.random() < 0.1:
            self.bits, self.noisy = self.draw.randrange(16), self.draw.random() < 0.5
        self.line.send(bytes([self.bits]) + (self.draw.randbytes(BLOCK) if self.noisy else SILENCE))
        self.sent += 1

    def answer_all(self) -> None:
        """A block for each block that is there."""
        try:
            while self.line.recv(4096, socket.MSG_DONTWAIT):
                self.give()
        except BlockingIOError:
            pass


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--attach", required=True)
    parser.add_argument("--clock", required=True)
    for name, default in (("first", 1), ("last", 1), ("blocks", 500), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    slots = [slot for slot in range(options.first, options.last + 1) if slot != 16]
    circuits = [Circuit(f"{options.attach}{slot}", draw, options.blocks) for slot in slots]
    clock = dial(options.clock)
    for circuit in circuits:
        circuit.give()
    finished = False
    while not finished and (question := clock.recv(8)):
        for circuit in circuits:
            circuit.answer_all()
        finished = all(circuit.sent > options.blocks + QUIET_BLOCKS for circuit in circuits)
        clock.send(question + struct.pack("<Q", FINISHED if finished else NO_DEADLINE))
    print(json.dumps({"blocks": sum(circuit.sent for circuit in circuits)}), flush=True)  # noqa: T201
    circuits[0].line.recv(1)  # stay until the machine closes
    return 0


if __name__ == "__main__":
    sys.exit(main())
