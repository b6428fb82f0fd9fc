"""Where calls go by order of the platform: its decisions, its offers, and who belongs to a queue."""

from __future__ import annotations

from typing import Any

import pytest
from cti_bench import CtiBench
from cti_walk import TARGET_SEATS, over, silent
from office_bench import Caller, agent

from switchsim.model.cti import ChooseRoute, Offer, Redirect, Routing, SetMember, TellNothing
from switchsim.units import ms, seconds

ROUTE_TIMEOUT = seconds(2)


def routed(bench: CtiBench, number: str = "10061") -> tuple[Caller, int]:
    """A call of which the platform was asked where it goes."""
    caller = bench.call(number)
    call = bench.call_number()
    bench.until("RouteAsked", call=call)
    return caller, call


def asked(*people: Any) -> CtiBench:
    bench = CtiBench(*people)
    assert bench.want(Routing(True)) == "ok"
    return bench


# -- routes ------------------------------------------------------------------------------------------------------


def test_the_platform_says_where_a_call_goes() -> None:
    bench = asked(agent("2005"))
    caller, call = routed(bench)
    question = bench.heard("RouteAsked")[0]
    assert (question.queue, question.number, question.entry) == ("sales", "10061", 1)
    assert bench.want(ChooseRoute(call, 1, "queue:service", True, 0)) == "ok"
    bench.talk(caller, "2005")
    assert [event.by for event in bench.events("Routed")] == ["platform"]
    over(bench)


def test_one_decision_to_a_question_and_no_late_one() -> None:
    bench = asked()
    _, call = routed(bench)
    assert bench.want(ChooseRoute(call, 2, "queue:service", True, 0)) == "too_late"
    assert bench.want(ChooseRoute(call, 1, "queue:none", True, 0)) == "no_such_queue"
    assert bench.want(ChooseRoute(call, 1, "queue:service", True, 0)) == "ok"
    assert bench.want(ChooseRoute(call, 1, "queue:patient", True, 0)) == "too_late"
    assert bench.view.calls[call].queue == "service"
    over(bench)


def test_no_decision_in_time() -> None:
    bench = asked()
    start = bench.now
    _, call = routed(bench)
    assert bench.until("QueueEntered").queue == "sales"
    assert abs(bench.now - start - ROUTE_TIMEOUT) < ms(100)
    assert bench.want(ChooseRoute(call, 1, "queue:service", True, 0)) == "too_late"
    over(bench)


def test_each_entry_is_a_question_of_its_own() -> None:
    bench = asked()
    _, call = routed(bench, "10071")
    assert bench.want(ChooseRoute(call, 1, "queue:round", True, 0)) == "ok"
    second = bench.until("RouteAsked", within=seconds(5), entry=2)
    assert second.queue == "sales", "it has waited too long, and its way over leads into a queue"
    assert bench.want(ChooseRoute(call, 1, "queue:service", True, 0)) == "too_late"
    assert bench.want(ChooseRoute(call, 2, "queue:service", True, 0)) == "ok"
    over(bench)


def test_a_call_that_an_order_sends_to_a_queue_is_asked_about() -> None:
    bench = asked()
    _, call = routed(bench)
    assert bench.want(ChooseRoute(call, 1, "queue:round", False, 0)) == "ok"
    assert bench.want(Redirect(call, "queue:service")) == "ok"
    question = bench.until("RouteAsked", call=call, entry=2)
    assert question.queue == "service", "what the switch would do itself"
    assert bench.want(ChooseRoute(call, 2, "queue:patient", False, 0)) == "ok"
    assert (bench.view.calls[call].queue, bench.view.calls[call].own) == ("patient", False)
    over(bench)


def test_without_a_decision_it_goes_where_the_order_sent_it() -> None:
    bench = asked()
    _, call = routed(bench)
    assert bench.want(ChooseRoute(call, 1, "queue:round", False, 0)) == "ok"
    start = bench.now
    assert bench.want(Redirect(call, "queue:service")) == "ok"
    entered = bench.until("QueueEntered", call=call, queue="service", within=seconds(3))
    assert entered.own, "and the switch gives it to a seat"
    assert abs(bench.now - start - ROUTE_TIMEOUT) < ms(100)
    over(bench)


@pytest.mark.parametrize(("target", "seat"), TARGET_SEATS)
def test_a_decision_may_send_it_anywhere(target: str, seat: str) -> None:
    bench = asked(agent("2005", "2009"))
    caller, call = routed(bench)
    assert bench.want(ChooseRoute(call, 1, target, True, 0)) == "ok"
    if target in ("service:service", "number:10068"):
        bench.until("QueueEntered", queue="service")
    bench.talk(caller, seat)
    over(bench)


def test_priority_goes_before_waiting_longer() -> None:
    bench = asked()
    plain, first = routed(bench)
    assert bench.want(ChooseRoute(first, 1, "queue:sales", True, 0)) == "ok"
    more, second = routed(bench)
    assert bench.want(ChooseRoute(second, 1, "queue:sales", True, 5)) == "ok"
    assert [event.position for event in bench.heard("QueueEntered")] == [1, 1]
    most, third = routed(bench)
    assert bench.want(ChooseRoute(third, 1, "queue:sales", True, 3)) == "ok"
    assert bench.view.queues["sales"].waiting == [second, third, first]
    for seat, caller in (("2001", more), ("2002", most), ("2003", plain)):
        bench.press(seat, "sign_in")
        bench.talk(caller, seat)


