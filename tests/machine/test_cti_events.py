"""What the switch tells over the CTI link: the events of each sort of call in their order, and all of them again."""

from __future__ import annotations

import msgspec
import pytest
from cti_bench import CtiBench, facts
from cti_walk import SEATS, Walk, broken_rules, over, silent
from office_bench import Caller, agent

from switchsim.callcentre.view import SwitchView
from switchsim.firmware.reference import cti
from switchsim.kernel.snapshot import restore, take
from switchsim.model.cti import PressKey, TellAll, TellNothing
from switchsim.units import ms, seconds

IN_TALK = [
    "CallBegan", "E1 initiated", "E1 connected", "QueueEntered", "E1 queued", "SeatCalled", "SEAT alerting",
    "E1 connected", "SEAT connected", "SeatCallEnded answered", "QueueLeft seat",
]  # fmt: skip


def in_talk(number: str = "10061", *more: str) -> tuple[CtiBench, Caller, int]:
    bench = CtiBench(agent("2001", *more))
    caller = bench.call(number)
    bench.talk(caller, "2001")
    return bench, caller, bench.call_number()


def story(bench: CtiBench, call: int, since: int = 0) -> list[str]:
    return [what for what in bench.brief(call, since) if what != "SeatChanged"]


# -- one call ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "why"), [("caller", "caller"), ("seat", "agent")])
def test_a_queue_call_from_its_begin_to_its_end(who: str, why: str) -> None:
    bench, caller, call = in_talk()
    if who == "caller":
        caller.hang_up()
    else:
        bench.press("2001", "release")
    bench.until("CallEnded")
    assert story(bench, call) == [*IN_TALK, f"SeatServed {why}", "E1 null", "SEAT null", "CallEnded"]
    over(bench)


def test_what_the_events_of_a_queue_call_say() -> None:
    bench, caller, call = in_talk()
    trunk, seat = (bench.view.legs[number] for number in bench.view.calls[call].legs)
    assert (trunk.device, trunk.role, trunk.state, trunk.heard) == (
        f"E1/e1-0/{caller.timeslot}", "a", "connected", [seat.leg])  # fmt: skip
    assert (seat.device, seat.role, seat.state, seat.heard) == ("SEAT/2001", "b", "connected", [trunk.leg])
    began, entered = bench.heard("CallBegan")[0], bench.heard("QueueEntered")[0]
    assert (began.direction, began.calling, began.called, began.number) == ("in", "13800138000", "10061", "10061")
    assert (entered.queue, entered.position, entered.count, entered.own) == ("sales", 1, 1, True)
    rang = bench.heard("SeatCallEnded")[0].rang
    assert abs(rang - ms(300)) <= ms(20)
    assert bench.heard("QueueLeft")[0].waited == bench.heard("SeatCallEnded")[0].rang
    bench.run(seconds(1))
    caller.hang_up()
    ended, served = bench.until("CallEnded"), bench.until("SeatServed")
    record = bench.record()
    assert (ended.cause, ended.by, ended.queue, ended.seat) == (16, "caller", "sales", "2001")
    assert (ended.began, ended.answered, ended.talked) == (record.offered, record.answered, record.talked)
    assert served.talked == ended.ended - ended.talked
    over(bench)


def test_a_translated_number_is_told_from_the_beginning_and_digits_in_pieces_as_they_come() -> None:
    bench = CtiBench()
    bench.call("180")
    bench.until("CallNumber", called="180", number="10060")
    slow = bench.dial_slowly("1006")
    bench.run(ms(200))
    began = bench.heard("CallBegan")[-1]
    assert (began.called, bench.legs(began.call)) == ("1006", {f"E1/e1-0/{slow.timeslot}": "initiated"})
    slow.more("2")
    bench.until("CallNumber", call=began.call, called="10062")
    over(bench)


def test_digits_of_a_menu() -> None:
    bench = CtiBench(agent("2005"))
    caller = bench.call("10060")
    bench.until_hears(caller, "prompt", "welcome")
    caller.dial("2")
    pressed = bench.until("DigitPressed")
    assert (pressed.digit, pressed.leg) == ("2", bench.heard("LegChanged")[0].leg)
    bench.talk(caller, "2005")
    over(bench)


