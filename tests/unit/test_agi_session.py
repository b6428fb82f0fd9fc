"""FastAGI sessions: connecting and failing over, each command, the caller who hangs up, servers that die or hang."""

from __future__ import annotations

import msgspec
import pytest
from agi_by_hand import CONFIG, SOUNDS, Bench
from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.callcentre.agi.state import BAD_LINES, WAITING_LINES
from switchsim.model.cti import (
    AllBegins,
    AllTold,
    AnswerCaller,
    AttachChannel,
    CallEnded,
    ChannelFreed,
    FlowAsked,
    HangUp,
    Redirect,
    RefuseFlow,
)
from switchsim.model.order import Heal
from switchsim.model.platform import ChannelGiven, Register
from switchsim.proto.agi import COMMANDS
from switchsim.units import ms, seconds

INVALID = "510 Invalid or unknown command\n"
DEAD = "511 Command Not Permitted on a dead channel or intercept routine\n"


# -- connecting --------------------------------------------------------------------------------------------------


def test_a_call_is_connected_attached_and_opened() -> None:
    bench = Bench()
    bench.call()
    assert bench.dialled == [(1, "ivr-a:4573")]
    assert not bench.orders, "no voice channel before the server is there"
    bench.outside("attached", 1)
    assert bench.orders == [AttachChannel(1, "vp-0", 1)]
    opening = bench.hear().split("\n")
    assert opening[:4] == ["agi_network: yes", "agi_network_script: menu", "agi_request: agi://ivr-a,[::1]:4574/menu",
                           "agi_channel: E1/e1-0/3-0000000a"]
    assert {"agi_callerid: 13800138000", "agi_dnid: 10060", "agi_extension: 10060", "agi_type: E1",
            "agi_uniqueid: 946684800.10"} <= {*opening}
    assert opening[-2:] == ["", ""]
    assert bench.changes == [(1, "connected", "agi://ivr-a,[::1]:4574/menu")]


def test_a_number_has_its_own_server() -> None:
    bench = Bench()
    bench.call(flow="agi/10061")
    assert bench.dialled == [(1, "ivr-b:4573")]


def test_flows_of_others_are_left_alone() -> None:
    bench = Bench()
    bench.call(flow="welcome")
    bench.call(2, flow="agile")
    assert (bench.dialled, bench.orders) == ([], [])


def test_a_flow_without_a_server_is_refused() -> None:
    bench = Bench()
    bench.call(flow="agi/4711")
    assert bench.orders == [RefuseFlow(1)]
    assert bench.changes == [(0, "refused", "agi/4711: no server for it")]
    assert bench.agi.state.sessions == {}


def test_the_next_host_is_tried_and_every_attempt_counted() -> None:
    bench = Bench()
    bench.call()
    bench.outside("connect_failed", 1, b"refused")
    assert bench.dialled == [(1, "ivr-a:4573"), (2, "[::1]:4574")]
    bench.outside("attached", 1)  # a late word of the first one
    assert bench.orders == []
    bench.outside("attached", 2)
    assert bench.orders == [AttachChannel(1, "vp-0", 1)]
    assert bench.agi.state.failed == 1
    assert bench.changes[0] == (1, "failed", "refused")


def test_no_host_left_refuses_the_call() -> None:
    bench = Bench()
    bench.call()
    bench.outside("connect_failed", 1, b"unreachable")
    bench.outside("connect_failed", 2, b"timeout")
    assert bench.orders == [RefuseFlow(1)]
    assert (bench.agi.state.failed, bench.agi.state.refused, bench.agi.state.sessions) == (2, 1, {})


def test_a_host_that_does_not_answer_is_given_up() -> None:
    bench = Bench()
    bench.call()
    bench.run(CONFIG.connect_cycles)
    assert bench.closed == [1]
    assert bench.dialled[1:] == [(2, "[::1]:4574")]
    assert bench.changes == [(1, "failed", "timeout")]


@pytest.mark.parametrize("how", ["full", "silent"])
def test_the_next_voice_processor_is_asked(how: str) -> None:
    bench = Bench()
    getattr(bench, how).add("vp/0")
    bench.call()
    bench.outside("attached", 1)
    bench.run(CONFIG.channel_cycles)
    assert bench.orders == [AttachChannel(1, "vp-1", 1)]


