"""Who hears of what: an event goes to each monitor of a device or call that takes part in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.callcentre.csta.state import Line
from switchsim.model.platform_events import EventTold
from switchsim.proto.csta import EVENT_INVOKE, Content, write
from switchsim.proto.csta.vocabulary import CAUSES, EVENTS, FILTERS, LOCAL_STATES

if TYPE_CHECKING:
    from switchsim.callcentre.csta.server import Csta

Values = dict[str, Content]


def connection(call: int, device: str) -> Content:
    """A connection identifier."""
    return ("callID", str(call)), ("deviceID", device)


def device_id(device: str) -> Content:
    """An extended device identifier; one that nobody knows is `notKnown`."""
    return (("deviceIdentifier", device),) if device else (("notKnown", ""),)


def redirection(device: str) -> Content:
    return (("numberDialed", device),) if device else (("notRequired", ""),)


def parties(line: Line) -> Values:
    """The three devices that most events name."""
    return {
        "callingDevice": device_id(line.calling),
        "calledDevice": device_id(line.called),
        "lastRedirectionDevice": redirection(line.redirected),
    }


class Teller:
    """Writes events. An event is told once to a monitor, with the local state of the *monitored* device."""

    def __init__(self, csta: Csta) -> None:
        self.csta = csta

    def of_call(self, name: str, line: Line, values: Values, gone: str = "", detail: str = "") -> None:
        """To monitors of the call, and of every device in it; gone: a device that is in it no more, and hears it."""
        state = self.csta.state
        devices = (*line.connections, gone)
        there = [number for device in devices for number in state.watching.get(device, ())]
        for number in there:
            monitor = state.monitors[number]
            if monitor.follows and line.call not in monitor.calls:
                monitor.calls.append(line.call)
        heard = [
            self._tell(name, number, line.connections.get(state.monitors[number].device, ""), values)
            for number in sorted({*there, *self._followers(line)})
        ]
        if any(heard):
            self.csta.emit(EventTold(name, line.call, detail or gone))

    def _followers(self, line: Line) -> list[int]:
        state = self.csta.state
        return [number for number in state.following if line.call in state.monitors[number].calls]

    def to_call_monitors(self, name: str, line: Line, values: Values) -> None:
        """CallCleared is for call-type monitors alone (ECMA-269 17.2)."""
        heard = [self._tell(name, number, "", values) for number in self._followers(line)]
        if any(heard):
            self.csta.emit(EventTold(name, line.call, ""))

    def of_device(self, name: str, devices: dict[str, Values], detail: str) -> None:
        """To monitors of these devices, to each with its own values."""
        watching = self.csta.state.watching
        heard = [
            self._tell(name, number, "", values)
            for device, values in devices.items()
            for number in watching.get(device, ())
        ]
        if any(heard):
            self.csta.emit(EventTold(name, 0, detail))

    def to_every_device(self, name: str, cause: str) -> None:
        """OutOfService and BackInService of all that is monitored."""
        heard = [
            self._tell(name, number, "", {"device": device_id(monitor.device), "cause": cause})
            for number, monitor in self.csta.state.monitors.items()
            if monitor.device
        ]
        if any(heard):
            self.csta.emit(EventTold(name, 0, "all"))

    def _tell(self, name: str, number: int, local: str, values: Values) -> bool:
        monitor = self.csta.state.monitors[number]
        group, word = FILTERS[name]
        if f"{group}.{word}" in monitor.unwanted:
            return False
        assert values.get("cause", "normal") in CAUSES, f"there is no cause {values['cause']}"
        assert not local or local in LOCAL_STATES, f"there is no state {local}"
        content: list[tuple[str, Content]] = [("monitorCrossRefID", str(number))]
        for element in EVENTS[name]:
            if element == "localConnectionInfo":
                if local and not monitor.follows:
                    content.append((element, local))
            elif element in values:
                content.append((element, values[element]))
        self.csta.send_document(monitor.client, EVENT_INVOKE, write(name, monitor.namespace, tuple(content)))
        return True
