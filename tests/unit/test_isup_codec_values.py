"""Values of ISUP parameters: every row of the table is walked, and the fields that matter are compared with octets."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from isup_rows import maximal, typical, values

from switchsim.proto.isup import parameters as p
from switchsim.proto.isup import values as v
from switchsim.proto.isup import values_more as m
from switchsim.proto.isup import values_numbers as n
from switchsim.proto.isup import values_services as s
from switchsim.proto.isup.messages import LAYOUTS
from switchsim.proto.isup.parameters import PARAMETERS, Parameter

ROWS = sorted(PARAMETERS.values(), key=lambda row: row.code)
ids = [row.name for row in ROWS]


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_a_value_comes_back(row: Parameter[Any]) -> None:
    @settings(max_examples=15, deadline=None)
    @given(values(row))
    def check(value: Any) -> None:
        octets = row.codec.write(value)
        if not row.minimum <= len(octets) <= row.maximum:
            with pytest.raises(AssertionError):
                row.write(value)
        else:
            assert row.read(row.write(value)) == value

    check()
    for value in (typical(row), maximal(row)):
        assert row.read(row.write(value)) == value


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_any_contents_are_read_or_refused(row: Parameter[Any]) -> None:
    """What is read can be written, and means the same again; too few octets are never read."""

    @settings(max_examples=20, deadline=None)
    @given(st.binary(max_size=40))
    def check(octets: bytes) -> None:
        value = row.read(octets)
        assert value is None or len(octets) >= row.minimum
        if value is not None:
            assert row.codec.read(row.codec.write(value)) == value

    check()


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_later_issues_may_add_octets(row: Parameter[Any]) -> None:
    if row.minimum == row.maximum:
        octets = row.write(typical(row))
        assert row.read(octets + b"\xff") == typical(row)


def test_the_table_is_whole() -> None:
    """Q.763 table 5, and charge information of the Chinese network; every one has its place in a message."""
    assert len(PARAMETERS) == 99
    used = {row for layout in LAYOUTS.values() for row in (*layout.fixed, *layout.variable, *(layout.optional or ()))}
    assert {row.name for row in ROWS} - {row.name for row in used} == set()
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_a_layout_has_no_parameter_twice() -> None:
    for layout in LAYOUTS.values():
        rows = (*layout.fixed, *layout.variable, *(layout.optional or ()))
        assert len(rows) == len(set(rows)), layout.name
        assert all(row.minimum == row.maximum for row in layout.fixed), layout.name


OCTETS: list[tuple[Parameter[Any], Any, str]] = [
    (p.NATURE_OF_CONNECTION, v.NatureOfConnection(1, 2, 1), "19"),
    (p.FORWARD_CALL, v.ForwardCall(), "2001"),
    (p.FORWARD_CALL, v.ForwardCall(1, 2, 1, 1, 0, 2, 0, 3, 1, 1), "9d36"),
    (p.BACKWARD_CALL, v.BackwardCall(), "1214"),
    (p.BACKWARD_CALL, v.BackwardCall(1, 1, 2, 3, 1, 1, 0, 1, 0, 1, 2), "e5ab"),
    (p.OPTIONAL_FORWARD_CALL, v.OptionalForwardCall(2, 1, 1), "86"),
    (p.OPTIONAL_BACKWARD_CALL, v.OptionalBackwardCall(1, 0, 1, 1), "0d"),
    (p.EVENT, v.Event(2, 1), "82"),
    (p.GROUP_KIND, v.GroupKind(1), "01"),
    (p.CALLED_PARTY_NUMBER, n.Number("123", 4, 1, internal=1), "849021 03".replace(" ", "")),
    (p.CALLING_PARTY_NUMBER, n.Number("12", 3, 1, incomplete=1, presentation=1, screening=3), "039721"),
    (p.CALLING_PARTY_NUMBER, n.Number("", 0, 0, presentation=2, screening=3), "000b"),
    (p.GENERIC_NUMBER, n.Number("1", 1, 1, qualifier=6), "06811001"),
    (p.SUBSEQUENT_NUMBER, "BC0F", "00cbf0"),
    (p.NETWORK_ROUTING_NUMBER, n.Number("123", 1, 1), "912103"),
    (p.CAUSE, m.Cause(16), "8090"),
    (p.CAUSE, m.Cause(102, 10, 0, -1, b"307"), "8ae6333037"),
    (p.CAUSE, m.Cause(17, 1, 2, 5), "418591"),
    (p.RANGE_AND_STATUS, m.RangeStatus(30), "1e"),
    (p.RANGE_AND_STATUS, m.range_status([1] * 9), "08ff01"),
    (p.CIRCUIT_STATE, (m.CircuitState(), m.CircuitState(3, 0), m.CircuitState(1, 2, 3)), "0c0339"),
    (p.MESSAGE_COMPATIBILITY, m.Instruction(1, 1, 0, 1, 0, 1, 2), "db"),
    (p.MESSAGE_COMPATIBILITY, m.Instruction(more=b"\x82"), "0082"),
    (p.PARAMETER_COMPATIBILITY, (m.Upgraded(0x3D, m.Instruction(0, 0, 1, 0, 1, 2)), m.Upgraded(0x7A)), "3dd47a80"),
    (p.GENERIC_NOTIFICATION, (0x60, 0x7B), "60fb"),
    (p.USER_SERVICE, m.UserService(), "8090a3"),
    (p.USER_SERVICE, m.UserService(8, 0, 0x90, -1), "8890"),
    (p.USER_TO_USER, m.UserToUser(4, b"hi"), "046869"),
    (p.PROPAGATION_DELAY, 300, "012c"),
    (p.SIGNALLING_POINT_CODE, 0x1234, "3412"),
    (p.CALL_REFERENCE, v.CallReference(0x010203, 0x0A0B), "0102030b0a"),
    (p.REDIRECTION_INFORMATION, v.RedirectionInformation(3, 1, 2, 3), "1332"),
    (p.INFORMATION_REQUEST, v.InformationRequest(1, 1, 1, 1, 1), "9b00"),
    (p.INFORMATION, v.Information(3, 1, 1, 1, 1), "e700"),
    (p.USER_TO_USER_INDICATORS, s.UserToUserIndicators(1, 2, 1, 0, 1), "8d"),
    (p.UID_ACTION, s.ThroughConnection(1, 1), "83"),
    (p.APPLICATION_TRANSPORT, s.ApplicationTransport(3, 0, 1, 2, 1, 9, b"\1"), "8382428901"),
    (p.TRANSIT_NETWORK, n.TransitNetwork("460", 2, 0), "a06400"),
    (p.PRECEDENCE, s.Precedence(2, 1, 0x4600, 7), "224600000007"),
    (p.HOP_COUNTER, 20, "14"),
    (p.CIRCUIT_ASSIGNMENT_MAP, s.CircuitMap(2, 1), "0201000000"),
    (p.CHARGE_INFORMATION, 3, "0003"),
]


@pytest.mark.parametrize(("row", "value", "octets"), OCTETS, ids=[f"{row.name}-{o}" for row, _, o in OCTETS])
def test_octets_of_a_value(row: Parameter[Any], value: Any, octets: str) -> None:
    assert row.write(value).hex() == octets
    assert row.read(bytes.fromhex(octets)) == value


def test_spare_and_extension_bits_do_no_harm() -> None:
    assert p.NATURE_OF_CONNECTION.read(b"\xe0") == v.NatureOfConnection()
    assert p.HOP_COUNTER.read(b"\xe3") == 3
    assert p.UID_ACTION.read(b"\x01") == s.ThroughConnection(1, 0)


def test_the_filler_is_no_digit() -> None:
    assert p.CALLED_PARTY_NUMBER.read(bytes.fromhex("831021f3")) == n.Number("123")


@pytest.mark.parametrize(("row", "octets"), [
    (p.CALLED_PARTY_NUMBER, "83"),
    (p.CALLED_PARTY_NUMBER, "8310"),
    (p.SUBSEQUENT_NUMBER, "80"),
    (p.CAUSE, "80"),
    (p.CAUSE, "0081"),
    (p.RANGE_AND_STATUS, "0800"),
    (p.RANGE_AND_STATUS, "08000000"),
    (p.MESSAGE_COMPATIBILITY, "00"),
    (p.PARAMETER_COMPATIBILITY, "3d00"),
    (p.PARAMETER_COMPATIBILITY, "3d803e"),
    (p.USER_SERVICE, "0090"),
    (p.GENERIC_NOTIFICATION, "60"),
    (p.APPLICATION_TRANSPORT, "838042"),
    (p.PIVOT_FORWARD, "010500"),
])  # fmt: skip
def test_contents_that_break_the_rules(row: Parameter[Any], octets: str) -> None:
    assert row.read(bytes.fromhex(octets)) is None


def test_status_bits_count_from_the_first_circuit() -> None:
    bits = [0] * 17
    bits[0] = bits[8] = bits[16] = 1
    status = m.range_status(bits)
    assert (status.range, status.status) == (16, b"\1\1\1")
    assert status.bits() == bits
    assert m.RangeStatus(3).bits() == [0, 0, 0, 0]


@pytest.mark.parametrize(("row", "value"), [
    (p.NATURE_OF_CONNECTION, v.NatureOfConnection(4)),
    (p.HOP_COUNTER, 32),
    (p.CALLED_PARTY_NUMBER, n.Number("1" * 33)),
    (p.CALLED_PARTY_NUMBER, n.Number("1", plan=8)),
    (p.USER_TO_USER, m.UserToUser(0, bytes(130))),
])  # fmt: skip
def test_a_value_without_a_place_is_our_own_mistake(row: Parameter[Any], value: Any) -> None:
    with pytest.raises(AssertionError):
        row.write(value)
