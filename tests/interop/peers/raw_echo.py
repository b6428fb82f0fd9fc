"""The smallest program for a `raw` attachment: echoes each block of 160 octets as its next one. Standard library only.

    python raw_echo.py --attach PATH [--clock PATH] [--blocks N]

Sends block 0 (idle) on connecting; what comes in block n goes out as block n + 1: a talker hears himself 40 ms later.
Ends after N blocks received, or when the machine closes; then prints one JSON line with what it counted.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import select
import socket
import struct
import sys

BLOCK = 160
IDLE = b"\xd5" * BLOCK
NO_DEADLINE = 2**64 - 1
FINISHED = 2**64 - 2


def dial(path: str) -> socket.socket:
    program = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    program.connect(path)
    return program


def echo_all(line: socket.socket, heard: list[int], limit: int) -> bool:
    """Echo the blocks that are there now; false when the machine closed.

    A machine that closes with an echo unread shows it once as a reset; the blocks that it sent before are still there.
    """
    while heard[0] != limit:
        try:
            block = line.recv(4096, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except ConnectionResetError:
            continue
        if not block:
            return False
        heard[0] += 1
        heard[1] += len(block) != BLOCK
        with contextlib.suppress(BrokenPipeError):
            line.send(block)
    return True


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--attach", required=True)
    parser.add_argument("--clock")
    parser.add_argument("--blocks", type=int, default=-1)
    options = parser.parse_args()
    line = dial(options.attach)
    clock = dial(options.clock) if options.clock else None
    line.send(IDLE)
    heard, going = [0, 0], True
    while going and heard[0] != options.blocks:
        select.select([clock or line], [], [])
        question = clock.recv(8) if clock else b""
        going = echo_all(line, heard, options.blocks) and not (clock and not question)
        if clock and question:
            done = heard[0] == options.blocks
            clock.send(question + struct.pack("<Q", FINISHED if done else NO_DEADLINE))
    print(json.dumps({"blocks": heard[0], "wrong_length": heard[1]}), flush=True)  # noqa: T201
    if clock:
        line.recv(1)  # stay until the machine closes
    return 0


if __name__ == "__main__":
    sys.exit(main())
