"""Messages of Q.931 clause 4: header, message types, codesets, and both directions of the coding."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import msgspec

from switchsim.proto.q931.elements import ELEMENTS, Flag, Ie, IeValue

PROTOCOL_DISCRIMINATOR: Final = 0x08
_SHIFT: Final = 0x90
_VALUED_SINGLE: Final = frozenset({0xB0, 0xD0})  # type 1 single-octet elements: the low nibble is the value


class MessageType(IntEnum):
    """Message types of circuit-mode call control (Table 4-2/Q.931)."""

    ALERTING = 0x01
    CALL_PROCEEDING = 0x02
    PROGRESS = 0x03
    SETUP = 0x05
    CONNECT = 0x07
    SETUP_ACKNOWLEDGE = 0x0D
    CONNECT_ACKNOWLEDGE = 0x0F
    USER_INFORMATION = 0x20
    SUSPEND_REJECT = 0x21
    RESUME_REJECT = 0x22
    HOLD = 0x24
    SUSPEND = 0x25
    RESUME = 0x26
    HOLD_ACKNOWLEDGE = 0x28
    SUSPEND_ACKNOWLEDGE = 0x2D
    RESUME_ACKNOWLEDGE = 0x2E
    HOLD_REJECT = 0x30
    RETRIEVE = 0x31
    RETRIEVE_ACKNOWLEDGE = 0x33
    RETRIEVE_REJECT = 0x37
    DISCONNECT = 0x45
    RESTART = 0x46
    RELEASE = 0x4D
    RESTART_ACKNOWLEDGE = 0x4E
    RELEASE_COMPLETE = 0x5A
    SEGMENT = 0x60
    FACILITY = 0x62
    REGISTER = 0x64
    NOTIFY = 0x6E
    STATUS_ENQUIRY = 0x75
    CONGESTION_CONTROL = 0x79
    INFORMATION = 0x7B
    STATUS = 0x7D


MANDATORY: Final[dict[int, tuple[Ie, ...]]] = {
    MessageType.SETUP: (Ie.BEARER_CAPABILITY,),
    MessageType.PROGRESS: (Ie.PROGRESS_INDICATOR,),
    MessageType.DISCONNECT: (Ie.CAUSE,),
    MessageType.RESTART: (Ie.RESTART_INDICATOR,),
    MessageType.RESTART_ACKNOWLEDGE: (Ie.RESTART_INDICATOR,),
    MessageType.NOTIFY: (Ie.NOTIFICATION_INDICATOR,),
    MessageType.STATUS: (Ie.CAUSE, Ie.CALL_STATE),
}
"""Elements without which a message cannot be used, in either direction (clause 3.1).

