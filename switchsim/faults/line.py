"""Faults of E1 lines: what goes wrong on the way between the sender of one end and the receiver of the other.

They act on one direction of a line, `received` (from the far end to the machine) or `sent`: on single bits of the
framing, the payload or the line code (`mode` says how often), or on the signal as a whole until they are healed. They
damage what a real line damages, and the ends find it by the means of G.706 and G.775: what is no more than single
errors raises no alarm, and is counted. `line_values` makes of a fault the plain numbers that the fault point `e1` of a
trunk board takes; `switchsim.terminals` carries them out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from switchsim.errors import BadInput
from switchsim.faults.catalogue import Parameter, ParameterFault
from switchsim.units import duration_text, seconds

Values = dict[str, int | str]
POINT: Final = "e1"
DIRECTIONS: Final = {"received": 1, "sent": 2}
WHOLE_PPB: Final = 1_000_000_000
ALL_TIMESLOTS: Final = (1 << 32) - 1
"""The whole line, timeslot 0 with the framing included."""
MOST: Final = 1_000_000_000


class Act(NamedTuple):
    """What is done natively: `error`, kind an SWD_ERR_* number; `send`, an SWD_E1_SEND_* flag; or shift, slip, delay,
    interrupt, where parameters give the kind."""

    act: str
    kind: int = 0


ACTS: Final[dict[str, Act]] = {
    "logic_errors": Act("error", 1), "code_violations": Act("error", 2), "fas_errors": Act("error", 3),
    "nfas_errors": Act("error", 4), "crc_errors": Act("error", 5), "crc_mf_errors": Act("error", 6),
    "cas_mf_errors": Act("error", 7), "e_bit_errors": Act("error", 8), "a_bit_errors": Act("error", 9),
    "sa_errors": Act("error", 10),
    "line_rai": Act("send", 1), "remote_mf_alarm": Act("send", 2), "line_ais": Act("send", 4),
    "line_los": Act("send", 8), "ts16_ais": Act("send", 16), "line_lof": Act("send", 32),
    "line_no_crc": Act("send", 64),
    "alignment_shift": Act("shift"), "line_slip": Act("slip"), "line_delay": Act("delay"),
    "line_interruptions": Act("interrupt"), "line_loop": Act("loop"),
}  # fmt: skip


class LineFault(ParameterFault, frozen=True, kw_only=True):
    """A fault of one direction of a line.

    needs: what the line must have for it to be one: crc4, cas, hdb3. alarms, defects: the first one of the machine's
    receiver; the others, if any, by which the machine is told of a fault in what it sends. echoes: who speaks over the
    line may hear himself.
    """

    needs: str = ""
    echoes: bool = False

    def promises(self, direction: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """(alarms, defects) of the machine, one of each due, when it acts in this direction."""
        which = slice(1, None) if direction == "sent" else slice(1)
        return self.alarms[which], self.defects[which]


DIRECTION: Final = Parameter("word", "received", words=tuple(DIRECTIONS))
MODES: Final = ("single", "count", "burst", "rate", "random", "continuous")
WHEN: Final[dict[str, Parameter]] = {
    "direction": DIRECTION,
    "mode": Parameter("word", "single", words=MODES),
    "count": Parameter("number", "", low=1, high=MOST),
    "spacing": Parameter("number", "", low=1, high=MOST),
    "rate": Parameter("rate", "", low=1, high=WHOLE_PPB // 2),
    "skip": Parameter("number", 0, high=1_000_000_000_000),
}
"""Which of the opportunities are met; the row's text says what one is. `skip` are spared first."""

COUNTED: Final = 100
"""Spacing of mode `count` when none is given: far enough apart that framing errors stay single ones."""
TAKES: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "single": ((), ()),
    "count": (("count",), ("spacing",)),
    "burst": (("count",), ()),
    "rate": (("rate",), ("count",)),
    "random": (("rate",), ("count",)),
    "continuous": ((), ()),
}
"""mode -> (parameters that must be given, those that may be). burst: consecutive opportunities; rate: evenly spaced;
random: each at chance, of this rate in the mean; continuous: every one. Without count they go on until healed."""

ON_BITS: Final = {
    "timeslots": Parameter("timeslots", "", low=1, high=31),
    "bits": Parameter("number", 0xFF, low=1, high=0xFF),
}
"""Timeslots are those of the payload; without them it is the whole line with its framing. bits: 128 comes first."""
LOOPS: Final = {
    "end": Parameter("word", "machine", words=("machine", "far")),
    "loop": Parameter("word", None, words=("local", "line", "payload", "timeslots")),
    "timeslots": Parameter("timeslots", "", low=1, high=31),
}
AGAIN: Final = {
    "count": Parameter("number", 1, low=1, high=1_000_000),
    "every": Parameter("cycles", "1s", low=1, high=seconds(3600)),
}
COUNTS: Final = ("line_status", "line_measured", "line_threshold", "line_unavailable")
"""By what single errors are noticed, if at all."""


