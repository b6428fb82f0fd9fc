"""Variables of channels, and global ones: kept here, as the switch has none."""

from __future__ import annotations

from typing import Final

from switchsim.callcentre.ami.core import AmiCore
from switchsim.callcentre.ami.state import Channel
from switchsim.callcentre.ami.texts import CHANNEL_STATES, CONTEXT

MOST: Final = 256
"""Variables a channel, and global ones; and letters of a name."""


def value_of(core: AmiCore, channel: Channel | None, name: str) -> str:
    """The value of a variable or of one of the few functions that are known; the empty string of what is not there."""
    if channel is None:
        return core.state.variables.get(name, "")
    built_in = {
        "CALLERID(num)": channel.caller,
        "CALLERID(name)": channel.caller_name,
        "CHANNEL": channel.name,
        "CHANNEL(state)": CHANNEL_STATES[channel.state],
        "CHANNEL(uniqueid)": channel.uniqueid,
        "CHANNEL(linkedid)": channel.linkedid,
        "CONNECTEDLINE(num)": channel.connected,
        "CONTEXT": CONTEXT,
        "EXTEN": channel.exten,
        "PRIORITY": "1",
        "QUEUENAME": channel.data if channel.application == "Queue" else "",
        "UNIQUEID": channel.uniqueid,
    }
    own = channel.variables.get(name)
    return own if own is not None else built_in.get(name) or core.state.variables.get(name, "")


def put(table: dict[str, str], name: str, value: str) -> bool:
    """Set a variable; False when the name has no sense, or there are too many."""
    name = name.lstrip("_")  # marks of inheritance
    if not name or len(name) > MOST or "=" in name or (name not in table and len(table) >= MOST):
        return False
    table[name] = value
    return True


def parsed(lines: list[str]) -> dict[str, str]:
    """`Variable:` lines, each with one or several `name=value` between commas."""
    found: dict[str, str] = {}
    for line in lines:
        for part in line.split(","):
            name, sign, value = part.strip().partition("=")
            if sign:
                put(found, name, value)
    return found
