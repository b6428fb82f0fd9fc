"""The step `ivr`: a flow is asked for, a voice channel is attached, and what happens when either goes."""

from __future__ import annotations

from typing import Any

import pytest
from cti_bench import CtiBench
from cti_walk import over
from office_bench import Caller, agent
from test_cti_takeover import take_over

from switchsim.firmware.processor import Processor
from switchsim.model.cti import AnswerCaller, AttachChannel, DetachChannel, HangUp, Redirect, RefuseFlow, Routing
from switchsim.units import ms, seconds

PROGRAMS = ("frame/0/slot/2/program", "frame/0/slot/3/program")
VOICE_BOARD = "frame/1/slot/1"


def asked(*people: Any, answer: bool = True) -> tuple[CtiBench, Caller, int]:
    """A call in the step, whose flow was asked for."""
    bench = CtiBench(*people)
    caller = bench.call("10070")
    call = bench.call_number()
    question = bench.until("FlowAsked", call=call)
    assert (question.flow, question.number, question.calling) == ("greet", "10070", "13800138000")
    if answer:
        assert bench.want(AnswerCaller(call)) == "ok"
    return bench, caller, call


def attached(*people: Any) -> tuple[CtiBench, Caller, int]:
    bench, caller, call = asked(*people)
    assert bench.want(AttachChannel(call, "vp-0", 7)) == "ok"
    return bench, caller, call


def paths(bench: CtiBench, caller: Caller, line: str = "vp-0", timeslot: int = 7) -> tuple[bool, bool]:
    """Does the caller hear the voice channel, and does that one hear the caller, as the network connects them?"""
    program = next(p for p in map(bench.machine.part, PROGRAMS) if p.state.active)
    assert isinstance(program, Processor)
    slots = {(c.line, c.timeslot): c.slot for c in program.office.circuits}
    mine, voice = slots["e1-0", caller.timeslot], slots[line, timeslot]
    boards = [bench.machine.part(f"frame/0/slot/{slot}").state for slot in (5, 6)]
    (connected,) = [board.connected for board in boards if board.active]
    return connected.get(mine) == voice, connected.get(voice) == mine


def news(bench: CtiBench, caller: Caller) -> None:
    """The service went its other way."""
    bench.until_hears(caller, "prompt", "announcement")


def test_the_caller_is_attached_both_ways_and_answered_when_the_flow_likes() -> None:
    bench, caller, call = asked(answer=False)
    assert bench.want(AttachChannel(call, "vp-0", 7)) == "ok"
    bench.run(ms(50))
    assert paths(bench, caller) == (True, True)
    assert bench.events("CallAnswered") == []
    assert bench.want(AnswerCaller(call)) == "ok"
    assert bench.want(AnswerCaller(call)) == "wrong_state"
    bench.run(seconds(3))
    assert paths(bench, caller) == (True, True), "the wait for a flow is over"
    bench.same_anew()
    caller.hang_up()
    freed = bench.until("ChannelFreed")
    assert (freed.call, freed.line, freed.timeslot, freed.why) == (call, "vp-0", 7, "hangup")
    bench.run(ms(50))
    over(bench)


def test_nobody_takes_the_flow() -> None:
    bench, caller, _ = asked()
    start = bench.now
    news(bench, caller)
    assert seconds(1) - ms(200) < bench.now - start < seconds(1) + ms(100)
    over(bench)


def test_the_flow_is_refused() -> None:
    bench, caller, call = asked()
    assert bench.want(RefuseFlow(call)) == "ok"
    news(bench, caller)
    assert bench.want(RefuseFlow(call)) == "wrong_state"
    assert bench.want(RefuseFlow(4_711)) == "no_such_call"
    over(bench)


def test_refused_while_attached() -> None:
    bench, caller, call = attached()
    assert bench.want(RefuseFlow(call)) == "ok"
    assert bench.heard("ChannelFreed")[0].why == "detached"
    news(bench, caller)
    over(bench)


def test_nobody_listens_so_nobody_is_asked() -> None:
    bench = CtiBench(listen=False)
    caller = bench.call("10070")
    news(bench, caller)
    bench.close()


