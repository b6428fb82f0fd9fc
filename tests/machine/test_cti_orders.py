"""Orders over the CTI link: what each brings about, in which order it is told, and every result."""

from __future__ import annotations

from typing import Any

import pytest
from cti_bench import CtiBench
from cti_walk import TARGET_SEATS, over, silent
from office_bench import Caller, agent

from switchsim.kernel.snapshot import take
from switchsim.model.cti import (
    RESULTS,
    AnswerCaller,
    AttachChannel,
    ChooseRoute,
    DetachChannel,
    HangUp,
    Offer,
    Originate,
    PressKey,
    Redirect,
    RefuseFlow,
    SetMember,
)
from switchsim.units import ms, seconds


def in_talk(*more: str) -> tuple[CtiBench, Caller, int]:
    bench = CtiBench(agent("2001", *more))
    caller = bench.call("10061")
    bench.talk(caller, "2001")
    return bench, caller, bench.call_number()


# -- keys --------------------------------------------------------------------------------------------------------


def test_a_key_by_order_is_the_key_of_the_set() -> None:
    bench = CtiBench()
    assert bench.want(PressKey("2001", "sign_in")) == "ok"
    caller = bench.call("10061")
    bench.until_seat("2001", "ringing")
    answer = bench.answer(bench.ask(PressKey("2001", "answer")))
    assert (answer.result, answer.call) == ("ok", bench.call_number())
    bench.talk(caller, "2001")
    for key in ("hold", "retrieve", "release"):
        assert bench.want(PressKey("2001", key)) == "ok"
    bench.until_seat("2001", "idle")
    over(bench)


def test_what_a_key_brings_about_is_told_before_its_answer() -> None:
    bench = CtiBench()
    order = bench.ask(PressKey("2001", "sign_in"))
    bench.answer(order)
    events = bench.heard("SeatChanged", "Ordered")
    assert (events[-2].seat, events[-2].state) == ("2001", "idle")
    assert events[-1].order == order


@pytest.mark.parametrize("key", ["answer", "release", "hold", "retrieve", "complete", "conference", "drop", "transfer",
                                 "sign_in", "ready", "nonsense"])  # fmt: skip
def test_a_key_that_means_nothing_now(key: str) -> None:
    bench = CtiBench(agent("2001"))
    bench.run(ms(100))
    since = len(bench.told)
    assert bench.want(PressKey("2001", key)) == "wrong_state"
    assert [type(event).__name__ for event in bench.heard(since=since)] == ["Ordered"]


def test_no_such_seat() -> None:
    assert CtiBench().want(PressKey("4711", "sign_in")) == "no_such_seat"


def test_why_a_seat_is_busy() -> None:
    bench = CtiBench(agent("2001"))
    assert bench.want(PressKey("2001", "busy", "lunch")) == "ok"
    assert (bench.view.seats["2001"].state, bench.view.seats["2001"].reason) == ("busy", "lunch")
    assert bench.want(PressKey("2001", "busy", "lunch")) == "wrong_state"
    assert bench.want(PressKey("2001", "busy", "training")) == "ok"
    assert bench.view.seats["2001"].reason == "training"
    assert bench.want(PressKey("2001", "ready")) == "ok"
    assert (bench.view.seats["2001"].state, bench.view.seats["2001"].reason) == ("idle", "")


def test_a_reason_that_waits_for_the_end_of_the_call() -> None:
    bench, caller, _ = in_talk()
    assert bench.want(PressKey("2001", "busy", "lunch")) == "ok"
    seat = bench.view.seats["2001"]
    assert (seat.state, seat.after, seat.reason) == ("talk", "busy", "lunch")
    caller.hang_up()
    bench.until_seat("2001", "busy")
    bench.run(ms(20))
    assert bench.view.seats["2001"].reason == "lunch"
    over(bench)


def test_dial_tells_the_call_that_it_made() -> None:
    bench = CtiBench(agent("2001", "2002"))
    answer = bench.answer(bench.ask(PressKey("2001", "dial", "2002")))
    assert (answer.result, answer.call) == ("ok", bench.call_number())
    bench.talk("2001", "2002")
    assert bench.answer(bench.ask(PressKey("2003", "dial", "2002"))).result == "wrong_state"
    over(bench)


@pytest.mark.parametrize(("number", "result"), [("2002", "busy"), ("70001", "ok")])
def test_dial_that_fails_at_once(number: str, result: str) -> None:
    bench = CtiBench(agent("2001"))
    assert bench.want(PressKey("2001", "dial", number)) == result
    over(bench)


@pytest.mark.parametrize(("number", "result"), [("2002", "busy"), ("99", "no_such_number"), ("10062", "ok")])
def test_blind_transfer(number: str, result: str) -> None:
    bench, caller, _ = in_talk()
    assert bench.want(PressKey("2001", "transfer", number)) == result
    if result == "ok":
        bench.until_hears(caller, "prompt", "announcement")
    else:
        bench.talk(caller, "2001")
    over(bench)


# -- calls -------------------------------------------------------------------------------------------------------


