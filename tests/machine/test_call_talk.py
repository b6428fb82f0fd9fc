"""Talk, hold, transfer, consultation, conference, listening in: who hears whom is measured by the parties' marks."""

from __future__ import annotations

import pytest
from office_bench import Bench, Caller, agent

from switchsim.units import ms, seconds

EVERYBODY = agent("2001", "2002", "2003", "2005", "2007", "2009")
"""2001 gets the first call of `sales`: all are idle equally long."""


def in_talk(*people: object) -> tuple[Bench, Caller]:
    bench = Bench(*(people or (EVERYBODY,)))  # type: ignore[arg-type]
    caller = bench.call("10061")
    bench.talk(caller, "2001")
    return bench, caller


def consulting(number: str = "2002") -> tuple[Bench, Caller]:
    """2001 has put its caller on hold and talks with another seat."""
    bench, caller = in_talk()
    bench.press("2001", "consult", number=number)
    bench.talk("2001", number)
    return bench, caller


def conference() -> tuple[Bench, Caller]:
    bench, caller = consulting()
    bench.press("2001", "conference")
    bench.talk(caller, "2001", "2002")
    return bench, caller


def apart(bench: Bench, one: Caller | str, other: Caller | str) -> None:
    """The first hears nothing of the second."""
    what, which = bench.hears(one)
    assert what not in ("party", "mix") or str(bench.party(other)) not in which.split("+"), (one, what, which)


# -- two ----------------------------------------------------------------------------------------------------


def test_two_hear_each_other_without_a_gap() -> None:
    bench, caller = in_talk()
    since = bench.now
    bench.run(seconds(5))
    assert [e for e in bench.events("PartyHears", since) if e.party in (caller.party, bench.party("2001"))] == []
    bench.close()


def test_two_calls_do_not_hear_each_other() -> None:
    bench, first = in_talk()
    second = bench.call("10061", line="e1-1")
    bench.talk(second, "2002")
    bench.talk(first, "2001")
    bench.close()


# -- hold ----------------------------------------------------------------------------------------------------


def test_hold_and_retrieve() -> None:
    bench, caller = in_talk()
    bench.press("2001", "hold")
    bench.run(ms(100))
    assert bench.seat("2001") == "held"
    assert bench.hears(caller)[0] in ("quiet", "prompt", "tone")
    apart(bench, "2001", caller)
    bench.run(seconds(1))
    apart(bench, caller, "2001")
    bench.press("2001", "retrieve")
    assert bench.seat("2001") == "talk"
    bench.talk(caller, "2001")
    bench.close()


def test_hold_twice_and_retrieve_twice_are_once() -> None:
    bench, caller = in_talk()
    for _ in range(2):
        bench.press("2001", "hold")
    assert bench.seat("2001") == "held"
    for _ in range(2):
        bench.press("2001", "retrieve")
    bench.talk(caller, "2001")
    bench.close()


@pytest.mark.parametrize("who", ["caller", "seat"])
def test_the_end_of_a_held_call(who: str) -> None:
    bench, caller = in_talk()
    bench.press("2001", "hold")
    if who == "caller":
        caller.hang_up()
    else:
        bench.press("2001", "release")
    bench.until_seat("2001", "idle")
    bench.run(ms(300))
    assert (bench.record().cause, bench.record().by) == (16, who)
    bench.close()


def test_busy_pressed_on_hold_takes_effect_when_the_call_ends() -> None:
    bench, caller = in_talk()
    bench.press("2001", "hold")
    bench.press("2001", "busy")
    assert bench.seat("2001") == "held"
    bench.press("2001", "retrieve")
    bench.talk(caller, "2001")
    caller.hang_up()
    bench.until_seat("2001", "busy")
    bench.close()


# -- blind transfer ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["seat", "number"])
@pytest.mark.parametrize("held", [False, True])
def test_blind_transfer_to_an_idle_seat(name: str, held: bool) -> None:
    """The talk and what the screen says go together: the new seat shows the same call."""
    bench, caller = in_talk()
    if held:
        bench.press("2001", "hold")
    shown = bench.machine.part("farend/agent/2001").state.call
    bench.press("2001", "transfer", **{name: "2007"})
    bench.until_seat("2007", "ringing")
    assert bench.seat("2001") == "idle"
    assert bench.hears(caller)[0] != "party"
    bench.talk(caller, "2007")
    assert bench.machine.part("farend/agent/2007").state.call == shown
    assert bench.hears("2001") == ("quiet", "")
    caller.hang_up()
    bench.run(seconds(1))
    assert (bench.record().seat, bench.record().cause) == ("2007", 16)
    bench.close()


