"""Opens timeslots of an emulated E1 line as programs on Osmocom's libraries do. Standard library only, Linux.

    switchsim serve one_e1_pri --e1d osmo-e1d.ctl --pace fast --seconds 20 &
    python3 timeslots.py osmo-e1d.ctl --raw 5 --hdlc 16 --seconds 10

A RAW timeslot gives 160 octets a 20 ms, and takes as many in return: here a counter, and what comes back is kept. An
HDLC timeslot gives and takes whole frames. Events of the line (LOS, AIS, RAI, LOF, Sa bits) are printed as they come.
"""

from __future__ import annotations

import argparse
import array
import json
import select
import socket
import struct
import sys
from collections.abc import Iterator

HEADER = struct.Struct("=HHBBBB")                    # magic, length, type, interface, line, timeslot
MAGIC, UNSPECIFIED = 0x01E1, 0xFF
LINE_QUERY, TS_OPEN = 0x01, 0x04
KIND, EVENT, RESPONSE = 0xC0, 0x40, 0x80
RAW, HDLC, FORCE = 0x10, 0x11, 0x80
EVENTS = {0x40: "los on", 0x41: "los off", 0x42: "ais on", 0x43: "ais off", 0x44: "rai on", 0x45: "rai off",
          0x46: "lof on", 0x47: "lof off", 0x7F: "sa bits"}
BLOCK = 160


class Control:
    """The control socket: one packet is one message; events may come at any time."""

    def __init__(self, path: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.connect(path)
        self.events: list[str] = []

    def ask(self, kind: int, line: int, timeslot: int = UNSPECIFIED, payload: bytes = b"") -> tuple[bytes, list[int]]:
        """Send a command; the payload of its response, and the descriptors that came with it."""
        self.socket.send(HEADER.pack(MAGIC, HEADER.size + len(payload), kind, 0, line, timeslot) + payload)
        while True:
            got, answer, descriptors = self.receive()
            if got == kind | RESPONSE:
                return answer, descriptors
            if got & KIND != EVENT:
                raise SystemExit(f"response {got:#x} to command {kind:#x}")

    def open(self, line: int, timeslot: int, mode: int) -> socket.socket:
        """The socket of a timeslot, which is open until it is closed."""
        answer, descriptors = self.ask(TS_OPEN, line, timeslot, struct.pack("=BBH", mode, 0, BLOCK))
        if not answer:
            raise SystemExit(f"timeslot {timeslot} of line {line} is not to be had")
        return socket.socket(fileno=descriptors[0])

    def receive(self) -> tuple[int, bytes, list[int]]:
        """(type, payload, descriptors) of the next message; an event is printed."""
        packet, ancillary, _, _ = self.socket.recvmsg(4096, socket.CMSG_SPACE(4))
        if not packet:
            raise SystemExit("the server closed")
        _, _, kind, _, line, _ = HEADER.unpack_from(packet)
        descriptors = array.array("i")
        for level, what, octets in ancillary:
            if (level, what) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                descriptors.frombytes(octets)
        if kind & KIND == EVENT:
            self.events.append(EVENTS.get(kind, hex(kind)))
            told = {"event": self.events[-1], "line": line, "octets": packet[HEADER.size:].hex()}
            print(json.dumps(told), flush=True)
        return kind, packet[HEADER.size:], list(descriptors)


def block_of(number: int) -> bytes:
    """A block that is like no other near it."""
    return bytes((number * 7 + at * 3 + (number >> 8)) & 0xFF for at in range(BLOCK))


def talk(control: Control, raw: socket.socket, hdlc: socket.socket | None, blocks: int) -> Iterator[tuple[str, bytes]]:
    """Give a block for each one that comes, and a frame with every tenth; yields ("raw" or "hdlc", octets)."""
    came, rest = 0, b""
    sockets = {control.socket: "control", raw: "raw"} | ({hdlc: "hdlc"} if hdlc is not None else {})
    while came < blocks:
        for ready in select.select(list(sockets), [], [])[0]:
            what = sockets[ready]
            if what == "control":
                control.receive()
                continue
            octets = ready.recv(BLOCK)
            if not octets:
                return
            yield what, octets
            rest += octets if what == "raw" else b""
            while len(rest) >= BLOCK:            # a stream: a block may come in pieces
                rest = rest[BLOCK:]
                raw.sendall(block_of(came))
                if hdlc is not None and came % 10 == 0:
                    hdlc.send(b"frame %d" % came)
                came += 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path")
    parser.add_argument("--line", type=int, default=0)
    parser.add_argument("--raw", type=int, default=5, metavar="TIMESLOT")
    parser.add_argument("--hdlc", type=int, metavar="TIMESLOT")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--keep", metavar="FILE", help="octets that the RAW timeslot brought")
    options = parser.parse_args()
    control = Control(options.path)
    lines, _ = control.ask(LINE_QUERY, UNSPECIFIED)
    raw = control.open(options.line, options.raw, RAW)
    hdlc = control.open(options.line, options.hdlc, HDLC) if options.hdlc else None
    heard, frames = b"", []
    for what, octets in talk(control, raw, hdlc, options.seconds * 50):
        if what == "raw":
            heard += octets
        else:
            frames.append(octets.hex())
    if options.keep:
        with open(options.keep, "wb") as out:
            out.write(heard)
    print(json.dumps({"event": "summary", "lines": len(lines) // 3, "octets": len(heard), "frames": frames,
                      "events": control.events}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
