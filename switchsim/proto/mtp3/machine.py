"""One signalling point: what its links, users, timers and management tell it, and what it does about that (Q.704)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from switchsim.proto.mtp3 import changeback, changeover, congestion, flows, inhibit, links, restart, routes
from switchsim.proto.mtp3.actions import Action, Deliver, SendMsu
from switchsim.proto.mtp3.config import Mtp3Config
from switchsim.proto.mtp3.core import Core
from switchsim.proto.mtp3.label import LABEL_OCTETS, Label, service_octet
from switchsim.proto.mtp3.label import encode as encode_label
from switchsim.proto.mtp3.reception import Route, accept
from switchsim.proto.mtp3.rerouting import reroute
from switchsim.proto.mtp3.state import (
    Box,
    LinhEvent,
    LsacEvent,
    Mtp3State,
    RcatEvent,
    RsrtEvent,
    SltcEvent,
    TcbcEvent,
    TcocEvent,
    TprcEvent,
    TracEvent,
)

CACHE_LIMIT: Final = 65536
"""Rows kept by the two fast paths: more than a point with all its user parts and SLS values needs."""
_LINK_TIMERS: Final[dict[str, tuple[Callable[..., None], int]]] = {
    "t1": (changeover.step, TcocEvent.T1),
    "t2": (changeover.step, TcocEvent.T2),
    "t17": (links.step, LsacEvent.T17),
    "slt_t1": (links.test_step, SltcEvent.T1),
    "slt_t2": (links.test_step, SltcEvent.T2),
    "t12": (inhibit.step, LinhEvent.T12),
    "t13": (inhibit.step, LinhEvent.T13),
    "t14": (inhibit.step, LinhEvent.T14),
    "t22": (inhibit.step, LinhEvent.T22),
    "t23": (inhibit.step, LinhEvent.T23),
    "t15": (congestion.step, RcatEvent.T15),
    "t16": (congestion.step, RcatEvent.T16),
    "t21": (restart.adjacent_step, TracEvent.T21),
}
"""Timers whose subject is a number: link, destination or adjacent point."""
_GATE_TIMERS: Final = {"t3": TcbcEvent.T3, "t4": TcbcEvent.T4, "t5": TcbcEvent.T5}
_BOXES: Final[dict[Box, Callable[..., None]]] = {
    Box.LSAC: links.step,
    Box.SLTC: links.test_step,
    Box.TCOC: changeover.step,
    Box.TCBC: changeback.step,
    Box.LINH: inhibit.step,
    Box.TRAC: restart.adjacent_step,
}


class Mtp3:
    """One signalling point over its state; every method returns its actions, to be done in that order. Never raises.

    `trace`, when given, receives (box, state, event) of every step of a box with states; it is no part of the state.
    """

    def __init__(self, state: Mtp3State, config: Mtp3Config, trace: list[tuple[Box, int, int]] | None = None) -> None:
        self.state = state
        self.config = config
        self._core = Core(state, config, trace)
        self._outgoing: dict[tuple[int, int, int, int, int], tuple[int, bytes]] = {}
        self._incoming: dict[bytes, Route] = {}
        self._label_end = 1 + LABEL_OCTETS[config.variant]

    # -- traffic -------------------------------------------------------------------------------------------------------

    def transfer(self, si: int, dpc: int, sls: int, data: bytes, spare: int = 0, priority: int = 0) -> list[Action]:
        """MTP-TRANSFER request: `data` is what follows the label, 0..265 octets (262 after a 24-bit label).

        A message to a destination that is unknown or can not be reached is discarded and counted.
        """
        row = self._outgoing.get((dpc, sls, si, spare, priority))
        if row is not None:
            return [SendMsu(row[0], row[1] + data)]
        return self._transfer(si, dpc, sls, data, spare, priority)

    def _transfer(self, si: int, dpc: int, sls: int, data: bytes, spare: int, priority: int) -> list[Action]:
        core = self._core
        out = core.out = []
        label = encode_label(Label(dpc, self.config.own_pc, sls, spare), self.config.variant)
        head = bytes((service_octet(si, self.config.ni, priority),)) + label
        link = flows.route(core, dpc, sls, head + data)
        if link >= 0:
            if self.state.links[link].congestion:
                congestion.own_message(core, link, dpc, priority)
            elif len(self._outgoing) < CACHE_LIMIT:
                self._outgoing[dpc, sls, si, spare, priority] = (link, head)
        return out

    def received(self, link: int, octets: bytes) -> list[Action]:
        """A message unit came on a link: service information octet and signalling information field."""
        row = self._incoming.get(octets[: self._label_end])
        if row is not None:
            if row.link < 0:
                return [Deliver(row.si, row.opc, row.dpc, row.sls, octets[self._label_end :], row.spare, row.priority)]
            return [SendMsu(row.link, octets)]
        core = self._core
        core.out = []
        taken = accept(core, link, octets)
        if taken is True or core.signals or core.due:
            return self._finish()
        if isinstance(taken, bool):  # refused: nothing has changed
            return core.out
        if len(self._incoming) < CACHE_LIMIT:
            self._incoming[octets[: self._label_end]] = taken
        return core.out

    # -- from level 2 --------------------------------------------------------------------------------------------------

    def in_service(self, link: int) -> list[Action]:
        return self._link(link, links.step, LsacEvent.IN_SERVICE)

    def out_of_service(self, link: int, reason: str = "") -> list[Action]:
        """Level 2 gave up; `reason` is for people."""
        return self._link(link, links.step, LsacEvent.OUT_OF_SERVICE)

    def remote_outage(self, link: int) -> list[Action]:
        return self._link(link, links.set_outage, True, True)

    def remote_recovered(self, link: int) -> list[Action]:
        return self._link(link, links.set_outage, True, False)

    def bsnt(self, link: int, fsn: int) -> list[Action]:
        """Level 2 answers `retrieve_bsnt`: the last FSN that it accepted, 0..127."""
        return self._link(link, changeover.step, TcocEvent.BSNT, fsn)

    def bsnt_unknown(self, link: int) -> list[Action]:
        """Level 2 can not tell: emergency changeover."""
        return self._link(link, changeover.step, TcocEvent.BSNT_UNKNOWN, -1)

    def retrieved(self, link: int, octets: bytes) -> list[Action]:
        """One message out of level 2's buffers, in order."""
        gate = self.state.gates.get(flows.changeover_key(link))
        if gate is None or len(octets) < self._label_end:
            self._core.count("retrieved_unasked")
        else:
            gate.retrieved.append(octets)
        return []

    def retrieval_complete(self, link: int, reasonable: bool = True) -> list[Action]:
        """Level 2 has handed over all; `reasonable` False: the FSN that we gave it lies outside its buffer."""
        return self._link(link, changeover.step, TcocEvent.RETRIEVED, int(reasonable))

    def congested(self, link: int, level: int) -> list[Action]:
        """Level 2's transmit buffer is congested (True, or level 1..3 in a network with levels) or no longer (0)."""
        return self._link(link, congestion.on_congestion, int(level))

    # -- from management -----------------------------------------------------------------------------------------------

    def activate_link(self, link: int) -> list[Action]:
        return self._link(link, links.step, LsacEvent.ACTIVATE)

    def deactivate_link(self, link: int) -> list[Action]:
        return self._link(link, links.step, LsacEvent.DEACTIVATE)

    def inhibit(self, link: int) -> list[Action]:
        """Take a link from traffic with the far end's consent; `InhibitResult` tells what became of it."""
        return self._link(link, inhibit.step, LinhEvent.INHIBIT)

    def uninhibit(self, link: int) -> list[Action]:
        return self._link(link, inhibit.step, LinhEvent.UNINHIBIT)

    def local_outage(self, link: int, on: bool) -> list[Action]:
        """This end's processor outage begins or ends; level 2 is told by whoever caused it."""
        return self._link(link, links.set_outage, False, on)

    def restart(self) -> list[Action]:
        """Restart the whole point with its links as they are (Q.704 9.2)."""
        self._core.out = []
        restart.step(self._core, TprcEvent.RESTART)
        return self._finish()

    def user_part(self, si: int, available: bool) -> list[Action]:
        """A user part of this point came or went: while it is away its messages are answered with UPU."""
        away = [one for one in self.state.unavailable_users if one != si]
        self.state.unavailable_users = away if available else sorted([*away, si])
        self._core.out = []
        return self._finish()

    def status(self, link: int) -> str:
        """available, testing, failed, blocked, inhibited or deactivated."""
        return links.status(self.state.links[link])

    def timer(self, name: str) -> list[Action]:
        """The timer `name` expired; one that does not run changes nothing."""
        core = self._core
        core.out = []
        if self.state.timers.pop(name, None) is None:
            return []
        kind, _, subject = name.partition("/")
        if kind in _LINK_TIMERS:
            step, event = _LINK_TIMERS[kind]
            step(core, int(subject), event)
        elif kind in _GATE_TIMERS:
            changeback.step(core, subject, _GATE_TIMERS[kind])
        else:
            self._other_timer(kind, subject)
        return self._finish()

    def _other_timer(self, kind: str, subject: str) -> None:
        core = self._core
        if kind == "t6":
            changeback.on_t6(core, subject)
        elif kind == "t10":
            dpc, _, adjacent_pc = subject.partition("/")
            routes.step(core, int(dpc), int(adjacent_pc), RsrtEvent.T10)
        elif kind == "t11":
            routes.on_t11(core, int(subject))
        elif kind in ("t18", "t20"):
            restart.step(core, TprcEvent.T18 if kind == "t18" else TprcEvent.T20)

    # -- one entry -----------------------------------------------------------------------------------------------------

    def _link(self, link: int, procedure: Callable[..., None], *arguments: object) -> list[Action]:
        self._core.out = []
        if link not in self.state.links:
            self._core.count("unknown_link")
            return []
        procedure(self._core, link, *arguments)
        return self._finish()

    def _finish(self) -> list[Action]:
        """Let the boxes that were signalled act, then route anew if availability changed, until all is quiet."""
        core = self._core
        while core.signals or core.due:
            if core.signals:
                box, subject, event, value = core.signals.pop(0)
                if box is Box.TPRC:
                    restart.step(core, TprcEvent(event))
                elif box is Box.TCOC:
                    changeover.step(core, int(subject), TcocEvent(event), value)
                else:
                    _BOXES[box](core, subject, event)
            else:
                reroute(core)
        self._outgoing.clear()
        self._incoming.clear()
        return core.out


