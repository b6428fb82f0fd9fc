"""Voice channels: asked of one VP after another, attached by the switch, given back, lost with their VP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.callcentre.agi import session
from switchsim.callcentre.agi.state import Session
from switchsim.model.cti import AttachChannel
from switchsim.model.platform import ChannelBack, ChannelGiven, ChannelsHeld, ChannelWanted

if TYPE_CHECKING:
    from switchsim.callcentre.agi.client import AgiClient


def seize(agi: AgiClient, one: Session) -> None:
    """Ask the next VP for a channel; without any left the call is refused."""
    one.stage = "seizing"
    if one.asked >= len(agi.config.voices):
        agi.close(one, "no voice channel")
        agi.refuse(one)
        return
    agi.write(agi.config.voices[one.asked], ChannelWanted(one.call))
    agi.run_timer(one, "channel", agi.config.channel_cycles)


def given(agi: AgiClient, name: str, body: ChannelGiven) -> None:
    """The answer of a VP; a channel that nobody waits for any more goes back."""
    one = next((one for one in agi.of_call(body.call) if one.mine and one.stage == "seizing"), None)
    if one is None or name != agi.config.voices[one.asked]:
        if body.channel >= 0 and user(agi, name, body.channel) is None:
            agi.write(name, ChannelBack(body.channel))
        return
    agi.end_timer(one, "channel")
    if body.channel < 0:
        one.asked += 1
        seize(agi, one)
        return
    one.voice, one.channel, one.line, one.timeslot = name, body.channel, body.line, body.timeslot
    one.stage = "attaching"
    agi.order_switch(AttachChannel(one.call, one.line, one.timeslot), f"{one.number}/attach")


def held(agi: AgiClient, name: str) -> ChannelsHeld:
    """What is lent by one of them, for it to compare: letters get lost."""
    rows = agi.state.sessions.values()
    return ChannelsHeld(tuple(one.channel for one in rows if one.voice == name and one.channel >= 0))


def user(agi: AgiClient, name: str, channel: int) -> Session | None:
    """The session that has a channel of a VP."""
    rows = agi.state.sessions.values()
    return next((one for one in rows if one.voice == name and one.channel == channel), None)


def free(agi: AgiClient, one: Session) -> None:
    """The session needs its channel no more."""
    if one.channel >= 0:
        agi.write(one.voice, ChannelBack(one.channel))
        one.channel = -1


def lost(agi: AgiClient, name: str) -> None:
    """A VP has started anew, or died: what it played it plays no more, and the calls go on without it."""
    for one in list(agi.state.sessions.values()):
        if one.voice == name and one.channel >= 0:
            one.channel = -1
            if one.mine and not one.moving:
                _speechless(agi, one)


def _speechless(agi: AgiClient, one: Session) -> None:
    if one.stage == "attaching":
        agi.close(one, "no voice channel")
        agi.refuse(one)
    elif one.stage == "running":
        one.stage = "ending"
        session.hung_up(agi, one)
        agi.refuse(one)
