"""Agents: the states of seats as CSTA agent states, their events, GetAgentState and SetAgentState."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from switchsim.callcentre.csta.events import Teller, Values, device_id
from switchsim.callcentre.csta.state import Client, Pending
from switchsim.callcentre.view import SeatView
from switchsim.model.cti import PressKey
from switchsim.proto.csta import Content
from switchsim.proto.csta.requests import GetAgentState, SetAgentState
from switchsim.proto.csta.vocabulary import AGENT_STATES, REQUESTED_AGENT_STATES

if TYPE_CHECKING:
    from switchsim.callcentre.csta.server import Csta

STATES: Final[dict[str, str]] = {
    "signed_out": "agentNull", "faulty": "agentNull", "idle": "agentReady", "ringing": "agentReady",
    "talk": "agentBusy", "held": "agentBusy", "listening": "agentBusy", "wrap_up": "agentWorkingAfterCall",
    "busy": "agentNotReady",
}  # fmt: skip
"""State of a seat -> AgentState (ECMA-269 6.1.1.6). A seat that rings for a call is still ready: no agent event."""
PENDING: Final[dict[str, str]] = {"busy": "agentNotReady", "sign_out": "agentNull"}
"""What a seat wishes for the end of its call -> PendingAgentState."""
KEYS: Final[dict[str, str]] = {"loggedOn": "sign_in", "loggedOff": "sign_out", "notReady": "busy", "ready": "ready"}
"""ReqAgentState -> key of the seat's set. There is none for workingAfterCall: wrap-up comes by itself."""
WANTED: Final[dict[str, str]] = {"loggedOff": "agentNull", "notReady": "agentNotReady", "ready": "agentReady"}
"""ReqAgentState -> AgentState that it leads to."""


class Agents:
    """Keeps `state.agents`: what the applications know of each seat."""

    def __init__(self, csta: Csta, teller: Teller) -> None:
        self.csta = csta
        self.teller = teller

    def name(self, seat: str) -> str:
        """agentID: as the application signed it in; the switch itself knows seats alone."""
        return self.csta.state.names.get(seat, seat)

    def changed(self, seat: SeatView) -> None:
        """Tell what is new of a seat; nothing when its agent state is the same."""
        state = self.csta.state
        self._service(seat)
        before, now = state.agents.get(seat.seat, ""), STATES[seat.state]
        state.agents[seat.seat] = now
        if not before or before == now:
            return
        if before == "agentNull":
            self._tell("AgentLoggedOnEvent", seat)
        self._tell(AGENT_STATES[now], seat)
        if now == "agentNull":
            state.names.pop(seat.seat, None)

    def _service(self, seat: SeatView) -> None:
        """A faulty seat is out of service."""
        faulty = self.csta.state.faulty
        if (seat.seat in faulty) == (seat.state == "faulty"):
            return
        name = "OutOfServiceEvent" if seat.state == "faulty" else "BackInServiceEvent"
        if seat.state == "faulty":
            faulty.append(seat.seat)
        else:
            faulty.remove(seat.seat)
        if seat.seat in self.csta.state.agents:
            values: Values = {"device": device_id(seat.seat), "cause": "normal"}
            self.teller.of_device(name, {seat.seat: values}, seat.seat)

    def _tell(self, name: str, seat: SeatView) -> None:
        """To the seat's monitors, and to those of its queues."""
        queues = self.queues(seat.seat)
        devices = {seat.seat: self._values(seat, queues[0] if len(queues) == 1 else "")}
        self.teller.of_device(name, devices | {queue: self._values(seat, queue) for queue in queues}, seat.seat)

    def _values(self, seat: SeatView, queue: str) -> Values:
        values: Values = {"agentDevice": device_id(seat.seat), "agentID": self.name(seat.seat), "cause": "normal"}
        if queue:
            values["acdGroup"] = queue
        if seat.state in ("talk", "held", "listening") and seat.after in PENDING:
            values["pendingAgentState"] = PENDING[seat.after]
        return values

    def queues(self, seat: str) -> list[str]:
        return [name for name, queue in self.csta.state.switch.queues.items() if seat in queue.members]

    def reconcile(self) -> None:
        """Everything was told again."""
        for seat in self.csta.state.switch.seats.values():
            self.changed(seat)

    # -- services ------------------------------------------------------------------------------------------------

    def get_state(self, client: Client, asked: Pending, body: GetAgentState) -> None:
        device = self.csta.device(body.device)
        seats = self.csta.state.switch.seats
        if device in seats:
            listed = [seats[device]]
        elif device in self.csta.queues():
            queue = self.csta.state.switch.queues.get(device)
            listed = [seats[seat] for seat in queue.members if seat in seats] if queue is not None else []
        else:
            self.csta.refuse(asked, "operation", "invalidDeviceID")
            return
        entries = tuple(("agentStateEntry", self._entry(seat, device)) for seat in listed)
        self.csta.answer(asked, {"agentStateList": entries})

    def _entry(self, seat: SeatView, device: str) -> Content:
        now = STATES[seat.state]
        queues = [device] if device != seat.seat else self.queues(seat.seat) or [""]
        pending = (("pendingAgentState", PENDING[seat.after]),) if seat.after in PENDING else ()
        items: list[tuple[str, Content]] = []
        for queue in queues:
            group = (("acdGroup", queue),) if queue else ()
            items.append(("agentInfoItem", (*group, ("agentState", now), *pending)))
        signed_in = "false" if now == "agentNull" else "true"
        return ("agentID", self.name(seat.seat)), ("loggedOnState", signed_in), ("agentInfo", tuple(items))

    def set_state(self, client: Client, asked: Pending, body: SetAgentState) -> None:
        seat = self.csta.device(body.device)
        if seat not in self.csta.state.switch.seats:
            self.csta.refuse(asked, "operation", "invalidDeviceID")
        elif body.wanted not in REQUESTED_AGENT_STATES:
            self.csta.refuse(asked, "operation", "invalidParameterValue")
        elif body.wanted not in KEYS:
            self.csta.refuse(asked, "operation", "agentStateNotSupported")
        else:
            asked.device, asked.agent = seat, body.agent if body.wanted == "loggedOn" else ""
            there = self._there(asked, body.wanted)
            if asked.agent and (there or STATES[self.csta.state.switch.seats[seat].state] == "agentNull"):
                self.csta.state.names[seat] = asked.agent
            if there:
                self.done(asked)
            else:
                self.csta.ask_switch(asked, PressKey(seat, KEYS[body.wanted]))

    def _there(self, asked: Pending, wanted: str) -> bool:
        """Whether the seat is, or will be behind its call, as it is wanted to be: there is nothing to order. A seat
        where another agent is logged on is not."""
        seat = self.csta.state.switch.seats[asked.device]
        now = STATES[seat.state]
        if wanted == "loggedOn":
            return now != "agentNull" and asked.agent in ("", self.csta.state.names.get(asked.device, asked.agent))
        if now == "agentBusy":
            return PENDING.get(seat.after, "agentReady") == WANTED[wanted]
        return now == WANTED[wanted] and seat.state != "faulty"

    def done(self, asked: Pending) -> None:
        """The switch took it; in a call it takes effect when that ends."""
        seat = self.csta.state.switch.seats.get(asked.device)
        after = PENDING.get(seat.after, "") if seat is not None else ""
        self.csta.answer(asked, {"pendingAgentState": after} if after else {})
