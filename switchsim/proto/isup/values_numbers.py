"""Numbers of Q.763: one value for all of them; a format a parameter says which fields its octets hold.

Digits are characters `0`..`9`, `A`, `B` (code 11), `C` (code 12), `D`, `E`, `F` (end of pulsing, ST), the first one
dialled first. An odd count leaves a filler in the last octet, which is no digit.
"""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.proto.isup.values import Fields

ST: Final = "F"
"""End of pulsing: the called number is complete (Q.763 3.9)."""

_SWAPPED: Final = bytes(octet >> 4 | octet << 4 & 0xF0 for octet in range(256))


class Number(msgspec.Struct, frozen=True, gc=False):
    """A number. Fields that a parameter does not carry stay at their defaults and are not written."""

    digits: str
    nature: int = 3  # 1 subscriber, 2 unknown, 3 national (significant), 4 international, 5 network specific
    plan: int = 1  # 1 E.164, 3 X.121, 4 telex
    internal: int = 0  # INN: 1 routing to an internal network number not allowed
    incomplete: int = 0  # NI
    presentation: int = 0  # 0 allowed, 1 restricted, 2 address not available
    screening: int = 0  # 0 user not verified, 1 user verified and passed, 2 and failed, 3 network provided
    qualifier: int = 0  # generic number: 5 additional called, 6 additional connected, 8 additional calling, ...


def read_digits(octets: bytes, odd: int) -> str:
    """The digits of the octets; the last half octet is a filler when their count is odd."""
    digits = octets.translate(_SWAPPED).hex().upper()
    return digits[:-1] if odd else digits


def write_digits(digits: str) -> bytes:
    """Two digits an octet, the first one in the low half; a filler of zero after an odd count."""
    return bytes.fromhex(digits + "0" if len(digits) % 2 else digits).translate(_SWAPPED)


class Digits:
    """Subsequent number (Q.763 3.51): the odd/even bit and digits alone."""

    def read(self, octets: bytes) -> str | None:
        if not octets or (octets[0] & 0x80 and len(octets) < 2):
            return None
        return read_digits(octets[1:], octets[0] & 0x80)

    def write(self, value: str) -> bytes:
        return bytes((len(value) % 2 << 7,)) + write_digits(value)


class Numbers:
    """Odd/even and nature of address, then an octet of the format's own fields, then digits."""

    def __init__(self, fields: Fields, qualified: bool = False) -> None:
        self.fields, self.qualified = fields, qualified

    def read(self, octets: bytes) -> Number | None:
        first = int(self.qualified)
        if len(octets) < first + 2:
            return None
        head, second, rest = octets[first], octets[first + 1], octets[first + 2 :]
        if head & 0x80 and not rest:
            return None
        found = {name: second >> position & (1 << width) - 1 for name, position, width in self.fields}
        if self.qualified:
            found["qualifier"] = octets[0]
        return Number(read_digits(rest, head & 0x80), head & 0x7F, **found)

    def write(self, value: Number) -> bytes:
        second = 0
        for name, position, width in self.fields:
            field = getattr(value, name)
            assert 0 <= field < 1 << width, f"{name} is {field}, beyond {width} bits"
            second |= field << position
        assert 0 <= value.nature < 128, f"nature of address {value.nature}"
        head = bytes((value.qualifier,)) if self.qualified else b""
        return head + bytes((value.nature | len(value.digits) % 2 << 7, second)) + write_digits(value.digits)


class RoutingNumbers:
    """Network routing number (Q.763 3.90): odd/even, plan and nature share one octet."""

    def read(self, octets: bytes) -> Number | None:
        if not octets or (octets[0] & 0x80 and len(octets) < 2):
            return None
        head = octets[0]
        return Number(read_digits(octets[1:], head & 0x80), head & 15, head >> 4 & 7)

    def write(self, value: Number) -> bytes:
        assert 0 <= value.nature < 16, f"nature of address {value.nature}"
        head = len(value.digits) % 2 << 7 | value.plan << 4 | value.nature
        return bytes((head,)) + write_digits(value.digits)


class TransitNetwork(msgspec.Struct, frozen=True, gc=False):
    """Transit network selection (Q.763 3.53, national use)."""

    digits: str
    kind: int = 2  # type of network identification: 0 ITU-T, 2 national
    plan: int = 0


class TransitNetworks:
    def read(self, octets: bytes) -> TransitNetwork | None:
        if not octets or (octets[0] & 0x80 and len(octets) < 2):
            return None
        head = octets[0]
        return TransitNetwork(read_digits(octets[1:], head & 0x80), head >> 4 & 7, head & 15)

    def write(self, value: TransitNetwork) -> bytes:
        head = len(value.digits) % 2 << 7 | value.kind << 4 | value.plan
        return bytes((head,)) + write_digits(value.digits)


_PLAN: Final = ("plan", 4, 3)
_PRESENTATION: Final = ("presentation", 2, 2)
_SCREENING: Final = ("screening", 0, 2)
_INTERNAL: Final = ("internal", 7, 1)
_INCOMPLETE: Final = ("incomplete", 7, 1)

CALLED_FORMAT: Final = Numbers((_PLAN, _INTERNAL))  # 3.9, 3.46, 3.86
CALLING_FORMAT: Final = Numbers((_PLAN, _INCOMPLETE, _PRESENTATION, _SCREENING))  # 3.10
CONNECTED_FORMAT: Final = Numbers((_PLAN, _PRESENTATION, _SCREENING))  # 3.16, 3.64
REDIRECTING_FORMAT: Final = Numbers((_PLAN, _PRESENTATION))  # 3.39, 3.44, 3.73, 3.87
LOCATION_FORMAT: Final = Numbers((_PLAN, _INTERNAL, _PRESENTATION, _SCREENING))  # 3.30
GENERIC_FORMAT: Final = Numbers((_PLAN, _INCOMPLETE, _PRESENTATION, _SCREENING), qualified=True)  # 3.26
HTR_FORMAT: Final = Numbers((_PLAN,))  # 3.89
