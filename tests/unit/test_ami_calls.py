"""AMI actions on calls: variables, Originate, Redirect, Hangup, transfers; and the switch out of reach."""

from __future__ import annotations

import pytest
from ami_bench import SEATS, Bench, call_arrives
from test_ami_actions import CALLER, SEAT, bench, client, message, ordered, talk

from switchsim.callcentre.ami.actions import ROWS
from switchsim.callcentre.ami.calls import caller_id
from switchsim.model.cti import CallBegan, HangUp, LegChanged, Originate, PressKey, Redirect, SeatCalled
from switchsim.units import ms, seconds

__all__ = ["bench", "client"]

# -- calls ---------------------------------------------------------------------------------------------------------


def test_variables_of_a_channel_and_global_ones(bench: Bench, client: int) -> None:
    talk(bench)
    listener = bench.logged_in("Events: dialplan")
    assert message(bench, client, "Setvar", f"Channel: {CALLER}", "Variable: __ticket", "Value: 42") == "Variable Set"
    assert message(bench, client, "Setvar", "Variable: site", "Value: a,b: c") == "Variable Set"
    assert [(one["Event"], one.get("Channel"), one["Variable"]) for one in bench.read(listener)] == [
        ("VarSet", CALLER, "__ticket"), ("VarSet", None, "site")]  # fmt: skip
    values = {}
    for name in ("ticket", "site", "none", "CALLERID(num)", "UNIQUEID", "CHANNEL(state)", "QUEUENAME"):
        bench.act(client, "Getvar", f"Channel: {CALLER}", f"Variable: {name}")
        (answer,) = bench.read(client)
        values[answer["Variable"]] = answer["Value"]
    assert values == {"ticket": "42", "site": "a,b: c", "none": "", "CALLERID(num)": "1380001",
                      "UNIQUEID": "946684800.1", "CHANNEL(state)": "Up", "QUEUENAME": "sales"}  # fmt: skip


def test_hangup_by_expression_lists_what_it_hangs_up(bench: Bench, client: int) -> None:
    call_arrives(bench)
    call_arrives(bench, 2, 2, 2)
    bench.act(client, "Hangup", "Channel: /^E1.e1-0.(1|3)-/", "Cause: 17", "ActionID: 17")
    head, only, end = bench.read(client)
    assert head["Message"] == "Channels hung up will follow"
    assert only == {"Event": "ChannelHungup", "Channel": CALLER, "ActionID": "17"}
    assert (end["Event"], end["ListItems"]) == ("ChannelsHungupListComplete", "1")
    assert [wanted.body for wanted in bench.orders] == [HangUp(1, 1, 17)]


@pytest.mark.parametrize(("text", "name", "number"), [
    ('"Li Wei" <13800138000>', "Li Wei", "13800138000"), ("Li <+86 10>", "Li", "+8610"), ("10086", "", "10086"),
    ("", "", ""), ("Li", "Li", ""), ("<1>", "", "1"), ('"', "", ""),
])  # fmt: skip
def test_caller_ids(text: str, name: str, number: str) -> None:
    assert caller_id(text) in ((name, number), ('"', ""))


ORIGINATE = ("Channel: SEAT/1001", "Context: any", "Exten: 95588", "Priority: 1", 'CallerID: "Li" <10086>',
             "Timeout: 20000", "Variable: ticket=7,site=x", "Variable: more=y", "Account: acc")  # fmt: skip
RING = [
    CallBegan(4, "out", "10086", "1001", "1001", 0),
    SeatCalled(4, 9, "", "1001", 0),
    LegChanged(4, 9, "SEAT/1001", "a", "alerting", 0, (), 0),
]


