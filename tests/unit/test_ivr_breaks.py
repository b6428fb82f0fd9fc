"""Flows on an IVR whose surroundings are toys: no call is lost with what breaks."""

from __future__ import annotations

import pytest
from ivr_bench import FIND, HOTLINE, LOOKS, Bench, flow, run

from switchsim.callcentre.ivr.flow import (
    Play,
)
from switchsim.model.cti import (
    AnswerCaller,
    CallEnded,
    ChannelFreed,
    Redirect,
    RefuseFlow,
)
from switchsim.model.order import Act
from switchsim.model.platform import (
    ChannelBack,
    FlowTaken,
    Heartbeat,
    LookedUp,
    Register,
    VoiceDone,
)
from switchsim.units import ms, seconds

# -- what breaks -----------------------------------------------------------------------------------------------------


def test_a_call_that_is_gone_leaves_its_flow_and_its_channel() -> None:
    for event in (ChannelFreed(7, "vp-0", 4, "hangup"), CallEnded(7, 16, "caller", "", "", 0, 0, 0, 0)):
        bench = run(HOTLINE)
        bench.rest.tell(event)
        bench.run(ms(20))
        assert bench.way()[-1] == "ended"
        assert bench.wrote(ChannelBack) == [ChannelBack(3)]
        assert not bench.ivr.state.calls


def test_a_call_that_the_switch_no_longer_tells_of_is_gone() -> None:
    bench = run(HOTLINE)
    bench.rest.calls = []
    bench.rest.all()
    bench.run(ms(20))
    assert bench.way()[-1] == "ended"


def test_a_lost_voice_channel_sends_the_call_on_with_its_service() -> None:
    bench = run(HOTLINE, ms(100))
    bench.rest.done("lost")
    bench.run(ms(20))
    assert bench.way()[-1] == "refused"
    assert bench.wrote(RefuseFlow) == [RefuseFlow(7)]
    assert not bench.wrote(ChannelBack)


@pytest.mark.parametrize("anew", [True, False])
def test_a_vp_that_dies_or_starts_anew_has_lost_its_channels(anew: bool) -> None:
    bench = run(HOTLINE)
    if anew:
        for name in ("vp/0", "vp/1"):
            bench.rest.write(name, Register("vp", ()))
        bench.run(ms(20))
    else:
        bench.ivr.state.voices["vp/0"].heard -= seconds(60)
        bench.ivr.state.voices["vp/1"].heard -= seconds(60)
        bench.rest.beats = False
        bench.run(seconds(1))
    assert bench.wrote(RefuseFlow) == [RefuseFlow(7)]


def test_a_hung_block_shows_blue_is_counted_and_can_be_killed() -> None:
    bench = Bench(HOTLINE)
    bench.fault("hang_block", flow="hotline", block="menu")
    bench.start("hotline")
    bench.run(seconds(5))
    bench.press("1")
    assert bench.way()[-2:] == ["menu", "hung"]
    assert (bench.ivr.state.hung, bench.lamps()) == (1, [("flow/7", "blue")])
    bench.heal("hang_block")
    bench.run(seconds(1))
    assert bench.way()[-1] == "hung"
    bench.kill()
    assert bench.way()[-1] == "killed"
    assert bench.lamps()[-1] == ("flow/7", "off")
    assert bench.wrote(RefuseFlow) == [RefuseFlow(7)]
    assert bench.wrote(ChannelBack) == [ChannelBack(3)]
    bench.start("hotline", 8)
    bench.run(ms(300))
    assert bench.way(8)[-1] == "menu"


def test_a_block_hangs_where_calls_stand_already() -> None:
    bench = run(HOTLINE)
    bench.fault("hang_block")
    bench.press("1")
    assert bench.way()[-1] == "hung"


def test_an_ivr_that_crashes_knows_nothing_and_loads_anew() -> None:
    bench = run(HOTLINE)
    bench.fault("crash")
    assert not bench.ivr.state.calls
    bench.heal("crash")
    bench.run(seconds(3))
    assert [body for _, to, body in bench.rest.letters if to == "vp/0"].count(Register("ivr", ())) == 2
    bench.start("hotline", 8)
    assert bench.wrote(FlowTaken)[-1] == FlowTaken(8, True, "")


def test_a_late_answer_to_a_query_of_a_former_life_meets_no_other_call() -> None:
    bench = run(flow(FIND, **LOOKS), ms(50))
    bench.fault("crash")
    bench.heal("crash")
    bench.run(seconds(3))
    bench.start("small", 8)
    bench.rest.write("aplogic", LookedUp(1, "found", "", {"desk": "2001"}))
    bench.run(ms(20))
    assert not bench.wrote(Redirect)


def test_an_order_whose_letter_was_lost_is_given_again() -> None:
    bench = Bench(HOTLINE)
    bench.rest.results["AnswerCaller"] = ""
    bench.start("hotline")
    bench.rest.results.clear()
    bench.run(seconds(5) + ms(300))
    assert bench.wrote(AnswerCaller) == [AnswerCaller(7)] * 2
    assert bench.way()[-1] == "menu"


def test_a_voice_done_that_comes_once_more_than_it_should_stops_no_later_block() -> None:
    bench = run(flow(FIND, **(LOOKS | {"failed": Play(("welcome",), "bye")})), ms(20))
    bench.rest.write("vp/0", VoiceDone(3, "play", "end", "", 0))
    bench.rest.write("vp/1", VoiceDone(3, "play", "end", "", 0))
    bench.run(seconds(1))
    assert bench.way()[-3:] == ["failed", "bye", "ended"]


def test_a_flow_that_is_no_number_is_not_killed() -> None:
    bench = run(HOTLINE)
    bench.order(Act("kill_flow", {"call": "seven"}))
    assert bench.way()[-1] == "menu"


def test_a_voice_done_of_nobody_is_passed_over() -> None:
    bench = Bench(HOTLINE)
    bench.rest.write("vp/0", VoiceDone(9, "play", "end", "", 0))
    bench.run(ms(20))
    assert bench.way() == []


@pytest.mark.parametrize("registered", [True, False])
def test_who_watches_an_ivr_hears_it_while_cti_link_is_gone(registered: bool) -> None:
    bench = Bench(HOTLINE)
    bench.rest.links = False
    if not registered:
        bench.fault("crash")
        bench.heal("crash")
    bench.run(seconds(8))
    now = bench.kernel.now
    for name in ("mds", "vp/0", "vp/1", "ccs/a", "ccs/b"):
        beats = [at for at, to, body in bench.rest.letters if to == name and isinstance(body, Heartbeat)]
        assert len([at for at in beats if at > now - seconds(4)]) >= 3, name
    late = [body for at, to, body in bench.rest.letters if to == "cti_link" and at > now - seconds(3)]
    assert not any(isinstance(body, Heartbeat) for body in late), "which has forgotten it"
