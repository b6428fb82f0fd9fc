"""Unsuccessful backward messages and cause values of Q.850, both ways in one table."""

from __future__ import annotations

from typing import Final

from switchsim.proto.tup.messages import MessageType

NORMAL: Final = 16
BUSY: Final = 17
UNSPECIFIED: Final = 31
TEMPORARY_FAILURE: Final = 41
TIMER_EXPIRY: Final = 102

CAUSES: Final[tuple[tuple[MessageType, int, tuple[int, ...]], ...]] = (
    (MessageType.SEC, 42, (42, 47)),
    (MessageType.CGC, 34, (34, 44)),
    (MessageType.NNC, 38, (38,)),
    (MessageType.ADI, 28, (28,)),
    (MessageType.SSB, BUSY, (BUSY,)),
    (MessageType.SLB, BUSY, ()),
    (MessageType.STB, BUSY, ()),
    (MessageType.EUM, BUSY, ()),
    (MessageType.UNN, 1, (1, 2, 3)),
    (MessageType.LOS, 27, (27,)),
    (MessageType.SST, 4, (4, 22)),
    (MessageType.MPR, 5, (5,)),
    (MessageType.ACB, 55, (21, 29, 50, 53, 55, 57, 87)),
    (MessageType.DPN, 65, (58, 65, 88)),
    (MessageType.CFL, UNSPECIFIED, ()),
)
"""(message, the cause it is reported with, the causes it is sent for); every other cause is sent as CFL."""

CAUSE_OF: Final[dict[int, int]] = {message: cause for message, cause, _ in CAUSES}
MESSAGE_OF: Final[dict[int, MessageType]] = {cause: message for message, _, sent in CAUSES for cause in sent}

IN_CHINA: Final[dict[MessageType, MessageType]] = {MessageType.SSB: MessageType.SLB, MessageType.NNC: MessageType.CGC}
"""Messages that GF 001-9001 keeps for the international network, and what the national one sends instead."""