def test_a_channel_that_comes_too_late_is_given_back() -> None:
    bench = Bench()
    bench.silent.add("vp/0")
    bench.call()
    bench.outside("attached", 1)
    bench.run(CONFIG.channel_cycles)
    bench.write("vp/0", ChannelGiven(1, 5, "vp-0", 6))
    assert bench.given_back == [("vp/0", 5)]


def test_no_voice_channel_refuses_the_call() -> None:
    bench = Bench()
    bench.full |= {"vp/0", "vp/1"}
    bench.call()
    bench.outside("attached", 1)
    assert bench.orders == [RefuseFlow(1)]
    assert bench.closed == [1]


def test_a_call_that_went_before_it_was_attached() -> None:
    bench = Bench()
    bench.refusals[AttachChannel] = "wrong_state"
    bench.call()
    bench.outside("attached", 1)
    assert bench.orders == [AttachChannel(1, "vp-0", 1), RefuseFlow(1)]
    assert bench.closed == [1]
    assert bench.given_back == [("vp/0", 0)]
    assert bench.agi.state.sessions == {}


def test_a_caller_who_hangs_up_while_we_connect() -> None:
    bench = Bench()
    bench.call()
    bench.hang_up()
    assert bench.closed == [1]
    assert bench.orders == []
    assert bench.agi.state.sessions == {}
    assert not any(name.startswith("session") for name in bench.timers)


def test_asked_twice_a_call_has_one_session() -> None:
    bench = Bench()
    bench.served()
    bench.tell(FlowAsked(1, 10, "agi", "10060", "13800138000"))
    assert len(bench.dialled) == 1


def test_too_many_sessions() -> None:
    bench = Bench(msgspec.structs.replace(CONFIG, sessions=1))
    bench.served()
    bench.call(2)
    assert bench.changes[-1] == (0, "refused", "agi: too many sessions")


# -- commands, by their answers ----------------------------------------------------------------------------------

AT_ONCE = [
    ("NOOP hello", "200 result=0"),
    ("noop", "200 result=0"),
    ("ANSWER", "200 result=0"),
    ("CHANNEL STATUS", "200 result=4"),
    ("CHANNEL STATUS E1/e1-0/3-0000000a", "200 result=4"),
    ("CHANNEL STATUS E1/e1-0/9-0000000a", "200 result=-1"),
    ("SET VARIABLE name value", "200 result=1"),
    ("GET VARIABLE name", "200 result=0"),
    ("GET VARIABLE CALLERID(num)", "200 result=1 (13800138000)"),
    ("GET FULL VARIABLE ${CHANNEL}/${EXTEN}", "200 result=1 (E1/e1-0/3-0000000a/10060)"),
    ("GET FULL VARIABLE ${CHANNEL} E1/e1-0/3-0000000a", "200 result=1 (E1/e1-0/3-0000000a)"),
    ("GET FULL VARIABLE ${CHANNEL} nobody", "200 result=0"),
    ("SET CALLERID 4711", "200 result=1"),
    ("SET CONTEXT ivr", "200 result=0"),
    ("SET EXTENSION 2001", "200 result=0"),
    ("SET PRIORITY 2", "200 result=0"),
    ("SET MUSIC ON default", "200 result=0"),
    ("SET AUTOHANGUP 60", "200 result=0"),
    ("DATABASE GET a b", "200 result=0"),
    ("DATABASE PUT a b c", "200 result=1"),
    ("DATABASE DEL a b", "200 result=0"),
    ("DATABASE DELTREE a", "200 result=0"),
    ("VERBOSE text 3", "200 result=1"),
    ("TDD MODE on", "200 result=0"),
    ("RECEIVE CHAR 100", "200 result=0 (timeout)"),
    ("RECEIVE TEXT 100", "200 result=-1"),
    ("SEND TEXT hello", "200 result=0"),
    ("SEND IMAGE logo", "200 result=0"),
    ("SPEECH CREATE lumenvox", "200 result=0"),
    ("ASYNCAGI BREAK", "200 result=0"),
    ("STREAM FILE nothing 12", "200 result=-1 endpos=0"),
    ("STREAM FILE welcome 12 800", "200 result=-1 endpos=800"),
    ("CONTROL STREAM FILE nothing 12 3000", "200 result=-1 endpos=0"),
    ("GET OPTION nothing 12", "200 result=-1 endpos=0"),
    ("GET DATA nothing", "200 result=-1"),
    ("WAIT FOR DIGIT 0", "200 result=0"),
    ("SAY DIGITS 12 #", None),
    ("SAY NUMBER 77 #", "200 result=-1"),  # there is no digits/70 here
    ("SAY NUMBER 1000000000 #", "200 result=-1"),
    ("SAY ALPHA abc #", "200 result=0"),  # no letters here: silent
    ("RECORD FILE note gsm # 1000", "200 result=-1 (writefile)"),
    ("RECORD FILE note wav # 0", "200 result=0 (timeout) endpos=0"),
    ("EXEC NoSuchApplication", "200 result=-2"),
    ("EXEC SendDTMF 123", "200 result=-2"),
    ("EXEC NoOp x", "200 result=0"),
    ("EXEC Set a=b", "200 result=0"),
    ("EXEC Answer", "200 result=0"),
    ("EXEC Wait x", "200 result=0"),
    ("EXEC Goto default,2001,1", "200 result=0"),
    ("HANGUP nobody", "200 result=-1"),
    ("GOSUB a b 1", "510 Invalid or unknown command"),
    ("STREAM", "510 Invalid or unknown command"),
    ("", "510 Invalid or unknown command"),
]


