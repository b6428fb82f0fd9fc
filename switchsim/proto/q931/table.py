"""The transition table of call control: (state, message) and (state, request), for each side (Q.931 annex A).

Every pair is there. A message that a state does not expect gets STATUS (5.8.4), except RELEASE and RELEASE COMPLETE,
which end the call everywhere; a request that a state does not allow is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, Final, TypeAlias

from switchsim.proto.q931 import clearing, maintenance, setup
from switchsim.proto.q931.codec import Message, MessageType
from switchsim.proto.q931.core import SIDES, Core
from switchsim.proto.q931.state import CallState, CallStates, Side

OnMessage: TypeAlias = Callable[[Core, CallState, Message], None]
OnRequest: TypeAlias = Callable[..., None]
OnTimer: TypeAlias = Callable[[Core, CallState], None]


class Request(IntEnum):
    """What our user may ask for a call that exists."""

    MORE_INFO = 0
    INFO = 1
    PROCEEDING = 2
    ALERTING = 3
    PROGRESS = 4
    CONNECT = 5
    DISCONNECT = 6
    RELEASE = 7
    REJECT = 8


def unexpected(core: Core, call: CallState, message: Message) -> None:
    """A message that the state does not expect: tell the peer, change nothing (5.8.4)."""
    core.violation("5.8.4", f"{MessageType(message.type).name} in state {call.state.value}", call.key)
    core.send_status(call, 101, bytes((message.type,)))


def not_implemented(core: Core, call: CallState, message: Message) -> None:
    """A message type that does not exist, or that this side does not implement (5.8.4 a)."""
    core.violation("5.8.4", f"message type 0x{message.type:02x} is not implemented", call.key)
    core.send_status(call, 97, bytes((message.type,)))


def ignore(core: Core, call: CallState, message: Message) -> None:
    """Nothing to do: a repeated SETUP (5.8.3.2 e), information for services that are not there."""


def refuse(core: Core, call: CallState, *arguments: Any) -> None:
    """A request that came too late or too early: the call may have moved on meanwhile, so it changes nothing."""


_ALIVE: Final = tuple(state for state in CallStates if state is not CallStates.NULL)
_NOT_IMPLEMENTED: Final = (
    MessageType.SUSPEND, MessageType.SUSPEND_ACKNOWLEDGE, MessageType.SUSPEND_REJECT, MessageType.RESUME,
    MessageType.RESUME_ACKNOWLEDGE, MessageType.RESUME_REJECT, MessageType.HOLD, MessageType.HOLD_ACKNOWLEDGE,
    MessageType.HOLD_REJECT, MessageType.RETRIEVE, MessageType.RETRIEVE_ACKNOWLEDGE, MessageType.RETRIEVE_REJECT,
    MessageType.SEGMENT, MessageType.REGISTER,
)  # fmt: skip
# In every state: what ends a call, what asks about it, and what carries services that we do not offer.
_EVERYWHERE: Final[dict[MessageType, OnMessage]] = {
    MessageType.SETUP: ignore,
    MessageType.RELEASE: clearing.on_release,
    MessageType.RELEASE_COMPLETE: clearing.on_release_complete,
    MessageType.STATUS: maintenance.on_status,
    MessageType.STATUS_ENQUIRY: maintenance.on_status_enquiry,
    MessageType.NOTIFY: setup.on_notify,
    MessageType.FACILITY: ignore,
    MessageType.USER_INFORMATION: ignore,
    MessageType.CONGESTION_CONTROL: ignore,
    **dict.fromkeys(_NOT_IMPLEMENTED, not_implemented),
}


def _messages(side: Side) -> dict[tuple[CallStates, MessageType], OnMessage]:
    numbers = SIDES[side]
    out, inc = numbers.outgoing, numbers.incoming
    table = {(state, kind): _EVERYWHERE.get(kind, unexpected) for state in CallStates for kind in MessageType}
    rows: tuple[tuple[tuple[CallStates, ...], MessageType, OnMessage], ...] = (
        ((out.present,), MessageType.SETUP_ACKNOWLEDGE, setup.on_setup_acknowledge),
        ((out.present, out.overlap), MessageType.CALL_PROCEEDING, setup.on_call_proceeding),
        ((out.present, out.overlap, out.proceeding), MessageType.ALERTING, setup.on_alerting),
        ((out.present, out.overlap, out.proceeding, out.alerting), MessageType.CONNECT, setup.on_connect),
        ((out.overlap, out.proceeding, out.alerting), MessageType.PROGRESS, setup.on_progress),
        ((out.overlap, out.proceeding, out.alerting, CallStates.ACTIVE), MessageType.INFORMATION, ignore),
        ((inc.overlap,), MessageType.INFORMATION, setup.on_information),
        ((inc.proceeding, inc.alerting), MessageType.INFORMATION, ignore),
        (_ALIVE, MessageType.DISCONNECT, clearing.on_disconnect),
        ((numbers.disconnect_sent,), MessageType.DISCONNECT, clearing.on_disconnect_collision),
        ((CallStates.RELEASE_REQUEST,), MessageType.DISCONNECT, unexpected),
        ((CallStates.RELEASE_REQUEST,), MessageType.RELEASE, clearing.on_release_collision),
    )
    for states, kind, procedure in rows:
        table |= {(state, kind): procedure for state in states}
    if side == "user":
        table[CallStates.CONNECT_REQUEST, MessageType.CONNECT_ACKNOWLEDGE] = setup.on_connect_acknowledge
    table[CallStates.ACTIVE, MessageType.CONNECT_ACKNOWLEDGE] = ignore  # optional from the user (5.1.8)
    return table


def _requests(side: Side) -> dict[tuple[CallStates, Request], OnRequest]:
    numbers = SIDES[side]
    out, inc = numbers.outgoing, numbers.incoming
    offered = (inc.present, inc.overlap, inc.proceeding, inc.alerting)
    settable = (out.present, out.overlap, out.proceeding, out.alerting, inc.overlap, inc.proceeding, inc.alerting,
                CallStates.CONNECT_REQUEST, CallStates.ACTIVE)  # fmt: skip
    table: dict[tuple[CallStates, Request], OnRequest] = {
        (state, request): refuse for state in CallStates for request in Request
    }
    rows: tuple[tuple[tuple[CallStates, ...], Request, OnRequest], ...] = (
        ((inc.present,), Request.MORE_INFO, setup.request_more_info),
        ((out.overlap,), Request.INFO, setup.request_info),
        (offered[:2], Request.PROCEEDING, setup.request_proceeding),
        (offered[:3], Request.ALERTING, setup.request_alerting),
        (offered[1:], Request.PROGRESS, setup.request_progress),
        (offered, Request.CONNECT, setup.request_connect),
        (settable, Request.DISCONNECT, clearing.request_disconnect),
        ((inc.present,), Request.DISCONNECT, clearing.request_disconnect_offered),
        ((numbers.disconnect_received,), Request.DISCONNECT, clearing.request_release),
        ((*settable, numbers.disconnect_received, numbers.disconnect_sent), Request.RELEASE, clearing.request_release),
        ((inc.present,), Request.RELEASE, clearing.request_reject),
        ((inc.present,), Request.REJECT, clearing.request_reject),
        (settable, Request.REJECT, clearing.request_disconnect),
        ((numbers.disconnect_received,), Request.REJECT, clearing.request_release),
    )
    for states, request, procedure in rows:
        table |= {(state, request): procedure for state in states}
    return table


SIDE_NAMES: Final[tuple[Side, ...]] = ("network", "user")
MESSAGES: Final = {side: _messages(side) for side in SIDE_NAMES}
"""By side: (state, message type) -> procedure, every pair."""

REQUESTS: Final = {side: _requests(side) for side in SIDE_NAMES}
"""By side: (state, request) -> procedure, every pair."""

TIMERS: Final[dict[str, OnTimer]] = {
    "T301": clearing.expired_t301,
    "T302": setup.expired_t302,
    "T303": setup.expired_t303,
    "T304": clearing.expired_clear,
    "T305": clearing.expired_t305_t306,
    "T306": clearing.expired_t305_t306,
    "T308": maintenance.expired_t308,
    "T310": clearing.expired_clear,
    "T313": clearing.expired_clear,
}
"""The timers that belong to a call's state; T309 and T322 run beside them, T316 and T317 belong to the interface."""

DISPATCH: Final[dict[Side, dict[int, dict[int, OnMessage]]]] = {
    side: {state: {kind: MESSAGES[side][state, kind] for kind in MessageType} for state in CallStates}
    for side in SIDE_NAMES
}
"""MESSAGES as the machine reads it: state, then type."""
