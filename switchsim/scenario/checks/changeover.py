"""Changeover, changeback and load sharing of No.7 links, by what both ends say and by the units on the line."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import (
    BoardState,
    Changeback,
    Changeover,
    Destination,
    ProcessorActive,
    SignallingLink,
    UnitReceived,
    UnitSent,
)
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.report.signal_units import FIRST_USER, read_record
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.scenario.checks.lies import LEVEL3
from switchsim.scenario.checks.network import Network, Pair, pair_of
from switchsim.units import format_cycles, ms, seconds

CHANGEOVER_CYCLES: Final = seconds(2) + ms(100)
"""T2, 0.7..2.0 s (Q.704 16.8), when nobody answers; and the way between level 2 and level 3."""
CHANGEBACK_CYCLES: Final = 2 * ms(1_200) + ms(200)
"""T4 and T5, 0.5..1.2 s each (Q.704 16.8), when nobody answers the declarations."""
PAUSE_CYCLES: Final = ms(200)
"""The two ends learn of a link's fate at different times."""
_DOWN: Final = frozenset({"failed", "deactivated"})
_LEAVES: Final = _DOWN | {"blocked", "inhibited"}


class _Episode(msgspec.Struct):
    """A link that was lost, from the first end that says so to the last that sends its traffic elsewhere."""

    since: int
    left: list[str] = []  # places at which the traffic went over
    done: int = -1


class _Due(msgspec.Struct):
    """What a place owes."""

    since: int
    until: int


Key = tuple[str, str]
"""(place, link)."""


