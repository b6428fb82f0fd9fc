"""Bridges: the legs that speak with each other, of a call or of several that are one conversation.

Of a conference, and of two trunks that a seat brought together, each leg keeps its own call: that they are one shows in
whom they hear (`LegView.heard`).
"""

from __future__ import annotations

from switchsim.callcentre.ami.channels import channel_fields, connected_line
from switchsim.callcentre.ami.core import AmiCore
from switchsim.callcentre.ami.state import Bridge, Channel
from switchsim.callcentre.ami.texts import UNKNOWN, UP
from switchsim.callcentre.view import LegView


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


def _speaking(core: AmiCore, root: int) -> list[Channel]:
    """Who is in the conversation: up, not called any more, not in a queue; a seat that has two legs in it, once."""
    found: dict[str, Channel] = {}
    for call in core.together(root):
        for one in core.of_call(call) if call not in core.state.waiters else ():
            if one.state == UP and one.shown in ("connected", "hold") and not one.dialled_by:
                found.setdefault(one.device, one)
    return list(found.values()) if len(found) > 1 else []


def settle(core: AmiCore, call: int) -> None:
    """Make the bridge of a call what its legs say: who left, who came, whether there is one at all."""
    call = core.root(call)
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
    empty(core, call, bridge, legs)
    for one in wanted:
        if one.leg not in bridge.legs:
            bridge.legs.append(one.leg)
            one.bridge = bridge.number
            core.tell("BridgeEnter", "call", [*bridge_fields(bridge), *channel_fields(one)], call, one.name)
    _destroy_empty(core, call, bridge)


def empty(core: AmiCore, call: int, bridge: Bridge, but: list[int]) -> None:
    """Everybody leaves the bridge who is not among these legs."""
    for leg in [one for one in bridge.legs if one not in but]:
        leave(core, call, bridge, leg)


def _destroy_empty(core: AmiCore, call: int, bridge: Bridge) -> None:
    if not bridge.legs:
        del core.state.bridges[call]
        core.tell("BridgeDestroy", "call", bridge_fields(bridge), call)


def join(core: AmiCore, view: LegView) -> None:
    """A leg hears one of another call: from now on both calls are one conversation, with the Linkedid of the first."""
    for number in view.heard:
        heard = core.state.channels.get(number)
        if heard is None or heard.gone or core.root(heard.call) == core.root(view.call):
            continue
        first, second = sorted((core.root(heard.call), core.root(view.call)))
        bridge = core.state.bridges.get(second)
        if bridge is not None:
            empty(core, second, bridge, [])
            _destroy_empty(core, second, bridge)
        for call in core.together(second):
            core.state.joined[call] = first
            core.state.links[call] = core.state.links[first]
            for channel in core.of_call(call):
                channel.linkedid = core.state.links[first]


def part(core: AmiCore, call: int) -> None:
    """A call is over: those that were one conversation with it go on without it, in the same bridge."""
    state = core.state
    rest = [one for one in core.together(call) if one != call]
    state.joined.pop(call, None)
    for one in rest:
        del state.joined[one]
    for one in rest[1:]:
        state.joined[one] = rest[0]
    bridge = state.bridges.pop(call, None) if rest else None
    if bridge is not None:
        state.bridges[rest[0]] = bridge
        settle(core, rest[0])


def leave(core: AmiCore, call: int, bridge: Bridge, leg: int) -> None:
    """A leg leaves the bridge."""
    bridge.legs.remove(leg)
    channel = core.state.channels.get(leg)
    if channel is not None:
        channel.bridge = 0
        core.tell("BridgeLeave", "call", [*bridge_fields(bridge), *channel_fields(channel)], call, channel.name)


def leave_call(core: AmiCore, channel: Channel) -> None:
    """A channel goes from its call, or is about to: it leaves the bridge first."""
    call = core.root(channel.call)
    bridge = core.state.bridges.get(call)
    if bridge is not None and channel.leg in bridge.legs:
        leave(core, call, bridge, channel.leg)
