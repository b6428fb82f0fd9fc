"""Impaired speech paths against floating point: how much of each, at which cycle, and that nothing but that shows."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import make_path_tables
import numpy as np
import pytest
from numpy.typing import NDArray

from switchsim._native import lib
from switchsim.dsp.assets import Assets, Tone, encode_alaw
from switchsim.dsp.e1_lines import E1Config
from switchsim.dsp.engine import Engine, EngineConfig
from switchsim.dsp.sources import DtmfShape
from switchsim.dsp.tone_paths import ALL, FILTER_DELAY_CYCLES, PARTS, PathImpairment

Wave = NDArray[np.float64]

PEAK_0_DBM0 = 22_824
SECOND = 8000
STAGE = 8  # cycles from a source to the switched cell
MILLIWATT = Tone((1_004_000,), (-10_000,))
WORD = 3000 * np.sin(2 * np.pi * 300 * np.arange(2400) / 8000) * np.hanning(2400)
SPEECH = encode_alaw(WORD.astype("<i2").tobytes())
CONFIG = EngineConfig(n_sources=3, n_switched=64, n_e1=1, n_paths=2, n_recorders=2, recorder_octets=1 << 16)


class Rig:
    """A source's cell, the impaired cell that copies it, and a recorder at the latter."""

    def __init__(self, step: int = 4000) -> None:
        self.engine = Engine(CONFIG, Assets([SPEECH], [MILLIWATT]))
        self.step = step
        self.cell = self.engine.first_switched_cell
        self.engine.connect(self.cell, self.engine.first_source_cell)
        self.engine.path_define(0, self.cell)
        self.engine.record_start(0, self.cell)
        self.engine.record_start(1, self.engine.first_source_cell)

    def to(self, until: int) -> bytes:
        """Run on; the octets of the cell since the last call."""
        parts = []
        while self.engine.now < until:
            self.engine.run(min(until, self.engine.now + self.step))
            parts.append(self.engine.record_drain(0))
        return b"".join(parts)


def linear(octets: bytes) -> Wave:
    return np.array([lib.swd_alaw_decode(octet) for octet in octets], np.float64)


def level_of_sine(wave: Wave, hz: float) -> float:
    turn = np.exp(-2j * np.pi * hz * np.arange(len(wave)) / SECOND)
    return float(20 * np.log10(2 * abs(np.mean(wave * turn)) / PEAK_0_DBM0))


def level(wave: Wave) -> float:
    """Of all of it, dBm0."""
    return float(20 * np.log10(math.sqrt(2) * np.sqrt(np.mean(wave**2)) / PEAK_0_DBM0))


def impaired(what: PathImpairment, seconds: int = 1, play: Callable[[Engine], None] | None = None) -> Wave:
    rig = Rig()
    if play is not None:
        play(rig.engine)
    rig.to(800)
    rig.engine.path_set(0, what)
    rig.to(1600)  # the filters have filled
    return linear(rig.to(1600 + seconds * SECOND))


def milliwatt(engine: Engine) -> None:
    engine.source_tone(0, 0)


# -- each part --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gain_mdb", [-40_000, -12_345, -3000, -1, 0, 500, 6000, 12_500])
def test_gain(gain_mdb: int) -> None:
    wave = impaired(PathImpairment(gain_mdb=gain_mdb), play=milliwatt)
    assert level_of_sine(wave, 1004) == pytest.approx(-10 + gain_mdb / 1000, abs=0.1)


@pytest.mark.parametrize("digit", "159D*3")
@pytest.mark.parametrize("twist_mdb", [-12_000, -8000, -500, 4000, 10_000])
def test_twist_weakens_one_group_and_leaves_the_other(digit: str, twist_mdb: int) -> None:
    shape = DtmfShape(on_cycles=4 * SECOND, low_mdbm0=-9000, high_mdbm0=-9000)
    wave = impaired(PathImpairment(twist_mdb=twist_mdb), play=lambda engine: engine.source_dtmf(0, digit, shape))
    row, column = divmod("123A456B789C*0#D".index(digit), 4)
    low, high = (697, 770, 852, 941)[row], (1209, 1336, 1477, 1633)[column]
    assert level_of_sine(wave, low) == pytest.approx(-9 - max(0, twist_mdb) / 1000, abs=0.1)
    assert level_of_sine(wave, high) == pytest.approx(-9 + min(0, twist_mdb) / 1000, abs=0.1)


