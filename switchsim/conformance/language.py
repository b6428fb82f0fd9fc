"""The language of sheets: one step a line. It knows no standard; words and fields come from a Vocabulary.

    ! ORDER KEY=1 x 2      level 3 or management orders the implementation under test
    < UNIT KEY=1 flag      the tester sends: over and over from now on; with `x N` N times, then as before
    > UNIT KEY=1 x 3..     the implementation under test sends; `x N` N times, `x N..` N times or more, in turn
    ? INDICATION           the implementation under test tells level 3
    not > UNIT 200ms       for so long it does not send this
    hold 200ms             for so long it goes on as the last `>` says, and tells level 3 nothing
    wait 1/2 T4n           time passes
    T3 1..2s               the next `>` or `?` comes so long after the step before this line
    mark                   remembers the time of the step before it, for `T3 1..2s since mark`
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from fractions import Fraction
from typing import Final

import msgspec

from switchsim.units import parse_duration


class Kind(Enum):
    """What a step does, by its first word."""

    ORDER = "!"
    FEED = "<"
    UNIT = ">"
    INDICATION = "?"
    MAY = "may ?"
    NEVER = "not >"
    HOLD = "hold"
    WAIT = "wait"
    WINDOW = "window"
    MARK = "mark"
    SETTING = "tester"


class Time(msgspec.Struct, frozen=True):
    """`cycles`, or `share` of the timer `timer`."""

    cycles: int = 0
    timer: str = ""
    share: Fraction = Fraction(1)


class Item(msgspec.Struct, frozen=True):
    """One unit, order or indication: `fields` maps KEY to (first, last), a flag to (1, 1)."""

    name: str
    fields: dict[str, tuple[int, int]]
    count: int = 1


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One line. low..high: how often (high None: or more); counted: the line says so."""

    line: int
    text: str
    kind: Kind
    items: tuple[Item, ...] = ()
    low: int = 1
    high: int | None = 1
    counted: bool = False
    time: Time = Time()
    latest: Time = Time()
    since_mark: bool = False


class Deviation(Exception):
    """The implementation under test did something else than the step says."""

    def __init__(self, step: Step, reason: str) -> None:
        super().__init__(reason)
        self.step = step
        self.reason = reason


class Vocabulary(msgspec.Struct, frozen=True):
    """Which words a standard's sheets know in each place: name -> the fields and flags it takes."""

    words: Mapping[Kind, Mapping[str, frozenset[str]]]
    timers: frozenset[str]


