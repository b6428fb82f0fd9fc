"""The journal: everything that happens, written once, in order. Its octets are the digest of the run.

First line `{"format":N}`; then one object a line: at, phase, place, seq, kind, then the event's fields.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import msgspec

from switchsim.model.event import Event
from switchsim.model.phase import PHASE_NAMES, Phase
from switchsim.units import CYCLES_PER_SECOND

FORMAT = 1

Sink = Callable[[bytes], object]
"""Takes the journal's octets, in order."""


class Checkpoint(msgspec.Struct):
    """One line of digests.jsonl: the state of the journal at a whole second."""

    cycle: int
    offset: int  # octets of the journal before this second's end
    chain: str  # BLAKE2b-256(previous chain + the octets since), hexadecimal


class JournalState(msgspec.Struct):
    offset: int = 0
    at: int = -1
    seq: int = 0
    second: int = 0  # the second that is being written
    chain: bytes = b"\0" * 32
    pending: bytes = b""  # octets since the last whole second


class Journal:
    """Encodes events to lines and chains them by the second.

    `sink` gets every octet; `second_sink` a Checkpoint whenever a second is complete.
    """

    def __init__(self, sink: Sink, second_sink: Callable[[Checkpoint], object]) -> None:
        self.state = JournalState()
        self._pending = bytearray()
        self._sink = sink
        self._second_sink = second_sink
        self._encode = msgspec.json.Encoder().encode

    def begin(self) -> None:
        """Write the first line. A restored journal is not begun again."""
        self._write(b'{"format":%d}\n' % FORMAT)

    def write(self, at: int, phase: Phase, place: str, event: Event) -> int:
        """Append one event; returns its sequence number within the cycle."""
        state = self.state
        if at != state.at:
            self.catch_up(at)
            state.at, state.seq = at, 0
        seq = state.seq
        state.seq = seq + 1
        self._write(
            b'{"at":%d,"phase":"%s","place":"%s","seq":%d,' % (at, PHASE_NAMES[phase].encode(), place.encode(), seq)
            + self._encode(event)[1:]
            + b"\n"
        )
        return seq

    def catch_up(self, now: int) -> None:
        """Close every second that ended at or before `now`."""
        while now >= (self.state.second + 1) * CYCLES_PER_SECOND:
            self._close_second()

    def _close_second(self) -> None:
        state = self.state
        state.chain = hashlib.blake2b(state.chain + self._pending, digest_size=32).digest()
        self._pending.clear()
        state.second += 1
        self._second_sink(Checkpoint(state.second * CYCLES_PER_SECOND, state.offset, state.chain.hex()))

    def _write(self, line: bytes) -> None:
        self.state.offset += len(line)
        self._pending += line
        self._sink(line)

    def export(self) -> JournalState:
        """The state for a snapshot; what was already written is not in it, only its chained hash."""
        self.state.pending = bytes(self._pending)
        return self.state

    def adopt(self, state: JournalState) -> None:
        self.state = state
        self._pending = bytearray(state.pending)


class RunDigest:
    """A sink: BLAKE2b-256 of the whole journal."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=32)

    def __call__(self, octets: bytes) -> None:
        self._hash.update(octets)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()
