"""LAPD frames and Q.931 messages as a bystander reads them: only headers, both directions, never raising.

Written apart from `switchsim.proto`, whose work is judged with it.
"""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.proto.q931 import Cause, Ie, Message, decode

_U_NAMES: Final = {0x6F: "SABME", 0x0F: "DM", 0x03: "UI", 0x43: "DISC", 0x63: "UA", 0x87: "FRMR", 0xAF: "XID"}
_S_NAMES: Final = {0x01: "RR", 0x05: "RNR", 0x09: "REJ"}

SETUP: Final = 0x05
CONNECT: Final = 0x07
CONNECT_ACKNOWLEDGE: Final = 0x0F
DISCONNECT: Final = 0x45
RESTART: Final = 0x46
RELEASE: Final = 0x4D
RESTART_ACKNOWLEDGE: Final = 0x4E
RELEASE_COMPLETE: Final = 0x5A
STATUS_ENQUIRY: Final = 0x75
STATUS: Final = 0x7D

MESSAGE_NAMES: Final = {
    0x01: "ALERTING",
    0x02: "CALL PROCEEDING",
    0x03: "PROGRESS",
    SETUP: "SETUP",
    CONNECT: "CONNECT",
    0x0D: "SETUP ACKNOWLEDGE",
    CONNECT_ACKNOWLEDGE: "CONNECT ACKNOWLEDGE",
    DISCONNECT: "DISCONNECT",
    RESTART: "RESTART",
    RELEASE: "RELEASE",
    RESTART_ACKNOWLEDGE: "RESTART ACKNOWLEDGE",
    RELEASE_COMPLETE: "RELEASE COMPLETE",
    0x6E: "NOTIFY",
    STATUS_ENQUIRY: "STATUS ENQUIRY",
    0x7B: "INFORMATION",
    STATUS: "STATUS",
}
"""Q.931 Table 4-2, the messages that a primary rate access uses; others are shown by their number."""


class Lapd(msgspec.Struct, frozen=True):
    """Q.921 clause 3: kind is I, RR, RNR, REJ, SABME, ..., or `?`; ns and nr are -1 where there is none."""

    kind: str
    command_bit: int  # C/R as it stands: a command has 0 from the user side and 1 from the network side
    pf: int
    ns: int
    nr: int
    info: bytes


class Layer3(msgspec.Struct, frozen=True):
    """Q.931 clause 4.2 to 4.4. `to_originator`: the flag of the call reference."""

    reference: int
    to_originator: bool
    message: int


def read_lapd(octets: bytes) -> Lapd:
    """One frame without FCS, from the address on."""
    if len(octets) < 3:
        return Lapd("?", 0, 0, -1, -1, b"")
    command_bit, control = octets[0] >> 1 & 1, octets[2]
    if control & 3 == 3:
        return Lapd(_U_NAMES.get(control & 0xEF, "?"), command_bit, control >> 4 & 1, -1, -1, octets[3:])
    if len(octets) < 4:
        return Lapd("?", command_bit, 0, -1, -1, b"")
    pf, nr = octets[3] & 1, octets[3] >> 1
    if control & 1:
        return Lapd(_S_NAMES.get(control, "?"), command_bit, pf, -1, nr, b"")
    return Lapd("I", command_bit, pf, control >> 1, nr, octets[4:])


def read_layer3(info: bytes) -> Layer3 | None:
    """Protocol discriminator 8, a call reference of 1 or 2 octets, and the message type; None for all else."""
    if len(info) < 4 or info[0] != 0x08 or info[1] not in (1, 2) or len(info) < 3 + info[1]:
        return None
    reference = int.from_bytes(info[2 : 2 + info[1]], "big")
    flag = 0x80 << 8 * (info[1] - 1)
    return Layer3(reference & (flag - 1), bool(reference & flag), info[2 + info[1]])


class Numbering:
    """Tells new I frames from those that layer 2 repeats, per link and direction, as both directions are journalled."""

    def __init__(self) -> None:
        self._next: dict[tuple[str, str, bool], int] = {}

    def takes(self, place: str, link: str, sent: bool, lapd: Lapd) -> bool:
        """Whether this is the next I frame in sequence; a frame that (re)starts the link begins at any number."""
        if lapd.kind in ("SABME", "UA"):
            self._next.pop((place, link, True), None)
            self._next.pop((place, link, False), None)
        if lapd.kind != "I":
            return False
        key = (place, link, sent)
        if self._next.get(key, lapd.ns) != lapd.ns:
            return False
        self._next[key] = (lapd.ns + 1) % 128
        return True


def message_name(message: int) -> str:
    return MESSAGE_NAMES.get(message, f"message 0x{message:02x}")


def cause_value(message: bytes) -> int:
    """The Q.850 value in the cause element of a Q.931 message; 0 when it has none."""
    decoded = decode(message)
    cause = decoded.ies.get(Ie.CAUSE) if isinstance(decoded, Message) else None
    return cause.value if isinstance(cause, Cause) else 0