@pytest.mark.parametrize("prepare", ["busy", "sign_out", "talk", "self", "nobody"])
def test_blind_transfer_to_who_can_not_take_it_leaves_the_talk(prepare: str) -> None:
    bench, caller = in_talk()
    number = {"self": "2001", "nobody": "2999"}.get(prepare, "2002")
    if prepare == "talk":
        other = bench.call("10061")
        bench.talk(other, "2002")
    elif prepare in ("busy", "sign_out"):
        bench.press("2002", prepare)
    bench.press("2001", "transfer", number=number)
    bench.run(ms(500))
    assert bench.seat("2001") == "talk"
    bench.talk(caller, "2001")
    bench.close()


@pytest.mark.parametrize(("number", "prompt"), [("10062", "announcement"), ("10060", "welcome"), ("180", "welcome")])
def test_blind_transfer_to_a_service(number: str, prompt: str) -> None:
    bench, caller = in_talk()
    bench.press("2001", "transfer", number=number)
    bench.until_hears(caller, "prompt", prompt)
    assert bench.seat("2001") == "idle"
    bench.run(seconds(1))
    bench.close()


def test_blind_transfer_into_a_queue() -> None:
    bench, caller = in_talk()
    bench.press("2001", "transfer", number="10068")
    bench.talk(caller, "2005")
    assert [event.queue for event in bench.events("CallQueued")] == ["sales", "service"]
    caller.hang_up()
    bench.run(seconds(1))
    assert (bench.record().queue, bench.record().seat) == ("service", "2005")
    bench.close()


def test_blind_transfer_to_a_seat_that_does_not_answer_loses_no_resource() -> None:
    """Nobody waits for ever: the call is answered elsewhere or ends with cause 19 (no answer from user)."""
    bench, caller = in_talk(agent("2001"), agent("2007", behaviour="no_answer"))
    bench.press("2001", "transfer", number="2007")
    bench.until_seat("2007", "ringing")
    bench.run(seconds(30))
    assert bench.seat("2007") != "ringing"
    if bench.call_records():
        assert bench.record().cause == 19
    else:
        bench.talk(caller, "2001")
    bench.close()


def test_the_caller_hangs_up_while_it_is_transferred() -> None:
    bench, caller = in_talk(agent("2001"), agent("2007", behaviour="no_answer"))
    bench.press("2001", "transfer", number="2007")
    bench.until_seat("2007", "ringing")
    caller.hang_up()
    bench.until_seat("2007", "idle")
    assert (bench.record().cause, bench.record().by) == (16, "caller")
    bench.close()


# -- consultation ----------------------------------------------------------------------------------------------------


def test_consultation_is_between_the_two_seats_only() -> None:
    bench, caller = consulting()
    bench.run(seconds(1))
    for seat in ("2001", "2002"):
        apart(bench, caller, seat)
        apart(bench, seat, caller)
    bench.close()


def test_consulted_transfer_while_talking() -> None:
    bench, caller = consulting()
    bench.press("2001", "complete")
    bench.talk(caller, "2002")
    assert bench.seat("2001") == "idle"
    assert bench.hears("2001") == ("quiet", "")
    caller.hang_up()
    bench.until_seat("2002", "idle")
    bench.close()
    assert {record.cause for record in bench.call_records()} == {16}


def test_consulted_transfer_while_ringing() -> None:
    bench, caller = in_talk(agent("2001"), agent("2007", behaviour="no_answer"))
    bench.press("2001", "consult", number="2007")
    bench.until_seat("2007", "ringing")
    bench.press("2001", "complete")
    bench.until_seat("2001", "idle")
    bench.press("2007", "answer")
    bench.talk(caller, "2007")
    assert bench.hears("2001") == ("quiet", "")
    bench.close()


def test_the_consulted_party_hangs_up_first() -> None:
    """The caller is still there, and can be retrieved."""
    bench, caller = consulting()
    bench.press("2002", "release")
    bench.until_seat("2002", "idle")
    bench.run(ms(300))
    if bench.seat("2001") != "talk":
        assert bench.seat("2001") == "held"
        bench.press("2001", "retrieve")
    bench.talk(caller, "2001")
    bench.close()


