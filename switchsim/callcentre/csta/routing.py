"""Routing: an application that has registered says where calls go, before a CCS or the switch does (ECMA-269 20)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from switchsim.callcentre.application import LINK
from switchsim.callcentre.csta.control import REFUSED
from switchsim.callcentre.csta.events import connection, device_id
from switchsim.callcentre.csta.state import (
    MOST_REGISTERS,
    ROUTE_CYCLES,
    Client,
    Dialogue,
    Pending,
    RouteRegister,
)
from switchsim.model.cti import ChooseRoute, Ordered, RouteAsked, Routing
from switchsim.model.platform import RouteLeft
from switchsim.model.platform_events import RequestTaken, RouteDecided
from switchsim.proto.csta import Content, write
from switchsim.proto.csta.requests import RouteEnd, RouteRegisterCancel, RouteSelect
from switchsim.proto.csta.requests import RouteRegister as AskedRegister

if TYPE_CHECKING:
    from switchsim.callcentre.csta.server import Csta

TIMER: Final = "csta/route/"
NOTE: Final = "route/"


class Router:
    """A dialogue is one question of the switch: RouteRequest, RouteSelect, RouteUsed, RouteEnd."""

    def __init__(self, csta: Csta) -> None:
        self.csta = csta

    # -- registering ---------------------------------------------------------------------------------------------

    def register(self, client: Client, asked: Pending, body: AskedRegister) -> None:
        state = self.csta.state
        device = self.csta.device(body.device)
        if device and device not in self.csta.queues() and not device.isdigit():
            self.csta.refuse(asked, "operation", "invalidDeviceID")
            return
        if sum(row.client == client.number for row in state.registers.values()) >= MOST_REGISTERS:
            self.csta.refuse(asked, "systemResourceAvailibility", "registrationLimitExceeded")
            return
        state.last_register += 1
        state.registers[state.last_register] = RouteRegister(client.number, asked.namespace, device)
        self.csta.answer(asked, {"routeRegisterReqID": str(state.last_register)})
        self.want()

    def cancel(self, client: Client, asked: Pending, body: RouteRegisterCancel) -> None:
        number = int(body.register) if body.register.isascii() and body.register.isdigit() else 0
        row = self.csta.state.registers.get(number)
        if row is None or row.client != client.number:
            self.csta.refuse(asked, "operation", "invalidRouteRegistrationCrossRefID")
            return
        del self.csta.state.registers[number]
        self.csta.answer(asked, {})
        self._drop(number)
        self.want()

    def client_gone(self, client: int) -> None:
        registers = self.csta.state.registers
        for number in [number for number, row in registers.items() if row.client == client]:
            del registers[number]
            self._drop(number)
        self.want()

    def _drop(self, register: int) -> None:
        """Its open questions are left to others at once, so that no caller waits."""
        dialogues = self.csta.state.dialogues
        for number in [number for number, row in dialogues.items() if row.register == str(register)]:
            self._leave(number)

    def want(self, *, anew: bool = False) -> None:
        """Tell the switch whether it is to ask, when that has changed or when it has forgotten."""
        wanted = bool(self.csta.state.registers)
        if wanted != self.csta.state.routing or (anew and wanted):
            self.csta.state.routing = wanted
            self.csta.order_switch(Routing(wanted))

    # -- questions -----------------------------------------------------------------------------------------------

    def asked(self, event: RouteAsked) -> None:
        """Ask who registered for the queue or the number; first those who named it, then those for all. Of what nobody
        registered for, nothing is said here."""
        state = self.csta.state
        for wanted in (event.queue, event.number, ""):
            for number, row in state.registers.items():
                if row.device == wanted:
                    self._ask(number, row, event)
                    return
        self.csta.write(LINK, RouteLeft(event.call, event.entry))

    def _ask(self, register: int, row: RouteRegister, event: RouteAsked) -> None:
        state = self.csta.state
        state.last_dialogue += 1
        number = state.last_dialogue
        dialogue = Dialogue(str(register), event.call, event.entry, event.calling, event.queue, event.queue)
        state.dialogues[number] = dialogue
        line = self.csta.lines.line(event.call)
        caller = line.legs.get(event.leg, "") if line is not None else ""
        content: tuple[tuple[str, Content], ...] = (
            *self._head(number, dialogue),
            ("currentRoute", device_id(event.number)),
            ("callingDevice", device_id(event.calling)),
            ("routeingDevice", device_id(event.queue)),
            ("routedCall", connection(line.call if line is not None else event.call, caller)),
            ("routeSelAlgorithm", "normal"),
        )
        self.csta.start_timer(f"{TIMER}{number}", ROUTE_CYCLES)
        self._send(row, "RouteRequest", content)

    def _head(self, number: int, dialogue: Dialogue) -> tuple[tuple[str, Content], ...]:
        return ("crossRefIdentifier", str(number)), ("routeRegisterReqID", dialogue.register)

    def _send(self, row: RouteRegister, name: str, content: tuple[tuple[str, Content], ...]) -> None:
        self.csta.send_request(row.client, write(name, row.namespace, content))

    def _own(self, client: Client, said: str) -> tuple[int, Dialogue] | None:
        """An open dialogue of this client."""
        number = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
        dialogue = self.csta.state.dialogues.get(number)
        row = self.csta.state.registers.get(int(dialogue.register)) if dialogue is not None else None
        if dialogue is None or row is None or row.client != client.number:
            return None
        return number, dialogue

    def select(self, client: Client, asked: Pending, body: RouteSelect) -> None:
        """Has no answer of its own: RouteUsed and RouteEnd tell what came of it."""
        own = self._own(client, body.dialogue)
        if own is None or own[1].chosen:
            self.csta.refuse(asked, "operation", "invalidRouteingCrossRefID")
            return
        number, dialogue = own
        target = self.csta.target(body.target)
        if not target:
            self._taken(asked, "invalidDestination", dialogue)
            self._end(number, "operation", "invalidDestination")
            self._pass_on(dialogue, "route not known")
            return
        self._taken(asked, "ok", dialogue)
        dialogue.chosen, dialogue.used = self.csta.device(body.target), body.tell_used
        self.csta.emit(RouteDecided(dialogue.call, dialogue.entry, target, "selected"))
        self.csta.order_switch(ChooseRoute(dialogue.call, dialogue.entry, target, True, 0), f"{NOTE}{number}")

    def end(self, client: Client, asked: Pending, body: RouteEnd) -> None:
        """The application does not want to say: a CCS does, or the call goes as the switch would send it."""
        own = self._own(client, body.dialogue)
        if own is None:
            self.csta.refuse(asked, "operation", "invalidRouteingCrossRefID")
            return
        self._taken(asked, "ok", own[1])
        self._leave(own[0])

    def _taken(self, asked: Pending, result: str, dialogue: Dialogue) -> None:
        self.csta.emit(RequestTaken(asked.client, asked.name, dialogue.queue, result, dialogue.call))

    def _leave(self, number: int) -> None:
        self.csta.stop_timer(f"{TIMER}{number}")
        dialogue = self.csta.state.dialogues.pop(number)
        if not dialogue.chosen:
            self._pass_on(dialogue, "left to others")

    def _pass_on(self, dialogue: Dialogue, why: str) -> None:
        self.csta.emit(RouteDecided(dialogue.call, dialogue.entry, "", why))
        self.csta.write(LINK, RouteLeft(dialogue.call, dialogue.entry))

    # -- what comes of it ----------------------------------------------------------------------------------------

    def chosen(self, number: int, event: Ordered) -> None:
        dialogue = self.csta.state.dialogues.get(number)
        if dialogue is None:
            return
        if event.result != "ok":
            category, value = REFUSED[event.result]
            late = event.result == "too_late"
            self._end(number, "operation" if late else category, "routeingTimerExpired" if late else value)
            if not late:
                self._pass_on(dialogue, "route refused")
            return
        row = self.csta.state.registers.get(int(dialogue.register))
        if dialogue.used and row is not None:
            used = ("routeUsed", device_id(dialogue.chosen)), ("callingDevice", device_id(dialogue.calling))
            self._send(row, "RouteUsed", (*self._head(number, dialogue), *used))
        self._end(number, "", "")

    def late(self, number: int) -> None:
        """The application did not select a route in time."""
        dialogue = self.csta.state.dialogues.get(number)
        if dialogue is not None and not dialogue.chosen:
            self._end(number, "operation", "routeingTimerExpired")
            self._pass_on(dialogue, "no route in time")

    def call_gone(self, call: int) -> None:
        dialogues = self.csta.state.dialogues
        for number in [number for number, row in dialogues.items() if row.call == call]:
            self._end(number, "operation", "invalidCallID")

    def _end(self, number: int, category: str, value: str) -> None:
        """Tell that the dialogue is over; no category: as it was asked for."""
        self.csta.stop_timer(f"{TIMER}{number}")
        dialogue = self.csta.state.dialogues.pop(number)
        row = self.csta.state.registers.get(int(dialogue.register))
        if row is not None:
            error: tuple[tuple[str, Content], ...] = (("errorValue", ((category, value),)),) if category else ()
            self._send(row, "RouteEnd", (*self._head(number, dialogue), *error))