@pytest.mark.parametrize("shift_mhz", [-120_000, -7000, 1500, 30_000, 200_000])
def test_shift_moves_every_frequency_by_as_much(shift_mhz: int) -> None:
    shape = DtmfShape(on_cycles=8 * SECOND, low_mdbm0=-9000, high_mdbm0=-9000)
    wave = impaired(PathImpairment(shift_mhz=shift_mhz), 2, lambda engine: engine.source_dtmf(0, "1", shape))
    for hz in (697, 1209):
        assert level_of_sine(wave, hz + shift_mhz / 1000) == pytest.approx(-9, abs=0.1)
        assert level_of_sine(wave, hz - shift_mhz / 1000) < -9 - 35  # the other sideband


@pytest.mark.parametrize("clip_mdbm0", [-16_000, -13_000, -11_000])
def test_clipping(clip_mdbm0: int) -> None:
    wave = impaired(PathImpairment(clip_mdbm0=clip_mdbm0), play=milliwatt)
    peak = PEAK_0_DBM0 * 10 ** (clip_mdbm0 / 20_000)
    sine = np.sin(2 * np.pi * np.arange(8000) / 8000) * PEAK_0_DBM0 * 10 ** (-10 / 20)
    assert np.abs(wave).max() == pytest.approx(peak, rel=0.03)  # a step of A-law
    assert level(wave) == pytest.approx(level(np.clip(sine, -peak, peak)), abs=0.15)


@pytest.mark.parametrize(("cycles", "loss_mdb"), [(1, 6000), (160, 10_000), (799, 0), (800, 20_000)])
def test_echo_comes_as_late_and_as_weak(cycles: int, loss_mdb: int) -> None:
    rig = Rig()
    rig.engine.path_set(0, PathImpairment(echo=(cycles, loss_mdb)))
    rig.engine.source_digits(0, "5", 400, 1600, -9000, -9000)
    heard, sent = linear(rig.to(2000))[STAGE:], linear(rig.engine.record_drain(1))[: 2000 - STAGE]
    expected = sent.copy()
    expected[cycles:] += sent[:-cycles] * 10 ** (-loss_mdb / 20_000)
    assert np.abs(heard - expected).max() < 1 + np.abs(expected).max() / 25
    difference = heard - expected
    assert level(difference) < level(expected) - 30


@pytest.mark.parametrize(("hz", "mdbm0"), [(1000, -9000), (450, -30_000), (3400, 3000), (61, -20_000)])
def test_a_third_tone(hz: int, mdbm0: int) -> None:
    wave = impaired(PathImpairment(tone=(1000 * hz, mdbm0)))
    assert level_of_sine(wave, hz) == pytest.approx(mdbm0 / 1000, abs=0.1)
    assert level(wave) == pytest.approx(mdbm0 / 1000, abs=0.15)


def octave_levels(wave: Wave) -> list[float]:
    """Of 62..125, 125..250, .. 2000..4000 Hz."""
    power = np.abs(np.fft.rfft(wave)) ** 2
    hz = np.fft.rfftfreq(len(wave), 1 / SECOND)
    return [10 * math.log10(power[(hz >= low) & (hz < 2 * low)].sum()) for low in (62.5, 125, 250, 500, 1000, 2000)]


@pytest.mark.parametrize("mdbm0", [-40_000, -25_000, -12_000])
def test_white_noise_has_its_level_a_flat_spectrum_and_a_bell_shape(mdbm0: int) -> None:
    wave = impaired(PathImpairment(noise_mdbm0=mdbm0, key=5), 8)
    assert level(wave) == pytest.approx(mdbm0 / 1000, abs=0.1)
    assert np.diff(octave_levels(wave)) == pytest.approx(10 * math.log10(2), abs=1)
    ratios = wave / wave.std()
    assert np.mean(ratios**4) == pytest.approx(3, abs=0.25)
    assert abs(ratios.mean()) < 0.03
    assert 3.5 < np.abs(ratios).max() < 6.5


