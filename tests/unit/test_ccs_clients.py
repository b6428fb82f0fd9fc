"""Processes that have to do with a CCS: seats that sign in by letter, IVRs that take flows."""

from __future__ import annotations

import msgspec
import pytest
from ccs_toys import CCS, FILES, Person, Platform, person, running

from switchsim.model import cti
from switchsim.model.events import InputRefused
from switchsim.model.platform import Heartbeat, Register, SignedIn, SignIn
from switchsim.units import ms, seconds

SIGNS = [
    ("1005", "805", True, "ok"), ("1005", "899", True, "seat_faulty"), ("1005", "807", True, "seat_faulty"),
    ("1005", "801", True, "taken"), ("1001", "805", True, "taken"), ("9", "805", True, "no_such_agent"),
    ("1006", "805", True, "no_skill"), ("1001", "801", False, "ok"), ("1001", "802", False, "taken"),
]  # fmt: skip


@pytest.mark.parametrize(("agent", "seat", "on", "result"), SIGNS)
def test_agents_sign_in_by_letter(agent: str, seat: str, on: bool, result: str) -> None:
    platform = running(CCS, "801 802", "proxy")
    proxy = person(platform, "proxy")
    platform.switch.seat("805", "signed_out")
    platform.switch.seat("807", "faulty")
    platform.settle()
    proxy.write("ccs/a", SignIn(4, agent, seat, on))
    platform.settle()
    assert proxy.state.bodies == [("ccs/a", SignedIn.__name__, result)]
    expected = {"801": "1001", "802": "1002"}
    if result == "ok":
        expected = {**expected, "805": "1005"} if on else {"802": "1002"}
    assert platform.a.state.at_seat == platform.b.state.at_seat == expected


def test_the_standby_signs_nobody_in_and_the_platform_may_be_full() -> None:
    files = msgspec.structs.replace(FILES, icd=FILES.icd.replace(b"10000", b"1"))
    platform = Platform(files, "proxy").start().run(seconds(4))
    proxy = person(platform, "proxy")
    for seat in ("801", "802"):
        platform.switch.seat(seat, "signed_out")
    platform.switch.seat("801", "idle")
    platform.settle()
    for ccs in ("ccs/a", "ccs/b"):
        proxy.write(ccs, SignIn(1, "1002", "802", True))
        platform.settle()
    assert [result for _, _, result in proxy.state.bodies] == ["full", "not_active"]
    assert not platform.events(InputRefused)


# -- flows ---------------------------------------------------------------------------------------------------------


def test_a_call_goes_to_an_ivr_that_has_loaded_its_flow_the_least_busy_one() -> None:
    platform = running(CCS, "", "ivr/0", "ivr/1", "ivr/2")
    ivrs = [person(platform, f"ivr/{n}", *flows, takes=True)
            for n, flows in enumerate([("menu", "bill"), ("menu",), ("bill",)])]  # fmt: skip
    for _ in range(4):
        platform.switch.call(flow="menu")
        platform.settle()
    platform.switch.call(flow="bill")
    platform.settle()
    taken = [[call for _, name, call in ivr.state.bodies if name == "FlowStart"] for ivr in ivrs]
    assert taken == [["1", "3"], ["2", "4"], ["5"]]
    platform.switch.end(1)
    platform.switch.end(3)
    platform.settle().switch.call(flow="menu")
    platform.settle()
    assert ivrs[0].state.bodies[-1] == ("ccs/a", "FlowStart", "6")
    assert platform.a.state.clients["ivr/0"].calls == 1


def test_an_ivr_that_refuses_or_is_silent_is_passed_over_and_without_one_the_flow_is_refused() -> None:
    platform = running(CCS, "", "ivr/0", "ivr/1")
    refuses, silent = person(platform, "ivr/0", "menu", takes=False), person(platform, "ivr/1", "menu")
    call = platform.switch.call(flow="menu")
    platform.settle()
    assert ("ccs/a", "FlowStart", str(call)) in refuses.state.bodies
    assert ("ccs/a", "FlowStart", str(call)) in silent.state.bodies
    assert platform.switch.calls[call].flow == "menu"
    assert platform.run(ms(700)).switch.calls[call].flow == ""
    assert [row[1:] for row in platform.switch.results] == [("RefuseFlow", "ok")]
    assert [client.calls for client in platform.a.state.clients.values()] == [0, 0]
    other = platform.switch.call(flow="unknown")
    assert platform.settle().switch.calls[other].flow == ""


