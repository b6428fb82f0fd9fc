"""Message routing and the diversions that hold messages back (HMRT, and the buffers of TCOC, TCBC, TFRC and TCRC).

A *flow* is all that goes to one destination with one SLS. It has one carrier, the link on which its last message went,
and while it is being diverted one gate, where its messages wait: so it stays in sequence whatever happens.
"""

from __future__ import annotations

from collections.abc import Iterator

from switchsim.proto.mtp3.actions import SendMsu
from switchsim.proto.mtp3.core import Core
from switchsim.proto.mtp3.label import Variant
from switchsim.proto.mtp3.state import Gate, Tcoc


def flow_of(core: Core, octets: bytes) -> tuple[int, int]:
    """(destination, SLS) of a whole message."""
    if core.config.variant is Variant.ITU14:
        return octets[1] | (octets[2] & 0x3F) << 8, octets[4] >> 4
    return octets[1] | octets[2] << 8 | octets[3] << 16, octets[7] & 15


def members(core: Core, key: str) -> Iterator[tuple[int, int]]:
    """The flows that a gate holds, by destination and SLS."""
    for dpc, destination in core.state.destinations.items():
        for sls in range(16):
            if destination.gates[sls] == key:
                yield dpc, sls


def route(core: Core, dpc: int, sls: int, octets: bytes) -> int:
    """Send a message on the link of its flow, or let it wait; returns the link, -1 when it did not leave (HMRT)."""
    destination = core.state.destinations.get(dpc)
    if destination is None:
        core.count("unknown_destination")
        return -1
    gate = destination.gates[sls]
    if gate:
        hold(core, gate, octets)
        return -1
    link: int = destination.carriers[sls]
    if link < 0:
        core.count("inaccessible_destination")
    else:
        core.out.append(SendMsu(link, octets))
    return link


def hold(core: Core, key: str, octets: bytes) -> None:
    """Keep a message back until the diversion ends; beyond the limit it is lost and counted."""
    waiting = core.state.gates[key].waiting
    if len(waiting) < core.config.buffer_limit:
        waiting.append(octets)
    else:
        core.count("diversion_buffer_full")


def join(core: Core, dpc: int, sls: int, key: str, gate: Gate) -> None:
    """Hold a flow at a gate, which comes to be if need be."""
    core.state.gates.setdefault(key, gate)
    core.state.destinations[dpc].gates[sls] = key


def changeover_key(link: int) -> str:
    return f"tcoc/{link}"


def complete(core: Core, key: str) -> tuple[int, ...]:
    """A diversion ends: its flows go on where the routing now wants them, oldest messages first.

    Returns the links that took them over. A message that was retrieved is sent only when its flow waited here: a flow
    that left (its destination was lost meanwhile) may have newer messages on the way.
    """
    gate = core.state.gates.pop(key)
    moved = list(members(core, key))
    for dpc, sls in moved:
        destination = core.state.destinations[dpc]
        destination.gates[sls] = ""
        destination.carriers[sls] = core.want(dpc)[sls]
    flows = dict.fromkeys(moved)
    for octets in gate.retrieved:
        flow = flow_of(core, octets)
        if flow in flows:
            route(core, *flow, octets)
        else:
            core.count("retrieved_too_late")
    for octets in gate.waiting:
        route(core, *flow_of(core, octets), octets)
    return tuple(sorted({core.state.destinations[dpc].carriers[sls] for dpc, sls in moved}))


def give_back(core: Core, key: str, flows: list[tuple[int, int]]) -> None:
    """Take flows out of a gate: they stay on their carrier, or join its changeover when it has just failed."""
    gate = core.state.gates[key]
    for dpc, sls in flows:
        destination = core.state.destinations[dpc]
        destination.gates[sls] = ""
        place(core, dpc, sls)
    leaving = dict.fromkeys(flows)
    waiting, gate.waiting = gate.waiting, []
    for octets in waiting:
        flow = flow_of(core, octets)
        if flow in leaving:
            route(core, *flow, octets)
        else:
            gate.waiting.append(octets)


def withdraw(core: Core, dpc: int, sls: int) -> list[bytes]:
    """Take one flow out of its gate, which stays; returns its messages that waited there, oldest first."""
    destination = core.state.destinations[dpc]
    gate = core.state.gates[destination.gates[sls]]
    destination.gates[sls] = ""
    leaving = [octets for octets in gate.waiting if flow_of(core, octets) == (dpc, sls)]
    gate.waiting = [octets for octets in gate.waiting if flow_of(core, octets) != (dpc, sls)]
    return leaving


def place(core: Core, dpc: int, sls: int) -> None:
    """A flow whose carrier became unavailable joins the changeover, or moves at once when there is none."""
    destination = core.state.destinations[dpc]
    link = destination.carriers[sls]
    if link < 0 or core.state.links[link].available:
        return
    if core.state.links[link].tcoc is Tcoc.IDLE:
        destination.carriers[sls] = core.want(dpc)[sls]
    else:
        join(core, dpc, sls, changeover_key(link), Gate("tcoc", link))


def abandon(core: Core, dpc: int) -> None:
    """A destination is lost: what waits for it is lost with it, and counted."""
    destination = core.state.destinations[dpc]
    for key in dict.fromkeys(destination.gates):
        if key:
            gate = core.state.gates[key]
            kept = [octets for octets in gate.waiting if flow_of(core, octets)[0] != dpc]
            core.count("lost_with_destination", len(gate.waiting) - len(kept))
            gate.waiting = kept
    destination.gates[:] = [""] * 16
    destination.carriers[:] = [-1] * 16
