"""What an application may ask: one struct a service, one row a service, one reader for all rows.

Elements are found by their local name, in any order; unknown ones are passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from switchsim.proto.csta import values
from switchsim.proto.csta.values import ConnectionId
from switchsim.proto.csta.xmltext import Element


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all requests."""


class StartApplicationSession(Request, frozen=True, kw_only=True):
    """user: of the log-in; secret: which of the passwords of this document it goes with, from 1, 0 = none.

    versions: as asked for, in order. duration: seconds, -1 not said.
    """

    application: str
    user: str
    secret: int
    versions: tuple[str, ...]
    duration: int


class ResetApplicationSessionTimer(Request, frozen=True, kw_only=True):
    session: str
    duration: int


class StopApplicationSession(Request, frozen=True, kw_only=True):
    session: str


class SystemRegister(Request, frozen=True, kw_only=True):
    """user, secret: as StartApplicationSession, from its extensions."""

    user: str
    secret: int


class SystemRegisterCancel(Request, frozen=True, kw_only=True):
    register: str


class SystemStatus(Request, frozen=True, kw_only=True):
    """The application tells how it is."""


class RequestSystemStatus(Request, frozen=True, kw_only=True): ...


class MonitorStart(Request, frozen=True, kw_only=True):
    """One of device and call; kind: device, call or ``. listed: events named by the filter, inverted: only those."""

    device: str
    call: ConnectionId
    kind: str
    listed: tuple[str, ...]
    inverted: bool


class MonitorStop(Request, frozen=True, kw_only=True):
    monitor: str


class SnapshotDevice(Request, frozen=True, kw_only=True):
    device: str


class SnapshotCall(Request, frozen=True, kw_only=True):
    connection: ConnectionId


class GetSwitchingFunctionDevices(Request, frozen=True, kw_only=True):
    device: str
    category: str


class GetCSTAFeatures(Request, frozen=True, kw_only=True): ...


class MakeCall(Request, frozen=True, kw_only=True):
    calling: str
    called: str
    originate: str


class OneConnection(Request, frozen=True, kw_only=True):
    """AnswerCall, ClearConnection, ClearCall, HoldCall, RetrieveCall, GenerateDigits."""

    connection: ConnectionId


class ConsultationCall(Request, frozen=True, kw_only=True):
    connection: ConnectionId
    consulted: str


class TwoConnections(Request, frozen=True, kw_only=True):
    """TransferCall, ConferenceCall, AlternateCall, ReconnectCall."""

    held: ConnectionId
    active: ConnectionId


class Divert(Request, frozen=True, kw_only=True):
    """SingleStepTransferCall, DeflectCall."""

    connection: ConnectionId
    target: str


class GetAgentState(Request, frozen=True, kw_only=True):
    device: str


class SetAgentState(Request, frozen=True, kw_only=True):
    device: str
    wanted: str
    agent: str


class RouteRegister(Request, frozen=True, kw_only=True):
    """device: `` = all."""

    device: str


class RouteRegisterCancel(Request, frozen=True, kw_only=True):
    register: str


class RouteSelect(Request, frozen=True, kw_only=True):
    dialogue: str
    target: str
    tell_used: bool


class RouteEnd(Request, frozen=True, kw_only=True):
    dialogue: str


class Unknown(Request, frozen=True, kw_only=True):
    """A service that is not offered here."""


class Asked(msgspec.Struct, frozen=True):
    """A request under its name. missing: the element without which it can not be done, `` none."""

    name: str
    body: Request
    missing: str = ""


# -- rows --------------------------------------------------------------------------------------------------------

Reader = Callable[[Element], Any]


class Row(msgspec.Struct, frozen=True):
    """kind: its struct; readers by field; required: (field, element) that must say something."""

    kind: type[Request]
    readers: dict[str, Reader] = {}
    required: tuple[tuple[str, str], ...] = ()


def _one(element: str) -> Row:
    return Row(OneConnection, {"connection": values.connection(element)}, (("connection", element),))


_TWO = Row(
    TwoConnections,
    {"held": values.connection("heldCall"), "active": values.connection("activeCall")},
    (("held", "heldCall"), ("active", "activeCall")),
)

