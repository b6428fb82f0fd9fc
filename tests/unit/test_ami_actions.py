"""AMI actions: their texts, the orders that they give to the switch, and what happens when it can not be reached."""

from __future__ import annotations

import pytest
from ami_bench import Bench, call_arrives, seat_answers, seat_rings

from switchsim.callcentre.ami import AmiConfig
from switchsim.callcentre.ami.actions import ROWS
from switchsim.model.cti import (
    AnyCtiOrder,
    HangUp,
    MemberChanged,
    PressKey,
    Redirect,
    SeatChanged,
    SetMember,
)
from switchsim.model.platform_events import RequestTaken
from switchsim.units import ms, seconds

PLACE = "Context: y|Exten: 1|Priority: 1"
CALLER, SEAT = "E1/e1-0/1-00000001", "SEAT/1001-00000002"


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def client(bench: Bench) -> int:
    return bench.logged_in("Events: off")


def message(bench: Bench, client: int, action: str, *lines: str) -> str:
    """The message of the answer, `...` while it waits for the switch."""
    bench.act(client, action, *lines, "ActionID: 17")
    answers = bench.read(client)
    assert len(answers) < 2
    assert not answers or answers[0]["ActionID"] == "17"
    return answers[0].get("Message", "") if answers else "..."


def ordered(bench: Bench, client: int, result: str = "ok") -> tuple[AnyCtiOrder, str]:
    """The order that an action gave, and the message of the answer when the switch has answered."""
    body = bench.answer(result).body
    (answer,) = bench.read(client)
    assert answer["Response"] == ("Success" if result == "ok" else "Error")
    return body, answer["Message"]


def talk(bench: Bench) -> None:
    call_arrives(bench)
    seat_rings(bench)
    seat_answers(bench)


