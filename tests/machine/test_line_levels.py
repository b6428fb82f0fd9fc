"""A line at octet level and the same line at bit level, all the time, give the same journal to the last octet."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from whole_runs import PLAIN, Run, digests

from switchsim.assembly import build
from switchsim.dsp.e1_lines import ERR_BIT, E1Acts, E1Error
from switchsim.model.order import Heal, Inject
from switchsim.units import ms, seconds

ROOT = Path(__file__).parents[2]
BITS = Run(("--bits",))
SCENARIOS = ("smoke/busy_minute", "faults/line_cut", "faults/board_power", "faults/line/clocks_apart")
Values = dict[str, int | str]
FAULTS: tuple[tuple[str, Values], ...] = (
    ("line_los", {}), ("line_ais", {}), ("line_lof", {}), ("line_rai", {}), ("line_no_crc", {}),
    ("line_los", {"direction": "sent"}), ("line_ais", {"direction": "sent"}),
    ("logic_errors", {"mode": "random", "rate": "1e-4"}), ("logic_errors", {"mode": "single", "direction": "sent"}),
    ("fas_errors", {"mode": "burst", "count": 3}), ("crc_errors", {"mode": "count", "count": 20, "spacing": 3}),
    ("e_bit_errors", {"mode": "single"}), ("alignment_shift", {"how": "inserted"}), ("line_slip", {"how": "lost"}),
    ("line_interruptions", {"time": "2ms", "every": "300ms"}), ("line_loop", {"loop": "local"}),
    ("line_loop", {"loop": "line", "end": "far"}), ("line_loop", {"loop": "payload"}),
)  # fmt: skip


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_shipped_scenarios_have_the_same_digest(scenario: str, tmp_path: Path) -> None:
    path = ROOT / "scenarios" / f"{scenario}.yaml"
    assert digests([path], PLAIN, tmp_path / "octets") == digests([path], BITS, tmp_path / "bits")


def journal(seed: int, *, bits: bool) -> bytes:
    """Six seconds of one line with three faults of the line, at any cycle."""
    chance, octets = random.Random(seed), bytearray()
    machine = build(ROOT / "boards/machines/one_e1_pri.yaml", seed=seed, journal_sink=octets.extend, bits=bits)
    machine.power_on()
    for number in range(1, 4):
        name, values = chance.choice(FAULTS)
        begin = chance.randrange(seconds(4))
        place, point, plain = machine.resolve_fault(name, {"line": "e1-0"}, dict(values))
        machine.order(begin, place, Inject(str(number), point, plain))
        machine.order(begin + chance.randrange(ms(1), seconds(2)), place, Heal(str(number), point, plain))
    machine.run(seconds(6))
    machine.close()
    return bytes(octets)


@pytest.mark.parametrize("seed", range(16))
def test_faults_at_any_cycle_give_the_same_journal(seed: int) -> None:
    assert journal(seed, bits=False) == journal(seed, bits=True)


def dying(seed: int, *, bits: bool, batch: int = 160) -> bytes:
    """As `journal`, of a line with signalling bits; its board dies at a second, or at any cycle, and slips go on."""
    chance, octets = random.Random(seed), bytearray()
    machine = build(ROOT / "boards/machines/clear_e1.yaml", seed=seed, journal_sink=octets.extend, bits=bits,
                    batch=batch)  # fmt: skip
    machine.power_on()
    named: list[tuple[str, Values, Values]] = []
    named += [(name, {"line": "e1-0"}, dict(values)) for name, values in chance.sample(FAULTS, 3)]
    named += [(chance.choice(("board_hang", "board_pull")), {"board": "frame/1/slot/0"}, {})]
    named += [("clock_offset", {"clock": "e1-0"}, {"ppm": chance.choice((-400, 300))})]
    for number, (name, where, values) in enumerate(named):
        begin = seconds(chance.randrange(1, 4)) if name.startswith("board") else chance.randrange(seconds(4))
        place, point, plain = machine.resolve_fault(name, where, values)
        machine.order(begin, place, Inject(str(number), point, plain))
        machine.order(begin + chance.randrange(1, seconds(2)), place, Heal(str(number), point, plain))
    machine.run(seconds(9))
    machine.close()
    return bytes(octets)


@pytest.mark.parametrize("seed", range(8))
def test_a_board_that_dies_gives_the_same_journal_at_both_levels_and_in_any_batch(seed: int) -> None:
    octets = dying(seed, bits=False)
    assert octets == dying(seed, bits=True)
    assert octets == dying(seed, bits=False, batch=8)


def test_one_bit_that_is_wrong_at_bit_level_alone_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    level = E1Acts.e1_level

    def spoilt(self: E1Acts, unit: int, bits: bool) -> bool:
        done = level(self, unit, bits)
        if bits and self.e1_status(unit) == 0:
            self.e1_inject(unit, 7, E1Error(kind=ERR_BIT, count=1, skip=300_000, bits=0xFF))
        return done

    before = journal(3, bits=False)
    monkeypatch.setattr(E1Acts, "e1_level", spoilt)
    assert journal(3, bits=True) != before
