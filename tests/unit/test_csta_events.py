"""Events of calls and agents: sequences of csta.md 8 to 11, local states of the monitored device (trap 2)."""

from __future__ import annotations

import pytest
from csta_by_hand import CALL, CALLER, SEAT_LEG, TRUNK, Bench, connection, seen

from switchsim.model.cti import (
    CallBegan,
    CallEnded,
    CallNumber,
    DigitPressed,
    QueueEntered,
    QueueLeft,
    SeatCallEnded,
    SeatServed,
)
from switchsim.model.platform_events import EventTold


def test_acd_call_at_the_queue_the_caller_and_the_agent() -> None:
    """csta.md 9: Delivered at ACD device - Queued - Diverted (null) - Delivered at agent; then Established, cleared."""
    bench = Bench()
    queue, caller, agent = bench.monitor("service"), bench.monitor(TRUNK), bench.monitor("101")
    bench.incoming()
    bench.rings()
    bench.answers()
    bench.ends()
    heard = bench.heard()
    assert seen(heard, queue) == [
        ("Delivered", "alerting", "enteringDistribution"),
        ("Queued", "queued", "enteringDistribution"),
        ("Diverted", None, "distributed"),
        ("AgentBusy", None, "normal"),
    ]
    assert seen(heard, caller) == [
        ("Delivered", "connected", "enteringDistribution"),
        ("Queued", "connected", "enteringDistribution"),
        ("Diverted", "connected", "distributed"),
        ("Delivered", "connected", "distributed"),
        ("Established", "connected", "distributed"),
        ("ConnectionCleared", None, "normalClearing"),
    ]
    assert seen(heard, agent) == [
        ("Delivered", "alerting", "distributed"),
        ("Established", "connected", "distributed"),
        ("AgentBusy", None, "normal"),
        ("ConnectionCleared", "connected", "normalClearing"),  # of the caller
        ("ConnectionCleared", None, "normalClearing"),
    ]


def test_what_the_events_of_an_acd_call_say() -> None:
    bench = Bench()
    bench.monitor(TRUNK)
    bench.incoming()
    bench.rings()
    delivered, queued, diverted, offered = bench.heard()
    assert delivered.names() == [
        "monitorCrossRefID", "connection", "alertingDevice", "callingDevice", "calledDevice", "lastRedirectionDevice",
        "localConnectionInfo", "cause",
    ]  # fmt: skip
    assert (delivered.at("connection/callID"), delivered.at("connection/deviceID")) == ("7", "service")
    assert delivered.at("callingDevice/deviceIdentifier") == "13800138000"
    assert delivered.at("calledDevice/deviceIdentifier") == "10000"
    assert delivered.at("lastRedirectionDevice/notRequired") == ""
    assert (queued.at("numberQueued"), queued.at("callsInFront")) == ("1", "0")
    assert diverted.at("divertingDevice/deviceIdentifier") == "service"
    assert diverted.at("newDestination/deviceIdentifier") == "101"
    assert offered.at("alertingDevice/deviceIdentifier") == "101"
    assert offered.at("lastRedirectionDevice/numberDialed") == "service"


def test_event_is_journalled_once_for_all_clients_and_never_for_nobody() -> None:
    bench = Bench()
    bench.incoming()
    assert bench.journal(EventTold) == []
    bench.ends()
    bench.monitor(TRUNK)
    bench.monitor("service")
    bench.incoming()
    assert [event.name for event in bench.journal(EventTold)] == ["DeliveredEvent", "QueuedEvent"]


def test_queue_without_an_idle_member_says_so() -> None:
    bench = Bench()
    bench.seat("101", "talk")
    bench.seat("102", "busy")
    reference = bench.monitor("service")
    bench.incoming()
    assert seen(bench.heard(), reference)[-1] == ("Queued", "queued", "noAvailableAgents")