@pytest.mark.parametrize(("line", "answer"), AT_ONCE)
def test_answer(line: str, answer: str | None) -> None:
    bench = Bench()
    bench.served()
    assert bench.command(line) == ("" if answer is None else answer + "\n")


def test_wrong_arguments_show_the_usage() -> None:
    bench = Bench()
    bench.served()
    lines = bench.command("WAIT FOR DIGIT").split("\n")
    assert lines[0] == "520-Invalid command syntax.  Proper usage follows:"
    assert lines[-2:] == ["520 End of proper usage.", ""]
    assert bench.requests == [("WAIT FOR DIGIT", "", "520")]


def test_answer_is_ordered_once_and_its_failure_told() -> None:
    bench = Bench()
    bench.served()
    assert [bench.command("ANSWER"), bench.command("EXEC Answer")] == ["200 result=0\n"] * 2
    assert bench.orders.count(AnswerCaller(1)) == 1
    assert bench.command("CHANNEL STATUS") == "200 result=6\n"
    bench = Bench()
    bench.refusals[AnswerCaller] = "no_such_call"
    bench.served()
    assert bench.command("ANSWER") == "200 result=-1\n"


def test_variables_and_the_database_remember() -> None:
    bench = Bench()
    bench.served()
    bench.command('SET VARIABLE name "two words"')
    bench.command("EXEC Set other=1,2")
    assert bench.command("GET VARIABLE name") == "200 result=1 (two words)\n"
    bench.command("SET CALLERID 4711")
    assert bench.command("GET FULL VARIABLE ${name}:${other}") == "200 result=1 (two words:1,2)\n"
    assert bench.command("GET VARIABLE CALLERID(num)") == "200 result=1 (4711)\n"
    for key in ("x/1", "x/2", "y"):
        bench.command(f"DATABASE PUT family {key} v{key}")
    assert bench.command("DATABASE GET family x/2") == "200 result=1 (vx/2)\n"
    assert bench.command("GET VARIABLE DB(family/y)") == "200 result=1 (vy)\n"
    assert bench.command("DATABASE DELTREE family x") == "200 result=1\n"
    assert bench.command("DATABASE GET family x/1") == "200 result=0\n"
    assert bench.command("DATABASE DEL family y") == "200 result=1\n"


def test_a_sound_is_played_to_its_end() -> None:
    bench = Bench()
    bench.served()
    assert bench.command('STREAM FILE welcome ""') == ""
    bench.run(SOUNDS["welcome"] - 1)
    assert bench.hear() == ""
    bench.run(1)
    assert bench.hear() == "200 result=0 endpos=8000\n"
    assert bench.requests == [("STREAM FILE", "welcome", "0 endpos=8000")]


@pytest.mark.parametrize("command", ["STREAM FILE", "CONTROL STREAM FILE", "GET OPTION"])
def test_an_escape_digit_cuts_a_sound_short(command: str) -> None:
    bench = Bench()
    bench.served()
    bench.command(f"{command} welcome 12#")
    bench.run(3000)
    bench.press("5")
    assert bench.hear() == ""
    bench.press("2")
    assert bench.hear() == "200 result=50 endpos=3000\n"
    assert bench.agi.state.dropped == 1


