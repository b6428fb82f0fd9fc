"""Signal units without flags and check bits: BSN/BIB, FSN/FIB, LI, then status or SIO and SIF (Q.703 clause 2.2)."""

from __future__ import annotations

from typing import Final

from switchsim.proto.mtp2.actions import Ack, Fill

HEAD_OCTETS: Final = 3
SHORTEST_MESSAGE: Final = 3  # SIO and a SIF of 2 octets, Q.703 clause 2.3.8
LONGEST_MESSAGE: Final = 273  # SIO and a SIF of 272 octets
LINE_OCTETS: Final = 6
"""What a message takes on the line besides SIO and SIF: one flag, the head and the check bits."""

FISU: Final = tuple(Fill(bytes((0, second, 0))) for second in range(256))
"""Fill-in units by their octet FIB | FSN; built once."""
ACK: Final = tuple(Ack(octet) for octet in range(256))
"""Acknowledgements by their octet BIB | BSN."""


def lssu(second: int, status: int, status_octets: int) -> bytes:
    """An LSSU with FIB | FSN = `second` and a status field of 1 or 2 octets; octet 0 is left to the terminal."""
    return bytes((0, second, status_octets, status)) + bytes(status_octets - 1)


def msu(second: int, message: bytes) -> bytes:
    """An MSU with FIB | FSN = `second`; `message` is SIO + SIF (3..273 octets), LI 63 stands for 63 and more."""
    length = len(message)
    return bytes((0, second, length if length < 63 else 63)) + message


def fault_of(octets: bytes) -> tuple[str, str] | None:
    """Why a unit with good check bits is none: (short name to count it by, words), or None. Never raises.

    A length indicator must say what is there: 0 FISU, 1 or 2 LSSU, 3..62 so many octets, 63 for 63..273
    (Q.703 clause 2.3.3).
    """
    length = len(octets) - HEAD_OCTETS
    if length < 0:
        return "short", f"{len(octets)} octets are no signal unit"
    if length > LONGEST_MESSAGE:
        return "long", f"SIF of {length - 1} octets, more than 272"
    indicated = octets[2] & 63
    if indicated != (length if length < 63 else 63):
        return "length", f"length indicator {indicated} with {length} octets after it"
    return None