@pytest.mark.parametrize(
    ("why", "cause"),
    [("no_answer", "callForwardNoAnswer"), ("rejected", "callNotAnswered"), ("lost", "destOutOfOrder")],
)
def test_seat_that_does_not_answer_gives_the_call_back_to_the_queue(why: str, cause: str) -> None:
    bench = Bench()
    bench.seat("102", "busy")
    queue, agent = bench.monitor("service"), bench.monitor("101")
    bench.incoming()
    bench.rings()
    bench.heard()
    bench.tell(SeatCallEnded(CALL, SEAT_LEG, "service", "101", why, 0))
    bench.leg(SEAT_LEG, "SEAT/101", "null", cause=19)
    bench.seat("101", "busy")
    heard = bench.heard()
    assert seen(heard, agent) == [("Diverted", None, cause), ("AgentNotReady", None, "normal")]
    assert seen(heard, queue)[0][:2] == ("Queued", "queued")
    bench.rings("102", 15)
    assert seen(bench.heard(), queue)[0] == ("Diverted", None, "distributed")


def test_caller_abandons_in_the_queue() -> None:
    bench = Bench()
    queue, caller = bench.monitor("service"), bench.monitor(TRUNK)
    bench.incoming()
    bench.heard()
    bench.tell(QueueLeft(CALL, CALLER, "service", 1, 0, "abandoned", 0))
    bench.ends()
    heard = bench.heard()
    assert seen(heard, queue) == [("ConnectionCleared", None, "callCancelled")]
    assert seen(heard, caller)[-1] == ("ConnectionCleared", None, "normalClearing")


def test_caller_abandons_while_a_seat_rings() -> None:
    bench = Bench()
    agent = bench.monitor("101")
    bench.incoming()
    bench.rings()
    bench.heard()
    bench.tell(QueueLeft(CALL, CALLER, "service", 1, 0, "abandoned", 0))
    bench.tell(SeatCallEnded(CALL, SEAT_LEG, "service", "101", "abandoned", 0))
    bench.ends()
    assert seen(bench.heard(), agent) == [
        ("ConnectionCleared", "alerting", "normalClearing"),
        ("ConnectionCleared", None, "normalClearing"),
    ]


@pytest.mark.parametrize(("why", "cause"), [("overflow", "overflow"), ("redirected", "redirected")])
def test_call_leaves_its_queue_for_elsewhere(why: str, cause: str) -> None:
    bench = Bench()
    queue = bench.monitor("service")
    bench.incoming()
    bench.heard()
    bench.tell(QueueLeft(CALL, CALLER, "service", 1, 0, why, 0))
    bench.tell(QueueEntered(CALL, CALLER, "second", 1, 1, 0, True))
    heard = bench.heard()
    assert seen(heard, queue) == [("Diverted", None, cause)]
    assert heard[0].at("newDestination/notKnown") == ""


def test_hold_and_retrieve() -> None:
    bench = Bench()
    caller, agent = bench.monitor(TRUNK), bench.monitor("101")
    bench.talks()
    bench.leg(SEAT_LEG, "SEAT/101", "hold")
    bench.seat("101", "held")
    bench.leg(SEAT_LEG, "SEAT/101", "connected")
    heard = bench.heard()
    assert seen(heard, agent) == [("Held", "hold", "normal"), ("Retrieved", "connected", "normal")]
    assert seen(heard, caller) == [("Held", "connected", "normal"), ("Retrieved", "connected", "normal")]
    assert heard[0].at("heldConnection/deviceID") == "101"


def test_trap_2_seat_calls_a_seat_the_caller_s_delivered_says_connected() -> None:
    bench = Bench()
    caller, called = bench.monitor("103"), bench.monitor("102")
    bench.dials("103", "102", 9, 21)
    bench.leg(22, "SEAT/102", "alerting", call=9)
    bench.leg(22, "SEAT/102", "connected", call=9)
    heard = bench.heard()
    assert seen(heard, caller) == [
        ("ServiceInitiated", "initiated", "makeCall"),
        ("Originated", "connected", "newCall"),
        ("Delivered", "connected", "newCall"),
        ("Established", "connected", "newCall"),
    ]
    assert seen(heard, called) == [("Delivered", "alerting", "newCall"), ("Established", "connected", "newCall")]


def test_seat_dials_digit_by_digit() -> None:
    bench = Bench()
    caller = bench.monitor("103")
    bench.tell(CallBegan(9, "seat", "103", "", "", 0))
    bench.leg(21, "SEAT/103", "initiated", call=9, role="a")
    assert [name for name, _, _ in seen(bench.heard(), caller)] == ["ServiceInitiated"]
    bench.tell(CallNumber(9, "102", "102"))
    assert seen(bench.heard(), caller) == [("Originated", "connected", "newCall")]
    bench.leg(21, "SEAT/103", "initiated", call=9, role="a")  # told again of other things
    snapshot = bench.ask("SnapshotDevice", "<snapshotObject>103</snapshotObject>")
    assert snapshot.every("localConnectionState") == ["connected"]


