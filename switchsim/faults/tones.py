"""Faults of the speech path of circuits: what wires, carrier systems and cheap equipment do to tones and speech.

They act at the trunk board on timeslots of a line, on what is `received` from the far end or `sent` to it, and touch
nothing but the sound: a digit is misheard, a prompt is not recognised, signalling goes on. Nobody raises an alarm.
`tone_values` makes of a fault the plain numbers that the fault point `tone` of a trunk board takes;
`switchsim.terminals.tone_faults` carries them out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from switchsim.errors import BadInput
from switchsim.faults.catalogue import Parameter, ParameterFault
from switchsim.faults.line import DIRECTION, DIRECTIONS, Values
from switchsim.units import duration_text, ms, seconds

POINT: Final = "tone"
FLOOR: Final = -60_000
OVERLOAD: Final = 3_140
"""mdBm0: what A-law can carry of a sine (G.711)."""
KINDS: Final = ("white", "pink", "impulse")


class ToneFault(ParameterFault, frozen=True, kw_only=True):
    """A fault of speech paths of a line."""


TIMESLOTS: Final = Parameter("timeslots", "", low=1, high=31)
"""Without it all circuits of the line, not its signalling."""
LEVEL: Final = Parameter("dbm0", None, low=FLOOR, high=OVERLOAD)


def _row(name: str, text: str, **parameters: Parameter) -> ToneFault:
    where = {"direction": DIRECTION, "timeslots": TIMESLOTS}
    return ToneFault(name, text, "line", POINT, (), (), harms_speech=True, parameters={**where, **parameters})


ROWS: Final = (
    _row("tone_level", "everything is louder, or weaker, by so much",
         gain=Parameter("db", None, low=FLOOR, high=20_000)),
    _row("tone_twist", "what lies from 1209 Hz on is louder by so much, or weaker, than what lies up to 941 Hz: the "
         "high group of DTMF than the low one; the one to be weaker is attenuated, and all is 6 ms later",
         twist=Parameter("db", None, low=-20_000, high=20_000)),
    _row("tone_offset", "every frequency is moved by so many hertz, as a carrier system out of tune does; 6 ms later",
         offset=Parameter("hz", None, low=-200_000, high=200_000)),
    _row("tone_noise", "noise is added, of this power from 0 to 4 kHz, or impulses with this first peak: on average "
         "`every` apart, dying away over `time`", kind=Parameter("word", "white", words=KINDS), level=LEVEL,
         every=Parameter("cycles", "", low=1, high=seconds(3600)), time=Parameter("cycles", "", low=1, high=ms(8))),
    _row("third_tone", "a tone is added that belongs to no signal", tone=Parameter("hz", None, low=1, high=3_999_999),
         level=LEVEL),
    _row("tone_echo", "all comes once more, so much later and weaker", time=Parameter("cycles", None, low=1, high=800),
         loss=Parameter("db", "10", high=60_000)),
    _row("tone_clipping", "what is louder than a sine of this level is cut off", level=LEVEL),
    _row("tone_dropout", "silence for a time, once, or every so often",
         time=Parameter("cycles", None, low=1, high=seconds(60)),
         every=Parameter("cycles", "", low=2, high=seconds(3600))),
    _row("tone_break_in", "another sound is heard as well: a prompt, over and over, or what arrives on a circuit",
         prompt=Parameter("text", "", high=64), circuit=Parameter("text", "", high=64),
         gain=Parameter("db", "-10", low=FLOOR, high=20_000)),
    _row("tone_recoding", "the path goes through mu-law and back"),
)

TONE_FAULTS: Final[dict[str, ToneFault]] = {row.name: row for row in ROWS}


def tone_values(row: ToneFault, read: Values) -> Values:
    """The plain values of the fault point: of a row, and its parameters as read; raises BadInput where they do not fit.

    Always: what (the row), line, direction (1 received, 2 sent), timeslots (mask). Then numbers, of which
    terminals.tone_faults says the meaning. tone_break_in: speech is the number of a prompt, cell a native cell; the
    one that is not meant is -1.
    """
    return {
        "what": row.name, "line": read["line"], "direction": DIRECTIONS[str(read["direction"])],
        "timeslots": read["timeslots"], **_MAKERS[row.name](row, read),
    }  # fmt: skip


def _same(*names: str) -> Callable[[ToneFault, Values], Values]:
    return lambda _, read: {name: read[name] for name in names}


def _noise(row: ToneFault, read: Values) -> Values:
    impulses = read["kind"] == "impulse"
    for name in ("every", "time"):
        if (name in read) != impulses:
            what = f"{name} is missing" if impulses else f"{name} says nothing to kind: {read['kind']}"
            raise BadInput.one("", f"{row.name}: {what}", "kind: impulse, every: ..., time: ..., or a level alone")
    more: Values = {"every": read["every"], "time": read["time"]} if impulses else {}
    return {"kind": read["kind"], "level": read["level"], **more}


def _dropout(row: ToneFault, read: Values) -> Values:
    every = int(read.get("every", 0))
    if every and int(read["time"]) >= every:
        what = f"{row.name}: time: a silence of {duration_text(int(read['time']))} every {duration_text(every)}"
        raise BadInput.one("", what, f"less than {duration_text(every)}")
    return {"time": read["time"], "every": every}


def _break_in(row: ToneFault, read: Values) -> Values:
    if ("prompt" in read) == ("circuit" in read):
        which = "both prompt and circuit" if "prompt" in read else "neither prompt nor circuit"
        raise BadInput.one("", f"{row.name}: {which}", "one of them")
    return {"speech": read.get("speech", -1), "cell": read.get("cell", -1), "gain": read["gain"]}


_MAKERS: Final[dict[str, Callable[[ToneFault, Values], Values]]] = {
    "tone_level": _same("gain"), "tone_twist": _same("twist"), "tone_offset": _same("offset"), "tone_noise": _noise,
    "third_tone": _same("tone", "level"), "tone_echo": _same("time", "loss"), "tone_clipping": _same("level"),
    "tone_dropout": _dropout, "tone_break_in": _break_in, "tone_recoding": _same(),
}  # fmt: skip
