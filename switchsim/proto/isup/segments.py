"""Simple segmentation: messages too long for a signalling unit leave part of their options to SGM (Q.764 2.1.12)."""

from __future__ import annotations

from typing import Final

from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.actions import SendMsu
from switchsim.proto.isup.codec import DecodeError, Message, decode, encode
from switchsim.proto.isup.compat import KNOWN
from switchsim.proto.isup.core import Core
from switchsim.proto.isup.messages import LAYOUTS, MessageType
from switchsim.proto.isup.state import Circuit

_BIT: Final = 4  # bit C of both optional call indicators
_MOVABLE: Final = (0x20, 0xC1, 0x2C, 0xC0, 0x03, 0x34)
"""What SGM may carry: user-to-user information, generic digits, notification and number, access transport, user
teleservice information (Q.763 table 50)."""


def _indicators(kind: int) -> int:
    return p.OPTIONAL_FORWARD_CALL.code if kind == MessageType.IAM else p.OPTIONAL_BACKWARD_CALL.code


def send(core: Core, cic: int, kind: MessageType, parameters: list[tuple[int, bytes]]) -> bool:
    """Send a message, with SGM behind it when it is too long; False (nothing sent) when even both do not hold it."""
    octets = encode(Message(cic, kind, parameters))
    if len(octets) <= core.config.limit:
        _out(core, cic, octets)
        return True
    parts = _cut(core.config.limit, cic, kind, parameters)
    for octets in parts:
        _out(core, cic, octets)
    return bool(parts)


def _cut(limit: int, cic: int, kind: MessageType, parameters: list[tuple[int, bytes]]) -> tuple[bytes, ...]:
    """The message with the segmentation mark and its SGM, moving no more than needed; () when both do not hold it."""
    layout = LAYOUTS[kind]
    first = len(layout.fixed) + len(layout.variable)
    code = _indicators(kind)
    flags = next((octets[0] for found, octets in parameters if found == code), 0)
    kept = [row for row in parameters if row[0] != code]
    kept.insert(first, (code, bytes((flags | _BIT,))))
    moved: list[tuple[int, bytes]] = []
    for movable in _MOVABLE:
        head = encode(Message(cic, kind, kept))
        if len(head) <= limit:
            break
        moved += [row for row in kept[first:] if row[0] == movable]
        kept = kept[:first] + [row for row in kept[first:] if row[0] != movable]
    parts = encode(Message(cic, kind, kept)), encode(Message(cic, MessageType.SGM, moved))
    return parts if max(map(len, parts)) <= limit else ()


def _out(core: Core, cic: int, octets: bytes) -> None:
    if core.state.available:
        core.out.append(SendMsu(cic & 15, octets))


def segmented(message: Message) -> bool:
    code = _indicators(message.type)
    return any(found == code and octets[:1] and octets[0] & _BIT for found, octets in message.parameters)


def hold(core: Core, circuit: Circuit, message: Message) -> bool:
    """Whether the message just received has to wait for its segment; T34 then runs."""
    if not segmented(message):
        return False
    circuit.held = core.octets
    core.start(circuit, 34)
    return True


def waiting(circuit: Circuit) -> bool:
    return bool(circuit.timers >> 34 & 1)


def take(core: Core, circuit: Circuit) -> Message | None:
    """The held message with the parameters of its segment, its segmentation mark gone; nothing is held any more.

    Unknown parameters have been answered when the message came, those of a segment are left out.
    """
    core.stop(circuit, 34)
    message, segment = decode(circuit.held), decode(circuit.segment)
    circuit.held = circuit.segment = b""
    if isinstance(message, DecodeError):
        return None
    code = _indicators(message.type)
    message.parameters = [
        (found, bytes((octets[0] & ~_BIT & 0xFF,)) + octets[1:] if found == code and octets else octets)
        for found, octets in message.parameters
    ]
    if isinstance(segment, Message):
        message.parameters.extend(segment.parameters)
    message.parameters = [row for row in message.parameters if row[0] in KNOWN[message.type]]
    return message
