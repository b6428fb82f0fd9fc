"""Seats without a queue: called directly, calling each other, calling out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from office_bench import Bench, Caller, agent

from switchsim.units import ms, seconds

RING_BACK_ON = seconds(1)


def rung(answer: int = seconds(2)) -> tuple[Bench, Caller]:
    bench = Bench(agent("2007", answer=answer))
    caller = bench.call("10063")
    bench.until_seat("2007", "ringing")
    return bench, caller


def test_a_seat_rings_and_the_caller_hears_the_machine_s_ring_back_before_the_answer() -> None:
    """ALERTING with in-band information, the backward path open: 450 Hz, and no CONNECT yet."""
    bench, caller = rung()
    bench.until_hears(caller, "tone", "450", within=ms(500))
    assert caller.states == [("ringing", 0)]
    assert bench.seen("CallAnswered") == []
    bench.until_hears(caller, "quiet", within=ms(1_200))
    bench.until_seat("2007", "talk")
    bench.talk(caller, "2007")
    assert ("connected", 0) in caller.states
    bench.close()


def test_the_ring_back_has_the_national_cadence() -> None:
    """1 s on, 4 s off (GF 002). The tone board sounds for everybody, so the first burst may be a part of one."""
    bench = Bench(agent("2001"), agent("2002", behaviour="no_answer"))
    bench.press("2001", "dial", number="2002")
    bench.run(seconds(18))
    heard = [e for e in bench.events("PartyHears") if e.party == bench.party("2001")][2:]
    onsets = [e.since for e in heard if e.what == "tone"]
    assert len(onsets) >= 3
    assert {later - onset for onset, later in pairwise(onsets)} == {seconds(5)}
    for burst, gap in pairwise(heard):
        if burst.what == "tone":
            assert gap.what == "quiet"
            assert abs(gap.since - burst.since - RING_BACK_ON) <= ms(20)
    bench.press("2001", "release")
    bench.close()


def test_no_answer_at_a_seat_is_cause_19() -> None:
    bench = Bench(agent("2007", behaviour="no_answer"))
    caller = bench.call("10063")
    caller.ended(19, within=seconds(5))
    assert (bench.record().cause, bench.record().answered) == (19, 0)
    assert bench.seat("2007") != "ringing"
    bench.close()


@pytest.mark.parametrize(("away", "causes"), [("busy", (17,)), ("sign_out", (20,))])
def test_a_seat_that_is_away(away: str, causes: tuple[int, ...]) -> None:
    bench = Bench(agent("2007"))
    bench.press("2007", away)
    caller = bench.call("10063")
    bench.wait("PartyState", since=0, party=caller.party, state="released")
    assert bench.record().cause in causes
    assert bench.record().answered == 0
    bench.close()


def test_a_seat_in_talk_is_busy() -> None:
    bench, caller = rung(answer=ms(300))
    bench.talk(caller, "2007")
    second = bench.call("10063")
    second.ended(17)
    bench.talk(caller, "2007")
    bench.close()


def test_giving_up_while_the_seat_rings() -> None:
    bench, caller = rung(answer=seconds(5))
    bench.run(ms(500))
    caller.hang_up()
    bench.until_seat("2007", "idle")
    assert (bench.record().cause, bench.record().by, bench.record().answered) == (16, "caller", 0)
    bench.close()


@pytest.mark.parametrize("who", ["caller", "seat"])
def test_either_side_ends_it(who: str) -> None:
    bench, caller = rung(answer=ms(300))
    bench.talk(caller, "2007")
    if who == "caller":
        caller.hang_up()
    else:
        bench.press("2007", "release")
    bench.until_seat("2007", "idle")
    caller.ended(16)
    assert (bench.record().by, bench.record().seat, bench.record().queue) == (who, "2007", "")
    bench.close()


# -- seat to seat ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", ["2001", "2002"])
def test_one_seat_calls_another(ends: str) -> None:
    bench = Bench(agent("2001", "2002", answer=seconds(1)))
    bench.press("2001", "dial", number="2002")
    bench.until_seat("2002", "ringing")
    bench.until_hears("2001", "tone", "450")
    bench.until_seat("2002", "talk")
    bench.talk("2001", "2002")
    bench.press(ends, "release")
    bench.until_seat("2001", "idle")
    bench.until_seat("2002", "idle")
    assert bench.hears("2001") == bench.hears("2002") == ("quiet", "")
    record = bench.record()
    assert (record.direction, record.calling, record.called, record.cause) == ("seat", "2001", "2002", 16)
    bench.close()


def test_the_calling_seat_gives_up() -> None:
    bench = Bench(agent("2001"), agent("2002", behaviour="no_answer"))
    bench.press("2001", "dial", number="2002")
    bench.until_seat("2002", "ringing")
    bench.press("2001", "release")
    bench.until_seat("2002", "idle")
    bench.until_seat("2001", "idle")
    assert bench.record().cause == 16
    bench.close()


@pytest.mark.parametrize(
    ("number", "cause"), [("2002", (17, 20)), ("2999", (1, 28, 34, 3)), ("2001", (17, 1)), ("5", (1, 28, 3, 34))]
)
def test_a_seat_calls_in_vain(number: str, cause: tuple[int, ...]) -> None:
    bench = Bench(agent("2001"))
    bench.press("2001", "dial", number=number)
    bench.run(seconds(2))
    bench.press("2001", "release")
    bench.until_seat("2001", "idle")
    for record in bench.call_records():
        assert record.cause in cause
    bench.close()


def test_a_seat_that_calls_gets_no_call_from_its_queue() -> None:
    bench = Bench(agent("2001"), agent("2007", behaviour="no_answer"))
    bench.press("2001", "dial", number="2007")
    bench.until_seat("2007", "ringing")
    caller = bench.call("10061")
    bench.run(ms(500))
    assert bench.events("CallUnqueued") == []
    bench.press("2001", "release")
    bench.talk(caller, "2001")
    bench.close()


def test_a_busy_seat_that_calls_is_busy_again_afterwards() -> None:
    bench = Bench(agent("2001"), agent("2007"))
    bench.press("2001", "busy")
    bench.press("2001", "dial", number="2007")
    bench.until_seat("2007", "talk")
    bench.press("2001", "release")
    bench.until_seat("2007", "idle")
    assert bench.seat("2001") == "busy"
    bench.close()


def test_a_seat_calls_into_a_queue() -> None:
    bench = Bench(agent("2001", "2005"))
    bench.press("2001", "dial", number="10068")
    bench.talk("2001", "2005")
    bench.press("2005", "release")
    bench.until_seat("2001", "idle")
    assert (bench.record().queue, bench.record().seat) == ("service", "2005")
    bench.close()


def test_a_seat_calls_a_service() -> None:
    bench = Bench(agent("2001"))
    bench.press("2001", "dial", number="10062")
    bench.until_hears("2001", "prompt", "announcement")
    bench.until_seat("2001", "idle", within=seconds(4))
    assert bench.record().cause == 16
    bench.close()


# -- out ----------------------------------------------------------------------------------------------------


def called(bench: Bench) -> Caller:
    record = bench.wait("PartyState", since=0, state="ringing")
    return Caller(bench, record.place, record.event.party)


@pytest.mark.parametrize("who", ["outside", "seat"])
def test_a_seat_calls_out(who: str) -> None:
    bench = Bench(agent("2001"))
    bench.press("2001", "dial", number="70001")
    outside = called(bench)
    bench.until_hears("2001", "tone", "450", within=ms(500))
    bench.run(ms(600))
    bench.talk("2001", outside)
    if who == "outside":
        outside.hang_up()
    else:
        bench.press("2001", "release")
    bench.until_seat("2001", "idle")
    outside.ended(16)
    record = bench.record()
    assert (record.direction, record.calling, record.called, record.cause) == ("out", "2001", "70001", 16)
    assert record.offered < record.answered <= record.talked < record.ended
    assert (record.line, record.timeslot) == (outside.exchange.rpartition("/")[2], outside.timeslot)
    bench.close()


@pytest.mark.parametrize(("number", "cause"), [("80001", 17), ("60001", 1)])
def test_the_outside_refuses(number: str, cause: int) -> None:
    bench = Bench(agent("2001"))
    bench.press("2001", "dial", number=number)
    bench.run(seconds(1))
    bench.press("2001", "release")
    bench.until_seat("2001", "idle")
    assert (bench.record().cause, bench.record().answered) == (cause, 0)
    bench.close()


def test_nobody_answers_outside() -> None:
    bench = Bench(agent("2001"))
    bench.press("2001", "dial", number="90001")
    called(bench)
    bench.run(seconds(2))
    bench.press("2001", "release")
    bench.until_seat("2001", "idle")
    assert (bench.record().answered, bench.record().by) == (0, "seat")
    bench.close()
