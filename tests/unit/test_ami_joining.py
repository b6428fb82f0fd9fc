"""What AMI clients are told of calls that become one: transfers, conferences, trunks that a seat joined."""

from __future__ import annotations

from pathlib import Path

import pytest
from ami_bench import SEATS, Answer, Bench, call_arrives, seat_answers, seat_rings
from ami_headers import told

from switchsim.model.cti import (
    AnyCtiEvent,
    CallBegan,
    CallEnded,
    CallsJoined,
    LegChanged,
    SeatCalled,
    SeatCallEnded,
)

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "ami.md").read_text(encoding="utf-8")


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def client(bench: Bench) -> int:
    return bench.logged_in()


def test_a_consultation_that_becomes_a_transfer(bench: Bench, client: int) -> None:
    call_arrives(bench)
    seat_rings(bench)
    seat_answers(bench)
    bench.tell(
        LegChanged(1, 2, "SEAT/1001", "b", "hold", 0, (), 9),
        CallBegan(2, "seat", "1001", "1002", "1002", 0),
        LegChanged(2, 3, "SEAT/1001", "a", "connected", 0, (), 9),
        SeatCalled(2, 4, "", "1002", 0),
        LegChanged(2, 4, "SEAT/1002", "b", "connected", 0, (3,), 9),
        SeatCallEnded(2, 4, "", "1002", "answered", 0),
    )
    bench.raw[client] = b""
    bench.tell(
        CallsJoined(1, 2, "transfer", "SEAT/1001", "SEAT/1002"),
        LegChanged(1, 4, "SEAT/1002", "b", "connected", 0, (1,), 9),
        LegChanged(1, 2, "SEAT/1001", "b", "null", 16, (), 9),
        LegChanged(2, 3, "SEAT/1001", "a", "null", 16, (), 9),
        CallEnded(2, 16, "agent", "", "1002", 0, 0, 0, 0),
    )
    events = bench.read(client)
    transfer = events[0]
    assert (transfer["Event"], transfer["OrigTransfererChannel"], transfer["SecondTransfererChannel"]) == (
        "AttendedTransfer", "SEAT/1001-00000002", "SEAT/1001-00000003")  # fmt: skip
    assert (transfer["TransfereeChannel"], transfer["TransferTargetChannel"]) == (
        "E1/e1-0/1-00000001", "SEAT/1002-00000004")  # fmt: skip
    assert (transfer["DestType"], transfer["DestBridgeUniqueid"]) == ("Bridge", transfer["OrigBridgeUniqueid"])
    inside = bench.ami.state.bridges[1].legs
    assert inside == [1, 4]
    assert list(bench.ami.state.bridges) == [1]
    assert [bench.ami.state.channels[leg].connected for leg in inside] == ["1002", "1380001"]
    assert bench.ami.state.channels[4].linkedid == bench.ami.state.channels[1].linkedid


def consultation(bench: Bench) -> None:
    """A seat consults another one: call 2, as the reference firmware tells it."""
    call_arrives(bench)
    seat_rings(bench)
    seat_answers(bench)
    bench.tell(
        LegChanged(1, 2, "SEAT/1001", "b", "hold", 0, (), 9),
        CallBegan(2, "seat", "1001", "1002", "1002", 0),
        LegChanged(2, 3, "SEAT/1001", "a", "connected", 0, (), 9),
        SeatCalled(2, 4, "", "1002", 0),
        LegChanged(2, 4, "SEAT/1002", "b", "alerting", 0, (), 0),
        LegChanged(2, 3, "SEAT/1001", "a", "connected", 0, (4,), 9),
        LegChanged(2, 4, "SEAT/1002", "b", "connected", 0, (3,), 9),
        SeatCallEnded(2, 4, "", "1002", "answered", 0),
    )


def conference(bench: Bench) -> None:
    """That seat makes it a conference: legs keep their calls, and hear each other."""
    bench.tell(
        CallsJoined(1, 2, "conference", "SEAT/1001", "SEAT/1002"),
        LegChanged(1, 1, "E1/e1-0/1", "a", "connected", 0, (2, 4), 9),
        LegChanged(1, 2, "SEAT/1001", "b", "connected", 0, (1, 4), 9),
        LegChanged(2, 4, "SEAT/1002", "b", "connected", 0, (1, 2), 9),
        LegChanged(2, 3, "SEAT/1001", "a", "null", 16, (), 9),
    )


def bridged(events: list[Answer]) -> list[tuple[str, str, str, str]]:
    return [(one["Event"], one.get("Channel", ""), one["BridgeUniqueid"][-1:], one["BridgeNumChannels"])
            for one in events if one["Event"].startswith("Bridge")]  # fmt: skip


