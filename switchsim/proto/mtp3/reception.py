"""Message discrimination, distribution and transfer (HMDC, HMDT, and HMRT of a transfer point; Q.704 2.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from switchsim.proto.mtp3 import changeback, changeover, congestion, flows, inhibit, links, restart, routes
from switchsim.proto.mtp3.actions import Deliver
from switchsim.proto.mtp3.codec import Kind, Message, Rejected, decode
from switchsim.proto.mtp3.core import Core
from switchsim.proto.mtp3.label import LABEL_OCTETS, Label, ServiceIndicator
from switchsim.proto.mtp3.label import decode as decode_label
from switchsim.proto.mtp3.state import Box, RsrtEvent, Trac, TracEvent

MAX_OCTETS: Final = 273
"""Service information octet and 272 octets of signalling information."""


class Route(msgspec.Struct, frozen=True, gc=False):
    """What to do with all messages of one service octet and label: deliver (`link` -1) or transfer to `link`."""

    link: int
    si: int
    opc: int
    dpc: int
    sls: int
    spare: int
    priority: int


def accept(core: Core, link: int, octets: bytes) -> Route | bool:
    """Take one message; returns the way that every further message with the same head goes while nothing changes.

    True: it was for level 3 itself, and routes may have changed. False: it went nowhere, and nothing has changed.
    """
    config = core.config
    label = decode_label(octets[1:], config.variant)
    if link not in core.state.links:
        core.count("unknown_link")
    elif label is None:
        core.count("discarded_short")
        core.violation("2.2.1", f"message of {len(octets)} octets has no whole routing label")
    elif len(octets) > MAX_OCTETS:
        core.count("discarded_long")
        core.violation("2.3.1", f"signalling information field of {len(octets) - 1} octets; 272 can be")
    elif octets[0] >> 6 != config.ni:
        core.count("discarded_ni")
        core.violation("2.4.1", f"network indicator {octets[0] >> 6}, {config.ni} expected")
    elif label.dpc != config.own_pc:
        return _transfer(core, link, label, octets)
    elif octets[0] & 15 <= ServiceIndicator.SNT_SPECIAL:
        return _management(core, link, label, octets)
    else:
        return _distribute(core, link, label, octets)
    return False


def _distribute(core: Core, link: int, label: Label, octets: bytes) -> Route | bool:
    si = octets[0] & 15
    if si not in core.config.user_parts or si in core.state.unavailable_users:
        congestion.refuse_user(core, label.opc, si)
        return False
    priority = octets[0] >> 4 & 3
    data = octets[1 + LABEL_OCTETS[core.config.variant] :]
    core.out.append(Deliver(si, label.opc, label.dpc, label.sls, data, label.spare, priority))
    _note_traffic(core, label.opc)
    return Route(-1, si, label.opc, label.dpc, label.sls, label.spare, priority)


def _note_traffic(core: Core, opc: int) -> None:
    adjacent = core.state.adjacents.get(opc)
    if adjacent is not None and adjacent.trac is Trac.RESTARTING:
        core.signal(Box.TRAC, opc, TracEvent.TRAFFIC)


def _transfer(core: Core, link: int, label: Label, octets: bytes) -> Route | bool:
    """Not for us: an end point discards it, a transfer point sends it on (Q.704 2.4.3)."""
    if not core.config.stp:
        core.count("discarded_dpc")
        core.violation("2.4.3", f"message for point {label.dpc} at the end point {core.config.own_pc}")
        return False
    out = flows.route(core, label.dpc, label.sls, octets)
    if out < 0:
        destination = core.state.destinations.get(label.dpc)
        if destination is None or not destination.accessible:
            routes.respond(core, core.plans[link].adjacent_pc, label.dpc)
        return False
    priority = octets[0] >> 4 & 3
    if core.state.links[out].congestion:
        congestion.transferred_message(core, out, label.opc, label.dpc, priority)
        return False
    return Route(out, octets[0] & 15, label.opc, label.dpc, label.sls, label.spare, priority)


# -- messages for level 3 itself ---------------------------------------------------------------------------------------


def _management(core: Core, link: int, label: Label, octets: bytes) -> bool:
    """False: routes are as they were, unless a box was signalled."""
    message = decode(octets[0] & 15, octets[1 + LABEL_OCTETS[core.config.variant] :], core.config.variant)
    if isinstance(message, Rejected):
        core.count(f"management_{message.reason}")
        core.violation(message.clause, message.detail)
        return False
    if message.kind in (Kind.SLTM, Kind.SLTA):
        _link_test(core, link, label, message)
        return False
    if message.kind in ABOUT_LINK:
        named = core.by_slc.get((label.opc, label.sls))
        if named is None:
            core.count("management_slc")
            core.violation("15.2", f"{message.kind.name}: no link {label.sls} towards {label.opc}")
            return False
        ABOUT_LINK[message.kind](core, named, message)
    elif message.kind in FROM_ADJACENT:
        if label.opc not in core.state.adjacents:
            core.count("management_origin")
            core.violation("15.1", f"{message.kind.name} from {label.opc}, which is not adjacent")
            return False
        FROM_ADJACENT[message.kind](core, label.opc, message)
    elif message.kind in FROM_ANYWHERE:
        FROM_ANYWHERE[message.kind](core, message)
    else:
        core.count("management_unused")
        return False
    return True


def _link_test(core: Core, link: int, label: Label, message: Message) -> None:
    """Only on the link that it names and between its two points (Q.707 2.2)."""
    plan = core.plans[link]
    if label.opc != plan.adjacent_pc or label.sls != plan.slc:
        core.count("link_test_label")
        core.violation("12.2.2", f"Q.707: link test from {label.opc} with SLC {label.sls} on SLC {plan.slc}"
                                 f" towards {plan.adjacent_pc}")  # fmt: skip
    elif message.kind is Kind.SLTM:
        links.on_test(core, link, message)
    else:
        links.on_test_answer(core, link, message)


def _order(core: Core, link: int, message: Message) -> None:
    changeover.on_order(core, link, message.kind, -1 if message.kind is Kind.ECO else message.value)


def _acknowledgement(core: Core, link: int, message: Message) -> None:
    changeover.on_acknowledgement(core, link, -1 if message.kind is Kind.ECA else message.value)


def _declaration(core: Core, link: int, message: Message) -> None:
    changeback.on_declaration(core, link, message.value)


def _declaration_answer(core: Core, link: int, message: Message) -> None:
    changeback.on_acknowledgement(core, link, message.value)


def _inhibiting(core: Core, link: int, message: Message) -> None:
    inhibit.step(core, link, inhibit.BY_KIND[message.kind])


ABOUT_LINK: Final[dict[Kind, Callable[[Core, int, Message], None]]] = {
    Kind.COO: _order, Kind.XCO: _order, Kind.ECO: _order,
    Kind.COA: _acknowledgement, Kind.XCA: _acknowledgement, Kind.ECA: _acknowledgement,
    Kind.CBD: _declaration, Kind.CBA: _declaration_answer,
    **dict.fromkeys(inhibit.BY_KIND, _inhibiting),
}  # fmt: skip


def _transfer_status(event: RsrtEvent) -> Callable[[Core, int, Message], None]:
    def act(core: Core, adjacent_pc: int, message: Message) -> None:
        routes.on_transfer(core, adjacent_pc, message.point, event)

    return act


def _route_test(believed: int) -> Callable[[Core, int, Message], None]:
    def act(core: Core, adjacent_pc: int, message: Message) -> None:
        routes.on_route_test(core, adjacent_pc, message.point, believed)

    return act


def _restart_allowed(core: Core, adjacent_pc: int, message: Message) -> None:
    restart.adjacent_step(core, adjacent_pc, TracEvent.TRA)


FROM_ADJACENT: Final[dict[Kind, Callable[[Core, int, Message], None]]] = {
    Kind.TFP: _transfer_status(RsrtEvent.TFP),
    Kind.TFR: _transfer_status(RsrtEvent.TFR),
    Kind.TFA: _transfer_status(RsrtEvent.TFA),
    Kind.RST: _route_test(routes.PROHIBITED),
    Kind.RSR: _route_test(routes.RESTRICTED),
    Kind.TRA: _restart_allowed,
}


def _controlled(core: Core, message: Message) -> None:
    congestion.on_tfc(core, message.point, message.value)


FROM_ANYWHERE: Final[dict[Kind, Callable[[Core, Message], None]]] = {
    Kind.TFC: _controlled,
    Kind.UPU: congestion.on_upu,
}
