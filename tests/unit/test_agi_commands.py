"""Each AGI command, by what it does with sounds and digits and by its answer."""

from __future__ import annotations

import pytest
from agi_by_hand import SOUNDS, Bench

from switchsim.model.cti import (
    AnswerCaller,
)
from switchsim.units import ms, seconds

INVALID = "510 Invalid or unknown command\n"
DEAD = "511 Command Not Permitted on a dead channel or intercept routine\n"


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
