"""What AMI clients are told of calls, queues and seats: which events, in which order, with which headers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ami_bench import SEATS, Answer, Bench, call_arrives, caller_leaves, seat_answers, seat_rings
from ami_headers import HEADERS, RING, UP, names, of, told
from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.model.cti import (
    AllBegins,
    AllTold,
    AnyCtiEvent,
    CallBegan,
    CallEnded,
    CallsJoined,
    DigitPressed,
    LegChanged,
    MemberChanged,
    QueueEntered,
    QueueLeft,
    SeatCalled,
    SeatCallEnded,
    SeatChanged,
    SeatServed,
)
from switchsim.units import ms, seconds

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "ami.md").read_text(encoding="utf-8")


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def client(bench: Bench) -> int:
    return bench.logged_in()


# -- a call through the queue --------------------------------------------------------------------------------------


def a_whole_call(bench: Bench, client: int) -> list[Answer]:
    """It waits 2 s, rings 3 s, talks 60 s."""
    bench.wait(seconds(10))
    call_arrives(bench)
    bench.wait(seconds(2))
    seat_rings(bench)
    bench.wait(seconds(3))
    seat_answers(bench)
    bench.wait(seconds(60))
    caller_leaves(bench)
    return told(bench, client)


def test_the_page_says_the_order_that_always_holds(bench: Bench, client: int) -> None:
    page = PAGE.partition("in the order that always holds")[2].partition("\n\n")[2].partition("\n\n")[0]
    said = re.findall(r"[A-Z]\w+", re.sub(r"\(.*?\)", "", page))
    assert [name for name in said if name != "Newstate"] == [
        name for name in names(a_whole_call(bench, client)) if name not in ("Newstate", "QueueMemberStatus")
    ]


def test_a_call_from_join_to_complete_in_its_order(bench: Bench, client: int) -> None:
    events = a_whole_call(bench, client)
    assert names(events) == [
        "Newchannel", "QueueCallerJoin", "MusicOnHoldStart",
        "Newchannel", "NewConnectedLine", "AgentCalled", "DialBegin", "Newstate", "QueueMemberStatus",
        "Newstate", "Newstate", "DialEnd", "MusicOnHoldStop", "QueueCallerLeave", "AgentConnect",
        "NewConnectedLine", "BridgeCreate", "BridgeEnter", "BridgeEnter", "QueueMemberStatus",
        "AgentComplete", "BridgeLeave", "BridgeLeave", "BridgeDestroy", "Hangup", "Hangup", "QueueMemberStatus",
    ]  # fmt: skip
    assert {event["Linkedid"] for event in events if "Linkedid" in event} == {"946684810.1"}
    join = of(events, "QueueCallerJoin")
    assert (join["Queue"], join["Position"], join["Count"]) == ("sales", "1", "1")
    assert join["Channel"] == "E1/e1-0/1-00000001"
    assert (join["CallerIDNum"], join["ChannelState"], join["Exten"]) == ("1380001", RING, "10000")
    called = of(events, "AgentCalled")
    assert (called["DestChannel"], called["Interface"]) == ("SEAT/1001-00000002", "SEAT/1001")
    assert (called["DestCallerIDNum"], called["DestConnectedLineNum"]) == ("1001", "1380001")
    assert called["DestUniqueid"] == "946684810.2"
    assert of(events, "DialBegin")["DialString"] == "SEAT/1001"
    assert of(events, "DialEnd")["DialStatus"] == "ANSWER"
    connect = of(events, "AgentConnect")
    assert (connect["HoldTime"], connect["RingTime"], connect["ChannelState"], connect["DestChannelState"]) == (
        "5", "3", UP, UP)  # fmt: skip
    complete = of(events, "AgentComplete")
    assert (complete["HoldTime"], complete["TalkTime"], complete["Reason"]) == ("5", "60", "caller")
    assert [event["Cause-txt"] for event in events if event["Event"] == "Hangup"] == ["Normal Clearing"] * 2
    assert [event["BridgeNumChannels"] for event in events if "Bridge" in event["Event"]] == [
        "0", "1", "2", "1", "0", "0"]  # fmt: skip
    assert not bench.ami.state.channels
    assert not bench.ami.state.legs_of
    assert not bench.ami.state.links


def test_the_order_holds_when_the_switch_tells_the_leave_before_the_end_of_ringing(bench: Bench, client: int) -> None:
    call_arrives(bench)
    seat_rings(bench)
    bench.wait(seconds(3))
    bench.raw[client] = b""
    bench.tell(
        QueueLeft(1, 1, "sales", 1, 0, "seat", seconds(5)),
        SeatCallEnded(1, 2, "sales", "1001", "answered", seconds(3)),
        LegChanged(1, 1, "E1/e1-0/1", "a", "connected", 0, (2,), 9),
        LegChanged(1, 2, "SEAT/1001", "b", "connected", 0, (1,), 9),
    )
    found = [name for name in names(told(bench, client)) if name.startswith(("Dial", "Queue", "Agent", "BridgeE"))]
    assert found == ["DialEnd", "QueueCallerLeave", "AgentConnect", "BridgeEnter", "BridgeEnter"]


def test_a_leg_may_be_told_before_its_seat_is_called(bench: Bench, client: int) -> None:
    call_arrives(bench)
    bench.raw[client] = b""
    bench.tell(
        LegChanged(1, 2, "SEAT/1001", "b", "alerting", 0, (), 0),
        SeatCalled(1, 2, "sales", "1001", 0),
    )
    assert names(told(bench, client)) == ["Newchannel", "NewConnectedLine", "AgentCalled", "DialBegin", "Newstate"]


def test_a_caller_who_gives_up_while_a_seat_rings(bench: Bench, client: int) -> None:
    call_arrives(bench, 7, 7)
    call_arrives(bench, position=2)
    bench.tell(QueueLeft(7, 7, "sales", 1, 1, "redirected", 9))
    seat_rings(bench)
    bench.raw[client] = b""
    bench.wait(seconds(8))
    bench.tell(
        SeatCallEnded(1, 2, "sales", "1001", "abandoned", seconds(8)),
        LegChanged(1, 2, "SEAT/1001", "b", "null", 16, (), 0),
        QueueLeft(1, 1, "sales", 1, 0, "abandoned", seconds(8)),
        LegChanged(1, 1, "E1/e1-0/1", "a", "null", 16, (), 0),
        CallEnded(1, 16, "caller", "sales", "", 0, 0, 0, 0),
    )
    events = told(bench, client)
    assert names(events) == [
        "DialEnd", "Hangup", "MusicOnHoldStop", "QueueCallerAbandon", "QueueCallerLeave", "Hangup"]  # fmt: skip
    assert of(events, "DialEnd")["DialStatus"] == "CANCEL"
    abandon = of(events, "QueueCallerAbandon")
    assert (abandon["Position"], abandon["OriginalPosition"], abandon["HoldTime"]) == ("1", "2", "8")


@pytest.mark.parametrize(("why", "given_up"), [
    ("abandoned", True), ("lost", True), ("overflow", False), ("redirected", False),
])  # fmt: skip
def test_a_caller_who_is_gone_from_a_queue_has_abandoned_it_whoever_hung_up(
    bench: Bench, client: int, why: str, given_up: bool
) -> None:
    call_arrives(bench)
    bench.raw[client] = b""
    bench.tell(QueueLeft(1, 1, "sales", 1, 0, why, seconds(8)))
    abandon = ["QueueCallerAbandon"] if given_up else []
    assert names(told(bench, client)) == ["MusicOnHoldStop", *abandon, "QueueCallerLeave"]
    bench.act(client, "QueueStatus")
    assert bench.read(client)[1]["Abandoned"] == str(int(given_up))


@pytest.mark.parametrize(("why", "status", "more"), [
    ("no_answer", "NOANSWER", ["AgentRingNoAnswer"]), ("rejected", "BUSY", ["AgentRingNoAnswer"]),
    ("redirected", "CANCEL", []), ("lost", "CHANUNAVAIL", []),
])  # fmt: skip
def test_a_seat_that_does_not_answer(bench: Bench, client: int, why: str, status: str, more: list[str]) -> None:
    call_arrives(bench)
    seat_rings(bench)
    bench.raw[client] = b""
    bench.tell(SeatCallEnded(1, 2, "sales", "1001", why, ms(20_500)),
               LegChanged(1, 2, "SEAT/1001", "b", "null", 16, (), 0))  # fmt: skip
    events = told(bench, client)
    assert names(events) == ["DialEnd", *more, "Hangup"]
    assert of(events, "DialEnd")["DialStatus"] == status
    if more:
        assert of(events, "AgentRingNoAnswer")["RingTime"] == "20500"


def test_a_direct_call_to_a_seat_has_no_agent_events(bench: Bench, client: int) -> None:
    bench.tell(
        CallBegan(3, "seat", "1003", "1001", "1001", 0),
        LegChanged(3, 5, "SEAT/1003", "a", "connected", 0, (), 0),
        SeatCalled(3, 6, "", "1001", 0),
        LegChanged(3, 6, "SEAT/1001", "b", "alerting", 0, (), 0),
        LegChanged(3, 5, "SEAT/1003", "a", "connected", 0, (6,), 9),
        LegChanged(3, 6, "SEAT/1001", "b", "connected", 0, (5,), 9),
        SeatCallEnded(3, 6, "", "1001", "answered", 0),
        SeatServed(3, 6, "", "1001", "caller", 0, 9),
    )
    events = told(bench, client)
    assert not [name for name in names(events) if name.startswith(("Agent", "Queue"))]
    assert names(events)[-3:] == ["BridgeCreate", "BridgeEnter", "BridgeEnter"]


@pytest.mark.parametrize(("cause", "first", "status"), [
    (17, False, "BUSY"), (19, False, "NOANSWER"), (34, False, "CONGESTION"), (16, True, "CANCEL"),
    (1, True, "CHANUNAVAIL"), (27, False, "CHANUNAVAIL"), (42, True, "CONGESTION"), (17, True, "BUSY"),
    (21, True, "BUSY"), (18, True, "NOANSWER"), (31, True, "CANCEL"),
])  # fmt: skip
def test_a_trunk_that_is_dialled(bench: Bench, client: int, cause: int, first: bool, status: str) -> None:
    gone = [LegChanged(3, 5, "SEAT/1003", "a", "null", cause, (), 0)] if first else []
    bench.tell(
        CallBegan(3, "out", "1003", "13900000000", "13900000000", 0),
        LegChanged(3, 5, "SEAT/1003", "a", "connected", 0, (), 0),
        LegChanged(3, 6, "E1/e1-0/4", "b", "initiated", 0, (), 0),
        LegChanged(3, 6, "E1/e1-0/4", "b", "alerting", 0, (), 0),
        *gone,
        LegChanged(3, 6, "E1/e1-0/4", "b", "null", cause, (), 0),
    )
    events = told(bench, client)
    assert of(events, "DialBegin")["DestCallerIDNum"] == "13900000000"
    assert of(events, "DialEnd")["DialStatus"] == status
    assert [one["ChannelStateDesc"] for one in events if one["Event"] == "Newstate"][-1] == "Ringing"
    assert [name for name in names(events) if name in ("DialEnd", "Hangup")][:2] == ["DialEnd", "Hangup"]


def test_a_dial_that_a_client_ends_with_a_cause_of_its_own_is_no_answer_of_the_network(
    bench: Bench, client: int
) -> None:
    bench.tell(
        CallBegan(3, "out", "1003", "13900000000", "13900000000", 0),
        LegChanged(3, 5, "SEAT/1003", "a", "connected", 0, (), 0),
        LegChanged(3, 6, "E1/e1-0/4", "b", "initiated", 0, (), 0),
    )
    other = bench.logged_in("Events: off")
    bench.raw[client] = b""
    bench.act(other, "Hangup", "Channel: SEAT/1003-00000005", "Cause: 17")
    bench.tell(LegChanged(3, 5, "SEAT/1003", "a", "null", 17, (), 0))
    assert [one.get("DialStatus", one.get("Cause")) for one in told(bench, client)] == ["CANCEL", "17"]


def test_a_trunk_that_answers_is_bridged(bench: Bench, client: int) -> None:
    bench.tell(
        CallBegan(3, "out", "1003", "139", "139", 0),
        LegChanged(3, 5, "SEAT/1003", "a", "connected", 0, (), 9),
        LegChanged(3, 6, "E1/e1-0/4", "b", "initiated", 0, (), 0),
        LegChanged(3, 6, "E1/e1-0/4", "b", "alerting", 0, (), 0),
        LegChanged(3, 5, "SEAT/1003", "a", "connected", 0, (6,), 9),
    )
    events = told(bench, client)
    assert [one["ChannelStateDesc"] for one in events if one["Event"] == "Newstate"] == ["Ringing"]
    bench.tell(LegChanged(3, 6, "E1/e1-0/4", "b", "connected", 0, (5,), 80))
    events += told(bench, client)
    assert names(events)[-7:-3] == ["Newstate", "DialEnd", "Newstate", "NewConnectedLine"]
    assert names(events)[-3:] == ["BridgeCreate", "BridgeEnter", "BridgeEnter"]
    seat = [one for one in events if one.get("Channel") == "SEAT/1003-00000005" and one["Event"].startswith("New")]
    assert [one["ChannelStateDesc"] for one in seat] == ["Ring", "Up", "Up"]  # NewConnectedLine is the last


@pytest.mark.parametrize(("rang", "states"), [(False, ["Ring"]), (True, ["Down", "Ringing", "Up"])])
def test_a_seat_that_calls_is_up_when_it_was_rung_or_when_whom_it_called_answers(
    bench: Bench, client: int, rang: bool, states: list[str]
) -> None:
    ringing = [SeatCalled(3, 5, "", "1003", 0), LegChanged(3, 5, "SEAT/1003", "a", "alerting", 0, (), 0)]
    bench.tell(
        CallBegan(3, "seat", "1003", "1001", "1001", 0),
        *(ringing if rang else []),
        LegChanged(3, 5, "SEAT/1003", "a", "connected", 0, (), 9),
    )
    assert [one["ChannelStateDesc"] for one in told(bench, client)] == states


def test_hold_and_unhold_are_told_of_the_channel_that_does_it(bench: Bench, client: int) -> None:
    call_arrives(bench)
    seat_rings(bench)
    seat_answers(bench)
    bench.raw[client] = b""
    bench.tell(LegChanged(1, 2, "SEAT/1001", "b", "hold", 0, (), 9), SeatChanged("1001", "held", 1, "", "", 0))
    bench.tell(LegChanged(1, 2, "SEAT/1001", "b", "connected", 0, (1,), 9), SeatChanged("1001", "talk", 1, "", "", 0))
    events = told(bench, client)
    assert [(one["Event"], one.get("Channel", one.get("Status"))) for one in events] == [
        ("Hold", "SEAT/1001-00000002"), ("QueueMemberStatus", "8"),
        ("Unhold", "SEAT/1001-00000002"), ("QueueMemberStatus", "2"),
    ]  # fmt: skip


def test_digits_begin_and_end(bench: Bench, client: int) -> None:
    call_arrives(bench)
    bench.raw[client] = b""
    bench.tell(DigitPressed(1, 1, "#"))
    events = told(bench, client)
    assert [(one["Event"], one["Digit"], one["Direction"]) for one in events] == [
        ("DTMFBegin", "#", "Received"), ("DTMFEnd", "#", "Received")]  # fmt: skip


# -- anything ------------------------------------------------------------------------------------------------------

CALLS, LEGS, NUMBERS = st.integers(1, 3), st.integers(1, 5), st.sampled_from(["1001", "1002", "1003"])
DEVICES = st.sampled_from(["E1/e1-0/1", "E1/e1-0/2", "SEAT/1001", "SEAT/1002"])
STATES = st.sampled_from(["initiated", "alerting", "connected", "hold", "queued", "null"])
QUEUES, ANY = st.sampled_from(["sales", "support"]), st.integers(0, 9)
EVENTS = st.one_of(
    st.builds(CallBegan, CALLS, st.sampled_from(["in", "out", "seat"]), NUMBERS, NUMBERS, NUMBERS, ANY),
    st.builds(LegChanged, CALLS, LEGS, DEVICES, st.sampled_from("ab"), STATES, ANY, st.tuples(LEGS), ANY),
    st.builds(CallsJoined, CALLS, CALLS, st.sampled_from(["transfer", "conference"]), DEVICES, DEVICES),
    st.builds(CallEnded, CALLS, ANY, st.just("caller"), QUEUES, NUMBERS, ANY, ANY, ANY, ANY),
    st.builds(QueueEntered, CALLS, LEGS, QUEUES, st.integers(1, 3), ANY, ANY, st.booleans()),
    st.builds(QueueLeft, CALLS, LEGS, QUEUES, ANY, ANY, st.sampled_from(["seat", "abandoned", "lost"]), ANY),
    st.builds(SeatCalled, CALLS, LEGS, QUEUES, NUMBERS, ANY),
    st.builds(SeatCallEnded, CALLS, LEGS, QUEUES, NUMBERS, st.sampled_from(["answered", "no_answer", "lost"]), ANY),
    st.builds(SeatServed, CALLS, LEGS, QUEUES, NUMBERS, st.sampled_from(["caller", "agent"]), ANY, ANY),
    st.builds(SeatChanged, NUMBERS, st.sampled_from(["idle", "busy", "talk"]), ANY, st.just(""), st.just("x"), ANY),
    st.builds(MemberChanged, QUEUES, NUMBERS, st.booleans(), ANY, st.booleans()),
    st.builds(DigitPressed, CALLS, LEGS, st.sampled_from("1#")),
    st.just(AllBegins("")), st.just(AllTold("")),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(EVENTS, max_size=40))
def test_any_sequence_is_told_with_whole_headers_and_every_channel_has_one_end(events: list[AnyCtiEvent]) -> None:
    bench = Bench()
    client = bench.logged_in()
    for event in events:
        bench.tell(event)
    bench.everything(SEATS)
    blocks = [one for one in bench.read(client) if one["Event"] != "AttendedTransfer"]
    for one in blocks:
        needed = [key for key in HEADERS[one["Event"]] if one["Event"] not in ("DialEnd", "AgentComplete")]
        assert set(needed) <= set(one)
    ends = {"Newchannel": "Hangup", "DialBegin": "DialEnd", "BridgeCreate": "BridgeDestroy"}
    for begin, end in ends.items():
        key = {"Newchannel": "Channel", "DialBegin": "DestChannel", "BridgeCreate": "BridgeUniqueid"}[begin]
        began, ended = ([one[key] for one in blocks if one["Event"] == name] for name in (begin, end))
        assert sorted(began) == sorted(ended)
    assert not bench.ami.state.channels
    assert not bench.ami.state.bridges
    assert not bench.ami.state.joined
    assert not bench.ami.state.waiters