def test_giving_up_in_the_queue_and_while_a_seat_rings() -> None:
    bench = CtiBench(silent("2001"))
    ringing = bench.call("10061")
    first = bench.call_number()
    waiting = bench.call("10061")
    second = bench.call_number()
    bench.until_seat("2001", "ringing")
    bench.run(ms(300))
    waiting.hang_up()
    left = bench.until("QueueLeft", call=second)
    assert (left.why, left.position, left.count) == ("abandoned", 2, 1)
    ringing.hang_up()
    bench.until("CallEnded", call=first)
    assert story(bench, first)[-5:] == [
        "SeatCallEnded abandoned", "QueueLeft abandoned", "E1 null", "SEAT null", "CallEnded"]  # fmt: skip
    over(bench)


def test_no_answer_and_a_seat_that_turns_the_call_away() -> None:
    bench = CtiBench(silent("2001"), silent("2002"))
    caller = bench.call("10061")
    call = bench.call_number()
    bench.until("SeatCallEnded", within=seconds(4), why="no_answer")
    assert bench.view.seats["2001"].reason == "no_answer"
    bench.until("SeatCalled", seat="2002")
    bench.press("2002", "release")
    bench.until("SeatCallEnded", seat="2002", why="rejected")
    assert story(bench, call)[-2:] == ["SeatCallEnded rejected", "SEAT null"]
    assert bench.legs(call) == {f"E1/e1-0/{caller.timeslot}": "queued"}
    assert len(bench.heard("QueueEntered")) == 1, "it stood there all the time"
    over(bench)


def test_overflow_into_another_service() -> None:
    bench = CtiBench()
    bench.call("10064")
    left = bench.until("QueueLeft")
    assert (left.why, left.queue, left.waited) == ("overflow", "patient", seconds(2))
    bench.run(ms(20))
    assert list(bench.legs(left.call).values()) == ["connected"]
    over(bench)


def test_a_direct_call_belongs_to_no_queue() -> None:
    bench = CtiBench(agent("2007"))
    caller = bench.call("10063")
    bench.talk(caller, "2007")
    assert bench.heard("SeatCalled")[0].queue == ""
    assert bench.heard("QueueEntered") == []
    caller.hang_up()
    assert bench.until("SeatServed").why == "caller"
    over(bench)


# -- several calls -----------------------------------------------------------------------------------------------


def test_hold_and_retrieve() -> None:
    bench, caller, call = in_talk()
    device = f"E1/e1-0/{caller.timeslot}"
    bench.press("2001", "hold")
    assert bench.legs(call) == {device: "connected", "SEAT/2001": "hold"}
    assert [leg.heard for leg in bench.view.legs.values()] == [[], []]
    bench.press("2001", "retrieve")
    assert bench.legs(call) == {device: "connected", "SEAT/2001": "connected"}
    over(bench)


def test_blind_transfer_to_a_seat() -> None:
    bench, caller, call = in_talk("10061", "2009")
    since = len(bench.told)
    bench.press("2001", "transfer", number="2009")
    bench.talk(caller, "2009")
    assert story(bench, call, since) == [
        "SeatServed transfer", "SEAT null", "E1 connected", "SeatCalled", "SEAT alerting", "E1 connected",
        "SEAT connected", "SeatCallEnded answered",
    ] or story(bench, call, since) == [
        "E1 connected", "SeatServed transfer", "SEAT null", "SeatCalled", "SEAT alerting", "E1 connected",
        "SEAT connected", "SeatCallEnded answered",
    ]  # fmt: skip
    over(bench)


