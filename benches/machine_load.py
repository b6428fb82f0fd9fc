"""The full B-type machine and its loads for the benches: calls to an announcement, no seats, over all D channels."""

from __future__ import annotations

import re
from pathlib import Path

from switchsim.assembly import build
from switchsim.assembly.build import Machine
from switchsim.assembly.loads import LoadWanted
from switchsim.assembly.shipped import folder
from switchsim.farend.load import LoadConfig, Steady, Weighted
from switchsim.farend.plan import Plan, Speak, Stay

SECOND = 8000
FULL = folder("boards") / "machines" / "b_type_full.yaml"
FULL_SS7 = folder("boards") / "machines" / "b_type_ss7.yaml"
CIRCUITS = 1440
NUMBER = "10062"
SERVICE = "announcement: [{announce: [announcement]}]"
LINK = re.compile(r",?\s*\{line: e1-\d+, slc: (\d+)\}")
ANNOUNCER_FRAMES = "".join(f"  voice_{number}: {{frame: {6 + number}, slots: {{0-22: spt}}}}\n" for number in range(2))
"""46 boards of 32 channels: an announcement for every circuit at a time."""
TIRELESS = "processor: {overload_begins: [900, 1000], overload_ends: [800, 900]}\n"
"""The emulated processor takes every call; overload control of the real one would begin at 400 a second."""


def announcing_machine(where: Path, steps: str, links_count: int | None = None) -> Path:
    """The full machine with an announcement channel for every circuit; NUMBER leads to `steps`.

    links_count: 1..16, with ISUP over so many links; None: with primary rate access.
    """
    text = (FULL if links_count is None else FULL_SS7).read_text(encoding="utf-8")
    if links_count is not None:
        text = LINK.sub(lambda found: found[0] if int(found[1]) < links_count else "", text)
    assert SERVICE in text
    text = text.replace("lines:\n", ANNOUNCER_FRAMES + TIRELESS + "lines:\n", 1)
    text = text.replace(SERVICE, f"announcement: [{steps}]")
    path = where / "announcing.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def load(calls_a_second: int, most_calls: int = 0) -> LoadWanted:
    """Calls at a constant rate from cycle 8000; the callers speak their marks until they are cleared."""
    config = LoadConfig(
        shape=Steady(calls_a_second * 1000), called=(Weighted(NUMBER),), plans=(Weighted("bench"),), lines=(),
        start_at=SECOND, most_calls=most_calls)  # fmt: skip
    return LoadWanted(name="bench", config=config, plans={"bench": Plan((Speak(), Stay()))})


class Counts:
    """A journal sink that counts what the benches report, and keeps nothing."""

    def __init__(self) -> None:
        self.octets = self.lines = self.records = self.answered = 0

    def __call__(self, line: bytes) -> None:
        self.lines += 1
        self.octets += len(line)
        self.records += b'"kind":"call_record"' in line
        self.answered += b'"kind":"call_answered"' in line


def machine(path: Path, counts: Counts, *loads: LoadWanted) -> Machine:
    """Built and switched on."""
    built = build(path, seed=1, load=loads, journal_sink=counts)
    built.power_on()
    return built