def _errors(name: str, text: str, where: dict[str, Parameter], *, harms_speech: bool = True,
            needs: str = "") -> LineFault:  # fmt: skip
    return LineFault(name, text, "line", POINT, (), (), harms_speech=harms_speech, shows=COUNTS, needs=needs,
                     parameters={**WHEN, **where})  # fmt: skip


def _mask(most: int, usual: int) -> dict[str, Parameter]:
    """Bits that can be wrong, and those that are when nothing is said."""
    return {"bits": Parameter("number", usual, low=1, high=most)}


def _signal(name: str, text: str, alarms: str, defects: str, *, harms_speech: bool = True,
            needs: str = "") -> LineFault:  # fmt: skip
    return LineFault(name, text, "line", POINT, tuple(alarms.split()), tuple(defects.split()), shows=("line_status",),
                     harms_speech=harms_speech, needs=needs, parameters={"direction": DIRECTION})


def _event(name: str, text: str, shows: tuple[str, ...], harms_speech: bool, **parameters: Parameter) -> LineFault:
    return LineFault(name, text, "line", POINT, (), (), harms_speech=harms_speech, shows=shows,
                     parameters={"direction": DIRECTION, **parameters})  # fmt: skip


ROWS: Final = (
    _errors("logic_errors", "bits of the line are wrong; without `timeslots` of the whole line, framing and all; an "
            "opportunity is a bit that the masks name", ON_BITS),
    _errors("code_violations", "pulses with the wrong polarity, bipolar violations that HDB3 does not know; an "
            "opportunity is a pulse at a bit that the masks name", ON_BITS, needs="hdb3"),
    _errors("fas_errors", "frame alignment signals are wrong, in the bits 2..8 (64 .. 1) of the mask; three running "
            "are a loss of frame alignment", _mask(0x7F, 1)),
    _errors("nfas_errors", "bit 2 of frames without alignment signal is wrong; three running are a loss of frame "
            "alignment where a line says so", {}),
    _errors("crc_errors", "CRC-4 of sub-multiframes is wrong, in C1..C4 (8 .. 1) of the mask; 915 of 1000 are a false "
            "alignment", _mask(15, 8), needs="crc4"),
    _errors("crc_mf_errors", "CRC-4 multiframe alignment signals are wrong, in the bits of frames 1, 3 .. 11 (32 .. 1) "
            "of the mask", _mask(63, 32), needs="crc4", harms_speech=False),
    _errors("cas_mf_errors", "CAS multiframe alignment signals are wrong, in the bits 1..4 (8 .. 1) of the mask; two "
            "running are a loss of the multiframe", _mask(15, 8), needs="cas", harms_speech=False),
    _errors("e_bit_errors", "E bits say that a sub-multiframe was errored; an opportunity is an E bit", {},
            needs="crc4", harms_speech=False),
    _errors("a_bit_errors", "A bits are turned over; three running are a remote alarm", {}, harms_speech=False),
    _errors("sa_errors", "Sa bits are turned over, Sa4..Sa8 (16 .. 1) of the mask; an opportunity is a frame without "
            "alignment signal", _mask(31, 31), harms_speech=False),
    _event("alignment_shift", "bits are put in or lost, so that all frames behind them are out of place by one bit; "
           "the frame is lost and found again", ("line_status",), True,
           how=Parameter("word", "lost", words=("inserted", "lost")), **AGAIN),
    _event("line_slip", "the elastic store of the end that receives repeats a frame, or loses one", ("line_slip",),
           False, how=Parameter("word", "lost", words=("repeated", "lost")), **AGAIN),
    _event("line_delay", "what the line carries comes so much later; healed, what is under way is lost",
           ("line_status",), True, time=Parameter("cycles", None, low=1, high=2048)),
    _event("line_interruptions", "no pulses for a time, again and again, in whole ticks of 8 cycles; for exact cycles "
           "take line_los", COUNTS, True, time=Parameter("cycles", None, low=8, high=seconds(60)),
           every=Parameter("cycles", "1s", low=2, high=seconds(3600)),
           count=Parameter("number", 0, high=1_000_000)),
    LineFault("line_loop", "an end sends back what it receives, or hears itself: local, it hears what it sends; line, "
              "all goes back as it came, with its framing; payload, all timeslots under a framing of its own; "
              "timeslots, some of them", "line", POINT, (), (), harms_speech=True, harms_messages=True,
              echoes=True, shows=("line_looped",), parameters=LOOPS),
    _signal("line_los", "no pulses on the line", "e1_los e1_rai", "los rai"),
    _signal("line_ais", "unframed ones on the line, as equipment sends whose own input is lost", "e1_ais e1_rai",
            "ais rai"),
    _signal("line_lof", "the timeslots are there, but no framing in timeslot 0", "e1_lof e1_rai", "lof rai"),
    _signal("line_rai", "the A bit says that the other end receives nothing", "e1_rai", "rai"),
    _signal("ts16_ais", "ones in timeslot 16, as equipment sends that lost the signalling alone",
            "e1_ts16_ais e1_remote_mf", "ts16_ais remote_mf", needs="cas", harms_speech=False),
    _signal("remote_mf_alarm", "the Y bit says that the other end has no multiframe alignment", "e1_remote_mf",
            "remote_mf", needs="cas", harms_speech=False),
    _signal("line_no_crc", "the sender is one without CRC-4: after 400 ms of search the receiver goes on without it, "
            "and nobody raises an alarm for that", "", "", needs="crc4", harms_speech=False),
)  # fmt: skip

