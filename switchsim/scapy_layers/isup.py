"""ISDN user part: the circuit and message type, and one class a message, made of the codec's layouts.

    ISUP(cic=5)/IAM(called_party_number="10000", calling_party_number=Number("13800138000", screening=3))

A parameter takes its value, a short form of it (digits of a number, the first field of a value, a dict of its fields),
or octets, which are sent as they are. Every pointer and length can be set to anything.
"""

from __future__ import annotations

from typing import Any

from scapy.base_classes import Packet_metaclass
from scapy.packet import Packet, Raw

from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.codec import DecodeError, decode, encode
from switchsim.proto.isup.messages import LAYOUTS, Layout, MessageType
from switchsim.proto.isup.parameters import PARAMETERS, Parameter
from switchsim.proto.isup.values import BackwardCall, Bits, Event, ForwardCall, GroupKind, NatureOfConnection
from switchsim.proto.isup.values_more import Cause, CircuitState, RangeStatus, UserToUser
from switchsim.proto.isup.values_numbers import Number, Numbers
from switchsim.proto.mtp3.label import ServiceIndicator
from switchsim.scapy_layers.base import TablePacket, ValueField
from switchsim.scapy_layers.mtp3 import SERVICES

DEFAULTS: dict[Parameter[Any], Any] = {
    p.NATURE_OF_CONNECTION: NatureOfConnection(),
    p.FORWARD_CALL: ForwardCall(),
    p.CALLING_CATEGORY: 10,
    p.TRANSMISSION_MEDIUM: 0,
    p.CALLED_PARTY_NUMBER: Number(""),
    p.SUBSEQUENT_NUMBER: "",
    p.INFORMATION_REQUEST: b"\0\0",
    p.INFORMATION: b"\0\0",
    p.CONTINUITY: b"\1",
    p.BACKWARD_CALL: BackwardCall(),
    p.CAUSE: Cause(16),
    p.GROUP_KIND: GroupKind(),
    p.RANGE_AND_STATUS: RangeStatus(1),
    p.USER_TO_USER: UserToUser(0),
    p.SUSPEND_RESUME: b"\0",
    p.EVENT: Event(1),
    p.CIRCUIT_STATE: (CircuitState(), CircuitState()),
    p.FACILITY: 2,
    p.CHARGE_INFORMATION: 1,
}
"""What mandatory parameters hold when nothing is said."""

_FIRST = {p.CAUSE: Cause, p.RANGE_AND_STATUS: RangeStatus}


def value_octets(parameter: Parameter[Any], value: Any) -> bytes:
    """The contents of a parameter from a value, a short form or octets."""
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    codec = parameter.codec
    if isinstance(codec, Numbers):
        kind: Any = Number
    else:
        kind = codec.kind if isinstance(codec, Bits) else _FIRST.get(parameter)
    if kind is not None and isinstance(value, dict):
        value = kind(**value)
    elif kind is not None and isinstance(value, int | str):
        value = kind(value)
    return parameter.write(value)


def octets_value(parameter: Parameter[Any] | None, octets: bytes) -> Any:
    """The value, if it is written again as these very octets; else the octets."""
    value = parameter.read(octets) if parameter else None
    if parameter is None or value is None:
        return octets
    return value if parameter.codec.write(value) == octets else octets


class ISUP(TablePacket):
    """Circuit identification code and message type; `type` None is that of the payload."""

    name = "ISUP"
    service = int(ServiceIndicator.ISUP)
    service_circuit = True
    fields_desc = [ValueField("raw"), ValueField("cic", 1), ValueField("spare", 0), ValueField("type")]

    def octets(self) -> bytes:
        kind = getattr(self.payload, "message_type", 0) if self.type is None else self.type
        circuit: int = self.cic | self.spare << 12
        return circuit.to_bytes(2, "little") + bytes((kind,))

    def read(self, octets: bytes) -> bytes | None:
        if len(octets) < 3:
            return None
        self.fields.update(cic=octets[0] | (octets[1] & 15) << 8, spare=octets[1] >> 4, type=octets[2])
        return octets[3:]

    def do_dissect_payload(self, s: bytes) -> None:
        """A message without contents is a layer too."""
        if s or self.type not in MESSAGES:
            super().do_dissect_payload(s)
        elif LAYOUTS[self.type].head == 3:
            self.add_payload(MESSAGES[self.type]())

    def guess_payload_class(self, payload: bytes) -> type[Packet]:
        kind = MESSAGES.get(self.type)
        return kind if kind and readable(self.type, payload) is not None else Raw

    def mysummary(self) -> str:
        name = MESSAGES[self.type].__name__ if self.type in MESSAGES else f"type {self.type}"
        return f"ISUP {name} CIC {self.cic}"