class Moves(Check):
    """A link that fails while both ends have another one to the same point hands its traffic over within T2, and gets
    it back within T4 and T5 once both ends have it again. A relation whose ends have a link is not paused."""

    name = "signalling.changeover"
    title = "traffic of a lost signalling link goes over to others in time, and comes back"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._network = Network(settings)
        self._episodes: dict[str, _Episode] = {}
        self._times: list[int] = []
        self._over: dict[Key, _Due] = {}
        self._back: dict[Key, _Due] = {}
        self._serves: set[tuple[str, int]] = set()  # place, point code that it takes traffic for
        self._away: set[Key] = set()  # went over to a link of the same relation
        self._joined: dict[Pair, int] = {}  # since when both ends have a link
        self._seen = False
        self._weighed = self._spared = 0  # what was owed, and judged or not

    def handlers(self) -> dict[type[Event], Handler]:
        return {
            SignallingLink: self._link,
            Changeover: self._went_over,
            Changeback: self._came_back,
            Destination: self._destination,
            ProcessorActive: self._broken,
            BoardState: self._broken,
            **self._network.lies.handlers(),
        }

    def _bad(self, span: tuple[int, int], at: int, place: str, what: str) -> None:
        """Orders and acknowledgements go over other links: a fault of any one may have spoiled them."""
        if not self._network.lies.acted(*span, LEVEL3):
            self.found(at, place, what)

    def _count(self, since: int, until: int) -> None:
        if self._network.lies.acted(since, until, LEVEL3):
            self._spared += 1
        else:
            self._weighed += 1

    # -- links -------------------------------------------------------------------------------------------------------

    def _link(self, record: Record, event: SignallingLink) -> None:
        network, name = self._network, event.link
        pair, code = network.ends.get(name), network.points.get(record.place, -1)
        if pair is None or code not in pair:
            return
        self._look(record.at)
        before = network.told(name, code)
        network.link(record, event)
        self._note(pair, record.at)
        key = (record.place, name)
        if event.state in _LEAVES:
            self._excused(pair, name)
        if before == "available" and event.state in _LEAVES:
            self._left(record.at, key, event.state)
        elif event.state == "available":
            self._over.pop(key, None)  # a short suspension
            if network.available(name):
                self._restored(record.at, name)

    def _left(self, at: int, key: Key, state: str) -> None:
        """A point that restarts has no traffic yet (Q.704 9.2)."""
        ends = self._network.ends[key[1]]
        if not self._network.others(key[1]) or not any((key[0], code) in self._serves for code in ends):
            return
        if state in _DOWN:
            self._episodes.setdefault(key[1], _Episode(at))
        self._over[key] = _Due(at, at + CHANGEOVER_CYCLES)

    def _excused(self, pair: Pair, name: str) -> None:
        """Another link of the relation went too: orders on their way are sent again, or there is nowhere to go."""
        for owed in [owed for owed in self._over if self._network.ends[owed[1]] == pair]:
            if owed[1] == name and self._network.others(name):
                continue  # it is the other end that says so
            if self._network.others(owed[1]):
                self._over[owed].until += CHANGEOVER_CYCLES
            else:
                del self._over[owed]
                self._episodes.pop(owed[1], None)
        for owed in [owed for owed in self._back if self._network.ends[owed[1]] == pair]:
            del self._back[owed]

    def _restored(self, at: int, name: str) -> None:
        for place, code in self._network.points.items():
            if (place, name) in self._away and code in self._network.ends[name] and self._network.others(name):
                self._back[place, name] = _Due(at, at + CHANGEBACK_CYCLES)

    def _went_over(self, record: Record, event: Changeover) -> None:
        key = (record.place, event.link)
        self._seen = True
        due = self._over.pop(key, None)
        if due is not None:
            self._count(due.since, record.at)
        if due is not None and record.at > due.until:
            self._late(record.place, event.link, due, record.at)
        to_links = [self._network.facts.one(link) for link in event.to_links.split()]
        if any(self._network.ends.get(link) == self._network.ends.get(event.link) for link in to_links):
            self._away.add(key)
        episode = self._episodes.get(event.link)
        if episode is not None:
            episode.done = record.at
            episode.left.append(record.place)
            if not any(owed[1] == event.link for owed in self._over):
                self._times.append(episode.done - episode.since)
                del self._episodes[event.link]

    def _late(self, place: str, link: str, due: _Due, at: int) -> None:
        what = f"the traffic of {link} goes over only {format_cycles(at - due.since)} after it was lost"
        self._bad((due.since, at), at, place, f"{what}; T2 is 0.7..2.0 s (Q.704 5.7.2, 16.8)")

    def _came_back(self, record: Record, event: Changeback) -> None:
        due = self._back.pop((record.place, event.link), None)
        if due is not None:
            self._count(due.since, record.at)
        self._away.discard((record.place, event.link))

    def _broken(self, record: Record, event: Any) -> None:
        """A board or a processor that went, or came, begins anew: what was owed before is not."""
        if isinstance(event, BoardState):
            links = self._network.facts.on_board(record.place)
            if event.state != "in_service" and not links:
                return
        else:
            code = self._code(record.place)
            links = {link for link, pair in self._network.ends.items() if code in pair}
            if event.why == "restart":
                self._serves = {one for one in self._serves if one[0] != record.place}
            else:
                self._serves |= {(record.place, other) for place, other in self._serves if self._code(place) == code}
            self._away = {(record.place if self._code(place) == code else place, link) for place, link in self._away}
        for owed in (self._over, self._back):
            for key in [key for key in owed if key[1] in links]:
                del owed[key]
        for link in [link for link in self._episodes if link in links]:
            del self._episodes[link]

    def _code(self, place: str) -> int:
        return self._network.points.get(place, -1)

    # -- destinations ------------------------------------------------------------------------------------------------

    def _note(self, pair: Pair, at: int) -> None:
        if any(self._network.available(link) for link in self._network.between[pair]):
            self._joined.setdefault(pair, at)
        else:
            self._joined.pop(pair, None)

    def _destination(self, record: Record, event: Destination) -> None:
        """A pause may come a little before or after the last link's end."""
        if event.state == "resume":
            self._serves.add((record.place, event.point_code))
        elif event.state == "pause":
            self._serves.discard((record.place, event.point_code))
        code = self._code(record.place)
        since = self._joined.get(pair_of(code, event.point_code))
        if event.state == "pause" and since is not None and record.at - since > PAUSE_CYCLES:
            others = [link for link in self._network.between[pair_of(code, event.point_code)]
                      if self._network.told(link, code) == "available"]  # fmt: skip
            what = f"destination {event.point_code} is paused while {' '.join(others)} is available at both ends"
            self._bad((record.at, record.at), record.at, record.place, f"{what} (Q.704 7.2, 11.2.5)")

    # -- the end -----------------------------------------------------------------------------------------------------

    def _look(self, at: int) -> None:
        for (place, link), due in list(self._over.items()):
            if at > due.until + CHANGEOVER_CYCLES:
                del self._over[place, link]
                self._episodes.pop(link, None)
                self._count(due.since, due.until)
                what = f"the traffic of {link}, lost although another link was available, does not go over"
                self._bad((due.since, due.until), due.since, place, f"{what} (Q.704 5.1.1)")
        for (place, link), due in list(self._back.items()):
            if at > due.until:
                del self._back[place, link]
                self._count(due.since, due.until)
                what = f"no traffic comes back to {link} in {format_cycles(CHANGEBACK_CYCLES)}"
                what += "; T4 and T5 are 0.5..1.2 s each (Q.704 6.5, 16.8)"
                self._bad((due.since, due.until), due.since, place, what)

    def finish(self, end: int) -> CheckResult:
        self._look(end)
        if not self._seen and not self.findings:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, "no signalling link was lost")
        told = self._network.lies.told(LEVEL3, end)
        if self._spared and not self._weighed and not self.findings:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, told)
        reason = "no changeover between two available links"
        if self._times:
            mean, worst = sum(self._times) // len(self._times), max(self._times)
            reason = f"{len(self._times)} changeovers; full traffic on the other links after {format_cycles(mean)} on"
            reason += f" average, {format_cycles(worst)} at most"
        reason += f"; {told}" if told else ""
        return judged(self.name, self.title, self.findings, reason=reason)


