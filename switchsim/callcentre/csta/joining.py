"""Calls that become one, and what is made of everything that the switch tells again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from switchsim.callcentre.csta.events import Values, connection, device_id
from switchsim.callcentre.csta.names import device_of
from switchsim.callcentre.csta.state import Line
from switchsim.model.cti import CallsJoined
from switchsim.proto.csta import Content

if TYPE_CHECKING:
    from switchsim.callcentre.csta.lines import Lines

UNKNOWN_CAUSE: Final = 31


class Joining:
    """Part of `Lines`."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.csta = lines.csta
        self.teller = lines.teller

    # -- everything told again ---------------------------------------------------------------------------------------

    def reconcile(self) -> None:
        """The switch has told everything: what differs from what was known is told, nothing else."""
        switch = self.csta.state.switch
        for line in list(self.csta.state.lines.values()):
            for number in [number for number in line.calls if number not in switch.calls]:
                line.calls.remove(number)
                self.csta.state.line_of.pop(number, None)
            if not line.calls:
                self.lines.clear(line, UNKNOWN_CAUSE)
        for call in switch.calls.values():
            if self.lines.line(call.call) is None:
                self.lines.new(call.call, call.direction, call.calling, call.called or call.number)
        for line in list(self.csta.state.lines.values()):
            self._reconcile(line)

    def _reconcile(self, line: Line) -> None:
        switch = self.csta.state.switch
        calls = [switch.calls[call] for call in line.calls]
        legs = {leg: device_of(switch.legs[leg].device) for call in calls for leg in call.legs if leg in switch.legs}
        queue = next((call.queue for call in calls if call.queue), "")
        for device in [device for device in line.connections if device not in (*legs.values(), queue)]:
            self.lines.drop(line, device, "normal")
        line.legs = {leg: device for leg, device in line.legs.items() if leg in legs}
        line.left = [leg for leg in line.left if leg in legs]
        rings = any(switch.legs[leg].state == "alerting" for leg in legs)
        if queue and queue != line.queued and not rings:
            waiting = switch.queues[queue].waiting
            self.lines.queue_now(line, queue, waiting.index(line.call) + 1 if line.call in waiting else 1, len(waiting))
        elif not queue and line.queued:
            self.lines.divert(line, line.queued, "", "redirected")
        for leg, device in legs.items():
            self.lines.leg_now(line, leg, device, switch.legs[leg].state)

    # -- two calls become one ------------------------------------------------------------------------------------

    def joined(self, event: CallsJoined) -> None:
        line, old = self.lines.line(event.call), self.lines.line(event.old)
        if line is None:
            return
        seat, to = device_of(event.seat), device_of(event.to)
        old = old if old is not line else None
        moves = self._merge(line, old, seat if event.how == "transfer" else "")
        items = tuple(("connectionListItem", _moved(line.call, was, device)) for device, was in moves)
        values = self._joined_values(event, line, old, seat, to) | {
            _JOIN[event.how][2]: items,
            "cause": _join_cause(event.how, old),
        }
        self._follow(line, old)
        self.teller.of_call(_JOIN[event.how][0], line, values, gone=seat if event.how == "transfer" else "")
        if old is not None:
            self.csta.state.lines.pop(old.call, None)
            line.calls += old.calls
            self.csta.state.line_of |= dict.fromkeys(old.calls, line.call)
            self.csta.call_gone(old.call)

    def _joined_values(self, event: CallsJoined, line: Line, old: Line | None, seat: str, to: str) -> Values:
        _, subject, _, added = _JOIN[event.how]
        values: Values = {"primaryOldCall": connection(line.call, seat), subject: device_id(seat), added: device_id(to)}
        if old is not None:
            values["secondaryOldCall"] = connection(old.call, seat)
        return values

    def _merge(self, line: Line, old: Line | None, leaves: str) -> list[tuple[str, int]]:
        """Everybody is in `line` now, the one who leaves excepted; (device, its call before) of each."""
        moves = [(device, line.call) for device in line.connections if device != leaves]
        line.connections.pop(leaves, None)
        legs = line.legs | (old.legs if old is not None else {})
        line.left += [leg for leg, device in legs.items() if device == leaves]
        for device in line.connections:
            if line.connections[device] == "hold":
                line.connections[device] = "connected"
        if old is None:
            return moves
        for device, state in old.connections.items():
            if device != leaves and device not in line.connections:
                line.connections[device] = "connected" if state == "hold" else state
                moves.append((device, old.call))
        line.legs |= {leg: device for leg, device in old.legs.items() if device != leaves}
        return moves

    def _follow(self, line: Line, old: Line | None) -> None:
        """Who followed the call that is over follows the one that goes on."""
        for monitor in self.csta.state.monitors.values():
            if old is not None and old.call in monitor.calls:
                monitor.calls = [call for call in monitor.calls if call not in (old.call, line.call)] + [line.call]

    def handed_on(self, line: Line, seat: str) -> None:
        """A seat's blind transfer: it leaves, and the others go on. Where to is known when an application asked for it;
        else the next event says it."""
        line.connections.pop(seat, None)
        asked = (one for one in self.csta.state.pending.values() if one.name == "SingleStepTransferCall")
        to = next((one.device for one in asked if one.call == line.call), "")
        moves = tuple(("connectionListItem", _moved(line.call, line.call, device)) for device in line.connections)
        values: Values = {
            "primaryOldCall": connection(line.call, seat),
            "transferringDevice": device_id(seat),
            "transferredToDevice": device_id(to),
            "transferredConnections": moves,
            "cause": "singleStepTransfer",
        }
        self.teller.of_call("TransferedEvent", line, values, gone=seat)
        line.redirected = seat


_JOIN: Final = {
    "transfer": ("TransferedEvent", "transferringDevice", "transferredConnections", "transferredToDevice"),
    "conference": ("ConferencedEvent", "conferencingDevice", "conferenceConnections", "addedParty"),
}
"""How -> event, its subject, its list, whom it names besides."""


def _join_cause(how: str, old: Line | None) -> str:
    if how == "conference":
        return "conference"
    return "transfer" if old is not None else "singleStepTransfer"


def _moved(call: int, was: int, device: str) -> Content:
    return ("newConnection", connection(call, device)), ("oldConnection", connection(was, device))
