"""The AGI client and its servers: connecting, failing over, voice channels; servers that die or hang; its own death."""

from __future__ import annotations

import msgspec
import pytest
from agi_by_hand import CONFIG, Bench

from switchsim.model.cti import (
    AllBegins,
    AllTold,
    AttachChannel,
    FlowAsked,
    QueueEntered,
    RefuseFlow,
)
from switchsim.model.order import Heal
from switchsim.model.platform import ChannelGiven, ChannelsHeld, CtiUp, Register, Registered
from switchsim.units import seconds

INVALID = "510 Invalid or unknown command\n"
DEAD = "511 Command Not Permitted on a dead channel or intercept routine\n"


# -- connecting --------------------------------------------------------------------------------------------------


def test_a_call_is_connected_attached_and_opened() -> None:
    bench = Bench()
    bench.call()
    assert bench.dialled == [(1, "ivr-a:4573")]
    assert not bench.orders, "no voice channel before the server is there"
    bench.outside("attached", 1)
    assert bench.orders == [AttachChannel(1, "vp-0", 1)]
    opening = bench.hear().split("\n")
    assert opening[:4] == ["agi_network: yes", "agi_network_script: menu", "agi_request: agi://ivr-a,[::1]:4574/menu",
                           "agi_channel: E1/e1-0/3-0000000a"]
    assert {"agi_callerid: 13800138000", "agi_dnid: 10060", "agi_extension: 10060", "agi_type: E1",
            "agi_uniqueid: 946684800.10"} <= {*opening}
    assert opening[-2:] == ["", ""]
    assert bench.changes == [(1, "connected", "menu at host 1")]


def test_a_number_has_its_own_server() -> None:
    bench = Bench()
    bench.call(flow="agi/10061")
    assert bench.dialled == [(1, "ivr-b:4573")]


def test_flows_of_others_are_left_alone() -> None:
    bench = Bench()
    bench.call(flow="welcome")
    bench.call(2, flow="agile")
    assert (bench.dialled, bench.orders) == ([], [])


def test_a_flow_without_a_server_is_refused() -> None:
    bench = Bench()
    bench.call(flow="agi/4711")
    assert bench.orders == [RefuseFlow(1)]
    assert bench.changes == [(0, "refused", "agi/4711: no server for it")]
    assert bench.agi.state.sessions == {}


def test_the_next_host_is_tried_and_every_attempt_counted() -> None:
    bench = Bench()
    bench.call()
    bench.outside("connect_failed", 1, b"refused")
    assert bench.dialled == [(1, "ivr-a:4573"), (2, "[::1]:4574")]
    bench.outside("attached", 1)  # a late word of the first one
    assert bench.orders == []
    bench.outside("attached", 2)
    assert bench.orders == [AttachChannel(1, "vp-0", 1)]
    assert bench.agi.state.failed == 1
    assert bench.changes[0] == (1, "failed", "refused")


def test_no_host_left_refuses_the_call() -> None:
    bench = Bench()
    bench.call()
    bench.outside("connect_failed", 1, b"unreachable")
    bench.outside("connect_failed", 2, b"timeout")
    assert bench.orders == [RefuseFlow(1)]
    assert (bench.agi.state.failed, bench.agi.state.refused, bench.agi.state.sessions) == (2, 1, {})


def test_a_host_that_does_not_answer_is_given_up() -> None:
    bench = Bench()
    bench.call()
    bench.run(CONFIG.connect_cycles)
    assert bench.closed == [1]
    assert bench.dialled[1:] == [(2, "[::1]:4574")]
    assert bench.changes == [(1, "failed", "timeout")]


@pytest.mark.parametrize("how", ["full", "silent"])
def test_the_next_voice_processor_is_asked(how: str) -> None:
    bench = Bench()
    getattr(bench, how).add("vp/0")
    bench.call()
    bench.outside("attached", 1)
    bench.run(CONFIG.channel_cycles)
    assert bench.orders == [AttachChannel(1, "vp-1", 1)]


def test_a_channel_that_comes_too_late_is_given_back() -> None:
    bench = Bench()
    bench.silent.add("vp/0")
    bench.call()
    bench.outside("attached", 1)
    bench.run(CONFIG.channel_cycles)
    bench.write("vp/0", ChannelGiven(1, 5, "vp-0", 6))
    assert bench.given_back == [("vp/0", 5)]


