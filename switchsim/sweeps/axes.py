"""The axes along which signals are impaired, as tables: what moves, its unit, how far, and what counts as accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from switchsim.errors import BadInput, one_of
from switchsim.sweeps.stimulus import Stimulus

MOST_POINTS: Final = 1000


@dataclass(frozen=True)
class Axis:
    """One way to impair; values are in `unit`, within lowest..highest, by default start..stop in steps."""

    name: str
    says: str                            # the label of the picture, with the unit
    fields: tuple[str, ...]              # of Stimulus, that the value becomes
    lowest: Decimal
    highest: Decimal
    start: Decimal
    stop: Decimal
    step: Decimal
    accepted: str = "heard once, and nothing else"
    scale: float = 1                     # of the value to what Stimulus holds
    base: Stimulus = field(default_factory=Stimulus)

    def at(self, value: Decimal) -> Stimulus:
        """The stimulus at one value."""
        moved: dict[str, Any] = dict.fromkeys(self.fields, float(value) * self.scale)
        return replace(self.base, **moved)


def _axis(name: str, says: str, fields: str, limits: tuple[float, float], usual: tuple[float, float, float],
          base: Stimulus, **more: Any) -> Axis:
    lowest, highest, start, stop, step = (Decimal(str(number)) for number in (*limits, *usual))
    return Axis(name, says, tuple(fields.split()), lowest, highest, start, stop, step, base=base, **more)


TWICE: Final = "heard twice: the gap separates"
DIGIT, OVER_DIAL_TONE = Stimulus(), Stimulus(level_dbm0=-18)
SIGNAL: Final = Stimulus(ms=80, level_dbm0=-11.5)

DTMF: Final = {axis.name: axis for axis in (
    _axis("twist", "twist, high minus low, dB", "twist_db", (-20, 20), (-14, 14, 1), DIGIT),
    _axis("low_offset", "offset of the low frequency, %", "low_off", (-10, 10), (-4, 4, 0.25), DIGIT),
    _axis("high_offset", "offset of the high frequency, %", "high_off", (-10, 10), (-4, 4, 0.25), DIGIT),
    _axis("offset", "offset of both frequencies, %", "low_off high_off", (-10, 10), (-4, 4, 0.25), DIGIT),
    _axis("level", "level of each tone, dBm0", "level_dbm0", (-70, 3), (-57, 3, 2), DIGIT),
    _axis("duration", "length of the digit, ms", "ms", (1, 1000), (10, 60, 2), DIGIT),
    _axis("gap", "gap between two equal digits of 40 ms, ms", "gap_ms", (0, 1000), (0, 40, 2), Stimulus(ms=40),
          accepted=TWICE),
    _axis("snr", "both tones over white noise of 0-4 kHz, dB", "snr_db", (-20, 60), (0, 24, 1), DIGIT),
    _axis("dial_tone", "450 Hz above a tone, dB", "dial_tone_db", (-40, 30), (-12, 18, 2), OVER_DIAL_TONE),
    _axis("dial_tone_pair", "350 and 440 Hz, each above a tone, dB", "dial_tone_db", (-40, 30), (-12, 18, 2),
          replace(OVER_DIAL_TONE, dial_tone="350+440")),
    _axis("third_tone", "1060 Hz above a tone, dB", "third_db", (-60, 30), (-30, 6, 2), DIGIT),
    _axis("bit_errors", "bits wrong of 1000", "bit_errors", (0, 100), (0, 20, 1), DIGIT, scale=0.001),
    _axis("echo", "echo after 20 ms, dB", "echo_db", (-60, 0), (-20, 0, 1), DIGIT),
    _axis("echo_delay", "delay of an echo of -10 dB, ms", "echo_ms", (0, 60), (0, 40, 2), replace(DIGIT, echo_db=-10)),
    _axis("clipping", "cut off this much above the peak of a tone, dB", "clip_db", (-40, 6), (-20, 6, 2), DIGIT),
    _axis("speech", "both tones over speech, dB", "speech_db", (-20, 60), (0, 30, 2), Stimulus(ms=60)),
)}  # fmt: skip

MFC: Final = {axis.name: axis for axis in (
    _axis("twist", "level of the frequency of higher number minus the other, dB", "twist_db", (-20, 20), (-14, 14, 1),
          SIGNAL),
    _axis("low_offset", "offset of the frequency of lower number, Hz", "low_off", (-60, 60), (-40, 40, 2), SIGNAL),
    _axis("high_offset", "offset of the frequency of higher number, Hz", "high_off", (-60, 60), (-40, 40, 2), SIGNAL),
    _axis("offset", "offset of both frequencies, Hz", "low_off high_off", (-60, 60), (-40, 40, 2), SIGNAL),
    _axis("level", "level of each frequency, dBm0", "level_dbm0", (-70, 3), (-57, 3, 2), SIGNAL),
    _axis("duration", "length of the signal, ms", "ms", (1, 1000), (2, 80, 2), SIGNAL),
    _axis("snr", "both frequencies over white noise of 0-4 kHz, dB", "snr_db", (-20, 60), (0, 24, 1), SIGNAL),
    _axis("third_tone", "a third one of the six frequencies above the others, dB", "third_db", (-60, 30), (-40, 6, 2),
          SIGNAL),
    _axis("bit_errors", "bits wrong of 1000", "bit_errors", (0, 100), (0, 20, 1), SIGNAL, scale=0.001),
)}  # fmt: skip

KINDS: Final = {"dtmf": DTMF, "mfc": MFC}


def values(axis: Axis, start: str | None, stop: str | None, step: str | None) -> Sequence[Decimal]:
    """The points of a sweep: those asked for, the axis's own where none is given; raises BadInput with the range."""
    first, last, by = (usual if text is None else _number(option, text) for option, text, usual in (
        ("--from", start, axis.start), ("--to", stop, axis.stop), ("--step", step, axis.step)))
    for option, value in (("--from", first), ("--to", last)):
        if not axis.lowest <= value <= axis.highest:
            raise BadInput.one(option, f"{value} is outside axis {axis.name}", f"{axis.lowest} to {axis.highest}",
                               f"the axis is: {axis.says}")
    if first > last:
        raise BadInput.one("--from", f"{first} is above --to {last}", "--from not above --to",
                           "swap them" if start and stop else f"give both; of {axis.name} they are {axis.start} and "
                           f"{axis.stop} where they are not given")
    if by <= 0:
        raise BadInput.one("--step", f"{by} leads nowhere", "a number above 0", f"the axis's own is {axis.step}")
    if (last - first) / by >= MOST_POINTS:
        raise BadInput.one("--step", f"{(last - first) // by + 1} values from {first} to {last} in steps of {by}",
                           f"at most {MOST_POINTS} values", "take a greater step, or --from and --to closer together")
    return [first + by * index for index in range(int((last - first) / by) + 1)]


def _number(option: str, text: str) -> Decimal:
    number = Decimal(text) if _is_number(text) else Decimal("NaN")
    if not number.is_finite():
        raise BadInput.one(option, f"{text!r} is no number", "a decimal number, as -8 or 0.25")
    return number


def _is_number(text: str) -> bool:
    digits = text.removeprefix("-").removeprefix("+").replace(".", "", 1)
    return digits.isascii() and digits.isdigit() and len(digits) < 12


def axis_of(kind: str, name: str) -> Axis:
    """An axis by name; raises BadInput that lists them."""
    axes = KINDS[kind]
    if name not in axes:
        raise BadInput.one("--axis", f"{kind} has no axis {name!r}", one_of(axes))
    return axes[name]
