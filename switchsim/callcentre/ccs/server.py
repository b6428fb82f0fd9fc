"""The process: `callcentre/ccs/a` and `/b`."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import msgspec

from switchsim.callcentre.application import CtiApplication
from switchsim.callcentre.ccs import agents, calldata, pair
from switchsim.callcentre.ccs.agents import Agents
from switchsim.callcentre.ccs.calldata import CallDataKeeper
from switchsim.callcentre.ccs.configuration import CcsFiles, Configuration, read
from switchsim.callcentre.ccs.decisions import Decisions
from switchsim.callcentre.ccs.distribution import MOST_SKILLS_FIRST, Distribution
from switchsim.callcentre.ccs.flows import Flows
from switchsim.callcentre.ccs.resynchronisation import Resynchronisation
from switchsim.callcentre.ccs.state import AgentRow, CcsState, Client
from switchsim.callcentre.file_server import given
from switchsim.callcentre.process import HEARTBEAT_CYCLES, heard
from switchsim.model import cti
from switchsim.model.events import ConfigurationRead, InputRefused, RoleChanged
from switchsim.model.order import Heal, Inject
from switchsim.model.part import Host
from switchsim.model.platform import (
    AnyBody,
    Application,
    FileWanted,
    FlowTaken,
    Heartbeat,
    Register,
    Registered,
    ResyncAsked,
    ResyncGiven,
    SignIn,
)

MONITOR: Final = "mds"
STALE: Final = "stale"
EMPTY: Final = Configuration("", 0, 0, 0, {}, {}, {}, {}, {}, {})


class CcsConfig(msgspec.Struct, frozen=True):
    """other: name of the other CCS of the pair, `` = there is none. shared: `SERVICE/name` -> octets."""

    other: str
    files: CcsFiles
    shared: dict[str, bytes] = {}


class Ccs(CtiApplication[CcsState]):
    """Starts standby; the active one answers `RouteAsked`, gives calls to agents, sends flows to IVRs.

    Fault points besides a process's own: stale (at its next start or take-over it reads the old `ccs.ini`; healed: the
    present one). With a damaged file it does not start: InputRefused says why.
    """

    what: ClassVar[str] = "ccs"

    def __init__(self, path: str, host: Host, config: CcsConfig) -> None:
        self.config = config
        self.configuration = EMPTY
        self.decisions, self.distribution, self.agents = Decisions(self), Distribution(self), Agents(self)
        self.flows, self.calldata, self.resynchronisation = Flows(self), CallDataKeeper(self), Resynchronisation(self)
        super().__init__(path, host)

    def fresh(self) -> CcsState:
        return CcsState()

    @property
    def active(self) -> bool:
        return self.state.pair.role == pair.ACTIVE

    @property
    def ready(self) -> bool:
        """It may decide and give orders."""
        return self.active and self.state.reachable and self.state.switch.complete

    def role(self) -> tuple[str, int]:
        return self.state.pair.role, self.state.pair.since

    def tell_other(self, body: AnyBody) -> None:
        if self.config.other:
            self.write(self.config.other, body)

    # -- life ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        why = self._read()
        if why:
            self.emit(InputRefused(0, why))
            self._stop("stopped")
        else:
            super().start()

    def _read(self) -> str:
        """Read the files anew; returns what is wrong with them, and keeps what it had then."""
        self.state.old = STALE in self.state.faults.values() and bool(self.config.files.old_ccs)
        found = read(self.config.files, self.name, self.config.other, self.state.old)
        if isinstance(found, str):
            return found
        if found.version != self.configuration.version or not self.active:
            self.emit(ConfigurationRead("ccs.ini", found.version))
        self.configuration = found
        return ""

    def app_started(self) -> None:
        self.start_timer("pair", pair.begin(self.state.pair, self.now))
        self.start_timer("beat", HEARTBEAT_CYCLES)
        self.emit(RoleChanged(pair.STANDBY, f"started with ccs.ini version {self.configuration.version}"))
        self._beat_others()

    def stopped(self) -> None:
        self.distribution.forget_all()

    def closing(self) -> None:
        if self.running:
            self.resynchronisation.tell_belief()

    def restored(self) -> None:
        found = read(self.config.files, self.name, self.config.other, self.state.old)
        self.configuration = EMPTY if isinstance(found, str) else found
        if self.active:
            self.distribution.build()

    def usual_skills(self) -> dict[str, frozenset[str]]:
        """Seat -> call queues of the agent who usually sits there, as the files say."""
        found = read(self.config.files, self.name, self.config.other)
        agents = found.agents.values() if isinstance(found, Configuration) else ()
        return {agent.seat: frozenset(agent.skills if agent.complete else ()) for agent in agents if agent.seat}

    def rules(self) -> dict[str, dict[str, Any]]:
        """Version of each `ccs.ini` that it may read -> levels (seat -> queue -> level), most_skills, callers."""
        rows: dict[str, dict[str, Any]] = {}
        for old in (False, True) if self.config.files.old_ccs else (False,):
            found = read(self.config.files, self.name, self.config.other, old)
            if isinstance(found, Configuration):
                usual = [agent for agent in found.agents.values() if agent.seat and agent.complete]
                levels = {agent.seat: dict(agent.skills) for agent in usual}
                most = frozenset(one.name for one in found.queues.values() if one.strategy == MOST_SKILLS_FIRST)
                rows[found.version] = {"levels": levels, "most_skills": most, "callers": found.callers}
        return rows

    # -- the pair ------------------------------------------------------------------------------------------------

    def _become(self, role: str, why: str) -> None:
        pair.take_role(self.state.pair, role, self.now)
        self.state.refused_told = False
        damage = self._read() if role == pair.ACTIVE else ""
        if damage:
            self.emit(InputRefused(0, damage))
        self.emit(RoleChanged(role, f"{why}; ccs.ini version {self.configuration.version}"))
        self._beat_others()
        if self.state.registered:
            self.beat()
        self.resynchronisation.new_role()

    def _consider(self) -> None:
        why, wait = pair.consider(self.state.pair, self.now, self.configuration.node, self.configuration.other_node)
        if why:
            self._become(pair.ACTIVE, why)
        elif wait:
            self.start_timer("pair", wait)

    def _other_beats(self, beat: Heartbeat) -> None:
        state = self.state.pair
        found = beat.role == pair.ACTIVE and state.other.role != pair.ACTIVE
        why = pair.hear(state, beat, self.now, self.configuration.node, self.configuration.other_node)
        if why:
            self.tell_other(self.resynchronisation.knowledge())
            self._become(pair.STANDBY, why)
        if (found or why) and not self.active:
            self.tell_other(ResyncAsked())
        wait = pair.wait(state)
        if wait:
            self.start_timer("pair", wait)

    def _beat_others(self) -> None:
        beat = Heartbeat(*self.role())
        self.tell_other(beat)
        self.write(MONITOR, beat)
        for name in self.state.clients:
            self.write(name, beat)

    # -- letters and timers --------------------------------------------------------------------------------------

    def app_letter(self, sender: str, body: Any) -> None:
        match body:
            case Heartbeat() if sender == self.config.other:
                self._other_beats(body)
            case Heartbeat():
                client = self.state.clients.get(sender)
                if client is not None:
                    heard(client.watched, body, self.now)
            case Register(what, offers):
                self._enrol(sender, what, offers)
            case FlowTaken():
                self.flows.answered(sender, body)
            case SignIn():
                self.agents.asked(sender, body)
            case ResyncAsked():
                self.write(sender, self.resynchronisation.knowledge())
            case ResyncGiven(octets):
                self.resynchronisation.given(octets)
            case Application():
                self._from_own_kind(sender, body)
            case FileWanted():  # the folder SERVICE is that of the active one
                self.write(sender, given(self.config.shared if self.active else {}, body))

    def _enrol(self, name: str, what: str, offers: tuple[str, ...]) -> None:
        client = self.state.clients.setdefault(name, Client(what, []))
        client.offers = list(offers)
        heard(client.watched, Heartbeat("", 0), self.now)
        self.write(name, Registered())
        self.write(name, Heartbeat(*self.role()))
        self.flows.enrolled(name)

    def _from_own_kind(self, sender: str, body: Application) -> None:
        if body.what == calldata.LETTER:
            self.calldata.given(body.octets)
            if sender != self.config.other:
                self.tell_other(body)
        elif body.what == agents.LETTER:
            try:
                self.agents.told(msgspec.msgpack.decode(body.octets, type=AgentRow))
            except msgspec.MsgspecError:
                self.emit(InputRefused(0, "an agent's row that cannot be read"))

    def app_timer(self, name: str) -> None:
        what, _, number = name.partition("/")
        match what:
            case "pair":
                self._consider()
            case "beat":
                self.start_timer("beat", HEARTBEAT_CYCLES)
                self._beat_others()
                self.flows.look_for_silent()
                self.distribution.rested()
            case "flow":
                self.flows.late(int(number))
            case _:
                self.decisions.waited_too_long(int(number))

    # -- the switch ----------------------------------------------------------------------------------------------

    def telling(self, event: Any, at: int) -> None:
        if isinstance(event, cti.AllBegins):
            self.resynchronisation.begins()

    def told(self, event: Any, at: int) -> None:
        match event:
            case cti.RouteAsked():
                self.decisions.asked(event)
            case cti.FlowAsked():
                self.flows.asked(event, at)
            case cti.AllTold():
                self.resynchronisation.ends()
            case cti.Ordered():
                self.decisions.other_ordered(event)
                self.flows.other_ordered(event)
            case cti.SeatChanged() | cti.MemberChanged() | cti.QueueEntered():
                if self.state.switch.complete:  # else told again, and looked at when everything was told
                    self._changed(event, at)
            case _:
                self._happened(event)

    def _changed(self, event: Any, at: int) -> None:
        match event:
            case cti.SeatChanged():
                self.agents.seat_changed(event, at)
                self.distribution.look_at(0, event.seat)
            case cti.MemberChanged():
                self.distribution.member(event.queue, event.seat, event.penalty if event.present else -1)
            case cti.QueueEntered():
                self.decisions.entered(event)
                self.distribution.look_at(event.call, "")

    def _happened(self, event: Any) -> None:
        match event:
            case cti.QueueLeft():
                self.decisions.left(event.call)
                self.state.tried.pop(event.call, None)
                self.distribution.look_at(event.call, "")
            case cti.SeatCalled():
                self.distribution.called(event)
                self.calldata.show(event.call, event.seat)
            case cti.SeatCallEnded():
                self.distribution.call_ended(event)
            case cti.CallsJoined():
                self.calldata.joined(event)
            case cti.ChannelFreed():
                self.flows.freed(event.call)
            case cti.CallEnded():
                for keeper in (self.decisions, self.distribution, self.calldata):
                    keeper.forget(event.call)
                self.flows.freed(event.call)

    def ordered(self, note: str, event: cti.Ordered) -> None:
        what, _, rest = note.partition("/")
        if what == "offer":
            call, _, seat = rest.partition("/")
            self.distribution.offered(int(call), seat, event.result)
        elif what == "sign":
            self.agents.ordered(event.order, event.result)

    # -- faults --------------------------------------------------------------------------------------------------

    def fault(self, order: Inject) -> str:
        if order.point != STALE:
            return super().fault(order)
        return "reads an old ccs.ini" if self.config.files.old_ccs else "there is no old ccs.ini"

    def undo(self, order: Heal) -> None:
        if order.point != STALE:
            super().undo(order)
