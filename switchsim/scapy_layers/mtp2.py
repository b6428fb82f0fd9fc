"""Signal units of MTP level 2, without flags and check octets (Q.703 clause 2)."""

from __future__ import annotations

from scapy.fields import BitEnumField, BitField
from scapy.packet import NoPayload, Packet, Raw

from switchsim.scapy_layers.mtp3 import MTP3, MTP3China

STATUS = {0: "SIO", 1: "SIN", 2: "SIE", 3: "SIOS", 4: "SIPO", 5: "SIB"}
"""Status indications of a LSSU (Q.703 11.1.3)."""
LI_MAX = 63


class LSSU(Packet):
    """Status field of a link status signal unit; a second octet, where there is one, is a Raw behind it."""

    name = "LSSU"
    fields_desc = [BitField("spare", 0, 5), BitEnumField("status", 0, 3, STATUS)]


class MTP2(Packet):
    """A signal unit: FISU without payload, LSSU, or MSU.

    `li` None is the count of octets behind it, 63 at most; any other value is sent as it is, right or wrong.
    """

    name = "MTP2"
    fields_desc = [
        BitField("bib", 1, 1),
        BitField("bsn", 127, 7),
        BitField("fib", 1, 1),
        BitField("fsn", 127, 7),
        BitField("spare", 0, 2),
        BitField("li", None, 6),
    ]
    message_class: type[Packet] = MTP3

    def do_dissect(self, s: bytes) -> bytes:
        """Fewer than three octets are no unit: they are all payload, and nothing stands before them."""
        if len(s) >= 3:
            return super().do_dissect(s)
        self.raw_packet_cache, self.raw_packet_cache_fields, self.explicit = b"", {}, 1
        return s

    def post_build(self, pkt: bytes, pay: bytes) -> bytes:
        if self.getfieldval("li") is None and pkt:
            pkt = pkt[:2] + bytes((pkt[2] & 0xC0 | min(len(pay), LI_MAX),))
        return pkt + pay

    def guess_payload_class(self, payload: bytes) -> type[Packet]:
        li = self.getfieldval("li") or 0
        if len(payload) < 3:
            return LSSU if li in (1, 2) else Raw
        return self.message_class if li > 2 else Raw

    def kind(self) -> str:
        """FISU, LSSU or MSU, as a receiver takes it: by its length indicator (Q.703 2.3.3), else by its payload."""
        li = self.getfieldval("li")
        if li is None:
            li = 0 if isinstance(self.payload, NoPayload) else len(bytes(self.payload))
        return "FISU" if li == 0 else "LSSU" if li < 3 else "MSU"

    def mysummary(self) -> str:
        return self.sprintf(f"MTP2 {self.kind()} BSN %MTP2.bsn% FSN %MTP2.fsn%")


class MTP2China(MTP2):
    """The same with 24-bit point codes in its messages; octets do not say which label they hold."""

    name = "MTP2 (24-bit)"
    match_subclass = True
    message_class = MTP3China
