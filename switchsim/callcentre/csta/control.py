"""Call control services: what an application asks becomes a key, a hang-up or a redirection; Ordered is its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from switchsim.callcentre.csta.events import connection
from switchsim.callcentre.csta.state import Client, Line, Pending
from switchsim.model.cti import HangUp, Ordered, Originate, PressKey, Redirect
from switchsim.proto.csta import ConnectionId, Content
from switchsim.proto.csta.requests import (
    ConsultationCall,
    Divert,
    MakeCall,
    OneConnection,
    TwoConnections,
)

if TYPE_CHECKING:
    from switchsim.callcentre.csta.server import Csta

NORMAL_CLEARING: Final = 16
RING_FIRST_CYCLES: Final = 240_000

REFUSED: Final[dict[str, tuple[str, str]]] = {
    "no_such_call": ("operation", "invalidCallID"),
    "no_such_leg": ("operation", "invalidConnectionID"),
    "no_such_seat": ("operation", "invalidDeviceID"),
    "no_such_queue": ("operation", "invalidDestination"),
    "no_such_number": ("operation", "invalidDestination"),
    "wrong_state": ("stateIncompatibility", "invalidObjectState"),
    "no_circuit": ("systemResourceAvailibility", "networkBusy"),
    "already_there": ("stateIncompatibility", "invalidObjectState"),
    "not_there": ("stateIncompatibility", "invalidObjectState"),
    "busy": ("systemResourceAvailibility", "resourceBusy"),
    "too_late": ("stateIncompatibility", "invalidObjectState"),
    "no_resource": ("systemResourceAvailibility", "resourceBusy"),
    "not_active": ("systemResourceAvailibility", "resourceOutOfService"),
    "no_answer": ("stateIncompatibility", "invalidObjectState"),
    "not_reachable": ("systemResourceAvailibility", "resourceOutOfService"),
}
"""Result of an order -> category and value of CSTAErrorCode."""

CONNECTED: Final = ("connected",)
HELD: Final = ("hold",)
RINGING: Final = ("alerting",)


class Control:
    """The services of ECMA-269 17.1 that the switch can do."""

    def __init__(self, csta: Csta) -> None:
        self.csta = csta
        self.services: dict[str, Callable[[Client, Pending, Any], None]] = {
            "MakeCall": self._make,
            "AnswerCall": self._key("answer", RINGING, "noCallToAnswer"),
            "HoldCall": self._key("hold", CONNECTED, "noActiveCall"),
            "RetrieveCall": self._key("retrieve", HELD, "noHeldCall"),
            "ClearConnection": self._clear_connection,
            "ClearCall": self._clear_call,
            "ConsultationCall": self._consult,
            "TransferCall": self._two("complete"),
            "ConferenceCall": self._two("conference"),
            "ReconnectCall": self._two("retrieve"),
            "SingleStepTransferCall": self._transfer,
            "DeflectCall": self._deflect,
            "GenerateDigits": self._unable,
            "AlternateCall": self._unable,
        }

    # -- what is meant -------------------------------------------------------------------------------------------

    def _line(self, asked: Pending, said: ConnectionId) -> Line | None:
        """The call; None, and refused, when there is none."""
        call = int(said.call) if said.call.isascii() and said.call.isdigit() and len(said.call) < 10 else 0
        line = self.csta.lines.line(call)
        if line is None:
            self.csta.refuse(asked, "operation", "invalidCallID")
        return line

    def _device(self, asked: Pending, said: ConnectionId) -> tuple[Line, str] | None:
        """The call and a device that is in it."""
        line = self._line(asked, said)
        if line is None:
            return None
        device = self.csta.device(said.device)
        if device not in line.connections:
            self.csta.refuse(asked, "operation", "invalidConnectionID")
            return None
        return line, device

    def _seat(self, asked: Pending, said: ConnectionId, states: tuple[str, ...], wrong: str) -> tuple[Line, str] | None:
        """A seat's connection in one of these states."""
        found = self._device(asked, said)
        if found is None:
            return None
        line, device = found
        if device not in self.csta.state.switch.seats:
            self.csta.refuse(asked, "operation", "requestIncompatibleWithConnection")
            return None
        if line.connections[device] not in states:
            self.csta.refuse(asked, "stateIncompatibility", wrong)
            return None
        return found

    def leg(self, line: Line, device: str) -> tuple[int, int]:
        """(call of the switch, leg) of a device; leg 0 when it has none (a queue)."""
        for number, where in line.legs.items():
            leg = self.csta.state.switch.legs.get(number)
            if where == device and leg is not None:
                return leg.call, number
        return line.calls[0], 0

    # -- services ------------------------------------------------------------------------------------------------

    def _key(self, key: str, states: tuple[str, ...], wrong: str) -> Callable[[Client, Pending, OneConnection], None]:
        def serve(client: Client, asked: Pending, body: OneConnection) -> None:
            found = self._seat(asked, body.connection, states, wrong)
            if found is not None:
                asked.call, asked.device = found[0].call, found[1]
                self.csta.ask_switch(asked, PressKey(found[1], key))

        return serve

    def _two(self, key: str) -> Callable[[Client, Pending, TwoConnections], None]:
        def serve(client: Client, asked: Pending, body: TwoConnections) -> None:
            held = self._seat(asked, body.held, HELD, "noHeldCall")
            active = self._seat(asked, body.active, ("connected", "initiated"), "noActiveCall") if held else None
            if held is None or active is None:
                return
            if held[1] != active[1]:
                self.csta.refuse(asked, "operation", "invalidConnectionID")
                return
            asked.call, asked.device = held[0].call, held[1]
            self.csta.ask_switch(asked, PressKey(held[1], key))

        return serve

    def _make(self, client: Client, asked: Pending, body: MakeCall) -> None:
        """The set dials at once; `prompt`: it rings first, and dials when it is answered."""
        seat = self.csta.device(body.calling)
        if seat not in self.csta.state.switch.seats:
            self.csta.refuse(asked, "operation", "invalidCallingDeviceID")
            return
        asked.device = seat
        if body.originate == "prompt":
            target = self.csta.target(body.called)
            if not target:
                self.csta.refuse(asked, "operation", "invalidDestination")
                return
            self.csta.ask_switch(asked, Originate(f"SEAT/{seat}", target, seat, RING_FIRST_CYCLES))
            return
        self.csta.ask_switch(asked, PressKey(seat, "dial", self.csta.device(body.called)))

    def _consult(self, client: Client, asked: Pending, body: ConsultationCall) -> None:
        found = self._seat(asked, body.connection, CONNECTED, "noActiveCall")
        if found is not None:
            asked.device = found[1]
            self.csta.ask_switch(asked, PressKey(found[1], "dial", self.csta.device(body.consulted)))

    def _clear_connection(self, client: Client, asked: Pending, body: OneConnection) -> None:
        found = self._device(asked, body.connection)
        if found is None:
            return
        call, leg = self.leg(*found)
        if not leg:
            self.csta.refuse(asked, "operation", "requestIncompatibleWithConnection")
            return
        asked.call = found[0].call
        self.csta.ask_switch(asked, HangUp(call, leg, NORMAL_CLEARING))

    def _clear_call(self, client: Client, asked: Pending, body: OneConnection) -> None:
        line = self._line(asked, body.connection)
        if line is not None:
            asked.call = line.call
            self.csta.ask_switch(asked, HangUp(line.calls[0], 0, NORMAL_CLEARING))

    def _transfer(self, client: Client, asked: Pending, body: Divert) -> None:
        """By the seat's own key; a caller that waits or is served otherwise is redirected."""
        found = self._device(asked, body.connection)
        target = self.csta.target(body.target)
        if found is None:
            return
        line, device = found
        if not target:
            self.csta.refuse(asked, "operation", "invalidDestination")
            return
        asked.call, asked.device = line.call, self.csta.device(body.target)
        if device in self.csta.state.switch.seats and target.partition(":")[0] in ("seat", "number"):
            self.csta.ask_switch(asked, PressKey(device, "transfer", asked.device))
        else:
            self.csta.ask_switch(asked, Redirect(self.leg(line, device)[0], target))

    def _deflect(self, client: Client, asked: Pending, body: Divert) -> None:
        """Of a call that rings or waits."""
        found = self._device(asked, body.connection)
        target = self.csta.target(body.target)
        if found is None:
            return
        line, device = found
        if line.connections[device] not in ("alerting", "queued"):
            self.csta.refuse(asked, "stateIncompatibility", "invalidConnectionState")
        elif not target:
            self.csta.refuse(asked, "operation", "invalidDestination")
        else:
            asked.call = line.call
            self.csta.ask_switch(asked, Redirect(self.leg(line, device)[0], target))

    def _unable(self, client: Client, asked: Pending, body: object) -> None:
        """The switch has no such function: digits are not sent to a leg, and retrieving ends a consultation."""
        self.csta.refuse(asked, "operation", "serviceNotSupported")

    # -- answers -------------------------------------------------------------------------------------------------

    def done(self, asked: Pending, event: Ordered) -> None:
        """The switch did it; what that brought about was told before."""
        line = self.csta.lines.line(event.call) if event.call else None
        call = asked.call or (line.call if line is not None else event.call)
        there = connection(call, asked.device)
        fields: dict[str, dict[str, Content]] = {
            "MakeCall": {"callingDevice": there},
            "ConsultationCall": {"initiatedCall": there},
            "TransferCall": {"transferredCall": connection(call, self._stays(call))},
            "SingleStepTransferCall": {"transferredCall": there},
            "ConferenceCall": {"conferenceCall": there},
        }
        asked.call = call
        self.csta.answer(asked, fields.get(asked.name, {}))

    def _stays(self, call: int) -> str:
        """Who came last into the call that is left."""
        line = self.csta.lines.line(call)
        return list(line.connections)[-1] if line is not None and line.connections else ""
