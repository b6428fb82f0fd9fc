"""The outside options as values: `LINE:TS=MODE:unix:PATH`, `unix:PATH`, and the pace.

Every mistake is a BadInput that names the option, what was found, what was expected and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from switchsim.errors import BadInput, Problem

MAX_PATH_OCTETS: Final = 107  # sun_path of AF_UNIX holds 108 with its closing zero
BLOCK_OCTETS: Final = 160
BITS_TIMESLOT: Final = 16
"""Carries the signalling bits of all others (G.704 5.1.3.2), where a line has any."""


class Mode(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table of attachment modes."""

    name: str
    shortest: int
    """Octets of the shortest datagram taken; shorter ones are dropped and counted."""
    longest: int
    block: bool
    """True: one datagram is one block of 160 cycles, exchanged in step; false: frames that wait for the line."""
    refused_timeslots: frozenset[int] = frozenset()


MODES: Final = {
    mode.name: mode
    for mode in (
        Mode(name="hdlc", shortest=1, longest=264, block=False),
        Mode(name="ss7", shortest=3, longest=276, block=False),
        Mode(name="raw", shortest=BLOCK_OCTETS, longest=BLOCK_OCTETS, block=True),
        Mode(name="cas", shortest=BLOCK_OCTETS + 1, longest=BLOCK_OCTETS + 1, block=True,
             refused_timeslots=frozenset({BITS_TIMESLOT})),
    )
}
"""The modes."""


class AttachOption(msgspec.Struct, frozen=True, kw_only=True):
    """`--attach LINE:TS=MODE:unix:PATH`."""

    line: str
    """Name of the line in the machine file."""
    timeslot: int
    """1..31"""
    mode: Mode
    path: str

    @property
    def name(self) -> str:
        """How the source is called in `inputs.bin` and in events: `e1-0:16`."""
        return f"{self.line}:{self.timeslot}"


class ClockOption(msgspec.Struct, frozen=True, kw_only=True):
    """`--clock unix:PATH`."""

    path: str
    index: int = 0
    """0 for the first `--clock`."""

    @property
    def name(self) -> str:
        """How the source is called in `inputs.bin` and in events: `clock/0` (a path would differ between hosts)."""
        return f"clock/{self.index}"


QUERY_TIMEOUT_MS: Final = 1_000


class DatabaseOption(msgspec.Struct, frozen=True, kw_only=True):
    """Which database, and what is asked of it."""

    url: str
    """Of SQLAlchemy. May hold a password: never shown, never recorded."""
    statements: dict[str, str]
    """Name -> SQL with `:parameter`."""
    init: tuple[str, ...] = ()
    """Statements that make the database of a machine file; never asked of one that was named by option."""
    beside: str = "."
    """Folder that a relative SQLite file is in."""
    named: bool = False
    """By option: it must be there already, and nothing is made."""
    timeout_ms: int = QUERY_TIMEOUT_MS


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """`--pace fast|real|FACTOR`."""

    milli_factor: int
    """Simulated time over wall time in thousandths; 1000 is real time, 0 is as fast as can be."""

    @property
    def fast(self) -> bool:
        return self.milli_factor == 0


FAST: Final = Pace(milli_factor=0)
REAL: Final = Pace(milli_factor=1000)

_ATTACH: Final = re.compile(r"(?P<line>[^:=\s]+):(?P<timeslot>\d{1,3})=(?P<mode>[^:]+):(?P<address>.*)", re.DOTALL)
_ATTACH_SHAPE: Final = "LINE:TS=MODE:unix:PATH, as in e1-0:16=hdlc:unix:/tmp/d.sock"


def parse_attach(text: str, option: str = "--attach") -> AttachOption:
    """Parse one attachment; raises BadInput."""
    match = _ATTACH.fullmatch(text)
    if match is None:
        raise BadInput.one(option, f"{text!r}", _ATTACH_SHAPE)
    timeslot = int(match["timeslot"])
    mode = MODES.get(match["mode"])
    if mode is None:
        raise BadInput.one(option, f"mode {match['mode']!r} in {text!r}", " or ".join(MODES))
    if not 1 <= timeslot <= 31 or timeslot in mode.refused_timeslots:
        raise BadInput.one(option, f"timeslot {timeslot} in {text!r}", f"a timeslot 1..31 that takes {mode.name}",
                           "timeslot 16 carries the signalling bits" if timeslot == BITS_TIMESLOT else
                           "timeslot 0 carries the frame alignment")
    return AttachOption(line=match["line"], timeslot=timeslot, mode=mode, path=_path(match["address"], option))


def parse_clock(text: str, index: int = 0, option: str = "--clock") -> ClockOption:
    """Parse one lockstep clock; raises BadInput."""
    return ClockOption(path=_path(text, option), index=index)


def parse_e1d(path: str, option: str = "--e1d") -> str:
    """Path of the control socket; raises BadInput."""
    return _path(f"unix:{path}", option)


def parse_pace(text: str, option: str = "--pace") -> Pace:
    """Parse the pace; raises BadInput."""
    named = {"fast": FAST, "real": REAL}.get(text)
    if named is not None:
        return named
    match = re.fullmatch(r"(\d{1,6})(?:\.(\d{1,3}))?", text)
    milli = int(match[1]) * 1000 + int((match[2] or "").ljust(3, "0")) if match else 0
    if not milli:
        raise BadInput.one(option, f"{text!r}", "fast, real, or a factor above 0, as in 2.5")
    return Pace(milli_factor=milli)


def check_options(attaches: Sequence[AttachOption], clocks: Sequence[ClockOption], e1d: str | None = None) -> None:
    """Refuse a timeslot attached twice and a path used twice; raises BadInput with every problem."""
    problems = [
        Problem("--attach", 0, f"timeslot {name} is attached twice", "one program a timeslot", "drop one of the two")
        for name in _twice(option.name for option in attaches)
    ]
    problems += [
        Problem("--attach, --clock, --e1d", 0, f"the socket {path} is used twice", "a path for each",
                "name another path")
        for path in _twice([*(one.path for one in attaches), *(one.path for one in clocks), *([e1d] if e1d else [])])
    ]
    if problems:
        raise BadInput(problems)


def default_pace(attaches: Sequence[AttachOption], clocks: Sequence[ClockOption], *, tcp: bool = False) -> Pace:
    """Fast when a clock or a program in a block mode sets the pace, else real time; real for clients over TCP, too."""
    return FAST if clocks or (not tcp and any(option.mode.block for option in attaches)) else REAL


def _path(address: str, option: str) -> str:
    kind, _, path = address.partition(":")
    if kind != "unix" or not path or "\0" in path:
        raise BadInput.one(option, f"address {address!r}", "unix:PATH")
    if len(path.encode("utf-8", "surrogateescape")) > MAX_PATH_OCTETS:
        raise BadInput.one(option, f"socket path of {len(path)} characters", f"at most {MAX_PATH_OCTETS} octets",
                           "use a shorter directory, as /tmp/NAME.sock")
    return path


def _twice(names: Iterable[str]) -> list[str]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return [name for name, count in counts.items() if count > 1]
