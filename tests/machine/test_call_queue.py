"""Queues: first in first out, the seat idle longest first; waiting, ringing, not answering, overflowing, giving up."""

from __future__ import annotations

import pytest
from office_bench import Bench, Caller, agent

from switchsim.units import ms, seconds


def silent(seat: str, sign_in: int = 0) -> object:
    return agent(seat, sign_in=sign_in, behaviour="no_answer")


def in_talk(seat: str = "2001", number: str = "10061", *others: object) -> tuple[Bench, Caller]:
    bench = Bench(agent(seat), *others)  # type: ignore[arg-type]
    caller = bench.call(number)
    bench.talk(caller, seat)
    return bench, caller


def states(bench: Bench, seat: str) -> list[str]:
    return [event.state for event in bench.events("SeatState") if event.seat == seat]


# -- order ----------------------------------------------------------------------------------------------------


def test_the_first_caller_goes_first() -> None:
    bench = Bench()
    callers = [bench.call("10061", line=f"e1-{n % 2}") for n in range(3)]
    bench.run(seconds(1))
    assert [event.position for event in bench.events("CallQueued")] == [1, 2, 3]
    for seat, caller in zip(("2001", "2002", "2003"), callers, strict=True):
        bench.press(seat, "sign_in")
        bench.until_seat(seat, "ringing")
        bench.talk(caller, seat)
    bench.close()


def test_one_seat_takes_the_callers_in_their_order() -> None:
    bench = Bench()
    callers = [bench.call("10061") for _ in range(3)]
    bench.press("2001", "sign_in")
    for caller in callers:
        bench.until_hears("2001", "party", str(caller.party), within=seconds(2))
        caller.hang_up()
    bench.close()


def test_the_seat_idle_longest_gets_the_call() -> None:
    bench = Bench(agent("2003"), agent("2001", sign_in=ms(100)), agent("2004", sign_in=ms(200)))
    for seat in ("2003", "2001", "2004", "2003", "2001"):
        caller = bench.call("10061")
        bench.talk(caller, seat)
        caller.hang_up()
        bench.until_seat(seat, "idle")
    bench.close()


def test_being_busy_for_a_while_begins_the_idle_time_anew() -> None:
    bench = Bench(agent("2001"), agent("2002", sign_in=ms(100)))
    bench.press("2001", "busy")
    bench.press("2001", "ready")
    caller = bench.call("10061")
    bench.talk(caller, "2002")
    bench.close()


def test_a_seat_of_several_queues_serves_the_one_who_waits_longest() -> None:
    bench = Bench()
    first, second = bench.call("10069"), bench.call("10065")
    bench.run(ms(200))
    bench.press("2008", "sign_in")
    bench.talk(first, "2008")
    first.hang_up()
    bench.until_hears("2008", "party", str(second.party), within=seconds(2))
    bench.close()


def test_seats_of_other_queues_stay_idle() -> None:
    bench = Bench(agent("2005", "2006", "2007"))
    bench.call("10061")
    bench.run(seconds(2))
    assert states(bench, "2005") == ["idle"]
    assert [event.why for event in bench.events("CallUnqueued")] == []
    bench.close()


# -- waiting ----------------------------------------------------------------------------------------------------


def test_who_waits_hears_the_music_again_and_again() -> None:
    bench = Bench()
    caller = bench.call("10061")
    bench.until_hears(caller, "prompt", "please_wait")
    bench.run(seconds(8))
    heard = {(e.what, e.which) for e in bench.events("PartyHears") if e.party == caller.party}
    assert heard <= {("prompt", "please_wait"), ("quiet", "")}
    assert bench.hears(caller) == ("prompt", "please_wait") or bench.run(ms(300)).hears(caller)[0] == "prompt"
    bench.close()


def test_who_waits_is_connected_from_the_beginning() -> None:
    """IVR and queue answer first (CONNECT), so the waiting is of an answered call."""
    bench = Bench()
    caller = bench.call("10061")
    bench.wait("PartyState", ms(300), since=0, party=caller.party, state="connected")
    caller.hang_up()
    bench.run(seconds(1))
    record = bench.record()
    assert record.answered > 0
    assert record.talked == 0
    bench.close()


def test_giving_up_in_the_queue() -> None:
    bench = Bench()
    first, second = bench.call("10061"), bench.call("10061")
    bench.run(seconds(1))
    first.hang_up()
    left = bench.wait("CallUnqueued").event
    assert (left.why, left.queue) == ("abandoned", "sales")
    assert abs(left.waited - seconds(1)) < ms(200)
    bench.press("2001", "sign_in")
    bench.talk(second, "2001")
    assert (bench.record().cause, bench.record().by, bench.record().queue) == (16, "caller", "sales")
    bench.close()