def test_get_option_waits_after_the_sound() -> None:
    bench = Bench()
    bench.served()
    bench.command("GET OPTION welcome 12 2000")
    bench.run(8000)
    bench.press("1")
    assert bench.hear() == "200 result=49 endpos=8000\n"
    bench.command("GET OPTION welcome 12 2000")
    bench.run(8000)
    bench.press("9")
    assert bench.hear() == "200 result=0 endpos=8000\n"
    bench.command("GET OPTION welcome 12 2000")
    bench.run(8000 + ms(2000) - 1)
    assert bench.hear() == ""
    bench.run(1)
    assert bench.hear() == "200 result=0 endpos=8000\n"


GET_DATA = [
    # keys: a digit, or cycles that pass
    ("GET DATA menu 2000 3", ["1", "2", "3"], "200 result=123"),
    ("GET DATA menu 2000 3", ["1", "2", ms(2000)], "200 result=12 (timeout)"),
    ("GET DATA menu 2000 3", [16000, ms(2000)], "200 result= (timeout)"),
    ("GET DATA menu 2000 3", [16000, ms(1999), "7", "#"], "200 result=7"),
    ("GET DATA menu 2000", ["#"], "200 result="),
    ("GET DATA menu", [16000, seconds(9), "7", seconds(4), "8", seconds(5)], "200 result=78 (timeout)"),
    ("GET DATA menu", [16000, seconds(10)], "200 result= (timeout)"),
    ("GET DATA menu -1 1", [16000, seconds(59), "*"], "200 result=*"),
    ('GET DATA "" 2000 1', [ms(1000), "4"], "200 result=4"),
]


@pytest.mark.parametrize(("line", "keys", "answer"), GET_DATA)
def test_get_data(line: str, keys: list[int | str], answer: str) -> None:
    bench = Bench()
    bench.served()
    bench.command(line)
    for key in keys:
        assert bench.hear() == ""
        bench.press(key) if isinstance(key, str) else bench.run(key)
    assert bench.hear() == answer + "\n"


def test_wait_for_digit() -> None:
    bench = Bench()
    bench.served()
    bench.press("9")  # nobody waits for it: lost, as in Asterisk
    bench.command("WAIT FOR DIGIT 500")
    bench.run(ms(500))
    assert bench.hear() == "200 result=0\n"
    bench.command("WAIT FOR DIGIT -1")
    bench.run(seconds(100))
    bench.press("#")
    assert bench.hear() == "200 result=35\n"
    assert bench.agi.state.dropped == 1


SPOKEN = [
    ("SAY DIGITS 120 #", 3), ("SAY NUMBER 12 #", 1), ("SAY NUMBER 0 #", 1), ("SAY ALPHA 1a2 #", 2),
    ("SAY PHONETIC 12 #", 2), ("SAY TIME 0 #", 2), ("EXEC Playback welcome", 2), ("EXEC Playback welcome&nothing", 2),
]  # fmt: skip


@pytest.mark.parametrize(("line", "sounds"), SPOKEN)
def test_what_is_said_is_heard(line: str, sounds: int) -> None:
    bench = Bench()
    bench.served()
    bench.command(line)
    bench.run(4000 * sounds - 1)
    assert bench.hear() == ""
    bench.run(1)
    assert bench.hear() == "200 result=0\n"


def test_saying_stops_at_an_escape_digit() -> None:
    bench = Bench()
    bench.served()
    bench.command("SAY DIGITS 123456 15")
    bench.run(5000)
    bench.press("5")
    assert bench.hear() == "200 result=53\n"


def test_recording() -> None:
    bench = Bench()
    bench.served()
    bench.command("RECORD FILE notes/1 wav # 5000 0 BEEP s=3")
    assert (bench.recorded.name, bench.recorded.limit, bench.recorded.silence, bench.recorded.beep) == (
        "notes/1", ms(5000), seconds(3), True)
    bench.run(1234)
    bench.press("#")
    assert bench.hear() == "200 result=35 (dtmf) endpos=1234\n"
    bench.command("RECORD FILE notes/2 wav # 500")
    assert (bench.recorded.silence, bench.recorded.beep) == (0, False)
    bench.run(ms(500))
    assert bench.hear() == "200 result=0 (timeout) endpos=4000\n"
    bench.command("RECORD FILE notes/3 wav # -1 s=2 beep")
    assert (bench.recorded.limit, bench.recorded.silence, bench.recorded.beep) == (0, seconds(2), True)


def test_waiting_by_application() -> None:
    bench = Bench()
    bench.served()
    bench.command("EXEC Wait 1.25")
    bench.run(ms(1250) - 1)
    assert bench.hear() == ""
    bench.run(1)
    assert bench.hear() == "200 result=0\n"