def test_a_call_that_waits_for_an_offer_gets_no_seat_without_one() -> None:
    bench = asked(agent("2001", "2002"))
    caller, call = routed(bench)
    assert bench.want(ChooseRoute(call, 1, "queue:sales", False, 0)) == "ok"
    assert not bench.heard("QueueEntered")[0].own
    bench.run(seconds(1))
    bench.press("2003", "sign_in")
    assert bench.heard("SeatCalled") == []
    assert bench.want(Offer(call, "2002", seconds(1))) == "ok"
    assert bench.want(Offer(call, "2001", 0)) == "too_late"
    bench.talk(caller, "2002")
    assert bench.want(Offer(call, "2001", 0)) == "too_late"
    over(bench)


def test_an_offer_that_is_not_taken_leaves_the_call_waiting() -> None:
    bench = asked(silent("2001"), silent("2002"))
    _, call = routed(bench)
    assert bench.want(ChooseRoute(call, 1, "queue:sales", False, 0)) == "ok"
    assert bench.want(Offer(call, "2001", seconds(1))) == "ok"
    ended = bench.until("SeatCallEnded", why="no_answer")
    assert abs(ended.rang - seconds(1)) <= ms(10)
    bench.run(seconds(1))
    assert list(bench.legs(call).values()) == ["queued"]
    assert len(bench.heard("SeatCalled")) == 1
    over(bench)


@pytest.mark.parametrize(("seat", "result"), [("4711", "no_such_seat"), ("2002", "busy"), ("2001", "busy")])
def test_an_offer_to_a_seat_that_is_not_idle(seat: str, result: str) -> None:
    bench = asked(agent("2001"))
    bench.press("2001", "busy")
    _, call = routed(bench)
    assert bench.want(ChooseRoute(call, 1, "queue:sales", False, 0)) == "ok"
    assert bench.want(Offer(call, seat, 0)) == result
    assert bench.want(Offer(4_711, seat, 0)) == "no_such_call"
    over(bench)


@pytest.mark.parametrize("how", ["routing off", "nobody listens"])
def test_no_offers_any_more_the_switch_distributes_what_waits(how: str) -> None:
    bench = asked(agent("2001", "2002"))
    callers = []
    for _ in range(3):
        caller, call = routed(bench)
        assert bench.want(ChooseRoute(call, 1, "queue:sales", False, 0)) == "ok"
        callers.append(caller)
    assert bench.want(Routing(False) if how == "routing off" else TellNothing()) == "ok"
    bench.talk(callers[0], "2001")
    bench.talk(callers[1], "2002")
    bench.press("2003", "sign_in")
    bench.talk(callers[2], "2003")
    bench.close()


def test_who_does_not_listen_any_more_is_not_told_what_the_switch_does_of_that() -> None:
    bench = asked(agent("2001"))
    caller, call = routed(bench)
    assert bench.want(ChooseRoute(call, 1, "queue:sales", False, 0)) == "ok"
    bench.ask(TellNothing())
    bench.talk(caller, "2001")
    assert [type(event).__name__ for event in bench.heard()][-1] == "Ordered"
    bench.close()


# -- members -----------------------------------------------------------------------------------------------------


def test_a_member_joins_and_is_given_whoever_waits() -> None:
    bench = CtiBench(agent("2009"))
    caller = bench.call("10061")
    bench.run(ms(200))
    assert bench.want(SetMember("sales", "2009", True, -1)) == "ok"
    changed = bench.heard("MemberChanged")[-1]
    assert (changed.queue, changed.seat, changed.present, changed.penalty, changed.static) == (
        "sales", "2009", True, 0, False)  # fmt: skip
    bench.talk(caller, "2009")
    assert bench.want(SetMember("sales", "2009", True, -1)) == "already_there"
    assert bench.want(SetMember("sales", "2009", False, -1)) == "ok"
    assert bench.want(SetMember("sales", "2009", False, -1)) == "not_there"
    assert bench.want(SetMember("none", "2009", True, 0)) == "no_such_queue"
    assert bench.want(SetMember("sales", "4711", True, 0)) == "no_such_seat"


def test_who_was_taken_out_is_not_called() -> None:
    bench = CtiBench(agent("2001"), agent("2002", sign_in=ms(100)))
    assert bench.want(SetMember("sales", "2001", False, -1)) == "ok"
    caller = bench.call("10061")
    bench.talk(caller, "2002")


def test_lower_penalties_are_called_first() -> None:
    bench = CtiBench(agent("2001"), agent("2002", sign_in=ms(100)), agent("2003", sign_in=ms(200)))
    assert bench.want(SetMember("sales", "2001", True, 7)) == "ok", "a new penalty of a member"
    assert bench.want(SetMember("sales", "2002", True, 7)) == "ok"
    for seat in ("2003", "2001", "2002"):
        bench.talk(bench.call("10061"), seat)
    assert bench.view.queues["sales"].members == {"2001": 7, "2002": 7, "2003": 0, "2004": 0}
