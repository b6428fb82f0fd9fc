"""What a script may ask for by name: variables, channels, the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.callcentre.agi.state import Session
from switchsim.callcentre.ami.texts import unix_of
from switchsim.callcentre.view import channel_of, leg_of_channel

if TYPE_CHECKING:
    from switchsim.callcentre.agi.client import AgiClient
    from switchsim.callcentre.view import LegView

DIALING, RING, RINGING, UP = 3, 4, 5, 6
"""States of a channel, as CHANNEL STATUS and AMI number them."""
_STATES = {"initiated": DIALING, "alerting": RINGING, "connected": UP, "hold": UP, "queued": UP}


def channel_name(agi: AgiClient, one: Session) -> str:
    """`E1/<line>/<timeslot>-<8 hex digits>` of the caller; `unknown-...` when the switch did not tell of it."""
    leg = agi.state.switch.legs.get(one.leg)
    return channel_of(leg) if leg is not None else f"unknown-{one.leg:08x}"


def unique_id(agi: AgiClient, one: Session) -> str:
    """`<Unix second in which the call began>.<leg>`, the same as on AMI."""
    call = agi.state.switch.calls.get(one.call)
    return f"{unix_of(call.began if call is not None else agi.now)}.{one.leg}"


def named_leg(agi: AgiClient, name: str) -> LegView | None:
    """The leg of a channel's name, None when there is none now."""
    return leg_of_channel(agi.state.switch, name)


def status(agi: AgiClient, one: Session, leg: LegView) -> int:
    """State of a channel: a caller that has not been answered rings."""
    if leg.leg == one.leg:
        return UP if one.answered or leg.answered else RING
    return _STATES.get(leg.state, 0)


def value_of(agi: AgiClient, one: Session, name: str) -> str | None:
    """A variable, as the script set it or as the switch knows it; None: not set."""
    if name in one.variables:
        return one.variables[name]
    function, bracket, argument = name.partition("(")
    if bracket:
        return _function(agi, one, function.upper(), argument.removesuffix(")"))
    match name:
        case "CHANNEL":
            return channel_name(agi, one)
        case "UNIQUEID" | "LINKEDID":
            return unique_id(agi, one)
        case "EXTEN":
            return one.extension or one.dialled
        case "CONTEXT":
            return one.context
        case "PRIORITY":
            return str(one.priority)
    return None


def _function(agi: AgiClient, one: Session, function: str, argument: str) -> str | None:
    if function == "DB":
        return agi.state.entries.get(argument)
    if function == "CALLERID":
        number = one.variables.get("CALLERID(num)", one.calling)
        return {"num": number, "all": number, "ani": one.calling, "dnid": one.dialled}.get(argument.lower())
    return None