# -- refused without an order: text by text ------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "lines", "text"), [
    ("Nonsense", "", "Invalid/unknown command: Nonsense. Use Action: ListCommands to show available commands."),
    ("Hangup", "", "No channel specified"),
    ("Hangup", "Channel: SEAT/1001-00000099", "No such channel"),
    ("Hangup", "Channel: /x", "Regex format invalid, Channel param should be /regex/"),
    ("Hangup", "Channel: /(/", "Regex compile failed on: /(/"),
    ("Setvar", "", "No variable specified"),
    ("Setvar", "Channel: x|Variable: a", "No such channel"),
    ("Setvar", "Variable: =", "Variable not set"),
    ("Getvar", "", "No variable specified"),
    ("Getvar", "Channel: x|Variable: a", "No such channel"),
    ("Status", "Channel: x", "No such channel"),
    ("Redirect", "", "Channel not specified"),
    ("Redirect", "Channel: x", "Context not specified"),
    ("Redirect", "Channel: x|Context: y", "Exten not specified"),
    ("Redirect", "Channel: x|Context: y|Exten: 1", "Priority not specified"),
    ("Redirect", "Channel: x|Context: y|Exten: 1|Priority: 0", "Priority is invalid"),
    ("Redirect", "Channel: x|Context: y|Exten: 1|Priority: 1", "Channel does not exist: x"),
    ("Redirect", f"Channel: {CALLER}|{PLACE}|ExtraChannel: x", "ExtraChannel does not exist: x"),
    ("Redirect", f"Channel: {SEAT}|Context: y|Exten: 1|Priority: 1",
     f"Redirect failed: name the party that moves, {CALLER}"),
    ("Redirect", f"Channel: {CALLER}|{PLACE}|ExtraChannel: {SEAT}",
     "Secondary redirect failed: both channels are of one call"),
    ("Redirect", f"Channel: x|{PLACE}|ExtraChannel: x|ExtraContext: y", "ExtraExten not specified"),
    ("BlindTransfer", "", "No channel specified"),
    ("BlindTransfer", "Channel: x", "No extension specified"),
    ("BlindTransfer", "Channel: x|Exten: 1", "Channel specified does not exist"),
    ("Atxfer", "Channel: x|Exten: 1", "Channel specified does not exist"),
    ("Atxfer", f"Channel: {CALLER}|Exten: 1", "No attended transfer feature code found"),
    ("Originate", "", "Channel not specified"),
    ("Originate", "Channel: nonsense", "Invalid channel"),
    ("Originate", "Channel: SIP/1001", "Invalid channel"),
    ("Originate", "Channel: E1/5", "Invalid channel"),
    ("Originate", "Channel: SEAT/1001|Priority: x", "Invalid priority"),
    ("Originate", "Channel: SEAT/1001|Timeout: soon", "Invalid timeout"),
    ("Originate", "Channel: SEAT/1001|Exten: 1", "Originate with 'Exten' requires 'Context' and 'Priority'"),
    ("Originate", "Channel: SEAT/1001|Application: System|Data: ls", "Originate failed"),
    ("Originate", f"Channel: SEAT/1001|ChannelId: {'1' * 150}", "Uniqueid length exceeds maximum of 149"),
    ("QueueAdd", "", "'Queue' not specified."),
    ("QueueAdd", "Queue: sales", "'Interface' not specified."),
    ("QueueAdd", "Queue: none|Interface: SEAT/1001", "Unable to add interface to queue: No such queue"),
    ("QueueAdd", "Queue: sales|Interface: SEAT/1001", "Unable to add interface: Already there"),
    ("QueueAdd", "Queue: sales|Interface: SIP/1", "Unable to add interface to queue: No such interface"),
    ("QueueRemove", "Queue: sales", "Need 'Queue' and 'Interface' parameters."),
    ("QueueRemove", "Queue: none|Interface: SEAT/1001", "Unable to remove interface from queue: No such queue"),
    ("QueueRemove", "Queue: sales|Interface: SEAT/1003", "Unable to remove interface: Not there"),
    ("QueueRemove", "Queue: sales|Interface: SEAT/1001", "Member not dynamic"),
    ("QueuePause", "Interface: SEAT/1001", "Need 'Interface' and 'Paused' parameters."),
    ("QueuePause", "Interface: SEAT/1003|Paused: true", "Interface not found"),
    ("QueuePause", "Interface: SEAT/1001|Paused: true|Queue: none", "Interface not found"),
    ("QueuePenalty", "Interface: SEAT/1001", "Need 'Interface' and 'Penalty' parameters."),
    ("QueuePenalty", "Interface: SEAT/1003|Penalty: 1", "Invalid interface, queuename or penalty"),
    ("AgentLogoff", "", "No agent specified"),
    ("AgentLogoff", "Agent: 9", "No such agent"),
    ("AGI", "Channel: x", "Both, Channel and Command are *required*"),
    ("AGI", "Channel: x|Command: ANSWER", "Channel x does not exist."),
    ("AGI", f"Channel: {CALLER}|Command: ANSWER", f"Failed to add AGI command to channel {CALLER} queue"),
    ("Command", "", "No command provided"),
    ("ModuleCheck", "Module: app_meetme.so", "Module not loaded"),
])  # fmt: skip
def test_what_is_refused_says_so_in_these_words(
    bench: Bench, client: int, action: str, lines: str, text: str
) -> None:
    talk(bench)
    bench.act(client, action, *(lines.split("|") if lines else []), "ActionID: 17")
    assert bench.read(client) == [{"Response": "Error", "ActionID": "17", "Message": text}]
    assert not bench.orders
    assert bench.journal(RequestTaken)[-1].result == text[:80]