@pytest.mark.parametrize("key", ["drop", "retrieve"])
@pytest.mark.parametrize("answered", [True, False])
def test_giving_the_consultation_up(key: str, answered: bool) -> None:
    bench, caller = in_talk(agent("2001"), agent("2007", behaviour="answers" if answered else "no_answer"))
    bench.press("2001", "consult", number="2007")
    bench.until_seat("2007", "talk" if answered else "ringing")
    bench.press("2001", key)
    bench.run(ms(200))
    if bench.seat("2001") == "held":
        bench.press("2001", "retrieve")
    bench.talk(caller, "2001")
    bench.until_seat("2007", "idle")
    assert bench.hears("2007") == ("quiet", "")
    bench.close()


def test_the_caller_hangs_up_during_the_consultation() -> None:
    """The two agents go on talking; then each is idle again."""
    bench, caller = consulting()
    caller.hang_up()
    bench.run(seconds(1))
    assert ("released", 16) in caller.states
    bench.talk("2001", "2002")
    bench.press("2001", "release")
    bench.until_seat("2001", "idle")
    bench.until_seat("2002", "idle")
    bench.close()


def test_the_caller_hangs_up_while_the_consulted_seat_rings() -> None:
    bench, caller = in_talk(agent("2001"), agent("2007", behaviour="no_answer"))
    bench.press("2001", "consult", number="2007")
    bench.until_seat("2007", "ringing")
    caller.hang_up()
    bench.run(seconds(1))
    bench.press("2001", "release")
    bench.until_seat("2001", "idle")
    bench.until_seat("2007", "idle")
    bench.close()


def test_the_consulting_agent_hangs_up() -> None:
    """Whatever becomes of the caller, nobody is left alone in the machine."""
    bench, caller = consulting()
    bench.press("2001", "release")
    bench.until_seat("2002", "idle")
    bench.run(ms(300))
    if caller.states[-1][0] != "released":
        assert bench.seat("2001") == "held"
        bench.press("2001", "retrieve")
        bench.talk(caller, "2001")
    bench.close()


@pytest.mark.parametrize("number", ["2999", "2001", "5", "80001"])
def test_consulting_who_is_not_there_leaves_the_caller(number: str) -> None:
    bench, caller = in_talk()
    bench.press("2001", "consult", number=number)
    bench.run(seconds(1))
    if bench.seat("2001") != "talk":
        bench.press("2001", "retrieve")
    bench.talk(caller, "2001")
    bench.close()


def test_a_seat_that_does_not_answer_a_consultation() -> None:
    bench, caller = in_talk(agent("2001"), agent("2007", behaviour="no_answer"))
    bench.press("2001", "consult", number="2007")
    bench.until_seat("2007", "ringing")
    bench.run(seconds(60))
    assert bench.seat("2007") != "ringing"
    bench.press("2001", "retrieve")
    bench.talk(caller, "2001")
    bench.close()


def outside_party(bench: Bench, caller: Caller) -> Caller:
    """Who answered the call that left the machine."""
    state = next(r for r in bench.seen("PartyState", state="ringing") if r.event.party != caller.party)
    return Caller(bench, state.place, state.event.party)


def test_consulting_somebody_outside_and_joining_both() -> None:
    """Two trunks are joined; when one hangs up the other one is released too."""
    bench, caller = in_talk()
    bench.press("2001", "consult", number="70001")
    bench.wait("PartyState", since=0, state="ringing")
    outside = outside_party(bench, caller)
    bench.run(ms(600))
    bench.talk("2001", outside)
    apart(bench, caller, outside)
    bench.press("2001", "complete")
    bench.talk(caller, outside)
    assert bench.seat("2001") == "idle"
    caller.hang_up()
    bench.run(seconds(1))
    assert outside.states[-1] == ("released", 16)
    assert [record.cause for record in bench.call_records()] == [16, 16]
    bench.close()


# -- conference ----------------------------------------------------------------------------------------------------


def test_in_a_conference_everybody_hears_everybody() -> None:
    bench, caller = conference()
    bench.run(seconds(2))
    bench.talk(caller, "2001", "2002")
    bench.close()


def test_the_caller_leaves_a_conference() -> None:
    bench, caller = conference()
    caller.hang_up()
    bench.run(ms(500))
    bench.talk("2001", "2002")
    bench.press("2002", "release")
    bench.until_seat("2002", "idle")
    bench.until_seat("2001", "idle")
    bench.close()