Three more depend on the situation and are looked at by the call control: the channel identification of a SETUP sent
by the network, that of the first answer to a SETUP, and the cause of a RELEASE or RELEASE COMPLETE that begins the
clearing.
"""


class Message(msgspec.Struct):
    """One decoded or to-be-encoded message.

    `cr` is the call reference value 0..32767, `to_originator` its flag (False in everything that the side which chose
    the value sends). `ies` holds the first element of each code (codeset << 8 | identifier), `repeated` the further
    ones; `unknown` names elements without a row (their octets are kept), `invalid` those whose contents cannot be read.
    """

    cr: int
    to_originator: bool
    type: int
    ies: dict[int, IeValue] = msgspec.field(default_factory=dict)
    repeated: list[tuple[int, IeValue]] = msgspec.field(default_factory=list)
    unknown: tuple[int, ...] = ()
    invalid: tuple[int, ...] = ()


class Rejected(msgspec.Struct, frozen=True, gc=False):
    """Octets that are no message of ours and are to be ignored; `clause` of Q.931 says by which rule."""

    clause: str
    reason: str


def decode(octets: bytes) -> Message | Rejected:
    """Read one message; never raises.

    A call reference of one octet is taken as the same value in two (clause 4.3); the dummy call reference is refused.
    """
    if len(octets) < 4 and not (len(octets) == 3 and octets[1] == 0):
        return Rejected("5.8.2", f"{len(octets)} octets are too short for a message")
    if octets[0] != PROTOCOL_DISCRIMINATOR:
        return Rejected("5.8.1", f"protocol discriminator 0x{octets[0]:02x}, expected 0x08")
    length = octets[1]
    if length == 2:
        if len(octets) < 5:
            return Rejected("5.8.2", f"{len(octets)} octets are too short for a message")
        high = octets[2]
        message = Message((high & 0x7F) << 8 | octets[3], high > 0x7F, octets[4])
        _decode_elements(octets, 5, message)
        return message
    if length == 1:
        message = Message(octets[2] & 0x7F, octets[2] > 0x7F, octets[3])
        _decode_elements(octets, 4, message)
        return message
    if length == 0:
        return Rejected("5.8.3.1", "dummy call reference is not used on a primary rate")
    return Rejected("5.8.3.1", f"call reference length octet 0x{length:02x}, expected 2")


def _decode_elements(octets: bytes, at: int, message: Message) -> None:
    end = len(octets)
    locked = active = 0
    while at < end:
        identifier = octets[at]
        if identifier & 0x80:
            at += 1
            if identifier & 0xF0 == _SHIFT:
                active = identifier & 7
                if not identifier & 8:
                    # Clause 4.5.3: a locking shift to a lower codeset is an error and is ignored.
                    locked = active = max(locked, active)
                continue
            if identifier & 0xF0 in _VALUED_SINGLE:
                _store(message, active << 8 | identifier & 0xF0, Flag(identifier & 0x0F))
            else:
                _store(message, active << 8 | identifier, Flag())
            active = locked
            continue
        if at + 1 >= end or at + 2 + octets[at + 1] > end:
            message.invalid += (active << 8 | identifier,)
            return
        start = at + 2
        at = start + octets[at + 1]
        contents = octets[start:at]
        row = ELEMENTS.get(identifier) if not active else None
        if row is None:
            _store(message, active << 8 | identifier, contents)
        else:
            value = row.read(contents)
            if value is None:
                message.invalid += (identifier,)
            elif identifier in message.ies:
                message.repeated.append((identifier, value))
            else:
                message.ies[identifier] = value
        active = locked


def _store(message: Message, code: int, value: IeValue) -> None:
    if code not in ELEMENTS:
        message.unknown += (code,)
    if code in message.ies:
        message.repeated.append((code, value))
    else:
        message.ies[code] = value


def encode(message: Message) -> bytes:
    """Write one message: call reference of two octets, elements in ascending order of codeset and identifier."""
    cr = message.cr | (0x8000 if message.to_originator else 0)
    parts = [bytes((PROTOCOL_DISCRIMINATOR, 2, cr >> 8, cr & 0xFF, message.type))]
    items = [*message.ies.items(), *message.repeated] if message.repeated else message.ies.items()
    codeset = 0
    for code, value in sorted(items, key=_code) if len(items) > 1 else items:
        if code >> 8 != codeset:
            codeset = code >> 8
            parts.append(bytes((_SHIFT | codeset,)))
        parts.append(_encode_element(code, value))
    return b"".join(parts)


def _code(item: tuple[int, IeValue]) -> int:
    return item[0]


def _encode_element(code: int, value: IeValue) -> bytes:
    identifier = code & 0xFF
    if isinstance(value, Flag):
        return bytes((identifier | (value.value if identifier in _VALUED_SINGLE else 0),))
    row = ELEMENTS.get(code)
    contents = value if isinstance(value, bytes) else row.write(value) if row else b""
    assert len(contents) < 256, f"element 0x{code:02x} holds {len(contents)} octets; at most 255"
    return bytes((identifier, len(contents))) + contents


def comprehension_required(code: int) -> bool:
    """Whether an unknown element must be understood: identifiers 0000 xxxx of codeset 0 (Table 4-3/Q.931)."""
    return code < 0x10
