"""The No.7 network as its own reports show it: which links both ends have, and when messages may get lost.

Loss is judged by circumstances, not by what a point made of them: while both ends of a relation have a link, changeover
with retrieval is exact, whatever else fails. A window in which it can not be is an `Excuse`, which says why.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import (
    BoardState,
    Destination,
    PortLost,
    ProcessorActive,
    SignallingLink,
)
from switchsim.scenario.checks.base import CheckSettings, Handler
from switchsim.scenario.checks.lies import LEVEL3, OPEN, Lies
from switchsim.units import seconds

Pair = tuple[int, int]

REACH_CYCLES: Final = seconds(3)
"""A link may have failed for so long before its ends say so: T7, 2 s at most (Q.703 12.3), and what was on its way."""
AFTER_CYCLES: Final = seconds(1)
TAKEOVER_CYCLES: Final = seconds(2)
_INSIDE: Final = frozenset({"SendMsu", "MsuReceived", "Level2Order", "Level2Report"})


class Excuse(msgspec.Struct):
    """Messages sent in [since, until] may get lost: between the ends of `pair`, all ways beyond it when `beyond`;
    of `point`, to or from; of the relation `way`, in its direction; without any of them: all."""

    why: str
    since: int
    until: int = OPEN
    pair: Pair | None = None
    beyond: bool = False
    point: int = -1
    way: Pair | None = None
    untrue: bool = False  # what arrives may be anything, too


def pair_of(a: int, b: int) -> Pair:
    return (a, b) if a < b else (b, a)


class Network:
    """Give it the records that `handlers` names."""

    def __init__(self, settings: CheckSettings) -> None:
        facts = settings.signalling
        self.points = facts.points
        self.ends: dict[str, Pair] = {name: pair_of(*ends) for name, ends in facts.links.items()}
        self.between: dict[Pair, list[str]] = {}
        for name, pair in self.ends.items():
            self.between.setdefault(pair, []).append(name)
        self.facts = facts
        self.excuses: list[Excuse] = []
        self.codes = frozenset(facts.points.values())
        self.lies = Lies(settings)
        self._states: dict[tuple[str, int], str] = {}
        self._open: dict[Any, Excuse] = {}
        self._reached: dict[Pair, int] = {}  # OPC, DPC -> when the one was first told that the other is accessible
        for pair in self.between:
            self._begin(("pair", pair), Excuse("no signalling link has come up yet", 0, pair=pair))

    def handlers(self) -> dict[type[Event], Handler]:
        return {
            SignallingLink: self.link,
            BoardState: self._board,
            ProcessorActive: self._processor,
            PortLost: self._port,
            Destination: self._destination,
            **self.lies.handlers(),
        }

    # -- what is asked -----------------------------------------------------------------------------------------------

    def told(self, link: str, point: int) -> str:
        """The last state that a point told of a link, `` before the first."""
        return self._states.get((link, point), "")

    def available(self, link: str) -> bool:
        """Both ends have the link; an end that is not in the journal counts as having it."""
        return all(self.told(link, code) == "available" for code in self.ends[link] if code in self.codes)

    def _joined(self, pair: Pair) -> bool:
        return any(self.available(name) for name in self.between[pair])

    def others(self, link: str) -> list[str]:
        """Further links between the same points that both ends have."""
        return [name for name in self.between[self.ends[link]] if name != link and self.available(name)]

    def excuse(self, opc: int, dpc: int, at: int) -> str:
        """Why a message sent at `at` may be lost, `` when it may not."""
        adjacent = pair_of(opc, dpc) in self.between
        for excuse in self.excuses:
            if excuse.since <= at <= excuse.until and _applies(excuse, opc, dpc, adjacent):
                return excuse.why
        if not adjacent and at <= self._reached.get((opc, dpc), OPEN):
            return "the destination was not accessible yet"
        lie = self.lies.acted(at, at + REACH_CYCLES, LEVEL3)
        return f"the fault {lie} acted" if lie else ""

    def untrue(self, at: int) -> bool:
        """Whether a fault made units say what is not so, at `at` or shortly before."""
        return any(one.untrue and one.since <= at <= one.until for one in self.excuses)

    # -- what happens ------------------------------------------------------------------------------------------------

    def _begin(self, key: Any, excuse: Excuse) -> None:
        self.excuses.append(excuse)
        if excuse.until == OPEN:
            self._open[key] = excuse

    def _end(self, key: Any, until: int) -> None:
        excuse = self._open.pop(key, None)
        if excuse is not None:
            excuse.until = until

    def link(self, record: Record, event: SignallingLink) -> None:
        code = self.points.get(record.place, -1)
        pair = self.ends.get(event.link)
        if pair is None or code not in pair:
            return
        at, had = record.at, self._joined(pair)
        self._states[event.link, code] = event.state
        for beyond in (False, True):
            key = ("blocked", event.link, code, beyond)
            if event.state == "blocked" and key not in self._open:
                why = f"processor outage on {event.link}: changeover by time alone (Q.704 5.6.2)"
                self._begin(key, Excuse(why, at - REACH_CYCLES, pair=pair, beyond=beyond))
            elif event.state != "blocked":
                self._end(key, at + REACH_CYCLES)
        has = self._joined(pair)
        if had and not has:
            between = f"between {pair[0]} and {pair[1]}"
            self._begin(("pair", pair), Excuse(f"no link was left {between}", at - REACH_CYCLES, pair=pair))
            why = f"the way {between} was lost (forced rerouting, Q.704 7.1)"
            self._begin("", Excuse(why, at - REACH_CYCLES, at + REACH_CYCLES, pair=pair, beyond=True))
        elif has and not had:
            self._end(("pair", pair), at + AFTER_CYCLES)

    def _board(self, record: Record, event: BoardState) -> None:
        if event.state == "in_service":
            return
        for pair in dict.fromkeys(self.ends[link] for link in sorted(self.facts.on_board(record.place))):
            why = f"the board {record.place} went with what its links held (Q.704 5.6.1)"
            for beyond in (False, True):  # a link to a transfer point held messages for those behind it, too
                since, until = record.at - REACH_CYCLES, record.at + REACH_CYCLES
                self._begin("", Excuse(why, since, until, pair=pair, beyond=beyond))

    def _processor(self, record: Record, event: ProcessorActive) -> None:
        if event.why != "power-on" and record.place in self.points:
            why, since = "another main processor took over", record.at - TAKEOVER_CYCLES
            self._begin("", Excuse(why, since, record.at + AFTER_CYCLES, point=self.points[record.place]))

    def _port(self, record: Record, event: PortLost) -> None:
        if event.message in _INSIDE:
            why = f"{event.port} of {record.place} was {event.why}"
            self._begin("", Excuse(why, record.at - AFTER_CYCLES, record.at + AFTER_CYCLES))

    def _destination(self, record: Record, event: Destination) -> None:
        way = (self.points.get(record.place, -1), event.point_code)
        paused, congested = ("paused", way), ("congested", way)
        if event.state == "pause" and paused not in self._open:
            self._begin(paused, Excuse("the destination was paused", record.at - REACH_CYCLES, way=way))
        elif event.state == "resume":
            self._reached.setdefault(way, record.at)
            self._end(paused, record.at)
        elif event.state == "congestion" and event.level == 0:
            self._end(congested, record.at + AFTER_CYCLES)
        elif event.state == "congestion" and congested not in self._open:
            self._begin(congested, Excuse("the way was congested (Q.704 3.8)", record.at - AFTER_CYCLES, way=way))
        elif event.state.startswith("user"):
            why = "the user part was not available (Q.704 11.2.7)"
            self._begin("", Excuse(why, record.at - REACH_CYCLES, record.at + REACH_CYCLES, way=way))


def _applies(excuse: Excuse, opc: int, dpc: int, adjacent: bool) -> bool:
    if excuse.beyond:
        return not adjacent
    if excuse.pair is not None:
        return excuse.pair == pair_of(opc, dpc)
    if excuse.point >= 0:
        return excuse.point in (opc, dpc)
    return excuse.way in (None, (opc, dpc))
