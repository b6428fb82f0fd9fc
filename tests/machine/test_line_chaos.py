"""Anything at any time on lines that break in every way: the machine comes back to rest, no check finds anything."""

from __future__ import annotations

from random import Random

import pytest
from office_bench import Bench, agent
from rack_bench import drain, kinds, open_calls, up
from test_line_levels import FAULTS
from test_rack_chaos import (
    JUDGED_ELSEWHERE,
    SEATS,
    T305_AND_T308,
    break_something,
    call_anybody,
    dial_or_hang_up,
    press_anything,
)

from switchsim.units import ms, seconds

QUARTER = seconds(900 + 60)
"""An alert of quality holds for the rest of its 15 minutes."""


def break_a_line(bench: Bench, random: Random) -> None:
    name, values = random.choice(FAULTS)
    line = random.choice(("e1-0", "e1-1"))
    bench.fault(name, {"line": line}, until=bench.now + random.randrange(1, seconds(4)), **values)


@pytest.mark.parametrize("boards", [False, True], ids=["lines alone", "boards, too"])
@pytest.mark.parametrize("number", range(4))
def test_anything_at_any_time(number: int, boards: bool) -> None:
    random = Random(number)
    bench = Bench(agent(*SEATS), seed=number)
    acts = [press_anything, press_anything, call_anybody, call_anybody, dial_or_hang_up]
    for turn in range(80):
        random.choice(acts)(bench, random)
        if turn % 5 == 2:
            break_a_line(bench, random)
        if boards and turn % 10 == 5:
            break_something(bench, random)
        bench.run(random.randrange(1, ms(400)))
    bench.run(seconds(5))
    for seat in SEATS * 4:
        bench.press(seat, "release")
    drain(bench, QUARTER)
    assert open_calls(bench) == [], bench.tail()
    assert up(bench) == []
    bench.run(T305_AND_T308)
    no_commands = bench.seen("BoardState", place=kinds(bench)["nod"][0]) != []
    bench.close(but=(*JUDGED_ELSEWHERE, *(["speech.crossed"] if no_commands else [])))