def test_giving_up_while_a_seat_rings_gives_the_seat_back() -> None:
    bench = Bench(silent("2001"))  # type: ignore[arg-type]
    caller = bench.call("10061")
    bench.until_seat("2001", "ringing")
    caller.hang_up()
    bench.until_seat("2001", "idle")
    assert bench.record().seat == ""
    assert [event.why for event in bench.events("CallUnqueued")] == ["abandoned"]
    bench.close()


def test_who_has_waited_too_long_goes_over() -> None:
    bench = Bench()
    caller = bench.call("10064")
    bench.until_hears(caller, "prompt", "announcement", within=seconds(3))
    left = bench.events("CallUnqueued")[0]
    assert left.why == "overflow"
    assert abs(left.waited - seconds(2)) <= ms(20)
    caller.ended(16, within=seconds(4))
    assert (bench.record().queue, bench.record().by) == ("patient", "machine")
    bench.close()


def test_who_has_waited_too_long_while_a_seat_rings_stays_with_it() -> None:
    """It rings already: the answer comes before the way over, or the seat is given back; nobody is left behind."""
    bench = Bench(agent("2008", answer=ms(2_500)))
    caller = bench.call("10064")
    bench.run(seconds(4))
    bench.close()
    assert bench.seat("2008") == "idle"
    assert len(bench.call_records()) == 1
    assert caller.states[-1][0] == "released"


def test_a_full_queue_sends_new_callers_over() -> None:
    bench = Bench()
    first, second = bench.call("10065"), bench.call("10065")
    bench.until_hears(second, "prompt", "announcement")
    bench.until_hears(first, "prompt", "please_wait")
    second.ended(16, within=seconds(4))
    third_seat = bench.call("10065")
    bench.until_hears(third_seat, "prompt", "announcement")
    bench.close()


# -- ringing ----------------------------------------------------------------------------------------------------


def test_no_answer_puts_the_caller_back_to_its_place_and_the_seat_to_busy() -> None:
    """Ring 3 s: then the seat is busy, and the first caller is still the first."""
    bench = Bench(silent("2001"))  # type: ignore[arg-type]
    first = bench.call("10061")
    bench.until_seat("2001", "ringing")
    second = bench.call("10061")
    rang = bench.seen("SeatState", seat="2001", state="ringing")[0].at
    bench.until_seat("2001", "busy", within=seconds(4))
    assert abs(bench.seen("SeatState", seat="2001", state="busy")[0].at - rang - seconds(3)) <= ms(20)
    bench.press("2002", "sign_in")
    bench.talk(first, "2002")
    bench.press("2003", "sign_in")
    bench.talk(second, "2003")
    bench.close()


def test_no_answer_rings_at_the_next_idle_seat() -> None:
    bench = Bench(silent("2001"), agent("2002", sign_in=ms(100)))  # type: ignore[arg-type]
    caller = bench.call("10061")
    bench.until_seat("2001", "ringing")
    bench.until_seat("2002", "ringing", within=seconds(4))
    bench.talk(caller, "2002")
    assert bench.seat("2001") == "busy"
    bench.close()


@pytest.mark.parametrize(("key", "state"), [("busy", "busy"), ("sign_out", "signed_out"), ("release", "")])
def test_who_turns_a_ringing_call_away_does_not_lose_it(key: str, state: str) -> None:
    bench = Bench(silent("2001"), agent("2002", sign_in=ms(100)))  # type: ignore[arg-type]
    caller = bench.call("10061")
    bench.until_seat("2001", "ringing")
    bench.press("2001", key)
    bench.talk(caller, "2002")
    assert bench.seat("2001") != "ringing"
    if state:
        assert bench.seat("2001") == state
    bench.close()


def test_answer_stops_the_music_and_joins_both() -> None:
    bench = Bench()
    caller = bench.call("10061")
    bench.until_hears(caller, "prompt", "please_wait")
    bench.press("2001", "sign_in")
    bench.talk(caller, "2001")
    assert bench.events("CallUnqueued")[0].why == "seat"
    talked = bench.seen("CallState", state="talk")[0].at
    heard = next(r for r in bench.seen("PartyHears", what="party") if r.event.party == caller.party)
    assert 0 <= heard.event.since - talked <= ms(50)
    bench.close()