def readable(kind: int, contents: bytes) -> list[tuple[int, bytes]] | None:
    """The parameters of a message's contents, if the codec reads them and writes them again as they are."""
    octets = bytes((0, 0, kind)) + contents
    message = decode(octets)
    if isinstance(message, DecodeError) or encode(message) != octets:
        return None
    return message.parameters


class IsupMessage(TablePacket):
    """One message behind its type.

    Fields: a mandatory parameter by name, a variable one also with `..._length` and `..._pointer` (None: right ones);
    an optional one by name (None: absent); `parameters`, further (code, octets) of the optional part, known or not;
    `order`, codes in which the optional part is sent first; `optional_pointer`; `end`, the octets that end it.
    """

    layout: Layout

    @property
    def message_type(self) -> int:
        return self.layout.code

    def contents(self, parameter: Parameter[Any]) -> bytes:
        return value_octets(parameter, self.getfieldval(parameter.name))

    def octets(self) -> bytes:
        layout = self.layout
        fixed = b"".join(self.contents(row) for row in layout.fixed)
        distance, pointers, bodies = layout.pointers_count, bytearray(), []
        for row in layout.variable:
            contents = self.contents(row)
            pointer, length = self.getfieldval(f"{row.name}_pointer"), self.getfieldval(f"{row.name}_length")
            pointers.append((distance if pointer is None else pointer) & 0xFF)
            bodies.append(bytes(((len(contents) if length is None else length) & 0xFF,)) + contents)
            distance += len(contents)
        if layout.optional is not None:
            optional = self.optional_octets()
            pointer = self.optional_pointer
            pointers.append((distance if optional else 0) & 0xFF if pointer is None else pointer)
            bodies.append(optional)
        return fixed + bytes(pointers) + b"".join(bodies)

    def optional_octets(self) -> bytes:
        """The optional part with its end, or nothing."""
        waiting = [(row.code, self.contents(row)) for row in self.layout.optional or ()
                   if self.getfieldval(row.name) is not None]  # fmt: skip
        waiting += [(code, bytes(octets)) for code, octets in self.parameters or ()]
        first = []
        for code in self.order or ():
            index = next((at for at, (found, _) in enumerate(waiting) if found == code), -1)
            if index >= 0:
                first.append(waiting.pop(index))
        parts = [bytes((code, len(octets) & 0xFF)) + octets for code, octets in first + waiting]
        end = self.end
        return b"".join(parts) + (b"\0" if end is None and parts else end or b"")

    def read(self, octets: bytes) -> bytes | None:
        found = readable(self.layout.code, octets)
        if found is None:
            return None
        layout, mandatory = self.layout, self.layout.mandatory_count
        for row, (_, contents) in zip(layout.fixed + layout.variable, found, strict=False):
            self.fields[row.name] = octets_value(row, contents)
        further: list[tuple[int, bytes]] = []
        for code, contents in found[mandatory:]:
            named = PARAMETERS[code] if code in layout.optional_codes else None
            if named is None or named.name in self.fields:
                further.append((code, contents))
            else:
                self.fields[named.name] = octets_value(named, contents)
        if found[mandatory:]:
            self.fields.update(order=[code for code, _ in found[mandatory:]], parameters=further)
        return b""


def _message_class(layout: Layout) -> type[IsupMessage]:
    fields = [ValueField("raw"), *(ValueField(row.name, DEFAULTS[row]) for row in layout.fixed)]
    for row in layout.variable:
        names = (f"{row.name}_pointer", f"{row.name}_length")
        fields += [ValueField(row.name, DEFAULTS[row]), *(ValueField(name) for name in names)]
    if layout.optional is not None:
        fields += [ValueField(row.name) for row in layout.optional]
        fields += [ValueField(name) for name in ("parameters", "order", "optional_pointer", "end")]
    members = {"name": layout.name, "fields_desc": fields, "layout": layout, "__module__": __name__}
    made: Any = Packet_metaclass(layout.name, (IsupMessage,), members)
    return made  # type: ignore[no-any-return]


MESSAGES: dict[int, type[IsupMessage]] = {code: _message_class(layout) for code, layout in LAYOUTS.items()}
"""A class a message, by its type; also an attribute of this package by its name: IAM, REL, ..."""

BY_NAME = {MessageType(code).name: kind for code, kind in MESSAGES.items()}


def _guess_isup(packet: Packet, payload: bytes) -> type[Packet]:
    return ISUP if len(payload) >= 3 else Raw


SERVICES[ServiceIndicator.ISUP] = _guess_isup
