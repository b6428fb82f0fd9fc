"""Reads the values that a scenario gives to a fault; what does not fit is BadInput in words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable
from decimal import Decimal
from itertools import takewhile
from typing import Final

from switchsim.errors import BadInput
from switchsim.faults.catalogue import Parameter, ParameterFault
from switchsim.proto.isup.timers import TIMERS as ISUP_TIMERS
from switchsim.proto.mtp2.state import TIMER_CYCLES as MTP2_TIMERS
from switchsim.proto.mtp3.config import TIMERS as MTP3_TIMERS
from switchsim.proto.tup.timers import TIMERS as TUP_TIMERS
from switchsim.terminals.units import FIELDS, MESSAGES, UNIT_NAMES
from switchsim.units import duration_text, parse_duration

Value = int | str
MOST_NAMES: Final = 32
MOST_RATE: Final = 24
_RATE: Final = re.compile(r"\d+(\.\d+)?([eE][+-]?\d{1,3})?", re.ASCII)
_SLOTS: Final = re.compile(r"(\d{1,2})(?:\s*-\s*(\d{1,2}))?", re.ASCII)
TIMERS: Final[dict[str, tuple[str, ...]]] = {
    "mtp2": tuple(dict.fromkeys(name.lower()[:2] for name in MTP2_TIMERS)),
    "mtp3": tuple(MTP3_TIMERS),
    "isup": tuple(ISUP_TIMERS),
    "tup": tuple(TUP_TIMERS),
}
"""Timers of each layer by name."""


def read_parameters(row: ParameterFault, given: dict[str, Value]) -> dict[str, Value]:
    """Every value that says something, the fixed ones too; raises BadInput."""
    known = row.parameters
    for name in sorted(given):
        if name not in known:
            raise wrong(f"{row.name}: unknown parameter {name!r}", f"one of {', '.join(known) or 'none'}",
                        near(name, known))
    values: dict[str, Value] = {}
    for name, parameter in known.items():
        value = given.get(name, parameter.default)
        if value is None:
            raise wrong(f"{row.name}: {name} is missing", f"values: {{{name}: ...}}")
        if name in given or value != "":
            values[name] = _READERS[parameter.kind](f"{row.name}: {name}", parameter, value)
    values |= row.fixed
    _check_together(row, values)
    return values


def _check_together(row: ParameterFault, values: dict[str, Value]) -> None:
    if row.sent_only and values.get("direction") == "received":
        raise wrong(f"{row.name}: direction: received", "sent", "do it at the other end")
    if row.point.endswith("_set") and ("value" in values) == ("add" in values):
        which = "both value and add" if "add" in values else "neither value nor add"
        raise wrong(f"{row.name}: {which}", "one of them")
    layer, timer = str(values.get("layer", "")), str(values.get("timer", ""))
    if layer and timer not in (*TIMERS[layer], "all"):
        raise wrong(f"{row.name}: {layer} has no timer {timer!r}", ", ".join(TIMERS[layer]) + " or all")


def _number(what: str, parameter: Parameter, value: Value) -> Value:
    if not isinstance(value, int):
        raise wrong(f"{what}: {value!r}", "a whole number")
    if not parameter.low <= value <= parameter.high:
        raise wrong(f"{what}: {value} is out of range", f"{parameter.low}..{parameter.high}")
    return value


def _word(what: str, parameter: Parameter, value: Value) -> Value:
    words = FIELDS if parameter.words == ("FIELDS",) else parameter.words
    if value not in words:
        raise wrong(f"{what}: {value!r}", f"one of {', '.join(words)}", near(value, words))
    return value


def _cycles(what: str, parameter: Parameter, value: Value) -> Value:
    try:
        cycles = parse_duration(str(value)) if isinstance(value, str) and len(value) <= 40 else -1
    except ValueError:
        cycles = -1
    if not parameter.low <= cycles <= parameter.high:
        expected = f"a duration of {duration_text(parameter.low)} to {duration_text(parameter.high)}, as in 20ms"
        raise wrong(f"{what}: {str(value)[:40]!r}", expected)
    return cycles


def hex_octets(what: str, text: Value, low: int, high: int) -> bytes:
    """Octets from hexadecimal digits, low..high of them; raises BadInput."""
    try:
        octets = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        octets = b""
    if not low <= len(octets) <= high:
        raise wrong(f"{what}: {str(text)[:40]!r}", f"{low}..{high} octets in hexadecimal digits, in quotes")
    return octets


def _octets(what: str, parameter: Parameter, value: Value) -> Value:
    return hex_octets(what, value, parameter.low, parameter.high).hex()


def _names(what: str, value: Value, known: Collection[str], expected: str) -> Value:
    names = str(value).replace(",", " ").split()
    for name in names[: MOST_NAMES + 1]:
        if name not in known:
            advice = near(name, known)
            raise wrong(f"{what}: no {name[:40]!r}", "" if advice else expected, advice)
    if not 1 <= len(names) <= MOST_NAMES:
        raise wrong(f"{what}: {len(names)} names", f"1..{MOST_NAMES}")
    return " ".join(names)


def _timer(what: str, parameter: Parameter, value: Value) -> Value:
    if not isinstance(value, str):
        raise wrong(f"{what}: {value!r}", "the name of a timer, as in t7")
    return value.lower()


def _ppm(what: str, parameter: Parameter, value: Value) -> Value:
    """Parts per billion."""
    match = re.fullmatch(r"(-?)(\d{1,3})(?:\.(\d{1,3}))?", str(value))
    low, high = parameter.low // 1000, parameter.high // 1000
    if match is None:
        raise wrong(f"{what}: {str(value)[:40]!r}", f"{low}..{high} ppm, with decimals in quotes, as in '4.6'")
    ppb = int(match[2]) * 1000 + int((match[3] or "").ljust(3, "0"))
    ppb = -ppb if match[1] else ppb
    if not parameter.low <= ppb <= parameter.high:
        raise wrong(f"{what}: {value} is out of range", f"{low}..{high} ppm")
    return ppb


def _thousandths(what: str, parameter: Parameter, value: Value) -> Value:
    """Of a decibel, a dBm0 or a hertz."""
    match = re.fullmatch(r"(-?)(\d{1,4})(?:\.(\d{1,3}))?", str(value))
    if match is None:
        raise wrong(f"{what}: {str(value)[:40]!r}", _thousands(parameter))
    number = int(match[2]) * 1000 + int((match[3] or "").ljust(3, "0"))
    number = -number if match[1] else number
    if not parameter.low <= number <= parameter.high:
        raise wrong(f"{what}: {value} is out of range", _thousands(parameter))
    return number


def _thousands(parameter: Parameter) -> str:
    low, high = (f"{Decimal(number).scaleb(-3).normalize():f}" for number in (parameter.low, parameter.high))
    return f"{low}..{high} {UNITS[parameter.kind]}"


UNITS: Final = {"db": "dB", "dbm0": "dBm0", "hz": "Hz"}


def _text(what: str, parameter: Parameter, value: Value) -> Value:
    if not isinstance(value, str) or len(value) > parameter.high:
        raise wrong(f"{what}: {str(value)[:40]!r}", f"a text of at most {parameter.high} characters")
    return value


def _rate(what: str, parameter: Parameter, value: Value) -> Value:
    """In 1e-9. What is no multiple of that is rounded."""
    text = str(value).strip()
    if len(text) > MOST_RATE or not _RATE.fullmatch(text):
        raise wrong(f"{what}: {str(value)[:40]!r}", _rates(parameter))
    ppb = Decimal(text) * 1_000_000_000
    if not parameter.low <= ppb <= parameter.high:
        raise wrong(f"{what}: {text} is out of range", _rates(parameter))
    return round(ppb)


def _rates(parameter: Parameter) -> str:
    low, high = (Decimal(ppb).scaleb(-9).normalize() for ppb in (parameter.low, parameter.high))
    return f"{low}..{high} of the opportunities, as in 1e-3".lower()


def _timeslots(what: str, parameter: Parameter, value: Value) -> Value:
    """A mask, bit t for timeslot t."""
    mask, expected = 0, f"timeslots {parameter.low}..{parameter.high}, as in 5 or 1-15,17-31"
    parts = str(value).split(",")
    for part in parts[:MOST_NAMES]:
        match = _SLOTS.fullmatch(part.strip())
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if first > last:
            raise wrong(f"{what}: {part.strip()[:40]!r}", expected)
        if not parameter.low <= first <= last <= parameter.high:
            advice = f"leave {what.rpartition(' ')[2]} away for the whole line, framing included" if not first else ""
            raise wrong(f"{what}: {part.strip()} is out of range", expected, advice)
        mask |= (2 << last) - (1 << first)
    if len(parts) > MOST_NAMES:
        raise wrong(f"{what}: {len(parts)} parts", expected)
    return mask


_READERS: Final[dict[str, Callable[[str, Parameter, Value], Value]]] = {
    "number": _number,
    "word": _word,
    "text": _text,
    "cycles": _cycles,
    "octets": _octets,
    "units": lambda what, _, value: _names(what, value, UNIT_NAMES, "one of " + ", ".join(UNIT_NAMES)),
    "messages": lambda what, _, value: _names(what, value, MESSAGES, "a message, as in COO, IAM or TUP_IAM"),
    "timer": _timer,
    "ppm": _ppm,
    "rate": _rate,
    "timeslots": _timeslots,
    "db": _thousandths,
    "dbm0": _thousandths,
    "hz": _thousandths,
}


def describe_parameters(row: ParameterFault) -> dict[str, str]:
    """What each parameter may be, and its default where it has one."""
    return {name: _describe(parameter) for name, parameter in row.parameters.items()}


def _describe(parameter: Parameter) -> str:
    default = f", default {parameter.default}" if parameter.default not in (None, "") else ""
    optional = ", optional" if parameter.default == "" else ""
    if parameter.kind == "number":
        return f"{parameter.low}..{parameter.high}{default}{optional}"
    if parameter.kind == "ppm":
        return f"{parameter.low // 1000}..{parameter.high // 1000} ppm"
    if parameter.kind == "cycles":
        return f"{duration_text(parameter.low)}..{duration_text(parameter.high)}{default}{optional}"
    if parameter.kind in UNITS:
        return f"{_thousands(parameter)}{default}"
    if parameter.kind == "rate":
        return _rates(parameter) + optional
    if parameter.kind == "timeslots":
        return f"a list in {parameter.low}..{parameter.high}, as in 1-15,17-31" + optional
    if parameter.kind == "word":
        return " or ".join(FIELDS if parameter.words == ("FIELDS",) else parameter.words) + default
    words = {"timer": "name of a timer, or all", "octets": "hexadecimal digits", "text": "text"}
    return words.get(parameter.kind, "names") + optional


def wrong(what: str, expected: str = "", advice: str = "") -> BadInput:
    """One problem that has no line yet."""
    return BadInput.one("", what, expected, advice)


def _same_start(one: str, other: str) -> int:
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return sum(1 for _ in alike)


def near(name: Value, known: Iterable[str]) -> str:
    """Advice when one of the known names is close, whatever the case of letters; first those that begin alike."""
    folded_name = str(name)[:100].casefold()
    folded = {one.casefold(): one for one in known}
    found = difflib.get_close_matches(folded_name, folded, n=16)
    found.sort(key=lambda one: _same_start(one, folded_name), reverse=True)
    return f"did you mean {folded[found[0]]!r}?" if found else ""
