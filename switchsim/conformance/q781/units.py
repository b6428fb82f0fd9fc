"""Signal units as the tester writes and reads them (Q.703 clause 2); made apart from what it tests."""

from __future__ import annotations

from typing import Final

import msgspec

STATUS: Final = {"SIO": 0, "SIN": 1, "SIE": 2, "SIOS": 3, "SIPO": 4, "SIB": 5}
"""Status field bits C B A (Q.703 11.1.3)."""
_NAMES: Final = {value: name for name, value in STATUS.items()}
UNKNOWN_STATUS: Final = 7
SERVICE: Final = 0x85
"""Service information octet of every test message: ISUP, national network."""
OUR_MARK: Final = 0xA0
"""Second octet of what the implementation under test is given to send."""
TESTER_MARK: Final = 0x50
_FCS_POLYNOMIAL: Final = 0x8408


class Unit(msgspec.Struct, frozen=True):
    """A unit that was received. wrong: why it is none, or empty."""

    name: str
    bsn: int
    bib: int
    fsn: int
    fib: int
    body: bytes
    wrong: str = ""

    def __str__(self) -> str:
        more = f" {self.body.hex()}" if self.name == "MSU" else ""
        return f"{self.name} BSN={self.bsn} BIB={self.bib} FSN={self.fsn} FIB={self.fib}{more}" + (
            f" ({self.wrong})" if self.wrong else "")


def message(mark: int, number: int, sif_octets: int) -> bytes:
    """Service information octet and field of test message `number`; sif_octets 2..272."""
    return bytes([SERVICE, mark, number & 0xFF, *((number * 7 + i) & 0xFF for i in range(sif_octets - 2))])


def header(name: str, bsn: int, bib: int, fsn: int, fib: int, body: bytes) -> bytes:
    """A unit without its check bits."""
    assert name in ("MSU", "FISU", "LSSU")
    return bytes([bib << 7 | bsn, fib << 7 | fsn, min(len(body), 63)]) + body


def read(octets: bytes) -> Unit:
    """What a correctly received unit is; its length indicator is checked too (Q.703 2.3.3)."""
    bsn, fsn, length, body = octets[0] & 127, octets[1] & 127, octets[2] & 63, octets[3:]
    name = "FISU" if not body else "LSSU" if len(body) < 3 else "MSU"
    wrong = "" if length == min(len(body), 63) else f"length indicator {length} for {len(body)} octets"
    if octets[2] & 0xC0:
        wrong = "spare bits beside the length indicator are not 0"
    if name == "LSSU":
        name = _NAMES.get(body[0] & 7, "SIX")
    return Unit(name, bsn, octets[0] >> 7, fsn, octets[1] >> 7, body, wrong)


def with_check_bits(octets: bytes) -> bytes:
    """The octets and their 16 check bits, in the order of the line."""
    register = 0xFFFF
    for octet in octets:
        register ^= octet
        for _ in range(8):
            register = register >> 1 ^ (_FCS_POLYNOMIAL if register & 1 else 0)
    return octets + (register ^ 0xFFFF).to_bytes(2, "little")
