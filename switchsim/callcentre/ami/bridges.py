"""Bridges: the legs of a call that speak with each other."""

from __future__ import annotations

from switchsim.callcentre.ami.channels import channel_fields, connected_line
from switchsim.callcentre.ami.core import AmiCore
from switchsim.callcentre.ami.state import Bridge, Channel
from switchsim.callcentre.ami.texts import UNKNOWN, UP


def bridge_id(number: int) -> str:
    """As clients expect it: the shape of a UUID."""
    return f"00000000-0000-4000-8000-{number:012x}"


def bridge_fields(bridge: Bridge, prefix: str = "") -> list[tuple[str, str]]:
    """What every event of a bridge carries."""
    return [
        (f"{prefix}BridgeUniqueid", bridge_id(bridge.number)),
        (f"{prefix}BridgeType", "basic"),
        (f"{prefix}BridgeTechnology", "softmix" if len(bridge.legs) > 2 else "simple_bridge"),
        (f"{prefix}BridgeCreator", UNKNOWN),
        (f"{prefix}BridgeName", UNKNOWN),
        (f"{prefix}BridgeNumChannels", str(len(bridge.legs))),
        (f"{prefix}BridgeVideoSourceMode", "none"),
    ]


def _speaking(core: AmiCore, call: int) -> list[Channel]:
    """Who is in the conversation of a call: up, not called any more, and not in a queue."""
    if call in core.state.waiters:
        return []
    present = core.of_call(call)
    up = [one for one in present if one.state == UP and one.shown in ("connected", "hold") and not one.dialled_by]
    return up if len(up) > 1 else []


def settle(core: AmiCore, call: int) -> None:
    """Make the bridge of a call what its legs say: who left, who came, whether there is one at all."""
    wanted = _speaking(core, call)
    legs = [one.leg for one in wanted]
    bridge = core.state.bridges.get(call)
    if len(wanted) == 2:
        connected_line(core, wanted[0], wanted[1])
        connected_line(core, wanted[1], wanted[0])
    if (bridge is None and not wanted) or (bridge is not None and bridge.legs == legs):
        return
    if bridge is None:
        core.state.next_bridge += 1
        bridge = core.state.bridges[call] = Bridge(core.state.next_bridge)
        core.tell("BridgeCreate", "call", bridge_fields(bridge), call)
    for leg in [one for one in bridge.legs if one not in legs]:
        leave(core, call, bridge, leg)
    for one in wanted:
        if one.leg not in bridge.legs:
            bridge.legs.append(one.leg)
            one.bridge = bridge.number
            core.tell("BridgeEnter", "call", [*bridge_fields(bridge), *channel_fields(one)], call, one.name)
    if not bridge.legs:
        del core.state.bridges[call]
        core.tell("BridgeDestroy", "call", bridge_fields(bridge), call)


def leave(core: AmiCore, call: int, bridge: Bridge, leg: int) -> None:
    """A leg leaves the bridge."""
    bridge.legs.remove(leg)
    channel = core.state.channels.get(leg)
    if channel is not None:
        channel.bridge = 0
        core.tell("BridgeLeave", "call", [*bridge_fields(bridge), *channel_fields(channel)], call, channel.name)


def leave_call(core: AmiCore, channel: Channel) -> None:
    """A channel goes from its call, or is about to: it leaves the bridge first."""
    bridge = core.state.bridges.get(channel.call)
    if bridge is not None and channel.leg in bridge.legs:
        leave(core, channel.call, bridge, channel.leg)
