"""The signalling terminals of the native core and their bit-by-bit reference, every act on both, for tests."""

from __future__ import annotations

from collections.abc import Sequence

from switchsim.dsp.engine import EV_RAW_BLOCK, EV_SU, Engine, EngineConfig, Event, SuCounts, SuTxCounts
from switchsim.dsp.reference import hdlc
from switchsim.dsp.reference.terminals import Terminals

FED_OCTETS = 480  # so many at once into a raw source, which has room for 640


class Both:
    """An engine and its reference; each act and each run must bring the same."""

    def __init__(self, config: EngineConfig) -> None:
        self.native, self.reference = Engine(config), Terminals(config)
        assert self.native.first_su_cell == self.reference.first_su_cell
        assert self.native.first_switched_cell == self.reference.first_switched_cell
        self.first_source_cell, self.first_su_cell = self.native.first_source_cell, self.native.first_su_cell
        self.first_switched_cell = self.native.first_switched_cell
        for source in range(config.n_sources):
            self.native.source_raw(source)

    @property
    def now(self) -> int:
        return self.native.now

    def run(self, until: int) -> list[Event]:
        """Exactly to `until`; the engine is stopped by its events on the way."""
        found: list[Event] = []
        expected: list[Event] = []
        while self.native.now < until:
            found += [event._replace(a=0) if event.kind == EV_SU else event
                      for event in self.native.run(until) if event.kind != EV_RAW_BLOCK]
        while self.reference.now < until:
            expected += self.reference.run(until)
        assert found == expected
        return found

    def hear(self, line: bytes) -> list[Event]:
        """Let source 0 send these octets."""
        found: list[Event] = []
        for at in range(0, len(line), FED_OCTETS):
            part = line[at : at + FED_OCTETS]
            assert self.native.source_feed(0, part) is True
            self.reference.source_feed(0, part)
            found += self.run(self.now + len(part))
        return found

    def connect(self, switched_cell: int, from_cell: int) -> None:
        self.native.connect(switched_cell, from_cell)
        self.reference.connect(switched_cell, from_cell)

    def fill(self, transmitter: int, octets: bytes, verbatim: bool = False) -> None:
        self.native.su_fill(transmitter, octets, verbatim)
        self.reference.su_fill(transmitter, octets, verbatim)

    def send(self, transmitter: int, octets: bytes, flags: int = 0) -> bool:
        queued = self.native.su_send(transmitter, octets, flags)
        assert queued == self.reference.su_send(transmitter, octets, flags)
        return queued

    def ack(self, transmitter: int, octet: int) -> None:
        self.native.su_ack(transmitter, octet)
        self.reference.su_ack(transmitter, octet)

    def notify(self, transmitter: int, level: int) -> None:
        self.native.su_notify(transmitter, level)
        self.reference.su_notify(transmitter, level)

    def flush(self, transmitter: int) -> int:
        count = self.native.su_flush(transmitter)
        assert count == self.reference.su_flush(transmitter)
        return count

    def waiting(self, transmitter: int) -> int:
        count = self.native.su_waiting(transmitter)
        assert count == self.reference.su_waiting(transmitter)
        return count

    def listen(self, receiver: int, cell: int) -> None:
        self.native.su_listen(receiver, cell)
        self.reference.su_listen(receiver, cell)

    def monitor(self, receiver: int, mode: int, threshold: int = 0) -> None:
        self.native.su_monitor(receiver, mode, threshold)
        self.reference.su_monitor(receiver, mode, threshold)

    def repeats(self, receiver: int) -> int:
        count = self.native.su_repeats(receiver)
        assert count == self.reference.su_repeats(receiver)
        return count

    def counts(self, receiver: int) -> SuCounts:
        counts = self.native.su_counters(receiver)
        assert counts == self.reference.su_counters(receiver)
        return counts

    def sent(self, transmitter: int) -> SuTxCounts:
        counts = self.native.su_tx_counters(transmitter)
        assert counts == self.reference.su_tx_counters(transmitter)
        return counts


def bits_of(*pieces: Sequence[int]) -> list[int]:
    """Bits in line order of bit lists and of units, which get their check bits and their stuffing."""
    return [bit for piece in pieces for bit in (hdlc.encode(piece) if isinstance(piece, bytes) else piece)]


def line_of(*pieces: Sequence[int]) -> bytes:
    """Line octets of these bits and a flag; more flags, the first of which share their zeros, fill up a row."""
    bits = bits_of(*pieces) + hdlc.FLAG
    bits += hdlc.FLAG[1:] * (len(bits) % 8)
    return hdlc.line_octets(bits + hdlc.FLAG * (-len(bits) // 8 % 8))
