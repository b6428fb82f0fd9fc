"""YAML files of people: read safely, with line numbers, validated strictly, every problem told at once.

Limits: 1 MB, 32 levels, 100,000 values, one document; no anchors, no aliases, no tags. Plain words mean what YAML 1.2
says: `yes`, `no`, `on` and `off` are text. A number with a point becomes a `Decimal`, so that no float ever exists; a
number with leading zeros is text, so that 010 is never 8 and a dialled number keeps its zeros.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar

import pydantic
import yaml

from switchsim.assembly.yamltypes import KNOWN_KEYS, explain
from switchsim.errors import BadInput, Problem

MAX_OCTETS: Final = 1_000_000
MAX_LEVELS: Final = 32
MAX_VALUES: Final = 100_000
MAX_PROBLEMS: Final = 50
MAX_DIGITS: Final = 40

Key = str | int
Where = tuple[Key, ...]
"""The way from the file's root to a value: keys and list indices."""

ModelT = TypeVar("ModelT", bound=pydantic.BaseModel)

_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+")
_WORDS: Final = {"": None, "~": None, "null": None, "true": True, "false": False}
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Lines:
    """Which line of the file each value stands on."""

    file: str
    lines: dict[Where, int] = field(default_factory=dict, repr=False)

    def at(self, where: Where = ()) -> int:
        """The line (1 and up) of the value at `where`, or of the nearest thing around it that is in the file."""
        for end in range(len(where), 0, -1):
            if where[:end] in self.lines:
                return self.lines[where[:end]]
        return self.lines.get((), 1)

    def problem(self, where: Where, what: str, expected: str = "", advice: str = "") -> Problem:
        """A problem with the value at `where`."""
        return Problem(self.file, self.at(where), what, expected, advice)


@dataclass(frozen=True)
class Document:
    """A file that was read and is well-formed YAML, not yet validated."""

    data: Any = field(repr=False)
    lines: Lines
    octets: bytes = field(repr=False)
    problems: tuple[Problem, ...] = ()
    """What was wrong already (duplicate keys, anchors); `validate` tells it with the rest."""

    def validate(self, model: type[ModelT]) -> ModelT:
        """The data as `model`; raises BadInput with every problem, in order of lines."""
        problems = list(self.problems)
        known: dict[int, set[str]] = {}
        validated: ModelT | None = None
        try:
            validated = model.model_validate(self.data, context={KNOWN_KEYS: known})
        except pydantic.ValidationError as error:
            found = [dict(one) for one in error.errors(include_url=False)]
            problems += _alternatives([self._problem(one, known) for one in found if not _miscounted(one)])
        if problems or validated is None:
            raise BadInput(_shortened(self.lines.file, problems))
        return validated

    def _problem(self, error: dict[str, Any], known: dict[int, set[str]]) -> Problem:
        where = _locate(self.data, error["loc"], error["input"], ends=error["type"] != "missing")
        what, expected, advice = explain(error)
        if error["type"] == "extra_forbidden":
            keys = known.get(id(_value(self.data, where[:-1])), set())
            near = difflib.get_close_matches(str(where[-1]), sorted(keys), n=1) if where else []
            expected = "one of " + ", ".join(sorted(keys)) if keys and not near else ""
            advice = f"did you mean {near[0]!r}?" if near else "remove it, or correct its name"
        elif where:
            what = f"{_written(where)}: {what}"
        inner = (error.get("ctx") or {}).get("where", ())
        return self.lines.problem((*where, *inner), what, expected, advice)


def load(path: str | os.PathLike[str], model: type[ModelT]) -> tuple[ModelT, Lines]:
    """Read and validate a file; raises BadInput with every problem in it, or why it could not be read at all."""
    document = read(path)
    return document.validate(model), document.lines


def read(path: str | os.PathLike[str]) -> Document:
    """Read a file without a model; raises BadInput."""
    name = str(path)
    try:
        with Path(path).open("rb") as source:
            octets = source.read(MAX_OCTETS + 1)
    except IsADirectoryError:
        raise BadInput.one(name, "this is a directory", "a YAML file") from None
    except FileNotFoundError:
        raise BadInput.one(name, "no such file", "a YAML file", "check the name") from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise BadInput.one(name, f"can not be read: {reason}", "a readable YAML file") from error
    return parse(octets, name)


def parse(octets: bytes, file: str) -> Document:
    """The octets of a file as a Document; `file` is its name in messages. Raises BadInput."""
    if len(octets) > MAX_OCTETS:
        raise BadInput.one(file, "the file is too large", f"at most {MAX_OCTETS} octets")
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise BadInput.one(file, f"octet {error.start} is not UTF-8", "UTF-8 text", line=line) from None
    builder = _Builder(Lines(file))
    try:
        data = builder.document(yaml.parse(text, Loader=_LOADER))
    except yaml.YAMLError as error:
        raise _syntax(file, text, error) from None
    return Document(data, builder.lines, octets, tuple(builder.problems))