def test_no_voice_channel_refuses_the_call() -> None:
    bench = Bench()
    bench.full |= {"vp/0", "vp/1"}
    bench.call()
    bench.outside("attached", 1)
    assert bench.orders == [RefuseFlow(1)]
    assert bench.closed == [1]


def test_a_call_that_went_before_it_was_attached() -> None:
    bench = Bench()
    bench.refusals[AttachChannel] = "wrong_state"
    bench.call()
    bench.outside("attached", 1)
    assert bench.orders == [AttachChannel(1, "vp-0", 1), RefuseFlow(1)]
    assert bench.closed == [1]
    assert bench.given_back == [("vp/0", 0)]
    assert bench.agi.state.sessions == {}


def test_a_caller_who_hangs_up_while_we_connect() -> None:
    bench = Bench()
    bench.call()
    bench.hang_up()
    assert bench.closed == [1]
    assert bench.orders == []
    assert bench.agi.state.sessions == {}
    assert not any(name.startswith("session") for name in bench.timers)


def test_asked_twice_a_call_has_one_session() -> None:
    bench = Bench()
    bench.served()
    bench.tell(FlowAsked(1, 10, "agi", "10060", "13800138000"))
    assert len(bench.dialled) == 1


def test_too_many_sessions() -> None:
    bench = Bench(msgspec.structs.replace(CONFIG, sessions=1))
    bench.served()
    bench.call(2)
    assert bench.changes[-1] == (0, "refused", "agi: too many sessions")


# -- servers that die or hang ------------------------------------------------------------------------------------

DEATHS = [
    ("before any command", [], "closed"), ("in a command", ["WAIT FOR DIGIT -1"], "closed"),
    ("in a sound", ['STREAM FILE welcome ""'], "reset"), ("between commands, by reset", ["NOOP"], "reset"),
    ("cut off as too slow", ["NOOP"], "slow"),
]


@pytest.mark.parametrize(("lines", "why"), [row[1:] for row in DEATHS], ids=[row[0] for row in DEATHS])
def test_the_call_of_a_dead_server_is_refused_not_lost(lines: list[str], why: str) -> None:
    bench = Bench()
    bench.served()
    for line in lines:
        bench.command(line)
    bench.outside("detached", 1, why.encode())
    assert bench.orders[-1] == RefuseFlow(1)
    assert bench.agi.state.died == 1
    assert bench.given_back == [("vp/0", 0)]
    assert bench.changes[-1] == (1, "failed", why)
    assert bench.agi.state.sessions == {}
    assert not any(name.startswith("session") for name in bench.timers)


def test_a_server_that_dies_while_a_channel_is_sought() -> None:
    bench = Bench()
    bench.silent |= {"vp/0", "vp/1"}
    bench.call()
    bench.outside("attached", 1)
    bench.outside("detached", 1, b"reset")
    assert bench.orders == [RefuseFlow(1)]
    assert bench.agi.state.died == 1


def test_a_silent_server_counts_as_hung() -> None:
    bench = Bench()
    bench.served()
    bench.run(CONFIG.command_cycles - 1)
    bench.command("WAIT FOR DIGIT -1")
    bench.run(2 * CONFIG.command_cycles)  # it is not the server's turn
    bench.press("1")
    bench.hear()
    bench.run(CONFIG.command_cycles - 1)
    assert bench.closed == []
    bench.run(1)
    assert bench.closed == [1]
    assert bench.orders[-1] == RefuseFlow(1)
    assert bench.changes[-1] == (1, "failed", "no command")
    assert bench.agi.state.died == 1


def test_a_call_that_the_switch_does_not_take_back() -> None:
    bench = Bench()
    bench.refusals[RefuseFlow] = "wrong_state"
    bench.served()
    bench.outside("detached", 1, b"reset")
    assert bench.agi.state.sessions == {}
    assert bench.given_back == [("vp/0", 0)]