LINE_FAULTS: Final[dict[str, LineFault]] = {row.name: row for row in ROWS}


def line_values(row: LineFault, read: Values) -> Values:
    """The plain values of a fault point: of a row and its parameters as read; raises BadInput where they do not fit.

    Always: what (the row), act, direction (1 received, 2 sent), kind. error: random 0 or 1, count (0 until healed),
    skip, spacing, ppb (with random), timeslots (bit t), bits. shift: kind +1 inserted, -1 lost; slip: +1 repeated, -1
    lost; both count and every (cycles). delay: kind cycles. interrupt: time and every in cycles, count (0: no end).
    """
    act = ACTS[row.name]
    direction = DIRECTIONS[str(read.get("direction", "received"))]
    plain: Values = {"what": row.name, "act": act.act, "direction": direction, "kind": act.kind}
    return plain | _MAKERS[act.act](row, read)


def _error(row: LineFault, read: Values) -> Values:
    mode = str(read["mode"])
    _check_mode(row, mode, read)
    ppb = int(read.get("rate", 0))
    spacing = int(read.get("spacing", COUNTED)) if mode == "count" else 1
    return {
        "random": int(mode == "random"),
        "count": 1 if mode == "single" else int(read.get("count", 0)),
        "skip": read["skip"],
        "spacing": spacing,
        "ppb": ppb,
        "timeslots": read.get("timeslots", ALL_TIMESLOTS),
        "bits": read.get("bits", 0),
    }


def _check_mode(row: LineFault, mode: str, read: Values) -> None:
    must, may = TAKES[mode]
    for name in must:
        if name not in read:
            raise BadInput.one("", f"{row.name}: {name} is missing", f"values: {{mode: {mode}, {name}: ...}}")
    for name in ("count", "spacing", "rate"):
        if name in read and name not in must + may:
            having = [other for other, (needed, possible) in TAKES.items() if name in needed + possible]
            raise BadInput.one("", f"{row.name}: {name} says nothing with mode {mode}", f"mode {' or '.join(having)}")


def _again(_: LineFault, read: Values) -> Values:
    return {"kind": -1 if read["how"] == "lost" else 1, "count": read["count"], "every": read["every"]}


def _delay(_: LineFault, read: Values) -> Values:
    return {"kind": read["time"]}


def _interrupt(row: LineFault, read: Values) -> Values:
    time, every = int(read["time"]), int(read["every"])
    if time >= every:
        what = f"{row.name}: time: an interruption of {duration_text(time)} every {duration_text(every)}"
        raise BadInput.one("", what, f"less than {duration_text(every)}", "line_los is without end")
    return {"time": time, "every": every, "count": read["count"]}


def _loop(row: LineFault, read: Values) -> Values:
    if (read["loop"] == "timeslots") != ("timeslots" in read):
        what = "timeslots is missing" if read["loop"] == "timeslots" else f"timeslots says nothing to {read['loop']}"
        raise BadInput.one("", f"{row.name}: {what}", "loop: timeslots, timeslots: ..., or another loop without them")
    return {"loop": read["loop"], "end": read["end"], "timeslots": read.get("timeslots", 0)}


def _send(_: LineFault, __: Values) -> Values:
    return {}


_MAKERS: Final[dict[str, Callable[[LineFault, Values], Values]]] = {
    "loop": _loop, "error": _error, "send": _send, "shift": _again, "slip": _again, "delay": _delay,
    "interrupt": _interrupt,
}  # fmt: skip
