"""Clocks in whole machines: slips of their lines, references, looped timing, pairs, two machines joined by a line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from switchsim.assembly import build
from switchsim.assembly.built import Machine
from switchsim.hardware.boards.clock import Clock
from switchsim.hardware.boards.trunk import Trunk
from switchsim.kernel.snapshot import restore, take
from switchsim.model.event import Event, Record
from switchsim.model.events import (
    AlarmCleared,
    AlarmRaised,
    ClockActive,
    ClockMode,
    DefectGone,
    DefectSeen,
    LineSlip,
    LineStatus,
    decode_line,
)
from switchsim.model.order import Act, Heal, Inject
from switchsim.proto.clock.store import LIMIT, NANO_FRAMES
from switchsim.units import CYCLES_PER_SECOND, round_up, seconds

TICK = 8
SHIPPED = Path(__file__).resolve().parents[3] / "boards" / "machines"
CKV, DTM = "frame/0/slot/7", "frame/1/slot/0"
PLANT = """format: 1
name: both
title: {zh: 两机, en: Two}
machines: {north: {file: north.yaml}, south: {file: south.yaml}}
joins: [{between: [north-0, south-0]}]
"""


class Run:
    """A machine or plant, its journal kept."""

    def __init__(self, path: Path, *, seed: int = 1, batch: int = 160, bits: bool = False) -> None:
        self.octets = bytearray()
        self.machine: Machine = build(path, seed=seed, batch=batch, bits=bits, journal_sink=self.octets.extend)
        self.machine.power_on()

    def inject(self, at: int, place: str, point: str, **values: int) -> None:
        self.machine.order(at, place, Inject("1", point, dict(values)))

    def heal(self, at: int, place: str, point: str, **values: int) -> None:
        self.machine.order(at, place, Heal("1", point, dict(values)))

    def to(self, until: int) -> Run:
        self.machine.run(until)
        return self

    def events(self, *kinds: type[Event], place: str = "") -> list[Record]:
        records = [decode_line(line) for line in bytes(self.octets).splitlines()[1:]]
        return [one for one in records if isinstance(one.event, kinds) and one.place.startswith(place)]

    def slips(self, place: str = "") -> list[tuple[int, str]]:
        return [(one.at, one.event.how) for one in self.events(LineSlip, place=place)
                if isinstance(one.event, LineSlip)]  # fmt: skip

    def modes(self, place: str = "") -> list[tuple[str, str]]:
        return [(one.event.mode, one.event.reference) for one in self.events(ClockMode, place=place)
                if isinstance(one.event, ClockMode)]  # fmt: skip

    def alarms(self) -> list[tuple[str, str]]:
        return [("+" if isinstance(one.event, AlarmRaised) else "-", one.event.alarm)
                for one in self.events(AlarmRaised, AlarmCleared)
                if isinstance(one.event, AlarmRaised | AlarmCleared)]  # fmt: skip


Write = Callable[..., Path]


@pytest.fixture
def one(tmp_path: Path) -> Write:
    """A machine with one line; keys for its clock, and for the clock of the far end."""

    def write(machine: str = "", line: str = "", of: str = "one_e1_pri") -> Path:
        text = (SHIPPED / f"{of}.yaml").read_text(encoding="utf-8")
        head, signalling, rest = text.partition("    signalling: {kind: pri, side: user}\n")
        assert signalling
        path = tmp_path / "one.yaml"
        path.write_text(f"{head}{signalling}{line and f'    {line}'}\n{rest}\n{machine}\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def two(tmp_path: Path) -> Write:
    """Two machines with a line between them; keys for the clock of each."""

    def write(north: str = "", south: str = "", framing: str = "") -> Path:
        rows = (("north", "user", north, "1001..1002"), ("south", "network", south, "2001..2002"))
        for name, side, keys, seats in rows:
            text = (SHIPPED / "one_e1_pri.yaml").read_text(encoding="utf-8").replace("one_e1_pri", name)
            text = text.replace("e1-0", f"{name}-0").replace("1001..1030", seats).replace("side: user", f"side: {side}")
            text = text.replace(f"side: {side}}}", f"side: {side}}}\n{framing and f'    {framing}'}")
            (tmp_path / f"{name}.yaml").write_text(f"{text}\n{keys}\n", encoding="utf-8")
        (tmp_path / "both.yaml").write_text(PLANT, encoding="utf-8")
        return tmp_path / "both.yaml"

    return write


# -- slips -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whose", ["machine", "far"])
@pytest.mark.parametrize("ppm", [0.1, 1, 4.6, 50, 100, 500, -4.6, -50, -100])
def test_the_slips_of_a_line_are_as_far_apart_as_its_clocks_say(one: Write, ppm: float, whose: str) -> None:
    """Intervals, measured; 125 us / |df/f| computed. Both ends slip, one the other way than the other."""
    intervals = 1 if ppm == 0.1 else 3
    keys = {"machine": ("clock: {ppm: PPM}", ""), "far": ("", "clock: {ppm: PPM}")}[whose]
    ppb = round(ppm * 1000)
    run = Run(one(*(key.replace("PPM", str(ppm)) for key in keys)))
    run.to((LIMIT + intervals * NANO_FRAMES) // abs(ppb) + 4 * TICK)
    ways = {DTM: "lost" if (ppb > 0) == (whose == "far") else "repeated"}
    ways["farend/line/e1-0"] = "repeated" if ways[DTM] == "lost" else "lost"
    for place, way in ways.items():
        found = run.slips(place)
        assert [how for _, how in found] == [way] * (1 + intervals)
        measured = found[-1][0] - found[0][0]
        assert abs(measured - intervals * NANO_FRAMES / abs(ppb)) <= TICK
        assert abs(measured / (intervals * 125e-6 / (abs(ppm) * 1e-6) * CYCLES_PER_SECOND) - 1) < 0.01
    assert run.modes("farend") == []


def test_the_instants_of_slips_do_not_depend_on_the_batch_or_a_snapshot(one: Write) -> None:
    wander = "{shape: walk, step_ppm: 5, most_ppm: 40, every: 700ms}"
    path = one(f"clock: {{ppm: 100, wander: {wander}}}", "clock: {ppm: -100}")
    runs = [Run(path, batch=batch).to(seconds(12)) for batch in (1, 160)]
    assert runs[0].octets == runs[1].octets
    assert len(runs[0].slips()) > 20
    first = Run(path).to(seconds(5) + 3)
    second = Run(path)
    restore(second.machine.kernel, take(first.machine.kernel))
    first.to(seconds(12))
    second.to(seconds(12))
    assert take(first.machine.kernel) == take(second.machine.kernel)


def test_wander_of_a_far_end_below_the_hysteresis_makes_no_slip(one: Write) -> None:
    assert Run(one(line="clock: {wander: {shape: sine, amplitude_us: 50, period: 4s}}")).to(seconds(20)).slips() == []
    assert Run(one(line="clock: {wander: {shape: sine, amplitude_us: 130, period: 4s}}")).to(seconds(20)).slips() != []


def test_after_a_loss_of_the_line_the_store_begins_in_the_middle(one: Write) -> None:
    """While nothing arrives it stands still; then its first slip is as far away as after power-on, at both ends."""
    run = Run(one(line="clock: {ppm: 50}"))
    cut = {"line": 0, "directions": 3}
    run.inject(seconds(2), DTM, "line_cut", **cut)  # 2.266 s after power-on would be the first slip
    run.heal(seconds(9), DTM, "line_cut", **cut)
    run.to(seconds(15))
    for place, end in ((DTM, "machine"), ("farend/line/e1-0", "far")):
        back = [row.at for row in run.events(LineStatus, place=place)
                if isinstance(row.event, LineStatus) and not {"los", "ais", "lof"} & {*row.event.status.split()}]
        assert seconds(9) <= back[0] <= seconds(10)
        first = run.slips(place)[0][0]
        assert abs(first - back[0] - LIMIT // 50_000) <= 2 * TICK, end


@pytest.mark.parametrize("bits", [False, True])
def test_slips_of_an_hour_ago_count_no_more_though_the_line_is_watched(one: Write, bits: bool) -> None:
    run = Run(one(line="clock: {ppm: 50}"), bits=bits).to(seconds(5))
    trunk = run.machine.part(DTM)
    assert isinstance(trunk, Trunk)
    an_hour_ago = seconds(5 - 3600 + 3) + 100
    trunk.ends[0].quality.g822.state.times[:] = [an_hour_ago] * 31
    run.to(seconds(12))
    told = [(type(row.event), row.at) for row in run.events(DefectSeen, DefectGone, place=DTM)]
    assert told == [(DefectSeen, run.slips(DTM)[2][0]), (DefectGone, seconds(9))]


def test_a_board_that_is_pulled_slips_no_more_and_begins_in_the_middle(one: Write) -> None:
    run = Run(one(line="clock: {ppm: 50}"))
    run.inject(seconds(2), DTM, "pull")
    run.heal(seconds(9), DTM, "pull")
    run.to(seconds(15))
    works = seconds(11)  # after its test of itself
    assert run.slips(DTM)[0] == (round_up(works + LIMIT // 50_000, TICK), "lost")


# -- references --------------------------------------------------------------------------------------------------------


def test_a_machine_that_follows_its_line_does_not_slip(one: Write) -> None:
    run = Run(one("clock: {ppm: 4.6, references: [{line: e1-0}]}", "clock: {ppm: 50}")).to(seconds(20))
    assert run.slips() == []
    assert run.modes() == [("locked", "e1-0")]
    board = run.machine.part(CKV)
    assert isinstance(board, Clock)
    assert board.read("OFFSET") == 500


def test_looped_timing_of_the_far_end_does_not_slip(one: Write) -> None:
    """The exchange is slave, as a PBX is: the machine runs 50 ppm fast, and everything with it."""
    run = Run(one("clock: {ppm: 50}", "clock: {ppm: -20, follows: true}")).to(seconds(20))
    assert run.slips() == []
    assert run.modes("farend") == [("locked", "e1-0")]


def test_a_machine_and_a_far_end_that_follow_each_other_are_a_loop(one: Write) -> None:
    run = Run(one("clock: {references: [{line: e1-0}]}", "clock: {follows: true}")).to(seconds(30))
    assert ("+", "clock_timing_loop") in run.alarms()
    assert run.modes(CKV)[-1] == ("holdover", "")


def test_a_cut_line_is_lost_as_a_reference_and_taken_again(one: Write) -> None:
    run = Run(one("clock: {references: [{line: e1-0}]}", "clock: {ppm: 20}"))
    cut = {"line": 0, "directions": 1}
    run.inject(seconds(3), DTM, "line_cut", **cut)
    run.heal(seconds(12), DTM, "line_cut", **cut)
    run.to(seconds(60))
    assert run.modes(CKV) == [("locked", "e1-0"), ("holdover", ""), ("acquiring", "e1-0"), ("locked", "e1-0")]
    clock = [alarm for alarm in run.alarms() if alarm[1].startswith("clock_")]
    assert sorted(clock) == [("+", "clock_holdover"), ("+", "clock_reference_lost"), ("-", "clock_holdover"),
                             ("-", "clock_reference_lost")]  # fmt: skip


def test_the_board_of_a_reference_goes(one: Write) -> None:
    run = Run(one("clock: {references: [{line: e1-0}]}"))
    run.inject(seconds(3), DTM, "pull")
    run.to(seconds(10))
    assert run.modes(CKV) == [("locked", "e1-0"), ("holdover", "")]


def test_the_mode_register_frees_a_whole_machine(one: Write) -> None:
    run = Run(one("clock: {ppm: 100, references: [{line: e1-0}]}"))
    run.machine.order(seconds(2), CKV, Act("write", {"register": "MODE", "value": 2}))
    run.to(seconds(6))
    first = seconds(2) + LIMIT // 100_000
    assert run.slips(DTM)[0] == (round_up(first, TICK), "repeated")


def test_a_pair_switches_over_without_a_slip(one: Write) -> None:
    keys = "clock: {ppm: 40, references: [{line: e1-0}]}"
    path = one(keys, "clock: {ppm: -40}")
    path.write_text(path.read_text(encoding="utf-8").replace("7: ckv,", "7: ckv, 14: ckv,"), encoding="utf-8")
    run = Run(path)
    run.inject(seconds(3), CKV, "pull")
    run.heal(seconds(6), CKV, "pull")
    run.to(seconds(20))
    assert [(row.place, row.at) for row in run.events(ClockActive)] == [("frame/0/slot/14", seconds(3))]
    assert run.slips() == []


# -- two machines ------------------------------------------------------------------------------------------------------


def test_two_machines_of_which_one_runs_free_slip_at_both_ends(two: Write) -> None:
    run = Run(two(north="clock: {ppm: 50}")).to(seconds(10))
    assert [how for _, how in run.slips("north")] == ["repeated"] * 4
    assert [how for _, how in run.slips("south")] == ["lost"] * 4


def test_the_one_that_follows_the_other_does_not_slip(two: Write) -> None:
    run = Run(two(north="clock: {ppm: 50}", south="clock: {references: [{line: south-0}]}")).to(seconds(10))
    assert run.slips() == []
    assert run.modes("south") == [("locked", "south-0")]


REFERENCE = "clock: {SSMreferences: [{line: NAME-0}]}"


def test_two_machines_that_follow_each_other_are_a_timing_loop(two: Write) -> None:
    """Both see it, both raise the alarm, one gives up and leads."""
    keys = [REFERENCE.replace("NAME", name).replace("SSM", "") for name in ("north", "south")]
    run = Run(two(*keys)).to(seconds(40))
    raised = [one.place for one in run.events(AlarmRaised)
              if isinstance(one.event, AlarmRaised) and one.event.alarm == "clock_timing_loop"]
    assert sorted(raised) == [f"north/{CKV}", f"south/{CKV}"]
    assert (run.modes("north")[-1], run.modes("south")[-1]) == (("holdover", ""), ("locked", "south-0"))


def test_status_messages_in_the_sa_bits_keep_them_from_a_loop(two: Write) -> None:
    keys = [REFERENCE.replace("NAME", name).replace("SSM", f"ssm: true, quality: {quality}, ")
            for name, quality in (("north", "ssu_b"), ("south", "ssu_a"))]  # fmt: skip
    run = Run(two(*keys, framing="framing: {ssm_bit: 4}")).to(seconds(30))
    assert ("+", "clock_timing_loop") not in run.alarms()
    assert run.modes("north")[-1] == ("locked", "north-0")
    assert run.modes("south")[-1][1] == ""
