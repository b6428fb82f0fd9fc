"""AGI sessions: where the call goes, the caller who hangs up, bad input."""

from __future__ import annotations

import pytest
from agi_by_hand import CONFIG, Bench
from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.callcentre.agi.state import BAD_LINES, WAITING_LINES
from switchsim.model.cti import (
    AttachChannel,
    CallEnded,
    ChannelFreed,
    FlowAsked,
    HangUp,
    Redirect,
    RefuseFlow,
)
from switchsim.proto.agi import COMMANDS
from switchsim.units import seconds

INVALID = "510 Invalid or unknown command\n"
DEAD = "511 Command Not Permitted on a dead channel or intercept routine\n"


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


def test_a_script_that_ends_before_the_switch_refuses_to_take_its_call() -> None:
    bench = Bench()
    bench.held.add(Redirect)
    bench.refusals[Redirect] = "no_such_queue"
    bench.served()
    bench.command("EXEC Queue none")
    bench.outside("detached", 1, b"closed")
    assert bench.orders[-1] == Redirect(1, "queue:none")
    bench.answer(bench.unanswered.pop())
    assert bench.orders[-1] == RefuseFlow(1)
    assert bench.agi.state.sessions == {}


def test_a_server_that_is_closed_while_its_call_moves() -> None:
    """The order that is under way decides; a second one would call the caller back."""
    bench = Bench()
    bench.held.add(Redirect)
    bench.served()
    bench.outside("data", 1, b"EXEC Queue sales\n" + b"NOOP\n" * (WAITING_LINES + 1))
    assert bench.closed == [1]
    assert bench.orders[-1] == Redirect(1, "queue:sales")
    bench.answer(bench.unanswered.pop())
    assert RefuseFlow(1) not in bench.orders
    assert bench.agi.state.sessions == {}


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