@pytest.mark.parametrize(("leaves", "stays"), [("2001", "2002"), ("2002", "2001")])
def test_a_seat_leaves_a_conference(leaves: str, stays: str) -> None:
    bench, caller = conference()
    bench.press(leaves, "release")
    bench.until_seat(leaves, "idle")
    bench.talk(caller, stays)
    assert bench.hears(leaves) == ("quiet", "")
    bench.run(seconds(1))
    bench.press(stays, "release")
    bench.until_seat(stays, "idle")
    caller.ended(16)
    bench.close()


def test_a_conference_with_somebody_outside() -> None:
    bench, caller = in_talk()
    bench.press("2001", "consult", number="70001")
    bench.wait("PartyState", since=0, state="ringing")
    outside = outside_party(bench, caller)
    bench.run(ms(600))
    bench.press("2001", "conference")
    bench.talk(caller, "2001", outside)
    bench.press("2001", "release")
    bench.talk(caller, outside)
    outside.hang_up()
    bench.run(seconds(1))
    assert caller.states[-1][0] == "released"
    bench.close()


def test_conferences_are_given_back() -> None:
    bench, caller = conference()
    caller.hang_up()
    bench.press("2001", "release")
    bench.run(seconds(1))
    taken = [e.unit for e in bench.events("ResourceSeized") if e.resource == "conference"]
    freed = [e.unit for e in bench.events("ResourceFreed") if e.resource == "conference"]
    assert taken == freed == taken[:1]
    bench.close()


# -- listening in ----------------------------------------------------------------------------------------------------


def test_a_supervisor_hears_both_and_is_heard_by_nobody() -> None:
    bench, caller = in_talk()
    supervisor = bench.machine.part("farend/agent/2009").config
    bench.machine.engine.source_mark(supervisor.source, supervisor.party)
    bench.press("2009", "listen_in", seat="2001")
    both = f"{caller.party}+{bench.party('2001')}"
    bench.until_hears("2009", "mix", both)
    since = bench.now
    bench.run(seconds(2))
    assert bench.hears(caller) == ("party", str(bench.party("2001")))
    assert bench.hears("2001") == ("party", str(caller.party))
    assert bench.events("PartyHears", since) == []
    bench.close()


def test_listening_in_ends_with_release_and_the_talk_goes_on() -> None:
    bench, caller = in_talk()
    bench.press("2009", "listen_in", seat="2001")
    bench.until_hears("2009", "mix")
    bench.press("2009", "release")
    bench.until_hears("2009", "quiet")
    assert bench.seat("2009") == "idle"
    bench.talk(caller, "2001")
    bench.close()


@pytest.mark.parametrize("who", ["caller", "seat"])
def test_listening_in_ends_with_the_call(who: str) -> None:
    bench, caller = in_talk()
    bench.press("2009", "listen_in", seat="2001")
    bench.until_hears("2009", "mix")
    if who == "caller":
        caller.hang_up()
    else:
        bench.press("2001", "release")
    bench.until_seat("2009", "idle")
    bench.until_seat("2001", "idle")
    bench.until_hears("2009", "quiet", within=ms(200))
    bench.run(ms(300))
    assert (bench.record().seat, bench.record().by) == ("2001", who)
    bench.close()


@pytest.mark.parametrize("key", ["hold", "transfer", "consult"])
def test_what_the_agent_does_meanwhile_is_never_wrong_for_the_caller(key: str) -> None:
    """The caller hears what it would hear without the supervisor."""
    bench, caller = in_talk()
    bench.press("2009", "listen_in", seat="2001")
    bench.until_hears("2009", "mix")
    bench.press("2001", key, **({} if key == "hold" else {"number": "2002"}))
    bench.run(ms(200))
    apart(bench, caller, "2001")
    apart(bench, caller, "2009")
    bench.run(seconds(1))
    if key == "hold":
        bench.press("2001", "retrieve")
        bench.talk(caller, "2001")
    elif key == "consult":
        bench.talk("2001", "2002")
        bench.press("2001", "complete")
    bench.talk(caller, "2001" if key == "hold" else "2002")
    bench.close()
    assert bench.seat("2009") == "idle"


@pytest.mark.parametrize("target", ["2002", "2009", "2999"])
def test_listening_in_where_nobody_talks_changes_nothing(target: str) -> None:
    bench, _ = in_talk()
    bench.press("2009", "listen_in", seat=target)
    bench.run(ms(200))
    assert bench.seat("2009") == "idle"
    assert bench.hears("2009") == ("quiet", "")
    bench.close()
