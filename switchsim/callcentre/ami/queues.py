"""Callers in queues, and what seats do for them: QueueCaller*, AgentConnect, AgentComplete."""

from __future__ import annotations

from switchsim.callcentre.ami.channels import caller_of, channel_fields
from switchsim.callcentre.ami.core import AmiCore
from switchsim.callcentre.ami.members import member_of, name_of
from switchsim.callcentre.ami.state import Channel, Tally, Waiter
from switchsim.callcentre.ami.texts import SERVICE_LEVEL_SECONDS, seconds_of
from switchsim.model.cti import QueueEntered, QueueLeft, SeatServed

MUSIC_CLASS = "default"
ABANDONED = ("abandoned", "lost")
"""The caller is gone: hung up, was hung up, or its circuit failed."""


def agent_fields(core: AmiCore, queue: str, channel: Channel) -> list[tuple[str, str]]:
    """What every event of a seat that serves a queue carries after its channels."""
    member = name_of(core, channel.device.removeprefix("SEAT/"))
    return [("Queue", queue), ("Interface", channel.device), ("MemberName", member)]


def tally_of(core: AmiCore, queue: str) -> Tally:
    return core.state.tallies.setdefault(queue, Tally())


def entered(core: AmiCore, event: QueueEntered, at: int) -> None:
    """QueueCallerJoin, and the music begins."""
    channel = core.state.channels.get(event.leg)
    core.state.waiters[event.call] = Waiter(event.call, event.leg, event.queue, event.position, event.since)
    if channel is None:
        return
    channel.application, channel.data = "Queue", event.queue
    told = [*channel_fields(channel), *_place(event.queue, event.position, event.count)]
    core.tell("QueueCallerJoin", "agent", told, event.call, f"{event.queue} {event.position}")
    core.tell("MusicOnHoldStart", "call", [*channel_fields(channel), ("Class", MUSIC_CLASS)], event.call, channel.name)


def left(core: AmiCore, event: QueueLeft, at: int) -> None:
    """The music stops; QueueCallerAbandon when the caller is gone; QueueCallerLeave."""
    waiter = core.state.waiters.pop(event.call, None)
    channel = core.state.channels.get(event.leg)
    tally = tally_of(core, event.queue)
    if event.why in ABANDONED:
        tally.abandoned += 1
        tally.abandoned_soon += seconds_of(event.waited) <= SERVICE_LEVEL_SECONDS
    if channel is None:
        return
    fields = channel_fields(channel)
    core.tell("MusicOnHoldStop", "call", fields, event.call, channel.name)
    if event.why in ABANDONED:
        original = waiter.original if waiter is not None else event.position
        told = [
            *fields,
            ("Queue", event.queue),
            ("Position", str(event.position)),
            ("OriginalPosition", str(original)),
            ("HoldTime", str(seconds_of(event.waited))),
        ]
        core.tell("QueueCallerAbandon", "agent", told, event.call, f"{event.queue} {event.position}")
    told = [*fields, *_place(event.queue, event.position, event.count)]
    core.tell("QueueCallerLeave", "agent", told, event.call, f"{event.queue} {event.position}")
    if event.why != "seat":
        channel.application = channel.data = ""


def agent_connect(core: AmiCore, call: int, queue: str, waited: int) -> None:
    """AgentConnect, when a seat has answered and the caller has left the queue."""
    connecting = core.state.connecting.pop(call, None)
    if connecting is None:
        return
    channel, caller = core.state.channels.get(connecting.leg), caller_of(core, call)
    tally = tally_of(core, queue)
    tally.hold = (3 * tally.hold + seconds_of(waited)) // 4  # a running mean, as clients know it
    member = member_of(core, queue, connecting.seat)
    if member is not None:
        member.in_call = True
    if channel is None or caller is None:
        return
    channel.application, channel.data = "AppQueue", "(Outgoing Line)"
    told = [
        *channel_fields(caller),
        *channel_fields(channel, "Dest"),
        *agent_fields(core, queue, channel),
        ("HoldTime", str(seconds_of(waited))),
        ("RingTime", str(seconds_of(connecting.rang))),
    ]
    core.tell("AgentConnect", "agent", told, call, f"{queue} {channel.device}")


def served(core: AmiCore, event: SeatServed, at: int) -> None:
    """AgentComplete, when the call came from a queue."""
    if not event.queue:
        return
    tally = tally_of(core, event.queue)
    tally.completed += 1
    tally.completed_soon += seconds_of(event.waited) <= SERVICE_LEVEL_SECONDS
    tally.talk = (3 * tally.talk + seconds_of(event.talked)) // 4
    member = member_of(core, event.queue, event.seat)
    if member is not None:
        member.taken, member.last_call, member.in_call = member.taken + 1, at, False
    channel = core.state.channels.get(event.leg)
    if channel is None:
        return
    of_call = [one for one in core.ever_of_call(event.call) if one.leg != event.leg]
    caller = next((one for one in of_call if one.role == "a"), of_call[0] if of_call else None)
    told = [
        *(channel_fields(caller) if caller is not None else []),
        *channel_fields(channel, "Dest"),
        *agent_fields(core, event.queue, channel),
        ("HoldTime", str(seconds_of(event.waited))),
        ("TalkTime", str(seconds_of(event.talked))),
        ("Reason", event.why),
    ]
    core.tell("AgentComplete", "agent", told, event.call, f"{event.queue} {channel.device} {event.why}")


def _place(queue: str, position: int, count: int) -> list[tuple[str, str]]:
    return [("Queue", queue), ("Position", str(position)), ("Count", str(count))]