class _Builder:
    """Makes values of PyYAML's events, noting lines, and stops at the limits before anything large exists."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.problems: list[Problem] = []
        self._events: Iterator[Any] = iter(())
        self._values = 0

    def document(self, events: Iterator[Any]) -> Any:
        """The first document; anything after it is a problem."""
        self._events = events
        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._wrong(event, "a second document begins", "one document a file", "remove the line ---")
                    break
                data = self._node(next(events), (), 1)
        return data

    def _node(self, event: Any, where: Where, level: int) -> Any:
        line = event.start_mark.line + 1
        self.lines.lines.setdefault(where, line)
        self._values += 1
        if self._values > MAX_VALUES:
            raise BadInput.one(self.lines.file, "too many values", f"at most {MAX_VALUES}", line=line)
        if isinstance(event, yaml.AliasEvent):
            self._wrong(event, f"the alias *{event.anchor}", "no aliases", "write the value out")
            return None
        self._refuse_properties(event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if level > MAX_LEVELS:
            raise _too_deep(self.lines.file, line)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(where, level)
        return self._mapping(where, level)

    def _refuse_properties(self, event: Any) -> None:
        if event.anchor is not None:
            self._wrong(event, f"the anchor &{event.anchor}", "no anchors", "remove it")
        if event.tag is not None and event.tag != "!":
            self._wrong(event, f"the tag {event.tag}", "no tags", "remove it")

    def _sequence(self, where: Where, level: int) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*where, len(items)), level + 1))
        return items

    def _mapping(self, where: Where, level: int) -> dict[Key, Any]:
        items: dict[Key, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, where, level)
            if key is not None and key not in items:
                self.lines.lines[(*where, key)] = event.start_mark.line + 1
                items[key] = self._node(next(self._events), (*where, key), level + 1)
                continue
            if key is not None:
                first = self.lines.lines[(*where, key)]
                self._wrong(event, f"the key {key!r} stands twice", f"it once (first in line {first})", "remove one")
            self._node(next(self._events), (*where, "\0"), level + 1)
        return items

    def _key(self, event: Any, where: Where, level: int) -> Key | None:
        key = self._node(event, (*where, "\0"), level + 1)
        if isinstance(key, str) or (isinstance(key, int) and not isinstance(key, bool)):
            return key
        if not isinstance(event, yaml.AliasEvent):
            self._wrong(event, "a key that is neither text nor a whole number", "a name", "put it in quotes")
        return None

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if not event.implicit[0]:  # quoted, or a block of text
            return text
        if text in _WORDS:
            return _WORDS[text]
        number = _INTEGER.fullmatch(text) or _DECIMAL.fullmatch(text)
        if number is None:
            return text
        if len(text) > MAX_DIGITS:
            self._wrong(event, "a number that is too long", f"at most {MAX_DIGITS} digits", "put text in quotes")
            return None
        return Decimal(text) if "." in text else int(text)

    def _wrong(self, event: Any, what: str, expected: str, advice: str) -> None:
        self.problems.append(Problem(self.lines.file, event.start_mark.line + 1, what, expected, advice))


def _too_deep(file: str, line: int) -> BadInput:
    return BadInput.one(file, "nested too deeply", f"at most {MAX_LEVELS} levels", line=line)


def _syntax(file: str, text: str, error: yaml.YAMLError) -> BadInput:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "not well-formed"
    context = getattr(error, "context", None)
    line = mark.line + 1 if mark else text.count("\n", 0, getattr(error, "position", 0)) + 1
    if "nesting" in what.lower():  # libyaml from 0.2.6 has a limit of its own, and meets it as it looks for a key's end
        return _too_deep(file, line)
    return BadInput.one(file, f"no YAML: {what}" + (f" ({context})" if context else ""), "well-formed YAML",
                        "look at the indentation, colons and quotes here and in the line above", line=line)


def _alternatives(problems: list[Problem]) -> list[Problem]:
    """Where one of several sorts of values is allowed, pydantic tells what is wrong with each: told together."""
    told: list[Problem] = []
    for problem in dict.fromkeys(problems):
        last = told[-1] if told else None
        if last and (last.line, last.what) == (problem.line, problem.what) and last.expected and problem.expected:
            expected = f"{last.expected} or {problem.expected}"
            told[-1] = Problem(last.file, last.line, last.what, expected, last.advice or problem.advice)
        else:
            told.append(problem)
    return told


def _miscounted(error: dict[str, Any]) -> bool:
    """Pydantic counts no entry of a list that is wrong itself, and calls the list too short for that besides."""
    ctx = error.get("ctx") or {}
    value = error["input"]
    return error["type"] == "too_short" and isinstance(value, list) and len(value) >= ctx["min_length"]


def _locate(data: Any, loc: tuple[Key, ...], value: Any, *, ends: bool) -> Where:
    """The way in `data` of a location that pydantic reports, without the names of union members that it puts between.

    value: what is wrong, which tells a union member from a key of the same name. ends: the last word of `loc` is in the
    data (else it names what is missing).
    """
    ways: list[tuple[Where, bool]] = [((), False)]
    for word in loc if ends else loc[:-1]:
        stepped = [((*way, word), True) for way, _ in ways if _has(_value(data, way), word)]
        ways = (stepped + [(way, False) for way, _ in ways])[:16]
    return max(ways, key=lambda way: (_value(data, way[0]) is value, way[1], len(way[0])))[0]


def _has(value: Any, word: Key) -> bool:
    return word in value if isinstance(value, dict) else (
        isinstance(value, list) and isinstance(word, int) and 0 <= word < len(value))


def _value(data: Any, where: Where) -> Any:
    for word in where:
        data = data[word]
    return data


def _written(where: Where) -> str:
    return "".join(f"[{word}]" if isinstance(word, int) else f".{word}" for word in where).lstrip(".")


def _shortened(file: str, problems: list[Problem]) -> list[Problem]:
    problems = sorted(dict.fromkeys(problems), key=lambda problem: problem.line)
    left = len(problems) - MAX_PROBLEMS
    return [*problems[:MAX_PROBLEMS], Problem(file, 0, f"{left} more problems")] if left > 0 else problems