# -- the end ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["caller", "seat"])
def test_either_side_ends_a_call(who: str) -> None:
    bench, caller = in_talk()
    bench.run(seconds(1))
    if who == "caller":
        caller.hang_up()
    else:
        bench.press("2001", "release")
    bench.until_seat("2001", "idle")
    bench.run(ms(300))
    assert caller.states[-1] == ("released", 16)
    record = bench.record()
    assert (record.cause, record.by, record.seat, record.queue) == (16, who, "2001", "sales")
    assert record.offered <= record.answered < record.talked < record.ended
    bench.close()


def test_a_limited_talk_is_ended_by_the_machine() -> None:
    bench, caller = in_talk("2008", "10069")
    start = bench.seen("CallState", state="talk")[0].at
    caller.ended(16, within=seconds(4))
    assert abs(bench.record().ended - start - seconds(3)) <= ms(100)
    assert bench.record().by == "machine"
    bench.close()


# -- after the call ----------------------------------------------------------------------------------------------------


def test_wrap_up_lasts_its_time_and_then_the_next_call_comes() -> None:
    bench, caller = in_talk("2005", "10068")
    second = bench.call("10068")
    caller.hang_up()
    bench.until_seat("2005", "wrap_up")
    start = bench.now
    bench.until_seat("2005", "ringing")
    assert seconds(2) - ms(50) <= bench.now - start <= seconds(2) + ms(50)
    bench.talk(second, "2005")
    bench.close()


def test_ready_ends_the_wrap_up() -> None:
    bench, caller = in_talk("2005", "10068")
    caller.hang_up()
    bench.until_seat("2005", "wrap_up")
    bench.press("2005", "ready")
    assert bench.seat("2005") == "idle"
    bench.run(seconds(3))
    assert states(bench, "2005")[-2:] == ["wrap_up", "idle"], "the end of the wrap-up came once more"
    bench.close()


@pytest.mark.parametrize(("key", "state"), [("busy", "busy"), ("sign_out", "signed_out")])
def test_pressed_in_wrap_up(key: str, state: str) -> None:
    bench, caller = in_talk("2005", "10068")
    caller.hang_up()
    bench.until_seat("2005", "wrap_up")
    bench.press("2005", key)
    bench.run(seconds(3))
    assert bench.seat("2005") == state
    bench.close()


@pytest.mark.parametrize(("seat", "number"), [("2001", "10061"), ("2005", "10068")])
@pytest.mark.parametrize(("key", "state"), [("busy", "busy"), ("sign_out", "signed_out")])
@pytest.mark.parametrize("by", ["caller", "seat"])
def test_pressed_during_a_call_takes_effect_when_it_ends(seat: str, number: str, key: str, state: str, by: str) -> None:
    bench, caller = in_talk(seat, number)
    waiting = bench.call(number)
    bench.press(seat, key)
    assert bench.seat(seat) == "talk"
    bench.talk(caller, seat)
    if by == "caller":
        caller.hang_up()
    else:
        bench.press(seat, "release")
    bench.until_seat(seat, state)
    bench.run(seconds(3))
    after = states(bench, seat)[states(bench, seat).index("talk") :]
    assert "idle" not in after
    assert "ringing" not in after
    assert bench.seat(seat) == state
    assert waiting.states[-1][0] == "connected"
    bench.close()


def test_ready_takes_back_a_busy_that_was_pressed_during_the_call() -> None:
    bench, caller = in_talk()
    bench.press("2001", "busy")
    bench.press("2001", "ready")
    caller.hang_up()
    bench.until_seat("2001", "idle")
    bench.close()


@pytest.mark.parametrize("key", ["busy", "sign_out"])
def test_who_is_away_gets_no_call(key: str) -> None:
    bench = Bench(agent("2001"))
    bench.press("2001", key)
    caller = bench.call("10061")
    bench.run(seconds(1))
    assert "ringing" not in states(bench, "2001")
    bench.press("2001", "ready" if key == "busy" else "sign_in")
    bench.talk(caller, "2001")
    bench.close()


SENSELESS = [
    (key, state)
    for state in ("idle", "signed_out", "busy")
    for key in ("answer", "release", "hold", "retrieve", "complete", "conference", "drop", "ready")
    if (key, state) != ("ready", "busy")
]


@pytest.mark.parametrize(("key", "state"), SENSELESS)
def test_keys_that_make_no_sense_change_nothing(key: str, state: str) -> None:
    bench = Bench()
    if state != "signed_out":
        bench.press("2001", "sign_in")
    if state == "busy":
        bench.press("2001", "busy")
    bench.press("2001", key)
    assert bench.seat("2001") == state
    assert bench.call_records() == []
    bench.close()