def test_a_consulted_seat_keeps_its_leg_when_it_gets_the_caller() -> None:
    bench, caller, held = in_talk("10061", "2002")
    bench.press("2001", "consult", number="2002")
    bench.talk("2001", "2002")
    consult = bench.call_number()
    leg = next(leg for leg in bench.view.legs.values() if leg.device == "SEAT/2002")
    assert (leg.call, bench.legs(held)["SEAT/2001"]) == (consult, "hold")
    since = len(bench.told)
    bench.press("2001", "complete")
    bench.talk(caller, "2002")
    joined = bench.until("CallsJoined", since=since)
    assert (joined.call, joined.old, joined.how, joined.seat, joined.to) == (
        held, consult, "transfer", "SEAT/2001", "SEAT/2002")  # fmt: skip
    assert (bench.view.legs[leg.leg].call, bench.view.legs[leg.leg].role) == (held, "b")
    assert story(bench, consult, since)[-1] == "CallEnded"
    assert "SEAT/2001" not in bench.legs(held)
    caller.hang_up()
    assert bench.until("SeatServed", seat="2002").call == held
    over(bench)


def test_transfer_while_the_consulted_seat_still_rings() -> None:
    bench = CtiBench(agent("2001"), agent("2002", sign_in=ms(200), answer=seconds(2)))
    caller = bench.call("10061")
    bench.talk(caller, "2001")
    held = bench.call_number()
    bench.press("2001", "consult", number="2002")
    bench.until("SeatCalled", seat="2002")
    consult = bench.call_number()
    bench.press("2001", "complete")
    bench.until("SeatCallEnded", call=consult, why="redirected")
    called = bench.until("SeatCalled", call=held, seat="2002")
    assert bench.legs(held)["SEAT/2002"] == "alerting"
    bench.run(seconds(1))
    bench.talk(caller, "2002")
    assert bench.until("SeatCallEnded", call=held, why="answered", seat="2002").leg == called.leg
    over(bench)


def test_transfer_to_somebody_outside_joins_two_calls_that_hear_each_other() -> None:
    bench, caller, held = in_talk()
    bench.press("2001", "consult", number="70001")
    consult = bench.call_number()
    outside = bench.until("LegChanged", call=consult, state="alerting", role="b")
    bench.until("LegChanged", call=consult, state="connected", leg=outside.leg)
    assert [what for what in story(bench, consult) if what.startswith("E1")][:2] == ["E1 initiated", "E1 alerting"]
    bench.press("2001", "complete")
    bench.run(ms(100))
    (mine,), (other,) = bench.view.calls[held].legs, bench.view.calls[consult].legs
    assert (bench.view.legs[mine].heard, bench.view.legs[other].heard) == ([other], [mine])
    bench.same_anew()
    caller.hang_up()
    bench.until("CallEnded", call=consult)
    bench.until("CallEnded", call=held)
    over(bench)


@pytest.mark.parametrize("leaves", ["caller", "maker", "third"])
def test_conference(leaves: str) -> None:
    bench, caller, held = in_talk("10061", "2002")
    bench.press("2001", "consult", number="2002")
    bench.talk("2001", "2002")
    consult = bench.call_number()
    maker = next(leg.leg for leg in bench.view.legs.values() if (leg.device, leg.call) == ("SEAT/2001", held))
    bench.press("2001", "conference")
    bench.talk(caller, "2001", "2002")
    assert bench.until("CallsJoined").how == "conference"
    assert bench.view.legs[maker].device == "SEAT/2001", "it kept its number"
    assert {leg.device: len(leg.heard) for leg in bench.view.legs.values()} == {
        f"E1/e1-0/{caller.timeslot}": 2, "SEAT/2001": 2, "SEAT/2002": 2}  # fmt: skip
    bench.same_anew()
    if leaves == "caller":
        caller.hang_up()
        bench.talk("2001", "2002")
        assert bench.view.legs[maker].call == consult
    else:
        bench.press("2001" if leaves == "maker" else "2002", "release")
        bench.talk(caller, "2002" if leaves == "maker" else "2001")
    assert [len(leg.heard) for leg in bench.view.legs.values()] == [1, 1]
    assert len(bench.view.calls) == 1
    bench.same_anew()
    over(bench)


