"""Both directions of the coding: protocol discriminator, call reference of length 0, type, information elements.

REGISTER with the calling party number is `Register`; INFORMATION with a feature activation is `Key`, with a feature
indication `Display`. Elements stand in ascending order (Q.931 clause 4.5.1); unknown ones are passed over (5.8.7.1),
but for those that must be understood.
"""

from __future__ import annotations

from typing import Final

from switchsim.proto.q931 import Ie, MessageType, Number
from switchsim.proto.q931.codec import PROTOCOL_DISCRIMINATOR, comprehension_required
from switchsim.proto.q931.elements import ELEMENTS, IeValue, Text
from switchsim.proto.seats.messages import (
    FIRST_KEY,
    FIRST_STATE,
    KEYS,
    MOST_DIGITS,
    STATES,
    Body,
    Display,
    Key,
    Register,
    Violation,
)

FEATURE_ACTIVATION: Final = 0x38  # Q.932 clause 8.2.3: octet 3, feature identifier number
FEATURE_INDICATION: Final = 0x39  # Q.932 clause 8.2.4: octet 3 as above, octet 4 the status indicator
LAST: Final = 0x80  # extension bit: the last octet of a group
ACTIVATED: Final = 1  # status indicator, Q.932 clause 8.2.4
ALERTING_ON, ALERTING_OFF = 0x40, 0x4F  # Q.931 clause 4.5.28: alerting on, pattern 0; alerting off
MOST_CALLING: Final = 20
_HEAD: Final = bytes((PROTOCOL_DISCRIMINATOR, 0))

Elements = dict[int, bytes]


def encode(body: Body) -> bytes:
    """The octets of one message, without LAPD."""
    if isinstance(body, Register):
        return _message(MessageType.REGISTER, {Ie.CALLING_PARTY_NUMBER: _number(body.seat)})
    if isinstance(body, Key):
        elements = {Ie.KEYPAD_FACILITY: _written(Ie.KEYPAD_FACILITY, Text(body.argument))} if body.argument else {}
        assert len(body.argument) <= MOST_DIGITS, f"an argument of {len(body.argument)} characters"
        elements[FEATURE_ACTIVATION] = bytes((LAST | FIRST_KEY + KEYS.index(body.key),))  # type: ignore[index]
        return _message(MessageType.INFORMATION, elements)  # type: ignore[arg-type]
    return _message(MessageType.INFORMATION, _display(body))


def _display(body: Display) -> Elements:
    elements: Elements = {}
    if body.call:
        elements[Ie.CALL_IDENTITY] = body.call.to_bytes(4, "big")
    elements[Ie.DISPLAY] = _written(Ie.DISPLAY, Text(f"{body.state} {body.calling}".rstrip()))
    elements[Ie.SIGNAL] = bytes((ALERTING_ON if body.ringing else ALERTING_OFF,))
    elements[FEATURE_INDICATION] = bytes((LAST | FIRST_STATE + STATES.index(body.state), LAST | ACTIVATED))
    if body.calling:
        elements[Ie.CALLING_PARTY_NUMBER] = _number(body.calling)
    return elements


def _number(digits: str) -> bytes:
    plain = "".join(sign if 0x20 <= ord(sign) < 0x7F else "?" for sign in digits[:MOST_CALLING])
    return _written(Ie.CALLING_PARTY_NUMBER, Number(plain))


def _written(code: Ie, value: IeValue) -> bytes:
    return ELEMENTS[code].write(value)


def _message(kind: MessageType, elements: Elements) -> bytes:
    parts = [_HEAD, bytes((kind,))]
    parts += (bytes((code, len(contents))) + contents for code, contents in elements.items())
    return b"".join(parts)


def decode(octets: bytes) -> Body | Violation:
    """Read one message; never raises."""
    if len(octets) < 3:
        return Violation("5.8.2", f"{len(octets)} octets are too short for a message")
    if octets[0] != PROTOCOL_DISCRIMINATOR:
        return Violation("5.8.1", f"protocol discriminator 0x{octets[0]:02x}, expected 0x08")
    if octets[1] != 0:
        return Violation("5.8.3.1", f"call reference length octet 0x{octets[1]:02x}, expected 0")
    found = _elements(octets)
    if isinstance(found, Violation):
        return found
    if octets[2] == MessageType.REGISTER:
        return _register(found)
    if octets[2] != MessageType.INFORMATION:
        return Violation("5.8.4", f"message type 0x{octets[2]:02x} is not of a seat set")
    if FEATURE_ACTIVATION in found:
        return _key(found)
    return _shown(found)


def _elements(octets: bytes) -> Elements | Violation:
    """Elements of codeset 0 by their identifier; of one that comes twice the first counts (5.8.5.2)."""
    found: Elements = {}
    at, end = 3, len(octets)
    while at < end:
        identifier = octets[at]
        if identifier & 0x80:  # one octet, and none that we know
            at += 1
            continue
        if at + 1 >= end or at + 2 + octets[at + 1] > end:
            return Violation("5.8.6.2", f"element 0x{identifier:02x} runs over the end")
        if comprehension_required(identifier):
            return Violation("5.8.7.1", f"element 0x{identifier:02x} must be understood")
        start = at + 2
        at = start + octets[at + 1]
        found.setdefault(identifier, octets[start:at])
    return found


def _register(found: Elements) -> Body | Violation:
    number = _read_number(found)
    if isinstance(number, Violation):
        return number
    return Register(number) if number else Violation("5.8.6.1", "REGISTER without a calling party number")


def _key(found: Elements) -> Body | Violation:
    octets = found[FEATURE_ACTIVATION]
    number = _identifier(octets) - FIRST_KEY
    if not 0 <= number < len(KEYS):
        return Violation("5.8.6.2", f"feature activation {octets.hex() or 'empty'} is no key")
    argument = found.get(Ie.KEYPAD_FACILITY, b"").decode("latin-1")
    if len(argument) > MOST_DIGITS or not (argument.isascii() and (argument.isprintable() or not argument)):
        return Violation("5.8.7.2", f"a keypad facility of {len(argument)} characters that are not all IA5")
    return Key(KEYS[number], argument)


def _shown(found: Elements) -> Body | Violation:
    octets = found.get(FEATURE_INDICATION)
    if octets is None:
        return Violation("5.8.6.1", "INFORMATION without a feature activation or indication")
    state = _identifier(octets) - FIRST_STATE
    if not 0 <= state < len(STATES) or len(octets) < 2:
        return Violation("5.8.6.2", f"feature indication {octets.hex() or 'empty'} is no state of a seat")
    call = found.get(Ie.CALL_IDENTITY, b"")
    if len(call) not in (0, 4):
        return Violation("5.8.7.2", f"a call identity of {len(call)} octets, expected 4")
    calling = _read_number(found)
    if isinstance(calling, Violation):
        return calling
    rings = found.get(Ie.SIGNAL, b"")[:1] == bytes((ALERTING_ON,))
    return Display(STATES[state], rings, int.from_bytes(call, "big"), calling)


def _identifier(octets: bytes) -> int:
    """Of one octet with the extension bit; -1 without."""
    return octets[0] & 0x7F if octets and octets[0] & LAST else -1


def _read_number(found: Elements) -> str | Violation:
    octets = found.get(Ie.CALLING_PARTY_NUMBER)
    if octets is None:
        return ""
    value = ELEMENTS[Ie.CALLING_PARTY_NUMBER].read(octets)
    return value.digits if isinstance(value, Number) else Violation("5.8.7.2", f"number {octets.hex()}")
