"""A program that keeps the lockstep clock badly, in one of several ways. Standard library only.

    python odd_clock.py BEHAVIOUR --attach PATH --clock PATH

wrong_echo   answers with a time that it was not told
stuck        always asks for the present moment again
silent       is told the time and never answers
orphan       its process ends, while a child holds its sockets open and never answers
long         sends a datagram that is too long for a frame, one of no octets, and one that fits; then has finished
"""

from __future__ import annotations

import argparse
import os
import socket
import struct
import sys
from collections.abc import Callable

FINISHED = 2**64 - 2


def dial(path: str) -> socket.socket:
    program = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    program.connect(path)
    return program


def answers(clock: socket.socket, answer: Callable[[int], tuple[int, int]]) -> None:
    """Answer until the machine closes, or this program has finished."""
    deadline = 0
    while deadline != FINISHED and (question := clock.recv(8)):
        (now,) = struct.unpack("<Q", question)
        echo, deadline = answer(now)
        clock.send(struct.pack("<QQ", echo, deadline))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("behaviour", choices=("wrong_echo", "stuck", "silent", "orphan", "long"))
    parser.add_argument("--attach", required=True)
    parser.add_argument("--clock", required=True)
    options = parser.parse_args()
    line, clock = dial(options.attach), dial(options.clock)
    if options.behaviour == "wrong_echo":
        answers(clock, lambda now: (now + 1, now + 1000))
    elif options.behaviour == "stuck":
        answers(clock, lambda now: (now, now))
    elif options.behaviour == "long":
        for octets in (bytes(265), b"", bytes([0x00, 0x01, 0x01, 0x01])):
            line.send(octets)
        answers(clock, lambda now: (now, FINISHED if now >= 1_000_000 else 1_000_000))
    elif options.behaviour == "orphan" and os.fork():
        return 0
    while line.recv(512):  # stay until the machine closes
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
