"""ISUP messages as a bystander reads them: circuit, type, and the circuits of a group message. Never raising.

Written apart from `switchsim.proto`, whose work is judged with it (Q.763 1.2, 3.43, tables 4 and following).
"""

from __future__ import annotations

from typing import Final

import msgspec

IAM: Final = 0x01
SAM: Final = 0x02
ACM: Final = 0x06
CON: Final = 0x07
ANM: Final = 0x09
REL: Final = 0x0C
RLC: Final = 0x10
RSC: Final = 0x12
BLO: Final = 0x13
UBL: Final = 0x14
BLA: Final = 0x15
UBA: Final = 0x16
GRS: Final = 0x17
CGB: Final = 0x18
CGU: Final = 0x19
CGBA: Final = 0x1A
CGUA: Final = 0x1B
GRA: Final = 0x29
CQM: Final = 0x2A
CQR: Final = 0x2B
UCIC: Final = 0x2E

NAMES: Final = {
    IAM: "IAM", SAM: "SAM", ACM: "ACM", CON: "CON", ANM: "ANM", REL: "REL", RLC: "RLC", RSC: "RSC", BLO: "BLO",
    UBL: "UBL", BLA: "BLA", UBA: "UBA", GRS: "GRS", CGB: "CGB", CGU: "CGU", CGBA: "CGBA", CGUA: "CGUA", GRA: "GRA",
    CQM: "CQM", CQR: "CQR", UCIC: "UCIC",
}  # fmt: skip
_TYPED: Final = frozenset({CGB, CGU, CGBA, CGUA})
GROUP: Final = _TYPED | {GRS, GRA, CQM, CQR}


class Head(msgspec.Struct, frozen=True):
    """hardware: a group (un)blocking for hardware reasons. span: circuits of a group message, else 1. status: its bits,
    the first circuit's in bit 0."""

    cic: int
    message: int
    hardware: bool = False
    span: int = 1
    status: int = 0

    @property
    def name(self) -> str:
        return NAMES.get(self.message, f"message {self.message:#04x}")

    def marked(self) -> list[int]:
        """CICs whose status bit is set."""
        return [self.cic + number for number in range(self.span) if self.status >> number & 1]


def read_isup(octets: bytes) -> Head | None:
    """From the CIC on; None when there is no message type."""
    if len(octets) < 3:
        return None
    cic, message = (octets[0] | octets[1] << 8) & 0xFFF, octets[2]
    if message not in GROUP:
        return Head(cic, message)
    pointer = 4 if message in _TYPED else 3
    hardware = message in _TYPED and len(octets) > 3 and octets[3] & 3 == 1
    start = pointer + octets[pointer] if len(octets) > pointer else len(octets)
    content = octets[start + 1 : start + 1 + octets[start]] if len(octets) > start else b""
    if not content:
        return Head(cic, message, hardware)
    return Head(cic, message, hardware, content[0] + 1, int.from_bytes(content[1:], "little"))
