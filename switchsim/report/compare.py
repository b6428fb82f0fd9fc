"""The first difference of two journals, and whether a journal still is what its digests say.

Two journals at hand are compared octet by octet, a block at a time: that costs no more than hashing them, and believes
nothing. The digests serve where one journal is missing, and to tell which second of a folder was changed by hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from switchsim.errors import BadInput

_BLOCK: Final = 1 << 20
_LINE_LIMIT: Final = 1 << 16


class Checkpoint(msgspec.Struct, frozen=True):
    """One line of digests.jsonl: at `cycle` (a whole second) the journal had `offset` octets, chained to `chain`."""

    cycle: int
    offset: int
    chain: str


class Difference(msgspec.Struct, frozen=True):
    """Where two journals part.

    offset: octet, from 0. line: from 1. at: the cycle of the first line that differs, -1 = it has none. `first` and
    `second` are that line in each, `` where a journal has ended.
    """

    offset: int
    line: int
    at: int
    first: str
    second: str

    def __str__(self) -> str:
        cycle = f", cycle {self.at}" if self.at >= 0 else ""
        texts = (text or "(the journal ends)" for text in (self.first, self.second))
        return f"line {self.line}, octet {self.offset}{cycle}:\n  - {next(texts)}\n  + {next(texts)}"


class _At(msgspec.Struct):
    at: int = -1


def first_difference(first: Path, second: Path) -> Difference | None:
    """None when the journals are equal, octet for octet. Raises BadInput when one cannot be read."""
    with _opened(first) as a, _opened(second) as b:
        offset = line_start = 0
        lines = 1
        while True:
            block_a, block_b = a.read(_BLOCK), b.read(_BLOCK)
            if block_a != block_b:
                same = _common(block_a, block_b)
                lines += block_a.count(b"\n", 0, same)
                newline = block_a.rfind(b"\n", 0, same)
                line_start = offset + newline + 1 if newline >= 0 else line_start
                return _difference(offset + same, lines, _line_at(a, line_start), _line_at(b, line_start))
            if not block_a:
                return None
            lines += block_a.count(b"\n")
            newline = block_a.rfind(b"\n")
            line_start = offset + newline + 1 if newline >= 0 else line_start
            offset += len(block_a)


def _difference(offset: int, line: int, first: bytes, second: bytes) -> Difference:
    texts = [text.decode("utf-8", "backslashreplace").rstrip("\n") for text in (first, second)]
    cycle = _cycle(first)
    return Difference(offset, line, cycle if cycle >= 0 else _cycle(second), *texts)


def _common(a: bytes, b: bytes) -> int:
    """Length of the common beginning of two blocks that differ."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _line_at(source: BinaryIO, offset: int) -> bytes:
    source.seek(offset)
    return source.readline(_LINE_LIMIT)


def _cycle(line: bytes) -> int:
    try:
        return msgspec.json.decode(line, type=_At).at
    except (msgspec.DecodeError, UnicodeDecodeError):
        return -1


def read_digests(path: Path) -> list[Checkpoint]:
    """digests.jsonl; a cut last line is left out. Raises BadInput with file and line."""
    points = []
    with _opened(path) as source:
        for number, line in enumerate(source, 1):
            if not line.endswith(b"\n"):
                break
            try:
                points.append(msgspec.json.decode(line, type=Checkpoint))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                what = f"no digest line: {error}"
                raise BadInput.one(str(path), what, "cycle, offset, chain", line=number) from error
    return points


def first_differing_second(first: list[Checkpoint], second: list[Checkpoint]) -> int | None:
    """Index of the first simulated second whose digests differ (or that only one run has); None when all agree."""
    for index, (a, b) in enumerate(zip_longest(first, second)):
        if a != b:
            return index
    return None


def first_forged_second(journal: Path, digests: list[Checkpoint]) -> int | None:
    """Index of the first second whose octets do not give its digest: there somebody changed the journal."""
    with _opened(journal) as source:
        for index, expected in enumerate(_chained(source, digests)):
            if expected != digests[index].chain:
                return index
    return None


def _chained(source: BinaryIO, digests: list[Checkpoint]) -> Iterator[str]:
    chain, offset = b"\0" * 32, 0
    for point in digests:
        chain = hashlib.blake2b(chain + source.read(max(0, point.offset - offset)), digest_size=32).digest()
        offset = point.offset
        yield chain.hex()


def journal_digest(path: Path) -> str:
    """BLAKE2b-256 of the file: the digest of the run. Raises BadInput when it cannot be read."""
    with _opened(path) as source:
        digest = hashlib.blake2b(digest_size=32)
        while block := source.read(_BLOCK):
            digest.update(block)
        return digest.hexdigest()


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise BadInput.one(str(path), error.strerror or "cannot be read", "a file of a run folder") from error
