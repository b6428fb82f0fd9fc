"""Values of parameters that are rows of bits, and the codecs that read and write them from one table of fields.

Positions count from bit A (0) of the first octet on: bit H is 7, bit I of the second octet 8, bit P 15. Readers get the
contents of a parameter and return None for what cannot be one; they never raise. Octets beyond the fields of a row are
what a later issue of the standard may add: they are kept only where a value has a field `rest`.
"""

from __future__ import annotations

from typing import Final, Generic, Literal, Protocol, TypeVar

import msgspec

T = TypeVar("T")

Fields = tuple[tuple[str, int, int], ...]
"""(name, position of its lowest bit, width in bits), in the order of the value's own fields."""


class Codec(Protocol[T]):
    """How one sort of contents is read and written."""

    def read(self, octets: bytes) -> T | None: ...

    def write(self, value: T) -> bytes: ...


class Bits(Generic[T]):
    """A value whose fields are groups of bits; `size` octets, and what follows goes to `rest` where there is one.

    `ones` are bits that are always sent as 1: extension bits.
    """

    def __init__(self, kind: type[T], size: int, fields: Fields, rest: bool = False, ones: int = 0) -> None:
        self.kind, self.size, self.fields, self.rest, self.ones = kind, size, fields, rest, ones
        self._plan = tuple((position, (1 << width) - 1) for _, position, width in fields)

    def read(self, octets: bytes) -> T | None:
        if len(octets) < self.size:
            return None
        bits = int.from_bytes(octets[: self.size], "little")
        found: list[int | bytes] = [bits >> position & mask for position, mask in self._plan]
        if self.rest:
            found.append(octets[self.size :])
        return self.kind(*found)

    def write(self, value: T) -> bytes:
        bits = self.ones
        for name, position, width in self.fields:
            field = getattr(value, name)
            assert 0 <= field < 1 << width, f"{name} is {field}, beyond {width} bits"
            bits |= field << position
        octets = bits.to_bytes(self.size, "little")
        return octets + getattr(value, "rest", b"") if self.rest else octets


class Whole:
    """A number of `size` octets, most significant first unless `little`; octets behind it are not looked at."""

    def __init__(self, size: int = 1, little: bool = False) -> None:
        self.size = size
        self.order: Literal["big", "little"] = "little" if little else "big"

    def read(self, octets: bytes) -> int | None:
        return int.from_bytes(octets[: self.size], self.order) if len(octets) >= self.size else None

    def write(self, value: int) -> bytes:
        return value.to_bytes(self.size, self.order)


class Few:
    """A number in the low `width` bits of one octet; `ones` as in Bits."""

    def __init__(self, width: int, ones: int = 0) -> None:
        self.width, self.ones = width, ones

    def read(self, octets: bytes) -> int | None:
        return octets[0] & (1 << self.width) - 1 if octets else None

    def write(self, value: int) -> bytes:
        assert 0 <= value < 1 << self.width, f"{value} is beyond {self.width} bits"
        return bytes((value | self.ones,))


class Octets:
    """Contents that are carried and not looked into."""

    def read(self, octets: bytes) -> bytes | None:
        return octets

    def write(self, value: bytes) -> bytes:
        return value


