"""Snapshots of machines whose lines are in trouble: cut off at any cycle, restored into a fresh machine, they go on."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from whole_runs import Inside, prepared

from switchsim.kernel.snapshot import restore, take
from switchsim.model.events import decode_line
from switchsim.model.order import Act
from switchsim.scenario.prepare import Prepared
from switchsim.units import CYCLES_PER_SECOND, ms, seconds

CUTS = 15
Step = dict[str, Any]


def fault(at: str, name: str, lasts: str, where: Step | None = None, **values: Any) -> Step:
    return {"at": at, "fault": name, "where": where or {"line": "e1-0"}, "values": values, "for": lasts}


def errors(at: str, name: str, lasts: str, where: Step | None = None, **values: Any) -> Step:
    return fault(at, name, lasts, where, mode="random", rate="1e-4", **values)


def start(test: str) -> Step:
    return {"at": "100ms", "act": {"who": f"test {test}", "do": "start"}}


DTM = "frame/1/slot/0"
DAMAGED: Step = {
    "machine": "clear_e1",
    "seconds": 10,
    "tests": [
        {"name": "out", "pattern": "2^15-1", "line": "e1-0", "timeslots": "1-15,17-31"},
        {"name": "back", "pattern": "qrss", "line": "e1-0", "timeslots": "1-15", "send": "far"},
    ],
    "timeline": [
        start("out"), start("back"),
        errors("300ms", "logic_errors", "2s"),
        errors("400ms", "crc_errors", "3s", direction="sent"),
        fault("500ms", "line_slip", "4s", how="repeated", count=9, every="333ms"),
        fault("600ms", "alignment_shift", "3s", count=4, every="700ms", direction="sent"),
        fault("700ms", "line_interruptions", "2s", time="3ms", every="151ms"),
        errors("800ms", "code_violations", "1s"),
        fault("900ms", "line_delay", "2500ms", time="7ms"),
        fault("1200ms", "line_loop", "1s", loop="payload", end="far"),
        fault("1900ms", "cas_mf_errors", "1s", mode="continuous"),
        fault("2500ms", "board_hang", "800ms", {"board": DTM}),
        fault("4s", "board_pull", "900ms", {"board": DTM}),
        fault("6s", "line_los", "500ms"),
        fault("6100ms", "ts16_ais", "1s", direction="sent"),
        fault("7200ms", "clock_walk", "2s", {"clock": "e1-0"}, ppm=2, most=90, every="40ms"),
    ],
}  # fmt: skip
"""One line with signalling bits: errors of all sorts, slips, loops, a board that hangs and one that is pulled."""
APART: Step = {
    "machine": "two_clocks",
    "seconds": 7,
    "tests": [{"name": "west", "pattern": "2^11-1", "line": "west-east", "timeslots": "17-31"},
              {"name": "east", "pattern": "2^11-1", "line": "east-west", "timeslots": "17-31"}],
    "timeline": [
        start("west"), start("east"),
        fault("1s", "clock_walk", "4s", {"clock": "west/machine"}, ppm=9, most=90, every="40ms"),
        errors("1500ms", "logic_errors", "2s", {"line": "west-east"}),
        errors("1700ms", "logic_errors", "2s", {"line": "east-west"}, direction="sent"),
        fault("2s", "line_ais", "900ms", {"line": "east-west"}),
        fault("3500ms", "line_loop", "1s", {"line": "east-west"}, loop="line"),
        fault("4500ms", "board_pull", "1s", {"board": "west/frame/1/slot/0"}),
    ],
}  # fmt: skip
"""Two machines with clocks of their own and a line between them that both its ends damage."""
SHOWN = {
    "damaged": ("line_status", "line_slip", "line_looped", "line_measured", "cas_received", "pattern_lost",
                "pattern_errors", "clock_disturbed"),
    "apart": ("line_status", "line_slip", "line_looped", "line_measured", "pattern_lost", "clock_disturbed"),
}  # fmt: skip


class Whole:
    """A run that was looked at now and then: the journal, and (cycle, octets of it so far, snapshot) of each look."""

    def __init__(self, name: str, folder: Path) -> None:
        scenario = {"damaged": DAMAGED, "apart": APART}[name]
        self.what: Prepared = prepared(folder, yaml.safe_dump({"format": 1, "seed": 77, **scenario}))
        self.run = begun(self.what, name)
        self.looks = []
        for at in sorted(random.Random(name).sample(range(1, self.what.until), CUTS)):
            self.run.machine.run(at)
            self.looks.append((at, len(self.run.octets), take(self.run.machine.kernel)))
        self.run.end()


def begun(what: Prepared, name: str) -> Inside:
    run = Inside(what)
    run.begin()
    if name == "damaged":  # signalling bits to and fro
        for number in range(90):
            timeslot, end = 1 + number % 15, "farend/line/e1-0" if number % 2 else DTM
            values: dict[str, int | str] = {"line": 0, "timeslot": timeslot, "abcd": (5 * number + 1) % 16}
            run.machine.order(ms(100 * number), end, Act("cas", values))
    return run


@pytest.fixture(scope="module", params=["damaged", "apart"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Whole]:
    return request.param, Whole(request.param, tmp_path_factory.mktemp(request.param))


def test_all_that_can_go_wrong_goes_wrong(whole: tuple[str, Whole]) -> None:
    name, found = whole
    kinds = {decode_line(line).event.__struct_config__.tag for line in bytes(found.run.octets).splitlines()[1:]}
    assert kinds >= set(SHOWN[name])


def test_looking_changes_nothing(whole: tuple[str, Whole]) -> None:
    name, found = whole
    run = begun(found.what, name)
    run.end()
    assert run.octets == found.run.octets


def test_restored_at_any_cycle_the_run_goes_on_as_it_did(whole: tuple[str, Whole]) -> None:
    _, found = whole
    for at, so_far, snapshot in found.looks:
        run = Inside(found.what)
        restore(run.machine.kernel, snapshot)
        run.end()
        assert bytes(run.octets) == bytes(found.run.octets[so_far:]), f"restored at cycle {at}"
        assert run.seconds == found.run.seconds[at // CYCLES_PER_SECOND :], f"the chain, restored at cycle {at}"


def test_what_a_snapshot_forgets_of_a_line_is_seen(whole: tuple[str, Whole]) -> None:
    """The comparison can fail: an elastic store stands elsewhere, a fault's number of slips is another one."""
    name, found = whole
    at, so_far, snapshot = next(look for look in found.looks if look[0] > seconds(1))
    changed = msgspec.msgpack.decode(snapshot)
    place = DTM if name == "damaged" else "west/frame/1/slot/1"
    state = msgspec.msgpack.decode(changed["states"][place])
    for line in state["lines"]:
        line["end"]["store"]["phase"] += 300_000_000
        line["end"]["slips"] += 1
    changed["states"][place] = msgspec.msgpack.encode(state)
    run = Inside(found.what)
    restore(run.machine.kernel, msgspec.msgpack.encode(changed))
    run.end()
    assert bytes(run.octets) != bytes(found.run.octets[so_far:]), f"restored at cycle {at}"
