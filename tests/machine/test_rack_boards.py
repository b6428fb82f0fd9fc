"""Boards pulled, without power, or hung, one after the other, in the small machine under load: all of it recovers."""

from __future__ import annotations

import pytest
from office_bench import Bench
from rack_bench import kinds, recovered, small

from switchsim.units import seconds

KINDS = ("ait", "alm", "bnet", "ckv", "dtm", "dtr", "ema", "lap", "mem", "mpu", "nod", "pwc", "sig", "spt")
WATCHED = tuple(kind for kind in KINDS if kind not in ("ema", "nod"))
"""EMA and NOD are who would tell: nobody watches them (docs/machine.md)."""


@pytest.mark.parametrize("fault", ["board_pull", "board_power", "board_hang"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_board_goes_and_comes_back_under_load(kind: str, fault: str) -> None:
    bench = small()
    place = kinds(bench)[kind][0]
    heal = bench.fault(fault, {"board": place})
    bench.run(seconds(4))
    if kind in WATCHED:
        assert [e.about for e in bench.events("AlarmRaised") if e.about == place] == [place]
    heal()
    bench.run(seconds(8))
    recovered(bench)


def test_every_kind_is_in_the_small_machine() -> None:
    assert set(kinds(Bench(machine="b_type_small"))) == set(KINDS)
