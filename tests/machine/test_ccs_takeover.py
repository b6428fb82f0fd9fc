"""The active CCS of the shipped call centre is killed at twenty moments under load: every oracle holds each time."""

from __future__ import annotations

from pathlib import Path

import pytest
from ccs_recovery_bench import MOMENTS, decisions_twice, differences, loaded, recovery
from office_bench import Bench
from platform_table_bench import changed
from rack_bench import drain, open_calls, rush, up

from switchsim.units import ms, seconds

LATEST = seconds(3) + ms(250)
"""Three heartbeats and the letters under way."""


def holds(bench: Bench) -> None:
    assert open_calls(bench) == []
    assert up(bench) == []
    assert decisions_twice(bench) == []
    equal(bench)
    assert bench.findings() == []


def equal(bench: Bench) -> None:
    """The CCS know what the switch knows, but for what is under way at this very moment."""
    if differences(bench):
        bench.run(ms(50))
    assert differences(bench) == []


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_killed_under_load(moment: int) -> None:
    bench = loaded(moment)
    row = recovery(bench)
    assert row.active <= LATEST
    assert row.told - row.active <= ms(10)
    assert row.differing == 0
    assert row.calls > 30
    assert row.by_platform > 0
    holds(bench)


@pytest.mark.parametrize("moment", [11])
def test_hung_under_load_and_back_by_the_rule_of_healing(moment: int) -> None:
    bench = loaded(moment, "hang")
    assert recovery(bench).active <= LATEST
    assert [bench.machine.part(f"callcentre/ccs/{name}").role()[0] for name in "ab"] == ["active", "standby"]
    holds(bench)


def test_a_standby_with_a_stale_configuration_routes_otherwise_and_says_so(tmp_path: Path) -> None:
    def newer(text: str) -> str:
        return text.replace("version = 1", "version = 2").replace("= queue:sales", "= queue:service")

    place = changed(tmp_path, machine=lambda text: text.replace("old_ccs.ini", "old.ini"), ccs=newer)
    place.begin("10061")
    assert place.queue() == "service"
    heal = place.fault("ccs_stale", {"process": "ccs/b"})
    place.harm("ccs/a", "crash")
    place.run(seconds(4))
    place.begin("10061")
    assert place.queue() == "sales"
    assert [row.version for row in place.events("ConfigurationRead")] == ["2", "2", "1"]
    heal()
    place.act("ccs/b", "restart")
    place.run(seconds(7))
    place.begin("10061")
    assert place.queue() == "service"


def test_both_active_under_load_gives_no_call_to_two_seats() -> None:
    """Both decide: the switch takes what comes first."""
    bench = Bench(machine="call_centre", settle=seconds(6),
                  load=[rush("16s", rate="180/min", hold="2s", numbers=("10061",))])  # fmt: skip
    heals = [bench.fault("comm_cut", {"from": one, "to": two})
             for one, two in (("ccs/a", "ccs/b"), ("ccs/b", "ccs/a"))]  # fmt: skip
    bench.run(seconds(9))
    assert decisions_twice(bench)
    for heal in heals:
        heal()
    drain(bench)
    entered = [row.call for row in bench.events("Routed")]
    assert len(entered) == len(set(entered))
    assert open_calls(bench) == []
    equal(bench)
    assert bench.findings() == []
