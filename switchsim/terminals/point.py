"""A signalling point from level 3 up: MTP3 and the user parts of its relations, in the machine and at the far end.

Level 2 of its links, timers, the journal and whatever calls mean are the owner's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Protocol

import msgspec

from switchsim.model.event import Event
from switchsim.model.events import (
    Changeback,
    Changeover,
    Destination,
    MessageDelivered,
    MessageSent,
    SignallingLink,
    Violated,
)
from switchsim.model.part import State
from switchsim.proto import isup, mtp3, tup
from switchsim.terminals.users import User

SERVICE: Final = {"tup": 4, "isup": 5}
"""Service indicators (Q.704 14.2.1)."""
SKEW: Final = "point_skew"
"""The fault point of whoever carries a signalling point."""

class RelationRow(msgspec.Struct, frozen=True):
    """Circuits of one user part towards one other point."""

    kind: str  # isup, tup
    point_code: int
    isup: isup.IsupConfig | None = None
    tup: tup.TupConfig | None = None


class PointState(State):
    mtp3: mtp3.Mtp3State = msgspec.field(default_factory=mtp3.Mtp3State)
    isup: dict[int, isup.IsupState] = {}  # by relation
    tup: dict[int, tup.TupState] = {}
    skews: dict[str, dict[str, int]] = {}  # fault -> layer.timer -> percent of its time


class PointOwner(Protocol):
    """What whoever carries a signalling point does for it."""

    def emit(self, event: Event) -> None: ...
    def start_timer(self, name: str, cycles: int) -> None: ...
    def stop_timer(self, name: str) -> None: ...
    def order_level2(self, link: int, order: str, value: int) -> None: ...
    def send_msu(self, link: int, octets: bytes) -> None: ...
    def indication(self, relation: int, action: Any) -> None: ...


class SignallingPoint:
    """Timers are named `mtp3/<name>` and `user/<relation>/<name>`. `links`: names by number, for the journal."""

    def __init__(
        self, owner: PointOwner, config: mtp3.Mtp3Config, relations: Sequence[RelationRow], links: dict[int, str]
    ) -> None:
        self.owner = owner
        self.config = config
        self.relations = relations
        self.names = links
        self.relation_of = {(SERVICE[row.kind], row.point_code): number for number, row in enumerate(relations)}
        self.state = PointState()
        self.restored(self.new_state())

    def new_state(self) -> PointState:
        """No destination can be reached, every circuit is idle."""
        kinds = [row.kind for row in self.relations]
        return PointState(
            isup={number: isup.IsupState(available=False) for number, kind in enumerate(kinds) if kind == "isup"},
            tup={number: tup.TupState(available=False) for number, kind in enumerate(kinds) if kind == "tup"},
        )

    def restored(self, state: PointState) -> None:
        """This is the state from now on."""
        self.state = state
        self.mtp3 = mtp3.Mtp3(state.mtp3, self.config)
        self.users: list[User] = []
        for number, row in enumerate(self.relations):
            if row.isup is not None:
                self.users.append(isup.Isup(state.isup[number], row.isup))
            else:
                assert row.tup is not None, f"a relation of kind {row.kind} has no configuration"
                self.users.append(tup.Tup(state.tup[number], row.tup))

    # -- what comes in -----------------------------------------------------------------------------------------------

    def received(self, link: int, octets: bytes) -> None:
        """A message signal unit of a link: SIO to the end of the SIF."""
        self.do3(self.mtp3.received(link, octets))

    def level2_says(self, link: int, what: str, value: int = 0, text: str = "", octets: bytes = b"") -> None:
        """A report of level 2, as in Level2Report."""
        self.do3(REPORTS[what](self.mtp3, link, value, text, octets))

    def timer(self, name: str) -> None:
        what, _, rest = name.partition("/")
        if what == "mtp3":
            self.do3(self.mtp3.timer(rest))
        else:
            number, _, timer = rest.partition("/")
            self.do4(int(number), self.users[int(number)].timer(timer))

    # -- MTP3's actions ----------------------------------------------------------------------------------------------

    def do3(self, actions: Iterable[Any]) -> None:
        """Carry out what MTP3 asks for."""
        for action in actions:
            _DO3[type(action)](self, action)

    def _level2(self, action: mtp3.Level2) -> None:
        self.owner.order_level2(action.link, action.order, action.value)

    def _send_msu(self, action: mtp3.SendMsu) -> None:
        self.owner.send_msu(action.link, action.octets)

    def _start_timer3(self, action: mtp3.StartTimer) -> None:
        self.owner.start_timer(f"mtp3/{action.name}", self.skewed("mtp3", action.name, action.cycles))

    def skewed(self, layer: str, name: str, cycles: int) -> int:
        """How long a timer of a layer runs here: as it asks, unless a fault lets the clock go wrong."""
        for timers in self.state.skews.values():
            percent = timers.get(f"{layer}.{name.partition('/')[0]}", timers.get(f"{layer}.all", 100))
            cycles = max(1, cycles * percent // 100)
        return cycles

    def skew(self, fault: str, values: dict[str, int | str]) -> str:
        """A fault lets a timer (`layer`, `timer` or all, `percent`) run wrongly from its next start on; in words."""
        name, percent = f"{values['layer']}.{values['timer']}", int(values["percent"])
        self.state.skews[fault] = {name: percent}
        return f"{name} runs {percent} % of its time"

    def unskew(self, fault: str) -> None:
        """Undo it."""
        self.state.skews.pop(fault, None)

    def _stop_timer3(self, action: mtp3.StopTimer) -> None:
        self.owner.stop_timer(f"mtp3/{action.name}")

    def _deliver(self, action: mtp3.Deliver) -> None:
        number = self.relation_of.get((action.si, action.opc), -1)
        if number < 0:
            what = f"service {action.si} from point code {action.opc}, with which there is no relation"
            self.owner.emit(Violated("", "Q.704 2.4", what))
            return
        user = self.users[number]
        self.owner.emit(MessageDelivered(action.si, action.opc, action.sls, action.spare, action.data.hex()))
        if isinstance(user, isup.Isup):
            self.do4(number, user.receive(action.data))
        else:
            self.do4(number, user.receive(action.data, action.sls, action.spare))

    def _each_user(self, dpc: int, act: Callable[[User], Iterable[Any]]) -> None:
        for number, row in enumerate(self.relations):
            if row.point_code == dpc:
                self.do4(number, act(self.users[number]))

    def _pause(self, action: mtp3.Pause) -> None:
        self.owner.emit(Destination(action.dpc, "pause", 0))
        self._each_user(action.dpc, lambda user: user.pause())

    def _resume(self, action: mtp3.Resume) -> None:
        self.owner.emit(Destination(action.dpc, "resume", 0))
        self._each_user(action.dpc, lambda user: user.resume())

    def _status(self, action: mtp3.Status) -> None:
        self.owner.emit(Destination(action.dpc, action.cause, action.level))
        for number, row in enumerate(self.relations):
            if row.point_code == action.dpc and action.si in (-1, SERVICE[row.kind]):
                self.do4(number, self.users[number].status(action.cause, action.level))

    def _link_state(self, action: mtp3.LinkState) -> None:
        self.owner.emit(SignallingLink(self.names[action.link], action.state))

    def _changeover(self, action: mtp3.ChangeoverDone) -> None:
        to_links = " ".join(self.names[link] for link in action.to_links)
        self.owner.emit(Changeover(self.names[action.link], to_links, action.retrieved_count))

    def _changeback(self, action: mtp3.ChangebackDone) -> None:
        self.owner.emit(Changeback(self.names[action.link]))

    def _restarted(self, _: mtp3.RestartDone) -> None:
        self.owner.emit(Destination(self.config.own_pc, "restarted", 0))

    def _inhibited(self, action: mtp3.InhibitResult) -> None:
        self.owner.emit(SignallingLink(self.names[action.link], action.result))

    def _violated3(self, action: mtp3.Violation) -> None:
        self.owner.emit(Violated("", action.clause, action.detail))

    # -- the users' actions ------------------------------------------------------------------------------------------

    def do4(self, relation: int, actions: Iterable[Any]) -> None:
        """Carry out what a user part asks for; what is no matter of signalling goes to the owner."""
        row = self.relations[relation]
        for action in actions:
            match action:
                case isup.SendMsu(sls, data):
                    self._transfer(SERVICE["isup"], row.point_code, sls, data, 0)
                case tup.SendMsu(sls, data, spare):
                    self._transfer(SERVICE["tup"], row.point_code, sls, data, spare)
                case isup.StartTimer(name, cycles) | tup.StartTimer(name, cycles):
                    self.owner.start_timer(f"user/{relation}/{name}", self.skewed(row.kind, name, cycles))
                case isup.StopTimer(name) | tup.StopTimer(name):
                    self.owner.stop_timer(f"user/{relation}/{name}")
                case isup.Violation(clause, detail) | tup.Violation(clause, detail):
                    self.owner.emit(Violated(f"{row.kind}/{row.point_code}", clause, detail))
                case _:
                    self.owner.indication(relation, action)

    def _transfer(self, service: int, dpc: int, sls: int, data: bytes, spare: int) -> None:
        self.owner.emit(MessageSent(service, dpc, sls, spare, data.hex()))
        self.do3(self.mtp3.transfer(service, dpc, sls, data, spare))


REPORTS: Final[dict[str, Callable[[mtp3.Mtp3, int, int, str, bytes], Iterable[Any]]]] = {
    "in_service": lambda mtp, link, value, text, octets: mtp.in_service(link),
    "out_of_service": lambda mtp, link, value, text, octets: mtp.out_of_service(link, text),
    "remote_outage": lambda mtp, link, value, text, octets: mtp.remote_outage(link),
    "remote_recovered": lambda mtp, link, value, text, octets: mtp.remote_recovered(link),
    "bsnt": lambda mtp, link, value, text, octets: mtp.bsnt(link, value),
    "bsnt_unknown": lambda mtp, link, value, text, octets: mtp.bsnt_unknown(link),
    "retrieved": lambda mtp, link, value, text, octets: mtp.retrieved(link, octets),
    "retrieval_complete": lambda mtp, link, value, text, octets: mtp.retrieval_complete(link, not value),
    "congested": lambda mtp, link, value, text, octets: mtp.congested(link, value),
    "local_outage": lambda mtp, link, value, text, octets: mtp.local_outage(link, bool(value)),
}
"""What a report of level 2 (Level2Report) is for level 3."""
_DO3: Final[dict[type, Callable[[SignallingPoint, Any], None]]] = {
    mtp3.Level2: SignallingPoint._level2,
    mtp3.SendMsu: SignallingPoint._send_msu,
    mtp3.StartTimer: SignallingPoint._start_timer3,
    mtp3.StopTimer: SignallingPoint._stop_timer3,
    mtp3.Deliver: SignallingPoint._deliver,
    mtp3.Pause: SignallingPoint._pause,
    mtp3.Resume: SignallingPoint._resume,
    mtp3.Status: SignallingPoint._status,
    mtp3.LinkState: SignallingPoint._link_state,
    mtp3.ChangeoverDone: SignallingPoint._changeover,
    mtp3.ChangebackDone: SignallingPoint._changeback,
    mtp3.RestartDone: SignallingPoint._restarted,
    mtp3.InhibitResult: SignallingPoint._inhibited,
    mtp3.Violation: SignallingPoint._violated3,
}
