"""Events of the switch as events of this interface, one by one, and what changed while the link was away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from switchsim.callcentre.ami import dials, members, queues
from switchsim.callcentre.ami.bridges import bridge_fields, join, leave_call, part, settle
from switchsim.callcentre.ami.channels import (
    caller_of,
    callers_up,
    channel_fields,
    hung_up,
    new_channel,
    new_state,
)
from switchsim.callcentre.ami.core import AmiCore
from switchsim.callcentre.ami.state import Channel
from switchsim.callcentre.view import LegView, seat_of
from switchsim.model.cti import (
    CallBegan,
    CallEnded,
    CallNumber,
    CallsJoined,
    CtiEvent,
    DigitPressed,
    FlowAsked,
    LegChanged,
    MemberChanged,
    QueueEntered,
    QueueLeft,
    SeatCalled,
    SeatCallEnded,
    SeatChanged,
    SeatServed,
)

DIGIT_MS = "100"


def project(core: AmiCore, event: CtiEvent, at: int) -> None:
    """Tell clients what the switch told, after it was applied to the view."""
    handler = _HANDLERS.get(type(event))
    if handler is not None:
        handler(core, event, at)


def _call_began(core: AmiCore, event: CallBegan, at: int) -> None:
    core.state.calls_processed += 1


def _call_number(core: AmiCore, event: CallNumber, at: int) -> None:
    for channel in core.of_call(event.call):
        if channel.role == "a":
            channel.exten = event.number or event.called


def _leg_changed(core: AmiCore, event: LegChanged, at: int) -> None:
    channel = core.state.channels.get(event.leg)
    if event.state == "null":
        if channel is not None and not channel.gone:
            leg_gone(core, channel, event.cause)
        return
    view = core.state.switch.legs.get(event.leg)
    if view is None:
        return
    if channel is None:
        leg_came(core, view, at)
    else:
        leg_moved(core, channel, view)
    callers_up(core, event.call)
    join(core, view)
    settle(core, event.call)


def leg_came(core: AmiCore, view: LegView, at: int) -> None:
    """A leg that clients do not know yet."""
    channel = new_channel(core, view)
    caller = caller_of(core, view.call)
    if view.role == "a" or caller is None or caller is channel:
        new_state(core, channel, view)
    elif not seat_of(view.device):
        dials.dial_begin(core, caller, channel, "", at)
        _trunk_answered(core, channel, view)
        new_state(core, channel, view)
    elif view.state == "connected":
        new_state(core, channel, view)  # a seat that rings is told with its SeatCalled


def leg_moved(core: AmiCore, channel: Channel, view: LegView) -> None:
    """A leg has another call, another state, another party."""
    if view.call != channel.call:
        _other_call(core, channel, view.call)
    shown, channel.shown, channel.role = channel.shown, view.state, view.role
    if not seat_of(view.device):
        new_state(core, channel, view)
        _trunk_answered(core, channel, view)
    elif channel.role == "a" or channel.dialled_by or view.state != "alerting":
        new_state(core, channel, view)
    if view.state == "hold" and shown != "hold":
        core.tell("Hold", "call", channel_fields(channel), channel.call, channel.name)
    elif shown == "hold" and view.state != "hold":
        core.tell("Unhold", "call", channel_fields(channel), channel.call, channel.name)


def _trunk_answered(core: AmiCore, channel: Channel, view: LegView) -> None:
    if channel.dialled_by and view.answered:
        dials.dial_end(core, channel, "ANSWER")


def _other_call(core: AmiCore, channel: Channel, call: int) -> None:
    before = channel.call
    if core.root(before) != core.root(call):
        leave_call(core, channel)
    core.state.legs_of[before].remove(channel.leg)
    core.state.legs_of.setdefault(call, []).append(channel.leg)
    channel.call = call
    channel.linkedid = core.state.links.setdefault(call, channel.uniqueid)
    settle(core, before)


def leg_gone(core: AmiCore, channel: Channel, cause: int) -> None:
    """It leaves its bridge, then it hangs up."""
    channel.shown = "null"
    dials.dials_given_up(core, channel, cause)
    if channel.dialled_by:  # a seat's ringing has had its end before, unless its call was given up
        seat = seat_of(channel.device)
        dials.dial_end(core, channel, "CANCEL" if seat else dials.trunk_status(cause))
    leave_call(core, channel)
    settle(core, channel.call)
    hung_up(core, channel, cause)


def _call_ended(core: AmiCore, event: CallEnded, at: int) -> None:
    state = core.state
    for channel in core.of_call(event.call):
        leg_gone(core, channel, event.cause)
    part(core, event.call)
    for leg in state.legs_of.pop(event.call, ()):
        del state.channels[leg]
    state.links.pop(event.call, None)
    state.waiters.pop(event.call, None)
    state.connecting.pop(event.call, None)
    if event.call in state.consulting.values():
        state.consulting = {seat: call for seat, call in state.consulting.items() if call != event.call}


def _digit(core: AmiCore, event: DigitPressed, at: int) -> None:
    channel = core.state.channels.get(event.leg)
    if channel is None:
        return
    fields = [*channel_fields(channel), ("Digit", event.digit)]
    core.tell("DTMFBegin", "dtmf", [*fields, ("Direction", "Received")], event.call, f"{channel.name} {event.digit}")
    ended = [*fields, ("DurationMs", DIGIT_MS), ("Direction", "Received")]
    core.tell("DTMFEnd", "dtmf", ended, event.call, f"{channel.name} {event.digit}")


def queue_left(core: AmiCore, event: QueueLeft, at: int) -> None:
    """The caller is out of the queue; when a seat answered, DialEnd precedes it and AgentConnect follows."""
    if event.why == "seat":
        dials.answered_by(core, event.call, at)
    queues.left(core, event, at)
    if event.why == "seat":
        queues.agent_connect(core, event.call, event.queue, event.waited)
    settle(core, event.call)


def _seat_changed(core: AmiCore, event: SeatChanged, at: int) -> None:
    members.seat_changed(core, event.seat, at)


def _flow_asked(core: AmiCore, event: FlowAsked, at: int) -> None:
    channel = core.state.channels.get(event.leg)
    if channel is not None:
        channel.application, channel.data = "AGI", event.flow


def _joined(core: AmiCore, event: CallsJoined, at: int) -> None:
    """AttendedTransfer: a seat brought two of its calls together."""
    both = [*core.ever_of_call(event.call), *core.ever_of_call(event.old)]
    seats = [one for one in both if one.device == event.seat]
    first = next((one for one in seats if one.call == event.call), None)
    second = next((one for one in seats if one.call == event.old), first)
    if event.how != "transfer" or first is None or second is None:
        return
    away = [one for one in core.of_call(first.call) if one.device != event.seat]
    target = [one for one in both if one.device == event.to and not one.gone]
    bridge, other = (core.state.bridges.get(core.root(call)) for call in (event.call, event.old))
    told = [
        ("Result", "Success"),
        *channel_fields(first, "OrigTransferer"),
        *(bridge_fields(bridge, "Orig") if bridge else []),
        *channel_fields(second, "SecondTransferer"),
        *(bridge_fields(other, "Second") if other else []),
        *(channel_fields(away[0], "Transferee") if away else []),
        *(channel_fields(target[0], "TransferTarget") if target else []),
        ("IsExternal", "No"),
        ("DestType", "Bridge" if bridge else "Fail"),
        *([("DestBridgeUniqueid", dict(bridge_fields(bridge))["BridgeUniqueid"])] if bridge else []),
    ]
    core.tell("AttendedTransfer", "call", told, event.call, f"{event.seat} {event.to}")


_HANDLERS: dict[type[CtiEvent], Callable[[AmiCore, Any, int], None]] = {
    CallBegan: _call_began,
    CallNumber: _call_number,
    LegChanged: _leg_changed,
    CallEnded: _call_ended,
    CallsJoined: _joined,
    DigitPressed: _digit,
    QueueEntered: queues.entered,
    QueueLeft: queue_left,
    SeatCalled: dials.seat_called,
    SeatCallEnded: dials.seat_call_ended,
    SeatServed: queues.served,
    SeatChanged: _seat_changed,
    MemberChanged: members.member_changed,
    FlowAsked: _flow_asked,
}