# -- queues and seats ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "lines", "order", "text"), [
    ("QueueAdd", "Queue: SALES|Interface: SEAT/1003|Penalty: 4", SetMember("sales", "1003", True, 4),
     "Added interface to queue"),
    ("QueuePause", "Interface: SEAT/1001|Paused: yes|Reason: lunch", PressKey("1001", "busy", "lunch"),
     "Interface paused successfully"),
    ("QueuePause", "Interface: SEAT/1001|Paused: 1|Queue: sales", PressKey("1001", "busy", ""),
     "Interface paused successfully"),
    ("QueuePenalty", "Interface: SEAT/1001|Penalty: 9|Queue: sales", SetMember("sales", "1001", True, 9),
     "Interface penalty set successfully"),
    ("AgentLogoff", "Agent: 1002", PressKey("1002", "sign_out"), "Agent logged out"),
    ("Hangup", f"Channel: {CALLER}|Cause: 21", HangUp(1, 1, 21), "Channel Hungup"),
    ("Hangup", f"Channel: {SEAT.lower()}|Cause: x", HangUp(1, 2, 16), "Channel Hungup"),
    ("Redirect", f"Channel: {CALLER}|Context: any|Exten: 95588|Priority: 1", Redirect(1, "number:95588"),
     "Redirect successful"),
    ("Redirect", f"Channel: {CALLER}|Context: any|Exten: sales|Priority: 1", Redirect(1, "queue:sales"),
     "Redirect successful"),
    ("Redirect", f"Channel: {CALLER}|Context: seat|Exten: 1003|Priority: 1", Redirect(1, "seat:1003"),
     "Redirect successful"),
    ("Redirect", f"Channel: {CALLER}|Context: service|Exten: menu|Priority: 1", Redirect(1, "service:menu"),
     "Redirect successful"),
    ("BlindTransfer", f"Channel: {SEAT}|Exten: SEAT/1003", Redirect(1, "seat:1003"), "Transfer succeeded"),
    ("Atxfer", f"Channel: {SEAT}|Exten: 1003", PressKey("1001", "dial", "1003"), "Atxfer successfully queued"),
])  # fmt: skip
def test_what_is_done_orders_the_switch_and_answers_when_it_has(
    bench: Bench, client: int, action: str, lines: str, order: AnyCtiOrder, text: str
) -> None:
    talk(bench)
    assert message(bench, client, action, *lines.split("|")) == "..."
    assert ordered(bench, client) == (order, text)


@pytest.mark.parametrize(("action", "lines", "result", "text"), [
    ("QueueAdd", "Queue: sales|Interface: SEAT/1003", "already_there", "Unable to add interface: Already there"),
    ("QueuePause", "Interface: SEAT/1001|Paused: 1", "wrong_state", "Interface not found"),
    ("QueuePenalty", "Interface: SEAT/1001|Penalty: 2", "no_such_seat", "Invalid interface, queuename or penalty"),
    ("Hangup", f"Channel: {CALLER}", "no_such_leg", "No such channel"),
    ("Redirect", f"Channel: {CALLER}|{PLACE}", "no_such_number", "Redirect failed: no such number"),
    ("Redirect", f"Channel: {CALLER}|{PLACE}", "busy", "Redirect failed: the seat is not free"),
    ("Redirect", f"Channel: {CALLER}|{PLACE}", "no_such_seat", "Redirect failed: no such seat"),
    ("Redirect", f"Channel: {CALLER}|{PLACE}", "no_resource", "Redirect failed"),
    ("BlindTransfer", f"Channel: {SEAT}|Exten: 1", "no_such_number", "Transfer failed: no such number"),
    ("Atxfer", f"Channel: {SEAT}|Exten: 1", "wrong_state", "Atxfer failed"),
])  # fmt: skip
def test_what_the_switch_refuses_is_an_error(
    bench: Bench, client: int, action: str, lines: str, result: str, text: str
) -> None:
    talk(bench)
    assert message(bench, client, action, *lines.split("|")) == "..."
    assert ordered(bench, client, result)[1] == text


def test_a_member_is_added_renamed_paused_and_removed(bench: Bench, client: int) -> None:
    bench.tell(SeatChanged("1003", "signed_out", 0, "", "", 0))
    lines = ["Queue: sales", "Interface: SEAT/1003", "MemberName: Li", "Paused: true", "Reason: tea"]
    bench.act(client, "QueueAdd", *lines)
    bodies = [bench.answer().body for _ in range(3)]
    assert bodies == [SetMember("sales", "1003", True, 0), PressKey("1003", "sign_in"), PressKey("1003", "busy", "tea")]
    assert bench.read(client)[0]["Message"] == "Added interface to queue"
    bench.tell(SeatChanged("1003", "busy", 0, "", "tea", 0), MemberChanged("sales", "1003", True, 0, False))
    bench.act(client, "QueueStatus", "Member: Li")
    member = bench.read(client)[2]
    assert (member["Name"], member["Location"], member["Membership"]) == ("Li", "SEAT/1003", "dynamic")
    assert (member["Paused"], member["PausedReason"], member["Status"]) == ("1", "tea", "1")
    assert message(bench, client, "QueuePause", "Interface: SEAT/1003", "Paused: 1", "Reason: tea") == (
        "Interface paused successfully")  # fmt: skip
    assert message(bench, client, "QueueRemove", "Queue: sales", "Interface: SEAT/1003") == "..."
    assert ordered(bench, client) == (SetMember("sales", "1003", False, -1), "Removed interface from queue")


