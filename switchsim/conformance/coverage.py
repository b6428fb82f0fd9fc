"""Which (state, event) pairs of the protocol machines the sheets exercise: of MTP2, MTP3 and ISUP circuits.

Each machine has one table of all its pairs, and notes every pair it meets. A pair is exercised, or its row says why it
cannot come about, or it is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from switchsim.conformance.q781.player import Q781Player
from switchsim.conformance.q784.player import Q784Player
from switchsim.conformance.report import PLAYERS, sheets_of
from switchsim.proto import isup, mtp2, mtp3
from switchsim.proto.isup import table as isup_table
from switchsim.proto.mtp2 import table as mtp2_table
from switchsim.proto.mtp3 import table as mtp3_table

Key = tuple[str, int, int | str]
"""Box, state, event, as the machine's trace has them."""
IMPOSSIBLE: Final = "impossible"


class Pair(NamedTuple):
    """One row of a machine's table. impossible: why the pair cannot come about, or empty."""

    box: str
    key: Key
    state: str
    event: str
    clause: str = ""
    impossible: str = ""


class Machine(NamedTuple):
    """A protocol machine and its pairs."""

    name: str
    title: str
    pairs: tuple[Pair, ...]


class Line(NamedTuple):
    """A box in the report: how many pairs are exercised by what, and the rest."""

    machine: str
    box: str
    pairs: int
    sheets: int
    others: int
    impossible: tuple[Pair, ...]
    missing: tuple[Pair, ...]


# -- the tables --------------------------------------------------------------------------------------------------------


def mtp2_pairs() -> Iterator[Pair]:
    """Q.703: what is ignored can come about as well; a reason that begins with `impossible` says that it cannot."""
    for box in mtp2_table.BOXES:
        for state in box.states:
            for event in box.events:
                what = mtp2_table.TRANSITIONS[box.field, state, event]
                never = isinstance(what, str) and what.startswith(IMPOSSIBLE)
                reason = what.removeprefix(IMPOSSIBLE).lstrip(",: ") if isinstance(what, str) and never else ""
                yield Pair(box.title, (box.field, int(state), int(event)), state.name, event.name, impossible=reason)


def mtp3_pairs() -> Iterator[Pair]:
    for row in mtp3_table.pairs():
        yield Pair(row.box.name, (row.box.name, int(row.state), int(row.event)), row.state.name, row.event.name,
                   row.clause, row.reason if row.impossible else "")


def isup_pairs() -> Iterator[Pair]:
    for (state, event), row in isup_table.CIRCUIT.items():
        yield Pair("CPC", ("CPC", int(state), event), state.name, isup_table.event_name(event), row.clause, row.reason)
    for one in isup_table.BOXES:
        yield Pair(one.box, (one.box, int(one.state), one.event), _box_state(one), isup_table.event_name(one.event),
                   one.clause)


def _box_state(row: isup_table.BoxRow) -> str:
    if row.box in ("BLS", "MGBS", "HLB"):
        return isup.Block(row.state).name
    return isup.Cpc(row.state).name if row.box in ("CGRS", "CGRR") else str(int(row.state))


def machines() -> tuple[Machine, ...]:
    return (
        Machine("mtp2", "MTP level 2 (Q.703)", tuple(mtp2_pairs())),
        Machine("mtp3", "MTP level 3 (Q.704, Q.707)", tuple(mtp3_pairs())),
        Machine("isup", "ISUP circuit (Q.764)", tuple(isup_pairs())),
    )


# -- what the sheets meet ----------------------------------------------------------------------------------------------


def sheets_of_q781() -> set[Key]:
    """Short timers; the two sheets that take half a million units are left out."""
    met: list[Any] = []

    class Traced(mtp2.Link):
        def __init__(self, state: mtp2.LinkState, config: mtp2.LinkConfig) -> None:
            super().__init__(state, config, met)

    player = Q781Player()
    sheets, preambles = sheets_of(player)
    for sheet in sheets:
        if not sheet.only:
            player.play(sheet, "native", preambles, Traced)
    return keys(met)


def sheets_of_q782() -> set[Key]:
    """Empty as long as its player is not one of ours."""
    met: list[Any] = []

    class Traced(mtp3.Mtp3):
        def __init__(self, state: mtp3.Mtp3State, config: mtp3.Mtp3Config) -> None:
            super().__init__(state, config, met)

    for player in PLAYERS:
        if player.standard == "Q.782":
            play: Any = player.play
            sheets, preambles = sheets_of(player)
            for sheet in sheets:
                play(sheet, "alone", preambles, Traced)
    return keys(met)


def sheets_of_q784() -> set[Key]:
    met: list[Key] = []

    class Traced(isup.Isup):
        def __init__(self, state: isup.IsupState, config: isup.IsupConfig) -> None:
            super().__init__(state, config)
            self.trace = met

    player = Q784Player()
    sheets, preambles = sheets_of(player)
    for sheet in sheets:
        player.play(sheet, "alone", preambles, Traced)
    return keys(met)


def keys(trace: Iterable[tuple[Any, int, Any]]) -> set[Key]:
    """A trace as a set; boxes by name, states and message types as plain integers."""
    return {(getattr(box, "name", box), int(state), event if isinstance(event, str) else int(event))
            for box, state, event in trace}


def by_sheets() -> dict[str, set[Key]]:
    """Machine -> pairs that its sheets exercise."""
    return {"mtp2": sheets_of_q781(), "mtp3": sheets_of_q782(), "isup": sheets_of_q784()}


# -- the report --------------------------------------------------------------------------------------------------------


def lines(sheets: dict[str, set[Key]], others: dict[str, set[Key]]) -> list[Line]:
    """One row a box. others: pairs that further tests exercise."""
    found = []
    for machine in machines():
        for box in dict.fromkeys(pair.box for pair in machine.pairs):
            pairs = [pair for pair in machine.pairs if pair.box == box]
            possible = [pair for pair in pairs if not pair.impossible]
            played = {pair.key for pair in possible} & sheets[machine.name]
            more = ({pair.key for pair in possible} & others[machine.name]) - played
            found.append(Line(
                machine.title, box, len(pairs), len(played), len(more), tuple(p for p in pairs if p.impossible),
                tuple(pair for pair in possible if pair.key not in played | more)))  # fmt: skip
    return found
