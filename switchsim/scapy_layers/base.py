"""What the layers have in common: packets whose octets a codec's tables make and read, not field by field."""

from __future__ import annotations

from typing import Any

from scapy.fields import Field
from scapy.packet import Packet


class ValueField(Field[Any, Any]):
    """A field that holds any value, None where it is absent or left to be computed; lists and tuples are one value."""

    islist = 1
    ismutable = True

    def __init__(self, name: str, default: Any = None) -> None:
        super().__init__(name, default, "B")

    def i2repr(self, pkt: Packet | None, x: Any) -> str:
        return repr(x)


class TablePacket(Packet):
    """A packet of one table's row.

    `raw` takes the place of all its own octets when it is set: b"" or anything else, sound or not. Octets that cannot
    be read as the row says, or would not be written again as they came, are kept there.
    """

    fields_desc = [ValueField("raw")]

    def octets(self) -> bytes:
        """What the fields say, as octets; raises what the codec raises for a value that has no place."""
        raise NotImplementedError

    def read(self, octets: bytes) -> bytes | None:
        """Set the fields from `octets`; what is left for the payload, or None when they cannot be read."""
        raise NotImplementedError

    def self_build(self) -> bytes:
        raw = self.getfieldval("raw")
        return self.octets() if raw is None else bytes(raw)

    def do_dissect(self, s: bytes) -> bytes:
        left = self.read(s)
        if left is None:
            self.fields["raw"], left = s, b""
        self.explicit = 1
        return left