def test_originate_waits_for_the_answer_longer_than_other_actions(bench: Bench, client: int) -> None:
    assert message(bench, client, "Originate", *ORIGINATE) == "..."
    (wanted,) = bench.orders
    assert wanted.body == Originate("SEAT/1001", "number:95588", "10086", ms(20_000))
    bench.tell(*RING)
    bench.wait(seconds(19))
    assert bench.read(client) == []
    assert ordered(bench, client)[1] == "Originate successfully queued"
    bench.act(client, "Getvar", "Channel: SEAT/1001-00000009", "Variable: site")
    assert bench.read(client)[0]["Value"] == "x"
    channel = bench.ami.state.channels[9]
    assert (channel.caller, channel.caller_name, channel.account) == ("10086", "Li", "acc")


@pytest.mark.parametrize(("result", "response", "reason"), [
    ("ok", "Success", "4"), ("busy", "Failure", "5"), ("no_answer", "Failure", "3"), ("no_circuit", "Failure", "8"),
    ("no_such_seat", "Failure", "0"),
])
def test_an_asynchronous_originate_is_told_of_by_its_event(
    bench: Bench, client: int, result: str, response: str, reason: str
) -> None:
    other = bench.logged_in("Events: call")
    text = message(bench, client, "Originate", *ORIGINATE, "Async: true", "ChannelId: mine-1")
    assert text == "Originate successfully queued"
    bench.tell(*RING)
    bench.read(other)
    bench.answer(result, 4)
    good = response == "Success"
    assert bench.read(other)[-1] == {
        "Event": "OriginateResponse", "Privilege": "call,all", "ActionID": "17", "Response": response,
        "Channel": "SEAT/1001-00000009" if good else "SEAT/1001", "Context": "any", "Exten": "95588",
        "Reason": reason, "Uniqueid": "mine-1", "CallerIDNum": "10086", "CallerIDName": "Li"}  # fmt: skip


@pytest.mark.parametrize(("lines", "target"), [
    ("Application: Queue|Data: sales,t", "queue:sales"), ("Application: Service|Data: menu", "service:menu"),
    ("Application: Dial|Data: SEAT/1002", "seat:1002"), ("Application: Dial|Data: E1/*/139", "number:139"),
    ("Context: queue|Exten: sales|Priority: 1", "queue:sales"),
])  # fmt: skip
def test_where_an_originated_call_goes(bench: Bench, client: int, lines: str, target: str) -> None:
    assert message(bench, client, "Originate", "Channel: E1/*/13900000000", *lines.split("|")) == "..."
    assert bench.orders[0].body == Originate("E1/*/13900000000", target, "", ms(30_000))


def test_an_originate_that_nobody_answers_is_given_up_after_its_time(bench: Bench, client: int) -> None:
    message(bench, client, "Originate", *ORIGINATE)
    bench.wait(seconds(24))
    assert bench.read(client) == []
    bench.wait(seconds(2))
    assert bench.read(client)[0]["Message"] == "Switch not reachable"


def test_two_calls_are_redirected_at_once(bench: Bench, client: int) -> None:
    call_arrives(bench)
    call_arrives(bench, 2, 2, 2)
    lines = [f"Channel: {CALLER}", "ExtraChannel: E1/e1-0/2-00000002", "Context: seat", "Exten: 1001", "Priority: 1",
             "ExtraContext: seat", "ExtraExten: 1002", "ExtraPriority: 1"]  # fmt: skip
    message(bench, client, "Redirect", *lines)
    assert bench.answer().body == Redirect(1, "seat:1001")
    assert ordered(bench, client) == (Redirect(2, "seat:1002"), "Dual Redirect successful")


def test_of_a_call_that_a_seat_made_the_circuit_is_redirected(bench: Bench, client: int) -> None:
    bench.tell(
        CallBegan(3, "out", "1003", "139", "139", 0),
        LegChanged(3, 5, "SEAT/1003", "a", "connected", 0, (6,), 9),
        LegChanged(3, 6, "E1/e1-0/4", "b", "connected", 0, (5,), 80),
    )
    place = ("Context: seat", "Exten: 1001", "Priority: 1")
    assert message(bench, client, "Redirect", "Channel: SEAT/1003-00000005", *place) == (
        "Redirect failed: name the party that moves, E1/e1-0/4-00000006")  # fmt: skip
    message(bench, client, "Redirect", "Channel: E1/e1-0/4-00000006", *place)
    assert ordered(bench, client) == (Redirect(3, "seat:1001"), "Redirect successful")
    message(bench, client, "BlindTransfer", "Channel: SEAT/1003-00000005", *place)
    assert ordered(bench, client) == (Redirect(3, "seat:1001"), "Transfer succeeded")
    assert message(bench, client, "BlindTransfer", "Channel: E1/e1-0/4-00000006", *place) == "Transfer not permitted"