def test_pink_noise_has_as_much_in_every_octave() -> None:
    wave = impaired(PathImpairment(pink_mdbm0=-20_000, key=5), 16)
    assert level(wave) == pytest.approx(-20, abs=0.25)
    assert np.diff(octave_levels(wave)) == pytest.approx(0, abs=1.3)


def test_impulses_come_as_often_as_loud_and_as_long_as_they_should() -> None:
    wave = impaired(PathImpairment(impulses=(800, 8, -6000), key=9), 20)
    loud = np.abs(wave) > 0.95 * PEAK_0_DBM0 * 10 ** (-6 / 20)
    starts = np.flatnonzero(loud)
    assert 160 < len(starts) < 240  # 200 expected, their standard deviation 14
    gaps = np.diff(starts)
    assert np.std(gaps) == pytest.approx(np.mean(gaps), rel=0.25)  # exponentially distributed
    alone = next(at for at, gap in zip(starts, gaps, strict=False) if gap > 10)
    sizes = np.abs(wave[alone : alone + 9]) / (PEAK_0_DBM0 * 10 ** (-6 / 20))
    assert sizes == pytest.approx([1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0], abs=0.03)
    assert abs(np.sign(wave[loud]).mean()) < 0.3


def test_another_cell_breaks_in_a_row_late() -> None:
    rig = Rig()
    rig.engine.source_prompts(1, [0])
    rig.engine.path_set(0, PathImpairment(break_in=(rig.engine.first_source_cell + 1, -6000)))
    wave = linear(rig.to(2400))
    expected = linear(SPEECH) * 10 ** (-6 / 20)
    assert np.abs(wave[STAGE:2400] - expected[: 2400 - STAGE]).max() < 60


def test_a_prompt_breaks_in_from_the_cycle_of_the_act_over_and_over() -> None:
    rig = Rig()
    rig.to(333)
    rig.engine.path_set(0, PathImpairment(speech=(0, 0)))
    assert linear(rig.to(333 + 4800)) == pytest.approx(np.tile(linear(SPEECH), 2), abs=16)


def test_through_mu_law_and_back() -> None:
    rig = Rig()
    rig.engine.source_prompts(0, [0])
    rig.engine.path_set(0, PathImpairment(ulaw=True))
    heard = rig.to(2400 + STAGE)[STAGE:]
    expected = [lib.swd_alaw_encode(lib.swd_ulaw_decode(lib.swd_ulaw_encode(lib.swd_alaw_decode(x)))) for x in SPEECH]
    assert heard.replace(b"\x55", b"\xd5") == bytes(expected).replace(b"\x55", b"\xd5")


@pytest.mark.parametrize("at", [800, 803, 807])
@pytest.mark.parametrize(("cycles", "every"), [(24, 0), (1, 0), (5, 160), (160, 160)])
def test_dropouts_fall_on_their_cycles_and_touch_no_other(at: int, cycles: int, every: int) -> None:
    rig = Rig()
    milliwatt(rig.engine)
    before = rig.to(at)
    rig.engine.path_set(0, PathImpairment(dropout=(cycles, every)))
    heard, sent = before + rig.to(2000), rig.engine.record_drain(1)
    gone = [k for k in range(at, 2000) if ((k - at) % every if every else k - at) < cycles]
    expected = bytearray(b"\xd5" * STAGE + sent[: 2000 - STAGE])
    assert heard == bytes(0xD5 if k in gone else octet for k, octet in enumerate(expected))


# -- when, and what does not show -------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [400, 401, 407])
def test_an_impairment_begins_and_ends_on_the_octet_of_its_cycle(at: int) -> None:
    rig = Rig()
    milliwatt(rig.engine)
    whole = rig.to(at)
    rig.engine.path_set(0, PathImpairment(gain_mdb=-20_000))
    assert rig.engine.path_does(0) == PARTS["gain"]
    whole += rig.to(at + 99)
    rig.engine.path_clear(0)
    whole += rig.to(1000)
    sound = b"\xd5" * STAGE + rig.engine.record_drain(1)[: 1000 - STAGE]
    assert whole[:at] == sound[:at]
    assert whole[at + 99 :] == sound[at + 99 :]
    assert sum(one != other for one, other in zip(whole[at:], sound[at:], strict=True)) > 90


