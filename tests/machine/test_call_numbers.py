"""Digit analysis: old numbers into one, numbers that nobody has, numbers that come in pieces; and simple services."""

from __future__ import annotations

import pytest
from office_bench import Bench, agent, steps

from switchsim.units import ms, seconds

OLD_NUMBERS = ("180", "189", "112", "96112", "96180")
ANNOUNCEMENT = ms(2_200)


@pytest.mark.parametrize("dialled", OLD_NUMBERS)
def test_old_numbers_lead_to_the_new_one(dialled: str) -> None:
    bench = Bench()
    caller = bench.call(dialled)
    translated = bench.wait("CallTranslated", since=0).event
    assert (translated.dialled, translated.number) == (dialled, "10060")
    bench.until_hears(caller, "prompt", "welcome")
    caller.hang_up()
    bench.run(seconds(1))
    assert (bench.record().called, bench.record().number) == (dialled, "10060")
    bench.close()


def test_a_number_that_is_not_translated_says_nothing_of_it() -> None:
    bench = Bench()
    bench.call("10062").hang_up()
    bench.run(seconds(1))
    assert bench.seen("CallTranslated") == []
    bench.close()


@pytest.mark.parametrize("dialled", ["5", "10070", "99999", "12345678901234567890"])
def test_a_number_that_nobody_has_is_unallocated(dialled: str) -> None:
    """Q.850 cause 1; and it is no answered call."""
    bench = Bench()
    caller = bench.call(dialled)
    caller.ended(1)
    assert ("connected", 0) not in caller.states
    record = bench.record()
    assert (record.cause, record.answered, record.called) == (1, 0, dialled)
    bench.close()


@pytest.mark.parametrize(
    ("first", "rest"), [("1006", "2"), ("1", "0062"), ("10", "062"), ("", "10062")], ids=lambda text: text or "none"
)
def test_digits_in_pieces_make_a_number(first: str, rest: str) -> None:
    """Overlap receiving, Q.931 5.1.3: SETUP ACKNOWLEDGE, then INFORMATION messages, a digit each."""
    bench = Bench()
    caller = bench.dial_slowly(first)
    bench.run(ms(200))
    for digit in rest:
        assert ("connected", 0) not in caller.states
        caller.more(digit)
        bench.run(ms(100))
    bench.until_hears(caller, "prompt", "announcement")
    caller.ended(16, within=seconds(4))
    assert (bench.record().called, bench.record().number) == ("10062", "10062")
    bench.close()


def test_an_old_number_in_pieces_is_translated_once_it_is_whole() -> None:
    bench = Bench()
    caller = bench.dial_slowly("9618")
    bench.run(ms(200))
    assert bench.seen("CallTranslated") == []
    caller.more("0")
    assert bench.wait("CallTranslated").event.number == "10060"
    caller.hang_up()
    bench.close()


def test_digits_that_stay_away_end_the_call_as_incomplete() -> None:
    """T302 (here 2 s), then Q.850 cause 28."""
    bench = Bench()
    caller = bench.dial_slowly("1006")
    start = bench.now
    caller.ended(28, within=seconds(3))
    assert seconds(2) - ms(50) <= bench.seen("CallCleared")[0].at - start <= seconds(2) + ms(200)
    assert (bench.record().cause, bench.record().answered) == (28, 0)
    bench.close()


def test_each_digit_begins_the_wait_again() -> None:
    bench = Bench()
    caller = bench.dial_slowly("10")
    for digit in "06":
        bench.run(ms(1_500))
        caller.more(digit)
    bench.run(ms(1_500))
    assert bench.call_records() == []
    caller.ended(28)
    bench.close()


def test_pieces_that_lead_nowhere_are_unallocated_at_once() -> None:
    bench = Bench()
    caller = bench.dial_slowly("100")
    bench.run(ms(200))
    caller.more("9")
    caller.ended(1, within=ms(500))
    bench.close()


def test_complete_but_too_short_is_not_waited_for() -> None:
    """Sending complete after too few digits: cause 28 at once (Q.931 5.1.3; Q.850)."""
    bench = Bench()
    caller = bench.dial_slowly("100")
    bench.run(ms(200))
    caller.more("6", complete=True)
    caller.ended(28, within=ms(500))
    bench.close()


def test_giving_up_while_dialling() -> None:
    bench = Bench()
    caller = bench.dial_slowly("1006")
    bench.run(ms(300))
    caller.hang_up()
    bench.run(seconds(1))
    assert (bench.record().cause, bench.record().by) == (16, "caller")
    bench.close()


def test_an_announcement_is_answered_played_to_its_end_and_cleared() -> None:
    bench = Bench()
    caller = bench.call("10062")
    bench.until_hears(caller, "prompt", "announcement")
    caller.ended(16, within=seconds(4))
    heard = [r.event for r in bench.seen("PartyHears", party=caller.party)]
    assert [(e.what, e.which) for e in heard] == [("prompt", "announcement"), ("quiet", "")]
    assert heard[1].since - heard[0].since > ANNOUNCEMENT
    answered = bench.seen("CallAnswered")[0].at
    assert answered <= heard[0].since
    assert (bench.record().cause, bench.record().by, bench.record().talked) == (16, "machine", 0)
    bench.close()


def test_two_callers_hear_the_same_announcement_each_from_its_beginning() -> None:
    bench = Bench()
    first = bench.call("10062")
    bench.run(ms(700))
    second = bench.call("10062", line="e1-1")
    bench.run(seconds(4))
    for caller in (first, second):
        rows = [r.event for r in bench.seen("PartyHears", party=caller.party)]
        assert [(e.what, e.which) for e in rows] == [("prompt", "announcement"), ("quiet", "")]
        assert ms(2_200) < rows[1].since - rows[0].since < ms(2_400)
    bench.close()


def test_a_service_can_clear_with_any_cause() -> None:
    bench = Bench()
    caller = bench.call("10066")
    caller.ended(21)
    assert ("connected", 0) not in caller.states
    assert (bench.record().cause, bench.record().by, bench.record().answered) == (21, "machine", 0)
    bench.close()


def test_a_service_can_answer_and_stay_for_a_while() -> None:
    bench = Bench()
    caller = bench.call("10067")
    bench.wait("PartyState", since=0, party=caller.party, state="connected")
    start = bench.now
    caller.ended(16, within=seconds(3))
    cleared = bench.seen("CallCleared")[0].at
    assert seconds(2) - ms(100) <= cleared - start <= seconds(2) + ms(100)
    bench.close()


def test_every_call_is_a_record_of_its_own() -> None:
    bench = Bench(agent("2001"), load=[steps("brief", {"do": "wait", "what": "prompt"})])
    for number in ("10060", "5", "10062", "10066", "10061"):
        bench.call(number, plan="brief/0")
        bench.run(seconds(1))
    bench.run(seconds(4))
    bench.close()
    offered = {e.call for e in bench.events("CallOffered")}
    assert len(offered) == 5
    assert sorted(r.call for r in bench.call_records()) == sorted(offered)
    assert all(1 <= r.cause <= 127 for r in bench.call_records())