def test_a_blind_transfer_tells_its_event(bench: Bench, client: int) -> None:
    talk(bench)
    other = bench.logged_in("Events: call")
    message(bench, client, "BlindTransfer", f"Channel: {SEAT}", "Exten: 95588", "Context: any")
    bench.answer()
    (event,) = bench.read(other)
    assert (event["Event"], event["Result"], event["TransfererChannel"], event["TransfereeChannel"]) == (
        "BlindTransfer", "Success", SEAT, CALLER)  # fmt: skip
    assert (event["IsExternal"], event["Context"], event["Extension"]) == ("Yes", "any", "95588")
    assert event["BridgeNumChannels"] == "2"


def test_hanging_up_a_seat_that_an_atxfer_made_consult_completes_the_transfer(bench: Bench, client: int) -> None:
    talk(bench)
    message(bench, client, "Atxfer", f"Channel: {SEAT}", "Exten: 1002")
    ordered(bench, client)
    message(bench, client, "Hangup", f"Channel: {SEAT}")
    assert ordered(bench, client) == (PressKey("1001", "complete"), "Channel Hungup")
    message(bench, client, "Hangup", f"Channel: {SEAT}")
    assert ordered(bench, client)[0] == HangUp(1, 2, 16)


# -- out of reach --------------------------------------------------------------------------------------------------

NEEDING = [row.name for row in ROWS if row.switch]


@pytest.mark.parametrize("action", NEEDING)
def test_without_the_switch_what_needs_it_is_an_error(bench: Bench, client: int, action: str) -> None:
    bench.link(False)
    assert message(bench, client, action, "Channel: x") == "Switch not reachable"


def test_what_waits_when_the_switch_goes_is_answered_at_once_and_not_repeated_later(bench: Bench, client: int) -> None:
    assert message(bench, client, "QueuePause", "Interface: SEAT/1001", "Paused: 1") == "..."
    (wanted,) = bench.orders
    bench.link(False)
    assert bench.read(client)[0]["Message"] == "Switch not reachable"
    bench.orders.clear()
    bench.link(True)
    bench.everything(SEATS)
    assert bench.orders == []
    bench.orders = [wanted]
    bench.answer()
    assert bench.read(client) == []


def test_no_answer_in_five_seconds_is_no_answer(bench: Bench, client: int) -> None:
    message(bench, client, "Hangup", "Channel: x")
    call_arrives(bench)
    assert message(bench, client, "Hangup", f"Channel: {CALLER}") == "..."
    bench.wait(seconds(5) + ms(1))
    assert bench.read(client)[0]["Message"] == "Switch not reachable"


def test_at_the_start_an_action_waits_for_the_first_view_of_the_switch() -> None:
    bench = Bench(up=False)
    client = bench.logged_in()
    bench.act(client, "QueueSummary")
    bench.act(client, "Ping")
    assert bench.read(client) == []
    bench.link(True)
    bench.everything(SEATS)
    assert [one.get("Event", one.get("Ping", one.get("Message"))) for one in bench.read(client)] == [
        "Queue summary will follow", "QueueSummary", "QueueSummaryComplete", "Pong"]  # fmt: skip


def test_a_view_that_does_not_come_is_an_error_after_five_seconds() -> None:
    bench = Bench(up=False)
    client = bench.logged_in()
    bench.act(client, "QueueSummary")
    bench.wait(seconds(5) + ms(1))
    assert bench.read(client)[0]["Message"] == "Switch not reachable"
