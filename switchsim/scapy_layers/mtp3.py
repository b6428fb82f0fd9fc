"""MTP level 3: service information octet and routing label, and the messages of signalling network management."""

from __future__ import annotations

from typing import Any

from scapy.base_classes import Packet_metaclass
from scapy.packet import Packet, Raw

from switchsim.proto.mtp3 import codec
from switchsim.proto.mtp3.codec import ROWS, Body, Kind, Message
from switchsim.proto.mtp3.label import LABEL_OCTETS, Label, ServiceIndicator, Variant
from switchsim.proto.mtp3.label import decode as decode_label
from switchsim.proto.mtp3.label import encode as encode_label
from switchsim.scapy_layers.base import TablePacket, ValueField


class MTP3(TablePacket):
    """Service information octet and a routing label of 14-bit point codes (Q.704 2.2, 14.2).

    `si` and `sls` None follow from the payload: an ISUP or TUP circuit's low four bits are the SLS.
    """

    name = "MTP3"
    variant = Variant.ITU14
    fields_desc = [
        ValueField("raw"),
        ValueField("ni", 2),
        ValueField("priority", 0),
        ValueField("si"),
        ValueField("opc", 0),
        ValueField("dpc", 0),
        ValueField("sls"),
        ValueField("spare"),
    ]

    def octets(self) -> bytes:
        si, sls, spare = self.si, self.sls, self.spare
        si = getattr(self.payload, "service", 0) if si is None else si
        circuit = self.payload.getfieldval("cic") if hasattr(self.payload, "service_circuit") else 0
        sls = circuit & 15 if sls is None else sls
        if spare is None:
            spare = circuit >> 4 & 15 if self.spare_holds_circuit() else 0
        head = self.ni << 6 | self.priority << 4 | si
        return bytes((head,)) + encode_label(Label(self.dpc, self.opc, sls, spare), self.variant)

    def spare_holds_circuit(self) -> bool:
        """Whether the nibble beside the SLS carries bits of a circuit: TUP with a 24-bit label."""
        return self.variant is Variant.CHINA24 and getattr(self.payload, "service", 0) == ServiceIndicator.TUP

    def read(self, octets: bytes) -> bytes | None:
        label = decode_label(octets[1:], self.variant)
        if not octets or label is None:
            return None
        head = octets[0]
        self.fields.update(ni=head >> 6, priority=head >> 4 & 3, si=head & 15)
        self.fields.update(opc=label.opc, dpc=label.dpc, sls=label.sls, spare=label.spare)
        return octets[1 + LABEL_OCTETS[self.variant] :]

    def guess_payload_class(self, payload: bytes) -> type[Packet]:
        guess = SERVICES.get(self.si)
        return guess(self, payload) if guess else Raw


class MTP3China(MTP3):
    """The same with 24-bit point codes, as the Chinese national network has them."""

    name = "MTP3 (24-bit)"
    match_subclass = True
    variant = Variant.CHINA24


SERVICES: dict[int, Any] = {}
"""Which class reads the user data of a service indicator: a function of (MTP3 packet, user data)."""

BODY_FIELDS = {
    Body.NONE: (),
    Body.FSN: ("fsn",),
    Body.FSN24: ("fsn",),
    Body.CODE: ("code",),
    Body.POINT: ("point",),
    Body.POINT_STATUS: ("point", "status"),
    Body.POINT_USER: ("point", "user", "cause"),
    Body.PATTERN: ("pattern",),
    Body.LINK: ("link",),
}
_MEMBER = {"fsn": "value", "code": "value", "status": "value", "link": "value"}
_DEFAULT: dict[str, Any] = {"pattern": b"TEST"}


class ManagementPacket(TablePacket):
    """A message of signalling network management or test, heading code included; fields by its row."""

    message_kind: Kind

    @property
    def service(self) -> int:
        return int(self.message_kind) >> 8

    def variant(self) -> Variant:
        return self.underlayer.variant if isinstance(self.underlayer, MTP3) else Variant.ITU14

    def octets(self) -> bytes:
        names = BODY_FIELDS[ROWS[self.message_kind]]
        members = {_MEMBER.get(name, name): self.getfieldval(name) for name in names}
        return codec.encode(Message(self.message_kind, **members), self.variant())

    def read(self, octets: bytes) -> bytes | None:
        message = codec.decode(self.service, octets, self.variant())
        if not isinstance(message, Message) or message.kind is not self.message_kind:
            return None
        if codec.encode(message, self.variant()) != octets:
            return None
        for name in BODY_FIELDS[ROWS[self.message_kind]]:
            self.fields[name] = getattr(message, _MEMBER.get(name, name))
        return b""


def _management_class(kind: Kind) -> type[ManagementPacket]:
    fields = [ValueField("raw"), *(ValueField(name, _DEFAULT.get(name, 0)) for name in BODY_FIELDS[ROWS[kind]])]
    members = {"name": kind.name, "fields_desc": fields, "message_kind": kind, "__module__": __name__}
    made: Any = Packet_metaclass(kind.name, (ManagementPacket,), members)
    return made  # type: ignore[no-any-return]


MANAGEMENT = {kind: _management_class(kind) for kind in Kind}
"""A class a message of Q.704 clause 15 and Q.707, by its kind: MTP3(...)/MANAGEMENT[Kind.COO](fsn=5)."""


def _guess_management(packet: Packet, payload: bytes) -> type[Packet]:
    message = codec.decode(packet.si, payload, packet.variant)
    if isinstance(message, Message) and codec.encode(message, packet.variant) == payload:
        return MANAGEMENT[message.kind]
    return Raw


SERVICES[ServiceIndicator.SNM] = SERVICES[ServiceIndicator.SNT] = _guess_management
