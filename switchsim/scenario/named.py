"""What a scenario names of its machine, in expectations and in steps: alarms that something there can raise, and places
where something stands. What must be absent under a name that is misspelt always would be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from switchsim.assembly.yamlfile import Lines
from switchsim.errors import BadInput, Problem, one_of
from switchsim.scenario.checks.expect import EventFilter, ExpectAlarm, ExpectCount, ExpectOrder
from switchsim.scenario.events import KINDS, OF_ALARMS, WILD, WILD_IN_STEPS, as_told, is_among, nearest
from switchsim.scenario.schema import Scenario


class _Named(NamedTuple):
    """A name, where it stands, and which characters make a pattern of it there."""

    where: tuple[str | int, ...]
    name: str
    wild: str


class _Filter(NamedTuple):
    """Where a filter of events stands, its kind, its fields, and the place that it names."""

    where: tuple[str | int, ...]
    kind: str
    fields: Mapping[str, Any]
    wild: str
    place: _Named


def check_names(scenario: Scenario, alarms: Collection[str], places: Collection[str], lines: Lines) -> None:
    """Raises BadInput for alarms that nothing raises and places where nothing stands."""
    problems = [
        *_unknown(_alarms(scenario), alarms, "nothing here raises an alarm", one_of(alarms), lines),
        *_unknown((one.place for one in _filters(scenario)), places, "nothing here stands at a place",
                  "the place of a part", lines),
    ]  # fmt: skip
    if problems:
        raise BadInput(sorted(problems, key=lambda problem: problem.line))


def _unknown(names: Iterator[_Named], known: Collection[str], what: str, expected: str, lines: Lines) -> list[Problem]:
    return [
        lines.problem(one.where, f"{what} {as_told(one.name, one.wild)}", expected,
                      nearest(one.name.strip(one.wild), known))
        for one in names if not is_among(one.name, known, one.wild)
    ]  # fmt: skip


def _filters(scenario: Scenario) -> Iterator[_Filter]:
    where: tuple[str | int, ...]
    for index, step in enumerate(scenario.timeline):
        if step.on is not None:
            where, fields = ("timeline", index, "on"), step.on.where
            place = _Named((*where, "where", "place"), str(fields.get("place", "*")), WILD_IN_STEPS)
            yield _Filter(where, step.on.event, fields, WILD_IN_STEPS, place)
    for index, entry in enumerate(scenario.expect):
        for keys, wanted in _wanted(entry):
            where = ("expect", index, *keys)
            yield _Filter(where, wanted.event, wanted.where, WILD, _Named((*where, "place"), wanted.place, WILD))


def _wanted(entry: object) -> list[tuple[tuple[str, ...], EventFilter]]:
    if isinstance(entry, ExpectCount):
        return [((), entry)]
    return [(("first",), entry.first), (("then",), entry.then)] if isinstance(entry, ExpectOrder) else []


def _alarms(scenario: Scenario) -> Iterator[_Named]:
    """Each name of a list counts: one that never comes is a slip of the pen, whatever stands beside it."""
    for index, entry in enumerate(scenario.expect):
        if isinstance(entry, ExpectAlarm):
            yield _Named(("expect", index, "alarm"), entry.alarm, "")
    for one in _filters(scenario):
        if not issubclass(KINDS[one.kind], OF_ALARMS) or "alarm" not in one.fields:
            continue
        where, wanted = (*one.where, "where", "alarm"), one.fields["alarm"]
        if isinstance(wanted, list):
            yield from (_Named((*where, number), str(name), one.wild) for number, name in enumerate(wanted))
        else:
            yield _Named(where, str(wanted), one.wild)
