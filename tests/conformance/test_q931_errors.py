"""Q.931 clause 5.8: octets in, octets out. Messages are written as hex: nothing here leans on our own encoder."""

from __future__ import annotations

import pytest

from switchsim.proto.q931 import (
    CallStates,
    Interface,
    InterfaceState,
    MessageType,
    Number,
    ReleasedInd,
    SendL3,
    SetupRequest,
    Violation,
)
from switchsim.proto.q931.codec import MANDATORY
from switchsim.proto.q931.state import Side
from switchsim.proto.q931.table import DISPATCH, MESSAGES, REQUESTS, TIMERS, Request, unexpected


def hexes(text: str) -> bytes:
    return bytes.fromhex(text)


def machine(side: Side = "network") -> Interface:
    interface = Interface(InterfaceState(side))
    interface.data_link(True)
    return interface


def sent(interface: Interface, octets: bytes) -> list[str]:
    return [action.octets.hex() for action in interface.receive(octets) if isinstance(action, SendL3)]


# Rows: clause, what, received, answered by the network (location 2). No call exists.
NULL_ROWS = [
    ("5.8.1", "another protocol discriminator", "41020001 05", []),
    ("5.8.2", "too short", "0802", []),
    ("5.8.3.1", "call reference of three octets", "080300000145", []),
    ("5.8.3.2a", "DISCONNECT", "0802004d45 08028090", ["080280 4d5a 080282d1"]),
    ("5.8.3.2a", "CONNECT to the originator", "080280 4d07", ["0802004d5a 080282d1"]),
    ("5.8.3.2a", "a message type that does not exist", "0802004dff", ["0802804d5a 080282d1"]),
    ("5.8.3.2b", "RELEASE", "0802004d4d 08028090", ["0802804d5a 080282d1"]),
    ("5.8.3.2c", "RELEASE COMPLETE", "0802004d5a", []),
    ("5.8.3.2d", "SETUP with flag 1", "0802804d05 04038090a3 1803a98381", []),
    ("5.8.3.2f", "DISCONNECT on the global call reference", "0802000045 08028090", ["080280007d 080282d1 140100"]),
    ("5.8.3.2f", "STATUS on the global call reference", "080200007d 08028090 140100", []),
    ("5.8.3.2", "RESTART with flag 1", "0802800046 1803a98381 790180", ["080200007d 080282d1 140100"]),
    ("5.8.3.2", "RESTART ACKNOWLEDGE with flag 0", "080200004e 790186", ["080280007d 080282d1 140100"]),
    ("5.8.11", "STATUS, null", "0802004d7d 080280e5 140100", []),
    ("5.8.11", "STATUS, active", "0802004d7d 080280e5 14010a", ["0802804d5a 080282e5"]),
    ("5.8.10", "STATUS ENQUIRY", "0802004d75", ["0802804d7d 0802829e 140100"]),
    ("5.8.6.1", "SETUP without bearer capability", "0802004d05 1803a98381", ["0802804d5a 080382e004"]),
    ("5.8.6.2", "SETUP with an unreadable bearer capability", "0802004d05 040100 1803a98381",
     ["0802804d5a 080382e404"]),
    ("5.8.6.2", "SETUP with a basic interface's channel", "0802004d05 04038090a3 180189", ["0802804d5a 080382e418"]),
    ("5.8.7.1", "SETUP with an unknown element that must be understood", "0802004d05 04038090a3 0901aa 1803a98381",
     ["0802804d5a 080382e009"]),
    ("5.8.7.1", "SETUP with an unknown element", "0802004d05 04038090a3 1803a98381 4e00", []),
    ("5.8.7.2", "SETUP with an unreadable called number", "0802004d05 04038090a3 1803a98381 7000",
     ["0802804d7d 080382e470 140101"]),
    ("5.8.5.3", "SETUP with a called number longer than the message", "0802004d05 04038090a3 1803a98381 700381",
     ["0802804d7d 080382e470 140101"]),
    ("5.5.2", "RESTART of one channel", "0802000046 1803a98385 790180", ["080280004e 1803a98385 790180"]),
    ("5.5.2", "RESTART of several channels", "0802000046 1805a98301029f 790180", ["080280004e 1805a98301029f 790180"]),
    ("5.5.2", "RESTART of the channels of the whole interface", "0802000046 1801a9 790180",
     ["080280004e 1820a983" + "".join(f"{n:02x}" for n in (*range(1, 16), *range(17, 31), 0x9F)) + "790180"]),
    ("5.5.2", "RESTART of the interface", "0802000046 790186", ["080280004e 790186"]),
    ("5.5.2", "RESTART of all interfaces", "0802000046 790187", ["080280004e 790187"]),
    ("5.5.2", "RESTART that names no channel", "0802000046 790180", ["080280007d 080382e018 140100"]),
    ("5.5.2", "RESTART of the D channel's slot", "0802000046 1803a98390 790180", ["080280007d 080382e418 140100"]),
    ("5.8.6.1", "RESTART without its indicator", "0802000046 1803a98385", ["080280007d 080382e079 140100"]),
    ("5.8.6.2", "RESTART with an unreadable indicator", "0802000046 790181", ["080280007d 080382e479 140100"]),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "what", "received",
"answers"), NULL_ROWS, ids=[f"{r[0]}-{r[1]}" for r in NULL_ROWS])
def test_q931_5_8_without_a_call(clause: str, what: str, received: str, answers: list[str]) -> None:
    interface = machine()
    assert sent(interface, hexes(received)) == [hexes(answer).hex() for answer in answers]
    if "SETUP" not in what:
        assert interface.state.calls == {}


