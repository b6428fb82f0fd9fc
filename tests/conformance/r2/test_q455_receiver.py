"""The MFC receivers against Q.455: what operates, what may not, how fast; all signals, both directions, ITU and China.

China No.1 sends at -5.5 to -8 dBm0 and has four backward frequencies, so six backward signals. Frequencies are numbered
0 to 5 as in Q.441 table 5. What libspandsp hears of the same signals is shown with -s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pytest

from switchsim.dsp.engine import EV_MFC_OFF, EV_MFC_ON, Engine, EngineConfig
from switchsim.sweeps import spandsp
from switchsim.sweeps.receivers import MFC_LETTERS, played
from switchsim.sweeps.signals import (
    MFC_HZ,
    MFC_PAIRS,
    Octets,
    Rng,
    Samples,
    encode,
    noise,
    register_signal,
    silence,
    stack,
    tones,
)

EACH = 6                                  # random phases and places of every signal
SETS = [("forward", "itu"), ("backward", "itu"), ("forward", "china"), ("backward", "china")]
LEVELS = {"itu": (-5.0, -11.5, -20.0, -35.0), "china": (-5.0, -5.5, -8.0, -20.0, -35.0)}
OTHER = {"forward": "backward", "backward": "forward"}
Make = Callable[[Rng, str, int], Samples]
EVERY_SET = pytest.mark.parametrize(("direction", "limits"), SETS, ids=lambda name: name)


class Heard(NamedTuple):
    """What was made of one signal: (cycle, begins, signal number) in order, the signal having begun at `begun`."""

    events: list[tuple[int, bool, int]]
    begun: int
    ended: int

    @property
    def signals(self) -> list[int]:
        return [number for _, on, number in self.events if on]


def numbers(direction: str, limits: str) -> range:
    return range(1, 7) if (direction, limits) == ("backward", "china") else range(1, 16)


def listen(octets: Octets, direction: str, limits: str) -> list[list[tuple[int, bool, int]]]:
    engine = Engine(EngineConfig(n_sources=len(octets), n_mfc=len(octets)))
    for unit in range(len(octets)):
        engine.mfc_listen(unit, engine.first_source_cell + unit, direction, limits)
    found: list[list[tuple[int, bool, int]]] = [[] for _ in octets]
    for event in played(octets, engine):
        if event.kind in (EV_MFC_ON, EV_MFC_OFF):
            found[event.unit].append((event.at, event.kind == EV_MFC_ON, event.a))
    return found


def sent(make: Make, direction: str, limits: str, which: Sequence[int], each: int = EACH) -> list[tuple[int, Heard]]:
    """(signal, what was heard of it) of `each` random ones of all of `which`, begun at random in silence."""
    rng = np.random.default_rng(455)
    wanted = list(which) * each
    leads = rng.integers(240, 400, len(wanted))
    made = [make(rng, direction, number) for number in wanted]
    pieces = [np.concatenate([np.zeros(lead), one, silence(120)]) for lead, one in zip(leads, made, strict=True)]
    octets = encode(stack(pieces))
    theirs = spandsp.mfc(direction)
    heard = [Heard(events, int(lead), int(lead) + len(one)) for events, lead, one in zip(
        listen(octets, direction, limits), leads, made, strict=True)]
    if theirs:
        hears = sum(map(bool, theirs(octets)))
        print(f"{direction} {limits}: {len(wanted)} sent, libspandsp hears {hears}")  # noqa: T201 - the peer's column
    return list(zip(wanted, heard, strict=True))


def exactly(make: Make, direction: str, limits: str, which: Sequence[int] | None = None) -> list[Heard]:
    """Every signal is heard once, as itself, and ends."""
    found = sent(make, direction, limits, numbers(direction, limits) if which is None else which)
    wrong = [(number, heard.events) for number, heard in found
             if [(on, which) for _, on, which in heard.events] != [(True, number), (False, number)]]
    assert not wrong, f"{len(found)} sent, {len(wrong)} wrong: {wrong[:5]}"
    return [heard for _, heard in found]


def nothing(make: Make, direction: str, limits: str, which: Sequence[int] | None = None) -> None:
    """No signal is heard of any of them."""
    found = sent(make, direction, limits, numbers(direction, limits) if which is None else which)
    wrong = [(number, heard.events) for number, heard in found if heard.events]
    assert not wrong, f"{len(found)} sent, {len(wrong)} heard: {wrong[:5]}"


def signal(ms: float = 60, levels: tuple[float, float] = (-11.5, -11.5), off: tuple[float, float] = (0, 0)) -> Make:
    return lambda rng, direction, number: register_signal(rng, direction, number, ms, levels, off)


def pairs(direction: str, limits: str, adjacent: bool) -> list[int]:
    """Signals of neighbouring frequencies, or the others."""
    return [number for number in numbers(direction, limits)
            if (MFC_PAIRS[number - 1][1] - MFC_PAIRS[number - 1][0] == 1) == adjacent]


# -- what operates (Q.455 4.5.5.1) -------------------------------------------------------------------------------------


@EVERY_SET
def test_every_level_of_the_range_operates(direction: str, limits: str) -> None:
    for level in LEVELS[limits]:
        exactly(signal(levels=(level, level)), direction, limits)


@EVERY_SET
@pytest.mark.parametrize("off", [(-10, -10), (-10, 10), (10, -10), (10, 10)], ids=str)
def test_every_frequency_10_hz_off_operates(direction: str, limits: str, off: tuple[int, int]) -> None:
    for level in (-5.0, -11.5, -35.0):
        exactly(signal(levels=(level, level), off=off), direction, limits)


@EVERY_SET
@pytest.mark.parametrize(("adjacent", "apart"), [(True, 5), (False, 7)], ids=["adjacent 5 dB", "others 7 dB"])
def test_levels_apart_operate(direction: str, limits: str, adjacent: bool, apart: int) -> None:
    for strongest in (-5.0, -11.5, -35.0 + apart):
        for levels in ((strongest, strongest - apart), (strongest - apart, strongest)):
            for off in ((0, 0), (10, -10), (-10, 10)):
                exactly(signal(levels=levels, off=off), direction, limits, pairs(direction, limits, adjacent))


@EVERY_SET
def test_a_sender_at_its_own_limits_operates(direction: str, limits: str) -> None:
    """Q.454: 4 Hz off, levels 1 dB apart, tones begun and ended up to 1 ms apart."""
    def skewed(rng: Rng, direction: str, number: int) -> Samples:
        first, second = (MFC_HZ[direction][index] for index in MFC_PAIRS[number - 1])
        off = rng.choice((-4, 4), 2)
        low, high = tones(rng, 60, [first + off[0]], [-12.5]), tones(rng, 60, [second + off[1]], [-11.5])
        late = int(rng.integers(0, 9))
        return np.concatenate([low, np.zeros(late)]) + np.concatenate([np.zeros(late), high])

    exactly(skewed, direction, limits)


# -- how fast (Q.455 4.5.5.2) ------------------------------------------------------------------------------------------


@EVERY_SET
def test_operate_and_release_take_80_ms_together_at_most(direction: str, limits: str) -> None:
    times = []
    for level in (-5.0, -11.5, -35.0):
        for off in ((0, 0), (10, -10), (-10, 10), (10, 10), (-10, -10)):
            found = exactly(signal(100, (level, level), off), direction, limits)
            times += [(heard.events[0][0] - heard.begun, heard.events[1][0] - heard.ended) for heard in found]
    for adjacent, apart in ((True, 5), (False, 7)):
        found = exactly(signal(100, (-11.5, -11.5 - apart)), direction, limits, pairs(direction, limits, adjacent))
        times += [(heard.events[0][0] - heard.begun, heard.events[1][0] - heard.ended) for heard in found]
    assert min(operate for operate, _ in times) > 7 * 8, "it heard less than 7 ms of a signal"
    assert min(release for _, release in times) > 0
    assert max(operate + release for operate, release in times) <= 80 * 8


# -- what does not operate (Q.455 4.5.5.3) -----------------------------------------------------------------------------


@EVERY_SET
def test_less_than_7_ms_is_no_signal(direction: str, limits: str) -> None:
    for ms in (3, 5, 6.5):
        nothing(signal(ms, (-5, -5)), direction, limits)


@EVERY_SET
def test_levels_20_db_apart_are_no_signal(direction: str, limits: str) -> None:
    for apart in (20, 30):
        nothing(signal(100, (-5, -5 - apart)), direction, limits)
        nothing(signal(100, (-5 - apart, -5)), direction, limits)


@EVERY_SET
def test_42_dbm_is_no_signal(direction: str, limits: str) -> None:
    for level in (-42, -45, -55):
        nothing(signal(100, (level, level)), direction, limits)


@EVERY_SET
def test_a_single_frequency_is_no_signal(direction: str, limits: str) -> None:
    for level in (-5, -11.5, -30):
        nothing(lambda rng, way, index, level=level: tones(rng, 100, [MFC_HZ[way][index]], [level]),
                direction, limits, range(6))


@EVERY_SET
def test_three_frequencies_are_no_signal(direction: str, limits: str) -> None:
    """The check of two out of six: equal levels, and one of them so little weaker that it could be one of the two."""
    kinds = [(low, mid, high) for high in range(6) for mid in range(high) for low in range(mid)]
    there = 4 if (direction, limits) == ("backward", "china") else 6
    for levels in ((-11.5, -11.5, -11.5), (-11.5, -14.5, -11.5), (-11.5, -16.5, -11.5), (-16.5, -11.5, -11.5)):
        def three(rng: Rng, way: str, kind: int, levels: tuple[float, ...] = levels) -> Samples:
            return tones(rng, 100, [MFC_HZ[way][index] for index in kinds[kind]], levels)

        nothing(three, direction, limits, [kind for kind, one in enumerate(kinds) if max(one) < there])


@EVERY_SET
def test_a_third_frequency_20_db_below_does_not_hinder(direction: str, limits: str) -> None:
    def disturbed(rng: Rng, way: str, number: int) -> Samples:
        third = rng.choice([index for index in range(6) if index not in MFC_PAIRS[number - 1]])
        hz = [MFC_HZ[way][index] for index in (*MFC_PAIRS[number - 1], third)]
        return tones(rng, 60, hz, [-11.5, -11.5, -31.5])

    exactly(disturbed, direction, limits)


@EVERY_SET
def test_the_other_direction_is_not_heard(direction: str, limits: str) -> None:
    """On a two-wire circuit what a register sends comes back to its own receiver."""
    for level in (-5.0, -11.5):
        nothing(lambda rng, way, number, level=level: register_signal(rng, OTHER[way], number, 100, (level, level)),
                direction, limits, range(1, 16))


@pytest.mark.parametrize("limits", ["itu", "china"])
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_noise_is_no_signal(direction: str, limits: str) -> None:
    for level in (-15, -25, -40):
        nothing(lambda rng, _way, _number, level=level: noise(rng, 8 * 2000, level), direction, limits, range(8))


def test_china_has_four_backward_frequencies() -> None:
    nothing(signal(100), "backward", "china", range(7, 16))


# -- once it has operated ----------------------------------------------------------------------------------------------


@EVERY_SET
@pytest.mark.parametrize("ms", [1, 4, 7])
def test_an_interruption_of_7_ms_is_not_the_end(direction: str, limits: str, ms: int) -> None:
    """Q.455 4.5.5.3: nor is what comes after it another signal."""
    for level in (-5.0, -11.5, -35.0):
        def broken(rng: Rng, way: str, number: int, level: float = level) -> Samples:
            whole = register_signal(rng, way, number, 150, (level, level))
            whole[600 : 600 + 8 * ms] = 0
            return whole

        exactly(broken, direction, limits)


@EVERY_SET
def test_another_signal_without_a_gap_is_told(direction: str, limits: str) -> None:
    """The first one ends before the second begins."""
    which = list(numbers(direction, limits))

    def changing(rng: Rng, way: str, number: int) -> Samples:
        after = which[(number) % len(which)]
        return np.concatenate([register_signal(rng, way, one, 80) for one in (number, after)])

    found = sent(changing, direction, limits, which)
    wrong = [(number, heard.events) for number, heard in found if [(on, one) for _, on, one in heard.events] != [
        (True, number), (False, number), (True, which[number % len(which)]), (False, which[number % len(which)])]]
    assert not wrong, f"{len(found)} sent, {len(wrong)} wrong: {wrong[:5]}"


@EVERY_SET
@pytest.mark.parametrize("above", [-10, 0, 5])
def test_the_own_signal_that_comes_back_does_not_hinder(direction: str, limits: str, above: int) -> None:
    """Where a part of the path has two wires, a register hears itself, too: it sends while it listens (Q.440)."""
    def both(rng: Rng, way: str, number: int) -> Samples:
        own = -16.5 + above
        returned = register_signal(rng, OTHER[way], int(rng.integers(1, 7)), 60, (own, own))
        return register_signal(rng, way, number, 60, (-16.5, -16.5)) + returned

    exactly(both, direction, limits)


# -- the peer ----------------------------------------------------------------------------------------------------------


@pytest.mark.peer("libspandsp2", library="spandsp")
@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("snr_db", [20, 15, 10])
def test_in_noise_it_hears_as_much_as_libspandsp(direction: str, snr_db: int) -> None:
    """White noise of 0-4 kHz below both frequencies together, 80 ms."""
    rng = np.random.default_rng(15)
    which = list(range(1, 16)) * 20
    made = [np.concatenate([silence(30), register_signal(rng, direction, number, 80), silence(60)]) for number in which]
    octets = encode(stack([one + noise(rng, len(one), -8.5 - snr_db) for one in made]))
    peer = spandsp.mfc(direction)
    assert peer is not None
    theirs = sum(text == MFC_LETTERS[number - 1] for text, number in zip(peer(octets), which, strict=True))
    heard = [[number for _, on, number in events if on] for events in listen(octets, direction, "itu")]
    assert sum(one == [number] for one, number in zip(heard, which, strict=True)) >= theirs