class _Carried(msgspec.Struct):
    """The link that carries a flow, and since when."""

    link: str
    at: int


class Shares(Check):
    """Every SLS keeps to one link between two adjacent points, and moves only when that link was lost or another one
    came back: of N links that share the load, one that fails moves its own share alone (Q.704 2.3, 10.2.1)."""

    name = "signalling.sharing"
    title = "each SLS keeps to its link; a failure moves only the share of the link that failed"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._network = Network(settings)
        self._long = settings.signalling.long_labels
        self._carried: dict[tuple[int, int, int], _Carried] = {}  # DPC, OPC, SLS
        self._lost: dict[str, int] = {}  # link -> when an end last gave it up
        self._gained: dict[tuple[str, int], int] = {}  # link, point code -> when that end last had it again
        self._moves = 0
        self._since = -1  # the first message

    def handlers(self) -> dict[type[Event], Handler]:
        handlers: dict[type[Event], Handler] = {
            SignallingLink: self._link, UnitSent: self._unit, UnitReceived: self._unit}
        return handlers | self._network.lies.handlers()

    def _link(self, record: Record, event: SignallingLink) -> None:
        self._network.link(record, event)
        if event.link not in self._network.ends:
            return
        if event.state != "available":
            self._lost[event.link] = record.at
        else:
            self._gained[event.link, self._network.points.get(record.place, -1)] = record.at

    def _unit(self, record: Record, event: UnitSent | UnitReceived) -> None:
        unit = read_record(event.octets, long_label=self._long)
        adjacent = self._network.ends.get(event.link) == pair_of(unit.opc, unit.dpc)
        if unit.service < FIRST_USER or not adjacent:
            return
        self._since = record.at if self._since < 0 else self._since
        key = (unit.dpc, unit.opc, unit.sls)
        carried = self._carried.setdefault(key, _Carried(event.link, record.at))
        if carried.link != event.link and not self._may_move(carried, event.link, unit.opc):
            if self._network.lies.acted(record.at, record.at, LEVEL3, carried.link, event.link):
                return  # no message of this flow, or one out of its time
            what = f"SLS {unit.sls} from {unit.opc} to {unit.dpc} moves from {carried.link} to {event.link}"
            self.found(record.at, record.place, f"{what}, although nothing happened to them (Q.704 2.3.5)")
        self._moves += carried.link != event.link
        carried.link, carried.at = event.link, record.at

    def _may_move(self, carried: _Carried, to: str, opc: int) -> bool:
        """The link was lost, or the new one came, at most a changeover or changeback before its last message there.

        Who sends takes a link as soon as its own test was passed, whatever the other end's test says (Q.707 2.2); of
        one outside the journal the other end tells it.
        """
        since = carried.at - CHANGEBACK_CYCLES
        ends = [code for code in self._network.ends[to] if code == opc or opc not in self._network.codes]
        lost = self._lost.get(carried.link, since - 1)
        gained = max(self._gained.get((to, code), since - 1) for code in ends)
        return not self._network.available(carried.link) or lost >= since or gained >= since

    def finish(self, end: int) -> CheckResult:
        if self._since < 0:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, "no message between adjacent points")
        reason = f"{len(self._carried)} flows, {self._moves} times moved"
        span, lies = (self._since, end), self._network.lies
        return lies.judged(self.name, self.title, self.findings, span, LEVEL3, self._network.ends, reason)


CHANGEOVER: tuple[type[Check], ...] = (Moves, Shares)
