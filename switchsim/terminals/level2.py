"""MTP2 of the links that one part carries: the protocol machine of each, joined to its units of the native core.

Level 3 of a link sits elsewhere: the machine's in the main processor, behind the bus, a far end's in the same part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Protocol

import msgspec

from switchsim.dsp.engine import (
    EV_AERM,
    EV_SU,
    EV_SU_COUNTING,
    EV_SU_LOW,
    EV_SU_PROVED_AGAIN,
    EV_SUERM,
    NONE,
    SU_FIRST,
    Engine,
)
from switchsim.model.event import Event
from switchsim.model.events import LinkDown, LinkUp, OctetCounting, UnitReceived, UnitSent, Violated
from switchsim.model.part import MediaEvent, State
from switchsim.proto import mtp2
from switchsim.proto.mtp3 import Variant
from switchsim.terminals.breaking import Breaker, Broken

RECEIVER_EVENTS: Final = (EV_SU, EV_SU_COUNTING, EV_SUERM, EV_AERM, EV_SU_PROVED_AGAIN)
SUERM_T: Final = 64
"""Errors that fail a link in service (Q.703 10.2.2)."""
TRANSMITTER_EVENTS: Final = (EV_SU_LOW,)


class TerminalRow(msgspec.Struct, frozen=True):
    """One link's units: `cell` is what its receiver listens to, `sends` the cell of its transmitter.

    tap: a receiver of its own on what leaves, so that the journal tells the octets on the line; NONE where the other
    end of the link writes the journal. variant: how labels of its messages are read.
    """

    name: str  # line:timeslot
    transmitter: int
    receiver: int
    cell: int
    sends: int
    tap: int = NONE
    config: mtp2.LinkConfig = mtp2.LinkConfig()
    variant: Variant = Variant.ITU14

    def media_units(self) -> list[tuple[tuple[int, ...], int]]:
        """(kinds of events, unit) that the part with this link has to own."""
        taps = [(RECEIVER_EVENTS, self.tap)] if self.tap != NONE else []
        return [(RECEIVER_EVENTS, self.receiver), (TRANSMITTER_EVENTS, self.transmitter), *taps]


class TerminalState(State):
    """One link. fill, ack: what its terminal was told last; broken: its faults, which outlive all else; up: the
    journal says that it is."""

    level2: mtp2.LinkState
    up: bool = False
    counting: bool = False
    fill: bytes = b""
    ack: int = 0xFF
    repeats: int = -1  # what the receiver counted when it was asked last, -1: a unit came since
    broken: Broken | None = None


class Owner(Protocol):
    """What a part gives its terminals."""

    def emit(self, event: Event) -> None: ...
    def start_timer(self, name: str, cycles: int) -> None: ...
    def stop_timer(self, name: str) -> None: ...


class Terminals:
    """Level 3 gets messages through `received(number, octets)`, all else through `report(number, what, value, text,
    octets)`, as in Level2Report. Timers are named `l2/<number>/<name>`."""

    def __init__(
        self, owner: Owner, engine: Engine, rows: Sequence[TerminalRow], received: Callable[[int, bytes], None],
        report: Callable[[int, str, int, str, bytes], None],
    ) -> None:
        self.owner = owner
        self.engine = engine
        self.rows = rows
        self.received = received
        self.report = report
        self.by_receiver = {row.receiver: number for number, row in enumerate(rows)}
        self.by_transmitter = {row.transmitter: number for number, row in enumerate(rows)}
        self.by_tap = {row.tap: number for number, row in enumerate(rows) if row.tap != NONE}
        self.states: list[TerminalState] = []
        self.links: list[mtp2.Link] = []
        self.breaker = Breaker(self)

    def new_states(self) -> list[TerminalState]:
        """Nothing is known but what is wrong with the links."""
        broken = [state.broken for state in self.states] or [None] * len(self.rows)
        return [TerminalState(mtp2.LinkState(), broken=one) for one in broken]

    def restored(self, states: list[TerminalState]) -> None:
        """These are the states from now on."""
        self.states = states
        self.links = [mtp2.Link(state.level2, row.config) for state, row in zip(states, self.rows, strict=True)]

    # -- life --------------------------------------------------------------------------------------------------------

    def power_on(self) -> None:
        """Every link begins: out of service, SIOS on the line."""
        for number, row in enumerate(self.rows):
            self.engine.gate(row.sends, 0xFF, 0, 0)
            self.engine.su_listen(row.receiver, row.cell)
            if row.tap != NONE:
                self.engine.su_listen(row.tap, row.sends)
            self.do(number, self.links[number].power_on())
            if self.states[number].broken is not None:
                self.breaker.power_on(number)

    def power_off(self) -> None:
        """Nothing is sent or heard any more: the timeslot carries ones."""
        for number, row in enumerate(self.rows):
            self.engine.gate(row.sends, 0, 0xFF, 0)
            self.do(number, self.links[number].power_off())
            self.engine.su_flush(row.transmitter)
            self.engine.su_fill(row.transmitter, b"")
            self.engine.su_listen(row.receiver, NONE)
            if row.tap != NONE:
                self.engine.su_listen(row.tap, NONE)
            self.states[number].counting = self.states[number].up = False

    # -- what comes in -----------------------------------------------------------------------------------------------

    def media(self, event: MediaEvent) -> None:
        """An event of one of the units."""
        kind, unit = event.kind, event.unit
        if kind == EV_SU:
            number = self.by_receiver.get(unit, -1)
            if number < 0:
                self.owner.emit(UnitSent(self.rows[self.by_tap[unit]].name, event.octets.hex()))
                return
            row = self.rows[number]
            self.states[number].repeats = -1
            if row.tap != NONE:
                self.owner.emit(UnitReceived(row.name, event.octets.hex()))
            if self.states[number].broken is None:
                self.do(number, self.links[number].receive(event.octets, event.b >> 16))
            else:
                self.breaker.received(number, event.octets, event.b >> 16)
        elif kind == EV_SU_LOW:
            number = self.by_transmitter[unit]
            self.do(number, self.links[number].low())
        elif unit in self.by_receiver:
            self._monitor(self.by_receiver[unit], kind, event.a)

    def _monitor(self, number: int, kind: int, a: int) -> None:
        link = self.links[number]
        if kind == EV_SU_COUNTING:
            self.states[number].counting = bool(a)
            self.owner.emit(OctetCounting(self.rows[number].name, a))
        elif kind == EV_SUERM:
            self.do(number, link.suerm_failure())
        elif kind == EV_AERM:
            self.do(number, link.aerm_abort())
        else:
            self.do(number, link.correct_su())

    def timer(self, name: str) -> None:
        """`<number>/<name>`."""
        number, _, timer = name.partition("/")
        if "/" in timer:
            self.breaker.timer(int(number), timer)
        else:
            self.do(int(number), self.links[int(number)].timer(timer))

    def take(self, number: int, octets: bytes, repeats_before: int) -> None:
        """A unit that a fault let through."""
        self.do(number, self.links[number].receive(octets, repeats_before))

    def order(self, number: int, order: str, value: int = -1) -> None:
        """An order of level 3: see Level2Order; `report` tells the present state again.

        Of whoever disturbs level 2 also: outage, recovered, busy, not_busy.
        """
        link = self.links[number]
        if order == "report":
            up = self.states[number].level2.lsc in (mtp2.Lsc.IN_SERVICE, mtp2.Lsc.PROCESSOR_OUTAGE)
            self.report(number, "in_service" if up else "out_of_service", 0, "report", b"")
        elif order == "retrieve":
            self.do(number, link.retrieve(value if value >= 0 else None))
        else:
            self.do(number, _ORDERS[order](link))
            if order == "stop":
                self._tell(number, up=False)  # no indication follows: level 3 knows
            if order == "start" and self.states[number].broken is not None:
                self.breaker.started(number)

    def send(self, number: int, octets: bytes) -> None:
        """A message of level 3."""
        if self.states[number].broken is None:
            self.do(number, self.links[number].send(octets))
        else:
            self.breaker.message(number, octets, received=False)

    def craft(self, values: dict[str, int | str]) -> None:
        """Send a unit that somebody made: `link`, `octets` (hexadecimal), `check`.

        check `level2`: octets from the SIO on, for level 2 to send in sequence; else the unit passes level 2 by and
        ends as in `breaking.CHECKS`.
        """
        self.breaker.craft(int(values["link"]), bytes.fromhex(str(values["octets"])), str(values["check"]))

    # -- what goes out -----------------------------------------------------------------------------------------------

    def do(self, number: int, actions: Iterable[Any]) -> None:
        """Carry out what the link asks for."""
        for action in actions:
            _DO[type(action)](self, number, action)

    def _send(self, number: int, action: mtp2.Send) -> None:
        if self.states[number].broken is None:
            self.engine.su_send(self.rows[number].transmitter, action.octets, SU_FIRST if action.first else 0)
        else:
            stamped = bytes((self.states[number].ack,)) + action.octets[1:]
            self.breaker.sent(number, stamped, action.first)

    def _fill(self, number: int, action: mtp2.Fill) -> None:
        state = self.states[number]
        state.fill = action.octets
        if state.broken is None:
            self.engine.su_fill(self.rows[number].transmitter, action.octets)
        else:
            self.breaker.fill(number)

    def _ack(self, number: int, action: mtp2.Ack) -> None:
        state = self.states[number]
        state.ack = action.octet
        if state.broken is None:
            self.engine.su_ack(self.rows[number].transmitter, action.octet)
        else:
            self.breaker.ack(number)

    def _notify(self, number: int, action: mtp2.Notify) -> None:
        self.engine.su_notify(self.rows[number].transmitter, action.level)

    def _flush(self, number: int, _: mtp2.Flush) -> None:
        self.engine.su_flush(self.rows[number].transmitter)

    def _set_monitor(self, number: int, action: mtp2.Monitor) -> None:
        self.engine.su_monitor(self.rows[number].receiver, action.mode, action.threshold or SUERM_T)

    def _check_repeats(self, number: int, _: mtp2.CheckRepeats) -> None:
        """A count may be of a unit that is told only after this timer: it is good when none came until the next one."""
        state = self.states[number]
        counted, state.repeats = state.repeats, self.engine.su_repeats(self.rows[number].receiver)
        if counted >= 0:
            self.do(number, self.links[number].repeated(counted))

    def _start_timer(self, number: int, action: mtp2.StartTimer) -> None:
        cycles = action.cycles
        if self.states[number].broken is not None:
            cycles = self.breaker.skewed(number, action.name, cycles)
        self.owner.start_timer(f"l2/{number}/{action.name}", cycles)

    def _stop_timer(self, number: int, action: mtp2.StopTimer) -> None:
        self.owner.stop_timer(f"l2/{number}/{action.name}")

    def _receive(self, number: int, action: mtp2.Received) -> None:
        if self.states[number].broken is None:
            self.received(number, action.octets)
        else:
            self.breaker.message(number, action.octets, received=True)

    def _in_service(self, number: int, _: mtp2.InService) -> None:
        self._tell(number, up=True)
        self.report(number, "in_service", 0, "", b"")

    def _out_of_service(self, number: int, action: mtp2.OutOfService) -> None:
        self._tell(number, up=False)
        self.report(number, "out_of_service", 0, action.reason, b"")

    def _tell(self, number: int, *, up: bool) -> None:
        """A link that fails to align, again and again, was not up: level 3 is told of it, the journal is not."""
        state, row = self.states[number], self.rows[number]
        if row.tap != NONE and state.up is not up:
            self.owner.emit(LinkUp(row.name) if up else LinkDown(row.name))
        state.up = up

    def _bsnt(self, number: int, action: mtp2.Bsnt) -> None:
        self.report(number, "bsnt", action.fsn, "", b"")

    def _retrieved(self, number: int, action: mtp2.Retrieved) -> None:
        self.report(number, "retrieved", 0, "", action.octets)

    def _retrieval_complete(self, number: int, action: mtp2.RetrievalComplete) -> None:
        self.report(number, "retrieval_complete", int(not action.reasonable), "", b"")

    def _told(self, number: int, action: Any) -> None:
        """A far end's outage may be the first that is heard of a link that has aligned (Q.703 figure 8)."""
        if isinstance(action, mtp2.RemoteProcessorOutage):
            self._tell(number, up=True)
        what, value = _TOLD[type(action)]
        self.report(number, what, value, "", b"")

    def _cleared(self, number: int, _: mtp2.RtbCleared) -> None:
        """Level 3 ordered it and waits for nothing."""

    def _violated(self, number: int, action: mtp2.Violation) -> None:
        self.owner.emit(Violated(self.rows[number].name, action.clause, action.detail))


