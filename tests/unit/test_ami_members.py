"""What AMI clients are told of seats, and of what changed while the link to the switch was away."""

from __future__ import annotations

import pytest
from ami_bench import SEATS, Bench, call_arrives, seat_answers, seat_rings
from test_ami_events import bench, client, told

from switchsim.model.cti import AnyCtiEvent, CallBegan, LegChanged, MemberChanged, QueueEntered, SeatChanged
from switchsim.units import seconds

__all__ = ["bench", "client"]

# -- seats ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "status", "paused"), [
    ("signed_out", "5", "0"), ("ringing", "6", "0"), ("talk", "2", "0"), ("held", "8", "0"), ("wrap_up", "2", "0"),
    ("faulty", "4", "0"),
])  # fmt: skip
def test_the_state_of_a_seat_is_told_in_each_of_its_queues(
    bench: Bench, client: int, state: str, status: str, paused: str
) -> None:
    bench.tell(MemberChanged("support", "1001", True, 0, False))
    bench.raw[client] = b""
    bench.tell(SeatChanged("1001", state, 0, "", "", 0))
    events = told(bench, client)
    assert [(one["Event"], one["Queue"], one["Status"], one["Paused"], one["Membership"]) for one in events] == [
        ("QueueMemberStatus", "sales", status, paused, "static"),
        ("QueueMemberStatus", "support", status, paused, "dynamic"),
    ]


def test_a_pause_carries_its_reason_and_during_a_call_counts_at_once(bench: Bench, client: int) -> None:
    bench.wait(seconds(4))
    bench.tell(SeatChanged("1001", "busy", 0, "", "lunch", 0), SeatChanged("1001", "idle", 0, "", "", 0))
    bench.tell(SeatChanged("1001", "talk", 1, "busy", "", 0))
    events = told(bench, client)
    assert [(one["Event"], one["Paused"], one["PausedReason"], one["LastPause"]) for one in events] == [
        ("QueueMemberPause", "1", "lunch", "946684804"), ("QueueMemberPause", "0", "", "946684804"),
        ("QueueMemberPause", "1", "", "946684804"), ("QueueMemberStatus", "1", "", "946684804"),
    ]  # fmt: skip


def test_members_come_and_go_and_change_their_penalty(bench: Bench, client: int) -> None:
    for present, penalty in [(True, 3), (True, 4), (True, 4), (False, 0)]:
        bench.tell(MemberChanged("sales", "1003", present, penalty, False))
    events = told(bench, client)
    assert [(one["Event"], one["Interface"], one["Penalty"]) for one in events] == [
        ("QueueMemberAdded", "SEAT/1003", "3"), ("QueueMemberPenalty", "SEAT/1003", "4"),
        ("QueueMemberRemoved", "SEAT/1003", "4"),
    ]  # fmt: skip


# -- the link is away ----------------------------------------------------------------------------------------------


def up(call: int, leg: int, state: str) -> list[AnyCtiEvent]:
    return [CallBegan(call, "in", f"138{call:04d}", "10000", "10000", 0),
            LegChanged(call, leg, f"E1/e1-0/{leg}", "a", state, 0, (), 0)]  # fmt: skip


def test_the_first_view_is_filled_in_silence(bench: Bench) -> None:
    bench = Bench(up=False)
    client = bench.logged_in()
    bench.link(True)
    bench.everything([*SEATS, *up(1, 1, "queued"), QueueEntered(1, 1, "sales", 1, 1, 0, True)])
    assert bench.read(client) == []
    assert list(bench.ami.state.channels) == [1]


def test_what_changed_while_the_link_was_away_is_told_and_nothing_else(bench: Bench, client: int) -> None:
    for number in (1, 2, 3):
        call_arrives(bench, number, number, number)
    seat_rings(bench, 1, 4)
    bench.raw[client] = b""
    bench.link(False)
    bench.wait(seconds(20))
    bench.link(True)
    seats = [SeatChanged("1001", "talk", 1, "", "", 0), SeatChanged("1002", "busy", 0, "", "tea", 0), *SEATS[2:]]
    now = bench.host.now
    bench.everything([
        *seats,
        *up(1, 1, "connected"), LegChanged(1, 4, "SEAT/1001", "b", "connected", 0, (1,), now),
        *up(3, 3, "queued"), *up(5, 5, "queued"),
        QueueEntered(3, 3, "sales", 1, 2, 0, True), QueueEntered(5, 5, "sales", 2, 2, now, True),
    ])  # fmt: skip
    events = told(bench, client)
    assert [(one["Event"], one.get("Channel", one.get("Interface", ""))) for one in events] == [
        ("QueueMemberStatus", "SEAT/1001"), ("QueueMemberPause", "SEAT/1002"),
        ("Newstate", "SEAT/1001-00000004"), ("Newchannel", "E1/e1-0/5-00000005"),
        ("DialEnd", "E1/e1-0/1-00000001"), ("MusicOnHoldStop", "E1/e1-0/1-00000001"),
        ("QueueCallerLeave", "E1/e1-0/1-00000001"), ("AgentConnect", "E1/e1-0/1-00000001"),
        ("MusicOnHoldStop", "E1/e1-0/2-00000002"), ("QueueCallerLeave", "E1/e1-0/2-00000002"),
        ("Hangup", "E1/e1-0/2-00000002"),
        ("QueueCallerJoin", "E1/e1-0/5-00000005"), ("MusicOnHoldStart", "E1/e1-0/5-00000005"),
    ]  # fmt: skip
    assert list(bench.ami.state.waiters) == [3, 5]


def test_told_anew_without_a_change_is_no_event(bench: Bench, client: int) -> None:
    call_arrives(bench)
    seat_rings(bench)
    bench.raw[client] = b""
    bench.everything([
        *SEATS, SeatChanged("1001", "ringing", 1, "", "", 0), *up(1, 1, "queued"),
        LegChanged(1, 2, "SEAT/1001", "b", "alerting", 0, (), 0), QueueEntered(1, 1, "sales", 1, 1, 0, True),
    ])  # fmt: skip
    assert bench.read(client) == []
    seat_answers(bench)
    assert "AgentConnect" in bench.names(client)


def test_a_seat_that_rings_for_a_call_from_before_is_told_with_its_dial(bench: Bench) -> None:
    bench = Bench(up=False)
    bench.link(True)
    bench.everything([*SEATS, *up(1, 1, "queued"), LegChanged(1, 2, "SEAT/1001", "b", "alerting", 0, (), 0),
                      QueueEntered(1, 1, "sales", 1, 1, 0, True)])  # fmt: skip
    client = bench.logged_in()
    seat_answers(bench)
    found = [name for name in bench.names(client) if name.startswith(("Dial", "Queue", "Agent", "BridgeE"))]
    assert found[:5] == ["DialEnd", "QueueCallerLeave", "AgentConnect", "BridgeEnter", "BridgeEnter"]
