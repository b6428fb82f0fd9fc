"""Slips at a whole machine whose far end is off: the interval that is measured, and the one that is computed.

`python tools/slip_rates.py` prints a table: both ends of the line of one_e1_pri, far clocks of 0.1 to 50 ppm either
way; exit code 1 when one is more than 1 % off 125 us / |df/f|.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

from switchsim.assembly import build
from switchsim.model.event import Event
from switchsim.model.events import LineSlip
from switchsim.model.order import Inject
from switchsim.units import CYCLES_PER_SECOND, seconds

MACHINE: Final = Path(__file__).parents[1] / "boards" / "machines" / "one_e1_pri.yaml"
PPB: Final = (100, -100, 1_000, -1_000, 4_600, -4_600, 50_000, -50_000)
FRAME_S: Final = 125e-6
SLIPS: Final = 4
"""So many are waited for; the first comes before a whole interval."""


def slips(ppb: int) -> dict[str, list[tuple[int, str]]]:
    """End of the line -> (cycle, repeated or lost) of its slips."""
    machine: Any = build(MACHINE, seed=1, journal_sink=lambda _: None)
    found: dict[str, list[tuple[int, str]]] = {"machine": [], "far": []}

    def observe(at: int, place: str, event: Event) -> None:
        if isinstance(event, LineSlip):
            found[event.end].append((at, event.how))

    machine.kernel.observers.append(observe)
    machine.power_on()
    place, point, values = machine.resolve_fault("clock_offset", {"clock": "e1-0"}, {"ppm": f"{ppb / 1000:g}"})
    machine.order(seconds(1), place, Inject("1", point, values))
    machine.run(seconds(2) + int(SLIPS * FRAME_S / abs(ppb) * 1e9 * CYCLES_PER_SECOND))
    return found


def main() -> int:
    worst = 0.0
    print("| far clock, ppm | end | slips | frames | measured, s | computed, s | off |\n|---|---|---|---|---|---|---|")
    for ppb in PPB:
        computed = FRAME_S / abs(ppb) * 1e9
        for end, rows in slips(ppb).items():
            measured = (rows[-1][0] - rows[0][0]) / (len(rows) - 1) / CYCLES_PER_SECOND
            off = measured / computed - 1
            worst = max(worst, abs(off))
            print(f"| {ppb / 1000:g} | {end} | {len(rows)} | {rows[0][1]} | {measured:.4f} | {computed:.4f} | "
                  f"{100 * off:+.4f} % |")  # fmt: skip
    return int(worst > 0.01)


if __name__ == "__main__":
    sys.exit(main())