_ORDERS: Final[dict[str, Callable[[mtp2.Link], Iterable[Any]]]] = {
    "start": mtp2.Link.start,
    "stop": mtp2.Link.stop,
    "emergency": mtp2.Link.emergency,
    "emergency_ceases": mtp2.Link.emergency_ceases,
    "flush": mtp2.Link.flush_buffers,
    "continue": mtp2.Link.continue_,
    "retrieve_bsnt": mtp2.Link.retrieve_bsnt,
    "outage": mtp2.Link.local_processor_outage,
    "recovered": mtp2.Link.local_processor_recovered,
    "busy": lambda link: link.receive_congestion(True),
    "not_busy": lambda link: link.receive_congestion(False),
}
_TOLD: Final[dict[type, tuple[str, int]]] = {
    mtp2.RemoteProcessorOutage: ("remote_outage", 0),
    mtp2.RemoteProcessorRecovered: ("remote_recovered", 0),
    mtp2.CongestionOnset: ("congested", 1),
    mtp2.CongestionAbated: ("congested", 0),
}
_DO: Final[dict[type, Callable[[Terminals, int, Any], None]]] = {
    mtp2.Send: Terminals._send,
    mtp2.Fill: Terminals._fill,
    mtp2.Ack: Terminals._ack,
    mtp2.Notify: Terminals._notify,
    mtp2.Flush: Terminals._flush,
    mtp2.Monitor: Terminals._set_monitor,
    mtp2.CheckRepeats: Terminals._check_repeats,
    mtp2.StartTimer: Terminals._start_timer,
    mtp2.StopTimer: Terminals._stop_timer,
    mtp2.Received: Terminals._receive,
    mtp2.Bsnt: Terminals._bsnt,
    mtp2.Retrieved: Terminals._retrieved,
    mtp2.RetrievalComplete: Terminals._retrieval_complete,
    mtp2.InService: Terminals._in_service,
    mtp2.OutOfService: Terminals._out_of_service,
    mtp2.RtbCleared: Terminals._cleared,
    mtp2.Violation: Terminals._violated,
    **dict.fromkeys(_TOLD, Terminals._told),
}