class NatureOfConnection(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.35. `satellite` 0..2 circuits; `continuity` 0 no check, 1 on this circuit, 2 on a previous one."""

    satellite: int = 0
    continuity: int = 0
    echo_device: int = 0  # 1: an outgoing half echo control device is included


class ForwardCall(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.23; defaults: a national call, ISUP all the way and preferred, from an ISDN access."""

    international: int = 0
    end_to_end_method: int = 0  # 0 none, 1 pass-along, 2 SCCP, 3 both
    interworking: int = 0
    end_to_end_information: int = 0
    isup_all_the_way: int = 1
    isup_preference: int = 0  # 0 preferred, 1 not required, 2 required
    isdn_access: int = 1
    sccp_method: int = 0
    ported_number_translated: int = 0  # bit M
    query_on_release: int = 0  # bit N


class OptionalForwardCall(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.38."""

    closed_user_group: int = 0  # 0 no CUG call, 2 outgoing access allowed, 3 not allowed
    segmentation: int = 0  # 1: a segmentation message follows
    connected_line_request: int = 0


class BackwardCall(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.5; defaults: charge, no statement on the called party, ISUP all the way to an ISDN access."""

    charge: int = 2  # 0 none said, 1 no charge, 2 charge
    called_status: int = 0  # 0 none said, 1 subscriber free, 2 connect when free
    called_category: int = 1  # 0 none said, 1 ordinary, 2 payphone
    end_to_end_method: int = 0
    interworking: int = 0
    end_to_end_information: int = 0
    isup_all_the_way: int = 1
    holding: int = 0
    isdn_access: int = 1
    echo_device: int = 0
    sccp_method: int = 0


class OptionalBackwardCall(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.37."""

    in_band: int = 0  # 1: in-band information or a pattern is now available
    diversion_may_occur: int = 0
    segmentation: int = 0
    mlpp_user: int = 0


class Event(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.21. 1 alerting, 2 progress, 3 in-band information, 4, 5, 6 forwarded on busy, no reply, at once."""

    event: int
    restricted: int = 0  # 1: presentation restricted


class GroupKind(msgspec.Struct, frozen=True, gc=False):
    """Circuit group supervision message type indicator (Q.763 3.13)."""

    kind: int = 0  # 0 maintenance oriented, 1 hardware failure oriented


class Continuity(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.18."""

    successful: int = 1


class SuspendResume(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.52."""

    by_network: int = 0  # 0 ISDN subscriber, 1 network


class InformationRequest(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.29 (national use)."""

    calling_address: int = 0
    holding: int = 0
    calling_category: int = 0
    charge_information: int = 0
    malicious_call: int = 0


class Information(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.28 (national use)."""

    calling_address: int = 0  # 0 not included, 1 not available, 3 included
    hold_provided: int = 0
    calling_category: int = 0
    charge_information: int = 0
    solicited: int = 0  # 0 solicited, 1 unsolicited


class CallReference(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.8 (national use)."""

    identity: int = 0  # 24 bits, most significant octet first
    point_code: int = 0  # 14 bits, least significant octet first


class CallReferences:
    """Identity and point code lie in opposite orders of octets."""

    def read(self, octets: bytes) -> CallReference | None:
        if len(octets) < 5:
            return None
        return CallReference(int.from_bytes(octets[:3], "big"), int.from_bytes(octets[3:5], "little") & 0x3FFF)

    def write(self, value: CallReference) -> bytes:
        return value.identity.to_bytes(3, "big") + value.point_code.to_bytes(2, "little")


class RedirectionInformation(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.45; `counter` and `reason` are zero where the second octet is absent."""

    indicator: int = 0
    original_reason: int = 0  # 0 unknown, 1 busy, 2 no reply, 3 unconditional
    counter: int = 1  # 1..5
    reason: int = 0


NATURE_OF_CONNECTION_BITS: Final = Bits(
    NatureOfConnection, 1, (("satellite", 0, 2), ("continuity", 2, 2), ("echo_device", 4, 1))
)
FORWARD_CALL_BITS: Final = Bits(
    ForwardCall,
    2,
    (
        ("international", 0, 1),
        ("end_to_end_method", 1, 2),
        ("interworking", 3, 1),
        ("end_to_end_information", 4, 1),
        ("isup_all_the_way", 5, 1),
        ("isup_preference", 6, 2),
        ("isdn_access", 8, 1),
        ("sccp_method", 9, 2),
        ("ported_number_translated", 12, 1),
        ("query_on_release", 13, 1),
    ),
)
OPTIONAL_FORWARD_CALL_BITS: Final = Bits(
    OptionalForwardCall, 1, (("closed_user_group", 0, 2), ("segmentation", 2, 1), ("connected_line_request", 7, 1))
)
BACKWARD_CALL_BITS: Final = Bits(
    BackwardCall,
    2,
    (
        ("charge", 0, 2),
        ("called_status", 2, 2),
        ("called_category", 4, 2),
        ("end_to_end_method", 6, 2),
        ("interworking", 8, 1),
        ("end_to_end_information", 9, 1),
        ("isup_all_the_way", 10, 1),
        ("holding", 11, 1),
        ("isdn_access", 12, 1),
        ("echo_device", 13, 1),
        ("sccp_method", 14, 2),
    ),
)
OPTIONAL_BACKWARD_CALL_BITS: Final = Bits(
    OptionalBackwardCall,
    1,
    (("in_band", 0, 1), ("diversion_may_occur", 1, 1), ("segmentation", 2, 1), ("mlpp_user", 3, 1)),
)
EVENT_BITS: Final = Bits(Event, 1, (("event", 0, 7), ("restricted", 7, 1)))
GROUP_KIND_BITS: Final = Bits(GroupKind, 1, (("kind", 0, 2),))
CONTINUITY_BITS: Final = Bits(Continuity, 1, (("successful", 0, 1),))
SUSPEND_RESUME_BITS: Final = Bits(SuspendResume, 1, (("by_network", 0, 1),))
INFORMATION_REQUEST_BITS: Final = Bits(
    InformationRequest,
    2,
    (
        ("calling_address", 0, 1),
        ("holding", 1, 1),
        ("calling_category", 3, 1),
        ("charge_information", 4, 1),
        ("malicious_call", 7, 1),
    ),
)
INFORMATION_BITS: Final = Bits(
    Information,
    2,
    (
        ("calling_address", 0, 2),
        ("hold_provided", 2, 1),
        ("calling_category", 5, 1),
        ("charge_information", 6, 1),
        ("solicited", 7, 1),
    ),
)


class Redirections:
    """One octet or two (3.45: the second was added later); written as two."""

    bits: Final = Bits(
        RedirectionInformation,
        2,
        (("indicator", 0, 3), ("original_reason", 4, 4), ("counter", 8, 3), ("reason", 12, 4)),
    )

    def read(self, octets: bytes) -> RedirectionInformation | None:
        return self.bits.read(octets + b"\0") if octets else None

    def write(self, value: RedirectionInformation) -> bytes:
        return self.bits.write(value)