def test_the_filters_delay_by_48_cycles() -> None:
    for what in (PathImpairment(twist_mdb=0), PathImpairment(shift_mhz=0)):
        rig = Rig()
        rig.engine.path_set(0, what)
        rig.engine.source_prompts(0, [0])
        heard = linear(rig.to(2400))[STAGE + FILTER_DELAY_CYCLES :]
        assert np.abs(heard - linear(SPEECH)[: len(heard)]).max() <= 64


def test_parts_are_kept_apart() -> None:
    """What is added later leaves what is there as it is: the same noise at the same cycles."""
    alone, with_more = Rig(), Rig()
    for rig in (alone, with_more):
        rig.engine.path_set(0, PathImpairment(noise_mdbm0=-20_000, key=3))
        rig.to(500)
    with_more.engine.path_set(0, PathImpairment(dropout=(100, 0)))
    assert with_more.to(700)[100:] == alone.to(700)[100:]
    with_more.engine.path_set(0, PathImpairment(tone=(1_000_000, 0)))
    with_more.engine.path_clear(0, PARTS["tone"])
    assert with_more.to(900) == alone.to(900)
    with_more.engine.path_set(0, PathImpairment(noise_mdbm0=-20_000, key=4))
    assert with_more.to(1100) != alone.to(1100)


EVERYTHING = PathImpairment(
    twist_mdb=3000, gain_mdb=-2000, shift_mhz=3000, clip_mdbm0=-6000, echo=(77, 12_000), tone=(1_234_000, -30_000),
    noise_mdbm0=-35_000, impulses=(300, 5, -10_000), speech=(0, -6000), ulaw=True, dropout=(9, 500), key=77,
)  # fmt: skip


def everything(step: int) -> tuple[bytes, bytes]:
    """The octets of a second, and of the engine after it."""
    rig = Rig(step)
    rig.engine.source_dtmf(0, "159D" * 5, DtmfShape(on_cycles=300, off_cycles=77))
    rig.to(11)
    rig.engine.path_set(0, EVERYTHING)
    first = rig.to(3001)
    rig.engine.path_set(0, PathImpairment(pink_mdbm0=-30_000, break_in=(rig.engine.first_source_cell, -3000), key=1))
    return first + rig.to(8003), rig.engine.snapshot()


@pytest.mark.parametrize("step", [1, 3, 8, 160])
def test_how_a_run_is_cut_does_not_show(step: int) -> None:
    assert everything(step) == everything(4000)


def test_every_instruction_set_gives_the_same_octets() -> None:
    chosen = lib.swd_isa_selected()
    try:
        results = set()
        for number in range(lib.swd_isa_best() + 1):
            lib.swd_isa_select(number)
            results.add(everything(800))
    finally:
        lib.swd_isa_select(chosen)
    assert len(results) == 1


def test_a_snapshot_goes_on_with_the_same_octets() -> None:
    rig, again = Rig(), Rig()
    rig.engine.source_dtmf(0, "159D" * 5, DtmfShape(on_cycles=300, off_cycles=77))
    rig.engine.path_set(0, EVERYTHING)
    rig.to(1234)
    again.engine.restore(rig.engine.snapshot())
    assert again.to(4000) == rig.to(4000)


def test_another_key_is_other_noise() -> None:
    waves = [impaired(PathImpairment(noise_mdbm0=-20_000, key=key)) for key in (1, 1, 2)]
    assert (waves[0] == waves[1]).all()
    assert abs(np.corrcoef(waves[0], waves[2])[0, 1]) < 0.05


