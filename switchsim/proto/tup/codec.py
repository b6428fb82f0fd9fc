"""From octets to telephone user part messages and back, by the rows of `messages` (Q.723 clauses 2 and 3).

The circuit identification code travels half in the routing label: its low nibble is the SLS. What remains of it opens
the user data, and in the 24-bit label bits 4..7 stand beside the SLS, in what MTP calls `spare`.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec

from switchsim.proto.tup.messages import DERIVED, POINT_CODE_BITS, ROWS, UNREADABLE, Field, Variant

Value: TypeAlias = int | str | bytes
HEX: Final = "0123456789ABCDEF"
COUNT_MAX: Final = 15  # what the count of an address or trunk identity can say


class Message(msgspec.Struct):
    """One message. `values` by field name, as `messages.Field` says; fields that were not there are missing.

    A heading code without a row keeps all its contents in `rest`; so do octets that follow the last field.
    """

    cic: int  # 0..4095
    type: int  # heading octet, H1 << 4 | H0
    values: dict[str, Value] = msgspec.field(default_factory=dict)
    rest: bytes = b""

    @property
    def name(self) -> str:
        row = ROWS.get(self.type)
        return row.type.name if row else f"0x{self.type:02X}"

    def number(self, name: str) -> int:
        """An integer field, 0 when it is not there."""
        value = self.values.get(name, 0)
        return value if isinstance(value, int) else 0

    def text(self, name: str) -> str:
        """A digits field, "" when it is not there."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else ""

    def octets(self, name: str) -> bytes:
        """A status or octets field, b"" when it is not there."""
        value = self.values.get(name, b"")
        return value if isinstance(value, bytes) else b""


class DecodeError(msgspec.Struct, frozen=True):
    """Octets that are no message: the clause of Q.723, why, and what could still be read (-1 if nothing)."""

    clause: str
    reason: str
    cic: int = -1
    type: int = -1


class _TooShort(Exception):
    """A field reaches beyond the last octet."""