def outgoing(bench: Bench) -> None:
    bench.tell(CallBegan(9, "out", "103", "88001234", "88001234", 0))
    bench.leg(21, "SEAT/103", "connected", call=9, role="a")
    bench.leg(22, "E1/e1-0/5", "initiated", call=9)


def test_outgoing_call_reaches_the_network() -> None:
    bench = Bench()
    caller = bench.monitor("103")
    outgoing(bench)
    bench.leg(22, "E1/e1-0/5", "alerting", call=9)
    bench.leg(22, "E1/e1-0/5", "connected", call=9)
    assert [row[:2] for row in seen(bench.heard(), caller)] == [
        ("ServiceInitiated", "initiated"), ("Originated", "connected"), ("NetworkReached", "connected"),
        ("Delivered", "connected"), ("Established", "connected"),
    ]  # fmt: skip


@pytest.mark.parametrize(("cause", "word"), [(17, "busy"), (1, "numberUnallocated"), (34, "trunksBusy")])
def test_outgoing_call_fails(cause: int, word: str) -> None:
    bench = Bench()
    caller = bench.monitor("103")
    outgoing(bench)
    bench.heard()
    bench.leg(22, "E1/e1-0/5", "null", call=9, cause=cause)
    assert seen(bench.heard(), caller) == [("Failed", "connected", word), ("ConnectionCleared", "connected", word)]


@pytest.mark.parametrize("trunk", [True, False])
def test_call_that_got_nowhere_has_failed_before_its_caller_is_cleared(trunk: bool) -> None:
    bench = Bench()
    caller = bench.monitor("103")
    if trunk:
        outgoing(bench)
    else:
        bench.dials("103", "102", 9, 21)
    bench.heard()
    bench.leg(21, "SEAT/103", "null", call=9, cause=17)
    if trunk:
        bench.leg(22, "E1/e1-0/5", "null", call=9, cause=17)
    bench.tell(CallEnded(9, 17, "network", "", "", 0, 0, 0, 0))
    heard = bench.heard()
    assert seen(heard, caller) == [("Failed", "connected", "busy"), ("ConnectionCleared", None, "busy")]
    assert heard[0].at("failingDevice/deviceIdentifier") == ("E1/e1-0/5" if trunk else "102")


def test_call_that_was_answered_does_not_fail() -> None:
    bench = Bench()
    agent = bench.monitor("101")
    bench.talks()
    bench.ends(cause=38, by="fault")
    assert {name for name, _, _ in seen(bench.heard(), agent)} == {"ConnectionCleared"}


@pytest.mark.parametrize("asked", [True, False])
def test_blind_transfer_as_the_switch_tells_it(asked: bool) -> None:
    bench = Bench()
    caller, agent = bench.monitor(TRUNK), bench.monitor("101")
    bench.talks()
    if asked:
        bench.say(f"<SingleStepTransferCall>{connection('activeCall', CALL, '101')}<transferredTo>102</transferredTo>"
                  "</SingleStepTransferCall>")  # fmt: skip
    bench.tell(SeatServed(CALL, SEAT_LEG, "service", "101", "transfer", 0, 0))
    bench.leg(SEAT_LEG, "SEAT/101", "null", cause=16)
    bench.leg(15, "SEAT/102", "alerting")
    heard = bench.heard()
    assert seen(heard, agent) == [("Transfered", None, "singleStepTransfer")]
    assert seen(heard, caller) == [
        ("Transfered", "connected", "singleStepTransfer"),
        ("Delivered", "connected", "newCall"),
    ]
    assert heard[0].at("transferredToDevice/deviceIdentifier") == ("102" if asked else None)
    assert heard[0].at("transferredToDevice/notKnown") == (None if asked else "")


def test_digits_of_a_caller() -> None:
    bench = Bench()
    bench.monitor(TRUNK)
    bench.talks()
    bench.tell(DigitPressed(CALL, CALLER, "5"))
    (told,) = bench.heard()
    assert (told.name, told.at("digitGeneratedList"), told.at("connection/deviceID")) == (
        "DigitsGeneratedEvent", "5", TRUNK)  # fmt: skip
