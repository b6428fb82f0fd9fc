"""What comes from outside, stamped and kept: the records of `inputs.bin`, their writer and their reader.

A run is a function of its files and of these records: the runner writes the records of a control tick *before* it
delivers them, so `switchsim replay` plays them back without any outside program.

The file, all integers little-endian:

    header   4s magic "SWIN" | u16 format (1) | u16 number of sources | for each source: u16 length, UTF-8 name
    record   u16 length of the octets | u64 at_cycle | u16 source | u32 seq | u8 kind | the octets

The octets of `ami`, `csta`, `agi`, `e1d` and `database` begin with the number of the connection, u32 big-endian
(switchsim/model/outside.py, e1d.py); secrets never stand in them.

Records are in the order of delivery, so `at_cycle` never falls; `seq` counts the records of one source from 0. There is
no check sum on purpose: an octet that was changed by hand is replayed, and shows as the first line of the journal that
differs. A file that ends inside a record (an interrupted run) is good up to its last whole record.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import BinaryIO, Final

import msgspec

from switchsim.errors import BadInput, OutputError

FORMAT: Final = 1
MAGIC: Final = b"SWIN"
MAX_OCTETS: Final = 0xFFFF

_HEADER: Final = struct.Struct("<4sHH")
_NAME: Final = struct.Struct("<H")
_RECORD: Final = struct.Struct("<HQHIB")


class InputKind(IntEnum):
    """What happened outside; only what can change the machine, the run's end or a count is a kind."""

    DATA = 1
    """One datagram: the octets. Of interfaces over TCP: octets of a connection, cut anywhere."""
    CONNECTED = 2
    """A program came to an attachment or a clock; a connection is up."""
    CLOSED = 3
    """It went; of interfaces over TCP with the reason as text."""
    BAD_LENGTH = 4
    """A datagram of a wrong length was dropped; octets: its length, u32."""
    REFUSED = 5
    """A second program came and was closed."""
    UNDERRUN = 6
    """A block of a paced run was not there in time; the timeslot carries idle for it."""
    FINISHED = 7
    """A clocked program said that it has finished."""
    ENDED = 8
    """The run ended at this cycle (the source `run`)."""
    CONNECT_FAILED = 9
    """A connection that the machine asked for did not come up (`agi`)."""
    VERIFIED = 10
    """Whether a log-in was good (`ami`, `csta`)."""
    ANSWERED = 11
    """What came of a query (`database`)."""
    PROGRAM = 12
    """The timeline did something to the program that the scenario started (`run`); octets: what, as text."""


class InputRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that came from outside."""

    at_cycle: int
    """The cycle at which it is delivered, 0 and up."""
    source: int
    """Index in the table of source names: the order of the options."""
    seq: int
    """Counts the records of this source from 0."""
    kind: InputKind
    octets: bytes = b""
    """0..65535 octets."""


class InputWriter:
    """Appends records to an open binary file; every `write` is flushed before it returns."""

    def __init__(self, out: BinaryIO, sources: Sequence[str]) -> None:
        """Write the header. `sources`: the source names in the order of the options; raises OutputError."""
        self._out = out
        names = [name.encode() for name in sources]
        self._append(_HEADER.pack(MAGIC, FORMAT, len(names)) + b"".join(_NAME.pack(len(name)) + name for name in names))

    def write(self, records: Sequence[InputRecord]) -> None:
        """Append one control tick's records; raises OutputError when they could not be written."""
        if records:
            self._append(b"".join(map(encode_record, records)))

    def _append(self, octets: bytes) -> None:
        try:
            self._out.write(octets)
            self._out.flush()
        except OSError as error:
            raise OutputError(f"the recorded inputs could not be written: {error.strerror}") from error


class InputReader:
    """Reads a file of records; `sources` is its table of names.

    Raises BadInput (file, what, at which octet) for a file that is none or is damaged where it can be seen.
    `truncated` is true once iteration met the broken tail of an interrupted run.
    """

    def __init__(self, source: BinaryIO, file: str) -> None:
        self._source = source
        self._file = file
        self._offset = 0
        self.truncated = False
        self.sources = self._header()

    def __iter__(self) -> Iterator[InputRecord]:
        next_seq = [0] * len(self.sources)
        last = 0
        while (record := self._record()) is not None:
            if record.at_cycle < last:
                raise self._bad(f"cycle {record.at_cycle} comes after cycle {last}", "records in the order of time")
            if record.seq != next_seq[record.source]:
                raise self._bad(f"sequence {record.seq}", f"{next_seq[record.source]}")
            next_seq[record.source] += 1
            last = record.at_cycle
            yield record

    def _header(self) -> tuple[str, ...]:
        magic, number, count = _HEADER.unpack(self._exactly(_HEADER.size))
        if magic != MAGIC:
            raise self._bad("this is no file of recorded inputs", f"it begins with {MAGIC!r}", offset=0)
        if number != FORMAT:
            raise self._bad(f"format {number}", f"{FORMAT}", offset=4)
        return tuple(self._name() for _ in range(count))

    def _name(self) -> str:
        (length,) = _NAME.unpack(self._exactly(_NAME.size))
        try:
            return self._exactly(length).decode()
        except UnicodeDecodeError as error:
            raise self._bad("a source name is not UTF-8") from error

    def _record(self) -> InputRecord | None:
        head = self._source.read(_RECORD.size)
        if len(head) < _RECORD.size:
            self.truncated = bool(head)
            return None
        length, at_cycle, source, seq, kind = _RECORD.unpack(head)
        if kind not in _KINDS:
            raise self._bad(f"kind {kind}", f"1..{len(_KINDS)}")
        if source >= len(self.sources):
            raise self._bad(f"source {source}", f"0..{len(self.sources) - 1}")
        octets = self._source.read(length)
        if len(octets) < length:
            self.truncated = True
            return None
        self._offset += _RECORD.size + length
        return InputRecord(at_cycle=at_cycle, source=source, seq=seq, kind=_KINDS[kind], octets=octets)

    def _exactly(self, length: int) -> bytes:
        octets = self._source.read(length)
        if len(octets) < length:
            raise self._bad("the file ends inside its header", advice="the run was stopped before it began")
        self._offset += length
        return octets

    def _bad(self, what: str, expected: str = "", advice: str = "", *, offset: int | None = None) -> BadInput:
        place = self._offset if offset is None else offset
        return BadInput.one(self._file, f"octet {place}: {what}", expected, advice)


_KINDS: Final = {int(kind): kind for kind in InputKind}


def encode_record(record: InputRecord) -> bytes:
    """The octets of one record in the file."""
    assert len(record.octets) <= MAX_OCTETS
    return _RECORD.pack(len(record.octets), record.at_cycle, record.source, record.seq, record.kind) + record.octets
