"""What changes of availability do to traffic: who can be reached, and how each flow moves (TSRC, TFRC)."""

from __future__ import annotations

from switchsim.proto.mtp3.actions import Pause, Resume
from switchsim.proto.mtp3.changeback import divert, divert_elsewhere, divert_route
from switchsim.proto.mtp3.core import Core, Due
from switchsim.proto.mtp3.flows import abandon, members, place
from switchsim.proto.mtp3.routes import tell_neighbours, watch_restriction
from switchsim.proto.mtp3.state import Box, Destination, LinhEvent, Lsac, Tcoc, TcocEvent


def reroute(core: Core) -> None:
    """Bring every destination and flow in line with what is available now; PAUSE and RESUME once a change."""
    due, core.due = core.due, Due.NOTHING
    core.forget()
    core.opened.clear()
    lost = False
    for dpc, destination in core.state.destinations.items():
        row = core.want(dpc)
        if (row[0] >= 0) is not destination.accessible:
            lost = _turn(core, dpc, destination, row) or lost
        elif destination.accessible:
            for sls in range(16):
                if destination.carriers[sls] != row[sls]:
                    _bring(core, dpc, sls, row[sls], due)
        watch_restriction(core, dpc)
    tell_neighbours(core)
    if lost:
        _cancel_changeovers(core)
        _recover_inhibited(core)


def _turn(core: Core, dpc: int, destination: Destination, row: tuple[int, ...]) -> bool:
    """A destination came within reach or was lost; True when it was lost."""
    destination.accessible = not destination.accessible
    if destination.accessible:
        destination.carriers[:] = row
        core.out.append(Resume(dpc))
        return False
    abandon(core, dpc)
    core.out.append(Pause(dpc))
    return True


def _bring(core: Core, dpc: int, sls: int, to: int, due: Due) -> None:
    """A flow belongs on another link. One that comes back already, to a link that is not the best any more, turns:
    so each link that gets its traffic back declares it (Q.704 6.2)."""
    gate = core.state.gates.get(core.state.destinations[dpc].gates[sls])
    if gate is None:
        _move(core, dpc, sls, to, due)
    elif gate.kind == "tcbc" and gate.to != to:
        divert_elsewhere(core, dpc, sls, lambda: _move(core, dpc, sls, to, due))


def _move(core: Core, dpc: int, sls: int, to: int, due: Due) -> None:
    destination = core.state.destinations[dpc]
    link = destination.carriers[sls]
    if link < 0 or not core.state.links[link].available:
        if link < 0:
            destination.carriers[sls] = to
        else:
            place(core, dpc, sls)
    elif not core.usable(core.plans[link].link_set, dpc):
        destination.carriers[sls] = to  # forced rerouting: at once, nothing is held back (Q.704 7.2)
    elif due is Due.ROUTE:
        divert_route(core, dpc, sls)
    else:
        divert(core, dpc, sls, link, to)


def _cancel_changeovers(core: Core) -> None:
    """With the far end out of reach and nobody waiting there is nothing to change over."""
    for link, entry in core.state.links.items():
        if entry.tcoc is Tcoc.IDLE or next(members(core, f"tcoc/{link}"), None) is not None:
            continue
        if core.snm_link(core.plans[link].adjacent_pc, core.plans[link].slc) < 0:
            core.signal(Box.TCOC, link, TcocEvent.CANCELLED)


def _recover_inhibited(core: Core) -> None:
    """A destination was lost while inhibited links could reach it: they are needed again (Q.704 10.3)."""
    for dpc, destination in core.state.destinations.items():
        if destination.accessible:
            continue
        for one in core.routes[dpc].classes:
            for name in one:
                for row in core.link_sets[name].links:
                    entry = core.state.links[row.id]
                    if entry.lsac is Lsac.ACTIVE and entry.locally_inhibited:
                        core.signal(Box.LINH, row.id, LinhEvent.UNINHIBIT)
                    if entry.lsac is Lsac.ACTIVE and entry.remotely_inhibited:
                        core.signal(Box.LINH, row.id, LinhEvent.FORCE)
