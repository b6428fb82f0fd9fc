"""What every box stands on: state, configuration, sending, timers, signals between boxes, the choice of links."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, Final, TypeAlias

import msgspec

from switchsim.proto.mtp3.actions import Action, Level2, SendMsu, StartTimer, StopTimer, Violation
from switchsim.proto.mtp3.codec import Kind, Message, encode
from switchsim.proto.mtp3.config import TIMERS, LinkSetConfig, Mtp3Config
from switchsim.proto.mtp3.label import Label, ServiceIndicator, service_octet
from switchsim.proto.mtp3.label import encode as encode_label
from switchsim.proto.mtp3.state import (
    Adjacent,
    Box,
    Destination,
    LinkEntry,
    Lsac,
    Mtp3State,
    Rsrt,
    Trac,
)

NOWHERE: Final = (-1,) * 16


class Due(IntEnum):
    """Why traffic has to be routed anew (TSRC)."""

    NOTHING = 0
    LINK = 1  # a link or an adjacent point came or went
    ROUTE = 2  # a neighbour says that it can (or can not) reach a destination


class Nothing(msgspec.Struct, frozen=True):
    """What a pair of state and event that changes nothing says of itself: why, the clause, and whether it can be."""

    reason: str
    clause: str
    impossible: bool = False


Handler: TypeAlias = Callable[..., None]
Rows: TypeAlias = dict[tuple[IntEnum, IntEnum], Handler | Nothing]


class LinkPlan(msgspec.Struct, frozen=True):
    """Where a link belongs."""

    link_set: str
    adjacent_pc: int
    slc: int


class RoutePlan(msgspec.Struct, frozen=True):
    """The classes of link sets to one destination, best first, and the SLS bit that shares a pair."""

    classes: tuple[tuple[str, ...], ...]
    sls_bit: int


def preference(links: tuple[int, ...], sls: int) -> tuple[int, ...]:
    """All links of a set in the order in which this SLS wants them (Q.704 2.3.5).

    The first available one carries it: so a failure moves only the traffic of the link that failed, and the SLS values
    of that link spread over the others.
    """
    count = len(links)
    first, turn = sls % count, sls // count
    others = [links[(first + step) % count] for step in range(1, count)]
    turn = turn % len(others) if others else 0
    return (links[first], *others[turn:], *others[:turn])


class Core:
    """One point's state with its basic acts; `out` collects the actions of the entry under way."""

    def __init__(self, state: Mtp3State, config: Mtp3Config, trace: list[tuple[Box, int, int]] | None) -> None:
        self.state = state
        self.config = config
        self.trace = trace
        self.out: list[Action] = []
        self.signals: list[tuple[Box, int | str, IntEnum, int]] = []
        self.cycles = TIMERS | config.timers
        self.link_sets: dict[str, LinkSetConfig] = {row.name: row for row in config.link_sets}
        self.plans: dict[int, LinkPlan] = {}
        self.by_slc: dict[tuple[int, int], int] = {}
        self.order: dict[str, tuple[tuple[int, ...], ...]] = {}
        self.by_adjacent: dict[int, tuple[str, ...]] = {}
        self.routes: dict[int, RoutePlan] = {}
        self.wanted: dict[int, tuple[int, ...]] = {}
        self.due = Due.NOTHING
        self.opened: dict[tuple[int, int], str] = {}  # changebacks that began with the routing under way: old, new link
        self._plan_links()
        self._plan_routes()
        self._fill_state()

    def _plan_links(self) -> None:
        for row in self.config.link_sets:
            assert 1 <= len(row.links) <= 16, f"link set {row.name!r} has {len(row.links)} links; 1 to 16 can be"
            ids = tuple(link.id for link in row.links)
            self.order[row.name] = tuple(preference(ids, sls) for sls in range(16))
            self.by_adjacent[row.adjacent_pc] = (*self.by_adjacent.get(row.adjacent_pc, ()), row.name)
            for link in row.links:
                key = (row.adjacent_pc, link.slc)
                assert link.id not in self.plans, f"link {link.id} is there twice"
                assert key not in self.by_slc, f"SLC {link.slc} towards {row.adjacent_pc} is there twice"
                self.plans[link.id] = LinkPlan(row.name, row.adjacent_pc, link.slc)
                self.by_slc[key] = link.id

    def _plan_routes(self) -> None:
        rows = {route.dpc: route for route in self.config.routes}
        for adjacent_pc, names in self.by_adjacent.items():
            row = rows.pop(adjacent_pc, None)
            rest = [tuple(name for name in one if name not in names) for one in row.link_sets] if row else []
            classes = (names[:2], *(one for one in rest if one))
            self.routes[adjacent_pc] = RoutePlan(classes, row.sls_bit if row else 3)
        for dpc, row in rows.items():
            self.routes[dpc] = RoutePlan(row.link_sets, row.sls_bit)

    def _fill_state(self) -> None:
        state = self.state
        for link in self.plans:
            state.links.setdefault(link, LinkEntry())
        for adjacent_pc in self.by_adjacent:
            state.adjacents.setdefault(adjacent_pc, Adjacent())
        for dpc in self.routes:
            state.destinations.setdefault(dpc, Destination())

    # -- small acts ----------------------------------------------------------------------------------------------------

    def signal(self, box: Box, subject: int | str, event: IntEnum, value: int = 0) -> None:
        """Tell another box something; it acts when the one under way has finished."""
        self.signals.append((box, subject, event, value))

    def count(self, word: str, number: int = 1) -> None:
        counters = self.state.counters
        counters[word] = counters.get(word, 0) + number

    def violation(self, clause: str, detail: str) -> None:
        self.count("violations")
        self.out.append(Violation(clause, detail))

    def unknown(self, clause: str, kind: Kind, dpc: int) -> None:
        """A management message tells of a point that is no destination of ours: no user has to know."""
        self.count("unknown_destination")
        self.violation(clause, f"{kind.name} about point {dpc}, which is no destination here")

    def start(self, timer: str, subject: int | str = "") -> None:
        name = timer if subject == "" else f"{timer}/{subject}"
        cycles = self.cycles[timer]
        self.state.timers[name] = cycles
        self.out.append(StartTimer(name, cycles))

    def stop(self, timer: str, subject: int | str = "") -> None:
        name = timer if subject == "" else f"{timer}/{subject}"
        if self.state.timers.pop(name, None) is not None:
            self.out.append(StopTimer(name))

    def level2(self, link: int, order: str, value: int = -1) -> None:
        self.out.append(Level2(link, order, value))

    # -- messages of our own -------------------------------------------------------------------------------------------

    def octets(self, dpc: int, slc: int, message: Message, si: int = ServiceIndicator.SNM) -> bytes:
        config = self.config
        label = encode_label(Label(dpc, config.own_pc, slc), config.variant)
        head = bytes((service_octet(si, config.ni),)) + label
        return head + encode(message, config.variant)

    def send_on(self, link: int, slc: int, message: Message, si: int = ServiceIndicator.SNM) -> None:
        """Send a message to the far end of a link on that very link."""
        self.out.append(SendMsu(link, self.octets(self.plans[link].adjacent_pc, slc, message, si)))

    def send_snm(self, dpc: int, slc: int, message: Message) -> bool:
        """Send a management message to a point by the best way there is; False when there is none."""
        link = self.snm_link(dpc, slc)
        if link < 0:
            self.count("snm_no_route")
            return False
        self.out.append(SendMsu(link, self.octets(dpc, slc, message)))
        return True

    def send_for(self, link: int, kind: Kind, value: int = 0) -> bool:
        """Send a message about a link to its far end: the label carries the link's SLC (Q.704 15.2)."""
        plan = self.plans[link]
        return self.send_snm(plan.adjacent_pc, plan.slc, Message(kind, value))

    def snm_link(self, dpc: int, slc: int) -> int:
        """The link for a management message, -1 none: traffic diversions do not hold it back.

        An adjacent point is reached directly even while it restarts, by another route, or at last over an inhibited
        link, on which management messages may run (Q.704 10.3).
        """
        direct = self.by_adjacent.get(dpc, ())
        for name in direct:
            for link in self.order[name][slc]:
                if self.state.links[link].available:
                    return link
        if dpc in self.routes and (link := self.want(dpc)[slc]) >= 0:
            return link
        for name in direct:
            for link in self.order[name][slc]:
                entry = self.state.links[link]
                if entry.lsac is Lsac.ACTIVE and not (entry.remote_outage or entry.local_outage):
                    return link
        return -1

    # -- the choice of links -------------------------------------------------------------------------------------------

    def want(self, dpc: int) -> tuple[int, ...]:
        """The link that each SLS to a destination should use as things stand, -1 for all when there is no route."""
        row = self.wanted.get(dpc)
        if row is None:
            row = self.wanted[dpc] = self._choose(dpc)
        return row

    def _choose(self, dpc: int) -> tuple[int, ...]:
        plan = self.routes[dpc]
        for one in plan.classes:
            usable = [name for name in one if self.usable(name, dpc)]
            if not usable:
                continue
            routes = self.state.destinations[dpc].routes
            free = [name for name in usable if self.link_sets[name].adjacent_pc not in routes]
            usable = free or usable
            names = one if len(usable) == 2 else (usable[0],)
            return tuple(self._first(names[(sls >> plan.sls_bit & 1) % len(names)], sls) for sls in range(16))
        return NOWHERE

    def _first(self, name: str, sls: int) -> int:
        links = self.state.links
        for link in self.order[name][sls]:
            if links[link].available:
                return link
        return -1

    def set_available(self, name: str) -> bool:
        links = self.state.links
        return any(links[row.id].available for row in self.link_sets[name].links)

    def usable(self, name: str, dpc: int) -> bool:
        """Whether traffic for a destination may take a link set: a link works, its end works and can reach the rest."""
        adjacent_pc = self.link_sets[name].adjacent_pc
        if self.state.adjacents[adjacent_pc].trac is not Trac.READY:
            return False
        if self.state.destinations[dpc].routes.get(adjacent_pc) is Rsrt.PROHIBITED:
            return False
        return self.set_available(name)

    def connected(self, adjacent_pc: int) -> bool:
        """Whether any link to an adjacent point is active, be it inhibited or blocked."""
        links = self.state.links
        return any(links[row.id].lsac is Lsac.ACTIVE
                   for name in self.by_adjacent[adjacent_pc] for row in self.link_sets[name].links)

    def forget(self) -> None:
        """Availability changed: what was chosen no longer counts."""
        self.wanted.clear()

    def reroute(self, due: Due) -> None:
        """Availability changed: choose anew as soon as the boxes under way have finished."""
        self.wanted.clear()
        self.due = max(self.due, due)


def run(core: Core, box: Box, state: IntEnum, event: IntEnum, rows: Rows, *arguments: Any) -> None:
    """One step of a box: note the pair, then act as its table says."""
    if core.trace is not None:
        core.trace.append((box, int(state), int(event)))
    row = rows[state, event]
    if not isinstance(row, Nothing):
        row(core, *arguments)