def test_what_is_not_impaired_sleeps() -> None:
    """A hundred hours of nothing are over at once, before a path was impaired and afterwards."""
    rig = Rig(1 << 40)
    rig.engine.record_stop(0)
    rig.engine.record_stop(1)
    rig.engine.path_set(0, PathImpairment(noise_mdbm0=-20_000))
    rig.to(4000)
    rig.engine.path_clear(0)
    rig.engine.run(100 * 3600 * SECOND)
    assert rig.engine.now == 100 * 3600 * SECOND


def test_what_hears_an_impaired_cell_wakes() -> None:
    rig = Rig()
    after = rig.cell + 40
    rig.engine.connect(after, rig.cell)
    rig.engine.record_start(1, after)
    rig.to(8000)
    rig.engine.record_drain(1)
    rig.engine.path_set(0, PathImpairment(tone=(1_000_000, -10_000)))
    heard = rig.to(9000)
    assert rig.engine.record_drain(1)[8:] == heard[:-8]


def test_a_line_that_is_cut_carries_ones() -> None:
    rig = Rig()
    rig.engine.e1_define(0, E1Config(first_cell=rig.cell))
    rig.engine.path_set(0, PathImpairment(noise_mdbm0=-10_000))
    rig.to(800)
    rig.engine.e1_mute(0, True)
    assert rig.to(1600)[8:] == b"\xff" * 792
    rig.engine.e1_mute(0, False)
    rig.engine.e1_level(0, True)
    assert level(linear(rig.to(4000)[800:])) == pytest.approx(-10, abs=0.5)


# -- ranges -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [
    {"twist_mdb": 20_001}, {"twist_mdb": -20_001}, {"gain_mdb": 20_001}, {"gain_mdb": -60_001}, {"shift_mhz": 200_001},
    {"clip_mdbm0": 3141}, {"clip_mdbm0": -60_001}, {"echo": (0, 0)}, {"echo": (801, 0)}, {"echo": (1, -1)},
    {"echo": (1, 60_001)}, {"tone": (0, 0)}, {"tone": (4_000_000, 0)}, {"tone": (1, 3141)}, {"noise_mdbm0": 3141},
    {"pink_mdbm0": -60_001}, {"noise_mdbm0": 0, "pink_mdbm0": 0}, {"impulses": (0, 1, 0)}, {"impulses": (1, 0, 0)},
    {"impulses": (1, 65, 0)}, {"impulses": (1, 1, 3141)}, {"break_in": (9999, 0)}, {"break_in": (0, 20_001)},
    {"speech": (1, 0)}, {"speech": (0, -60_001)}, {"dropout": (0, 0)}, {"dropout": ((1 << 28) + 1, 0)}, {},
], ids=str)  # fmt: skip
def test_what_is_out_of_range_is_refused_and_changes_nothing(wrong: dict[str, int]) -> None:
    rig = Rig()
    before = rig.engine.snapshot()
    with pytest.raises(ValueError, match="path_set"):
        rig.engine.path_set(0, PathImpairment(**wrong))  # type: ignore[arg-type]
    assert rig.engine.snapshot() == before


def test_a_path_sits_on_one_cell_and_a_cell_has_one_path() -> None:
    rig = Rig()
    for path, cell in ((1, rig.cell), (0, rig.engine.first_source_cell), (2, rig.cell + 1), (1, rig.cell + 64)):
        with pytest.raises(ValueError, match="path_define"):
            rig.engine.path_define(path, cell)
    with pytest.raises(ValueError, match="path_set"):
        rig.engine.path_set(1, PathImpairment(gain_mdb=0))
    rig.engine.path_set(0, PathImpairment(gain_mdb=-6000))
    rig.engine.path_define(0, rig.cell + 1)
    assert rig.engine.path_does(0) == 0
    rig.engine.path_define(1, rig.cell)
    with pytest.raises(ValueError, match="path_clear"):
        rig.engine.path_clear(0, ALL + 1)


def test_the_filters_are_those_that_the_tool_makes(tmp_path: Path) -> None:
    make_path_tables.main([str(tmp_path)])
    source = Path(__file__).resolve().parents[2] / "native" / "src" / "path_tables.c"
    assert (tmp_path / "path_tables.c").read_bytes() == source.read_bytes()