def test_a_penalty_without_queue_is_set_in_every_queue(bench: Bench, client: int) -> None:
    bench.tell(MemberChanged("support", "1001", True, 0, False))
    assert message(bench, client, "QueuePenalty", "Interface: SEAT/1001", "Penalty: 3") == "..."
    assert bench.answer("already_there").body == SetMember("sales", "1001", True, 3)
    assert bench.read(client) == []
    assert ordered(bench, client) == (SetMember("support", "1001", True, 3), "Interface penalty set successfully")


# -- lists ---------------------------------------------------------------------------------------------------------


def test_queue_status_lists_figures_members_and_callers(bench: Bench, client: int) -> None:
    call_arrives(bench)
    bench.wait(seconds(7))
    bench.act(client, "QueueStatus", "ActionID: 17", "Queue: SALES")
    head, params, *members, entry, end = bench.read(client)
    assert (head["Response"], head["ActionID"], head["EventList"]) == ("Success", "17", "start")
    assert head["Message"] == "Queue status will follow"
    assert list(params) == ["Event", "Queue", "Max", "Strategy", "Calls", "Holdtime", "TalkTime", "Completed",
                            "Abandoned", "ServiceLevel", "ServicelevelPerf", "ServicelevelPerf2", "Weight",
                            "ActionID"]  # fmt: skip
    assert (params["Calls"], params["ServicelevelPerf"]) == ("1", "0.0")
    assert [(one["Event"], one["Location"], one["Penalty"]) for one in members] == [
        ("QueueMember", "SEAT/1001", "0"), ("QueueMember", "SEAT/1002", "5")]  # fmt: skip
    assert entry == {
        "Event": "QueueEntry", "Queue": "sales", "Position": "1", "Channel": CALLER, "Uniqueid": "946684800.1",
        "CallerIDNum": "1380001", "CallerIDName": "unknown", "ConnectedLineNum": "unknown",
        "ConnectedLineName": "unknown", "Wait": "7", "Priority": "0", "ActionID": "17"}  # fmt: skip
    assert end == {"Event": "QueueStatusComplete", "ActionID": "17", "EventList": "Complete", "ListItems": "4"}


def test_what_the_office_data_say_of_seats_and_queues_is_shown() -> None:
    bench = Bench(config=AmiConfig(auth=False, wrap_up={"1001": 2}, longest={"sales": 40}))
    client = bench.logged_in()
    bench.act(client, "QueueStatus")
    _, params, first, second, _ = bench.read(client)
    assert (params["Max"], first["Wrapuptime"], second["Wrapuptime"]) == ("40", "2", "0")
    bench.tell(SeatChanged("1001", "talk", 1, "", "", 0))
    assert bench.read(client)[0]["Wrapuptime"] == "2"
    bench.act(client, "Command", "Command: queue show sales")
    assert "sales has 0 calls (max 40) in" in bench.read(client)[0]["Output"]


def test_queue_summary_counts_who_is_there_and_who_is_free(bench: Bench, client: int) -> None:
    call_arrives(bench)
    bench.wait(seconds(9))
    bench.tell(SeatChanged("1001", "busy", 0, "", "", 0))
    bench.act(client, "QueueSummary")
    _, summary, end = bench.read(client)
    assert (summary["LoggedIn"], summary["Available"], summary["Callers"], summary["LongestHoldTime"]) == (
        "2", "1", "1", "9")  # fmt: skip
    assert (end["Event"], end["ListItems"]) == ("QueueSummaryComplete", "1")


