"""Monitors (csta.md 5), agents (csta.md 10), and what is told when the switch tells everything again."""

from __future__ import annotations

from typing import Any

import pytest
from csta_by_hand import CALL, TRUNK, Bench, Heard, connection, seen

from switchsim.model.cti import CallBegan, CallsJoined, LegChanged

# -- monitors ------------------------------------------------------------------------------------------------------


def test_monitor_of_a_call_hears_it_to_its_end_then_is_stopped_by_the_switch() -> None:
    """Trap 7: MonitorStop may come from the switch. CallCleared is for monitors of calls alone."""
    bench = Bench()
    bench.talks()
    told = bench.ask("MonitorStart", f"<monitorObject>{connection('callObject', CALL, '101')}</monitorObject>")
    reference = told.at("monitorCrossRefID") or ""
    bench.ends(cause=16)
    heard = bench.heard()
    assert [one.name.removesuffix("Event") for one in heard] == [
        *["ConnectionCleared"] * 2,
        "CallCleared",
        "MonitorStop",
    ]
    assert [row[1] for row in seen(heard, reference)] == [None, None, None]
    assert heard[-1].invoke != 9999
    bench.say("<MonitorStopResponse/>", invoke=heard[-1].invoke)
    assert bench.heard() == []


def test_monitor_of_call_type_on_a_device_follows_its_calls_elsewhere() -> None:
    bench = Bench()
    reference = bench.monitor("service", "<monitorType>call</monitorType>")
    bench.incoming()
    bench.rings()
    bench.answers()
    bench.ends()
    rows = [row for row in seen(bench.heard(), reference) if not row[0].startswith("Agent")]
    assert [row[0] for row in rows] == [
        "Delivered", "Queued", "Diverted", "Delivered", "Established", "ConnectionCleared", "ConnectionCleared",
        "CallCleared",
    ]  # fmt: skip
    assert {row[1] for row in rows} == {None}


def test_filter_of_a_monitor_and_its_inversion() -> None:
    bench = Bench()
    listed = "<requestedMonitorFilter><callcontrol><delivered>true</delivered><queued>false</queued></callcontrol>"
    plain = bench.monitor("service", f"{listed}</requestedMonitorFilter>")
    extension = "<extensions><privateData><private><invertFilter>true</invertFilter></private></privateData>"
    inverted = bench.monitor("service", f"{listed}</requestedMonitorFilter>{extension}</extensions>")
    bench.incoming()
    heard = bench.heard()
    assert [row[0] for row in seen(heard, plain)] == ["Queued"]
    assert [row[0] for row in seen(heard, inverted)] == ["Delivered"]


@pytest.mark.parametrize("word", ["transferred", "transfered"])
def test_both_spellings_are_read(word: str) -> None:
    bench = Bench()
    listed = f"<requestedMonitorFilter><callcontrol><{word}>true</{word}></callcontrol></requestedMonitorFilter>"
    reference = bench.monitor(TRUNK, listed)
    bench.talks()
    bench.tell(CallsJoined(CALL, CALL, "transfer", "SEAT/101", "SEAT/102"))
    assert seen(bench.heard(), reference) == []


# -- agents --------------------------------------------------------------------------------------------------------


def names(heard: list[Heard], monitor: str) -> list[str]:
    return [name for name, _, _ in seen(heard, monitor)]


def test_agent_through_a_day() -> None:
    bench = Bench()
    seat, queue = bench.monitor("101"), bench.monitor("service")
    for state in ("busy", "idle", "ringing", "talk", "held", "talk", "wrap_up", "idle", "signed_out", "idle"):
        bench.seat("101", state)
    heard = bench.heard()
    expected = [
        "AgentNotReady", "AgentReady", "AgentBusy", "AgentWorkingAfterCall", "AgentReady", "AgentLoggedOff",
        "AgentLoggedOn", "AgentReady",
    ]  # fmt: skip
    assert names(heard, seat) == expected
    assert names(heard, queue) == expected
    assert heard[0].at("agentDevice/deviceIdentifier") == "101"
    assert heard[0].at("agentID") == "101"
    assert heard[0].at("acdGroup") == "service"


def test_pending_state_is_said_while_the_call_lasts() -> None:
    bench = Bench()
    bench.monitor("103")
    bench.seat("103", "talk", after="busy")
    (told,) = bench.heard()
    assert told.at("pendingAgentState") == "agentNotReady"
    assert "acdGroup" not in told.names()


def test_faulty_seat_is_out_of_service() -> None:
    bench = Bench()
    seat = bench.monitor("101")
    bench.seat("101", "faulty")
    bench.seat("101", "signed_out")
    assert names(bench.heard(), seat) == ["OutOfService", "AgentLoggedOff", "BackInService"]


# -- everything told again -----------------------------------------------------------------------------------------


def test_nothing_is_told_twice_when_the_switch_tells_everything_again() -> None:
    bench = Bench()
    for device in (TRUNK, "101", "service"):
        bench.monitor(device)
    bench.talks()
    bench.everything(*_present(bench))
    assert bench.heard() == []


def test_call_that_ended_meanwhile_is_cleared_and_a_new_one_is_told() -> None:
    bench = Bench()
    caller, agent = bench.monitor(TRUNK), bench.monitor("102")
    bench.talks()
    new: list[Any] = [CallBegan(9, "in", "1", "10000", "10000", 0)]
    bench.everything(*new, _leg(9, 31, "E1/e1-0/2", "a", "connected"), _leg(9, 32, "SEAT/102", "b", "alerting"))
    heard = bench.heard()
    assert [row[0] for row in seen(heard, caller)] == ["ConnectionCleared"]
    assert [row[:2] for row in seen(heard, agent)] == [("Delivered", "alerting")]
    assert list(bench.csta.state.lines) == [9]


def _leg(call: int, leg: int, device: str, role: str, state: str) -> Any:

    return LegChanged(call, leg, device, role, state, 0, (), 0)


def _present(bench: Bench) -> list[Any]:
    view = bench.csta.state.switch
    began = [CallBegan(one.call, one.direction, one.calling, one.called, "", one.began) for one in view.calls.values()]
    return [*began, *(_leg(leg.call, leg.leg, leg.device, leg.role, leg.state) for leg in view.legs.values())]
