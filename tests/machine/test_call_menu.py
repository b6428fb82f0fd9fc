"""A menu by real DTMF: the caller's digits are audio in the speech path, collected by a receiver of the machine."""

from __future__ import annotations

import pytest
from office_bench import Bench, Caller, agent

from switchsim.units import ms, seconds

WELCOME = ms(2_450)
"""A little less than the prompt lasts."""


def in_menu(*people: object) -> tuple[Bench, Caller]:
    bench = Bench(*people)  # type: ignore[arg-type]
    caller = bench.call("10060")
    bench.until_hears(caller, "prompt", "welcome")
    return bench, caller


def chosen(bench: Bench) -> str:
    return "".join(event.digit for event in bench.events("DigitHeard"))


def receivers(bench: Bench, kind: str) -> list[int]:
    return [event.unit for event in bench.events(kind) if event.resource == "receiver"]


@pytest.mark.parametrize(("digit", "queue", "seat"), [("1", "sales", "2001"), ("2", "service", "2005")])
def test_the_right_digit_after_the_prompt(digit: str, queue: str, seat: str) -> None:
    bench, caller = in_menu(agent("2001"), agent("2005"))
    bench.until_hears(caller, "quiet", within=seconds(4))
    caller.dial(digit)
    assert bench.wait("CallQueued", ms(400)).event.queue == queue
    bench.talk(caller, seat)
    assert chosen(bench) == digit
    assert receivers(bench, "ResourceSeized") == receivers(bench, "ResourceFreed")
    bench.close()


def test_barge_in_stops_the_prompt_at_once() -> None:
    bench, caller = in_menu(agent("2001", answer=seconds(2)))
    bench.run(ms(500))
    caller.dial("1")
    bench.wait("CallQueued", ms(300))
    assert bench.hears(caller) != ("prompt", "welcome") or bench.run(ms(50)).hears(caller) != ("prompt", "welcome")
    bench.until_hears(caller, "party", str(bench.party("2001")), within=seconds(4))
    bench.close()


def test_a_wrong_digit_and_then_the_right_one() -> None:
    bench, caller = in_menu(agent("2001"))
    bench.run(ms(300))
    caller.dial("7")
    bench.run(ms(400))
    assert bench.seen("CallQueued") == []
    bench.until_hears(caller, "prompt", "welcome", within=seconds(5))
    bench.run(ms(300))
    caller.dial("1")
    bench.wait("CallQueued", seconds(1))
    bench.talk(caller, "2001")
    assert chosen(bench) == "71"
    bench.close()


def test_wrong_digits_to_the_end_lead_otherwhere() -> None:
    bench, caller = in_menu()
    bench.run(ms(300))
    caller.dial("7")
    bench.run(ms(800))
    bench.until_hears(caller, "prompt", "welcome", within=seconds(5))
    bench.run(ms(300))
    caller.dial("9")
    bench.until_hears(caller, "prompt", "announcement", within=seconds(3))
    caller.ended(16, within=seconds(4))
    bench.close()


def test_no_digit_at_all_is_asked_again_and_then_led_otherwhere() -> None:
    """Two attempts, 2 s each after the end of the prompt."""
    bench, caller = in_menu()
    bench.until_hears(caller, "quiet", within=seconds(4))
    ended = bench.now
    bench.until_hears(caller, "prompt", "welcome", within=seconds(3))
    assert seconds(2) - ms(50) <= bench.now - ended <= seconds(2) + ms(300)
    bench.until_hears(caller, "quiet", within=seconds(4))
    bench.until_hears(caller, "prompt", "announcement", within=seconds(3))
    caller.ended(16, within=seconds(4))
    assert receivers(bench, "ResourceSeized") == receivers(bench, "ResourceFreed")
    bench.close()


def test_a_digit_after_the_time_out_counts_for_the_second_attempt() -> None:
    bench, caller = in_menu(agent("2001"))
    bench.until_hears(caller, "quiet", within=seconds(4))
    bench.until_hears(caller, "prompt", "welcome", within=seconds(3))
    caller.dial("1")
    bench.talk(caller, "2001")
    bench.close()


def test_hanging_up_in_the_menu_frees_everything() -> None:
    bench, caller = in_menu()
    bench.run(ms(500))
    caller.hang_up()
    bench.run(seconds(1))
    assert (bench.record().cause, bench.record().by, bench.record().queue) == (16, "caller", "")
    assert receivers(bench, "ResourceSeized") == receivers(bench, "ResourceFreed") != []
    bench.close()


def test_the_prompt_is_not_taken_for_a_digit_and_speech_neither() -> None:
    """Nobody dials: a receiver that listens beside the prompt hears nothing."""
    bench, _ = in_menu()
    bench.run(seconds(6))
    assert chosen(bench) == ""
    bench.close()


def test_a_digit_dialled_in_talk_reaches_the_agent_and_no_receiver() -> None:
    bench = Bench(agent("2001"))
    caller = bench.call("10061")
    bench.talk(caller, "2001")
    before = len(bench.events("PartyHears"))
    caller.dial("5")
    bench.run(ms(500))
    assert chosen(bench) == ""
    assert len(bench.events("PartyHears")) > before, "the agent heard no change while the caller dialled"
    bench.talk(caller, "2001")
    bench.close()


def test_more_callers_in_menus_than_receivers_wait_for_one() -> None:
    """16 receivers: the callers beyond them go on without being lost, and everything comes back."""
    bench = Bench(settle=ms(500))
    callers = [bench.call("10060", line=f"e1-{n % 2}") for n in range(20)]
    bench.run(seconds(1))
    assert len(receivers(bench, "ResourceSeized")) <= 20
    assert max(receivers(bench, "ResourceSeized")) <= 15
    bench.run(seconds(12))
    for caller in callers:
        assert [state for state, _ in caller.states if state == "connected"] == ["connected"]
    bench.close()
