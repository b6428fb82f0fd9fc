"""Bit error rate tests of lines: what a scenario wants, the units and cells for it, and the test sets that do it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from pydantic import BeforeValidator, Field

from switchsim.assembly.layout import BITS_TIMESLOT, LINE_CELLS, BitTestPlan, Layout, LinePlan
from switchsim.assembly.services import LineName
from switchsim.assembly.yamltypes import Strict, wrong
from switchsim.dsp.engine import Engine
from switchsim.dsp.patterns import EV_BERT, PATTERNS
from switchsim.errors import BadInput
from switchsim.farend.test_set import BitErrorConfig, BitErrorTestSet, timeslots_of
from switchsim.kernel.scheduler import Kernel
from switchsim.terminals.line_end import FAR, MACHINE

if TYPE_CHECKING:
    from switchsim.assembly.planner import Planner

ALL: Final = tuple(range(1, LINE_CELLS))
FORM: Final = "some of 1..31, as in 1-15,17-31"


class BitTestWanted(msgspec.Struct, frozen=True, kw_only=True):
    """send, check: `machine` or `far`. timeslots: none named are all; check: `` is the other end."""

    name: str
    pattern: str
    line: str
    timeslots: tuple[int, ...] = ()
    send: str = MACHINE
    check: str = ""
    inverted: bool = False


def _timeslots(value: Any) -> tuple[int, ...]:
    """`5`, `1-15,17-31` or a list of such; rising."""
    rows = value if isinstance(value, list | tuple) else [value]
    if any(isinstance(row, bool) or not isinstance(row, int | str) for row in rows):
        raise wrong(f"{value!r:.60} names no timeslots", FORM)
    try:
        return timeslots_of(",".join(str(row) for row in rows))
    except ValueError as error:
        what, _, _ = str(error).partition("; expected ")
        raise wrong(f"{what:.100}", FORM) from None


def known_pattern(value: Any) -> Any:
    """A validator of models: a name of PATTERNS."""
    if isinstance(value, str) and value not in PATTERNS:
        near = difflib.get_close_matches(value, PATTERNS, n=1, cutoff=0.5)
        advice = f"did you mean {near[0]!r}?" if near else ""
        raise wrong(f"no pattern {value!r}", "one of " + ", ".join(PATTERNS), advice)
    return value


_TimeslotText = Annotated[str, Field(pattern=r"^[0-9, -]+$")] | Annotated[int, Field(ge=1, le=31)]
Timeslots = Annotated[
    tuple[int, ...],
    Field(strict=False),
    BeforeValidator(_timeslots, json_schema_input_type=_TimeslotText | list[_TimeslotText]),
]
Pattern = Annotated[str, BeforeValidator(known_pattern), Field(json_schema_extra={"enum": list(PATTERNS)})]


class BitTestSpec(Strict):
    """A test pattern that one end of a line sends in timeslots, and that is checked where it arrives, or comes back.

    Nothing is sent before `act: {who: test NAME, do: start}`.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
    pattern: Pattern
    line: LineName
    timeslots: Timeslots = ()
    send: Literal["machine", "far"] = "machine"
    check: Literal["machine", "far"] | None = None
    inverted: bool = False

    def wanted(self) -> BitTestWanted:
        return BitTestWanted(name=self.name, pattern=self.pattern, line=self.line, timeslots=self.timeslots,
                             send=self.send, check=self.check or "", inverted=self.inverted)  # fmt: skip


def check_together(tests: Sequence[BitTestSpec]) -> None:
    """Names and timeslots are of one test each; raises the error of a model that has the list as `tests`."""
    names: set[str] = set()
    taken: dict[tuple[str, str, int], str] = {}
    for index, test in enumerate(tests):
        if test.name in names:
            raise wrong(f"a second test is called {test.name!r}", "another name", where=("tests", index, "name"))
        names.add(test.name)
        for timeslot in test.timeslots or ALL:
            other = taken.setdefault((test.line, test.send, timeslot), test.name)
            if other != test.name:
                what = f"test {other} sends in timeslot {timeslot} of {test.line} from the {test.send} end, too"
                advice = "a start may name another pattern: act: {who: test NAME, do: start, pattern: ...}"
                raise wrong(what, "other timeslots, or the other end", advice, where=("tests", index))


# -- on paper --------------------------------------------------------------------------------------------------------


def plan_tests(planner: Planner, tests: Sequence[BitTestWanted]) -> None:
    """Sources for every test, and which cells; raises BadInput for what the machine does not have."""
    for test in tests:
        end = _ends(planner, test)
        timeslots = test.timeslots or tuple(one for one in ALL if one != BITS_TIMESLOT or not _has_bits(planner, test))
        planner.layout.tests.append(
            BitTestPlan(test.name, test.pattern, test.line, timeslots, test.send, end, test.inverted,
                        planner.sources.take(len(timeslots)))
        )  # fmt: skip


def _has_bits(planner: Planner, test: BitTestWanted) -> bool:
    return planner.machine.framings()[test.line].cas


def _ends(planner: Planner, test: BitTestWanted) -> str:
    """Where it checks."""
    told, names = f"test {test.name}", [name for name, _ in planner.machine.line_names()]
    if test.line not in names:
        raise BadInput.one(told, f"no line {test.line!r}", f"one of {', '.join(names)}")
    if BITS_TIMESLOT in test.timeslots and _has_bits(planner, test):
        raise BadInput.one(told, f"timeslot {BITS_TIMESLOT} of line {test.line} carries the signalling bits",
                           "other timeslots", "the others are 1-15,17-31")
    if test.line not in planner.joined:
        return test.check or (FAR if test.send == MACHINE else MACHINE)
    if FAR in (test.send, test.check):
        raise BadInput.one(told, f"the far end of line {test.line} is another machine", "send and check: machine",
                           "a second test on that machine's line sends what this one checks")
    return MACHINE


# -- in a machine ----------------------------------------------------------------------------------------------------


def build_tests(layout: Layout, kernel: Kernel, engine: Engine) -> None:
    """The test sets. Unit number = number of the test."""
    lines = {line.name: line for line in layout.lines}
    for unit, test in enumerate(layout.tests):
        place = f"farend/test/{test.name}"
        kernel.add(BitErrorTestSet(place, kernel, engine, _config(test, lines[test.line], unit)))
        kernel.own_media((EV_BERT,), unit, place)


def _config(test: BitTestPlan, line: LinePlan, unit: int) -> BitErrorConfig:
    """It sends before the cells in which a loop at the same end would send back what it receives."""
    sent = line.network_cell if test.send == MACHINE else line.far_tx_cell
    received = line.receive_cell if test.check == MACHINE else line.far_rx_cell
    return BitErrorConfig(line=line.name, end=test.check, first_sent=sent, first_received=received, generator=unit,
                          bert=unit, first_source=test.first_source, pattern=test.pattern, timeslots=test.timeslots,
                          inverted=test.inverted)  # fmt: skip