def test_channels_are_listed_two_ways(bench: Bench, client: int) -> None:
    talk(bench)
    bench.wait(seconds(61))
    bench.act(client, "CoreShowChannels")
    head, first, second, end = bench.read(client)
    assert (head["Message"], end["ListItems"]) == ("Channels will follow", "2")
    assert end["Event"] == "CoreShowChannelsComplete"
    assert (first["Channel"], second["Channel"], first["Duration"]) == (CALLER, SEAT, "00:01:01")
    assert (first["Application"], first["ApplicationData"], second["Application"]) == ("Queue", "sales", "AppQueue")
    assert first["BridgeId"] == second["BridgeId"] != ""
    bench.act(client, "Status", f"Channel: {SEAT}", "Variables: EXTEN,none")
    head, only, end = bench.read(client)
    assert (head["Message"], end["Event"], end["Items"]) == ("Channel status will follow", "StatusComplete", "1")
    assert (only["Privilege"], only["Channel"], only["Seconds"]) == ("Call", SEAT, "61")
    assert only["Variable"] == "EXTEN=10000|none="


@pytest.mark.parametrize(("command", "response", "lines"), [
    ("core show version", "Success", ["Asterisk 24.0.0 built by"]),
    ("core show channels count", "Success", ["2 active channels", "1 active call", "1 call processed"]),
    ("core show channels concise", "Success", [f"{CALLER}!default!10000!1!Up!Queue!sales!", f"{SEAT}!default!"]),
    ("queue show sales", "Success", ["sales has 0 calls (max unlimited) in 'leastrecent' strategy",
                                     "   Members: ", "      SEAT/1001 (ringinuse disabled) (in call) (In use) has"]),
    ("queue show x", "Success", ["No such queue: x."]),
    ("rm -rf", "Error", ["No such command 'rm -rf' (type 'core show help rm -rf' for other possible commands)"]),
])  # fmt: skip
def test_commands_of_the_console(
    bench: Bench, client: int, command: str, response: str, lines: list[str]
) -> None:
    talk(bench)
    bench.act(client, "Command", f"Command: {command}")
    (answer,) = bench.read(client)
    assert (answer["Response"], answer["Message"]) == (response, "Command output follows")
    output = answer["Output"].split("|")
    assert [line for line, start in zip(output, lines, strict=False) if line.startswith(start)] == output[: len(lines)]
    assert len(output) >= len(lines)


def test_small_answers(bench: Bench, client: int) -> None:
    bench.wait(ms(1500))
    bench.act(client, "Ping", "ActionID: 17")
    assert bench.read(client) == [
        {"Response": "Success", "ActionID": "17", "Ping": "Pong", "Timestamp": "946684801.500000"}]  # fmt: skip
    for action, key, value in [
        ("CoreSettings", "AMIversion", "13.0.0"), ("CoreStatus", "CoreCurrentCalls", "0"),
        ("ModuleCheck", "Version", ""), ("ListCommands", "Ping", "Keepalive command. (Priv: <none>)"),
    ]:  # fmt: skip
        bench.act(client, action, "Module: app_queue")
        assert bench.read(client)[0][key] == value


def test_every_action_of_the_table_is_listed_and_answered(bench: Bench, client: int) -> None:
    bench.act(client, "ListCommands")
    (listed,) = bench.read(client)
    assert {row.name for row in ROWS} <= set(listed)
    for row in ROWS:
        if row.name != "Logoff":
            bench.act(client, row.name)
            assert bench.read(client)[0]["Response"] in ("Success", "Error"), row.name


def test_a_user_event_goes_to_everybody_with_its_headers(bench: Bench, client: int) -> None:
    other = bench.logged_in()
    bench.act(client, "UserEvent", "UserEvent: Note", "Key: 1", "ActionID: 17")
    assert bench.read(other) == [
        {"Event": "UserEvent", "Privilege": "user,all", "UserEvent": "Note", "Key": "1", "ActionID": "17"}]  # fmt: skip
    assert bench.read(client)[0]["Message"] == "Event Sent"
