"""What a signal unit is, read from its octets alone, and how one field of it is set: for faults, captures and edits.

A unit is its octets from the BSN on, without check bits. Every field of a unit is a run of bits of one little-endian
number, so one table says where each stands (Q.703 clause 2.3, Q.704 clauses 2.2 and 15.4, Q.763 clause 1).
"""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.proto import tup
from switchsim.proto.isup.messages import LAYOUTS
from switchsim.proto.isup.messages import MessageType as IsupType
from switchsim.proto.mtp2 import Status
from switchsim.proto.mtp3.codec import ROWS, Body, Kind
from switchsim.proto.mtp3.label import LABEL_OCTETS, POINT_CODE_BITS, Label, ServiceIndicator, Variant
from switchsim.proto.mtp3.label import decode as decode_label
from switchsim.proto.tup.messages import MessageType as TupType

HEAD_OCTETS: Final = 3  # BSN and BIB, FSN and FIB, LI
LONGEST: Final = 276
ISUP, TUP = int(ServiceIndicator.ISUP), int(ServiceIndicator.TUP)
MANAGEMENT: Final = (int(ServiceIndicator.SNM), int(ServiceIndicator.SNT))
STATUSES: Final = {int(status): status.name.lower() for status in Status}
UNIT_NAMES: Final = ("fisu", "lssu", "msu", *STATUSES.values())
"""What a unit may be called; every LSSU is `lssu` as well as its status."""
MESSAGES: Final[dict[str, int]] = {
    **{kind.name: int(kind) for kind in Kind},
    **{kind.name: ISUP << 8 | kind for kind in IsupType},
    **{f"TUP_{kind.name}": TUP << 8 | kind for kind in TupType},
}
"""Service indicator << 8 | heading code or message type, by name; messages of TUP with a prefix."""
_BY_CODE: Final = {code: name for name, code in MESSAGES.items()}

FIELDS: Final = ("bsn", "bib", "fsn", "fib", "li", "si", "ni", "dpc", "opc", "sls", "cic", "type", "changeover_fsn",
                 "pointer", "length")  # fmt: skip
"""Fields that can be set. cic: of ISUP. type: heading code or message type; changeover_fsn: of a COO or COA.

pointer: the first one of an ISUP message, length: of the parameter that it shows."""
_CHANGEOVER: Final = tuple(int(kind) for kind, body in ROWS.items() if body is Body.FSN)


class Unit(msgspec.Struct, frozen=True, gc=False):
    """What faults and edits ask of a unit. name: fisu, msu or the status. code: as in MESSAGES; -1: has none."""

    name: str
    code: int = -1
    cic: int = -1
    dpc: int = -1
    opc: int = -1

    def is_called(self, name: str) -> bool:
        """Whether `name` of UNIT_NAMES fits."""
        return name == self.name or (name == "lssu" and self.name not in ("fisu", "msu"))

    @property
    def title(self) -> str:
        """IAM, COO, TUP_REL, sios, fisu, msu: the closest name."""
        return _BY_CODE.get(self.code, self.name)


def look(octets: bytes, variant: Variant) -> Unit:
    """What a unit is; never raises. Fewer than three octets, or a status that is none, are `fisu` and `lssu`."""
    behind = len(octets) - HEAD_OCTETS
    if behind <= 0:
        return Unit("fisu")
    if behind <= 2:
        return Unit(STATUSES.get(octets[3] & 7, "lssu"))
    label = decode_label(octets[4:], variant)
    if label is None:
        return Unit("msu")
    service, data = octets[3] & 15, octets[4 + LABEL_OCTETS[variant] :]
    code, cic = _message(service, data, label, variant)
    return Unit("msu", code, cic, label.dpc, label.opc)


def _message(service: int, data: bytes, label: Label, variant: Variant) -> tuple[int, int]:
    """(code, circuit) of user data; -1 where there is none."""
    if service in MANAGEMENT and data:
        return service << 8 | data[0], -1
    if service == ISUP and len(data) > 2:
        return service << 8 | data[2], data[0] | (data[1] & 15) << 8
    if service == TUP and len(data) > 1:
        return service << 8 | data[1], tup.decode(label.sls, label.spare, data[:1], variant).cic
    return -1, -1


def bits_of(field: str, octets: bytes, variant: Variant) -> tuple[int, int]:
    """(first bit, number of bits) of a field of this unit; (0, 0) when it has none."""
    if field in _LEVEL2:
        return _LEVEL2[field]
    if len(octets) <= HEAD_OCTETS + 2:
        return 0, 0
    code_bits = POINT_CODE_BITS[variant]
    places = {"si": (24, 4), "ni": (30, 2), "dpc": (32, code_bits), "opc": (32 + code_bits, code_bits),
              "sls": (32 + 2 * code_bits, 4)}  # fmt: skip
    return places[field] if field in places else _in_data(field, octets, variant)


_LEVEL2: Final = {"bsn": (0, 7), "bib": (7, 1), "fsn": (8, 7), "fib": (15, 1), "li": (16, 6)}


def _in_data(field: str, octets: bytes, variant: Variant) -> tuple[int, int]:
    """The same for what follows the label."""
    data, unit = 8 * (4 + LABEL_OCTETS[variant]), look(octets, variant)
    service = unit.code >> 8
    if field == "changeover_fsn":
        return (data + 8, 7) if unit.code in _CHANGEOVER else (0, 0)
    if field == "type":
        offset = {ISUP: 16, TUP: 8}.get(service, 0)
        return (data + offset, 8) if unit.code >= 0 else (0, 0)
    if service != ISUP:
        return 0, 0
    if field == "cic":
        return data, 12
    return _pointer(field, octets, data // 8, unit.code & 0xFF)


def _pointer(field: str, octets: bytes, start: int, message: int) -> tuple[int, int]:
    """The first pointer of an ISUP message's variable part, or the length octet that it shows."""
    layout = LAYOUTS.get(message)
    if layout is None or not layout.variable:
        return 0, 0
    at = start + layout.head - layout.pointers_count
    if field == "length" and at < len(octets):
        at += octets[at]
    return (8 * at, 8) if at < len(octets) else (0, 0)


def put(octets: bytes, field: str, value: int, add: int, variant: Variant) -> bytes | None:
    """The unit with a field set to `value`, or when that is negative to itself + `add`; None: it has no such field.

    Values wrap at the field's width.
    """
    first, count = bits_of(field, octets, variant)
    if not count or first + count > 8 * len(octets):
        return None
    word, mask = int.from_bytes(octets, "little"), (1 << count) - 1
    wanted = value if value >= 0 else (word >> first & mask) + add
    return (word & ~(mask << first) | (wanted & mask) << first).to_bytes(len(octets), "little")


def with_right_length(octets: bytes) -> bytes:
    """The unit with the length indicator of what it holds (Q.703 2.3.3)."""
    return octets[:2] + bytes((octets[2] & 0xC0 | min(len(octets) - HEAD_OCTETS, 63),)) + octets[3:]


__all__ = ["FIELDS", "MESSAGES", "UNIT_NAMES", "Unit", "bits_of", "look", "put", "with_right_length"]
