"""Routing labels and the service information octet (Q.704 clauses 2.2, 14.2; China's 24-bit label of GF 001-9001)."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import msgspec


class Variant(IntEnum):
    """How wide point codes are: 14 bits (ITU-T) or 24 bits (Chinese national network)."""

    ITU14 = 0
    CHINA24 = 1


POINT_CODE_BITS: Final = {Variant.ITU14: 14, Variant.CHINA24: 24}
LABEL_OCTETS: Final = {Variant.ITU14: 4, Variant.CHINA24: 7}


class ServiceIndicator(IntEnum):
    """Who a message is for (Q.704 14.2.1)."""

    SNM = 0
    SNT = 1
    SNT_SPECIAL = 2
    SCCP = 3
    TUP = 4
    ISUP = 5
    DUP_CALL = 6
    DUP_FACILITY = 7


class Label(msgspec.Struct, frozen=True, gc=False):
    """A routing label: point codes 0..2^14-1 or 0..2^24-1, `sls` 0..15.

    `spare` (0..15) is the high nibble beside the SLS of a 24-bit label, where TUP carries bits of its CIC; a 14-bit
    label has none, so there it is 0.
    """

    dpc: int
    opc: int
    sls: int
    spare: int = 0


def encode(label: Label, variant: Variant) -> bytes:
    """The label's octets, 4 or 7, least significant bit first; values out of range are our own mistake."""
    bits = POINT_CODE_BITS[variant]
    fits = (label.dpc | label.opc) >> bits == 0 and (label.sls | label.spare) >> 4 == 0
    assert fits, f"label out of range: {label}"
    word = label.dpc | label.opc << bits | label.sls << 2 * bits
    if variant is Variant.CHINA24:
        word |= label.spare << 52
    return word.to_bytes(LABEL_OCTETS[variant], "little")


def decode(octets: bytes, variant: Variant) -> Label | None:
    """The label that `octets` begin with; None when they are too few."""
    length = LABEL_OCTETS[variant]
    if len(octets) < length:
        return None
    word = int.from_bytes(octets[:length], "little")
    bits = POINT_CODE_BITS[variant]
    mask = (1 << bits) - 1
    return Label(word & mask, word >> bits & mask, word >> 2 * bits & 15, word >> 2 * bits + 4)


def service_octet(si: int, ni: int, priority: int = 0) -> int:
    """The service information octet: network indicator in bits 8 7, priority in bits 6 5, service indicator below."""
    return ni << 6 | priority << 4 | si
