"""Telephone user part messages as one table: heading code, fields in bit order, low bit first (Q.723 clause 3).

A heading octet holds H0 (the group) in its low and H1 in its high nibble. NSB, NCB, NUB and NAM are the groups that
China adds for national use (GF 001-9001); their heading codes are spare in Q.723.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Literal, TypeAlias

import msgspec

from switchsim.proto.mtp3.label import POINT_CODE_BITS as POINT_CODE_BITS
from switchsim.proto.mtp3.label import Variant as Variant


class MessageType(IntEnum):
    """Heading codes, H1 << 4 | H0 (Q.723 table 3 and GF 001-9001)."""

    IAM = 0x11
    IAI = 0x21
    SAM = 0x31
    SAO = 0x41
    GSM = 0x12
    COT = 0x32
    CCF = 0x42
    GRQ = 0x13
    ACM = 0x14
    CHG = 0x24
    SEC = 0x15
    CGC = 0x25
    NNC = 0x35
    ADI = 0x45
    CFL = 0x55
    SSB = 0x65
    UNN = 0x75
    LOS = 0x85
    SST = 0x95
    ACB = 0xA5
    DPN = 0xB5
    MPR = 0xC5
    EUM = 0xF5
    ANU = 0x06
    ANC = 0x16
    ANN = 0x26
    CBK = 0x36
    CLF = 0x46
    RAN = 0x56
    FOT = 0x66
    CCL = 0x76
    RLG = 0x17
    BLO = 0x27
    BLA = 0x37
    UBL = 0x47
    UBA = 0x57
    CCR = 0x67
    RSC = 0x77
    MGB = 0x18
    MBA = 0x28
    MGU = 0x38
    MUA = 0x48
    HGB = 0x58
    HBA = 0x68
    HGU = 0x78
    HUA = 0x88
    GRS = 0x98
    GRA = 0xA8
    SGB = 0xB8
    SBA = 0xC8
    SGU = 0xD8
    SUA = 0xE8
    ACC = 0x1A
    MPM = 0x2C
    OPR = 0x1D
    SLB = 0x1E
    STB = 0x2E
    MAL = 0x1F


FieldKind: TypeAlias = Literal["bits", "spare", "digits", "point_code", "status", "counted", "rest"]


class Field(msgspec.Struct, frozen=True):
    """One field of a message; `kind` says what its value is.

    bits: int of `width` bits. spare: `width` bits, sent as 0, not looked at. digits: a count of 4 bits, then as many
    digits (first one in the low nibble), then filler up to the octet; str of "0".."9", "A".."F" (B code 11, C code 12,
    F end of pulsing). point_code: int of 14 or 24 bits, filled up to the octet. status: range + 1 bits as octets, none
    when the range is 0. counted: from the next octet on 4 spare bits, a count of 4 bits, so many octets; bytes. rest:
    all that follows; bytes.
    """

    name: str
    kind: FieldKind
    width: int = 0
    when: str = ""  # the earlier flag, or the row of `DERIVED`, that says whether this field is there


class Row(msgspec.Struct, frozen=True):
    """One message of the table."""

    type: MessageType
    title: str
    fields: tuple[Field, ...] = ()
    national: bool = False  # a heading code of GF 001-9001

    @property
    def h0(self) -> int:
        return self.type & 15

    @property
    def h1(self) -> int:
        return self.type >> 4


def _bits(name: str, width: int = 1, when: str = "") -> Field:
    return Field(name, "bits", width, when)


def _spare(width: int, when: str = "") -> Field:
    return Field("", "spare", width, when)


_CATEGORY = (_bits("category", 6), _spare(2))
_INDICATORS = (
    _bits("nature_of_address", 2), _bits("nature_of_circuit", 2), _bits("continuity", 2), _bits("echo"),
    _bits("international"), _bits("redirected"), _bits("digital_path"), _bits("all_ss7"), _spare(1),
)  # fmt: skip
_DIGITS = Field("digits", "digits")
_IAM = (*_CATEGORY, *_INDICATORS, _DIGITS)
_FIRST_INDICATORS: Final = (
    _bits("has_network_capability"), _bits("has_cug"), _bits("has_additional_calling"), _bits("has_routing"),
    _bits("has_calling"), _bits("has_original_called"), _bits("has_charging"), _spare(1),
)  # fmt: skip
UNREADABLE: Final = ("has_network_capability", "has_cug", "has_additional_calling", "has_routing")
"""Parts of an IAI that are for further study or national: with one of them, what follows the flags is kept unread."""


def _calling(flag: str) -> tuple[Field, ...]:
    return (
        _bits("calling_nature", 2, flag), _bits("calling_restricted", 1, flag), _bits("calling_incomplete", 1, flag),
        Field("calling", "digits", 0, flag),
    )  # fmt: skip


def _original(flag: str) -> tuple[Field, ...]:
    return _bits("original_nature", 2, flag), _spare(2, flag), Field("original", "digits", 0, flag)


_TRUNK = (
    _bits("identity_type", 2, "has_trunk"), _spare(2, "has_trunk"),
    _bits("identity_length", 4, "identity_is_point_code"),
    Field("identity_point_code", "point_code", 0, "identity_is_point_code"),
    Field("identity_digits", "digits", 0, "identity_is_number"),
    Field("trunk", "counted", 0, "has_trunk"),
)  # fmt: skip
DERIVED: Final = {"identity_is_point_code": ("identity_type", 1), "identity_is_number": ("identity_type", 2)}
"""Conditions on a value instead of a flag: the identity type of a GSM says what follows."""

_RANGE = (_bits("range", 8), Field("status", "status"))

_PLAIN: Final[tuple[tuple[MessageType, str], ...]] = (
    (MessageType.COT, "continuity"), (MessageType.CCF, "continuity failure"),
    (MessageType.SEC, "switching equipment congestion"), (MessageType.CGC, "circuit group congestion"),
    (MessageType.NNC, "national network congestion"), (MessageType.ADI, "address incomplete"),
    (MessageType.CFL, "call failure"), (MessageType.SSB, "subscriber busy"),
    (MessageType.UNN, "unallocated number"), (MessageType.LOS, "line out of service"),
    (MessageType.SST, "send special information tone"), (MessageType.ACB, "access barred"),
    (MessageType.DPN, "digital path not provided"), (MessageType.MPR, "misdialled trunk prefix"),
    (MessageType.ANU, "answer, unqualified"), (MessageType.ANC, "answer, charge"),
    (MessageType.ANN, "answer, no charge"), (MessageType.CBK, "clear back"), (MessageType.CLF, "clear forward"),
    (MessageType.RAN, "re-answer"), (MessageType.FOT, "forward transfer"), (MessageType.CCL, "calling party clear"),
    (MessageType.RLG, "release guard"), (MessageType.BLO, "blocking"), (MessageType.BLA, "blocking acknowledgement"),
    (MessageType.UBL, "unblocking"), (MessageType.UBA, "unblocking acknowledgement"),
    (MessageType.CCR, "continuity check request"), (MessageType.RSC, "reset circuit"),
)  # fmt: skip
_NATIONAL: Final = (
    Row(MessageType.MPM, "metering pulses", (_bits("pulses", 16),), national=True),
    Row(MessageType.OPR, "operator", (), national=True),
    Row(MessageType.SLB, "subscriber local busy", (), national=True),
    Row(MessageType.STB, "subscriber toll busy", (), national=True),
    Row(MessageType.MAL, "malicious call identification", (), national=True),
)
_GROUP: Final[tuple[tuple[MessageType, str], ...]] = (
    (MessageType.MGB, "maintenance group blocking"), (MessageType.MBA, "maintenance group blocking acknowledgement"),
    (MessageType.MGU, "maintenance group unblocking"),
    (MessageType.MUA, "maintenance group unblocking acknowledgement"),
    (MessageType.HGB, "hardware group blocking"), (MessageType.HBA, "hardware group blocking acknowledgement"),
    (MessageType.HGU, "hardware group unblocking"), (MessageType.HUA, "hardware group unblocking acknowledgement"),
    (MessageType.GRA, "circuit group reset acknowledgement"),
    (MessageType.SGB, "software group blocking"), (MessageType.SBA, "software group blocking acknowledgement"),
    (MessageType.SGU, "software group unblocking"), (MessageType.SUA, "software group unblocking acknowledgement"),
)  # fmt: skip
_WITH_FIELDS: Final = (
    Row(MessageType.IAM, "initial address", _IAM),
    Row(MessageType.IAI, "initial address with additional information",
        (*_IAM, *_FIRST_INDICATORS, *_calling("has_calling"), *_original("has_original_called"),
         Field("charging", "rest", 0, "has_charging"))),
    Row(MessageType.SAM, "subsequent address", (_spare(4), _DIGITS)),
    Row(MessageType.SAO, "subsequent address with one signal", (_bits("digit", 4), _spare(4))),
    Row(MessageType.GSM, "general forward set-up information",
        (_bits("has_category"), _bits("has_calling"), _bits("has_trunk"), _bits("has_original_called"),
         _bits("echo"), _bits("malicious"), _bits("hold"), _spare(1),
         _bits("category", 6, "has_category"), _spare(2, "has_category"), *_calling("has_calling"), *_TRUNK,
         *_original("has_original_called"))),
    Row(MessageType.GRQ, "general request",
        (_bits("category"), _bits("calling"), _bits("original"), _bits("malicious"), _bits("hold"), _bits("echo"),
         _spare(2))),
    Row(MessageType.ACM, "address complete",
        (_bits("charge", 2), _bits("free"), _bits("echo"), _bits("forwarded"), _bits("all_ss7"), _spare(2))),
    Row(MessageType.CHG, "charging", (Field("charging", "rest"),)),
    Row(MessageType.EUM, "extended unsuccessful backward set-up information",
        (_bits("reason", 4), _spare(4), Field("point_code", "point_code"))),
    Row(MessageType.GRS, "circuit group reset", (_bits("range", 8),)),
    Row(MessageType.ACC, "automatic congestion control information", (_bits("level", 2), _spare(6))),
)  # fmt: skip

ROWS: Final[dict[int, Row]] = {
    row.type: row
    for row in (
        *_WITH_FIELDS,
        *(Row(kind, title) for kind, title in _PLAIN),
        *(Row(kind, title, _RANGE) for kind, title in _GROUP),
        *_NATIONAL,
    )
}
"""Every message by its heading code."""

GROUPS: Final = {
    1: "FAM", 2: "FSM", 3: "BSM", 4: "SBM", 5: "UBM", 6: "CSM", 7: "CCM", 8: "GRM", 10: "CNM", 12: "NSB", 13: "NCB",
    14: "NUB", 15: "NAM",
}  # fmt: skip
"""Message groups by H0."""
