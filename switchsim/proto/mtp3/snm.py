"""What becomes of our own management messages that come back out of a failed link's buffers."""

from __future__ import annotations

from switchsim.proto.mtp3.actions import SendMsu
from switchsim.proto.mtp3.codec import Kind, Message, decode
from switchsim.proto.mtp3.core import Core
from switchsim.proto.mtp3.label import LABEL_OCTETS, Label, ServiceIndicator
from switchsim.proto.mtp3.label import decode as decode_label
from switchsim.proto.mtp3.state import Tcoc

_LINK_OWN = (Kind.SLTM, Kind.SLTA, Kind.CBD)
"""Messages that mean something only on the link that they were sent on."""
_TRANSFER = (Kind.TFP, Kind.TFR, Kind.TFA)
_UNKNOWN = -1


def retrieved_management(core: Core, octets: bytes) -> bool:
    """Deal with a retrieved message if it is a management message of ours; False: it is traffic.

    What may be out of date by now is not repeated: a neighbour is told afresh what holds for a destination, and an
    order goes out again only while it is unanswered. The rest is sent again.
    """
    config = core.config
    label = decode_label(octets[1:], config.variant)
    si = octets[0] & 15
    if si > ServiceIndicator.SNT_SPECIAL or label is None or label.opc != config.own_pc:
        return False
    message = decode(si, octets[1 + LABEL_OCTETS[config.variant] :], config.variant)
    if isinstance(message, Message) and _worth_repeating(core, label, message):
        link = core.snm_link(label.dpc, label.sls)
        if link >= 0:
            core.out.append(SendMsu(link, octets))
    return True


def _worth_repeating(core: Core, label: Label, message: Message) -> bool:
    if message.kind in _LINK_OWN:
        return False
    if message.kind in _TRANSFER:
        adjacent = core.state.adjacents.get(label.dpc)
        if adjacent is not None:
            adjacent.told[message.point] = _UNKNOWN
        return False
    if message.kind in (Kind.COO, Kind.ECO, Kind.XCO):
        link = core.by_slc.get((label.dpc, label.sls))
        return link is not None and core.state.links[link].tcoc is Tcoc.WAITING
    return True
