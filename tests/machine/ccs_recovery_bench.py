"""The active CCS of the shipped call centre dies under load, and how long it takes until all is well again.

`python tests/machine/ccs_recovery_bench.py` prints the table of twenty moments.
"""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

from office_bench import Bench
from rack_bench import drain, rush

from switchsim.callcentre.ccs.distribution import AWAY
from switchsim.units import ms, seconds

MOMENTS = 20
FIRST, STEP = seconds(6), ms(293)
DOWN = seconds(5)
ALIVE = "callcentre/ccs/b"


class Recovery(NamedTuple):
    """Cycles, all counted from the death: b is active, has compared with the switch, decides about a new call.

    by_switch, by_platform: calls that came meanwhile and afterwards, by who routed them.
    """

    moment: int
    active: int
    told: int
    decided: int
    differing: int
    calls: int
    by_switch: int
    by_platform: int


def loaded(seed: int, point: str = "crash") -> Bench:
    """The machine, `point` of its active CCS at the moment `seed`, and everything that follows, to the end."""
    calls = rush("13s", rate="240/min", hold="2s", numbers=("10060", "10061", "10061", "2001"))
    bench = Bench(machine="call_centre", seed=seed, settle=FIRST + STEP * seed, load=[calls])
    heal = bench.fault(f"process_{point}", {"process": "ccs/a"})
    bench.run(DOWN)
    heal()
    drain(bench)
    return bench


def recovery(bench: Bench) -> Recovery:
    died = bench.seen("FaultFired")[0].at

    def first(kind: str, **fields: Any) -> Any:
        return next(row for row in bench.seen(kind, died, **fields) if row.place == ALIVE)

    active, told, decided = first("RoleChanged", role="active"), first("Resynchronised"), first("RouteDecided")
    routed = [row.event.by for row in bench.seen("Routed", died)]
    calls = len(bench.events("CallOffered"))
    after = active.at - died, told.at - died, decided.at - died
    return Recovery(died, *after, told.event.differing, calls, routed.count("switch"), routed.count("platform"))


def decisions_twice(bench: Bench) -> list[tuple[int, int]]:
    """(call, entry) that two CCS, or one of them twice, decided about, but for overflow."""
    rows = [(row.call, row.entry) for row in bench.events("RouteDecided") if not row.why.startswith("waited too long")]
    return sorted({row for row in rows if rows.count(row) > 1})


def differences(bench: Bench) -> list[str]:
    """Where the CCS that run think otherwise of agents and waiting calls than the switch."""
    found = []
    known = bench.machine.part("callcentre/cti_link").state.view
    seats = {row.event.seat: row.event.state for row in bench.seen("SeatState")}
    for name in ("a", "b"):
        state = bench.machine.part(f"callcentre/ccs/{name}").state
        views = state.switch.seats
        found += [f"ccs/{name}: seat {seat} is {views[seat].state}, not {now}" for seat, now in seats.items()
                  if views[seat].state != now]  # fmt: skip
        usual = bench.machine.part(f"callcentre/ccs/{name}").configuration.seats
        agents = {seat for seat, now in seats.items() if now not in AWAY and seat in usual}
        found += [f"ccs/{name}: agent at seat {seat}" for seat in sorted(agents ^ set(state.at_seat))]
        calls = {call: row.queue for call, row in known.calls.items()}
        mine = {call: row.queue for call, row in state.switch.calls.items()}
        found += [f"ccs/{name}: calls {mine}, not {calls}"] if mine != calls else []
    return found


def main() -> None:
    rows = [recovery(loaded(moment)) for moment in range(MOMENTS)]
    lines = ["died at [ms]  active [ms]  knows [ms]  decides [ms]  differing  calls  then by switch  by platform"]
    for row in rows:
        times = f"{row.moment // ms(1):12} {row.active // ms(1):12} {row.told // ms(1):11} {row.decided // ms(1):13}"
        lines.append(f"{times} {row.differing:10} {row.calls:6} {row.by_switch:15} {row.by_platform:12}")
    sys.stdout.write("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
