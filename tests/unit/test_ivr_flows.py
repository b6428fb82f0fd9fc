"""Flows on an IVR whose surroundings are toys: each block does what it says, and no call is lost with what breaks."""

from __future__ import annotations

import msgspec
import pytest
from ivr_bench import FIND, HOTLINE, LOOKS, Bench, flow, run

from switchsim.callcentre.ccs.state import CallData
from switchsim.callcentre.ivr.flow import (
    Branch,
    Collect,
    Menu,
    Play,
    Queue,
    Record,
    Set,
    Transfer,
)
from switchsim.model.cti import (
    AnswerCaller,
    AttachChannel,
    ChannelFreed,
    DetachChannel,
    HangUp,
    Ordered,
    Redirect,
    RefuseFlow,
)
from switchsim.model.platform import (
    Application,
    ChannelBack,
    ChannelGiven,
    ChannelWanted,
    FlowTaken,
    LookedUp,
    LookUp,
    Register,
    VoicePlay,
    VoiceRecord,
)
from switchsim.units import ms, seconds


def test_a_call_is_taken_given_a_channel_and_led_through_the_flow() -> None:
    bench = run(HOTLINE)
    assert bench.wrote(FlowTaken) == [FlowTaken(7, True, "")]
    assert bench.wrote(AttachChannel) == [AttachChannel(7, "vp-0", 4)]
    assert bench.wrote(AnswerCaller) == [AnswerCaller(7)]
    bench.press("1")
    assert bench.way() == ["taken", "answer", "welcome", "menu", "sales", "ended"]
    assert bench.wrote(Redirect) == [Redirect(7, "queue:sales")]
    assert bench.wrote(ChannelBack) == [ChannelBack(3)]


def test_a_wrong_digit_and_then_silence_use_up_the_attempts_of_a_menu() -> None:
    bench = run(HOTLINE)
    bench.press("9")
    assert len(bench.wrote(VoicePlay)) == 3  # welcome, menu, and the menu again
    bench.run(ms(250) + seconds(1))
    assert bench.way()[-3:] == ["menu", "service", "ended"]


def test_the_timeout_of_a_menu_counts_from_the_end_of_its_sounds() -> None:
    bench = run(flow(Menu(("menu",), {"1": "bye"}, seconds(1), 1, "alas")), ms(1_150))
    assert bench.way()[-1] == "a"
    bench.run(ms(100))
    assert bench.way()[-2:] == ["alas", "ended"]


def test_the_end_of_a_sound_that_was_replaced_ends_nothing() -> None:
    """The menu's sound is cut short by its digit; the news of it comes after the next sound was ordered."""
    bench = run(flow(Menu(("menu",), {"1": "on"}, seconds(1), 1, "alas"), on=Play(("welcome",), "bye")), ms(100))
    bench.press("1")
    assert bench.way()[-1] == "on"
    bench.run(ms(220))
    assert bench.way()[-2:] == ["bye", "ended"]


@pytest.mark.parametrize(("keys", "got"), [("1234", "1234"), ("12#", "12"), ("#12#", "12")])
def test_digits_are_collected_up_to_their_number_or_the_end_key(keys: str, got: str) -> None:
    block = Collect(("menu",), 4, "#", seconds(1), 1, "account", "say", "alas")
    bench = run(flow(block, say=Transfer("0${account}", "")), ms(50))
    for key in keys:
        bench.press(key)
    assert bench.wrote(Redirect) == [Redirect(7, f"number:0{got}")]


def test_too_few_digits_go_the_other_way_and_are_kept() -> None:
    block = Collect((), 4, "", seconds(1), 1, "account", "bye", "say")
    bench = run(flow(block, say=Transfer("${account}", "")), ms(50))
    bench.press("1")
    bench.press("2")
    bench.run(seconds(1))
    assert bench.wrote(Redirect) == [Redirect(7, "number:12")]


@pytest.mark.parametrize(("level", "block"), [("gold", "bye"), ("tin", "alas")])
def test_a_branch_goes_by_what_a_variable_holds(level: str, block: str) -> None:
    bench = run(flow(Set({"level": level}, "b"), b=Branch("level", {"gold": "bye"}, "alas")))
    assert bench.way() == ["taken", "a", "b", block, "ended"]


def test_who_deals_with_the_call_next_gets_what_the_flow_found_out() -> None:
    bench = run(flow(Set({"note": "from ${calling}"}, "b"), b=Queue("sales", "")))
    (data,) = bench.wrote(Application)
    assert data.what == "call_data"
    assert msgspec.msgpack.decode(data.octets, type=CallData) == CallData(7, {"note": "from 13800138000"})


def test_a_queue_that_refuses_leads_to_the_other_block_or_back_to_the_service() -> None:
    for otherwise, last in (("alas", "ended"), ("", "refused")):
        bench = Bench(flow(Queue("sales", otherwise)))
        bench.rest.results["Redirect"] = "no_such_queue"
        bench.start("small")
        assert bench.way()[-1] == last
        assert bench.wrote(HangUp if otherwise else RefuseFlow)


def test_a_recording_tells_the_flow_how_it_ended() -> None:
    block = Record("message-${call}", seconds(20), seconds(2), "#", True, "b")
    bench = run(flow(block, b=Branch("recorded.why", {"silence": "bye"}, "alas")), ms(50))
    assert bench.wrote(VoiceRecord) == [VoiceRecord(3, "message-7", seconds(20), seconds(2), "#", True)]
    bench.rest.done("silence", "record")
    bench.run(ms(20))
    assert bench.way()[-2:] == ["bye", "ended"]