class SheetError(ValueError):
    """A line that is none of the language: what, expected."""

    def __init__(self, what: str, expected: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.expected = expected


_PREFIXES: Final = (Kind.MAY, Kind.NEVER, Kind.ORDER, Kind.FEED, Kind.UNIT, Kind.INDICATION)
_COUNT: Final = re.compile(r"\s+x\s+(\d{1,7})(\.\.)?\s*$")
_NUMBER: Final = r"(0x[0-9A-F]{1,64}|\d{1,20})"
_FIELD: Final = re.compile(rf"([A-Z][A-Z0-9]*)={_NUMBER}(?:\.\.{_NUMBER})?")
_FLAG: Final = re.compile(r"[a-z][a-z-]*")
_WINDOW: Final = re.compile(
    r"(T\d{1,2}[a-z]?|within)\s+(\d+(?:\.\d+)?)\.\.(\d+(?:\.\d+)?)(us|ms|s|min)(\s+since mark)?")
_SHARE: Final = re.compile(r"(?:(\d{1,4})(?:/(\d{1,4}))?\s+)?(T\d{1,2}[a-z]?)")


def parse(text: str, line: int, vocabulary: Vocabulary) -> Step | None:
    """The step of a line, None for an empty one; raises SheetError."""
    words = text.partition("#")[0].strip()
    if not words:
        return None
    for kind in _PREFIXES:
        if words.startswith(kind.value):
            return _acting(kind, words[len(kind.value):].strip(), words, line, vocabulary)
    first, _, rest = words.partition(" ")
    if first in (Kind.HOLD.value, Kind.WAIT.value):
        return Step(line=line, text=words, kind=Kind(first), time=_time(rest.strip(), vocabulary))
    if first == Kind.SETTING.value:
        return Step(line=line, text=words, kind=Kind.SETTING, items=(_item(rest, Kind.SETTING, vocabulary),))
    if words == Kind.MARK.value:
        return Step(line=line, text=words, kind=Kind.MARK)
    return _window(words, line, vocabulary)


def _acting(kind: Kind, rest: str, words: str, line: int, vocabulary: Vocabulary) -> Step:
    time = Time()
    if kind is Kind.NEVER:
        rest, _, last = rest.rpartition(" for ")
        time = _time(last.strip(), vocabulary)
    rest, low, high, counted = _count(rest)
    if rest.startswith("(") and rest.endswith(")"):
        items = tuple(_item(part, kind, vocabulary) for part in rest[1:-1].split(";"))
    else:
        items = (_item(rest, kind, vocabulary),)
    if any(item.count > 1 for item in items) and kind is not Kind.FEED:
        raise SheetError("a count inside brackets", "it where the tester sends alone")
    return Step(line=line, text=words, kind=kind, items=items, low=low, high=high, counted=counted, time=time)


def _count(text: str) -> tuple[str, int, int | None, bool]:
    match = _COUNT.search(text)
    if match is None:
        return text, 1, 1, False
    low = int(match[1])
    if low < 1:
        raise SheetError(f"{match[0].strip()!r} is no repetition", "x 1 and up")
    return text[: match.start()], low, None if match[2] else low, True


def _item(text: str, kind: Kind, vocabulary: Vocabulary) -> Item:
    text, count, more, _ = _count(" " + text.strip())
    if more is None:
        raise SheetError("'..' inside brackets", "a plain number")
    name, *rest = text.split() or [""]
    place = Kind.INDICATION if kind is Kind.MAY else Kind.UNIT if kind is Kind.NEVER else kind
    known = vocabulary.words[place]
    if name not in known:
        raise SheetError(f"{name!r} after {kind.value!r}", "one of " + ", ".join(sorted(known)))
    fields: dict[str, tuple[int, int]] = {}
    for word in rest:
        key, value = _field(word)
        if key not in known[name]:
            raise SheetError(f"{name} with {word!r}", "one of " + (", ".join(sorted(known[name])) or "nothing"))
        fields[key] = value
    return Item(name, fields, count)


def _field(word: str) -> tuple[str, tuple[int, int]]:
    if match := _FIELD.fullmatch(word):
        first = _number(match[2])
        return match[1], (first, _number(match[3]) if match[3] else first)
    if _FLAG.fullmatch(word):
        return word, (1, 1)
    raise SheetError(f"{word!r} is no field", "KEY=NUMBER, KEY=FIRST..LAST or a small word")


def _number(text: str) -> int:
    return int(text, 16 if text.startswith("0x") else 10)


def _time(text: str, vocabulary: Vocabulary) -> Time:
    if match := _SHARE.fullmatch(text):
        if match[3] not in vocabulary.timers:
            raise SheetError(f"no timer {match[3]!r}", "one of " + ", ".join(sorted(vocabulary.timers)))
        if match[2] and not int(match[2]):
            raise SheetError(f"{text!r} divides by nothing")
        return Time(timer=match[3], share=Fraction(int(match[1] or 1), int(match[2] or 1)))
    try:
        return Time(cycles=parse_duration(text))
    except ValueError as error:
        raise SheetError(str(error).partition(";")[0], "a time as 300ms, T3 or 1/2 T4n") from None


def _window(words: str, line: int, vocabulary: Vocabulary) -> Step:
    match = _WINDOW.fullmatch(words)
    if match is None:
        raise SheetError(f"{words!r} is no step", "! < > ? not > may ? hold wait mark tester, or a window as T3 1..2s")
    timer = "" if match[1] == "within" else match[1]
    if timer and timer not in vocabulary.timers:
        raise SheetError(f"no timer {timer!r}", "one of " + ", ".join(sorted(vocabulary.timers)))
    try:
        low, high = (parse_duration(match[side] + match[4]) for side in (2, 3))
    except ValueError as error:
        raise SheetError(str(error)) from None
    if low > high:
        raise SheetError(f"{words!r} ends before it begins")
    return Step(line=line, text=words, kind=Kind.WINDOW, time=Time(low, timer), latest=Time(high, timer),
                since_mark=bool(match[5]))