ROWS: Final[dict[str, Row]] = {
    "StartApplicationSession": Row(
        StartApplicationSession,
        {
            "application": values.text("applicationInfo", "applicationID"), "user": values.user,
            "secret": values.secret, "versions": values.versions, "duration": values.number("requestedSessionDuration"),
        },
    ),
    "ResetApplicationSessionTimer": Row(
        ResetApplicationSessionTimer,
        {"session": values.text("sessionID"), "duration": values.number("requestedSessionDuration")},
    ),
    "StopApplicationSession": Row(StopApplicationSession, {"session": values.text("sessionID")}),
    "SystemRegister": Row(SystemRegister, {"user": values.user, "secret": values.secret}),
    "SystemRegisterCancel": Row(
        SystemRegisterCancel, {"register": values.text("sysStatRegisterID")}, (("register", "sysStatRegisterID"),)
    ),
    "SystemStatus": Row(SystemStatus),
    "RequestSystemStatus": Row(RequestSystemStatus),
    "MonitorStart": Row(
        MonitorStart,
        {
            "device": values.device_object, "call": values.call_object, "kind": values.text("monitorType"),
            "listed": values.listed, "inverted": values.inverted,
        },
    ),
    "MonitorStop": Row(MonitorStop, {"monitor": values.text("monitorCrossRefID")}, (("monitor", "monitorCrossRefID"),)),
    "SnapshotDevice": Row(
        SnapshotDevice, {"device": values.device("snapshotObject", "snapshotDevice")}, (("device", "snapshotObject"),)
    ),
    "SnapshotCall": Row(
        SnapshotCall, {"connection": values.connection("snapshotObject")}, (("connection", "snapshotObject"),)
    ),
    "GetSwitchingFunctionDevices": Row(
        GetSwitchingFunctionDevices,
        {"device": values.device("requestedDeviceID"), "category": values.text("requestedDeviceCategory")},
    ),
    "GetCSTAFeatures": Row(GetCSTAFeatures),
    "MakeCall": Row(
        MakeCall,
        {
            "calling": values.device("callingDevice"), "called": values.device("calledDirectoryNumber"),
            "originate": values.text("autoOriginate"),
        },
        (("calling", "callingDevice"), ("called", "calledDirectoryNumber")),
    ),
    "AnswerCall": _one("callToBeAnswered"),
    "ClearConnection": _one("connectionToBeCleared"),
    "ClearCall": _one("callToBeCleared"),
    "HoldCall": _one("callToBeHeld"),
    "RetrieveCall": _one("callToBeRetrieved"),
    "GenerateDigits": _one("connectionToSendDigits"),
    "ConsultationCall": Row(
        ConsultationCall,
        {"connection": values.connection("existingCall"), "consulted": values.device("consultedDevice")},
        (("connection", "existingCall"), ("consulted", "consultedDevice")),
    ),
    "TransferCall": _TWO,
    "ConferenceCall": _TWO,
    "AlternateCall": _TWO,
    "ReconnectCall": _TWO,
    "SingleStepTransferCall": Row(
        Divert,
        {"connection": values.connection("activeCall"), "target": values.device("transferredTo", "transferedTo")},
        (("connection", "activeCall"), ("target", "transferredTo")),
    ),
    "DeflectCall": Row(
        Divert,
        {"connection": values.connection("callToBeDiverted"), "target": values.device("newDestination")},
        (("connection", "callToBeDiverted"), ("target", "newDestination")),
    ),
    "GetAgentState": Row(GetAgentState, {"device": values.device("device")}, (("device", "device"),)),
    "SetAgentState": Row(
        SetAgentState,
        {
            "device": values.device("device"), "wanted": values.text("requestedAgentState"),
            "agent": values.text("agentID"),
        },
        (("device", "device"), ("wanted", "requestedAgentState")),
    ),
    "RouteRegister": Row(RouteRegister, {"device": values.device("routeingDevice", "routingDevice")}),
    "RouteRegisterCancel": Row(
        RouteRegisterCancel, {"register": values.text("routeRegisterReqID")}, (("register", "routeRegisterReqID"),)
    ),
    "RouteSelect": Row(
        RouteSelect,
        {
            "dialogue": values.text("crossRefIdentifier"), "target": values.device("routeSelected"),
            "tell_used": values.flag("routeUsedReq"),
        },
        (("dialogue", "crossRefIdentifier"), ("target", "routeSelected")),
    ),
    "RouteEnd": Row(RouteEnd, {"dialogue": values.text("crossRefIdentifier")}, (("dialogue", "crossRefIdentifier"),)),
}  # fmt: skip

UNANSWERED: Final = ("RouteSelect", "RouteEnd")
"""Requests without an answer (ECMA-269 20.1); what is wrong with them is told by a RouteEnd, or not at all."""


def read_request(root: Element) -> Asked:
    """The request that a document is; never raises. A service that has no row is `Unknown`."""
    row = ROWS.get(root.name)
    if row is None:
        return Asked(root.name, Unknown())
    body = row.kind(**{field: reader(root) for field, reader in row.readers.items()})
    missing = next((element for field, element in row.required if not _said(getattr(body, field))), "")
    return Asked(root.name, body, missing)


def _said(value: Any) -> bool:
    return bool(value.call) if isinstance(value, ConnectionId) else bool(value)
