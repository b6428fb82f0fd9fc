"""Values of the parameters that supplementary services and national networks use."""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.proto.isup.values import Bits


class ConnectionRequest(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.17. `rest` holds protocol class and credit where they are sent."""

    reference: int = 0  # 24 bits, most significant octet first
    point_code: int = 0  # 14 bits, least significant octet first
    rest: bytes = b""


class ConnectionRequests:
    def read(self, octets: bytes) -> ConnectionRequest | None:
        if len(octets) < 5:
            return None
        point_code = int.from_bytes(octets[3:5], "little") & 0x3FFF
        return ConnectionRequest(int.from_bytes(octets[:3], "big"), point_code, octets[5:])

    def write(self, value: ConnectionRequest) -> bytes:
        return value.reference.to_bytes(3, "big") + value.point_code.to_bytes(2, "little") + value.rest


class ClosedUserGroup(msgspec.Struct, frozen=True, gc=False):
    """Closed user group interlock code (Q.763 3.15): network identity as four digits, and a binary code."""

    network: int = 0  # 16 bits: four digits of four bits
    code: int = 0


class ClosedUserGroups:
    def read(self, octets: bytes) -> ClosedUserGroup | None:
        if len(octets) < 4:
            return None
        return ClosedUserGroup(int.from_bytes(octets[:2], "big"), int.from_bytes(octets[2:4], "big"))

    def write(self, value: ClosedUserGroup) -> bytes:
        return value.network.to_bytes(2, "big") + value.code.to_bytes(2, "big")


class Precedence(msgspec.Struct, frozen=True, gc=False):
    """MLPP precedence (Q.763 3.34)."""

    level: int = 4  # 0 flash override .. 4 routine
    look_ahead: int = 0  # 0 allowed, 1 path reserved, 2 not allowed
    network: int = 0  # 16 bits
    domain: int = 0  # 24 bits


class Precedences:
    def read(self, octets: bytes) -> Precedence | None:
        if len(octets) < 6:
            return None
        network, domain = int.from_bytes(octets[1:3], "big"), int.from_bytes(octets[3:6], "big")
        return Precedence(octets[0] & 15, octets[0] >> 5 & 3, network, domain)

    def write(self, value: Precedence) -> bytes:
        head = bytes((value.level | value.look_ahead << 5,))
        return head + value.network.to_bytes(2, "big") + value.domain.to_bytes(3, "big")


class ApplicationTransport(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.82. `reference` (segmentation local reference) is -1 where it is absent."""

    context: int = 0  # 0..127; two octets of seven bits above that
    release: int = 0
    notify: int = 0
    segments: int = 0  # 0 last, else so many follow
    first: int = 1  # 1: a new sequence begins
    reference: int = -1
    data: bytes = b""


class ApplicationTransports:
    def read(self, octets: bytes) -> ApplicationTransport | None:
        at = 1 if octets[:1] >= b"\x80" else 2
        if len(octets) < at + 2:
            return None
        context = octets[0] & 0x7F if at == 1 else octets[0] << 7 | octets[1] & 0x7F
        instruction, sequence, end, reference = octets[at], octets[at + 1], at + 2, -1
        if not sequence & 0x80:
            if len(octets) <= end:
                return None
            reference, end = octets[end] & 0x7F, end + 1
        bits = instruction & 1, instruction >> 1 & 1, sequence & 0x3F, sequence >> 6 & 1
        return ApplicationTransport(context, *bits, reference, octets[end:])

    def write(self, value: ApplicationTransport) -> bytes:
        low = value.context & 0x7F | 0x80
        octets = bytearray((low,) if value.context < 128 else (value.context >> 7, low))
        octets.append(0x80 | value.release | value.notify << 1)
        sequence = value.segments | value.first << 6
        octets += bytes((sequence | 0x80,) if value.reference < 0 else (sequence, value.reference | 0x80))
        return bytes(octets) + value.data


class Piece(msgspec.Struct, frozen=True, gc=False):
    """One piece of pivot routing or redirect information: a tag and its octets."""

    tag: int
    octets: bytes = b""


class Pieces:
    """Tag, length and octets, over and over (Q.763 3.94, 3.95, 3.99, 3.100)."""

    def read(self, octets: bytes) -> tuple[Piece, ...] | None:
        found, at = [], 0
        while at + 1 < len(octets):
            end = at + 2 + octets[at + 1]
            found.append(Piece(octets[at], octets[at + 2 : end]))
            at = end
        return tuple(found) if found and at == len(octets) else None

    def write(self, value: tuple[Piece, ...]) -> bytes:
        return b"".join(bytes((piece.tag, len(piece.octets))) + piece.octets for piece in value)


class UserToUserIndicators(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.60. Services 1..3: request 2 not essential, 3 essential; response 1 not provided, 2 provided."""

    response: int = 0  # 0 request, 1 response
    service1: int = 0
    service2: int = 0
    service3: int = 0
    discarded: int = 0  # of a response: the network discarded the information


class CallDiversion(msgspec.Struct, frozen=True, gc=False):
    """Call diversion information (Q.763 3.6)."""

    notification: int = 0  # 0 unknown, 1 not allowed, 2 allowed with number, 4 allowed without
    reason: int = 0


class EchoControl(msgspec.Struct, frozen=True, gc=False):
    """Echo control information (Q.763 3.19)."""

    outgoing: int = 0  # 0 no information, 1 not included and not available, 2 included, 3 available
    incoming: int = 0
    outgoing_request: int = 0  # 0 no information, 1 activate, 2 deactivate
    incoming_request: int = 0


class Identification(msgspec.Struct, frozen=True, gc=False):
    """MCID request and response indicators (Q.763 3.31, 3.32)."""

    identity: int = 0  # 1: requested, or included
    holding: int = 0  # 1: requested, or provided


class LoopPrevention(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.67."""

    response: int = 0
    result: int = 0  # of a response: 0 insufficient information, 1 no loop, 2 simultaneous transfer


class ThroughConnection(msgspec.Struct, frozen=True, gc=False):
    """UID action and capability indicators (Q.763 3.78, 3.79)."""

    through_connection: int = 0
    stop_t9: int = 0


class PivotCapability(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.84."""

    possible: int = 0  # 0 no indication, 1 before ACM, 2 before ANM, 3 at any time
    no_interworking: int = 0


class CircuitMap(msgspec.Struct, frozen=True, gc=False):
    """Circuit assignment map (Q.763 3.69): bit n-1 of `circuits` is timeslot n, 1..31."""

    kind: int = 2  # 1: 1544 kbit/s, 2: 2048 kbit/s path
    circuits: int = 0


class CircuitMaps:
    """Three octets of map for a path of 24 timeslots, four for one of 31."""

    def read(self, octets: bytes) -> CircuitMap | None:
        if len(octets) < 4:
            return None
        return CircuitMap(octets[0] & 0x3F, int.from_bytes(octets[1:5], "little") & 0x7FFF_FFFF)

    def write(self, value: CircuitMap) -> bytes:
        size = 3 if value.kind == 1 and not value.circuits >> 24 else 4
        return bytes((value.kind,)) + value.circuits.to_bytes(size, "little")


class Teleservice(msgspec.Struct, frozen=True, gc=False):
    """User teleservice information (Q.763 3.59): a Q.931 high layer compatibility from octet 3 on."""

    presentation: int = 1
    interpretation: int = 4
    coding: int = 0
    extended: int = 1  # 0: an extended identification follows in `rest`
    characteristics: int = 1
    rest: bytes = b""


class GeodeticLocation(msgspec.Struct, frozen=True, gc=False):
    """Calling geodetic location (Q.763 3.88); `rest` describes the shape."""

    screening: int = 3
    presentation: int = 0
    shape: int = 0
    rest: bytes = b""


class GenericDigits(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.24 (national use); digits stay as the octets that `encoding` says: 0, 1 BCD, 2 IA5, 3 binary."""

    kind: int = 0
    encoding: int = 0
    rest: bytes = b""


class RemoteOperations(msgspec.Struct, frozen=True, gc=False):
    """Q.763 3.48: components of Q.773 in `rest`."""

    profile: int = 17
    rest: bytes = b""


USER_TO_USER_INDICATOR_BITS: Final = Bits(
    UserToUserIndicators,
    1,
    (("response", 0, 1), ("service1", 1, 2), ("service2", 3, 2), ("service3", 5, 2), ("discarded", 7, 1)),
)
CALL_DIVERSION_BITS: Final = Bits(CallDiversion, 1, (("notification", 0, 3), ("reason", 3, 4)))
ECHO_CONTROL_BITS: Final = Bits(
    EchoControl,
    1,
    (("outgoing", 0, 2), ("incoming", 2, 2), ("outgoing_request", 4, 2), ("incoming_request", 6, 2)),
)
IDENTIFICATION_BITS: Final = Bits(Identification, 1, (("identity", 0, 1), ("holding", 1, 1)))
LOOP_PREVENTION_BITS: Final = Bits(LoopPrevention, 1, (("response", 0, 1), ("result", 1, 2)))
THROUGH_CONNECTION_BITS: Final = Bits(
    ThroughConnection, 1, (("through_connection", 0, 1), ("stop_t9", 1, 1)), ones=0x80
)
PIVOT_CAPABILITY_BITS: Final = Bits(PivotCapability, 1, (("possible", 0, 3), ("no_interworking", 6, 1)), ones=0x80)
TELESERVICE_BITS: Final = Bits(
    Teleservice,
    2,
    (
        ("presentation", 0, 2),
        ("interpretation", 2, 3),
        ("coding", 5, 2),
        ("extended", 15, 1),
        ("characteristics", 8, 7),
    ),
    rest=True,
    ones=0x80,
)
GEODETIC_BITS: Final = Bits(
    GeodeticLocation, 2, (("screening", 0, 2), ("presentation", 2, 2), ("shape", 8, 7)), rest=True, ones=0x8000
)
GENERIC_DIGITS_BITS: Final = Bits(GenericDigits, 1, (("kind", 0, 5), ("encoding", 5, 3)), rest=True)
REMOTE_OPERATIONS_BITS: Final = Bits(RemoteOperations, 1, (("profile", 0, 5),), rest=True, ones=0x80)
