"""Device identifiers as clients write them, and what the switch makes of them."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from switchsim.callcentre.view import SwitchView, seat_of

_WRITTEN: Final = re.compile(r"N<([^<>]{1,64})>|(?:tel|sips?):([^@;:]{1,64})|([^:@;]{1,64}):[^:]*:[^:]*:\d+")
"""`N<number>;attributes` · a tel or SIP URI · number:switch:address:instance, as some makers' clients write it."""
DIALLED: Final = re.compile(r"\+?[0-9*#]{1,32}")


def device_of(device: str) -> str:
    """deviceID of a leg's device: a seat's number, a trunk's name."""
    return seat_of(device) or device


def plain_device(switch: SwitchView, queues: Collection[str], said: str) -> str:
    """The seat, queue, trunk or number that an identifier means; itself when it has none of these forms."""
    if said in switch.seats or said in queues:
        return said
    if said.startswith("SEAT/"):
        return said[5:]
    found = _WRITTEN.match(said)
    return next((part for part in found.groups() if part), said) if found is not None else said


def target_of(switch: SwitchView, queues: Collection[str], said: str) -> str:
    """Where a call can be sent (`model.cti`, targets), `` when nothing has that name."""
    device = plain_device(switch, queues, said)
    if device in switch.seats:
        return f"seat:{device}"
    if device in queues:
        return f"queue:{device}"
    return f"number:{device}" if DIALLED.fullmatch(device) else ""
