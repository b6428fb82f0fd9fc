"""Anything at any time: keys that make sense or not, calls, faults. Nothing breaks, and nothing is left over."""

from __future__ import annotations

from random import Random

import pytest
from office_bench import Bench, agent
from rack_bench import drain, kinds, open_calls, up

from switchsim.model.order import Act, Value
from switchsim.units import ms, seconds

SEATS = ("2001", "2002", "2003", "2005", "2007", "2008", "2009")
NUMBERS = ("10060", "10061", "10062", "10063", "10064", "10065", "10067", "10068", "10069", "96180", "5",
           "70001", "80001", "90001", *SEATS)  # fmt: skip
KEYS = ("sign_in", "sign_out", "busy", "ready", "answer", "release", "hold", "retrieve", "complete", "conference",
        "drop")  # fmt: skip
WITH_NUMBER = ("transfer", "consult", "dial", "listen_in")
JUDGED_ELSEWHERE = ("processors.one_active", "timers.q931")
"""EMA and both processors may be out at once here; a seat that goes just after its answer is no T313.

Without main nodes the network keeps what it had, so calls that end meanwhile are heard on until they are back.
"""
T305_AND_T308 = seconds(30 + 4 + 4 + 1)
"""So long a far end asks for the end of a call whose D channel went, before it gives the circuit up (Q.931 5.3.3)."""


def press_anything(bench: Bench, random: Random) -> None:
    seat = random.choice(SEATS)
    if random.random() < 0.5:
        bench.press(seat, random.choice(KEYS))
    else:
        key = random.choice(WITH_NUMBER)
        name = "seat" if key == "listen_in" else "number"
        bench.press(seat, key, **{name: random.choice(SEATS if key == "listen_in" else NUMBERS)})


def call_anybody(bench: Bench, random: Random) -> None:
    line = random.choice(("e1-0", "e1-1"))
    values: dict[str, Value] = {"called": random.choice(NUMBERS), "calling": "", "plan": "",
                                "hold_cycles": random.randrange(seconds(1), seconds(6)),
                                "patience_cycles": random.randrange(seconds(1), seconds(10))}  # fmt: skip
    bench.order(f"farend/exchange/{line}", Act("call", values))


def dial_or_hang_up(bench: Bench, random: Random) -> None:
    exchange = f"farend/exchange/{random.choice(('e1-0', 'e1-1'))}"
    party = random.choice(bench.machine.part(exchange).config.parties[:6]).party
    act = {"party": party, "digits": random.choice("1279#")}
    bench.order(exchange, Act("dial", act) if random.random() < 0.6 else Act("hang_up", {"party": party}))


def break_something(bench: Bench, random: Random) -> None:
    faults: list[tuple[str, dict[str, Value]]] = [
        ("mpu_kill", {"processor": random.choice("ab")}), ("mpu_hang", {"processor": random.choice("ab")}),
        ("line_cut", {"line": random.choice(("e1-0", "e1-1"))}), ("mem_link_cut", {}),
        ("receiver_failure", {"receiver": random.randrange(16)}), ("seat_drop", {"seat": random.choice(SEATS)}),
        ("stuck_timeslot", {"line": "e1-0", "timeslot": random.randrange(1, 16)}),
    ]  # fmt: skip
    if random.random() < 0.5:
        board = random.choice([place for places in kinds(bench).values() for place in places])
        faults = [(f"board_{how}", {"board": board}) for how in ("pull", "power", "hang")]
    name, where = random.choice(faults)
    bench.fault(name, where, until=bench.now + random.randrange(1, seconds(4)))


@pytest.mark.parametrize("breaks", [False, True], ids=["sound", "broken"])
@pytest.mark.parametrize("number", range(20))
def test_anything_at_any_time(number: int, breaks: bool) -> None:
    random = Random(number)
    bench = Bench(agent(*SEATS), seed=number)
    acts = [press_anything, press_anything, call_anybody, call_anybody, dial_or_hang_up]
    for turn in range(80):
        random.choice(acts)(bench, random)
        if breaks and turn % 10 == 5:
            break_something(bench, random)
        bench.run(random.randrange(1, ms(400)))
    bench.run(seconds(5))
    for seat in SEATS * 4:
        bench.press(seat, "release")
    drain(bench, seconds(400))
    assert open_calls(bench) == [], bench.tail()
    assert up(bench) == []
    bench.run(T305_AND_T308)
    no_commands = bench.seen("BoardState", place=kinds(bench)["nod"][0]) != []
    bench.close(but=(*JUDGED_ELSEWHERE, *(["speech.crossed"] if no_commands else [])))
