"""Tone meters: the places of a scenario's `listen`, and what the machine's tone set makes of what is heard there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from switchsim.assembly.layout import Layout
from switchsim.assembly.sounds import ToneSet
from switchsim.assembly.taps import heard_by, sound_name
from switchsim.dsp.assets import Tone
from switchsim.dsp.engine import Engine
from switchsim.dsp.tone_receivers import TONE_SETS
from switchsim.dsp.tone_receivers import ToneSet as Heard
from switchsim.errors import BadInput
from switchsim.farend.meter import METER_EVENTS, MeterConfig, ToneMeter
from switchsim.kernel.scheduler import Kernel
from switchsim.proto.cadence import QUIET, Signal
from switchsim.terminals.continuity import CHECK_TONES

DIGITS, TONES = METER_EVENTS[:2], METER_EVENTS[2:]
NEAR_HZ = 5
"""A receiver that hears either of two frequencies this near to its own can not tell them apart: British 440 and 450."""


def build_meters(layout: Layout, tones: ToneSet, wanted: Sequence[str], kernel: Kernel, engine: Engine) -> None:
    """One for each place of `wanted`, as HEARD of taps; tones: the machine's. Raises BadInput."""
    if not wanted:
        return
    sounding = {name: tone for name, tone in tones.tones.items() if name not in CHECK_TONES.values()}
    name, names, signals = listening(sounding, engine, wanted[0])
    for number, who in enumerate(wanted):
        place = f"farend/meter/{sound_name(who)}"
        config = MeterConfig(
            who=who, receiver=layout.first_meter + number, progress=number, cell=heard_by(layout, who, "listen"),
            tone_set=name, tones=names, signals=signals,
        )  # fmt: skip
        kernel.add(ToneMeter(place, kernel, engine, config))
        kernel.own_media(DIGITS, config.receiver, place)
        kernel.own_media(TONES, config.progress, place)


def listening(tones: Mapping[str, Tone], engine: Engine, who: str) -> tuple[str, tuple[str, ...], tuple[Signal, ...]]:
    """How to listen for these signals: set of a progress receiver, names of its tones, cadences. Raises BadInput."""
    name, heard = _receiver_set(tones, engine, who)
    names = _names(heard, tones)
    return name, names, _signals(tones, names)


def _named(tone: Sequence[int]) -> str:
    return "+".join(str(hz) for hz in tone)


def _receiver_set(tones: Mapping[str, Tone], engine: Engine, who: str) -> tuple[str, Heard]:
    """A set of receivers that has all these tones, and its name: the first such one, or one of their own.

    Three frequencies at once are no tone of any receiver: signals that have them get no name.
    """
    groups = [one for one in _all_groups(tones) if len(one) <= 2]
    for known, heard in TONE_SETS.items():
        if all(_place(heard, one) is not None for one in groups):
            return known, heard
    freqs = tuple(sorted({hz for group in groups for hz in group}))
    made, name = Heard(freqs_hz=freqs, tones=tuple(groups)), " ".join(_named(group) for group in groups)
    try:
        engine.progress_define(name, made)  # other machines of a plant may have other ones
    except ValueError:
        what = f"the tones {name} Hz have {len(freqs)} frequencies"
        raise BadInput.one(f"listen {who}", what, "at most 8 of 200..3800 Hz, and at most 10 such sets") from None
    return name, made


def _place(heard: Heard, group: Sequence[int]) -> int | None:
    """Which tone of a set these frequencies are."""
    return next((number for number, tone in enumerate(heard.tones) if len(tone) == len(group)
                 and all(abs(one - other) <= NEAR_HZ for one, other in zip(tone, group, strict=True))), None)


def _names(heard: Heard, tones: Mapping[str, Tone]) -> tuple[str, ...]:
    """Of a set's tones, by the frequencies that the machine sounds."""
    names = [_named(tone) for tone in heard.tones]
    for group in _all_groups(tones):
        place = _place(heard, group)
        if place is not None:
            names[place] = _named(group)
    return tuple(names)


def _all_groups(tones: Mapping[str, Tone]) -> list[tuple[int, ...]]:
    return list(dict.fromkeys(one for tone in tones.values() for one in _groups(tone)))


def _groups(tone: Tone) -> list[tuple[int, ...]]:
    """What sounds at a time, Hz."""
    hz = tuple(freq // 1000 for freq in tone.freqs_mhz)
    return [(one,) for one in hz] if tone.in_turn else [tuple(sorted(hz))]


def _signals(tones: Mapping[str, Tone], heard: Sequence[str]) -> tuple[Signal, ...]:
    """Those of the set of which a receiver tells each tone; of two that sound alike the first."""
    found: dict[tuple[tuple[str, int], ...], Signal] = {}
    for name, tone in tones.items():
        steps = _steps(tone)
        if all(what in heard or what == QUIET for what, _ in steps):
            found.setdefault(steps, Signal(name, steps))
    return tuple(found.values())


def _steps(tone: Tone) -> tuple[tuple[str, int], ...]:
    """Tones and pauses of a cadence in turn; a pause of no length between two tones is none."""
    groups = [_named(group) for group in _groups(tone)]
    if not tone.steps_cycles:
        return ((groups[0], 0),)
    rows = [(groups[at // 2 % len(groups)] if at % 2 == 0 else QUIET, cycles)
            for at, cycles in enumerate(tone.steps_cycles)]  # fmt: skip
    return tuple(row for row in rows if row[1])
