"""What becomes of speech, prompts, digits and routing when the board behind them goes, as those who listen hear it."""

from __future__ import annotations

from typing import Any

import pytest
from office_bench import Bench, Caller, agent, steps
from rack_bench import kinds

from switchsim.units import ms, seconds

DTR, SPT, SIG, MEM, AIT, DTM, LAP = "dtr", "spt", "sig", "mem", "ait", "dtm", "lap"


PATIENT = steps("patient", {"do": "wait"}, {"do": "speak"}, {"do": "stay"}, dead_after="60s")
"""A caller who stays on the line even when it is dead; others hang up after 2 s."""


def in_talk() -> tuple[Bench, Caller]:
    bench = Bench(agent("2001", "2002"), load=[PATIENT])
    caller = bench.call("10061", plan="patient/0")
    bench.talk(caller, "2001")
    return bench, caller


def pull(bench: Bench, kind: str, number: int = 0) -> Any:
    return bench.fault("board_pull", {"board": kinds(bench)[kind][number]})


def heard(bench: Bench, who: Caller | str, since: int) -> list[tuple[int, str]]:
    return [(e.since, e.what) for e in bench.events("PartyHears", since) if e.party == bench.party(who)]


# -- the switching network -------------------------------------------------------------------------------------


def test_either_network_board_can_go_and_speech_goes_on() -> None:
    """A pulled and back, then B: each time the other one switches on, within a few cycles."""
    bench, caller = in_talk()
    for number in (0, 1, 0):
        since = bench.now
        heal = pull(bench, "bnet", number)
        bench.run(seconds(1))
        bench.talk(caller, "2001")
        for who in (caller, "2001"):
            changes = heard(bench, who, since)
            assert changes == [] or changes[-1][0] - since <= ms(10), changes
        heal()
        bench.run(seconds(3))
    bench.close()


def test_a_network_board_that_came_back_knows_what_was_connected_meanwhile() -> None:
    bench = Bench(agent("2001", "2002"))
    heal = pull(bench, "bnet", 0)
    bench.run(seconds(1))
    caller = bench.call("10061")
    bench.talk(caller, "2001")
    heal()
    bench.run(seconds(3))
    pull(bench, "bnet", 1)
    bench.run(seconds(1))
    bench.talk(caller, "2001")
    caller.hang_up()
    bench.until_seat("2001", "idle")
    bench.until_hears("2001", "quiet")
    bench.close(but=["alarms.cleared"])


def test_both_network_boards_gone_and_one_back() -> None:
    """Nobody hears anything meanwhile; then the calls that are still up hear each other again."""
    bench, caller = in_talk()
    first, second = pull(bench, "bnet", 0), pull(bench, "bnet", 1)
    bench.run(seconds(1))
    assert bench.hears(caller)[0] != "party"
    second()
    bench.run(seconds(3))
    bench.talk(caller, "2001")
    first()
    bench.run(seconds(3))
    bench.talk(caller, "2001")
    bench.close()


# -- sources -------------------------------------------------------------------------------------


def test_no_announcement_board_during_an_announcement() -> None:
    """The call goes on as if the prompt had ended, and ends."""
    bench = Bench()
    caller = bench.call("10062")
    bench.until_hears(caller, "prompt", "announcement")
    heal = pull(bench, SPT)
    bench.until_hears(caller, "quiet", within=ms(50))
    caller.ended(16, within=seconds(5))
    heal()
    bench.run(seconds(2))
    second = bench.call("10062")
    bench.until_hears(second, "prompt", "announcement")
    second.ended(16, within=seconds(4))
    bench.close()


def test_no_announcement_board_during_the_music() -> None:
    """Who waits keeps its place, hears a ring-back instead, and is served."""
    bench = Bench()
    caller = bench.call("10061")
    bench.until_hears(caller, "prompt", "please_wait")
    heal = pull(bench, SPT)
    bench.until_hears(caller, "tone", "450", within=seconds(6))
    bench.press("2001", "sign_in")
    bench.talk(caller, "2001")
    heal()
    bench.run(seconds(2))
    bench.close()


def test_a_menu_without_an_announcement_board_still_takes_digits() -> None:
    bench = Bench(agent("2001"))
    heal = pull(bench, SPT)
    bench.run(seconds(1))
    caller = bench.call("10060")
    bench.run(seconds(1))
    caller.dial("1")
    bench.talk(caller, "2001")
    heal()
    bench.run(seconds(2))
    bench.close()


