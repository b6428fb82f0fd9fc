"""The alarms that a scenario names, in expectations and in steps: something in its machine can raise them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final, NamedTuple

from switchsim.assembly.yamlfile import Lines
from switchsim.errors import BadInput, one_of
from switchsim.scenario.checks.expect import EventFilter, ExpectAlarm, ExpectCount, ExpectOrder
from switchsim.scenario.events import KINDS, OF_ALARMS, nearest
from switchsim.scenario.schema import Scenario

_WILD: Final = "*?["


class _Named(NamedTuple):
    """A name, where it stands, and which characters make a pattern of it there."""

    where: tuple[str | int, ...]
    name: str
    wild: str

    @property
    def is_pattern(self) -> bool:
        return any(letter in self.name for letter in self.wild)

    def meets(self, alarm: str) -> bool:
        return fnmatchcase(alarm, self.name) if self.is_pattern else alarm == self.name


def check_alarms(scenario: Scenario, known: frozenset[str], lines: Lines) -> None:
    """Raises BadInput for names of alarms that nothing raises: what must be absent always would be."""
    problems = [
        lines.problem(one.where, f"nothing here raises an alarm {'like ' if one.is_pattern else ''}{one.name!r}",
                      one_of(known), nearest(one.name.strip(one.wild), known))
        for one in _named(scenario) if not any(map(one.meets, known))
    ]  # fmt: skip
    if problems:
        raise BadInput(sorted(problems, key=lambda problem: problem.line))


def _named(scenario: Scenario) -> Iterator[_Named]:
    for index, step in enumerate(scenario.timeline):
        if step.on is not None:
            yield from _in_filter(("timeline", index, "on"), step.on.event, step.on.where, "*")
    for index, entry in enumerate(scenario.expect):
        if isinstance(entry, ExpectAlarm):
            yield _Named(("expect", index, "alarm"), entry.alarm, "")
        for keys, wanted in _filters(entry):
            yield from _in_filter(("expect", index, *keys), wanted.event, wanted.where, _WILD)


def _filters(entry: object) -> list[tuple[tuple[str, ...], EventFilter]]:
    if isinstance(entry, ExpectCount):
        return [((), entry)]
    return [(("first",), entry.first), (("then",), entry.then)] if isinstance(entry, ExpectOrder) else []


def _in_filter(where: tuple[str | int, ...], kind: str, fields: Mapping[str, Any], wild: str) -> Iterator[_Named]:
    """Each name of a list counts: one that never comes is a slip of the pen, whatever stands beside it."""
    if not issubclass(KINDS[kind], OF_ALARMS) or "alarm" not in fields:
        return
    where, wanted = (*where, "where", "alarm"), fields["alarm"]
    if isinstance(wanted, list):
        yield from (_Named((*where, number), str(name), wild) for number, name in enumerate(wanted))
    else:
        yield _Named(where, str(wanted), wild)