# Rows: clause, what, received by an active call with reference 77 of the peer, answered, released.
ACTIVE_ROWS = [
    ("5.8.4", "unexpected ALERTING", "0802004d01", ["0802804d7d 080382e501 14010a"], False),
    ("5.8.4", "a message type that does not exist", "0802004dff", ["0802804d7d 080382e1ff 14010a"], False),
    ("5.8.4", "HOLD, not implemented", "0802004d24", ["0802804d7d 080382e124 14010a"], False),
    ("5.8.6.1", "NOTIFY without its indicator", "0802004d6e", ["0802804d7d 080382e027 14010a"], False),
    ("5.8.6.1", "STATUS without a state gets no STATUS", "0802004d7d 0802809e", [], False),
    ("5.8.6.1", "DISCONNECT without a cause", "0802004d45", ["0802804d4d 080382e008"], False),
    ("5.8.6.2", "DISCONNECT with an unreadable cause", "0802004d45 080180", ["0802804d4d 080382e408"], False),
    ("5.8.6.1", "RELEASE without a cause", "0802004d4d", ["0802804d5a 080382e008"], True),
    ("5.8.7.1", "RELEASE with an unknown element that must be understood", "0802004d4d 08028090 0901aa",
     ["0802804d5a 080382e009"], True),
    ("5.8.7.1", "RELEASE COMPLETE with an unknown element that must be understood", "0802004d5a 0901aa", [], True),
    ("5.8.7.2", "FACILITY with an unreadable element", "0802004d62 1c01aa 1e0180",
     ["0802804d7d 080382e41e 14010a"], False),
    ("5.8.10", "STATUS ENQUIRY", "0802004d75", ["0802804d7d 0802829e 14010a"], False),
    ("5.8.11", "STATUS, active", "0802004d7d 0802809e 14010a", [], False),
    ("5.8.11", "STATUS, null", "0802004d7d 080280d1 140100", [], True),
    ("5.8.11", "STATUS, disconnect request", "0802004d7d 0802809e 14010b", ["0802804d4d 080282e5"], False),
    ("5.8.4", "RELEASE COMPLETE", "0802004d5a", [], True),
    ("5.8.3.2", "the same reference with the other flag is another call", "0802804d45 08028090",
     ["0802004d5a 080282d1"], False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("clause", "what", "received", "answers", "over"), ACTIVE_ROWS, ids=[f"{r[0]}-{r[1]}" for r in ACTIVE_ROWS]
)
def test_q931_5_8_with_an_active_call(clause: str, what: str, received: str, answers: list[str], over: bool) -> None:
    interface = machine()
    interface.receive(hexes("0802004d05 04038090a3 1803a98381"))
    interface.connect(1)
    assert sent(interface, hexes(received)) == [hexes(answer).hex() for answer in answers]
    assert (interface.state.calls == {}) is over
    assert (interface.state.channels[1] == 0) is over


def test_q931_every_pair_of_state_and_message_or_request_is_defined() -> None:
    for side in ("network", "user"):
        assert set(MESSAGES[side]) == {(state, kind) for state in CallStates for kind in MessageType}
        assert set(REQUESTS[side]) == {(state, request) for state in CallStates for request in Request}
        for state in CallStates:
            assert set(DISPATCH[side][state]) == set(MessageType)
            assert MESSAGES[side][state, MessageType.RELEASE] is not unexpected
            assert MESSAGES[side][state, MessageType.RELEASE_COMPLETE] is not unexpected
    assert set(TIMERS) <= set(InterfaceState("user").timers)
    assert set(MANDATORY) <= set(MessageType)


@pytest.mark.parametrize("side", ["network", "user"])
@pytest.mark.parametrize("state", [state for state in CallStates if state])
def test_q931_coverage_every_message_in_every_state(side: Side, state: CallStates) -> None:
    """Each of the pairs, with and without the elements that the message needs: answered, and at most one release."""
    ies = ["", "08028090 14010a 1803a98381 1e028288 2701f1 790180"]
    for kind in MessageType:
        for elements in ies:
            interface = machine(side)
            interface.setup(SetupRequest(Number("1"), channel=1))
            call = interface.state.calls[1]
            call.state = state
            actions = interface.receive(bytes((8, 2, 0x80, 1, kind)) + hexes(elements))
            released = [action for action in actions if isinstance(action, ReleasedInd)]
            assert len(released) == (1 not in interface.state.calls)
            assert interface.state.channels[1] == (0 if released else 1)
            if MESSAGES[side][state, kind] is unexpected:
                assert any(isinstance(action, Violation) for action in actions)
                assert interface.state.calls[1].state is state
                assert actions[-1].octets[4] == MessageType.STATUS  # type: ignore[union-attr]
