"""CTI-LINK: distributes the protocol between the switch and its applications, and lets late ones catch up.

It keeps its own view of the switch. Each application has its own numbering of what it is told: it begins with
AllBegins, has no gaps, and begins anew when the application asks (TellAll) or registers again.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from switchsim.callcentre.cti_server import LINK
from switchsim.callcentre.process import HEARTBEAT_CYCLES, LOST_AFTER, Process, ProcessCommon, Watched, heard, missed
from switchsim.callcentre.retelling import retold
from switchsim.callcentre.view import SwitchView, take
from switchsim.model.cti import (
    AllBegins,
    AllTold,
    AnyCtiEvent,
    AnyCtiOrder,
    AttachChannel,
    ChooseRoute,
    FlowAsked,
    Ordered,
    RefuseFlow,
    RouteAsked,
    Routing,
    TellAll,
    TellNothing,
    Told,
    Wanted,
)
from switchsim.model.part import State
from switchsim.model.platform import CtiUp, Heartbeat, Register, Registered, RouteLeft
from switchsim.units import ms, seconds

SERVER: Final = "cti_server"
MONITOR: Final = "mds"
ACTIVE: Final = "active"
CCS: Final = "ccs"
ROUTE_CYCLES: Final = ms(1750)
"""So long a question is held back from the CCSs; a quarter of a second later the switch decides."""
ASK_AGAIN_CYCLES: Final = seconds(2)
SILENT_CYCLES: Final = HEARTBEAT_CYCLES * 3 // 2
"""CTI-SERVER, which says each second up to which number it was told, has missed one."""


class ApplicationRow(State):
    """what: its kind. serial: of the last thing it was told. routing: it asked to be asked (an application that is no
    CCS)."""

    what: str
    watched: Watched = msgspec.field(default_factory=Watched)
    serial: int = 0
    routing: bool = False


class LinkState(ProcessCommon):
    """applications: by name. server: cycle of CTI-SERVER's last word. asked: the switch was asked to tell everything;
    routing: as last ordered."""

    view: SwitchView = msgspec.field(default_factory=SwitchView)
    applications: dict[str, ApplicationRow] = {}
    up: bool = False
    server: int = 0
    asked: bool = False
    routing: bool = False
    orders: int = 0
    open: dict[int, Told] = {}  # questions of the switch that are open: call -> what it asked
    answers: dict[str, int] = {}  # orders under way that answer one: sender/order -> call
    left: dict[int, int] = {}  # those of them that an application which routes has left to others: call -> entry


class CtiLink(Process[LinkState]):
    """`callcentre/cti_link`. Port `comm`."""

    def fresh(self) -> LinkState:
        return LinkState()

    def started(self) -> None:
        self.state.orders = self.now  # numbers of a former life do not come again
        self.start_timer("beat", HEARTBEAT_CYCLES)

    # -- letters -------------------------------------------------------------------------------------------------

    def letter(self, sender: str, body: Any) -> None:
        match body:
            case Told():
                self._told(body)
            case Wanted():
                self._wanted(sender, body)
            case Register():
                self._register(sender, body)
            case Heartbeat():
                self._beat(sender, body)
            case RouteLeft(call, entry) if sender in self.state.applications:
                self._leave(call, entry)
            case CtiUp():
                self.state.server = self.now
                self._up(body.up)
                if self.state.view.complete and body.serial > self.state.view.serial:
                    self._gap(True)  # what was lost last is no gap in what comes

    def _register(self, name: str, body: Register) -> None:
        row = self.state.applications[name] = ApplicationRow(body.what)
        heard(row.watched, Heartbeat("", 0), self.now)
        self.write(name, Registered())
        self.write(name, CtiUp(self.state.up))
        self._retell(name)
        self._ask()

    def _beat(self, name: str, body: Heartbeat) -> None:
        row = self.state.applications.get(name)
        if row is not None:  # a stranger: it hears no heartbeat of ours, and registers
            heard(row.watched, body, self.now)
            self._route_or_not()

    def _up(self, up: bool) -> None:
        if up == self.state.up:
            return
        self.state.up = up
        self.state.asked = self.state.view.complete = self.state.routing = False
        for name in self.state.applications:
            self.write(name, CtiUp(up))
        self._ask()

    # -- orders --------------------------------------------------------------------------------------------------

    def _wanted(self, name: str, wanted: Wanted) -> None:
        row = self.state.applications.get(name)
        if row is None:
            return  # it has been forgotten, and will notice
        match wanted.body:
            case TellAll():
                self._retell(name)
            case TellNothing():
                del self.state.applications[name]
            case Routing(on):
                row.routing = on
                self._route_or_not()
            case _:
                if isinstance(wanted.body, ChooseRoute | AttachChannel | RefuseFlow):
                    self.state.answers[f"{name}/{wanted.order}"] = wanted.body.call
                self.write(SERVER, wanted)

    def _order(self, body: AnyCtiOrder) -> None:
        self.state.orders += 1
        self.write(SERVER, Wanted(self.name, self.state.orders, body))

    def _ask(self) -> None:
        """Everything, once somebody wants to know and the switch can be reached."""
        if self.state.up and self.state.applications and not self.state.asked:
            self.state.asked = True
            self._order(TellAll())
            self.start_timer("ask", ASK_AGAIN_CYCLES)

    def _route_or_not(self, anew: bool = False) -> None:
        """The switch asks where calls go while somebody is there to answer: an active CCS, or another who wants it.

        anew: the switch may have forgotten what was ordered.
        """
        rows = self.state.applications.values()
        wanted = any(row.watched.role == ACTIVE or row.routing for row in rows)
        if (anew or wanted != self.state.routing) and self.state.up:
            self.state.routing = wanted
            self._order(Routing(wanted))

    # -- who is asked where a call goes --------------------------------------------------------------------------

    def _hears(self, row: ApplicationRow, event: AnyCtiEvent) -> bool:
        """Where a call goes is asked of the applications that route; of the CCSs when these leave it, or are none."""
        if not isinstance(event, RouteAsked):
            return True
        left = self.state.left.get(event.call) == event.entry
        if row.routing:
            return not left
        return row.what != CCS or left or not self._held_back()

    def _held_back(self) -> bool:
        return any(row.routing for row in self.state.applications.values())

    def _leave(self, call: int, entry: int) -> None:
        """No application says where the call goes: the CCSs do, or else the switch's own way."""
        told = self.state.open.get(call)
        asked = told.event if told is not None else None
        if told is None or not isinstance(asked, RouteAsked) or asked.entry != entry:
            return
        if self.state.left.get(call) == entry:
            return
        self.state.left[call] = entry
        pair = [name for name, row in self.state.applications.items() if row.what == CCS]
        for name in pair:
            self._tell(name, asked, told.at)
        if not pair:
            self._order(ChooseRoute(asked.call, asked.entry, f"queue:{asked.queue}", True, 0))

    # -- what the switch tells -----------------------------------------------------------------------------------

    def _told(self, told: Told) -> None:
        view = self.state.view
        complete = view.complete
        if isinstance(told.event, AllBegins):
            self.state.open, self.state.answers, self.state.asked = {}, {}, True
            self.start_timer("ask", ASK_AGAIN_CYCLES)  # should the end of it never come
        elif told.serial <= view.serial:
            return
        if not take(view, told):
            self._gap(complete)
            return
        self._note(told)
        for name in self.state.applications:
            self._tell(name, told.event, told.at)
        if isinstance(told.event, RouteAsked) and self._held_back():
            self.start_timer(f"route/{told.event.call}/{told.event.entry}", ROUTE_CYCLES)
        if isinstance(told.event, AllTold):
            self.stop_timer("ask")
            self.state.left = {call: entry for call, entry in self.state.left.items() if call in self.state.open}
            self._route_or_not(anew=True)

    def _gap(self, new: bool) -> None:
        """Something is missing. One question a gap, else each thing out of order would make the switch tell all."""
        self.state.view.complete = False
        self.state.asked = self.state.asked and not new
        self._ask()

    def _note(self, told: Told) -> None:
        """Questions stay open until one is answered, or the call goes on: who comes late is asked too."""
        event = told.event
        if isinstance(event, RouteAsked | FlowAsked):
            self.state.open[event.call] = told
        elif isinstance(event, Ordered):
            answered = self.state.answers.pop(f"{event.sender}/{event.order}", 0)
            if event.result == "ok":
                self.state.open.pop(answered, None)
                self.state.left.pop(answered, None)
        else:
            number = getattr(event, "call", 0)
            asked = self.state.open.get(number)
            if asked is not None and self._goes_on(number, asked):
                del self.state.open[number]
                self.state.left.pop(number, None)

    def _goes_on(self, number: int, asked: Told) -> bool:
        """It is over, waits in a queue, or has reached somebody."""
        call = self.state.view.calls.get(number)
        reached = call is not None and len(call.legs) > 1 and isinstance(asked.event, RouteAsked)
        return call is None or bool(call.queue) or reached

    def _tell(self, name: str, event: AnyCtiEvent, at: int) -> None:
        row = self.state.applications[name]
        if not self._hears(row, event):
            return
        row.serial += 1
        self.write(name, Told(row.serial, at, event))

    def _retell(self, name: str) -> None:
        """Everything that is known here, and the open questions; nothing while that is not complete, or nobody can say
        whether it is: who asked asks again, a second later."""
        if not self.state.view.complete or self.now - self.state.server > SILENT_CYCLES:
            return
        for event in retold(self.state.view, name):
            self._tell(name, event, self.now)
        for told in self.state.open.values():
            self._tell(name, told.event, told.at)

    # -- time ----------------------------------------------------------------------------------------------------

    def timer(self, name: str) -> None:
        if name == "ask":
            self.state.asked = False
            self._ask()
            return
        if name.startswith("route/"):
            call, entry = name.split("/")[1:]
            self._leave(int(call), int(entry))
            return
        self.start_timer("beat", HEARTBEAT_CYCLES)
        if self.state.up and self.now - self.state.server > LOST_AFTER * HEARTBEAT_CYCLES:
            self._up(False)  # CTI-SERVER itself is gone: nobody else would say so
        gone = [who for who, row in self.state.applications.items() if missed(row.watched, self.now)]
        for who in gone:
            del self.state.applications[who]
        self.write(MONITOR, Heartbeat("", 0))
        for who, row in self.state.applications.items():
            self.write(who, CtiUp(self.state.up))  # said again each time: it may have been lost
            self.write(who, Heartbeat("", 0, row.serial))
        self._route_or_not()
        if not self.state.applications and self.state.asked:
            self.state.asked = self.state.view.complete = False
            self._order(TellNothing())


__all__ = ["LINK", "CtiLink", "LinkState"]
