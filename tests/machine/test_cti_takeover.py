"""The CTI link when the processor, the platform or the way between them fails in the midst of calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cti_bench import SERVER, CtiBench, facts
from cti_walk import Walk, broken_rules
from office_bench import Caller, agent

from switchsim.model.cti import (
    ChooseRoute,
    Offer,
    Originate,
    PressKey,
    Routing,
    SetMember,
    Wanted,
)
from switchsim.units import ms, seconds

MEM = "frame/0/slot/8"


def take_over(bench: CtiBench) -> Callable[[], None]:
    """Processor B becomes active; returns once everything was told anew."""
    since = len(bench.told)
    heal = bench.fault("mpu_kill", {"processor": "a"})
    bench.until("AllTold", since=since, sender="")
    return heal  # type: ignore[no-any-return]


def waiting_for_an_offer(*people: Any) -> tuple[CtiBench, Caller, int]:
    bench = CtiBench(*people)
    assert bench.want(Routing(True)) == "ok"
    caller = bench.call("10061")
    call = bench.call_number()
    bench.until("RouteAsked", call=call)
    assert bench.want(ChooseRoute(call, 1, "queue:sales", False, 0)) == "ok"
    bench.run(ms(200))
    return bench, caller, call


# -- the processors ----------------------------------------------------------------------------------------------


def test_a_takeover_tells_everything_anew_and_numbers_on() -> None:
    """The bench itself fails at a gap."""
    bench = CtiBench(agent("2001", "2002"))
    caller = bench.call("10061")
    bench.talk(caller, "2001")
    call = bench.call_number()
    before, serial = facts(bench.view), bench.told[-1].serial
    take_over(bench)
    assert bench.told[-1].serial > serial
    assert facts(bench.view) == before
    since = len(bench.told)
    caller.hang_up()
    bench.until("CallEnded", call=call)
    assert [event.why for event in bench.heard("SeatServed", since=since)] == ["caller"]
    bench.same_anew()
    bench.close()


def test_members_and_who_is_asked_survive() -> None:
    bench = CtiBench(agent("2001", "2009"))
    assert bench.want(Routing(True)) == "ok"
    assert bench.want(SetMember("sales", "2009", True, 3)) == "ok"
    assert bench.want(SetMember("sales", "2001", False, -1)) == "ok"
    take_over(bench)
    assert bench.view.queues["sales"].members == {"2002": 0, "2003": 0, "2004": 0, "2009": 3}
    caller = bench.call("10061")
    bench.until("RouteAsked")
    assert bench.want(ChooseRoute(bench.call_number(), 1, "queue:sales", True, 0)) == "ok"
    bench.talk(caller, "2009")
    bench.close()


def test_calls_that_wait_for_an_offer_still_do() -> None:
    bench, caller, call = waiting_for_an_offer(agent("2001"))
    take_over(bench)
    assert not bench.view.calls[call].own
    bench.run(seconds(1))
    assert bench.seat("2001") == "idle"
    assert bench.want(Offer(call, "2001", 0)) == "ok"
    bench.talk(caller, "2001")
    bench.close()


def test_a_call_that_is_lost_is_told_so_before_everything_anew() -> None:
    bench = CtiBench()
    bench.dial_slowly("1006")
    call = bench.call_number()
    since = len(bench.told)
    take_over(bench)
    kinds = [type(event).__name__ for event in bench.heard(since=since)]
    assert kinds[:3] == ["LegChanged", "CallEnded", "AllBegins"]
    assert (bench.heard("CallEnded")[0].cause, bench.heard("CallEnded")[0].by) == (41, "fault")
    assert call not in bench.view.calls


def test_an_originate_under_way_is_answered_though_it_is_lost() -> None:
    bench = CtiBench()
    order = bench.ask(Originate("E1/e1-0/90001", "queue:sales", "4000", seconds(20)))
    bench.until("LegChanged", state="alerting")
    take_over(bench)
    assert bench.answer(order).result == "no_circuit"


def test_an_originate_to_a_seat_that_rings_goes_on() -> None:
    bench = CtiBench(agent("2002", behaviour="no_answer"), agent("2001"))
    order = bench.ask(Originate("SEAT/2002", "seat:2001", "4000", seconds(20)))
    bench.until("SeatCalled")
    take_over(bench)
    assert bench.want(PressKey("2002", "answer")) == "ok"
    assert bench.answer(order).result == "ok"
    bench.talk("2002", "2001")


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_takeovers_in_a_walk(seed: int) -> None:
    """Whatever survives is told as it was; nothing that is told later contradicts it."""
    walk = Walk(seed)
    for number in range(120):
        walk.step()
        if number in (40, 80):
            side = "a" if number == 40 else "b"
            since = len(walk.bench.told)
            heal = walk.bench.fault("mpu_kill", {"processor": side})
            walk.bench.until("AllTold", since=since, sender="")
            walk.bench.same_anew()
            walk.bench.run(ms(500))
            heal()
            walk.bench.run(seconds(4))
        elif number % 10 == 0:
            walk.bench.same_anew()


@pytest.mark.parametrize("seed", [7, 15])
def test_both_processors_stop_and_one_begins_anew(seed: int) -> None:
    """Every call is given up, and told so; the story has no contradictions, and goes on."""
    walk = Walk(seed)
    for _ in range(100):
        walk.step()
    bench = walk.bench
    calls = set(bench.view.calls)
    heal, later = (bench.fault("mpu_kill", {"processor": side}) for side in "ab")
    bench.run(seconds(1))
    since = len(bench.told)
    heal()
    bench.until("AllTold", within=seconds(5), since=since, sender="")
    assert len(calls) > 4
    assert {event.call for event in bench.heard("CallEnded", since=since)} >= calls
    later()
    bench.run(seconds(4))
    for _ in range(40):
        walk.step()
    bench.same_anew()
    assert broken_rules(bench.heard()) == []


# -- the platform ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["link", "board"])
def test_without_the_platform_the_switch_distributes_what_waits(how: str) -> None:
    bench, caller, _ = waiting_for_an_offer(agent("2001"))
    fault = ("mem_link_cut", {}) if how == "link" else ("board_pull", {"board": MEM})
    heal = bench.fault(*fault)
    lost = bench.wait("PlatformLink", seconds(5), state="down").at
    bench.run(ms(40))
    assert bench.seat("2001") in ("ringing", "talk")
    rang = next(r.at for r in bench.seen("SeatState", seat="2001", state="ringing"))
    assert rang == lost, "at once"
    bench.talk(caller, "2001")
    second = bench.call("10061")
    heal()
    bench.run(seconds(6))
    assert bench.wait("PlatformLink", seconds(5), since=0, state="up").at > 0
    assert second.states[-1][0] == "connected"


def test_after_an_outage_everything_is_told_anew_unasked() -> None:
    bench = CtiBench(agent("2001"))
    heal = bench.fault("mem_link_cut", {})
    bench.wait("PlatformLink", seconds(5), state="down")
    caller = bench.call("10061")
    bench.talk(caller, "2001")
    told = len(bench.told)
    heal()
    bench.told.clear()  # what was lost on the way is a gap
    bench.arrived.clear()
    bench.until("AllTold", within=seconds(3), sender="")
    assert told > 0
    assert [call.called for call in bench.view.calls.values()] == ["10061"]
    assert bench.view.seats["2001"].state == "talk"
    assert bench.want(Routing(True)) == "ok"
    bench.call("10061")
    bench.until("RouteAsked")


def test_nothing_passes_while_the_link_is_cut() -> None:
    bench = CtiBench()
    heal = bench.fault("mem_link_cut", {})
    order = bench.ask(PressKey("2001", "sign_in"))
    told = len(bench.told)
    bench.run(ms(500))
    assert bench.seat("2001") == "signed_out"
    assert len(bench.told) == told
    heal()
    bench.run(ms(500))
    bench.ask(PressKey("2001", "sign_in"))
    bench.run(ms(100))
    assert bench.seat("2001") == "idle"
    assert order == bench.orders - 1


def test_an_order_through_a_dead_board_is_lost() -> None:
    bench = CtiBench()
    bench.fault("board_pull", {"board": MEM})
    bench.machine.part(SERVER).send("ethernet", Wanted("test", 1, PressKey("2001", "sign_in")))
    bench.run(ms(500))
    assert bench.seat("2001") == "signed_out"


def test_a_question_that_nobody_can_answer_any_more_times_out() -> None:
    bench = CtiBench(agent("2001"))
    assert bench.want(Routing(True)) == "ok"
    caller = bench.call("10061")
    bench.until("RouteAsked")
    bench.fault("mem_link_cut", {})
    bench.run(seconds(2))
    bench.talk(caller, "2001")