def test_hang_up_the_call() -> None:
    bench, caller, call = in_talk()
    assert bench.want(HangUp(call, 0, 21)) == "ok"
    ended = bench.heard("CallEnded")[0]
    assert (ended.cause, ended.by) == (21, "machine")
    bench.run(seconds(1))
    assert caller.states[-1] == ("released", 21)
    assert bench.want(HangUp(call, 0, 16)) == "no_such_call"
    over(bench)


def test_hang_up_one_leg() -> None:
    bench, caller, call = in_talk("2002")
    assert bench.want(HangUp(call, 4_711, 16)) == "no_such_leg"
    bench.press("2001", "consult", number="2002")
    bench.talk("2001", "2002")
    bench.press("2001", "conference")
    bench.talk(caller, "2001", "2002")
    maker = next(leg.leg for leg in bench.view.legs.values() if leg.device == "SEAT/2001")
    assert bench.want(HangUp(call, maker, 16)) == "ok"
    bench.talk(caller, "2002")
    over(bench)


def test_hang_up_a_seat_that_rings_gives_the_call_back() -> None:
    bench = CtiBench(silent("2001"))
    bench.call("10061")
    called = bench.until("SeatCalled")
    assert bench.want(HangUp(called.call, called.leg, 16)) == "ok"
    assert bench.heard("SeatCallEnded")[0].why == "rejected"
    assert list(bench.legs(called.call).values()) == ["queued"]
    over(bench)


@pytest.mark.parametrize("cause", [0, 128, -5])
def test_a_cause_that_is_none_is_normal_clearing(cause: int) -> None:
    bench, _, call = in_talk()
    assert bench.want(HangUp(call, 0, cause)) == "ok"
    assert bench.heard("CallEnded")[0].cause == 16
    over(bench)


@pytest.mark.parametrize(("target", "seat"), TARGET_SEATS)
@pytest.mark.parametrize("where", ["queue", "ringing", "talk", "menu", "held"])
def test_redirect_from_everywhere_to_everywhere(where: str, target: str, seat: str) -> None:
    people = [agent("2005", "2009")]
    if where == "ringing":
        people.append(silent("2001"))
    elif where in ("talk", "held"):
        people.append(agent("2001"))
    bench = CtiBench(*people)
    caller = bench.call("10060" if where == "menu" else "10061")
    call = bench.call_number()
    if where in ("talk", "held"):
        bench.talk(caller, "2001")
    if where == "held":
        bench.press("2001", "hold")
    bench.run(ms(400))
    assert bench.want(Redirect(call, target)) == "ok"
    bench.talk(caller, seat)
    bench.run(ms(100))
    assert len(bench.view.legs) == 2
    if where in ("queue", "ringing"):
        assert bench.heard("QueueLeft")[0].why == "redirected"
    if where == "ringing":
        assert bench.heard("SeatCallEnded")[0].why == "redirected"
    if where in ("talk", "held"):
        assert bench.heard("SeatServed")[0].why == "transfer"
        assert bench.seat("2001") == "idle"
    bench.same_anew()
    over(bench)


def test_redirect_to_a_number_outside() -> None:
    bench, caller, call = in_talk()
    assert bench.want(Redirect(call, "number:70001")) == "ok"
    ringing = bench.wait("PartyState", since=0, state="ringing")
    outside = Caller(bench, ringing.place, ringing.event.party)
    bench.talk(caller, outside)
    bench.run(ms(50))
    assert sorted(leg.state for leg in bench.view.legs.values()) == ["connected", "connected"]
    bench.same_anew()
    outside.hang_up()
    bench.until("CallEnded", call=call)
    over(bench)


@pytest.mark.parametrize("whose", ["caller", "outside"])
def test_redirect_one_of_two_who_were_joined_lets_the_other_go(whose: str) -> None:
    bench, caller, call = in_talk("2009")
    bench.press("2001", "consult", number="70001")
    ringing = bench.wait("PartyState", since=0, state="ringing")
    outside = Caller(bench, ringing.place, ringing.event.party)
    bench.talk("2001", outside)
    consult = bench.call_number()
    bench.press("2001", "complete")
    bench.talk(caller, outside)
    moved, other = (call, consult) if whose == "caller" else (consult, call)
    assert bench.want(Redirect(moved, "seat:2009")) == "ok"
    bench.talk(caller if whose == "caller" else outside, "2009")
    assert list(bench.view.calls) == [moved]
    assert bench.heard("CallEnded")[0].call == other
    bench.same_anew()
    over(bench)


@pytest.mark.parametrize(("target", "result"), [
    ("queue:none", "no_such_queue"), ("seat:4711", "no_such_seat"), ("seat:2002", "busy"),
    ("number:", "no_such_number"), ("service:none", "no_such_number"),
    ("elsewhere", "no_such_number"), ("number:12AB", "no_such_number"),
])  # fmt: skip
def test_redirect_to_where_it_can_not_go_changes_nothing(target: str, result: str) -> None:
    bench, caller, call = in_talk()
    assert bench.want(Redirect(call, target)) == result
    bench.talk(caller, "2001")
    over(bench)