@pytest.mark.parametrize(("answer", "block"), [
    (LookedUp(0, "found", "", {"desk": "2001"}), "found"), (LookedUp(0, "empty", "", {}), "empty"),
    (LookedUp(0, "failed", "no such table", {}), "failed"), (LookedUp(0, "locked", "", {}), "failed"),
])  # fmt: skip
def test_a_look_up_leads_on_by_its_result(answer: LookedUp, block: str) -> None:
    bench = Bench(flow(FIND, **LOOKS))
    bench.rest.answers["customer"] = answer
    bench.start("small")
    assert bench.wrote(LookUp) == [LookUp(1, "customer", {"number": "13800138000"})]
    assert bench.way()[-2:] == [block, "ended"]
    assert bench.wrote(Redirect) == ([Redirect(7, "number:2001")] if block == "found" else [])


def test_a_look_up_without_an_answer_fails_after_its_wait_and_a_late_answer_does_nothing() -> None:
    bench = run(flow(FIND, **LOOKS), ms(600))
    assert bench.way() == ["taken", "a", "failed", "ended"]
    bench.rest.write("aplogic", LookedUp(1, "found", "", {"desk": "2001"}))
    bench.run(ms(20))
    assert not bench.wrote(Redirect)


# -- taking calls ----------------------------------------------------------------------------------------------------


def test_flows_are_loaded_from_the_shared_folder_and_told_to_both_ccs() -> None:
    bench = Bench(HOTLINE)
    assert [to for _, to, body in bench.rest.letters if body == Register("ivr", ("hotline",))] == ["ccs/a", "ccs/b"]


def test_a_flow_that_nobody_has_is_asked_for_again_and_never_offered() -> None:
    bench = Bench(HOTLINE, missing=True)
    bench.start("hotline")
    assert bench.wrote(FlowTaken) == [FlowTaken(7, False, "flow not loaded")]
    bench.rest.flows["hotline.yaml"] = b"no flow at all"
    bench.run(seconds(2))
    assert "damaged" in [event.state for event in bench.events if type(event).__name__ == "FlowChanged"]
    bench.rest.flows.update(Bench(HOTLINE).rest.flows)
    bench.run(seconds(2))
    bench.start("hotline")
    assert bench.wrote(FlowTaken)[-1] == FlowTaken(7, True, "")


def test_the_next_vp_is_asked_when_one_has_no_channel_and_the_call_given_back_when_none_has() -> None:
    bench = Bench(HOTLINE)
    bench.rest.free["vp/1"] = False
    bench.start("hotline")
    bench.rest.calls.append(8)
    bench.start("hotline", 8)
    assert {to for _, to, body in bench.rest.letters if isinstance(body, ChannelWanted)} == {"vp/0", "vp/1"}
    bench.rest.free["vp/0"] = False
    bench.start("hotline", 9)
    assert bench.wrote(FlowTaken)[-1] == FlowTaken(9, False, "no voice channel")


def test_no_more_calls_than_it_may_have() -> None:
    bench = Bench(HOTLINE, most_calls=1)
    bench.start("hotline")
    bench.start("hotline", 8)
    assert bench.wrote(FlowTaken)[-1] == FlowTaken(8, False, "too many calls")


def test_a_channel_that_comes_too_late_is_given_back() -> None:
    bench = Bench(HOTLINE)
    bench.rest.write("vp/1", ChannelGiven(99, 5, "vp-0", 6))
    bench.run(ms(20))
    assert bench.wrote(ChannelBack) == [ChannelBack(5)]


@pytest.mark.parametrize(("result", "way"), [("no_circuit", "refused"), ("busy", "refused"), ("no_such_call", "ended")])
def test_a_channel_that_the_switch_does_not_attach(result: str, way: str) -> None:
    bench = Bench(HOTLINE)
    bench.rest.results["AttachChannel"] = result
    bench.start("hotline")
    assert bench.way() == ["taken", way]
    assert bool(bench.wrote(RefuseFlow)) == (way == "refused")
    assert bench.wrote(ChannelBack) == [ChannelBack(3)]


def test_a_call_that_hangs_on_the_channel_of_a_dead_ivr_is_taken_off_it_first() -> None:
    bench = Bench(HOTLINE)
    bench.rest.results["AttachChannel"] = "wrong_state"
    bench.rest.results["DetachChannel"] = ""
    bench.start("hotline")
    assert bench.wrote(DetachChannel) == [DetachChannel(7)]
    bench.rest.tell(ChannelFreed(7, "vp-0", 9, "detached"))
    bench.rest.results["AttachChannel"] = "ok"
    bench.rest.tell(Ordered("ivr/0", 2, "ok", 7))
    bench.run(ms(20))
    assert bench.way() == ["taken", "answer", "welcome"]
    assert bench.wrote(AttachChannel) == [AttachChannel(7, "vp-0", 4)] * 2


def test_a_call_that_is_in_no_flow_any_more_is_left_alone() -> None:
    bench = Bench(HOTLINE)
    bench.rest.results |= {"AttachChannel": "wrong_state", "DetachChannel": "not_active"}
    bench.start("hotline")
    assert bench.way() == ["taken", "ended"]
    assert not bench.wrote(RefuseFlow)
