"""Values for every parameter and messages of every type: typical, maximal, and any that hypothesis thinks of."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from switchsim.proto.isup import parameters as p
from switchsim.proto.isup import values as v
from switchsim.proto.isup import values_more as m
from switchsim.proto.isup import values_numbers as n
from switchsim.proto.isup import values_services as s
from switchsim.proto.isup.codec import Message
from switchsim.proto.isup.messages import LAYOUTS, Layout
from switchsim.proto.isup.parameters import Parameter

DIGITS = st.text("0123456789ABCDEF", max_size=32)
OCTET = st.integers(0, 255)


def some(bits: int) -> st.SearchStrategy[int]:
    return st.integers(0, (1 << bits) - 1)


def of_bits(codec: v.Bits[Any]) -> st.SearchStrategy[Any]:
    fields: dict[str, Any] = {name: some(width) for name, _, width in codec.fields}
    if codec.rest:
        fields["rest"] = st.binary(max_size=8)
    return st.builds(codec.kind, **fields)


def of_numbers(codec: n.Numbers) -> st.SearchStrategy[n.Number]:
    fields = {name: some(width) for name, _, width in codec.fields}
    if codec.qualified:
        fields["qualifier"] = OCTET
    return st.builds(n.Number, DIGITS, some(7), **fields)


def ranges() -> st.SearchStrategy[m.RangeStatus]:
    filled = st.integers(0, 255).flatmap(
        lambda last: st.builds(m.RangeStatus, st.just(last), st.binary(min_size=last // 8 + 1, max_size=last // 8 + 1)))
    return st.builds(m.RangeStatus, OCTET) | filled


MORE = st.lists(some(7), max_size=2).map(lambda rest: bytes(rest) + bytes((rest[-1] | 0x80,)) if rest else b"")
MESSAGE_INSTRUCTION = st.builds(
    m.Instruction, some(1), some(1), some(1), some(1), st.just(0), some(1), some(2), MORE)
PARAMETER_INSTRUCTION = st.builds(
    m.Instruction, some(1), some(1), some(1), some(1), some(1), some(2), st.just(0), MORE)
BY_CODEC: dict[type, st.SearchStrategy[Any]] = {
    v.Octets: st.binary(min_size=3, max_size=24),
    v.CallReferences: st.builds(v.CallReference, some(24), some(14)),
    n.Digits: DIGITS,
    n.RoutingNumbers: st.builds(n.Number, DIGITS, some(4), some(3)),
    n.TransitNetworks: st.builds(n.TransitNetwork, DIGITS, some(3), some(4)),
    m.Causes: st.builds(m.Cause, some(7), some(4), some(2), st.integers(-1, 127), st.binary(max_size=30)),
    m.Ranges: ranges(),
    m.CircuitStates: st.lists(st.builds(m.CircuitState, some(2), some(2), some(2)), min_size=1, max_size=32).map(tuple),
    m.MessageCompatibility: MESSAGE_INSTRUCTION,
    m.ParameterCompatibility: st.lists(
        st.builds(m.Upgraded, OCTET, PARAMETER_INSTRUCTION), min_size=1, max_size=4).map(tuple),
    m.UserServices: st.builds(
        m.UserService, some(5), some(2), st.integers(0x80, 0xFF), some(5), st.binary(max_size=8)),
    m.Notifications: st.lists(some(7), min_size=1, max_size=4).map(tuple),
    s.ConnectionRequests: st.builds(s.ConnectionRequest, some(24), some(14), st.binary(max_size=2)),
    s.ClosedUserGroups: st.builds(s.ClosedUserGroup, some(16), some(16)),
    s.Precedences: st.builds(s.Precedence, some(4), some(2), some(16), some(24)),
    s.ApplicationTransports: st.builds(
        s.ApplicationTransport, some(14), some(1), some(1), some(6), some(1), st.integers(-1, 127),
        st.binary(max_size=16)),
    s.Pieces: st.lists(st.builds(s.Piece, OCTET, st.binary(max_size=8)), min_size=1, max_size=3).map(tuple),
    s.CircuitMaps: st.builds(s.CircuitMap, some(6), some(31)),
    v.Redirections: of_bits(v.Redirections.bits),
}  # fmt: skip


def values(row: Parameter[Any]) -> st.SearchStrategy[Any]:
    """Any value that a row can hold."""
    codec = row.codec
    if isinstance(codec, v.Bits):
        return of_bits(codec)
    if isinstance(codec, n.Numbers):
        return of_numbers(codec)
    if isinstance(codec, v.Whole):
        return some(8 * codec.size)
    if isinstance(codec, v.Few):
        return some(codec.width)
    return BY_CODEC[type(codec)]


TYPICAL: dict[Parameter[Any], Any] = {
    p.CALLING_CATEGORY: 10,
    p.TRANSMISSION_MEDIUM: 3,
    p.TRANSMISSION_MEDIUM_PRIME: 0,
    p.TRANSMISSION_MEDIUM_USED: 3,
    p.SUBSEQUENT_NUMBER: "345F",
    p.EVENT: v.Event(1),
    p.CAUSE: m.Cause(16, 2),
    p.RANGE_AND_STATUS: m.range_status([1] * 15 + [0, 1]),
    p.CIRCUIT_STATE: (m.CircuitState(), m.CircuitState(1, 1), m.CircuitState(3, 0), m.CircuitState(0, 2, 1)),
    p.FACILITY: 2,
    p.CONGESTION_LEVEL: 1,
    p.USER_SERVICE: m.UserService(),
    p.USER_SERVICE_PRIME: m.UserService(16),
    p.USER_TO_USER: m.UserToUser(4, b"ring back"),
    p.ACCESS_TRANSPORT: bytes.fromhex("7d029181") + bytes.fromhex("1e028183"),  # HLC telephony, progress 3
    p.PARAMETER_COMPATIBILITY: (m.Upgraded(0x3D, m.Instruction(notify=1, discard_parameter=1, not_possible=2)),),
    p.MESSAGE_COMPATIBILITY: m.Instruction(notify=1, discard_message=1, not_possible=1),
    p.GENERIC_NOTIFICATION: (0x60,),
    p.NETWORK_FACILITY: bytes.fromhex("01a0"),
    p.FORWARD_GVNS: bytes.fromhex("02103202103282032143"),
    p.SERVICE_ACTIVATION: b"\1",
    p.DISPLAY_INFORMATION: bytes.fromhex("2802") + b"OK",
    p.CHARGED_PARTY: bytes.fromhex("83101010"),
    p.TRANSIT_NETWORK: n.TransitNetwork("4601"),
    p.NETWORK_ROUTING_NUMBER: n.Number("123456", 1, 1),
    p.PIVOT_FORWARD: (s.Piece(4, b"\x01"),),
    p.PIVOT_BACKWARD: (s.Piece(1, b"\x01\x02"),),
    p.REDIRECT_FORWARD: (s.Piece(4, b"\x01"),),
    p.REDIRECT_BACKWARD: (s.Piece(1, b"\x01\x02"),),
    p.GEODETIC_LOCATION: s.GeodeticLocation(rest=bytes(6)),
    p.APPLICATION_TRANSPORT: s.ApplicationTransport(3, notify=1, data=bytes(8)),
    p.REMOTE_OPERATIONS: s.RemoteOperations(rest=bytes.fromhex("a106020101020101")),
    p.CORRELATION_ID: bytes.fromhex("001234"),
    p.SCF_ID: bytes.fromhex("005678"),
    p.PROPAGATION_DELAY: 40,
    p.CALL_HISTORY: 40,
    p.HOP_COUNTER: 15,
    p.CHARGE_INFORMATION: 2,
}  # fmt: skip
"""Where a value made of its defaults, or 1, is not what one would send."""


def typical(row: Parameter[Any]) -> Any:
    if row in TYPICAL:
        return TYPICAL[row]
    codec = row.codec
    if isinstance(codec, n.Numbers):
        return n.Number("1380013800", qualifier=6 * codec.qualified)
    if isinstance(codec, v.Bits):
        return codec.kind()
    if isinstance(codec, v.Whole | v.Few):
        return 1
    made = {v.CallReferences: v.CallReference(1, 2), v.Redirections: v.RedirectionInformation(3, 1, 1, 1),
            s.ConnectionRequests: s.ConnectionRequest(1, 2, b"\3\4"), s.Precedences: s.Precedence(),
            s.ClosedUserGroups: s.ClosedUserGroup(0x4600, 7), s.CircuitMaps: s.CircuitMap(2, 0x7FFF_7FFF)}  # fmt: skip
    return made[type(codec)]


def maximal(row: Parameter[Any]) -> Any:
    """The longest contents that are still of the usual kind: 31 digits, 255 circuits, 32 octets of diagnostics."""
    codec = row.codec
    if isinstance(codec, n.Numbers):
        return n.Number("1234567890123456789012345678901", 4, qualifier=6 * codec.qualified)
    longest: dict[Parameter[Any], Any] = {
        p.SUBSEQUENT_NUMBER: "1" * 30 + "F",
        p.CAUSE: m.Cause(127, 10, 0, -1, bytes(range(1, 31))),
        p.RANGE_AND_STATUS: m.range_status(([1] + [0] * 7) * 31 + [1] * 7),
        p.CIRCUIT_STATE: (m.CircuitState(3, 3, 3),) * 32,
        p.USER_TO_USER: m.UserToUser(4, b"x" * 128),
    }
    return longest.get(row, typical(row))


def message(layout: Layout, cic: int, of: Any = typical, room: int = 265) -> Message:
    """A message of a layout with all its mandatory parameters, and as many optional ones as there is room for.

    `room` counts octets behind the routing label: 265 fits both labels. Group messages without a status have none.
    """
    made = Message(cic, layout.code)
    for row in layout.fixed + layout.variable:
        made.add(row, of(row))
    if layout.name in ("GRS", "CQM", "CQR"):
        made.parameters[0] = (p.RANGE_AND_STATUS.code, p.RANGE_AND_STATUS.write(m.RangeStatus(
            31 if of is maximal else 3)))
    used = layout.head + sum(len(octets) + 1 for _, octets in made.parameters)
    for row in layout.optional or ():
        octets = row.write(of(row))
        if used + 3 + len(octets) <= room:
            made.parameters.append((row.code, octets))
            used += 2 + len(octets)
    return made


def messages(layout: Layout) -> list[Message]:
    """Bare, typical with each optional parameter once, and maximal."""
    found = [message(layout, 5, room=0), message(layout, 31), message(layout, 4095, maximal)]
    for index, row in enumerate(layout.optional or ()):
        one = message(layout, index, room=0)
        one.add(row, typical(row))
        found.append(one)
    return found


ALL = [(layout.name, one) for layout in LAYOUTS.values() for one in messages(layout)]
"""(name, message) of every type."""
