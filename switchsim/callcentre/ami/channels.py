"""Channels: legs of the switch as clients see them, from Newchannel to Hangup."""

from __future__ import annotations

from switchsim.callcentre.ami.core import AmiCore
from switchsim.callcentre.ami.state import Channel
from switchsim.callcentre.ami.texts import (
    CHANNEL_STATES,
    CONTEXT,
    DIALING,
    DOWN,
    RING,
    RINGING,
    UNKNOWN,
    UP,
    cause_text,
    unix_of,
)
from switchsim.callcentre.view import CallView, LegView, channel_of, seat_of


def channel_fields(channel: Channel, prefix: str = "") -> list[tuple[str, str]]:
    """What every event of a channel carries, in its order; prefix `Dest` for the second one of an event."""
    return [
        (f"{prefix}Channel", channel.name),
        (f"{prefix}ChannelState", str(channel.state)),
        (f"{prefix}ChannelStateDesc", CHANNEL_STATES[channel.state]),
        (f"{prefix}CallerIDNum", channel.caller or UNKNOWN),
        (f"{prefix}CallerIDName", channel.caller_name or UNKNOWN),
        (f"{prefix}ConnectedLineNum", channel.connected or UNKNOWN),
        (f"{prefix}ConnectedLineName", channel.connected_name or UNKNOWN),
        (f"{prefix}Language", "en"),
        (f"{prefix}AccountCode", channel.account),
        (f"{prefix}Context", CONTEXT),
        (f"{prefix}Exten", channel.exten),
        (f"{prefix}Priority", "1"),
        (f"{prefix}Uniqueid", channel.uniqueid),
        (f"{prefix}Linkedid", channel.linkedid),
    ]


def state_of(core: AmiCore, leg: LegView, before: int = DOWN) -> int:
    """ChannelState of a leg; before: of its channel. A trunk's leg is up when it was answered, a seat's when it has
    answered, or when whom it called has."""
    seat = bool(seat_of(leg.device))
    if leg.state == "alerting":
        return RINGING
    if leg.state == "initiated":
        return RING if leg.role == "a" else DOWN if seat else DIALING
    if seat:
        answered = leg.role == "b" or before in (RINGING, UP)
        return UP if answered or leg.state == "hold" or _reached(core, leg) else RING
    if leg.answered or leg.state == "hold":
        return UP
    return RING if leg.role == "a" else DIALING


def _reached(core: AmiCore, leg: LegView) -> bool:
    """Whether somebody else of its call has answered."""
    call, legs = core.call(leg.call), core.state.switch.legs
    others = [legs[number] for number in call.legs if number != leg.leg] if call is not None else []
    return any(one.answered and one.state in ("connected", "hold") for one in others)


def callers_up(core: AmiCore, call: int) -> None:
    """Seats that called are up as soon as somebody has answered."""
    for channel in core.of_call(call):
        leg = core.state.switch.legs.get(channel.leg)
        if channel.state == RING and leg is not None and seat_of(leg.device):
            new_state(core, channel, leg)


def caller_of(core: AmiCore, call: int) -> Channel | None:
    """The channel that began the call, else the first one."""
    present = core.of_call(call)
    return next((one for one in present if one.role == "a"), present[0] if present else None)


def new_channel(core: AmiCore, leg: LegView) -> Channel:
    """A leg that clients do not know yet; Newchannel is told. A seat that is called is `Down` until it rings."""
    call = core.call(leg.call)
    seat = seat_of(leg.device)
    uniqueid = f"{unix_of(core.clock(call.began if call else leg.began))}.{leg.leg}"
    linkedid = core.state.links.setdefault(leg.call, uniqueid)
    channel = Channel(leg.leg, leg.call, channel_of(leg), leg.device, leg.role, uniqueid, linkedid, leg.began)
    if call is not None:
        channel.exten = call.number or call.called
        channel.caller = seat or (call.calling if leg.role == "a" else call.number or call.called)
    elif seat:
        channel.caller = seat
    channel.state = DOWN if seat and leg.role == "b" and leg.state != "connected" else state_of(core, leg)
    if channel.state == RINGING:
        channel.state = DOWN if seat else DIALING
    channel.shown = leg.state
    _adopt(core, channel, call)
    core.state.channels[leg.leg] = channel
    core.state.legs_of.setdefault(leg.call, []).append(leg.leg)
    core.tell("Newchannel", "call", channel_fields(channel), leg.call, channel.name)
    return channel


def _adopt(core: AmiCore, channel: Channel, call: CallView | None) -> None:
    """A leg that an Originate under way made: its variables, name and identifier are as that action says."""
    if call is None or (call.legs and call.legs[0] != channel.leg):
        return  # not the first of its call
    for asked in core.state.asked.values():
        if asked.kind != "originate" or asked.leg or not _made_by(channel, call, asked.detail["device"]):
            continue
        asked.leg = channel.leg
        channel.variables = {
            key.removeprefix("variable:"): value for key, value in asked.detail.items() if key.startswith("variable:")
        }
        channel.account = asked.detail["account"]
        channel.caller = asked.detail["calling"] or channel.caller
        channel.caller_name = asked.detail["name"]
        if asked.detail["id"]:
            channel.uniqueid = channel.linkedid = core.state.links[channel.call] = asked.detail["id"]
        return


def _made_by(channel: Channel, call: CallView, device: str) -> bool:
    if device.startswith("SEAT/"):
        return channel.device == device
    _, line, number = device.split("/", 2)
    place = channel.device.split("/")
    return place[0] == "E1" and line in ("*", place[1]) and number in (call.called, call.number)


def new_state(core: AmiCore, channel: Channel, leg: LegView) -> None:
    """Newstate when the ChannelState is another one."""
    state = state_of(core, leg, channel.state)
    if state != channel.state:
        channel.state = state
        core.tell("Newstate", "call", channel_fields(channel), channel.call, channel.name)


def connected_line(core: AmiCore, channel: Channel, other: Channel) -> None:
    """NewConnectedLine when the channel has another party now."""
    if (channel.connected, channel.connected_name) != (other.caller, other.caller_name):
        channel.connected, channel.connected_name = other.caller, other.caller_name
        core.tell("NewConnectedLine", "call", channel_fields(channel), channel.call, channel.name)


def hung_up(core: AmiCore, channel: Channel, cause: int) -> None:
    """Hangup, once."""
    if not channel.gone:
        channel.gone = True
        more = [("Cause", str(cause)), ("Cause-txt", cause_text(cause))]
        core.tell("Hangup", "call", [*channel_fields(channel), *more], channel.call, channel.name)
