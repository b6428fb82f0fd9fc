"""Monitors, snapshots, and what the switch says of itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from switchsim.callcentre.csta.events import connection, device_id
from switchsim.callcentre.csta.state import MOST_MONITORS, SEGMENT, Client, Line, Monitor, Pending
from switchsim.proto.csta import Content, write
from switchsim.proto.csta.requests import (
    GetCSTAFeatures,
    GetSwitchingFunctionDevices,
    MonitorStart,
    MonitorStop,
    RequestSystemStatus,
    SnapshotCall,
    SnapshotDevice,
    SystemStatus,
)
from switchsim.proto.csta.vocabulary import EVENT_LIST_NAMES, EVENT_LISTS, FILTERS, SERVICES

if TYPE_CHECKING:
    from switchsim.callcentre.csta.server import Csta

_TRUNK: Final = re.compile(r"E1/[^/]{1,64}/([1-9]|[12]\d|3[01])")


class System:
    """Services that ask the switch nothing: what is known here answers them at once."""

    def __init__(self, csta: Csta) -> None:
        self.csta = csta

    # -- monitors ------------------------------------------------------------------------------------------------

    def monitor(self, client: Client, asked: Pending, body: MonitorStart) -> None:
        state = self.csta.state
        if sum(row.client == client.number for row in state.monitors.values()) >= MOST_MONITORS:
            self.csta.refuse(asked, "systemResourceAvailibility", "overallMonitorLimitExceeded")
            return
        line = self._line(body.call.call)
        device = self.csta.device(body.device)
        if body.call.call and line is None:
            self.csta.refuse(asked, "operation", "invalidCallID")
        elif line is None and not self.exists(device):
            self.csta.refuse(asked, "operation", "invalidDeviceID" if device else "invalidMonitorObject")
        else:
            self._start(client, asked, body, line, "" if line is not None else device)

    def _start(self, client: Client, asked: Pending, body: MonitorStart, line: Line | None, device: str) -> None:
        """What is up already goes on unsaid: a client takes a snapshot."""
        known = [f"{group}.{name}" for group, name in FILTERS.values()]
        unwanted = [name for name in known if (name in body.listed) != body.inverted]
        monitor = Monitor(client.number, asked.namespace, device, unwanted=unwanted if body.listed else [])
        monitor.of_call = line is not None
        monitor.follows = bool(device) and body.kind == "call"
        if line is not None:
            monitor.calls = [line.call]
        elif monitor.follows:
            monitor.calls = [one.call for one in self.csta.state.lines.values() if device in one.connections]
        state = self.csta.state
        state.last_monitor += 1
        state.monitors[state.last_monitor] = monitor
        if device:
            state.watching.setdefault(device, []).append(state.last_monitor)
        if monitor.of_call or monitor.follows:
            state.following.append(state.last_monitor)
        asked.device, asked.call = device, line.call if line is not None else 0
        self.csta.answer(asked, {"monitorCrossRefID": str(state.last_monitor)})

    def stop(self, client: Client, asked: Pending, body: MonitorStop) -> None:
        said = body.monitor
        number = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
        monitor = self.csta.state.monitors.get(number)
        if monitor is None or monitor.client != client.number:
            self.csta.refuse(asked, "operation", "invalidMonitorCrossRefID")
            return
        self._forget(number)
        self.csta.answer(asked, {})

    def _forget(self, number: int) -> None:
        state = self.csta.state
        device = state.monitors.pop(number).device
        if device:
            state.watching[device].remove(number)
            if not state.watching[device]:
                del state.watching[device]
        if number in state.following:
            state.following.remove(number)

    def call_gone(self, call: int) -> None:
        """A monitor of a call ends with it, and the switch says so."""
        state = self.csta.state
        for number in [number for number in state.following if call in state.monitors[number].calls]:
            monitor = state.monitors[number]
            monitor.calls.remove(call)
            if monitor.of_call and not monitor.calls:
                self._forget(number)
                over: Content = (("monitorCrossRefID", str(number)),)
                self.csta.send_request(monitor.client, write("MonitorStop", monitor.namespace, over))

    def client_gone(self, client: int) -> None:
        monitors = self.csta.state.monitors
        for number in [number for number, row in monitors.items() if row.client == client]:
            self._forget(number)

    def exists(self, device: str) -> bool:
        switch = self.csta.state.switch
        return device in switch.seats or device in self.csta.queues() or _TRUNK.fullmatch(device) is not None

    def _line(self, said: str) -> Line | None:
        return self.csta.lines.line(int(said)) if said.isascii() and said.isdigit() and len(said) < 10 else None

    # -- snapshots -----------------------------------------------------------------------------------------------

    def snapshot_device(self, client: Client, asked: Pending, body: SnapshotDevice) -> None:
        device = self.csta.device(body.device)
        if not self.exists(device):
            self.csta.refuse(asked, "operation", "invalidDeviceID")
            return
        entries: list[tuple[str, Content]] = [
            ("snapshotDeviceResponseInfo", self._call_entry(line, device))
            for line in self.csta.state.lines.values()
            if device in line.connections
        ]
        asked.device = device
        if len(entries) <= SEGMENT:
            self.csta.answer(asked, {"crossRefIDorSnapshotData": (("snapshotData", tuple(entries)),)})
            return
        reference = self._reference()
        self.csta.answer(asked, {"crossRefIDorSnapshotData": (("serviceCrossRefID", reference),)})
        self._segments(asked, "SnapshotDeviceData", "snapshotData", reference, entries)

    def _call_entry(self, line: Line, device: str) -> Content:
        """The device's own state first, then those of the others (compound call state)."""
        states = [line.connections[device], *(at for other, at in line.connections.items() if other != device)]
        compound: Content = tuple(("localConnectionState", state) for state in states)
        return (
            ("connectionIdentifier", connection(line.call, device)),
            ("localCallState", (("compoundCallState", compound),)),
        )

    def snapshot_call(self, client: Client, asked: Pending, body: SnapshotCall) -> None:
        line = self._line(body.connection.call)
        if line is None:
            self.csta.refuse(asked, "operation", "invalidCallID")
            return
        entries: Content = tuple(
            (
                "snapshotCallResponseInfo",
                (
                    ("deviceOnCall", device_id(device)),
                    ("callIdentifier", connection(line.call, device)),
                    ("localConnectionInfo", state),
                ),
            )
            for device, state in line.connections.items()
        )
        asked.call = line.call
        self.csta.answer(
            asked,
            {
                "crossRefIDorSnapshotData": (("snapshotData", entries),),
                "callingDevice": device_id(line.calling),
                "calledDevice": device_id(line.called),
            },
        )

    # -- the switch ----------------------------------------------------------------------------------------------

    def status(self, client: Client, asked: Pending, body: RequestSystemStatus) -> None:
        self.csta.answer(asked, {"systemStatus": self.csta.system_status()})

    def client_status(self, client: Client, asked: Pending, body: SystemStatus) -> None:
        self.csta.answer(asked, {})

    def devices(self, client: Client, asked: Pending, body: GetSwitchingFunctionDevices) -> None:
        """Stations and ACD devices; trunks have no list on the CTI link."""
        switch = self.csta.state.switch
        wanted = self.csta.device(body.device)
        pairs = [(seat, "station") for seat in switch.seats] + [(queue, "acd") for queue in self.csta.queues()]
        entries: list[tuple[str, Content]] = [
            ("device", (("deviceID", device), ("deviceCategory", category)))
            for device, category in pairs
            if wanted in ("", device) and body.category in ("", category)
        ]
        reference = self._reference()
        self.csta.answer(asked, {"serviceCrossRefID": reference})
        self._segments(asked, "SwitchingFunctionDevices", "deviceList", reference, entries)

    def _reference(self) -> str:
        self.csta.state.last_list += 1
        return str(self.csta.state.last_list)

    def _segments(
        self, asked: Pending, name: str, element: str, reference: str, entries: list[tuple[str, Content]]
    ) -> None:
        pieces = [entries[at : at + SEGMENT] for at in range(0, len(entries), SEGMENT)] or [[]]
        for number, piece in enumerate(pieces, 1):
            content: Content = (
                ("serviceCrossRefID", reference),
                ("segmentID", str(number)),
                ("lastSegment", "true" if number == len(pieces) else "false"),
                (element, tuple(piece)),
            )
            self.csta.send_request(asked.client, write(name, asked.namespace, content))

    def features(self, client: Client, asked: Pending, body: GetCSTAFeatures) -> None:
        services: Content = tuple((group, tuple((name, "") for name in names)) for group, names in SERVICES.items())
        lists: list[tuple[str, Content]] = []
        for group, listed in EVENT_LISTS.items():
            names = sorted(EVENT_LIST_NAMES.get(name, name) for of, name in FILTERS.values() if of == group)
            lists.append((listed, tuple((name, "") for name in names)))
        self.csta.answer(asked, {"supportedServices": services, "supportedEvents": tuple(lists)})