class _Reader:
    """Fields out of octets that are one long number, low bit first."""

    __slots__ = ("bits", "end", "octets", "position", "values", "variant")

    def __init__(self, octets: bytes, variant: Variant) -> None:
        self.octets = octets
        self.bits = int.from_bytes(octets, "little")
        self.end = len(octets) * 8
        self.position = 0
        self.values: dict[str, Value] = {}
        self.variant = variant

    def take(self, width: int) -> int:
        if self.position + width > self.end:
            raise _TooShort
        value = self.bits >> self.position & (1 << width) - 1
        self.position += width
        return value

    def align(self) -> None:
        self.position = -(-self.position // 8) * 8

    def take_octets(self, count: int) -> bytes:
        return self.take(count * 8).to_bytes(count, "little")

    def take_rest(self) -> bytes:
        self.align()
        first = self.position // 8
        self.position = self.end
        return self.octets[first:]

    def digits(self) -> str:
        count = self.take(4)
        text = "".join(HEX[self.take(4)] for _ in range(count))
        self.align()
        return text

    def point_code(self) -> int:
        value = self.take(POINT_CODE_BITS[self.variant])
        self.align()
        return value

    def field(self, field: Field) -> None:
        if field.when and not is_present(field, self.values):
            return
        kind = field.kind
        if kind == "bits":
            self.values[field.name] = self.take(field.width)
        elif kind == "spare":
            self.take(field.width)
        elif kind == "digits":
            self.values[field.name] = self.digits()
        elif kind == "point_code":
            self.values[field.name] = self.point_code()
        elif kind == "status":
            self.values[field.name] = self.take_octets(status_octets(self.values["range"]))
        elif kind == "counted":
            self.align()
            self.take(4)
            self.values[field.name] = self.take_octets(self.take(4))
        else:
            self.values[field.name] = self.take_rest()


class _Writer:
    """The other way round."""

    __slots__ = ("bits", "position", "values", "variant")

    def __init__(self, values: dict[str, Value], variant: Variant) -> None:
        self.bits = 0
        self.position = 0
        self.values = values
        self.variant = variant

    def put(self, value: int, width: int) -> None:
        self.bits |= (value & (1 << width) - 1) << self.position
        self.position += width

    def align(self) -> None:
        self.position = -(-self.position // 8) * 8

    def put_octets(self, octets: bytes) -> None:
        self.align()
        self.put(int.from_bytes(octets, "little"), len(octets) * 8)

    def count(self, length: int) -> None:
        if length > COUNT_MAX:
            raise ValueError(f"{length} digits or octets in one field; at most {COUNT_MAX} fit, a SAM takes the others")
        self.put(length, 4)

    def digits(self, text: str) -> None:
        self.count(len(text))
        for digit in text:
            self.put(int(digit, 16), 4)
        self.align()

    def field(self, field: Field) -> None:
        if field.when and not is_present(field, self.values):
            return
        kind = field.kind
        value = self.values.get(field.name, 0)
        number = value if isinstance(value, int) else 0
        octets = value if isinstance(value, bytes) else b""
        if kind in ("bits", "spare"):
            self.put(number, field.width)
        elif kind == "digits":
            self.digits(value if isinstance(value, str) else "")
        elif kind == "point_code":
            self.put(number, POINT_CODE_BITS[self.variant])
            self.align()
        elif kind == "status":
            self.put_octets(octets.ljust(status_octets(self.values.get("range", 0)), b"\0"))
        elif kind == "counted":
            self.align()
            self.put(0, 4)
            self.count(len(octets))
            self.put_octets(octets)
        else:
            self.put_octets(octets)


def is_present(field: Field, values: dict[str, Value]) -> bool:
    """Whether the condition of a field holds, given the fields before it."""
    name, wanted = DERIVED.get(field.when, (field.when, 1))
    return values.get(name) == wanted and not any(values.get(part) for part in UNREADABLE)


def status_octets(circuits_range: Value) -> int:
    """Octets of the status field for a range: bit n is circuit CIC + n, none for range 0 (Q.723 3.8)."""
    return -(-(circuits_range + 1) // 8) if isinstance(circuits_range, int) and circuits_range else 0


def status_bits(octets: bytes, circuits_range: int) -> list[bool]:
    """Range + 1 flags, first circuit first."""
    number = int.from_bytes(octets, "little")
    return [bool(number >> bit & 1) for bit in range(circuits_range + 1)]


def pack_status(flags: list[bool]) -> bytes:
    """Flags, first circuit first, as the octets of a status field."""
    number = sum(1 << bit for bit, flag in enumerate(flags) if flag)
    return number.to_bytes(status_octets(len(flags) - 1), "little")


def encode(message: Message, variant: Variant = Variant.ITU14) -> tuple[int, int, bytes]:
    """(sls 0..15, spare 0..15, user data) of a message; numbers too large for their field lose their high bits.

    Raises ValueError for digits that are not "0".."9", "A".."F" and for more than 15 of them in one field.
    """
    data = _circuit(message.cic, variant) + bytes((message.type,)) + encode_fields(message, variant)
    return message.cic & 15, (message.cic >> 4 & 15) if variant is Variant.CHINA24 else 0, data


def encode_fields(message: Message, variant: Variant = Variant.ITU14) -> bytes:
    """What follows the heading octet."""
    row = ROWS.get(message.type)
    if row is None:
        return message.rest
    writer = _Writer(message.values, variant)
    for field in row.fields:
        writer.field(field)
    return writer.bits.to_bytes(-(-writer.position // 8), "little") + message.rest


def decode(sls: int, spare: int, data: bytes, variant: Variant = Variant.ITU14) -> Message | DecodeError:
    """The message in a user data field. Never raises: what can not be read is a `DecodeError`."""
    if not data:
        return DecodeError("2.2", "no octet for the circuit identification code")
    above = (spare & 15) << 4 | (data[0] & 15) << 8 if variant is Variant.CHINA24 else data[0] << 4
    cic = sls & 15 | above
    if len(data) < 2:
        return DecodeError("3.1", "no heading code", cic)
    return decode_fields(cic, data[1], data[2:], variant)


def decode_fields(cic: int, heading: int, octets: bytes, variant: Variant = Variant.ITU14) -> Message | DecodeError:
    """The message of a heading code and the octets behind it."""
    row = ROWS.get(heading)
    if row is None:
        return Message(cic, heading, {}, octets)
    reader = _Reader(octets, variant)
    for field in row.fields:
        try:
            reader.field(field)
        except _TooShort:
            return DecodeError("3.1", f"{row.type.name} ends within {field.name or 'a spare field'}", cic, heading)
    return Message(cic, heading, reader.values, reader.take_rest())


def _circuit(cic: int, variant: Variant) -> bytes:
    return bytes((cic >> 8 & 15,)) if variant is Variant.CHINA24 else bytes((cic >> 4 & 0xFF,))
