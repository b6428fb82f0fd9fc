"""Calling: a seat rings, a trunk is dialled; DialBegin and DialEnd, AgentCalled and AgentRingNoAnswer."""

from __future__ import annotations

from typing import Final

from switchsim.callcentre.ami.bridges import settle
from switchsim.callcentre.ami.channels import caller_of, channel_fields, connected_line, new_channel, new_state
from switchsim.callcentre.ami.core import AmiCore
from switchsim.callcentre.ami.queues import agent_connect, agent_fields
from switchsim.callcentre.ami.state import Channel, Connecting
from switchsim.callcentre.ami.texts import DIAL_STATUS
from switchsim.callcentre.view import LegView, seat_of
from switchsim.model.cti import SeatCalled, SeatCallEnded
from switchsim.units import CYCLES_PER_MS

NORMAL_CAUSES: Final = (16, 31)
BUSY_CAUSES: Final = (17, 21)
SILENT_CAUSES: Final = (18, 19)
UNAVAILABLE_CAUSES: Final = (1, 2, 3, 20, 22, 27, 28)
"""Of numbers that nobody has, and of those that can not be reached."""


def seat_called(core: AmiCore, event: SeatCalled, at: int) -> None:
    """AgentCalled (of a queue), DialBegin, and then that it rings."""
    view = core.state.switch.legs.get(event.leg)
    channel = core.state.channels.get(event.leg)
    if channel is None:
        shown = view or LegView(event.leg, event.call, f"SEAT/{event.seat}", "b", "initiated", at, at)
        channel = new_channel(core, shown)
    caller = caller_of(core, event.call)
    if caller is None or caller is channel or channel.dialled_by or channel.gone:
        return
    dial_begin(core, caller, channel, event.queue, at)
    if view is not None:
        new_state(core, channel, view)


def dial_begin(core: AmiCore, caller: Channel, channel: Channel, queue: str, at: int) -> None:
    """A channel is called by another one."""
    connected_line(core, channel, caller)
    channel.dialled_by, channel.queue, channel.rang = caller.leg, queue, at
    both = [*channel_fields(caller), *channel_fields(channel, "Dest")]
    if queue:
        told = [*both, *agent_fields(core, queue, channel)]
        core.tell("AgentCalled", "agent", told, channel.call, f"{queue} {channel.device}")
    core.tell("DialBegin", "call", [*both, ("DialString", channel.device)], channel.call, channel.name)


def dial_end(core: AmiCore, channel: Channel, status: str) -> None:
    """DialEnd, once for each DialBegin."""
    caller = core.state.channels.get(channel.dialled_by)
    if not channel.dialled_by:
        return
    channel.dialled_by = 0
    first = channel_fields(caller) if caller is not None else []
    told = [*first, *channel_fields(channel, "Dest"), ("DialStatus", status)]
    core.tell("DialEnd", "call", told, channel.call, f"{channel.name} {status}")


def dials_given_up(core: AmiCore, caller: Channel, cause: int) -> None:
    """Whoever dials goes: what it dials has its DialEnd before its Hangup."""
    for channel in core.of_call(caller.call):
        if channel.dialled_by == caller.leg and channel is not caller:
            seat = bool(seat_of(channel.device))
            dial_end(core, channel, "CANCEL" if seat else _refused_or_given_up(core, caller.call, cause))


def _refused_or_given_up(core: AmiCore, call: int, cause: int) -> str:
    """The cause with which a dialling channel goes is the network's, unless it is normal, or a client chose it."""
    chosen = any(one.kind == "hangup" and one.call == call for one in core.state.asked.values())
    return "CANCEL" if chosen or cause in NORMAL_CAUSES else trunk_status(cause)


def trunk_status(cause: int) -> str:
    """DialStatus of a trunk that was dialled and has gone."""
    if cause in BUSY_CAUSES:
        return "BUSY"
    if cause in SILENT_CAUSES:
        return "NOANSWER"
    return "CHANUNAVAIL" if cause in UNAVAILABLE_CAUSES else "CONGESTION"


def seat_call_ended(core: AmiCore, event: SeatCallEnded, at: int) -> None:
    """DialEnd; AgentRingNoAnswer when the seat let it ring; AgentConnect once the caller has left the queue, too."""
    channel = core.state.channels.get(event.leg)
    if channel is None:
        return
    caller = core.state.channels.get(channel.dialled_by)
    open_before = bool(channel.dialled_by)
    if event.why == "answered":
        view = core.state.switch.legs.get(event.leg)
        if view is not None:
            new_state(core, channel, view)
    dial_end(core, channel, DIAL_STATUS[event.why])
    if not event.queue:
        settle(core, event.call)
    elif event.why == "answered" and open_before:
        core.state.connecting[event.call] = Connecting(event.leg, event.seat, event.rang)
        if event.call not in core.state.waiters:
            agent_connect(core, event.call, event.queue, at - channel.rang)
            settle(core, event.call)
    elif event.why in ("no_answer", "rejected") and caller is not None:
        told = [*channel_fields(caller), *channel_fields(channel, "Dest"), *agent_fields(core, event.queue, channel)]
        told.append(("RingTime", str(event.rang // CYCLES_PER_MS)))
        core.tell("AgentRingNoAnswer", "agent", told, event.call, f"{event.queue} {channel.device}")


def answered_by(core: AmiCore, call: int, at: int) -> None:
    """The caller of a queue has left it for a seat: whoever was ringing for it has answered."""
    if call in core.state.connecting:
        return
    for channel in core.of_call(call):
        if channel.dialled_by and channel.queue:
            view = core.state.switch.legs.get(channel.leg)
            if view is not None:
                new_state(core, channel, view)
            dial_end(core, channel, "ANSWER")
            seat = channel.device.removeprefix("SEAT/")
            core.state.connecting[call] = Connecting(channel.leg, seat, at - channel.rang)
            return