def test_pipelined_commands_wait_for_their_turn() -> None:
    bench = Bench()
    bench.served()
    assert bench.command('STREAM FILE welcome ""\nNOOP\nGET VARIABLE x') == ""
    bench.run(8000)
    assert bench.hear() == "200 result=0 endpos=8000\n200 result=0\n200 result=0\n"


def test_chunks_make_no_difference() -> None:
    whole, pieces = Bench(), Bench()
    text = b'ANSWER\nSTREAM FILE welcome "1"\nSAY DIGITS 12 ""\nNOOP\n'
    for bench in (whole, pieces):
        bench.served()
    whole.outside("data", 1, text)
    for octet in text:
        pieces.outside("data", 1, bytes([octet]))
    for bench in (whole, pieces):
        bench.run(seconds(5))
    assert whole.hear() == pieces.hear()
    assert whole.requests == pieces.requests
    assert len(whole.requests) == 4


# -- where the call goes -----------------------------------------------------------------------------------------


def test_hangup_clears_the_call_and_says_so() -> None:
    bench = Bench()
    bench.served()
    assert bench.command("HANGUP") == "200 result=1\nHANGUP\n"
    assert bench.orders[-1] == HangUp(1, 0, 16)
    assert bench.given_back == [("vp/0", 0)]
    bench.outside("detached", 1, b"reset")
    assert bench.agi.state.sessions == {}
    assert (bench.agi.state.died, bench.orders[-1]) == (0, HangUp(1, 0, 16))


def test_hangup_of_another_channel() -> None:
    bench = Bench()
    bench.served()
    bench.call(2, flow="other")
    bench.refusals[HangUp] = "no_such_call"  # the toy knows one voice channel
    assert bench.command("HANGUP E1/e1-0/3-00000014") == "200 result=1\n"
    assert bench.orders[-1] == HangUp(2, 20, 16)
    assert bench.command("NOOP") == "200 result=0\n"


MOVES = [("EXEC Queue sales,t,,,60", "queue:sales"), ("EXEC Dial SEAT/1001,30", "seat:1001"),
         ("EXEC Dial E1/e1-0/2001", "number:2001"), ("EXEC Dial Local/2002@default", "number:2002")]


@pytest.mark.parametrize(("line", "target"), MOVES)
def test_a_call_that_is_given_away_comes_back_when_it_is_over(line: str, target: str) -> None:
    bench = Bench()
    bench.served()
    assert bench.command(line + "\nGET VARIABLE x\nHANGUP") == ""
    assert bench.orders[-1] == Redirect(1, target)
    assert bench.given_back == [("vp/0", 0)]
    bench.run(seconds(300))  # no command is asked for meanwhile
    assert bench.hear() == ""
    bench.tell(CallEnded(1, 16, "caller", "sales", "1001", 0, 0, 0, 0))
    assert bench.hear() == "200 result=-1\nHANGUP\n200 result=0\n" + DEAD


def test_a_script_may_end_while_its_call_waits() -> None:
    bench = Bench()
    bench.served()
    bench.command("EXEC Queue sales")
    bench.outside("detached", 1, b"closed")
    assert bench.orders[-1] == Redirect(1, "queue:sales")
    assert bench.agi.state.sessions == {}
    assert bench.agi.state.died == 0


@pytest.mark.parametrize(("line", "name", "value"), [
    ("EXEC Queue none", "QUEUESTATUS", "UNKNOWN"), ("EXEC Dial 4711", "DIALSTATUS", "CHANUNAVAIL"),
    ("EXEC Transfer 4711", "TRANSFERSTATUS", "FAILURE")])
def test_the_switch_refuses_to_take_the_call(line: str, name: str, value: str) -> None:
    bench = Bench()
    bench.refusals[Redirect] = "no_such_queue"
    bench.served()
    assert bench.command(line) == "200 result=0\n"
    assert bench.command(f"GET VARIABLE {name}") == f"200 result=1 ({value})\n"
    bench.command('STREAM FILE welcome ""')
    bench.run(8000)
    assert bench.hear() == "200 result=0 endpos=8000\n", "the caller is still here"


def test_transfer_is_over_at_once() -> None:
    bench = Bench()
    bench.served()
    assert bench.command("EXEC Transfer 2001") == "200 result=0\nHANGUP\n"
    assert bench.orders[-1] == Redirect(1, "number:2001")
    assert bench.command("GET VARIABLE TRANSFERSTATUS") == "200 result=1 (SUCCESS)\n"