def test_a_conference_is_one_bridge_of_three_at_once(bench: Bench, client: int) -> None:
    consultation(bench)
    bench.raw[client] = b""
    conference(bench)
    assert bridged(told(bench, client)) == [
        ("BridgeLeave", "SEAT/1001-00000003", "2", "1"), ("BridgeLeave", "SEAT/1002-00000004", "2", "0"),
        ("BridgeDestroy", "", "2", "0"), ("BridgeEnter", "SEAT/1002-00000004", "1", "3"),
    ]  # fmt: skip
    bench.act(client, "Status")
    rows = [(one["Channel"], one["Linkedid"], one["BridgeID"][-1:]) for one in bench.read(client)[1:-1]]
    assert rows == [("E1/e1-0/1-00000001", "946684800.1", "1"), ("SEAT/1001-00000002", "946684800.1", "1"),
                    ("SEAT/1002-00000004", "946684800.1", "1")]  # fmt: skip


LEAVES: dict[str, list[AnyCtiEvent]] = {
    "seat": [
        LegChanged(1, 4, "SEAT/1002", "b", "connected", 0, (1,), 9),
        CallEnded(2, 16, "seat", "", "1002", 0, 0, 0, 0),
        LegChanged(1, 1, "E1/e1-0/1", "a", "connected", 0, (4,), 9),
        LegChanged(1, 2, "SEAT/1001", "b", "null", 16, (), 9),
    ],
    "caller": [
        LegChanged(2, 2, "SEAT/1001", "a", "connected", 0, (4,), 9),
        LegChanged(2, 4, "SEAT/1002", "b", "connected", 0, (2,), 9),
        LegChanged(1, 1, "E1/e1-0/1", "a", "null", 16, (), 9),
        CallEnded(1, 16, "caller", "", "1001", 0, 0, 0, 0),
    ],
    "third": [
        LegChanged(1, 1, "E1/e1-0/1", "a", "connected", 0, (2,), 9),
        LegChanged(1, 2, "SEAT/1001", "b", "connected", 0, (1,), 9),
        LegChanged(2, 4, "SEAT/1002", "b", "null", 16, (), 9),
        CallEnded(2, 16, "seat", "", "1002", 0, 0, 0, 0),
    ],
}
"""Who leaves a conference -> what the switch tells."""


@pytest.mark.parametrize(("who", "left"), [
    ("seat", "SEAT/1001-00000002"), ("caller", "E1/e1-0/1-00000001"), ("third", "SEAT/1002-00000004"),
])  # fmt: skip
def test_two_of_a_conference_stay_in_its_bridge(bench: Bench, client: int, who: str, left: str) -> None:
    consultation(bench)
    conference(bench)
    bench.raw[client] = b""
    bench.tell(*LEAVES[who])
    assert bridged(told(bench, client)) == [("BridgeLeave", left, "1", "2")]
    (call,) = bench.ami.state.bridges
    assert call == (2 if who == "caller" else 1)
    assert not bench.ami.state.joined
    assert bench.ami.state.links == {call: "946684800.1"}


def test_a_conference_is_known_again_when_everything_was_told_anew(bench: Bench, client: int) -> None:
    consultation(bench)
    bench.raw[client] = b""
    bench.everything([
        *SEATS,
        CallBegan(1, "in", "1380001", "10000", "10000", 0),
        LegChanged(1, 1, "E1/e1-0/1", "a", "connected", 0, (2, 4), 9),
        LegChanged(1, 2, "SEAT/1001", "b", "connected", 0, (1, 4), 9),
        CallBegan(2, "seat", "1001", "1002", "1002", 0),
        LegChanged(2, 4, "SEAT/1002", "b", "connected", 0, (1, 2), 9),
    ])  # fmt: skip
    assert bridged(told(bench, client))[-1] == ("BridgeEnter", "SEAT/1002-00000004", "1", "3")


def test_two_trunks_that_a_seat_brought_together_are_one_bridge(bench: Bench, client: int) -> None:
    call_arrives(bench)
    seat_rings(bench)
    seat_answers(bench)
    bench.tell(
        CallBegan(2, "out", "1001", "139", "139", 0),
        LegChanged(2, 3, "SEAT/1001", "a", "connected", 0, (4,), 9),
        LegChanged(2, 4, "E1/e1-0/9", "b", "connected", 0, (3,), 9),
        CallsJoined(1, 2, "transfer", "SEAT/1001", "E1/e1-0/9"),
        LegChanged(1, 2, "SEAT/1001", "b", "null", 16, (), 9),
        LegChanged(2, 3, "SEAT/1001", "a", "null", 16, (), 9),
        LegChanged(1, 1, "E1/e1-0/1", "a", "connected", 0, (4,), 9),
        LegChanged(2, 4, "E1/e1-0/9", "b", "connected", 0, (1,), 9),
    )
    (bridge,) = bench.ami.state.bridges.values()
    assert bridge.legs == [1, 4]
