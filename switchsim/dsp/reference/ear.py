"""What an ear should report of the octets of one cell, found in retrospect: the oracle of native/src/ear.c.

`stretches` looks for the longest runs that one thing explains octet for octet (idle, ones, one mark at one path delay,
a prompt); what lies between them is judged as a whole (tone, mix, sound, or quiet by its energy). `complaints` holds an
ear's reports against that, with the tolerances of swd.h: exact where octets are, blocks of 20 ms where they are not.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from switchsim.dsp.engine import (
    HEARS_MARK,
    HEARS_MIX,
    HEARS_ONES,
    HEARS_PROMPT,
    HEARS_QUIET,
    HEARS_SOUND,
    HEARS_TONE,
)
from switchsim.dsp.reference import g711, mark

IDLE, ONES = 0xD5, 0xFF
ROW, BLOCK, WINDOW = 8, 160, 2048
MOST_DELAY_ROWS = 112            # over which a single mark is recognised
MIX_DELAY_ROWS = 32              # and over which marks in a sum are
CONFIRM = 24                     # octets by which a prompt or a dead line is believed
FLOOR = 6.37                     # 13-bit amplitude of -50 dBm0
LOUD = 400                       # 13-bit effective value of something over the marks, in which they need not be found
HZ = (350, 400, 425, 440, 450, 480, 620, 950)
PAIRS = ((350, 440), (400, 450), (440, 480), (480, 620))
LINEAR = np.array([g711.alaw_decode(code) // 8 for code in range(256)], float)

Report = tuple[int, int, int]
"""(cycle, HEARS_*, which)"""
Floats = npt.NDArray[np.float64]


class Stretch(NamedTuple):
    """Octets start..end-1 are `which` of a kind; kind -1: it can not be said."""

    start: int
    end: int
    kind: int
    which: int


def stretches(octets: bytes, prompts: Sequence[bytes]) -> list[Stretch]:
    """All that is there, in order of time; runs that touch may share a few octets that fit both."""
    exact = sorted([*_constants(octets), *_marks(octets), *_prompts(octets, prompts)])
    exact = [run for run in exact if not any(_within(run, other) for other in exact)]
    found, at = [], 0
    for run in exact:
        if run.start > at:
            found.append(_judge(octets, at, run.start))
        found.append(run)
        at = max(at, run.end)
    if at < len(octets):
        found.append(_judge(octets, at, len(octets)))
    return found


def _within(run: Stretch, other: Stretch) -> bool:
    """A pause of a prompt is the prompt; a row may be a mark at two path delays."""
    same = other.kind == HEARS_PROMPT or (other.kind, other.which) == (run.kind, run.which)
    return other != run and same and other.start <= run.start and run.end <= other.end


def _constants(octets: bytes) -> Iterator[Stretch]:
    for code, kind, least in ((IDLE, HEARS_QUIET, ROW), (ONES, HEARS_ONES, CONFIRM)):
        at = 0
        while at < len(octets):
            end = at
            while end < len(octets) and octets[end] == code:
                end += 1
            if end // ROW * ROW - -(-at // ROW) * ROW >= least:  # whole rows
                yield Stretch(at, end, kind, 0)
            at = end + 1


def _marks(octets: bytes) -> Iterator[Stretch]:
    at = 0
    while at + ROW <= len(octets):
        run = _mark_at(octets, at)
        if run:
            yield run
        at = max(at + ROW, run.end // ROW * ROW if run else 0)


def _mark_at(octets: bytes, at: int) -> Stretch | None:
    """The mark whose whole row stands at `at`, followed both ways."""
    party = mark.who(octets[at : at + ROW])
    for delay in range(min(MOST_DELAY_ROWS, at // ROW + 1) if party else 0):

        def fits(cycle: int, late: int = delay * ROW) -> bool:
            return late <= cycle < len(octets) and octets[cycle] == mark.octet(party, cycle - late)

        if all(fits(cycle) for cycle in range(at, at + ROW)):
            return _follow(at, HEARS_MARK, party, fits)
    return None


def _follow(at: int, kind: int, which: int, fits: Callable[[int], bool]) -> Stretch:
    start = end = at
    while start > 0 and fits(start - 1):
        start -= 1
    while fits(end):
        end += 1
    return Stretch(start, end, kind, which)


def _prompts(octets: bytes, prompts: Sequence[bytes]) -> Iterator[Stretch]:
    places: dict[bytes, list[tuple[int, int]]] = {}
    for which, prompt in enumerate(prompts):
        for position in range(len(prompt) - CONFIRM + 1):
            places.setdefault(prompt[position : position + CONFIRM], []).append((which, position))
    at = 0
    while at + CONFIRM <= len(octets):
        window = octets[at : at + CONFIRM]
        known = places.get(window, ()) if len(set(window)) > 3 else ()
        runs = [_prompt_at(octets, prompts, at, *place) for place in known]
        if runs:
            yield max(runs, key=lambda run: run.end - run.start)
        at = max(run.end for run in runs) if runs else at + 1


def _prompt_at(octets: bytes, prompts: Sequence[bytes], at: int, which: int, position: int) -> Stretch:
    prompt, zero = prompts[which], at - position
    return _follow(at, HEARS_PROMPT, which, lambda cycle: (
        0 <= cycle < len(octets) and 0 <= cycle - zero < len(prompt) and octets[cycle] == prompt[cycle - zero]))


def _judge(octets: bytes, start: int, end: int) -> Stretch:
    """What no octets explain, judged window by window and block by block; -1 unless all agree."""
    first = -(-start // BLOCK)
    blocks = [LINEAR[list(octets[BLOCK * n : BLOCK * n + BLOCK])] for n in range(first, end // BLOCK)]
    row = -(-start // ROW) * ROW
    there = {parties(octets, at) for at in range(row, end - WINDOW + 1, WINDOW // 2)}
    if any(len(marks) > 1 for marks in there):
        low, second, *_ = sorted(frozenset.union(*there))
        loud = any(math.sqrt(float(block @ block) / BLOCK) > LOUD for block in blocks)
        return Stretch(start, end, -1 if loud or len(there) > 1 else HEARS_MIX, second << 16 | low)
    classes = {classify(block) for block in blocks}
    kind, which = classes.pop() if len(classes) == 1 else (-1, 0)
    return Stretch(start, end, kind, which)


def classify(block: Floats) -> tuple[int, int]:
    """A block by its energy and its best fit of one or two sines; (-1, 0) near a limit."""
    energy = float(block @ block)
    level = math.sqrt(energy / BLOCK)
    if level < 1.2 * FLOOR:
        return (HEARS_QUIET, 0) if level < 0.8 * FLOOR else (-1, 0)
    fits = {hz: explained(block, (hz,)) / energy for hz in HZ}
    best = max(fits, key=lambda hz: fits[hz])
    near = [hz for hz in HZ if fits[hz] > 0.9 * fits[best]]
    if fits[best] > 0.9:
        return (HEARS_TONE, best) if len(near) == 1 else (-1, 0)
    pairs = {pair: explained(block, pair) / energy for pair in PAIRS}
    both = max(pairs, key=lambda pair: pairs[pair])
    if fits[best] < 0.8 and pairs[both] > 0.95 and sum(fit > 0.9 for fit in pairs.values()) == 1:
        return HEARS_TONE, both[0]
    return (HEARS_SOUND, 0) if max(fits[best], pairs[both]) < 0.8 else (-1, 0)


def explained(block: Floats, freqs: Sequence[int]) -> float:
    """Energy of the best sum of sines of these frequencies, any phases and levels."""
    turns = 2 * np.pi * np.outer(np.arange(BLOCK), np.array(freqs)) / 8000
    base, _ = np.linalg.qr(np.hstack([np.cos(turns), np.sin(turns)]))
    return float(np.sum((base.T @ block) ** 2))


def parties(octets: bytes, start: int) -> frozenset[int]:
    """Whose marks the 2048 octets from `start`, a row's first, contain at any path delay."""
    linear, found = LINEAR[list(octets[start : start + WINDOW])], set()
    for late in range(0, min(MIX_DELAY_ROWS * ROW, start + 1), ROW):
        rows = [_signs(row) for row in range((start - late) // ROW, (start - late + WINDOW) // ROW)]
        chips = np.roll(linear * np.concatenate(rows), (start - late) % WINDOW)
        share = _walsh(chips) / WINDOW
        found |= {int(party) for party in np.nonzero(share > 66)[0] if party}
    return frozenset(found)


@functools.cache
def _signs(row: int) -> Floats:
    """A mark's common noise in a row: 1 where its sign is positive."""
    return np.array([1.0 if mark.noise(row) >> j & 1 else -1.0 for j in range(ROW)])


def _walsh(chips: Floats) -> Floats:
    """Correlation with all Walsh functions in natural order, by halves."""
    x = chips.reshape(1, -1)
    while x.shape[1] > 1:
        half = x.shape[1] // 2
        x = np.stack([x[:, :half] + x[:, half:], x[:, :half] - x[:, half:]], axis=1).reshape(-1, half)
    return x[:, 0]


NEED = {HEARS_QUIET: ROW, HEARS_ONES: CONFIRM, HEARS_MARK: ROW, HEARS_PROMPT: 400,
        HEARS_TONE: 4 * BLOCK, HEARS_SOUND: 3 * BLOCK, HEARS_MIX: 2 * WINDOW}  # fmt: skip
EXACT = (HEARS_ONES, HEARS_MARK, HEARS_PROMPT)


def complaints(octets: bytes, prompts: Sequence[bytes], reports: Sequence[Report]) -> list[str]:
    """Where the reports of an ear that heard these octets, from cycle 0, are wrong, in words; empty: all is well."""
    truth = stretches(octets, prompts)
    wrong = [f"{report} although nothing of the kind was there" for report in reports if not _true(truth, report)]
    wrong += [f"{report} came after a later one" for earlier, report in itertools.pairwise(reports)
              if report[0] < earlier[0]]  # fmt: skip
    for n, run in enumerate(truth):
        own = run.end - max([run.start, *(before.end for before in truth[max(0, n - 1) : n])])
        if run.kind >= 0 and own >= _need(run, reports) and not _pause(octets, truth[:n], run):
            until = min([run.end, *(after.start for after in truth[n + 1 : n + 2])])
            wrong += _complain_of(octets, truth[:n], run, [report for report in reports if report[0] < until])
    return wrong


def _true(truth: Sequence[Stretch], report: Report) -> bool:
    at, kind, which = report
    return kind not in EXACT or any(run.kind == kind and run.which == which and run.start <= at < run.end
                                    for run in truth)  # fmt: skip


def _state(reports: Sequence[Report], at: int) -> int:
    """What was heard just before a cycle."""
    return [HEARS_QUIET, *(kind for cycle, kind, _ in reports if cycle < at)][-1]


def _need(run: Stretch, reports: Sequence[Report]) -> int:
    """Octets by which a stretch must be known; a sound ends after three quiet blocks."""
    after_sound = run.kind == HEARS_QUIET and _state(reports, run.start) in (HEARS_SOUND, HEARS_MIX)
    return 5 * BLOCK if after_sound else NEED[run.kind]


def _pause(octets: bytes, before: Sequence[Stretch], run: Stretch) -> bool:
    """A prompt that ends in its pause, or silence right after one: which of the two it is can not be heard."""
    if run.kind == HEARS_PROMPT:
        return octets[run.end - ROW : run.end] == bytes([IDLE] * ROW)
    return run.kind == HEARS_QUIET and any(
        other.kind == HEARS_PROMPT and run.start - other.end < 3 * ROW and _pause(octets, (), other) for other in before
    )


def _goes_on(before: Sequence[Stretch], run: Stretch) -> bool:
    """The same was heard before, and nothing in between for long enough to be judged."""
    gap = [other for other in before if run.start - other.end < (5 if run.kind == HEARS_SOUND else 3) * BLOCK]
    first = run.kind == HEARS_QUIET and run.start < 3 * BLOCK
    return not before or first or any((other.kind, other.which) == (run.kind, run.which) for other in gap)


def _latest(octets: bytes, before: Sequence[Stretch], run: Stretch) -> int:
    """The first octet that only the run explains; a prompt may begin with idle octets, and whole rows of them."""
    at = max(run.start, before[-1].end if before else 0)
    if run.kind == HEARS_PROMPT:
        rows = range(-(-at // ROW) * ROW, min(at + BLOCK, run.end - ROW), ROW)
        at = max([at, *(row + ROW for row in rows if octets[row : row + ROW] == bytes([IDLE] * ROW))])
    while run.kind == HEARS_PROMPT and at < run.end and octets[at] == IDLE:
        at += 1
    return at + ROW if run.kind == HEARS_MARK and _ambiguous(octets, run) else at


def _ambiguous(octets: bytes, run: Stretch) -> bool:
    """The first whole row may be the party's mark at another path delay too: its signs alone tell them apart."""
    at = -(-run.start // ROW) * ROW
    fitting = [late for late in range(0, min(MOST_DELAY_ROWS * ROW, at + 1), ROW)
               if all(octets[at + j] == mark.octet(run.which, at + j - late) for j in range(ROW))]  # fmt: skip
    return len(fitting) > 1


def _complain_of(octets: bytes, before: Sequence[Stretch], run: Stretch, reports: Sequence[Report]) -> list[str]:
    """What was heard at the run's end must be the run, since its beginning."""
    at, kind, which = [(0, HEARS_QUIET, 0), *reports][-1]
    if run.kind == HEARS_SOUND and kind == HEARS_MIX and run.end - run.start < WINDOW:
        return []  # parts of a window are enough, if they are most of it
    if (kind, which) != (run.kind, run.which):
        return [f"{run} was heard as {kind, which} from {at}"]
    early, late = (0, 0) if run.kind in EXACT else (BLOCK, 4 * BLOCK if run.kind == HEARS_QUIET else 2 * BLOCK)
    if run.kind == HEARS_MIX:
        early, late = 2 * WINDOW, 4 * WINDOW  # searches in vain are followed by longer waits
    if run.kind == HEARS_QUIET and _state(reports, run.start) not in (HEARS_SOUND, HEARS_MIX):
        early = late = 0
    latest = _latest(octets, before, run) + late
    if run.start - early <= at <= latest or (at < run.start and _goes_on(before, run)):
        return []
    return [f"{run} was heard from {at}, not from {run.start}..{latest}"]