def test_flows_of_the_agi_client_are_left_to_it() -> None:
    platform = running(CCS, "")
    for flow in ("agi", "agi/400"):
        platform.switch.call(flow=flow)
    assert platform.run(seconds(1)).switch.results == []


def test_a_queue_that_a_flow_chose_is_kept() -> None:
    platform = running(CCS, "", "ivr/0")
    person(platform, "ivr/0", "menu", takes=True)
    call = platform.switch.call("10060", flow="menu")
    platform.settle().switch.ask(call, "11")
    assert platform.settle().switch.calls[call].queue == "11"


def test_calls_of_an_ivr_that_is_gone_go_on_with_their_service() -> None:
    platform = running(CCS, "", "ivr/0")
    person(platform, "ivr/0", "menu", takes=True)
    call = platform.switch.call(flow="menu")
    assert platform.settle().switch.calls[call].flow == "menu"
    assert platform.run(seconds(5)).switch.calls[call].flow == ""  # it sent no heartbeat
    assert "ivr/0" not in platform.a.state.clients


def living(platform: Platform, ivr: Person, times: int) -> None:
    """So many seconds, with a heartbeat each."""
    for _ in range(times):
        for ccs in ("ccs/a", "ccs/b"):
            ivr.write(ccs, Heartbeat("", 0))
        platform.run(seconds(1))


@pytest.mark.parametrize(("late", "started"), [(1, True), (6, False)])
def test_a_call_that_nobody_serves_is_put_to_an_ivr_by_the_one_that_takes_over(late: int, started: bool) -> None:
    """Unless its question is so old that the switch does not wait any more."""
    platform = running(CCS, "", "ivr/0")
    ivr = person(platform, "ivr/0", "menu", takes=True)
    platform.inject(platform.a, "hang")
    living(platform, ivr, 1)
    call = platform.switch.call(flow="menu")
    platform.settle()
    if late > 1:
        platform.part_ccs()
        platform.inject(platform.link, "hang")
        living(platform, ivr, late)
        platform.heal(platform.link, "hang")
    living(platform, ivr, 6)
    assert platform.b.ready
    assert (("ccs/b", "FlowStart", str(call)) in ivr.state.bodies) == started


def test_an_ivr_that_registers_again_is_asked_for_its_calls() -> None:
    platform = running(CCS, "", "ivr/0")
    ivr = person(platform, "ivr/0", "menu", takes=True)
    call = platform.switch.call(flow="menu")
    platform.settle()
    ivr.write("ccs/a", Register("ivr", ("menu", "bill")))
    platform.settle()
    assert ivr.state.bodies.count(("ccs/a", "FlowStart", str(call))) == 2
    assert platform.a.state.flows[call].taken
    ivr.takes = False  # started anew, it knows nothing of the call
    ivr.write("ccs/a", Register("ivr", ()))
    assert platform.settle().switch.calls[call].flow == ""


def test_the_standby_sees_by_its_orders_which_ivr_has_a_call() -> None:
    platform = running(CCS, "", "ivr/0")
    person(platform, "ivr/0", "menu", takes=True)
    call = platform.switch.call(flow="menu")
    platform.settle()
    platform.switch.tell(cti.Ordered("ivr/0", 1, "ok", call))
    row = platform.settle().b.state.flows[call]
    assert (row.ivr, row.taken) == ("ivr/0", True)
    assert platform.b.state.clients["ivr/0"].calls == 1


def test_two_wishes_for_one_agent_or_one_seat_at_a_time() -> None:
    platform = running(CCS, "", "proxy")
    proxy = person(platform, "proxy")
    for seat in ("805", "806"):
        platform.switch.seat(seat, "signed_out")
    platform.settle()
    for agent, seat in (("1005", "805"), ("1005", "806"), ("1001", "805"), ("1002", "806")):
        proxy.write("ccs/a", SignIn(1, agent, seat, True))
    platform.settle()
    assert sorted(result for _, _, result in proxy.state.bodies) == ["ok", "ok", "taken", "taken"]
    assert platform.a.state.at_seat == {"805": "1005", "806": "1002"}
