"""Calls that go on to another exchange, as the CTI link tells of them."""

from __future__ import annotations

import pytest
from cti_bench import CtiBench
from cti_walk import over
from office_bench import agent

from switchsim.model.cti import HangUp
from switchsim.units import ms, seconds

FAR = "farend/exchange/e1-1"


def bench(*, sign_in: int = -1) -> CtiBench:
    return CtiBench(agent("2001", sign_in=sign_in), machine="cti_tandem")


def line_of(device: str) -> str:
    return device.split("/")[1]


def test_both_circuits_are_legs_of_one_call() -> None:
    office = bench()
    caller = office.call("10081")
    call = office.call_number()
    office.run(ms(200))
    assert sorted(office.legs(call).values()) == ["alerting", "connected"]
    office.run(seconds(2))
    assert {line_of(device): state for device, state in office.legs(call).items()} == {
        "e1-0": "connected", "e1-1": "connected"}  # fmt: skip
    heard = {leg.leg: leg.heard for leg in office.view.legs.values()}
    assert all(heard[leg] == [other] for leg, other in zip(heard, reversed(heard), strict=True))
    assert len(office.heard("CallBegan")) == 1
    office.same_anew()
    caller.hang_up()
    over(office)
    assert len(office.heard("CallEnded")) == 1


@pytest.mark.parametrize(("number", "cause"), [("10082", 17), ("10083", 16)])
def test_calls_that_nobody_answers_there(number: str, cause: int) -> None:
    office = bench()
    caller = office.call(number)
    call = office.call_number()
    office.run(seconds(1))
    if cause == 16:
        caller.hang_up()
    ended = office.until("CallEnded", call=call)
    assert (ended.cause, ended.answered) == (cause, 0)
    over(office)


def test_a_queue_that_overflows() -> None:
    office = bench()
    caller = office.call("10084")
    call = office.call_number()
    left = office.until("QueueLeft", why="overflow")
    assert left.call == call
    office.run(seconds(2))
    assert sorted(map(line_of, office.legs(call))) == ["e1-0", "e1-1"]
    caller.hang_up()
    over(office)


def test_another_way_inside_is_another_leg() -> None:
    """No circuit: the call goes to a seat instead, and the leg outside was never told of."""
    office = bench(sign_in=0)
    office.fault("line_cut", {"line": "e1-1"}, until=office.now + seconds(20))
    office.run(seconds(4))
    caller = office.call("10085")
    call = office.call_number()
    office.talk(caller, "2001")
    assert {device.split("/")[0] for device in office.legs(call)} == {"E1", "SEAT"}
    caller.hang_up()
    office.run(seconds(25))
    over(office)


def test_a_second_attempt_is_told_as_a_leg_that_goes_and_one_that_comes() -> None:
    office = bench()
    far = office.machine.part(FAR)
    answers, refused = far._ring, []

    def ring(key: int, subscriber: object) -> None:
        if refused:
            answers(key, subscriber)
        else:
            refused.append(key)
            far._do(far.q931.reject(key, 44))

    far._ring = ring
    caller = office.call("10081")
    call = office.call_number()
    office.run(seconds(3))
    outside = [event for event in office.heard("LegChanged") if line_of(event.device) == "e1-1"]
    states = [event.state for event in outside if event.state in ("initiated", "null")]
    assert sorted(states) == ["initiated", "initiated", "null"]
    assert len({event.leg for event in outside}) == 2
    assert office.legs(call)[outside[-1].device] == "connected"
    caller.hang_up()
    over(office)


def test_an_application_hangs_it_up() -> None:
    office = bench()
    office.call("10081")
    call = office.call_number()
    office.run(seconds(2))
    assert office.want(HangUp(call, 0, 16)) == "ok"
    office.until("CallEnded", call=call)
    over(office)
