"""Snapshots of machines on No.7, taken while signalling is in the middle of something: the rest is as it was."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from whole_runs import Inside, prepared
from whole_runs_ss7 import FAULTED, first, lines, scenario

from switchsim.kernel.snapshot import restore, take
from switchsim.model.event import Record
from switchsim.model.events import (
    CallAnswered,
    CallOffered,
    Changeback,
    Changeover,
    FaultFired,
    LinkDown,
    LinkUp,
    OctetCounting,
    ProcessorActive,
    SignallingLink,
)
from switchsim.scenario.prepare import Prepared

POINTS = 7
"""Cycles of each phase at which a snapshot is taken; the first and the last of it are among them."""
TICK = 8
Wanted = Callable[[Any], bool]


def of(kind: type) -> Wanted:
    return lambda event: isinstance(event, kind)


def link(state: str) -> Wanted:
    return lambda event: isinstance(event, SignallingLink) and event.state == state


def counting_ends(event: Any) -> bool:
    return isinstance(event, OctetCounting) and not event.on


LINES_CUT: Final[dict[str, tuple[Wanted, Wanted]]] = {
    "octet counting": (of(FaultFired), of(LinkDown)),
    "changeover": (of(LinkDown), of(Changeover)),
    "proving": (counting_ends, of(LinkUp)),
    "changeback": (counting_ends, of(Changeback)),
}
PHASES: Final[dict[str, tuple[Wanted, Wanted]]] = {
    "alignment": (lambda event: True, of(LinkUp)),
    "link test": (link("testing"), link("available")),
    "a call's set-up": (of(CallOffered), of(CallAnswered)),
}
"""Phase -> the event with which it begins, and the first later one of the kind that ends it."""
OF_MACHINE: Final = {
    "two_links_ss7": PHASES | LINES_CUT,
    "stp_pair_ss7": PHASES | LINES_CUT,
    "china_ss7": PHASES | {"takeover": (of(FaultFired), of(ProcessorActive))},
}


def cycles(journal: list[Record], begins: Wanted, ends: Wanted, chance: random.Random) -> list[int]:
    """Some cycles of a phase."""
    start = first(journal, begins, -1)
    end = first(journal, ends, start)
    inside = chance.sample(range(start + 1, end), min(POINTS - 2, end - start - 1)) if end > start + 1 else []
    return sorted({start, *inside, end})


class Looked:
    """A run that was looked at in each of its phases: (phase, cycle, octets of the journal so far, snapshot)."""

    def __init__(self, machine: str, prepared_run: Prepared) -> None:
        self.machine = machine
        self.prepared = prepared_run
        plain = Inside(prepared_run)
        self.digest = plain.go()
        chance, journal = random.Random(704), lines(plain)
        ats = {at: phase for phase, (begins, ends) in OF_MACHINE[machine].items()
               for at in cycles(journal, begins, ends, chance)}  # fmt: skip
        self.run = Inside(prepared_run)
        self.points = list(self._look(ats))
        self.run.end()

    def _look(self, ats: dict[int, str]) -> Iterator[tuple[str, int, int, bytes]]:
        self.run.begin()
        for at in sorted(ats):
            self.run.machine.run(at)
            yield ats[at], at, len(self.run.octets), take(self.run.machine.kernel)

    def continued(self, snapshot: bytes) -> Inside:
        """A fresh machine, restored and run to the end."""
        run = Inside(self.prepared)
        restore(run.machine.kernel, snapshot)
        run.end()
        return run


@pytest.fixture(scope="module", params=FAULTED)
def looked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Looked:
    return Looked(request.param, prepared(tmp_path_factory.mktemp("looked"), scenario(request.param)))


def test_looking_changes_nothing_and_every_phase_is_looked_at(looked: Looked) -> None:
    assert looked.run.sinks.digest.hexdigest() == looked.digest
    assert {phase for phase, *_ in looked.points} == OF_MACHINE[looked.machine].keys()
    assert sum(at % TICK != 0 for _, at, _, _ in looked.points) >= POINTS, "some are between control ticks"


def test_restored_in_any_phase_the_run_goes_on_as_it_did(looked: Looked) -> None:
    for phase, at, so_far, snapshot in looked.points:
        again = looked.continued(snapshot)
        assert bytes(again.octets) == bytes(looked.run.octets[so_far:]), f"restored at cycle {at}, in {phase}"


def forget_a_number(board: dict[str, Any]) -> None:
    """Level 2: the forward sequence number that is expected next."""
    level2 = board["links"][0]["level2"]
    level2["fsnx"] = (level2["fsnx"] + 1) % 128


def forget_the_circuits(exchange: dict[str, Any]) -> None:
    """ISUP: every circuit is as it was at power-on."""
    exchange["point"]["isup"][0] = {}


def spoilt(snapshot: bytes, path: str, change: Callable[[dict[str, Any]], None]) -> bytes:
    """With the state of one part changed."""
    whole = msgspec.msgpack.decode(snapshot)
    state = msgspec.msgpack.decode(whole["states"][path])
    change(state)
    whole["states"][path] = msgspec.msgpack.encode(state)
    return msgspec.msgpack.encode(whole)


@pytest.mark.parametrize(("path", "change"), [("frame/0/slot/11", forget_a_number),
                                               ("farend/exchange/city", forget_the_circuits)])  # fmt: skip
def test_a_state_that_is_lost_is_seen(looked: Looked, path: str, change: Callable[[dict[str, Any]], None]) -> None:
    """The comparison can fail."""
    _, _, so_far, snapshot = next(point for point in looked.points if point[0] == "a call's set-up")
    again = looked.continued(spoilt(snapshot, path, change))
    assert bytes(again.octets) != bytes(looked.run.octets[so_far:])


def test_another_seed_is_refused(looked: Looked, tmp_path: Path) -> None:
    other = Inside(prepared(tmp_path, scenario(looked.machine), seed=705))
    with pytest.raises(ValueError, match="seed 3"):
        restore(other.machine.kernel, looked.points[0][3])