def test_a_seat_that_is_free_again_rings_for_the_next_after_its_call_was_told_over() -> None:
    bench, caller, first = in_talk()
    waiting = bench.call("10061")
    second = bench.call_number()
    since = len(bench.told)
    caller.hang_up()
    bench.talk(waiting, "2001")
    kinds = [(brief, event) for event in bench.heard(since=since) if (brief := type(event).__name__)]
    order = [name for name, event in kinds if (name, getattr(event, "call", 0)) in (
        ("SeatServed", first), ("CallEnded", first), ("SeatCalled", second))]  # fmt: skip
    assert order == ["SeatServed", "CallEnded", "SeatCalled"]
    over(bench)


# -- who listens -------------------------------------------------------------------------------------------------


def test_nobody_listens_nothing_is_told_and_the_journal_is_the_same() -> None:
    quiet, heard = CtiBench(agent("2001"), listen=False), CtiBench(agent("2001"))
    for bench in (quiet, heard):
        bench.run(seconds(1) - bench.now)
        caller = bench.call("10061")
        bench.talk(caller, "2001")
        caller.hang_up()
        bench.run(seconds(1))
    assert quiet.told == []
    assert len(heard.told) > 30
    assert quiet.lines == heard.lines


def test_who_does_not_listen_any_more_is_told_no_more() -> None:
    bench = CtiBench()
    assert bench.want(TellNothing()) == "ok"
    told = len(bench.told)
    bench.call("10061")
    bench.run(seconds(1))
    assert len(bench.told) == told
    bench.listen()
    assert list(bench.view.calls) == [1]
    bench.close()


def test_everything_in_bursts_that_the_bus_can_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens meanwhile comes behind."""
    bench = CtiBench(listen=False)
    monkeypatch.setattr(cti, "BURST", 4)
    caller = bench.call("10061")
    bench.run(ms(100))
    for order in (TellAll(), PressKey("2001", "sign_in"), PressKey("2001", "answer")):
        bench.ask(order)
    bench.talk(caller, "2001")
    arrivals = [at for at, told in zip(bench.arrived, bench.told, strict=True) if told.serial < 20]
    assert len(set(arrivals)) >= 4
    assert max(arrivals.count(at) for at in set(arrivals)) <= 4
    assert [event.result for event in bench.heard("Ordered")] == ["ok", "ok", "ok"]
    bench.close()


@pytest.mark.parametrize("seed", [1, 7, 15, 20, 23])
def test_a_walk_tells_a_story_without_contradictions_and_everything_anew_is_what_was_known(seed: int) -> None:
    walk = Walk(seed)
    for number in range(1, 141):
        walk.step()
        if number % 7 == 0:
            walk.bench.same_anew()
    assert broken_rules(walk.bench.heard()) == []
    walk.bench.run(seconds(2))
    assert walk.bench.findings(drained=False) == []


def test_the_walk_meets_everything() -> None:
    """What the walks of these tests rest on: they do go to all these places."""
    met: set[str] = set()
    for seed in (7, 15, 20):
        walk = Walk(seed)
        for _ in range(140):
            walk.step()
        met |= {what for call in range(1, 60) for what in walk.bench.brief(call)}
    assert {"CallsJoined transfer", "CallsJoined conference", "QueueLeft overflow", "QueueLeft abandoned",
            "QueueLeft redirected", "SEAT hold", "SeatServed transfer", "SeatCallEnded rejected",
            "ChannelFreed"} <= met  # fmt: skip


def test_restored_in_the_midst_of_it_the_story_goes_on_as_it_did() -> None:
    walk = Walk(4)
    for _ in range(90):
        walk.step()
    snapshot, view, told = take(walk.bench.machine.kernel), facts(walk.bench.view), len(walk.bench.told)
    again = CtiBench(listen=False)
    restore(again.machine.kernel, snapshot)
    again.lines.clear()
    again.view = msgspec.convert(msgspec.to_builtins(walk.bench.view), SwitchView)
    lines = len(walk.bench.lines)
    for bench in (walk.bench, again):
        bench.orders = 1_000
        for key in ("sign_in", "answer", "release", "ready"):
            for seat in SEATS:
                bench.ask(PressKey(seat, key))
            bench.run(ms(200))
        bench.run(seconds(6))
    assert again.lines == walk.bench.lines[lines:]
    assert again.told == walk.bench.told[told:]
    assert len(again.told) > 30
    assert facts(walk.bench.view) != view