def test_what_could_not_be_ordered_is_ordered_when_the_link_is_back() -> None:
    bench = Bench()
    bench.served()
    bench.link = False
    bench.run(seconds(5))
    assert not bench.agi.state.reachable
    bench.outside("detached", 1, b"reset")
    bench.run(1)
    assert RefuseFlow(1) not in bench.orders
    assert bench.agi.state.sessions[1].owed == "refuse"
    bench.link = True
    bench.write("cti_link", Registered())
    bench.write("cti_link", CtiUp(True))
    bench.tell(AllBegins("agi"), *bench.come(), AllTold("agi"))
    assert bench.orders[-1] == RefuseFlow(1)
    assert bench.agi.state.sessions == {}


def test_the_switch_goes_on_alone() -> None:
    """Without its link to the platform it takes its calls back; a session without its call is of no use."""
    bench = Bench()
    bench.served()
    bench.command("WAIT FOR DIGIT -1")
    bench.write("cti_link", CtiUp(False))
    assert bench.hear() == "200 result=-1\nHANGUP\n"
    assert bench.given_back == [("vp/0", 0)]
    bench.outside("detached", 1, b"closed")
    assert bench.agi.state.sessions == {}
    assert bench.orders == [AttachChannel(1, "vp-0", 1)]


def test_a_call_that_waits_elsewhere_after_a_gap_is_not_ours() -> None:
    bench = Bench()
    bench.served()
    bench.command("WAIT FOR DIGIT -1")
    entered = QueueEntered(1, 10, "sales", 1, 1, 0, True)
    bench.tell(AllBegins("agi"), *bench.come(), entered, AllTold("agi"))
    assert bench.hear() == "200 result=-1\nHANGUP\n"


def test_a_voice_processor_that_starts_anew() -> None:
    bench = Bench()
    bench.served()
    bench.command('STREAM FILE welcome ""')
    bench.run(400)
    bench.playing.clear()
    bench.write("vp/0", Register("vp", ()))
    assert bench.hear() == "200 result=-1 endpos=400\nHANGUP\n"
    assert bench.orders[-1] == RefuseFlow(1)


def test_what_ended_while_nothing_was_told() -> None:
    bench = Bench()
    bench.served()
    bench.command("WAIT FOR DIGIT -1")
    bench.tell(AllBegins("agi"), AllTold("agi"))
    assert bench.hear() == "200 result=-1\nHANGUP\n"
    assert bench.given_back == [("vp/0", 0)]


# -- the process -------------------------------------------------------------------------------------------------


def test_a_crash_closes_its_connections_and_never_reuses_a_number() -> None:
    bench = Bench()
    bench.served()
    bench.fault("crash")
    assert bench.closed == [1]
    bench.outside("data", 1, b"NOOP\n")
    assert bench.hear() == ""
    bench.agi.on_order(Heal("1", "crash", {}))
    bench.run(seconds(2))
    bench.tell(AllBegins("agi"), AllTold("agi"))
    bench.call(2)
    assert bench.dialled[-1][0] == 2


def test_a_hung_process_catches_up() -> None:
    bench = Bench()
    bench.served()
    bench.fault("hang")
    bench.outside("data", 1, b"NOOP\n")
    assert bench.hear() == ""
    bench.agi.on_order(Heal("1", "hang", {}))
    bench._serve()
    assert bench.hear() == "200 result=0\n"


def test_the_state_is_plain() -> None:
    """A snapshot in the middle of a session goes on as the session would have."""
    bench = Bench()
    bench.served()
    bench.command('STREAM FILE welcome "1"\nGET VARIABLE x')
    state = bench.agi.state
    bench.agi.state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=type(state))
    bench.run(8000)
    assert bench.hear() == "200 result=0 endpos=8000\n200 result=0\n"


def test_a_vp_is_told_once_a_second_what_it_has_lent() -> None:
    bench = Bench()
    bench.served()
    bench.served(2)
    for vp in bench.told_held:
        bench.told_held[vp].clear()
    bench.run(seconds(1))
    assert bench.told_held == {"vp/0": [ChannelsHeld((0, 1))], "vp/1": [ChannelsHeld(())]}
    bench.hang_up(1)
    bench.link = False
    bench.run(seconds(10))
    assert bench.told_held["vp/0"][-1] == ChannelsHeld((1,)), "also when CTI-LINK is away"
    assert len(bench.told_held["vp/0"]) == 11
