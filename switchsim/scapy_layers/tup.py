"""Telephone user part: circuit and heading code, and one class a message, made of the rows of `switchsim.proto.tup`.

    MTP3(opc=1, dpc=2)/TUP(cic=37)/TUP_IAM(category=10, digits="10000")

The low four bits of the circuit are the SLS of the label below; with a 24-bit label the next four stand beside it.
"""

from __future__ import annotations

from typing import Any

from scapy.base_classes import Packet_metaclass
from scapy.packet import Packet, Raw

from switchsim.proto.mtp3.label import ServiceIndicator
from switchsim.proto.tup.codec import Message, decode, decode_fields, encode, encode_fields
from switchsim.proto.tup.messages import ROWS, Field, Row, Variant
from switchsim.scapy_layers.base import TablePacket, ValueField
from switchsim.scapy_layers.mtp3 import MTP3, SERVICES

ABSENT: dict[str, Any] = {"digits": "", "status": b"", "counted": b"", "rest": b""}
"""What a field holds when nothing is said, where it is not 0."""


RENAMED = {"original": "original_called"}
"""Fields of the codec whose name a scapy packet needs for itself."""


def variant_of(packet: Packet | None) -> Variant:
    """That of the label below; 14 bits where there is none."""
    while packet is not None and not isinstance(packet, MTP3):
        packet = packet.underlayer
    return Variant.ITU14 if packet is None else Variant(int(packet.variant))


class TUP(TablePacket):
    """Circuit identification code and heading code; `type` None is that of the payload."""

    name = "TUP"
    service = int(ServiceIndicator.TUP)
    service_circuit = True
    fields_desc = [ValueField("raw"), ValueField("cic", 1), ValueField("type")]

    def octets(self) -> bytes:
        kind = getattr(self.payload, "message_type", 0) if self.type is None else self.type
        return encode(Message(self.cic, kind), variant_of(self))[2][:1] + bytes((kind,))

    def read(self, octets: bytes) -> bytes | None:
        label = self.underlayer
        sls, spare = (label.sls, label.spare) if isinstance(label, MTP3) else (0, 0)
        if len(octets) < 2:
            return None
        circuit = decode(sls, spare, octets[:1], variant_of(self))
        self.fields.update(cic=circuit.cic, type=octets[1])
        left = octets[2:]
        return left if self.octets() == octets[:2] else None

    def do_dissect_payload(self, s: bytes) -> None:
        """A message without fields is a layer too."""
        if s or self.type not in MESSAGES:
            super().do_dissect_payload(s)
        elif readable(self.type, b"", variant_of(self)) is not None:
            self.add_payload(MESSAGES[self.type]())

    def guess_payload_class(self, payload: bytes) -> type[Packet]:
        kind = MESSAGES.get(self.type)
        return kind if kind and readable(self.type, payload, variant_of(self)) is not None else Raw

    def mysummary(self) -> str:
        name = ROWS[self.type].type.name if self.type in ROWS else f"type {self.type}"
        return f"TUP {name} CIC {self.cic}"


def readable(heading: int, contents: bytes, variant: Variant) -> dict[str, Any] | None:
    """The values of a message's contents, if the codec reads them and writes them again as they are."""
    message = decode_fields(0, heading, contents, variant)
    if not isinstance(message, Message) or message.rest or encode_fields(message, variant) != contents:
        return None
    return dict(message.values)


class TupMessage(TablePacket):
    """One message behind its heading code; fields as its row names them; those whose flag is not set are skipped."""

    row: Row

    @property
    def message_type(self) -> int:
        return int(self.row.type)

    def octets(self) -> bytes:
        values = {name: self.getfieldval(RENAMED.get(name, name)) for name in names_of(self.row)}
        return encode_fields(Message(0, self.message_type, values), variant_of(self.underlayer))

    def read(self, octets: bytes) -> bytes | None:
        values = readable(self.message_type, octets, variant_of(self.underlayer))
        if values is None:
            return None
        self.fields.update({RENAMED.get(name, name): value for name, value in values.items()})
        return b""


def names_of(row: Row) -> dict[str, Field]:
    """The fields that carry something, by name."""
    return {field.name: field for field in row.fields if field.kind != "spare"}


def _message_class(row: Row) -> type[TupMessage]:
    fields = [ValueField(RENAMED.get(name, name), ABSENT.get(field.kind, 0)) for name, field in names_of(row).items()]
    name = f"TUP_{row.type.name}"
    members = {"name": name, "fields_desc": [ValueField("raw"), *fields], "row": row, "__module__": __name__}
    made: Any = Packet_metaclass(name, (TupMessage,), members)
    return made  # type: ignore[no-any-return]


MESSAGES: dict[int, type[TupMessage]] = {heading: _message_class(row) for heading, row in ROWS.items()}
"""A class a message, by its heading code; also an attribute of this package by its name: TUP_IAM, TUP_CLF, ..."""

BY_NAME = {kind.__name__: kind for kind in MESSAGES.values()}


def _guess_tup(packet: Packet, payload: bytes) -> type[Packet]:
    return TUP if len(payload) >= 2 else Raw


SERVICES[ServiceIndicator.TUP] = _guess_tup
