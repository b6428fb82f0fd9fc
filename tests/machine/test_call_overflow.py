"""The way over from a queue: too long a wait beside ringing seats, no way back, and the room that a queue has."""

from __future__ import annotations

from office_bench import Bench, agent
from test_call_queue import silent

from switchsim.units import ms, seconds


def test_who_has_waited_too_long_goes_over_when_the_seat_does_not_answer() -> None:
    """2 s are over while the seat rings for 3 s."""
    bench = Bench(silent("2008"), agent("2007", answer=seconds(1)), machine="round_office")  # type: ignore[arg-type]
    caller = bench.call("10064")
    bench.until_seat("2008", "busy", within=seconds(4))
    left = bench.wait("CallUnqueued", since=0).event
    assert left.why == "overflow"
    assert abs(left.waited - seconds(3)) <= ms(20)
    bench.until_hears(caller, "party", str(bench.party("2007")), within=seconds(2))
    bench.close()


def test_a_wait_goes_on_behind_a_seat_that_turns_the_call_away() -> None:
    """Its 2 s are counted from the beginning, not from the return."""
    bench = Bench(silent("2008"), machine="round_office")  # type: ignore[arg-type]
    bench.call("10064")
    bench.until_seat("2008", "ringing")
    bench.run(seconds(1)).press("2008", "busy")
    left = bench.wait("CallUnqueued", seconds(2)).event
    assert left.why == "overflow"
    assert abs(left.waited - seconds(2)) <= ms(20)
    bench.close()


def test_who_went_over_does_not_come_back_to_the_queue_that_sent_it() -> None:
    """A seat without a queue that does not answer: cleared with 19; the record still names the queue."""
    bench = Bench(silent("2007"), machine="round_office")  # type: ignore[arg-type]
    caller = bench.call("10064")
    bench.until_seat("2007", "ringing", within=seconds(3))
    caller.ended(19, within=seconds(4))
    assert len(bench.events("CallQueued")) == 1
    assert (bench.record().queue, bench.record().by) == ("patient", "machine")
    bench.close()


def test_who_went_over_is_watched_by_the_other_processor_too() -> None:
    """After a takeover an announcement that never ends is given up as any other: its guard runs."""
    bench = Bench()
    caller = bench.call("10064")
    bench.until_hears(caller, "prompt", "announcement", within=seconds(3))
    bench.fault("mpu_kill", {"processor": "a"})
    active = bench.wait("ProcessorActive").place
    bench.run(ms(20))
    assert "guard/1" in bench.machine.kernel.timers_of(active)
    caller.ended(16, within=seconds(5))


def test_a_short_queue_keeps_nobody_from_an_idle_seat() -> None:
    """One may wait; two ring at idle seats, the third waits, and only the fourth goes over."""
    bench = Bench(silent("2008"), silent("2009"), machine="round_office")  # type: ignore[arg-type]
    for _ in range(4):
        bench.call("10065")
        bench.run(ms(300))
    assert bench.seat("2008") == bench.seat("2009") == "ringing"
    queued = [(event.call, event.queue) for event in bench.events("CallQueued")]
    assert queued == [(1, "short"), (2, "short"), (3, "short"), (4, "limited")]
    bench.close()