def test_a_script_that_ends_clears_the_call() -> None:
    bench = Bench()
    bench.served()
    bench.command("NOOP")
    bench.outside("detached", 1, b"closed")
    assert bench.orders[-1] == HangUp(1, 0, 16)
    assert bench.agi.state.sessions == {}


@pytest.mark.parametrize("why", ["closed", "reset"])
@pytest.mark.parametrize("line", ["SET EXTENSION 2001", "EXEC Goto default,2001,1", "EXEC Goto 2001,1"])
def test_a_script_that_ends_may_say_where_to(line: str, why: str) -> None:
    bench = Bench()
    bench.served()
    bench.command(line)
    bench.outside("detached", 1, why.encode())
    assert bench.orders[-1] == Redirect(1, "number:2001")
    assert bench.agi.state.sessions == {}


def test_an_extension_that_is_none_is_no_dead_end() -> None:
    bench = Bench()
    bench.refusals[Redirect] = "no_such_number"
    bench.served()
    bench.command("SET EXTENSION 4711")
    bench.outside("detached", 1, b"closed")
    assert bench.orders[-2:] == [Redirect(1, "number:4711"), RefuseFlow(1)]


def test_autohangup() -> None:
    bench = Bench()
    bench.served()
    bench.command("SET AUTOHANGUP 5")
    bench.command("WAIT FOR DIGIT -1")
    bench.run(seconds(5))
    assert bench.orders[-1] == HangUp(1, 0, 16)
    assert bench.hear() == "200 result=-1\nHANGUP\n"


# -- the caller hangs up -----------------------------------------------------------------------------------------

UNDER_WAY = [
    ('STREAM FILE welcome ""', "200 result=-1 endpos=1000"), ("GET OPTION welcome 1", "200 result=-1 endpos=1000"),
    ("GET DATA menu", "200 result=-1"), ("WAIT FOR DIGIT -1", "200 result=-1"), ("SAY DIGITS 123 #", "200 result=-1"),
    ("RECORD FILE note wav # -1", "200 result=-1 (hangup) endpos=1000"), ("EXEC Wait 10", "200 result=-1"),
    ("EXEC Playback welcome", "200 result=-1"),
]


@pytest.mark.parametrize(("line", "answer"), UNDER_WAY)
def test_a_command_under_way_fails_and_hangup_is_said(line: str, answer: str) -> None:
    bench = Bench()
    bench.served()
    bench.command(line)
    bench.run(1000)
    bench.hang_up()
    assert bench.hear() == answer + "\nHANGUP\n"
    assert bench.given_back == [("vp/0", 0)]


def test_only_some_commands_work_on_a_dead_channel() -> None:
    for command in COMMANDS:
        bench = Bench()
        bench.served()
        bench.hang_up()
        assert bench.hear() == "HANGUP\n"
        heard = bench.command(f"{command.name} NoOp b c d"[: 60])
        assert (heard == DEAD) is not command.dead, command.name
        assert bench.orders == [AttachChannel(1, "vp-0", 1)]


def test_applications_on_a_dead_channel() -> None:
    bench = Bench()
    bench.served()
    bench.hang_up()
    bench.hear()
    assert bench.command("EXEC Answer") == "200 result=-1\n"
    assert bench.command("EXEC Queue sales") == "200 result=-1\n"
    assert bench.command("EXEC Set a=b") == "200 result=0\n"


def test_agisighup_no_keeps_the_line_back() -> None:
    bench = Bench()
    bench.served()
    bench.command("SET VARIABLE AGISIGHUP no")
    bench.command("WAIT FOR DIGIT -1")
    bench.hang_up()
    assert bench.hear() == "200 result=-1\n"
    assert bench.command("ANSWER") == DEAD


def test_agiexitonhangup_closes() -> None:
    bench = Bench()
    bench.served()
    bench.command("SET VARIABLE AGIEXITONHANGUP yes")
    bench.hang_up()
    assert bench.hear() == "HANGUP\n"
    assert bench.closed == [1]
    assert bench.agi.state.sessions == {}


def test_a_server_that_stays_after_the_caller_is_closed_in_the_end() -> None:
    bench = Bench()
    bench.served()
    bench.hang_up()
    bench.run(CONFIG.dead_cycles - 1)
    bench.command("NOOP")
    bench.run(CONFIG.dead_cycles - 1)
    assert bench.closed == []
    bench.run(1)
    assert bench.closed == [1]
    assert bench.agi.state.sessions == {}
    assert bench.agi.state.died == 0


