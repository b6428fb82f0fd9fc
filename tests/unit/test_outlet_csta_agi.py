"""Faults of the CSTA and FastAGI interfaces, and what the catalogue lets a scenario say of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import agi_by_hand
import csta_by_hand
from agi_by_hand import CONFIG
from outlet_bench import order

from switchsim import assembly
from switchsim.assembly.parameters import read_parameters
from switchsim.errors import BadInput
from switchsim.faults.interfaces import INTERFACE_FAULTS
from switchsim.model.cti import RefuseFlow
from switchsim.model.events import InterfaceTampered
from switchsim.model.order import Heal, Inject
from switchsim.model.outside import Listeners
from switchsim.units import ms, seconds

MACHINE = Path(__file__).parents[2] / "boards" / "machines" / "call_centre.yaml"


# -- CSTA --------------------------------------------------------------------------------------------------------------


class Csta(csta_by_hand.Bench):
    def break_(self, fault: str, **values: Any) -> None:
        self.csta.on_order(order(Inject, fault, **values))

    def monitors(self) -> str:
        inside = "<monitorObject><deviceObject>101</deviceObject></monitorObject>"
        return self.ask("MonitorStart", inside).name

    def tampered(self) -> list[str]:
        return [event.what for event in self.host.journal if isinstance(event, InterfaceTampered)]


def test_csta_frames_are_cut_and_the_client_takes_a_snapshot_anew() -> None:
    bench = Csta()
    assert bench.monitors() == "MonitorStartResponse"
    bench.break_("truncate", piece="event")
    bench.incoming()
    bench.rings()
    octets = b"".join(item[5:] for item in bench.csta.take_outbox())
    assert 0 < len(octets) < int.from_bytes(octets[2:4], "big")
    bench.pass_by(1)
    assert bench.csta.state.clients == {}
    bench.csta.on_order(order(Heal, "truncate", piece="event"))
    bench.attach(2)
    bench.log_in(2)
    inside = "<snapshotObject><deviceID>101</deviceID></snapshotObject>"
    assert bench.ask("SnapshotDevice", inside, client=2).every("callID") == [str(csta_by_hand.CALL)]


@pytest.mark.parametrize(("fault", "expected"), [
    ("duplicate_event", ["DeliveredEvent", "DeliveredEvent"]),
    ("unknown_call", ["ConnectionClearedEvent", "DeliveredEvent"]),
])  # fmt: skip
def test_csta_events(fault: str, expected: list[str]) -> None:
    bench = Csta()
    bench.monitors()
    bench.incoming()
    bench.heard()
    bench.break_(fault)
    bench.rings()
    heard = bench.heard()
    assert [one.name for one in heard] == expected
    if fault == "unknown_call":
        assert heard[0].every("callID") == ["2147483647"]
        assert heard[0].at("monitorCrossRefID") == heard[1].at("monitorCrossRefID")


def test_csta_heartbeats_are_lost_until_the_client_is_given_up() -> None:
    bench = Csta(auth=False, log_in=False)
    bench.attach()
    bench.break_("heartbeat_loss")
    assert bench.ask("SystemRegister").name == "SystemRegisterResponse"
    bench.say("<SystemStatus><systemStatus>normal</systemStatus></SystemStatus>")
    bench.pass_by(seconds(130))
    heard, closed = bench.out()
    assert ([one.name for one in heard], closed) == ([], True)
    assert set(bench.tampered()) == {"heartbeat lost"}
    assert len(bench.tampered()) == 4


# -- FastAGI -----------------------------------------------------------------------------------------------------------


class Agi(agi_by_hand.Bench):
    def break_(self, fault: str, **values: Any) -> None:
        self.agi.on_order(order(Inject, fault, **values))
        self._serve()

    def tampered(self) -> list[str]:
        return [event.what for event in self.events if isinstance(event, InterfaceTampered)]


def test_the_opening_stops_in_the_middle_and_the_call_goes_on_without_the_server() -> None:
    bench = Agi()
    bench.break_("truncate", piece="greeting", close=0)
    bench.call()
    bench.outside("attached", 1)
    opening = bench.hear(1)
    assert opening.startswith("agi_network: yes\n")
    assert "\n\n" not in opening
    bench.run(CONFIG.command_cycles)
    assert isinstance(bench.orders[-1], RefuseFlow)
    bench.agi.on_order(order(Heal, "truncate", piece="greeting", close=0))
    bench._serve()
    assert bench.closed == [1]
    assert bench.agi.state.owners == {}


@pytest.mark.parametrize("fault", ["abort_before", "abort_after"])
def test_a_server_that_loses_its_connection_loses_its_call_to_the_service(fault: str) -> None:
    bench = Agi()
    connection = bench.served()
    bench.break_(fault)
    assert bench.command("ANSWER", connection) == ("200 result=0\n" if fault == "abort_after" else "")
    bench.run(1)
    assert isinstance(bench.orders[-1], RefuseFlow)
    assert (bench.closed, bench.agi.state.owners) == ([connection], {})


@pytest.mark.parametrize(("fault", "said"), [
    ("duplicate_answer", "200 result=0\n200 result=0\n"),
    ("stray_answer", "200 result=0\n200 result=0\n"),
    ("stray_hangup", "HANGUP\n200 result=0\n"),
])  # fmt: skip
def test_lines_that_nobody_waits_for(fault: str, said: str) -> None:
    bench = Agi()
    connection = bench.served()
    bench.break_(fault)
    assert bench.command("NOOP", connection) == said
    assert len(bench.tampered()) == 1
    assert bench.command("CHANNEL STATUS", connection).startswith("200 result=")


def test_late_and_split_answers() -> None:
    bench = Agi()
    connection = bench.served()
    bench.break_("late_answer", time="2s")
    assert bench.command("NOOP", connection) == ""
    bench.run(seconds(2))
    assert bench.hear(connection) == "200 result=0\n"
    bench.agi.on_order(order(Heal, "late_answer", time="2s"))
    bench.break_("split", octets=5, every="10ms")
    assert bench.command("NOOP", connection) == ""
    bench.run(ms(10))
    assert bench.hear(connection) == "200 r"
    bench.run(ms(20))
    assert bench.hear(connection) == "esult=0\n"


# -- the catalogue -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fault", "values", "said"), [
    ("interface_late_event", {}, "time is missing"),
    ("interface_split", {"octets": 0, "every": "1ms"}, "out of range"),
    ("interface_truncate", {"piece": "event", "count": 2}, "unknown parameter"),
])  # fmt: skip
def test_parameters_are_checked(fault: str, values: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_parameters(INTERFACE_FAULTS[fault], values)


@pytest.mark.parametrize(("fault", "interface", "client", "said"), [
    ("stall", "csta", 0, "this run has no interface csta"),
    ("stray_hangup", "ami", 0, "interface: ami"),
    ("stall", "ami", -1, "client: -1"),
    ("clock_jump", "ami", 2, "0: an interface has one clock"),
])  # fmt: skip
def test_places_are_checked(fault: str, interface: str, client: int, said: str) -> None:
    built = assembly.build(MACHINE, seed=1, listeners=Listeners(ami=True), journal_sink=lambda octets: None)
    with pytest.raises(BadInput, match=said):
        built.faults.resolve(f"interface_{fault}", {"interface": interface, "client": client}, {})