def test_no_tone_board_while_a_seat_rings() -> None:
    bench = Bench(agent("2007", answer=seconds(2)))
    caller = bench.call("10063")
    bench.until_hears(caller, "tone", "450")
    heal = pull(bench, SIG)
    bench.until_hears(caller, "quiet", within=ms(50))
    bench.until_seat("2007", "talk")
    bench.talk(caller, "2007")
    heal()
    bench.run(seconds(2))
    bench.press("2001", "sign_in")
    bench.close()


def test_tones_sound_again_when_their_board_is_back() -> None:
    bench = Bench(agent("2001"), agent("2007", behaviour="no_answer"))
    pull(bench, SIG)()
    bench.run(seconds(3))
    bench.press("2001", "dial", number="2007")
    bench.until_hears("2001", "tone", "450", within=seconds(6))
    bench.close()


# -- receivers -------------------------------------------------------------------------------------


def asked(bench: Bench, caller: Caller) -> int:
    return len([e for e in bench.events("PartyHears") if e.party == caller.party and e.which == "welcome"])


def test_a_deaf_receiver_asks_again_and_after_the_self_test_nobody_gets_it() -> None:
    bench = Bench(agent("2001"), settle=seconds(2) + ms(1))
    heal = bench.fault("receiver_failure", {"receiver": 0})
    caller = bench.call("10060")
    bench.until_hears(caller, "prompt", "welcome")
    assert [e.unit for e in bench.events("ResourceSeized") if e.resource == "receiver"] == [0]
    caller.dial("1")
    bench.run(ms(500))
    assert bench.seen("DigitHeard") == []
    bench.until_hears(caller, "quiet", within=seconds(3))
    bench.until_hears(caller, "prompt", "welcome", within=seconds(4))
    caller.dial("1")
    bench.talk(caller, "2001")
    assert bench.seen("AlarmRaised", alarm="receiver_fault")
    caller.hang_up()
    for _ in range(17):
        bench.call("10060").hang_up()
        bench.run(ms(100))
    assert [e.unit for e in bench.events("ResourceSeized") if e.resource == "receiver"].count(0) == 1
    heal()
    bench.run(seconds(3))
    bench.close()


def test_no_receiver_board_leads_callers_the_way_of_those_who_do_not_choose() -> None:
    bench = Bench()
    heal = pull(bench, DTR)
    bench.run(seconds(1))
    caller = bench.call("10060")
    bench.until_hears(caller, "prompt", "announcement", within=seconds(3))
    caller.ended(16, within=seconds(4))
    heal()
    bench.run(seconds(2))
    bench.close()


# -- seats and platform -------------------------------------------------------------------------------------


def test_the_seat_board_goes_with_calls_in_talk() -> None:
    """They end with cause 27 (destination out of order); the agents sign in again and take calls."""
    bench, caller = in_talk()
    held = bench.call("10061")
    bench.talk(held, "2002")
    bench.press("2002", "hold")
    heal = pull(bench, AIT)
    caller.ended(27)
    held.ended(27)
    assert {record.by for record in bench.call_records()} == {"fault"}
    heal()
    bench.until_seat("2001", "idle", within=seconds(5))
    again = bench.call("10061")
    bench.talk(again, "2001")
    bench.close()


def test_the_seat_board_goes_while_a_seat_rings() -> None:
    """The caller keeps its place and gets the first seat that is back."""
    bench = Bench(agent("2001", answer=seconds(2)))
    caller = bench.call("10061")
    bench.until_seat("2001", "ringing")
    heal = pull(bench, AIT)
    bench.until_hears(caller, "prompt", "please_wait")
    heal()
    bench.until_hears(caller, "party", str(bench.party("2001")), within=seconds(7))
    bench.close()


def test_a_seat_that_is_unplugged_in_talk() -> None:
    bench, caller = in_talk()
    heal = bench.fault("seat_drop", {"seat": "2001"})
    caller.ended(27)
    assert bench.seat("2001") == "faulty"
    second = bench.call("10061")
    bench.talk(second, "2002")
    heal()
    bench.until_seat("2001", "idle", within=seconds(3))
    bench.close()