@pytest.mark.parametrize("why", ["closed", "reset"])
def test_a_server_may_close_early_once_the_caller_has_gone(why: str) -> None:
    bench = Bench()
    bench.served()
    bench.command("WAIT FOR DIGIT -1")
    bench.hang_up()
    bench.outside("detached", 1, why.encode())
    assert bench.agi.state.sessions == {}
    assert bench.agi.state.died == 0
    assert bench.changes[-1] == (1, "closed", why)


def test_somebody_else_takes_the_call_away() -> None:
    bench = Bench()
    bench.served()
    bench.command("WAIT FOR DIGIT -1")
    bench.tell(ChannelFreed(1, "vp-0", 1, "redirected"))
    assert bench.hear() == "200 result=-1\nHANGUP\n"
    bench.outside("detached", 1, b"closed")
    assert bench.orders == [AttachChannel(1, "vp-0", 1)], "it is not ours any more"
    bench.tell(FlowAsked(1, 10, "agi", "10060", "13800138000"))
    assert len(bench.dialled) == 2, "it may come again"


# -- servers that die or hang ------------------------------------------------------------------------------------

DEATHS = [
    ("before any command", [], "closed"), ("in a command", ["WAIT FOR DIGIT -1"], "closed"),
    ("in a sound", ['STREAM FILE welcome ""'], "reset"), ("between commands, by reset", ["NOOP"], "reset"),
    ("cut off as too slow", ["NOOP"], "slow"),
]


@pytest.mark.parametrize(("lines", "why"), [row[1:] for row in DEATHS], ids=[row[0] for row in DEATHS])
def test_the_call_of_a_dead_server_is_refused_not_lost(lines: list[str], why: str) -> None:
    bench = Bench()
    bench.served()
    for line in lines:
        bench.command(line)
    bench.outside("detached", 1, why.encode())
    assert bench.orders[-1] == RefuseFlow(1)
    assert bench.agi.state.died == 1
    assert bench.given_back == [("vp/0", 0)]
    assert bench.changes[-1] == (1, "failed", why)
    assert bench.agi.state.sessions == {}
    assert not any(name.startswith("session") for name in bench.timers)


def test_a_server_that_dies_while_a_channel_is_sought() -> None:
    bench = Bench()
    bench.silent |= {"vp/0", "vp/1"}
    bench.call()
    bench.outside("attached", 1)
    bench.outside("detached", 1, b"reset")
    assert bench.orders == [RefuseFlow(1)]
    assert bench.agi.state.died == 1


def test_a_silent_server_counts_as_hung() -> None:
    bench = Bench()
    bench.served()
    bench.run(CONFIG.command_cycles - 1)
    bench.command("WAIT FOR DIGIT -1")
    bench.run(2 * CONFIG.command_cycles)  # it is not the server's turn
    bench.press("1")
    bench.hear()
    bench.run(CONFIG.command_cycles - 1)
    assert bench.closed == []
    bench.run(1)
    assert bench.closed == [1]
    assert bench.orders[-1] == RefuseFlow(1)
    assert bench.changes[-1] == (1, "failed", "no command")
    assert bench.agi.state.died == 1


def test_the_switch_out_of_reach_loses_no_session() -> None:
    bench = Bench()
    bench.refusals[RefuseFlow] = "wrong_state"
    bench.served()
    bench.outside("detached", 1, b"reset")
    assert bench.agi.state.sessions == {}
    assert bench.given_back == [("vp/0", 0)]


def test_a_voice_processor_that_starts_anew() -> None:
    bench = Bench()
    bench.served()
    bench.command('STREAM FILE welcome ""')
    bench.run(400)
    bench.playing.clear()
    bench.write("vp/0", Register("vp", ()))
    assert bench.hear() == "200 result=-1 endpos=400\nHANGUP\n"
    assert bench.orders[-1] == RefuseFlow(1)


def test_what_ended_while_nothing_was_told() -> None:
    bench = Bench()
    bench.served()
    bench.command("WAIT FOR DIGIT -1")
    bench.tell(AllBegins("agi"), AllTold("agi"))
    assert bench.hear() == "200 result=-1\nHANGUP\n"
    assert bench.given_back == [("vp/0", 0)]


