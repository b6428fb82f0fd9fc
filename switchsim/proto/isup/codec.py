"""Messages of Q.763 clause 1 to octets and back: framing by the layouts, contents of parameters left as they are.

Octets run from the circuit identification code to the end of the message: what follows the routing label.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

import msgspec

from switchsim.proto.isup.messages import LAYOUTS, OPAQUE, Layout
from switchsim.proto.isup.parameters import Parameter

T = TypeVar("T")

SIF_OCTETS: Final = 272
"""The longest signalling information field of an MSU (Q.703 2.3.8), routing label included."""

ITU_LIMIT: Final = SIF_OCTETS - 4
CHINA_LIMIT: Final = SIF_OCTETS - 7
"""The longest message behind a routing label of 4 octets, and behind one of 7."""

_END: Final = b"\0"


class Message(msgspec.Struct):
    """One message: `cic` 0..4095, `type` 0..255, parameters as (code, contents).

    They stand in the order of the layout's fixed and variable parts, then in the order of the optional part; repeated
    and unknown ones are kept. `rest` holds the octets behind a message type that has no layout: such a message is
    written back unchanged, and `parameters` then shows its optional part, if it can be read as one.
    """

    cic: int
    type: int
    parameters: list[tuple[int, bytes]] = msgspec.field(default_factory=list)
    rest: bytes = b""

    def raw(self, parameter: Parameter[Any]) -> bytes | None:
        """The contents of the first parameter of that code."""
        code = parameter.code
        for found, octets in self.parameters:
            if found == code:
                return octets
        return None

    def value(self, parameter: Parameter[T]) -> T | None:
        """The value of the first parameter of that code; None where it is missing or cannot be read."""
        octets = self.raw(parameter)
        return None if octets is None else parameter.read(octets)

    def add(self, parameter: Parameter[T], value: T) -> None:
        """Put a value behind the others. Raises AssertionError for one that the parameter cannot hold."""
        self.parameters.append((parameter.code, parameter.write(value)))


class DecodeError(msgspec.Struct, frozen=True, gc=False):
    """Octets that have a format error (Q.764 2.9.5); `cic` and `type` are -1 where they were not reached."""

    clause: str
    reason: str
    cic: int = -1
    type: int = -1


def decode(octets: bytes) -> Message | DecodeError:
    """Read one message; never raises. Octets behind its end are not looked at."""
    size = len(octets)
    if size < 3:
        return DecodeError("Q.763 1", f"{size} octets are too short for a message")
    kind = octets[2]
    cic = octets[0] | (octets[1] & 15) << 8
    layout = LAYOUTS.get(kind)
    if layout is None:
        return _unknown(octets, cic, kind)
    if layout.head > size:
        return DecodeError("Q.764 2.9.5", f"{size} octets are too short for {layout.name}", cic, kind)
    found: list[tuple[int, bytes]] = []
    at = 3
    for code, length in layout.fixed_plan:
        found.append((code, octets[at : at + length]))
        at += length
    end = layout.head
    for code, minimum in layout.variable_plan:
        start = at + octets[at]
        if start < end or start >= size:
            return _out_of_order(layout, octets, cic)
        end = start + 1 + octets[start]
        if end > size or end - start <= minimum:
            return _bad_length(layout, octets, start, code, cic)
        found.append((code, octets[start + 1 : end]))
        at += 1
    if layout.optional is not None and octets[at]:
        start = at + octets[at]
        if start < end or start >= size:
            return _out_of_order(layout, octets, cic)
        end = _options(octets, start, found)
        if end < 0:
            return _bad_options(layout, octets, found, cic)
    return Message(cic, kind, found)


def _options(octets: bytes, at: int, found: list[tuple[int, bytes]]) -> int:
    """Read the optional part from `at` on; where it ends, or -1 where it runs out of the message."""
    size = len(octets)
    while at < size:
        code = octets[at]
        if not code:
            return at + 1
        start = at + 2
        if start > size:
            return -1
        at = start + octets[start - 1]
        if at > size:
            return -1
        found.append((code, octets[start:at]))
    return -1


def _out_of_order(layout: Layout, octets: bytes, cic: int) -> Message | DecodeError:
    """The slow way: parameters may lie in any order (Q.763 1.6) as long as no octet belongs to two of them."""
    found: list[tuple[int, bytes]] = []
    at = 3
    for code, length in layout.fixed_plan:
        found.append((code, octets[at : at + length]))
        at += length
    taken = [(0, layout.head)]
    for code, minimum in layout.variable_plan:
        start = at + octets[at]
        if not octets[at] or start >= len(octets) or _overlaps(taken, start, start + 1):
            return _bad_pointer(layout, octets, at, cic)
        end = start + 1 + octets[start]
        if end > len(octets) or end - start <= minimum:
            return _bad_length(layout, octets, start, code, cic)
        if _overlaps(taken, start, end):
            return _bad_pointer(layout, octets, at, cic)
        taken.append((start, end))
        found.append((code, octets[start + 1 : end]))
        at += 1
    if layout.optional is not None and octets[at]:
        start = at + octets[at]
        if start >= len(octets) or _overlaps(taken, start, start + 1):
            return _bad_pointer(layout, octets, at, cic)
        end = _options(octets, start, found)
        if end < 0:
            return _bad_options(layout, octets, found, cic)
        if _overlaps(taken, start, end):
            return _bad_pointer(layout, octets, at, cic)
    return Message(cic, layout.code, found)


def _overlaps(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    return any(start < other_end and other < end for other, other_end in taken)


def _bad_pointer(layout: Layout, octets: bytes, at: int, cic: int) -> DecodeError:
    pointer = octets[at]
    if not pointer:
        what = "is zero, but the parameter is mandatory"
    elif at + pointer >= len(octets):
        what = f"points beyond the {len(octets)} octets of the message"
    else:
        what = "points into the mandatory part or into another parameter"
    return DecodeError("Q.763 2.3", f"{layout.name}: pointer {pointer} at octet {at} {what}", cic, layout.code)


def _bad_length(layout: Layout, octets: bytes, at: int, code: int, cic: int) -> DecodeError:
    left = len(octets) - at - 1
    what = "is longer than the message" if octets[at] > left else "is too short"
    reason = f"{layout.name}: parameter 0x{code:02x} of {octets[at]} octets {what}"
    return DecodeError("Q.763 2.2", reason, cic, layout.code)


def _bad_options(layout: Layout, octets: bytes, found: list[tuple[int, bytes]], cic: int) -> DecodeError:
    after = f"0x{found[-1][0]:02x}" if found else "the pointers"
    reason = f"{layout.name}: the optional part breaks off after {after}; {len(octets)} octets came"
    return DecodeError("Q.763 1.7", reason, cic, layout.code)


def _unknown(octets: bytes, cic: int, kind: int) -> Message:
    """A type without a layout. New messages have an optional part alone (Q.764 2.9.5.2), others are kept whole."""
    found: list[tuple[int, bytes]] = []
    if kind in OPAQUE or (len(octets) > 3 and octets[3] and _options(octets, 3 + octets[3], found) < 0):
        found = []
    return Message(cic, kind, found, octets[3:])


def encode(message: Message) -> bytes:
    """Write one message. Raises AssertionError for what no message can be: our own mistake, never a peer's.

    A mandatory parameter that is missing, contents beyond 255 octets, or a pointer that would have to be larger. Any
    length of the whole is written; `segments` cuts what one signalling unit does not carry.
    """
    kind = message.type
    layout = LAYOUTS.get(kind)
    if layout is None:
        return bytes((message.cic & 0xFF, message.cic >> 8, kind)) + _write_unknown(message)
    given = message.parameters
    count = layout.mandatory_count
    codes = layout.mandatory_codes
    for index in range(count):
        if index >= len(given) or given[index][0] != codes[index]:
            given = _in_order(layout, given)
            break
    parts = [bytes((message.cic & 0xFF, message.cic >> 8, kind))]
    fixed_count = layout.fixed_count
    for code, octets in given[:fixed_count]:
        assert len(octets) == layout.fixed_sizes[code], f"{layout.name}: 0x{code:02x} of {len(octets)} octets"
        parts.append(octets)
    if not layout.pointers_count:
        assert len(given) == count, f"{layout.name} has no optional part"
        return b"".join(parts)
    distance = layout.pointers_count
    pointers: list[int] = []
    bodies: list[bytes] = []
    for _, octets in given[fixed_count:count]:
        pointers.append(distance)
        bodies += (bytes((len(octets),)), octets)
        distance += len(octets)
    if layout.optional is not None:
        pointers.append(distance if len(given) > count else 0)
    assert pointers[-1] < 256, f"{layout.name}: no pointer reaches over {distance} octets"
    parts.append(bytes(pointers))
    parts += bodies
    if len(given) > count:
        assert layout.optional is not None, f"{layout.name} has no optional part"
        for code, octets in given[count:]:
            parts += (bytes((code, len(octets))), octets)
        parts.append(_END)
    return b"".join(parts)


def _in_order(layout: Layout, given: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """Mandatory parameters first, in the layout's order; the others as they stand."""
    rest = list(given)
    first = []
    for code in layout.mandatory_codes:
        index = next((at for at, (found, _) in enumerate(rest) if found == code), -1)
        assert index >= 0, f"{layout.name} needs parameter 0x{code:02x}"
        first.append(rest.pop(index))
    return first + rest


def _write_unknown(message: Message) -> bytes:
    """A message of a type without a layout: as it came, or made of an optional part alone."""
    if message.rest or not message.parameters:
        return message.rest
    parts = [bytes((code, len(octets))) + octets for code, octets in message.parameters]
    return b"\1" + b"".join(parts) + _END
