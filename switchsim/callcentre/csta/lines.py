"""Calls as CSTA sees them: what the switch tells becomes transitions of connections, and these become events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from switchsim.callcentre.csta.events import Teller, Values, connection, device_id, parties
from switchsim.callcentre.csta.joining import Joining
from switchsim.callcentre.csta.names import device_of
from switchsim.callcentre.csta.state import Line
from switchsim.model.cti import (
    CallBegan,
    CallEnded,
    CallNumber,
    CallsJoined,
    DigitPressed,
    LegChanged,
    QueueEntered,
    QueueLeft,
    SeatCalled,
    SeatCallEnded,
    SeatServed,
)
from switchsim.proto.csta.vocabulary import CLEARING_CAUSES, FAILING

if TYPE_CHECKING:
    from switchsim.callcentre.csta.server import Csta

RANG_OFF: Final = {
    "no_answer": "callForwardNoAnswer",
    "rejected": "callNotAnswered",
    "redirected": "redirected",
    "lost": "destOutOfOrder",
}
"""Why a seat rings no more -> the cause of DivertedEvent. The others (answered, abandoned) divert nothing."""


def clearing_cause(cause: int) -> str:
    return CLEARING_CAUSES.get(cause, "normal")


class Lines:
    """Keeps `state.lines`; `handle` takes what the switch tells, once it is applied to the view."""

    def __init__(self, csta: Csta, teller: Teller) -> None:
        self.csta = csta
        self.teller = teller
        self.joining = Joining(self)
        self.handlers: dict[type[Any], Any] = {
            CallBegan: self._began,
            CallNumber: self._number,
            LegChanged: self._leg,
            CallsJoined: self.joining.joined,
            CallEnded: self._ended,
            DigitPressed: self._digit,
            QueueEntered: self._entered,
            QueueLeft: self._left,
            SeatCalled: self._seat_called,
            SeatCallEnded: self._seat_call_ended,
            SeatServed: self._seat_served,
        }

    def handle(self, event: Any) -> None:
        handler = self.handlers.get(type(event))
        if handler is not None:
            handler(event)

    def line(self, call: int) -> Line | None:
        """By callID, or of a call of the switch: two that were joined are one, under the number of the first."""
        state = self.csta.state
        return state.lines.get(state.line_of.get(call, call))

    # -- calls ---------------------------------------------------------------------------------------------------

    def _began(self, event: CallBegan) -> None:
        self.new(event.call, event.direction, event.calling, event.called or event.number)

    def new(self, call: int, direction: str, calling: str, called: str) -> Line:
        line = Line(call, direction, calling, called, calls=[call])
        self.csta.state.lines[call] = line
        self.csta.state.line_of[call] = call
        return line

    def _number(self, event: CallNumber) -> None:
        line = self.line(event.call)
        if line is not None:
            line.called = event.called or event.number
            self._originate(line)

    def _ended(self, event: CallEnded) -> None:
        line = self.line(event.call)
        if line is None:
            return
        line.calls.remove(event.call)
        self.csta.state.line_of.pop(event.call)
        if not line.calls:
            self.clear(line, event.cause)

    def clear(self, line: Line, cause: int) -> None:
        """The call is over, with whatever connections it still had."""
        for device in list(line.connections):
            self.drop(line, device, clearing_cause(cause))
        values: Values = {"clearedCall": connection(line.call, line.calling), "cause": clearing_cause(cause)}
        self.teller.to_call_monitors("CallClearedEvent", line, values)
        self.csta.state.lines.pop(line.call, None)
        for call in line.calls:
            self.csta.state.line_of.pop(call, None)
        self.csta.call_gone(line.call)

    def _digit(self, event: DigitPressed) -> None:
        line = self.line(event.call)
        device = line.legs.get(event.leg) if line is not None else None
        if line is not None and device is not None:
            values: Values = {"connection": connection(line.call, device), "digitGeneratedList": event.digit}
            self.teller.of_call("DigitsGeneratedEvent", line, values)

    # -- legs ----------------------------------------------------------------------------------------------------

    def _leg(self, event: LegChanged) -> None:
        line = self.line(event.call)
        if line is None:
            return
        device = device_of(event.device)
        if event.state == "null":
            self._leg_gone(line, event, device)
            return
        self.leg_now(line, event.leg, device, event.state)

    def leg_now(self, line: Line, leg: int, device: str, state: str) -> None:
        """A leg is in this state of the switch, whatever it was before."""
        line.origin = line.origin or leg
        line.legs[leg] = device
        if leg in line.left:
            return  # told anew before it goes: nothing of that seat follows its Transfered
        state = "connected" if state == "queued" else state
        before = line.connections.get(device, "")
        if leg == line.origin:
            self._origin(line, device, before, state)
        else:
            self._other(line, device, before, state)

    def _origin(self, line: Line, device: str, before: str, state: str) -> None:
        """The device that began the call; it is connected as soon as it has dialled."""
        if state == "alerting" or before == "alerting":
            self._other(line, device, before, state)
            return
        if not before:
            line.connections[device] = "initiated"
            if device in self.csta.state.switch.seats:
                values: Values = {
                    "initiatedConnection": connection(line.call, device),
                    "initiatingDevice": device_id(device),
                    "cause": "makeCall",
                }
                self.teller.of_call("ServiceInitiatedEvent", line, values)
        self._originate(line)
        before = line.connections[device]
        if before == "initiated" and state in ("connected", "hold"):
            line.connections[device] = before = "connected"
        self._hold(line, device, before, state)

    def _originate(self, line: Line) -> None:
        """A seat has dialled."""
        device = line.legs.get(line.origin, "")
        if line.originated or not line.called or device not in self.csta.state.switch.seats:
            return
        if line.connections.get(device) != "initiated":
            return
        line.originated = True
        line.connections[device] = "connected"
        values = parties(line) | {"originatedConnection": connection(line.call, device), "cause": "newCall"}
        self.teller.of_call("OriginatedEvent", line, values)

    def _other(self, line: Line, device: str, before: str, state: str) -> None:
        """A device to which the call goes."""
        if state in ("alerting", "connected", "hold"):
            self._caller_waits(line, device)
        if state == "alerting" and before != "alerting":
            self._distributed(line, device)
            self._delivered(line, device, "distributed" if line.ringing_from else "newCall")
        elif state == "initiated" and not before:
            self._reaches(line, device)
        elif state == "connected" and before in ("", "initiated", "alerting"):
            self._distributed(line, device)
            self._established(line, device)
        else:
            self._hold(line, device, before, state)

    def _caller_waits(self, line: Line, device: str) -> None:
        """Once the call has reached a device, its caller is connected: it hears ring-back at least."""
        caller = line.legs.get(line.origin, "")
        if caller != device and line.connections.get(caller) == "initiated":
            line.connections[caller] = "connected"

    def _hold(self, line: Line, device: str, before: str, state: str) -> None:
        if before == "connected" and state == "hold":
            self._change(line, device, "hold", "HeldEvent", "heldConnection", "holdingDevice", "normal")
        elif before == "hold" and state == "connected":
            name, element, subject = "RetrievedEvent", "retrievedConnection", "retrievingDevice"
            self._change(line, device, "connected", name, element, subject, "normal")
        elif not before:
            line.connections[device] = state

    def _change(self, line: Line, device: str, state: str, name: str, element: str, subject: str, cause: str) -> None:
        line.connections[device] = state
        own: Values = {element: connection(line.call, device), subject: device_id(device), "cause": cause}
        self.teller.of_call(name, line, parties(line) | own, detail=device)

    def _delivered(self, line: Line, device: str, cause: str) -> None:
        self._change(line, device, "alerting", "DeliveredEvent", "connection", "alertingDevice", cause)

    def _established(self, line: Line, device: str) -> None:
        cause = "distributed" if line.ringing_from else "newCall"
        line.ringing_from, line.answered = "", True
        self._change(line, device, "connected", "EstablishedEvent", "establishedConnection", "answeringDevice", cause)

    def _reaches(self, line: Line, device: str) -> None:
        """A circuit to the network is seized for the call; a seat's connection waits until it rings."""
        if device in self.csta.state.switch.seats:
            line.connections[device] = "initiated"
            return
        self._caller_waits(line, device)
        name, element, subject = "NetworkReachedEvent", "outboundConnection", "networkInterfaceUsed"
        self._change(line, device, "initiated", name, element, subject, "normal")

    def _leg_gone(self, line: Line, event: LegChanged, device: str) -> None:
        line.legs.pop(event.leg, None)
        if event.leg in line.left:
            line.left.remove(event.leg)
        hands_on = line.leaving == device
        line.leaving = "" if hands_on else line.leaving
        before = line.connections.get(device)
        if before is None or device in line.legs.values():
            return  # a seat that joined its two calls had a leg in each
        if hands_on:
            self.joining.handed_on(line, device)
            return
        if before == "alerting" and line.ringing_from and self._still_waits(line):
            self._back_to_queue(line, device, "no_answer" if event.cause != 21 else "rejected")
            return
        if event.cause in FAILING and not (line.answered or line.failed):
            self._failed(line, device, event)
        self.drop(line, device, clearing_cause(event.cause))

    def _failed(self, line: Line, device: str, event: LegChanged) -> None:
        """The call could not be completed: the device that it did not get through to, or the number, once."""
        reached = [other for other, state in line.connections.items() if state in ("initiated", "alerting")]
        failing = next((other for other in reached if other != device), line.called)
        failing = device if event.leg != line.origin else failing
        line.failed = True
        if failing in line.connections:
            line.connections[failing] = "fail"
        own: Values = {"failedConnection": connection(line.call, failing), "failingDevice": device_id(failing)}
        values = parties(line) | own | {"cause": clearing_cause(event.cause)}
        self.teller.of_call("FailedEvent", line, values, detail=failing)

    def drop(self, line: Line, device: str, cause: str) -> None:
        """A device is in the call no more."""
        line.connections.pop(device, None)
        if device == line.queued:
            line.queued = ""
        values: Values = {
            "droppedConnection": connection(line.call, device),
            "releasingDevice": device_id(device),
            "cause": cause,
        }
        self.teller.of_call("ConnectionClearedEvent", line, values, gone=device)

    # -- queues --------------------------------------------------------------------------------------------------

    def _entered(self, event: QueueEntered) -> None:
        line = self.line(event.call)
        if line is not None and line.queued != event.queue and line.ringing_from != event.queue:
            self.queue_now(line, event.queue, event.position, event.count)

    def queue_now(self, line: Line, queue: str, position: int, count: int) -> None:
        """The call is delivered to a queue, and waits there (ECMA-269 6.8: an ACD device)."""
        if line.queued:
            self.divert(line, line.queued, queue, "overflow")
        self._caller_waits(line, queue)
        self._delivered(line, queue, "enteringDistribution")
        self._queue(line, queue, position, count)

    def _queue(self, line: Line, queue: str, position: int, count: int) -> None:
        switch = self.csta.state.switch
        members = switch.queues[queue].members if queue in switch.queues else {}
        idle = any(switch.seats[seat].state == "idle" for seat in members if seat in switch.seats)
        line.queued, line.connections[queue] = queue, "queued"
        values: Values = parties(line) | {
            "queuedConnection": connection(line.call, queue),
            "queue": device_id(queue),
            "numberQueued": str(count),
            "callsInFront": str(max(position - 1, 0)),
            "cause": "enteringDistribution" if idle else "noAvailableAgents",
        }
        self.teller.of_call("QueuedEvent", line, values, detail=queue)

    def _left(self, event: QueueLeft) -> None:
        line = self.line(event.call)
        if line is None:
            return
        if line.queued == event.queue:
            if event.why in ("overflow", "redirected"):
                self.divert(line, event.queue, "", event.why)
            elif event.why != "seat":
                self.drop(line, event.queue, "callCancelled" if event.why == "abandoned" else "normal")
            else:
                self.divert(line, event.queue, "", "distributed")
        elif event.why != "seat":
            line.ringing_from = ""

    def divert(self, line: Line, device: str, to: str, cause: str) -> None:
        """The call leaves a device for another one; the device is in it no more."""
        line.connections.pop(device, None)
        if line.queued == device:
            line.queued = ""
        values: Values = parties(line) | {
            "connection": connection(line.call, device),
            "divertingDevice": device_id(device),
            "newDestination": device_id(to),
            "cause": cause,
        }
        self.teller.of_call("DivertedEvent", line, values, gone=device)
        line.redirected = device

    def _distributed(self, line: Line, seat: str) -> None:
        """A queue has given the call to this seat."""
        if line.queued and seat != line.queued:
            queue = line.queued
            self.divert(line, queue, seat, "distributed")
            line.ringing_from = queue

    def _seat_called(self, event: SeatCalled) -> None:
        line = self.line(event.call)
        if line is not None and line.queued == event.queue:
            self._distributed(line, event.seat)

    def _seat_call_ended(self, event: SeatCallEnded) -> None:
        line = self.line(event.call)
        if line is None or line.connections.get(event.seat) != "alerting" or event.why not in RANG_OFF:
            return
        if self._still_waits(line):
            self._back_to_queue(line, event.seat, event.why)
        elif line.ringing_from or event.why == "redirected":
            line.ringing_from = ""
            self.divert(line, event.seat, "", RANG_OFF[event.why])

    def _seat_served(self, event: SeatServed) -> None:
        """A seat that hands its call on is about to leave it."""
        line = self.line(event.call)
        if line is not None and event.why == "transfer":
            line.leaving = event.seat

    def _still_waits(self, line: Line) -> bool:
        call = self.csta.state.switch.calls.get(line.call)
        return call is not None and call.queue != ""

    def _back_to_queue(self, line: Line, seat: str, why: str) -> None:
        """It had kept its place."""
        call = self.csta.state.switch.calls[line.call]
        line.ringing_from = ""
        self.divert(line, seat, call.queue, RANG_OFF[why])
        waiting = self.csta.state.switch.queues[call.queue].waiting
        place = waiting.index(line.call) + 1 if line.call in waiting else 1
        self._queue(line, call.queue, place, max(len(waiting), 1))
