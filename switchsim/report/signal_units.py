"""Signal units as a bystander reads them: heads, status, label, heading. Never raising.

Written apart from `switchsim.proto`, whose work is judged with it (Q.703 2.2, Q.704 14.2, 15, Q.707 5).
"""

from __future__ import annotations

import functools
from typing import Final

import msgspec

STATUS: Final = ("SIO", "SIN", "SIE", "SIOS", "SIPO", "SIB")
"""Status field, bits CBA (Q.703 11.1.3)."""
MANAGEMENT: Final = 0
"""Service indicator of signalling network management."""
TESTS: Final = (1, 2)
"""Service indicators of the link test (Q.704 14.2.1)."""
FIRST_USER: Final = 3
SLTM: Final = 0x11
SLTA: Final = 0x21


class Unit(msgspec.Struct, frozen=True):
    """kind: FISU, MSU, the name of an LSSU's status, or `?`. Numbers are -1 where there is none.

    heading: H1 << 4 | H0 of management and test messages. info: what follows the label, the heading included.
    """

    kind: str
    bsn: int = -1
    bib: int = -1
    fsn: int = -1
    fib: int = -1
    service: int = -1
    dpc: int = -1
    opc: int = -1
    sls: int = -1
    heading: int = -1
    info: bytes = b""


_NONE: Final = Unit("?")


def read_unit(octets: bytes, *, long_label: bool = False) -> Unit:
    """A unit from the BSN on, without check bits; `long_label`: 24-bit point codes."""
    if len(octets) < 3:
        return _NONE
    head = (octets[0] & 127, octets[0] >> 7, octets[1] & 127, octets[1] >> 7)
    length = octets[2] & 63
    if length == 0:
        return Unit("FISU", *head)
    if length <= 2:
        status = octets[3] & 7 if len(octets) > 3 else 7
        return Unit(STATUS[status] if status < len(STATUS) else "?", *head)
    label = octets[4:11] if long_label else octets[4:8]
    if len(label) < (7 if long_label else 4):
        return Unit("MSU", *head)
    return _message(head, octets[3] & 15, label, octets[4 + len(label) :])


@functools.lru_cache(maxsize=1)
def read_record(octets: str, *, long_label: bool = False) -> Unit:
    """The same from a journal's hexadecimal digits; kept, because several checks read the same record in turn."""
    return read_unit(bytes.fromhex(octets), long_label=long_label)


def _message(head: tuple[int, int, int, int], service: int, label: bytes, info: bytes) -> Unit:
    if len(label) == 7:
        dpc, opc, sls = int.from_bytes(label[:3], "little"), int.from_bytes(label[3:6], "little"), label[6] & 15
    else:
        word = int.from_bytes(label, "little")
        dpc, opc, sls = word & 0x3FFF, word >> 14 & 0x3FFF, word >> 28
    heading = info[0] if info and service < FIRST_USER else -1
    return Unit("MSU", *head, service, dpc, opc, sls, heading, info)
