"""Short whole runs on No.7 for the tests: calls, and a fault that reaches the signalling, on three shipped machines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from whole_runs import ROOT, Inside

from switchsim.model.event import Record
from switchsim.model.events import decode_line

MACHINES: Final = ROOT / "boards" / "machines"
FAULTED: Final[dict[str, tuple[int, str, str, str]]] = {
    # A link fails, its traffic changes over; 8.2 s of proving later it changes back.
    "two_links_ss7": (12, "1s", "8s", "{at: 2.5s, fault: line_cut, where: {line: e1-1}, for: 300ms}"),
    # The only link of a link set: the other transfer point takes over. The first restart lasts to 4.5 s.
    "stp_pair_ss7": (10, "3s", "8s", "{at: 5.5s, fault: line_cut, where: {line: e1-0}, for: 300ms}"),
    # The standby processor goes on with MTP3, ISUP and TUP.
    "china_ss7": (9, "1s", "6s", "{at: 3s, fault: mpu_kill, where: {processor: a}, for: 3s}"),
}
"""Machine -> seconds, when calls begin and end, the fault."""
LOAD: Final = "  - {name: on_%s, shape: poisson, rate: 75/min, numbers: ['10000'], lines: [%s], start: %s, stop: %s}\n"


def scenario(machine: str, seed: int = 3) -> str:
    """The text of one of the runs."""
    seconds, start, stop, fault = FAULTED[machine]
    load = "".join(LOAD % (line.replace("-", "_"), line, start, stop) for line in ("e1-0", "e1-1"))
    return (f"format: 1\nmachine: {machine}\nseed: {seed}\nseconds: {seconds}\n"
            f"load:\n{load}timeline:\n  - {fault}\n")  # fmt: skip


def written(folder: Path, seed: int = 3) -> list[Path]:
    """A scenario file of each run, in `folder`."""
    paths = []
    for machine in FAULTED:
        path = folder / f"{machine}_run.yaml"
        path.write_text(scenario(machine, seed), encoding="utf-8")
        paths.append(path)
    return paths


def lines(run: Inside) -> list[Record]:
    """The journal of a run in this process."""
    return [decode_line(line) for line in bytes(run.octets).splitlines()[1:]]


def first(journal: list[Record], wanted: Callable[[Any], bool], after: int = 0) -> int:
    """The cycle of the first event later than `after` that is wanted."""
    return next(line.at for line in journal if line.at > after and wanted(line.event))
