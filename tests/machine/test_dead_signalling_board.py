"""A signalling board without power: what was wrong with its links stays, and nothing that it does not do is told."""

from __future__ import annotations

from typing import Any

import pytest
from office_bench import Bench

from switchsim.model.order import Heal, Inject
from switchsim.units import ms, seconds

LAP7 = "frame/0/slot/13"
CITY = "farend/exchange/city"
FIRST = 0  # of the board: e1-1:16, which is the second link of the far exchange
CUT: dict[str, Any] = {"link": FIRST, "direction": "sent", "octet": 255}
RULE: dict[str, Any] = {"link": FIRST, "unit": "sib"}


@pytest.fixture
def bench() -> Bench:
    return Bench(machine="all_signalling", settle=seconds(11))


def far_state(bench: Bench) -> str:
    return str(bench.machine.part(CITY).state.links[1].level2.lsc.name)


def test_it_sends_ones_although_a_fault_of_its_link_ends(bench: Bench) -> None:
    """Flags instead would keep the far end's link in service, until the other link brings a changeover order."""
    bench.order(LAP7, Inject("1", "unit_drop", RULE))
    bench.order(LAP7, Inject("2", "pull", {}))
    bench.order(LAP7, Heal("1", "unit_drop", RULE))
    bench.run(ms(200))
    assert far_state(bench) != "IN_SERVICE"


def test_a_timeslot_that_is_cut_stays_cut_when_it_returns(bench: Bench) -> None:
    bench.order(LAP7, Inject("1", "link_cut", CUT))
    bench.order(LAP7, Inject("2", "pull", {}))
    bench.run(ms(20))
    bench.order(LAP7, Heal("2", "pull", {}))
    bench.run(seconds(20))
    assert far_state(bench) != "IN_SERVICE"
    bench.order(LAP7, Heal("1", "link_cut", CUT))
    bench.run(seconds(20))
    assert far_state(bench) == "IN_SERVICE"


def test_a_second_death_during_the_self_test_finds_no_link_in_service(bench: Bench) -> None:
    bench.order(LAP7, Inject("1", "pull", {}))
    bench.run(seconds(5))
    before = bench.now
    bench.order(LAP7, Heal("1", "pull", {}))
    bench.order(LAP7, Inject("2", "kill", {}))
    bench.run(ms(20))
    rows: list[Any] = bench.seen("LinkMeasured", since=before)
    assert [row.event.in_service for row in rows] == [0, 0]
