"""Signalling network management and test messages: one row a message, one reader and one writer (Q.704 15, Q.707 5)."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import msgspec

from switchsim.proto.mtp3.label import POINT_CODE_BITS, ServiceIndicator, Variant


class Kind(IntEnum):
    """Messages by service indicator << 8 | heading code (H1 << 4 | H0)."""

    COO = 0x011
    COA = 0x021
    XCO = 0x031
    XCA = 0x041
    CBD = 0x051
    CBA = 0x061
    ECO = 0x012
    ECA = 0x022
    RCT = 0x013
    TFC = 0x023
    TFP = 0x014
    TFR = 0x034
    TFA = 0x054
    RST = 0x015
    RSR = 0x025
    LIN = 0x016
    LUN = 0x026
    LIA = 0x036
    LUA = 0x046
    LID = 0x056
    LFU = 0x066
    LLT = 0x076
    LRT = 0x086
    TRA = 0x017
    DLC = 0x018
    CSS = 0x028
    CNS = 0x038
    CNP = 0x048
    UPU = 0x01A
    SLTM = 0x111
    SLTA = 0x121


class Body(IntEnum):
    """What follows the heading code."""

    NONE = 0
    FSN = 1  # 7 bits and a 0
    FSN24 = 2  # 24 bits
    CODE = 3  # changeback code, 8 bits
    POINT = 4  # point code, the octets filled with zero bits
    POINT_STATUS = 5  # point code and 2 bits of congestion status
    POINT_USER = 6  # point code, user part and cause, 4 bits each
    PATTERN = 7  # length indicator in the high nibble, 1..15 octets
    LINK = 8  # signalling data link identity, 12 bits


ROWS: Final[dict[Kind, Body]] = {
    Kind.COO: Body.FSN, Kind.COA: Body.FSN,  # Q.704 15.4
    Kind.XCO: Body.FSN24, Kind.XCA: Body.FSN24,
    Kind.CBD: Body.CODE, Kind.CBA: Body.CODE,  # 15.5
    Kind.ECO: Body.NONE, Kind.ECA: Body.NONE,  # 15.6
    Kind.RCT: Body.NONE,
    Kind.TFC: Body.POINT_STATUS,
    Kind.TFP: Body.POINT, Kind.TFR: Body.POINT, Kind.TFA: Body.POINT,  # 15.7 to 15.9
    Kind.RST: Body.POINT, Kind.RSR: Body.POINT,  # 15.10
    Kind.LIN: Body.NONE, Kind.LUN: Body.NONE, Kind.LIA: Body.NONE, Kind.LUA: Body.NONE,  # 15.11
    Kind.LID: Body.NONE, Kind.LFU: Body.NONE, Kind.LLT: Body.NONE, Kind.LRT: Body.NONE,
    Kind.TRA: Body.NONE,  # 15.12
    Kind.DLC: Body.LINK, Kind.CSS: Body.NONE, Kind.CNS: Body.NONE, Kind.CNP: Body.NONE,  # 15.13
    Kind.UPU: Body.POINT_USER,  # 15.17
    Kind.SLTM: Body.PATTERN, Kind.SLTA: Body.PATTERN,  # Q.707 clause 5
}  # fmt: skip
"""Every message and its body."""

_BY_CODE: Final = {int(kind): kind for kind in Kind}


class Message(msgspec.Struct, frozen=True, gc=False):
    """One management or test message without its label.

    `value` is the FSN, changeback code, data link identity or congestion status, 0 where there is none;
    `point` the destination or affected point code, -1 where there is none; `user` and `cause` are of UPU; `pattern`
    is the test pattern (1..15 octets).
    """

    kind: Kind
    value: int = 0
    point: int = -1
    user: int = 0
    cause: int = 0
    pattern: bytes = b""


class Rejected(msgspec.Struct, frozen=True, gc=False):
    """A message that can not be read: `reason` is a short word to count by, `clause` where its format stands."""

    clause: str
    reason: str
    detail: str


def _octets_count(body: Body, variant: Variant) -> int:
    """Length of a body in octets; of a PATTERN the length indicator's octet and one of pattern, the least."""
    point = (POINT_CODE_BITS[variant] + 7) // 8
    return {Body.NONE: 0, Body.FSN: 1, Body.FSN24: 3, Body.CODE: 1, Body.POINT: point,
            Body.POINT_STATUS: point + (variant is Variant.CHINA24), Body.POINT_USER: point + 1,
            Body.PATTERN: 2, Body.LINK: 2}[body]  # fmt: skip


_LENGTHS: Final = {(body, variant): _octets_count(body, variant) for body in Body for variant in Variant}


def encode(message: Message, variant: Variant) -> bytes:
    """Heading code and body, as they follow the label."""
    kind = message.kind
    head = bytes((kind & 0xFF,))
    body = ROWS[kind]
    if body is Body.PATTERN:
        assert 1 <= len(message.pattern) <= 15, "a test pattern has 1 to 15 octets"
        return head + bytes((len(message.pattern) << 4,)) + message.pattern
    return head + _number(message, body, POINT_CODE_BITS[variant]).to_bytes(_LENGTHS[body, variant], "little")


def _number(message: Message, body: Body, bits: int) -> int:
    """A body as one little-endian number."""
    if body is Body.NONE:
        return 0
    if body is Body.POINT:
        return message.point
    if body is Body.POINT_STATUS:
        return message.point | message.value << bits
    if body is Body.POINT_USER:
        return message.point | (message.user | message.cause << 4) << (bits + 7) // 8 * 8
    return message.value


def decode(si: int, octets: bytes, variant: Variant) -> Message | Rejected:
    """Read what follows the label of a message with service indicator 0, 1 or 2; never raises.

    Octets beyond the known body are ignored, as are spare bits (Q.704 15.2: later versions may use them).
    """
    if not octets:
        return Rejected("15.3", "short", "no heading code")
    service = ServiceIndicator.SNT if si == ServiceIndicator.SNT_SPECIAL else si
    kind = _BY_CODE.get(service << 8 | octets[0])
    if kind is None:
        return Rejected("15.3", "heading", f"unknown heading code 0x{octets[0]:02x} with service indicator {si}")
    body = ROWS[kind]
    length = _LENGTHS[body, variant]
    if len(octets) <= length:
        return Rejected("15.3", "short", f"{kind.name} with {len(octets) - 1} octets of {length}")
    if body is Body.PATTERN:
        return _read_pattern(kind, octets)
    return _read_number(kind, body, int.from_bytes(octets[1 : 1 + length], "little"), variant)


def _read_pattern(kind: Kind, octets: bytes) -> Message | Rejected:
    length = octets[1] >> 4
    if not length or len(octets) < 2 + length:
        return Rejected("15.3", "pattern", f"{kind.name}: length indicator {length}, {len(octets) - 2} octets follow")
    return Message(kind, pattern=octets[2 : 2 + length])


def _read_number(kind: Kind, body: Body, number: int, variant: Variant) -> Message:
    bits = POINT_CODE_BITS[variant]
    if body in (Body.NONE, Body.FSN24, Body.CODE):
        return Message(kind, number)
    if body is Body.FSN:
        return Message(kind, number & 0x7F)
    if body is Body.LINK:
        return Message(kind, number & 0xFFF)
    point = number & (1 << bits) - 1
    if body is Body.POINT_USER:
        rest = number >> (bits + 7) // 8 * 8
        return Message(kind, point=point, user=rest & 15, cause=rest >> 4 & 15)
    return Message(kind, number >> bits & 3 if body is Body.POINT_STATUS else 0, point)
