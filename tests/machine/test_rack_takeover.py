"""A takeover in every state that a call can be in: what was heard goes on, and each call ends as it would have."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from office_bench import Bench, Caller, agent

from switchsim.units import ms, seconds

Prepared = tuple[list[Caller | str], Callable[[], None]]
"""Who listens, and what is done and must hold afterwards."""


def office() -> tuple[Bench, Caller]:
    bench = Bench(agent("2001", "2002", "2003", "2005", "2009"), agent("2007", behaviour="no_answer"))
    caller = bench.call("10061")
    bench.talk(caller, "2001")
    return bench, caller


def conference(bench: Bench, caller: Caller) -> Prepared:
    bench.press("2001", "consult", number="2002")
    bench.talk("2001", "2002")
    bench.press("2001", "conference")
    bench.talk(caller, "2001", "2002")

    def afterwards() -> None:
        bench.press("2001", "release")
        bench.talk(caller, "2002")

    return [caller, "2001", "2002"], afterwards


def conference_outside(bench: Bench, caller: Caller) -> Prepared:
    outside = consult_outside(bench, caller)
    bench.press("2001", "conference")
    bench.talk(caller, "2001", outside)

    def afterwards() -> None:
        caller.hang_up()
        bench.talk("2001", outside)

    return [caller, "2001", outside], afterwards


def consult_outside(bench: Bench, caller: Caller) -> Caller:
    bench.press("2001", "consult", number="70001")
    ringing = bench.wait("PartyState", since=0, state="ringing")
    outside = Caller(bench, ringing.place, ringing.event.party)
    bench.run(ms(600))
    bench.talk("2001", outside)
    return outside


def two_trunks(bench: Bench, caller: Caller) -> Prepared:
    outside = consult_outside(bench, caller)
    bench.press("2001", "complete")
    bench.talk(caller, outside)

    def afterwards() -> None:
        outside.hang_up()
        bench.run(seconds(1))
        assert caller.states[-1] == ("released", 16)

    return [caller, outside], afterwards


def listening(bench: Bench, caller: Caller) -> Prepared:
    bench.press("2009", "listen_in", seat="2001")
    bench.until_hears("2009", "mix")

    def afterwards() -> None:
        bench.press("2009", "release")
        bench.until_hears("2009", "quiet")
        bench.talk(caller, "2001")

    return [caller, "2001", "2009"], afterwards


def consultation(bench: Bench, caller: Caller) -> Prepared:
    bench.press("2001", "consult", number="2002")
    bench.talk("2001", "2002")

    def afterwards() -> None:
        bench.press("2001", "complete")
        bench.talk(caller, "2002")

    return ["2001", "2002"], afterwards


def hold(bench: Bench, caller: Caller) -> Prepared:
    bench.press("2001", "hold")

    def afterwards() -> None:
        bench.press("2001", "retrieve")
        bench.talk(caller, "2001")

    return ["2001"], afterwards


def wish(bench: Bench, caller: Caller) -> Prepared:
    bench.press("2001", "sign_out")

    def afterwards() -> None:
        caller.hang_up()
        bench.until_seat("2001", "signed_out")

    return [caller, "2001"], afterwards


def waiting(bench: Bench, caller: Caller) -> Prepared:
    for seat in ("2002", "2003"):
        bench.press(seat, "busy")
    first, second = bench.call("10061"), bench.call("10061")
    bench.until_hears(second, "prompt", "please_wait")

    def afterwards() -> None:
        bench.press("2003", "ready")
        bench.talk(first, "2003")
        bench.press("2002", "ready")
        bench.talk(second, "2002")

    return [caller, "2001"], afterwards


def seat_to_seat(bench: Bench, caller: Caller) -> Prepared:
    bench.press("2002", "dial", number="2003")
    bench.talk("2002", "2003")

    def afterwards() -> None:
        bench.press("2003", "release")
        bench.until_seat("2002", "idle")

    return ["2002", "2003", caller, "2001"], afterwards


def seat_rings(bench: Bench, caller: Caller) -> Prepared:
    bench.press("2002", "dial", number="2007")
    bench.until_seat("2007", "ringing")

    def afterwards() -> None:
        bench.press("2007", "answer")
        bench.talk("2002", "2007")

    return [caller, "2001"], afterwards


def menu(bench: Bench, caller: Caller) -> Prepared:
    other = bench.call("10060")
    bench.until_hears(other, "prompt", "welcome")
    bench.run(ms(100))  # CONNECT ACKNOWLEDGE has come: the call is no longer in set-up

    def afterwards() -> None:
        other.dial("2")
        bench.talk(other, "2005")

    return [caller, "2001", other], afterwards


STATES = (conference, conference_outside, two_trunks, listening, consultation, hold, wish, waiting, seat_to_seat,
          seat_rings, menu)  # fmt: skip


@pytest.mark.parametrize("again", [False, True], ids=["once", "and-back"])
@pytest.mark.parametrize("prepare", STATES, ids=lambda state: state.__name__)
def test_a_takeover_goes_unheard(prepare: Callable[[Bench, Caller], Prepared], again: bool) -> None:
    bench, caller = office()
    people, afterwards = prepare(bench, caller)
    before = [bench.hears(who) for who in people]
    kill = bench.now
    heal = bench.fault("mpu_kill", {"processor": "a"})
    bench.run(ms(500))
    if again:
        heal()
        bench.run(seconds(4))
        heal = bench.fault("mpu_kill", {"processor": "b"})
        bench.run(ms(500))
    steady = [party for who, party in zip(people, map(bench.party, people), strict=True) if prepare is not menu]
    assert [r for r in bench.seen("PartyHears", kill) if r.event.party in steady] == []
    if not (again and prepare is menu):
        assert [bench.hears(who) for who in people] == before
        afterwards()
    heal()
    bench.run(seconds(4))
    bench.close()
    assert bench.seen("LinkDown") == []
    assert {record.by for record in bench.call_records()}.isdisjoint({"fault"})
