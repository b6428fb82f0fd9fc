"""The CSTA server: clients, frames, requests and their answers; what is asked is done by its collaborators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from switchsim.callcentre.csta.agents import Agents
from switchsim.callcentre.csta.control import REFUSED, Control
from switchsim.callcentre.csta.door import Door
from switchsim.callcentre.csta.events import Teller, connection, device_id
from switchsim.callcentre.csta.lines import Lines
from switchsim.callcentre.csta.names import plain_device, target_of
from switchsim.callcentre.csta.routing import NOTE, TIMER, Router
from switchsim.callcentre.csta.sessions import Sessions
from switchsim.callcentre.csta.state import (
    ANSWER_WAIT_CYCLES,
    MOST_PENDING,
    MOST_REFUSED,
    Client,
    CstaConfig,
    CstaState,
    Pending,
)
from switchsim.callcentre.csta.system import System
from switchsim.callcentre.tampering import EVENT, HEARTBEAT, REQUEST, RESPONSE
from switchsim.model.cti import AllBegins, AllTold, AnyCtiOrder, Ordered, Originate, RouteAsked, SeatChanged
from switchsim.model.outside import unpack_in, unpack_verified
from switchsim.model.part import Host
from switchsim.model.platform_events import ApplicationChanged, InputRefused, RequestTaken
from switchsim.proto.csta import (
    EVENT_INVOKE,
    LONGEST_SENT,
    Content,
    Document,
    Frame,
    Refused,
    frame,
    next_invoke,
    push,
    read,
    read_request,
    secrets_in,
    write,
)
from switchsim.proto.csta.framing import HEADER_OCTETS
from switchsim.proto.csta.requests import UNANSWERED
from switchsim.proto.csta.vocabulary import ANSWERS, ERRORS, RESPONSES, SESSION_NAMESPACE, edition

OPEN: Final = ("StartApplicationSession", "SystemRegister", "SystemStatus", "RequestSystemStatus")
"""Served before a log-in."""
ALWAYS: Final = (
    *OPEN, "ResetApplicationSessionTimer", "StopApplicationSession", "SystemRegisterCancel", "MonitorStop",
    "GetCSTAFeatures", "RouteRegisterCancel", "RouteEnd",
)  # fmt: skip
"""Served while the switch is out of reach."""
LONGEST_NAMESPACE: Final = 100

STRANGER: Final[tuple[tuple[str, Content], ...]] = (
    ("droppedConnection", connection(2_147_483_647, "0000")), ("releasingDevice", device_id("0000")),
    ("cause", "normalClearing"),
)  # fmt: skip
"""A call that there never was, and a device of it."""

Service = Callable[[Client, Pending, Any], None]


class Csta(Door):
    """`callcentre/csta`. Octets come as Outside orders and leave by `take_outbox` (`model.outside`)."""

    def __init__(self, path: str, host: Host, config: CstaConfig) -> None:
        self.config = config
        super().__init__(path, host)
        self.teller = Teller(self)
        self.lines = Lines(self, self.teller)
        self.agents = Agents(self, self.teller)
        self.sessions = Sessions(self)
        self.system = System(self)
        self.control = Control(self)
        self.router = Router(self)
        self.services: dict[str, Service] = self._services()

    def _services(self) -> dict[str, Service]:
        return {
            "StartApplicationSession": self.sessions.begin,
            "ResetApplicationSessionTimer": self.sessions.reset,
            "StopApplicationSession": self.sessions.end,
            "SystemRegister": self.sessions.register,
            "SystemRegisterCancel": self.sessions.cancel,
            "SystemStatus": self.system.client_status,
            "RequestSystemStatus": self.system.status,
            "MonitorStart": self.system.monitor,
            "MonitorStop": self.system.stop,
            "SnapshotDevice": self.system.snapshot_device,
            "SnapshotCall": self.system.snapshot_call,
            "GetSwitchingFunctionDevices": self.system.devices,
            "GetCSTAFeatures": self.system.features,
            "GetAgentState": self.agents.get_state,
            "SetAgentState": self.agents.set_state,
            "RouteRegister": self.router.register,
            "RouteRegisterCancel": self.router.cancel,
            "RouteSelect": self.router.select,
            "RouteEnd": self.router.end,
            **self.control.services,
        }

    def fresh(self) -> CstaState:
        return CstaState()

    # -- clients -------------------------------------------------------------------------------------------------

    def outside(self, what: str, octets: bytes) -> None:
        number, payload = unpack_in(octets)
        client = self.state.clients.get(number)
        if what == "attached" and client is None:
            client = self.state.clients[number] = Client(number)
            self.emit(ApplicationChanged(number, "connected", ""))
            self.sessions.attached(client)
        elif what == "verified":
            self.sessions.verified(*unpack_verified(payload))
        elif what == "data" and client is not None:
            self._data(client, payload)
        elif what == "detached" and client is not None:
            self._forget(client, payload.decode("ascii", "replace"))

    def _data(self, client: Client, octets: bytes) -> None:
        client.heard = True
        for one in push(client.frames, octets):
            if client.number not in self.state.clients:
                return
            if isinstance(one, Frame):
                self._frame(client, one)
            else:
                self.emit(InputRefused(client.number, one.detail))
                self.cut_off(client, "no CSTA frames")

    def stopped(self) -> None:
        for number in self.state.clients:
            self.shut(number)

    def outlives(self, before: CstaState) -> None:
        """What was sent is on its way; numbers that clients may still hold are not used again."""
        super().outlives(before)
        self.state.orders = before.orders
        self.state.last_monitor, self.state.last_register = before.last_monitor, before.last_register

    def cut_off(self, client: Client, why: str) -> None:
        """Close, once what was sent has gone."""
        self.shut(client.number)
        self._forget(client, why)

    def _forget(self, client: Client, why: str) -> None:
        self.emit(ApplicationChanged(client.number, "closed", why))
        del self.state.clients[client.number]
        for name in ("hello", "login", "session", "beat"):
            self.stop_timer(f"csta/{name}/{client.number}")
        self.system.client_gone(client.number)
        self.router.client_gone(client.number)
        logins = self.state.logins
        for request in [request for request, login in logins.items() if login.client == client.number]:
            del logins[request]

    # -- requests ------------------------------------------------------------------------------------------------

    def _frame(self, client: Client, one: Frame) -> None:
        if one.invoke == EVENT_INVOKE:
            self._unreadable(client, "invoke identifier 9999 asks for nothing")
            return
        document = read(one.document)
        if isinstance(document, Refused):
            asked = Pending(client.number, one.invoke, "", client.namespace)
            self._error(asked, "operation", "generic")
            self._unreadable(client, document.why)
        else:
            self._document(client, one.invoke, document)
        client.secrets += secrets_in(one.document)

    def _unreadable(self, client: Client, why: str) -> None:
        self.emit(InputRefused(client.number, why))
        client.refused += 1
        if client.refused >= MOST_REFUSED:
            self.cut_off(client, "too much that can not be read")

    def _document(self, client: Client, invoke: int, document: Document) -> None:
        name = document.root.name
        if name in RESPONSES:
            client.unanswered = 0
            return
        said = read_request(document.root)
        asked = Pending(client.number, invoke, name[:64], self._namespace(client, document.namespace, name))
        service = self.services.get(name)
        if not client.allowed and name not in OPEN:
            self.refuse(asked, "operation", "securityViolation")
        elif service is None:
            self.refuse(asked, "operation", "serviceNotSupported")
        elif said.missing:
            self.refuse(asked, "operation", "invalidParameterValue")
        elif name not in ALWAYS and self.system_status() != "normal":
            self.refuse(asked, "systemResourceAvailibility", "resourceOutOfService")
        else:
            service(client, asked, said.body)

    def _namespace(self, client: Client, namespace: str, name: str) -> str:
        """Of the answer: the request's own, if it is one that CSTA knows."""
        known = edition(namespace) and len(namespace) <= LONGEST_NAMESPACE
        if known or namespace in ("", SESSION_NAMESPACE):
            return namespace
        return SESSION_NAMESPACE if "ApplicationSession" in name else client.namespace

    def device(self, said: str) -> str:
        return plain_device(self.state.switch, self.queues(), said)

    def target(self, said: str) -> str:
        return target_of(self.state.switch, self.queues(), said)

    def queues(self) -> list[str]:
        """Names of the machine's queues, and of those that the switch has told of."""
        known = self.config.queues
        return [*known, *(queue for queue in self.state.switch.queues if queue not in known)]

    # -- answers -------------------------------------------------------------------------------------------------

    def send_document(self, client: int, invoke: int, document: bytes, kind: str = RESPONSE) -> None:
        if client in self.state.clients:
            self.put(client, EVENT if invoke == EVENT_INVOKE else kind, frame(invoke, document))

    def send_request(self, client: int, document: bytes, kind: str = REQUEST) -> None:
        """Of our own: SystemStatus, RouteRequest, MonitorStop, lists."""
        row = self.state.clients.get(client)
        if row is not None:
            self.send_document(client, row.invoke, document, kind)
            row.invoke = next_invoke(row.invoke)

    def answer(self, asked: Pending, fields: dict[str, Content]) -> None:
        """The positive response; fields by element, in any order."""
        name = f"{asked.name}Response"
        content = tuple((element, fields[element]) for element in ANSWERS[name] if element in fields)
        document = write(name, asked.namespace, content)
        if len(document) + HEADER_OCTETS > LONGEST_SENT:
            self.refuse(asked, "systemResourceAvailibility", "resourceLimitExceeded")
            return
        kind = HEARTBEAT if asked.name == "SystemStatus" else RESPONSE
        self.send_document(asked.client, asked.invoke, document, kind)
        self.emit(RequestTaken(asked.client, asked.name, asked.device, "ok", asked.call))

    def refuse(self, asked: Pending, category: str, value: str) -> None:
        if asked.name not in UNANSWERED:
            self._error(asked, category, value)
        self.emit(RequestTaken(asked.client, asked.name, asked.device, value, asked.call))

    def _error(self, asked: Pending, category: str, value: str) -> None:
        assert value in ERRORS[category], f"{category} has no {value}"
        self.send_document(asked.client, asked.invoke, write("CSTAErrorCode", asked.namespace, ((category, value),)))

    def stranger(self, client: int, point: str) -> bytes:
        """A party leaves a call that there never was."""
        monitors = self.state.monitors.items()
        number, monitor = next(((number, row) for number, row in monitors if row.client == client), (0, None))
        if monitor is None:
            return b""
        content: Content = (("monitorCrossRefID", str(number)), *STRANGER)
        return frame(EVENT_INVOKE, write("ConnectionClearedEvent", monitor.namespace, content))

    # -- orders --------------------------------------------------------------------------------------------------

    def ask_switch(self, asked: Pending, body: AnyCtiOrder) -> None:
        """A request that the switch answers."""
        client = self.state.clients[asked.client]
        if client.pending >= MOST_PENDING:
            self.refuse(asked, "performanceManagement", "performanceLimitExceeded")
            return
        client.pending += 1
        state = self.state
        state.last_pending += 1
        state.pending[state.last_pending] = asked
        number = self.order_switch(body, f"ask/{state.last_pending}")
        if isinstance(body, Originate) and state.reachable:
            self.start_timer(f"cti/order/{number}", ANSWER_WAIT_CYCLES)

    def ordered(self, note: str, event: Ordered) -> None:
        kind, _, number = note.partition("/")
        if kind == "ask":
            self._answered(self.state.pending.pop(int(number)), event)
        elif f"{kind}/" == NOTE:
            self.router.chosen(int(number), event)

    def _answered(self, asked: Pending, event: Ordered) -> None:
        client = self.state.clients.get(asked.client)
        if client is not None:
            client.pending -= 1
        if event.result != "ok":
            if asked.agent and self.state.names.get(asked.device) == asked.agent:
                del self.state.names[asked.device]
            self.refuse(asked, *REFUSED[event.result])
        elif asked.name == "SetAgentState":
            self.agents.done(asked)
        else:
            self.control.done(asked, event)

    # -- the switch ----------------------------------------------------------------------------------------------

    def system_status(self) -> str:
        """SystemStatus of ECMA-269 13.2.3: normal once everything is known."""
        if not self.state.reachable:
            return "disabled"
        known = self.state.switch.complete and not (self.state.retelling or self.state.told_down)
        return "normal" if known else "initializing"

    def _tell_status(self) -> None:
        for client in list(self.state.clients.values()):
            if client.register:
                self.sessions.tell_status(client)

    def reach(self, up: bool) -> None:
        """Down: everything is out of service. Up: what there is comes first, then it is told."""
        if not up and not self.state.told_down:
            self.state.told_down = True
            self.teller.to_every_device("OutOfServiceEvent", "networkOutOfOrder")
            self._tell_status()

    def told(self, event: Any, at: int) -> None:
        state = self.state
        if isinstance(event, AllBegins):
            state.retelling = True
        elif isinstance(event, AllTold):
            state.retelling = False
            self._everything_told()
        elif isinstance(event, RouteAsked):
            self._route_asked(event)
        elif not state.retelling:
            self.lines.handle(event)
            if isinstance(event, SeatChanged):
                self.agents.changed(state.switch.seats[event.seat])

    def _everything_told(self) -> None:
        """Monitors go on as long as their connection lives."""
        self.lines.joining.reconcile()
        self.agents.reconcile()
        if self.state.told_down and self.state.reachable:
            self.state.told_down = False
            self.teller.to_every_device("BackInServiceEvent", "normal")
            self._tell_status()
        self.router.want(anew=True)

    def _route_asked(self, event: RouteAsked) -> None:
        """Told again after a gap, a question is still the same one."""
        if all((row.call, row.entry) != (event.call, event.entry) for row in self.state.dialogues.values()):
            self.router.asked(event)

    def call_gone(self, call: int) -> None:
        self.system.call_gone(call)
        self.router.call_gone(call)

    # -- timers --------------------------------------------------------------------------------------------------

    def app_timer(self, name: str) -> None:
        kind, _, number = name.removeprefix("csta/").partition("/")
        if kind == "tardy":
            self.tardy(int(number))
        elif name.startswith(TIMER):
            self.router.late(int(number))
        else:
            client = self.state.clients.get(int(number))
            if client is None:
                return  # gone by another timer that was due while the process hung
            handlers = {
                "hello": self.sessions.hello,
                "login": self.sessions.login_late,
                "session": self.sessions.expired,
                "beat": self.sessions.beat,
            }
            handlers[kind](client)
