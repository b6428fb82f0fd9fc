"""The shipped DTMF receiver against every demand of the quality table, over the A-law path, libspandsp's column beside.

`benches/quality_dtmf.py` measures the same rows with more signals, other seeds, and hours of talk-off. Shown with -s.
Twist is high minus low.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from switchsim.dsp.engine import EV_DIGIT_ON, Engine, EngineConfig, Event
from switchsim.sweeps import receivers, speech
from switchsim.sweeps.columns import columns
from switchsim.sweeps.demands import PEER, Demand, demands, tone
from switchsim.sweeps.quality import Result, TalkOff, judge, judge_talk_off, talk_offs
from switchsim.sweeps.signals import KEYS, digit, encode, framed, noise, stack, total_dbm0

EACH = 24                                 # signals a key
THOUSAND = 63                             # a key: at least 1000 in all
SEED = 6
SURE = "noise 11 dB below"
WITH_SPEECH = pytest.mark.peer("espeak-ng", binary="espeak-ng")
WITH_SPANDSP = pytest.mark.peer("libspandsp2", library="spandsp")
ROWS = list(demands())
SOUNDS = list(talk_offs(speech_s=200, vowels_s=900, chords_s=2400, pairs=3000))


def met(result: Result) -> None:
    print(result)  # noqa: T201 - the row, for whoever wants the table
    assert result.ok, str(result)


@pytest.mark.parametrize(
    "demand", [pytest.param(row, id=row.what, marks=[WITH_SPANDSP] * (row.must == PEER)) for row in ROWS]
)
def test_demand(demand: Demand) -> None:
    met(judge(demand, THOUSAND if demand.what == SURE else EACH, SEED))


@pytest.mark.parametrize("demand", list(columns()), ids=lambda row: row.what)
def test_limits_by_name_do_what_their_column_of_q24_says(demand: Demand) -> None:
    met(judge(demand, 6, SEED))


@pytest.mark.parametrize(
    "sounds", [pytest.param(row, id=row.what, marks=[WITH_SPANDSP] * (row.most is None)) for row in SOUNDS]
)
def test_talk_off(sounds: TalkOff) -> None:
    met(judge_talk_off(sounds, SEED))


@WITH_SPEECH
def test_rows_with_speech_are_among_them() -> None:
    assert speech.available()
    assert any("speech" in row.what for row in ROWS)
    assert any("speech" in row.what for row in SOUNDS)


def test_a_demand_that_is_not_met_is_told_with_its_signals() -> None:
    """A digit of 20 ms is none: a table that wanted it heard would say so."""
    result = judge(Demand("20 ms accepted", 100, tone(20)), 1, SEED)
    assert (result.ok, result.ours, result.missed[0]) == (False, 0, ("1", ""))


def test_sounds_with_a_digit_in_them_are_counted() -> None:
    row = next(row for row in SOUNDS if row.what.endswith("vowels"))

    def with_a_digit(rng: np.random.Generator) -> Iterator[receivers.Octets]:
        yield Demand("", 100, tone(50)).signals(rng, 1)[0]

    result = judge_talk_off(TalkOff(row.what, with_a_digit, 16, 0), SEED)
    assert (result.ok, result.ours) == (False, 16)


@pytest.mark.parametrize(("snr_db", "level_db", "offset_percent"), [(None, 0.2, 0.15), (15, 1.5, 0.4)])
def test_levels_and_offsets_are_reported(snr_db: int | None, level_db: float, offset_percent: float) -> None:
    """Of each tone of a digit of 50 ms, clean or over noise this far below it: the largest errors of 480 digits."""
    rng, sent, made = np.random.default_rng(SEED), [], []
    for key in KEYS * 30:
        low, high = rng.uniform(-30, -5) - rng.uniform(0, 7, 2)
        low_off, high_off = rng.uniform(-1.4, 1.4, 2)
        sent.append((low, high, low_off, high_off))
        signal = framed(rng, digit(rng, key, 50, low, high, low_off, high_off))
        made.append(signal if snr_db is None else signal + noise(rng, len(signal), total_dbm0(low, high) - snr_db))
    octets = encode(stack(made))
    engine = Engine(EngineConfig(n_sources=len(octets), n_receivers=len(octets)))
    for unit in range(len(octets)):
        engine.receiver_listen(unit, engine.first_source_cell + unit)
    told = {event.unit: reported(event) for event in receivers.played(octets, engine) if event.kind == EV_DIGIT_ON}
    errors = np.abs(np.array([told[unit] for unit in range(len(sent))]) - np.array(sent)).max(axis=0)
    assert errors[:2].max() < level_db, errors
    assert errors[2:].max() < offset_percent, errors


def reported(event: Event) -> tuple[float, ...]:
    """Levels of the low and the high tone, dBm0, and their offsets, percent (SWD_EV_DIGIT_ON of swd.h)."""
    fields = ((event.b, 16), (event.b >> 16, 16), (event.a >> 8, 12), (event.a >> 20, 12))
    numbers = [value & (1 << bits) - 1 for value, bits in fields]
    return tuple((number - (number >> bits - 1 << bits)) / 100
                 for number, (_, bits) in zip(numbers, fields, strict=True))