def test_without_the_platform_the_switch_distributes_and_then_the_platform_again() -> None:
    """The first call after the cut waits for the request's time-out, once the loss is known nobody waits."""
    bench = Bench(agent("2001", "2002", "2003"), machine="routed_office")
    bench.run(seconds(1))
    heal = bench.fault("mem_link_cut", {})

    def routed() -> tuple[str, int]:
        caller = bench.call("10061")
        placed = bench.now
        record = bench.wait("Routed", seconds(4), since=placed - 100)
        bench.run(seconds(1))
        caller.hang_up()
        bench.run(ms(500))
        return record.event.by, record.at - placed

    by, waited = routed()
    assert (by, waited > seconds(1)) == ("switch", True)
    bench.wait("AlarmRaised", seconds(5), since=0, alarm="platform_link_lost")
    bench.run(ms(100))
    by, waited = routed()
    assert (by, waited < ms(100)) == ("switch", True)
    heal()
    bench.wait("AlarmCleared", seconds(3), alarm="platform_link_lost")
    bench.run(ms(100))
    by, waited = routed()
    assert (by, waited < ms(100)) == ("platform", True)
    bench.close()


def test_what_the_platform_does_not_know_the_switch_chooses() -> None:
    bench = Bench(agent("2001"), machine="routed_office")
    bench.call("10068")
    assert bench.wait("Routed", since=0).event.by == "switch"
    bench.close()


def test_the_mem_board_pulled_is_a_lost_platform_too() -> None:
    bench = Bench(agent("2001"), machine="routed_office")
    heal = pull(bench, MEM)
    bench.wait("PlatformLink", seconds(2), state="down")
    bench.call("10061")
    assert bench.wait("Routed", ms(200), since=bench.now - 100).event.by == "switch"
    heal()
    bench.wait("PlatformLink", seconds(5), state="up")
    bench.close()


# -- lines and links -------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [ms(300), seconds(2), seconds(5)])
def test_a_line_cut_shorter_than_t309_keeps_the_talk(cut: int) -> None:
    """T309 is 6 s here: back in time, the call goes on and ends as it should."""
    bench, caller = in_talk()
    heal = bench.fault("line_cut", {"line": "e1-0"})
    bench.run(cut)
    assert bench.hears("2001")[0] != "party"
    heal()
    bench.run(seconds(3))
    bench.talk(caller, "2001")
    assert bench.call_records() == []
    caller.hang_up()
    bench.run(seconds(12))
    assert bench.record().cause == 16
    bench.close()


def test_a_line_cut_longer_than_t309_ends_its_calls_with_cause_27() -> None:
    bench, _ = in_talk()
    other = bench.call("10061", line="e1-1")
    bench.talk(other, "2002")
    heal = bench.fault("line_cut", {"line": "e1-0"})
    down = bench.wait("LinkDown", seconds(10), place=kinds(bench)[LAP][0], link="e1-0:16").at
    bench.until_seat("2001", "idle", within=seconds(8))
    record = bench.record()
    assert (record.cause, record.by) == (27, "network")
    assert abs(record.ended - down - seconds(6)) <= ms(50)
    bench.talk(other, "2002")
    heal()
    bench.run(seconds(20))
    again = bench.call("10061")
    bench.talk(again, "2001")
    bench.close()


def test_no_call_goes_out_over_a_line_that_is_cut() -> None:
    bench = Bench(agent("2001"))
    heal = bench.fault("line_cut", {"line": "e1-0"})
    bench.run(ms(100))
    bench.press("2001", "dial", number="70001")
    assert bench.wait("PartyState", since=0, state="ringing").place == "farend/exchange/e1-1"
    heal()
    bench.run(seconds(15))
    bench.close()


@pytest.mark.parametrize("kind", [LAP, DTM])
def test_the_signalling_or_the_trunk_board_pulled_with_a_call_in_talk(kind: str) -> None:
    """Whatever becomes of the call, both sides agree in the end, and the next call passes."""
    bench, caller = in_talk()
    heal = pull(bench, kind)
    bench.run(seconds(2))
    if kind == LAP:
        bench.talk(caller, "2001")
    heal()
    bench.run(seconds(15))
    if caller.states[-1][0] != "released":
        bench.talk(caller, "2001")
        caller.hang_up()
    bench.run(seconds(2))
    again = bench.call("10061", line="e1-1")
    bench.run(seconds(1))
    assert bench.hears(again)[0] == "party"
    bench.close()
