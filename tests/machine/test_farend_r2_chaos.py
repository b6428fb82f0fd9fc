"""R2 exchanges that do everything wrong at any time, under load: what is healed works again, and nothing is left."""

from __future__ import annotations

import random

import pytest
from r2_bench import LINES, A, B, Bench, loaded, talk

from switchsim.farend.chance import Uniform
from switchsim.farend.exchange import Subscriber
from switchsim.model.order import Act, Heal, Inject
from switchsim.terminals.r2_mistakes import POINTS, Values
from switchsim.units import ms, seconds

SLOTS = (1, 2, 3, 15, 17, 18, 30, 31)
ROWS = (
    Subscriber(number="10060", ring=Uniform(8, ms(2_000))), Subscriber(number="17", behaviour="busy"),
)  # fmt: skip


def break_things(bench: Bench, chance: random.Random, until: int) -> None:
    """Mistakes, blocking, restarts and bits of nobody's on any circuit, at any time; all over at `until`."""
    for number in range(60):
        at = chance.randrange(8_000, until - 16_000)
        place, slot, point = chance.choice((A, B)), chance.choice((0, *SLOTS)), chance.choice(POINTS)
        values: Values = {"line": "e1-0", "timeslot": slot, "skip": chance.randrange(6), "count": chance.randrange(4),
                  "signal": chance.randrange(1, 16), "time": chance.choice((80, 800, 8_000))}  # fmt: skip
        bench.kernel.order(at, place, Inject(str(number), point, values))
        bench.kernel.order(min(until, at + chance.randrange(8, 40_000)), place, Heal(str(number), point, values))
    for _ in range(20):
        at, place = chance.randrange(8_000, until), chance.choice((A, B))
        circuit: Values = {"line": "e1-0", "timeslot": chance.choice(SLOTS)}
        bench.kernel.order(at, place, Act(chance.choice(("block", "reset", "unblock")), circuit))
    for _ in range(30):
        at, line = chance.randrange(8_000, until), chance.choice(LINES)
        bits: Values = {"timeslot": chance.choice(SLOTS), "abcd": chance.randrange(16)}
        bench.kernel.order(at, line, Act("cas", bits))


def mend(bench: Bench) -> None:
    """Both exchanges begin anew, on circuits that nobody blocks."""
    for slot in SLOTS:
        for place in (A, B):
            for act in ("unblock", "reset"):
                bench.kernel.order(bench.kernel.now, place, Act(act, {"line": "e1-0", "timeslot": slot}))


@pytest.mark.parametrize(("variant", "seed"), [("itu", 1), ("china", 2), ("itu", 3), ("china", 4)])
def test_circuits_that_are_disturbed_in_every_way_come_back(variant: str, seed: int) -> None:
    chance = random.Random(seed)
    bench = Bench(variant=variant, slots=SLOTS, subscribers=ROWS, extra=loaded, seed=seed)
    break_things(bench, chance, seconds(30))
    if seed > 2:
        bench.ais(True, both=seed % 2 == 0)
        bench.run(seconds(2))
        bench.ais(False)
    bench.run(seconds(100))
    mend(bench)
    bench.run(seconds(10))
    assert bench.at_rest() == ""
    states = [row.event for row in bench.records(kind="PartyState")]
    assert sum(event.state == "talking" for event in states) > 5  # type: ignore[attr-defined]
    placed = [row.event.timeslot > 0 for row in bench.records(kind="PartyPlaced")]  # type: ignore[attr-defined]
    assert placed.count(True) == placed.count(False)
    tones: dict[tuple[str, int, str], int] = {}
    for row in bench.records(kind="R2Register"):
        key = (row.place, row.event.timeslot, row.event.way)  # type: ignore[attr-defined]
        tones[key] = tones.get(key, 0) + 2 * row.event.on - 1  # type: ignore[attr-defined]
    assert not any(tones.values())
    assert talk(bench, A)
    assert talk(bench, B)
    assert bench.at_rest() == ""