def test_results_of_attaching() -> None:
    bench, _, call = attached()
    assert bench.want(AttachChannel(call, "vp-0", 8)) == "wrong_state"
    assert bench.want(AttachChannel(4_711, "vp-0", 8)) == "no_such_call"
    bench.call("10070")
    second = bench.call_number()
    assert bench.want(AttachChannel(second, "vp-0", 7)) == "busy"
    assert bench.want(AttachChannel(second, "vp-0", 32)) == "no_circuit"
    assert bench.want(AttachChannel(second, "e1-0", 9)) == "no_circuit", "a trunk"
    assert bench.want(AttachChannel(second, "vp-0", 8)) == "ok"
    bench.call("10061")
    assert bench.want(AttachChannel(bench.call_number(), "vp-0", 9)) == "wrong_state", "no step of that sort"
    over(bench)


def test_detached_the_caller_hears_nothing_until_he_is_sent_on() -> None:
    bench, caller, call = attached(agent("2001"))
    assert bench.want(DetachChannel(call)) == "ok"
    assert bench.want(DetachChannel(call)) == "not_active"
    assert bench.want(DetachChannel(4_711)) == "no_such_call"
    bench.run(seconds(2))
    assert paths(bench, caller) == (False, False)
    assert bench.hears(caller)[0] == "quiet"
    assert bench.want(AttachChannel(call, "vp-0", 9)) == "ok", "once more, another one"
    assert bench.want(Redirect(call, "queue:sales")) == "ok"
    assert [event.why for event in bench.heard("ChannelFreed")] == ["detached", "redirected"]
    bench.talk(caller, "2001")
    over(bench)


def test_a_seat_that_calls_the_service_is_attached_too() -> None:
    bench = CtiBench(agent("2001"))
    bench.press("2001", "dial", number="10070")
    call = bench.until("FlowAsked").call
    assert bench.want(AttachChannel(call, "vp-0", 1)) == "ok"
    bench.press("2001", "release")
    assert bench.until("ChannelFreed").why == "hangup"
    over(bench)


@pytest.mark.parametrize("how", ["line", "board"])
def test_the_line_of_the_voice_channel_goes(how: str) -> None:
    bench, caller, call = attached()
    fault = ("line_cut", {"line": "vp-0"}) if how == "line" else ("board_pull", {"board": VOICE_BOARD})
    bench.fault(*fault)
    freed = bench.until("ChannelFreed", within=seconds(4))
    assert (freed.call, freed.why) == (call, "lost")
    news(bench, caller)
    bench.call("10070")
    assert bench.want(AttachChannel(bench.call_number(), "vp-0", 7)) == "no_circuit"


def test_the_platform_goes_and_with_it_all_flows() -> None:
    bench, caller, _ = attached()
    waiting = bench.call("10070")
    bench.until("FlowAsked", call=bench.call_number())
    assert bench.want(AnswerCaller(bench.call_number())) == "ok"
    bench.fault("mem_link_cut", {})
    bench.wait("PlatformLink", seconds(5), state="down")
    news(bench, caller)
    assert waiting.states[-1][0] != "connected" or bench.hears(waiting) != ("quiet", "")


def test_an_attached_call_survives_a_takeover() -> None:
    bench, caller, call = attached()
    bench.run(ms(200))
    take_over(bench)
    bench.run(ms(100))
    assert paths(bench, caller) == (True, True)
    assert bench.want(AttachChannel(call, "vp-0", 8)) == "wrong_state"
    bench.call("10070")
    second = bench.call_number()
    assert bench.want(AttachChannel(second, "vp-0", 7)) == "busy"
    assert bench.want(HangUp(call, 0, 16)) == "ok"
    assert bench.heard("ChannelFreed")[-1].why == "hangup"
    bench.run(ms(100))
    assert paths(bench, caller)[1] is False
    assert bench.want(AttachChannel(second, "vp-0", 7)) == "ok"


def test_a_flow_that_was_asked_for_is_asked_for_again_after_a_takeover() -> None:
    bench, _, call = asked()
    bench.run(ms(200))
    assert bench.want(Routing(True)) == "ok"
    since = len(bench.told)
    take_over(bench)
    assert [event.call for event in bench.heard("FlowAsked", since=since)] == [call]
    assert bench.want(AttachChannel(call, "vp-0", 7)) == "ok"