def test_redirect_what_can_not_be_moved() -> None:
    bench, _, call = in_talk("2002")
    bench.press("2001", "consult", number="2002")
    assert bench.want(Redirect(call, "queue:sales")) == "wrong_state"
    assert bench.want(Redirect(4_711, "queue:sales")) == "no_such_call"
    over(bench)


def test_answer_the_caller_once() -> None:
    bench = CtiBench()
    assert bench.want(AnswerCaller(1)) == "no_such_call"
    bench.call("10061")
    assert bench.want(AnswerCaller(bench.call_number())) == "wrong_state", "a queue has answered it"
    assert bench.want(DetachChannel(bench.call_number())) == "not_active"
    over(bench)


# -- originate ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("target", "seat"), [*TARGET_SEATS, ("number:70001", "")])
@pytest.mark.parametrize("device", ["SEAT/2002", "E1/e1-0/70002", "E1/*/70002"])
def test_originate(device: str, target: str, seat: str) -> None:
    bench = CtiBench(agent("2002", "2005", "2009"))
    order = bench.ask(Originate(device, target, "4000", 0))
    answer = bench.answer(order, within=seconds(4))
    assert (answer.result, answer.call) == ("ok", bench.call_number())
    one: Caller | str = "2002"
    if device.startswith("E1"):
        ringing = bench.wait("PartyState", since=0, state="ringing")
        one = Caller(bench, ringing.place, ringing.event.party)
        assert bench.events("PartyState")[0].party == ringing.event.party
    if seat:
        bench.talk(one, seat)
    else:
        bench.run(seconds(2))
        rung = bench.seen("PartyState", state="ringing")[-1]
        bench.talk(one, Caller(bench, rung.place, rung.event.party))
    bench.same_anew()
    over(bench)


@pytest.mark.parametrize(("device", "target", "result"), [
    ("SEAT/4711", "queue:sales", "no_such_seat"), ("SEAT/2001", "queue:sales", "busy"),
    ("SEAT/2002", "queue:none", "no_such_queue"), ("SEAT/2002", "seat:4711", "no_such_seat"),
    ("E1/e1-0/80001", "queue:sales", "busy"), ("E1/none/70001", "queue:sales", "no_circuit"),
    ("E1/vp-0/70001", "queue:sales", "no_circuit"), ("E1/e1-0/", "queue:sales", "no_such_number"),
    ("E1/e1-0/70001", "queue:none", "no_such_queue"), ("nonsense", "queue:sales", "no_such_number"),
    ("E1/e1-0/90001", "queue:sales", "no_answer"), ("SEAT/2002", "queue:sales", "no_answer"),
])  # fmt: skip
def test_originate_that_fails(device: str, target: str, result: str) -> None:
    bench = CtiBench(silent("2002"))
    order = bench.ask(Originate(device, target, "4000", seconds(1)))
    assert bench.answer(order, within=seconds(4)).result == result
    bench.run(seconds(1))
    assert bench.view.calls == {}
    assert bench.seat("2002") == "idle"
    over(bench)


def test_originate_to_a_seat_that_turns_it_away() -> None:
    bench = CtiBench(silent("2002"))
    order = bench.ask(Originate("SEAT/2002", "queue:sales", "4000", 0))
    bench.until("SeatCalled")
    bench.press("2002", "release")
    assert bench.answer(order).result == "busy"
    over(bench)


# -- nonsense ----------------------------------------------------------------------------------------------------

HUGE = 2**63 - 1
NONSENSE = [
    PressKey("2001", "dial", "\u4e00"), PressKey("2001", "dial", "1" * 21), PressKey("2001", "dial", ""),
    PressKey("2001", "busy", "x" * 100_000), PressKey("", "", ""), HangUp(HUGE, -1, HUGE), HangUp(-HUGE, HUGE, 0),
    Redirect(1, ""), Redirect(1, "number:" + "1" * 100), Redirect(1, "number:\u4e00"), Redirect(1, "::"),
    Originate("E1/e1-0/\u4e00", "queue:sales", "", 0), Originate("E1//70001", "queue:sales", "", 0),
    Originate("E1/e1-0/70001", "queue:sales", "\u4e00" * 999, HUGE), Originate("SEAT/2001", "queue:sales", "x", -HUGE),
    Originate("", "", "", 0), SetMember("sales", "2001", True, HUGE), ChooseRoute(1, HUGE, "queue:sales", True, HUGE),
    Offer(1, "2001", HUGE), AttachChannel(1, "vp-0", HUGE), AttachChannel(1, "", -1), DetachChannel(-1), RefuseFlow(0),
    AnswerCaller(HUGE),
]  # fmt: skip


@pytest.mark.parametrize("order", NONSENSE, ids=lambda order: type(order).__name__)
def test_no_order_is_too_strange_for_an_answer(order: Any) -> None:
    bench = CtiBench(silent("2001"))
    bench.call("10061")
    bench.until_seat("2001", "ringing", within=seconds(1))
    bench.ask(order)
    bench.run(seconds(4))
    assert [event.result for event in bench.heard("Ordered") if event.order == 2 and event.result in RESULTS]
    take(bench.machine.kernel)
    bench.same_anew()
    over(bench)