# -- bad input ---------------------------------------------------------------------------------------------------


def test_garbage_is_answered_counted_and_cut_off() -> None:
    bench = Bench()
    bench.served()
    assert bench.command("\x00\x01 garbage") == INVALID
    assert bench.command("x" * 5000) == INVALID
    assert bench.refused == ["no command: \x00\x01 garbage", "line too long"]
    assert bench.command("NOOP") == "200 result=0\n"
    bench.outside("data", 1, b"garbage\n" * (BAD_LINES + 50))
    assert bench.closed == [1]
    assert bench.orders[-1] == RefuseFlow(1)
    assert len(bench.refused) == BAD_LINES + 3


def test_ten_megabytes_without_a_line() -> None:
    bench = Bench()
    bench.served()
    for _ in range(10):
        bench.outside("data", 1, b"x" * 1_000_000)
    assert bench.agi.state.sessions[1].lines.kept == b""
    assert bench.command("\nNOOP") == INVALID + "200 result=0\n"


def test_too_many_commands_at_once() -> None:
    bench = Bench()
    bench.served()
    bench.outside("data", 1, b"WAIT FOR DIGIT -1\n" + b"NOOP\n" * WAITING_LINES)
    assert bench.closed == []
    bench.outside("data", 1, b"NOOP\n")
    assert bench.closed == [1]
    assert bench.orders[-1] == RefuseFlow(1)
    assert bench.refused == [f"more than {WAITING_LINES} commands wait"]


WORDS = st.sampled_from([
    *(command.name for command in COMMANDS), "EXEC Queue sales", "EXEC Transfer 2001", "EXEC Playback", "welcome",
    "menu", "wav", '""', '"', "#", "-1", "1", "500", "s=2", "BEEP", "\\", "\xff"])  # fmt: skip
STEPS = st.one_of(
    st.lists(WORDS, max_size=6).map(" ".join), st.integers(0, seconds(90)), st.sampled_from(["hang up", "closed"]),
    st.sampled_from("0123456789*#").map(lambda digit: "press " + digit), st.binary(max_size=30),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=25))
def test_no_server_breaks_the_client(steps: list[str | int | bytes]) -> None:
    """Whatever it says: nothing is raised, and in the end no session, channel or timer is left, and no call is lost."""
    bench = Bench()
    bench.served()
    for step in steps:
        if isinstance(step, int):
            bench.run(step)
        elif isinstance(step, bytes):
            bench.outside("data", 1, step)
        elif step == "hang up":
            bench.hang_up()
        elif step == "closed":
            bench.outside("detached", 1, b"closed")
        elif step.startswith("press "):
            bench.press(step[6:])
        else:
            bench.command(step)
    sessions = bench.agi.state.sessions
    ours = bool(sessions) and sessions[1].mine
    bench.outside("detached", 1, b"reset")
    gone = [body for body in bench.orders if isinstance(body, RefuseFlow | Redirect | HangUp) and body.call == 1]
    assert gone or not ours
    bench.hang_up()
    assert bench.agi.state.sessions == {}
    assert bench.given_back == [("vp/0", 0)]
    assert not any(name.startswith("session") for name in bench.timers)


# -- the process -------------------------------------------------------------------------------------------------


def test_a_crash_closes_its_connections_and_never_reuses_a_number() -> None:
    bench = Bench()
    bench.served()
    bench.fault("crash")
    assert bench.closed == [1]
    bench.outside("data", 1, b"NOOP\n")
    assert bench.hear() == ""
    bench.agi.on_order(Heal("1", "crash", {}))
    bench.run(seconds(2))
    bench.tell(AllBegins("agi"), AllTold("agi"))
    bench.call(2)
    assert bench.dialled[-1][0] == 2


def test_a_hung_process_catches_up() -> None:
    bench = Bench()
    bench.served()
    bench.fault("hang")
    bench.outside("data", 1, b"NOOP\n")
    assert bench.hear() == ""
    bench.agi.on_order(Heal("1", "hang", {}))
    bench._serve()
    assert bench.hear() == "200 result=0\n"


def test_the_state_is_plain() -> None:
    """A snapshot in the middle of a session goes on as the session would have."""
    bench = Bench()
    bench.served()
    bench.command('STREAM FILE welcome "1"\nGET VARIABLE x')
    state = bench.agi.state
    bench.agi.state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=type(state))
    bench.run(8000)
    assert bench.hear() == "200 result=0 endpos=8000\n200 result=0\n"
