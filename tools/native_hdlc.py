"""Python face of the native HDLC parts (native/src/hdlc.c), for tests and benches."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle
from typing import Any

from native_parts import Parts


class Transmitter:
    """One swd_hdlc_tx."""

    def __init__(self, parts: Parts) -> None:
        self.parts, self.tx = parts, parts.ffi.new("swd_hdlc_tx *")
        self.line, self.where = parts.ffi.new("uint8_t[8]"), parts.ffi.new("uint32_t *")
        parts.lib.swd_hdlc_tx_reset(self.tx)

    def queue(self, frame: bytes) -> int:
        """SWD_OK or an error."""
        result: int = self.parts.lib.swd_hdlc_tx_queue(self.tx, frame, len(frame))
        return result

    def pull(self, n: int, cuts: Iterable[int] = (8,)) -> tuple[bytes, list[int]]:
        """n line octets, taken in parts of the sizes given over and over; and with which the queue ran empty."""
        line, done = b"", []
        sizes = cycle(cuts)
        while len(line) < n:
            count = min(next(sizes), n - len(line))
            if self.parts.lib.swd_hdlc_tx_pull(self.tx, self.line, count, self.where):
                done.append(len(line) + self.where[0])
            line += bytes(self.line[0:count])
        return line, done

    def state(self) -> bytes:
        """The struct's memory."""
        return bytes(self.parts.ffi.buffer(self.tx))


class Receiver:
    """One swd_hdlc_rx. Results are (octet index since the start, bad, n_octets, frame)."""

    def __init__(self, parts: Parts) -> None:
        self.parts, self.rx = parts, parts.ffi.new("swd_hdlc_rx *")
        self.results = parts.ffi.new("swd_hdlc_result[8]")
        self.out = parts.ffi.new("uint8_t[]", 8 * parts.lib.SWD_MAX_FRAME)
        self.taken = 0
        parts.lib.swd_hdlc_rx_reset(self.rx)

    def push(self, line: bytes, cuts: Iterable[int] = (8,)) -> list[tuple[int, int, int, bytes]]:
        """Feed line octets in parts of the sizes given over and over."""
        found: list[tuple[int, int, int, bytes]] = []
        sizes, start = cycle(cuts), 0
        while start < len(line):
            part = line[start : start + next(sizes)]
            found += self._push_part(part)
            start += len(part)
        return found

    def _push_part(self, part: bytes) -> list[tuple[int, int, int, bytes]]:
        count = self.parts.lib.swd_hdlc_rx_push(self.rx, part, len(part), self.results, self.out)
        found, at = [], 0
        for r in self.results[0:count]:
            size = 0 if r.bad else r.n_octets
            found.append((self.taken + r.at_octet, r.bad, r.n_octets, bytes(self.out[at : at + size])))
            at += size
        self.taken += len(part)
        return found

    def state(self) -> bytes:
        """The struct's memory."""
        return bytes(self.parts.ffi.buffer(self.rx))


def loop(frames: Iterable[bytes], parts: Parts, n: int) -> list[Any]:
    """Send frames and receive them again over n octets."""
    tx, rx = Transmitter(parts), Receiver(parts)
    for frame in frames:
        assert tx.queue(frame) == 0
    return rx.push(tx.pull(n)[0])
