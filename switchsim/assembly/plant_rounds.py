"""Calls that machines of a plant would send each other for ever: found in their files, before anything runs.

Signalling between the machines carries no count of the machines that a call has passed. So the files must not let it
come back: from the number that one machine dials over a joined line, no service, menu, queue or route of the other may
lead to a line back. Where that can happen the plant is refused, and the way round is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from switchsim.assembly.machine import MachineFile
from switchsim.assembly.services import DialStep, IvrStep, MenuStep, QueueStep

Place = tuple[str, str, str]
"""(machine, number that was called, service)."""


def way_round(machines: Mapping[str, MachineFile], line_owner: Mapping[str, str], joins: Mapping[str, str]
              ) -> list[str]:  # fmt: skip
    """A way on which a call passes a joined line and comes back to where it was, as `north: all`; empty: there is none.

    line_owner: line -> machine; joins: joined line -> its other end, both ways. A flow of an IVR is taken to lead to
    the service behind it: where it sends calls by itself is not looked at.
    """
    rounds = _Rounds(machines, line_owner, joins)
    for name, machine in machines.items():
        for number in machine.numbers:
            for start in rounds.entry(name, number):
                found = rounds.back_to(start)
                if found:
                    return found
    return []


class _Rounds:
    def __init__(
        self, machines: Mapping[str, MachineFile], line_owner: Mapping[str, str], joins: Mapping[str, str]
    ) -> None:
        self.machines = machines
        self.line_owner = line_owner
        self.joins = joins

    def entry(self, name: str, number: str) -> Iterator[Place]:
        """Where a call to `number` begins: its service, or what follows the queue of its route."""
        machine = self.machines[name]
        own = machine.translations.get(number, number)
        if own in machine.numbers:
            yield name, own, machine.numbers[own]
        route = machine.platform.route if machine.platform is not None else {}
        if own in route:
            yield from self._queue(name, own, route[own])

    def _queue(self, name: str, number: str, queue: str) -> Iterator[Place]:
        spec = self.machines[name].queues.get(queue)
        if spec is not None and spec.overflow is not None:
            yield name, number, spec.overflow

    def steps(self, place: Place) -> Iterator[tuple[Place, bool]]:
        """(where a call may go next, whether over a joined line)."""
        name, number, service = place
        for step in self.machines[name].services.get(service, ()):
            match step:
                case QueueStep():
                    for after in self._queue(name, number, step.queue):
                        yield after, False
                case MenuStep():
                    for target in (*step.menu.choices.values(), step.menu.otherwise):
                        yield (name, number, target), False
                case IvrStep():
                    yield (name, number, step.otherwise), False
                case DialStep():
                    if step.dial.otherwise is not None:
                        yield (name, number, step.dial.otherwise), False
                    for end in [self.joins[line] for line in step.dial.lines if line in self.joins]:
                        for begins in self.entry(self.line_owner[end], step.dial.number or number):
                            yield begins, True
                case _:
                    pass

    def back_to(self, start: Place) -> list[str]:
        """The way from `start` over a joined line back to it: a search by width over (place, has passed a line)."""
        came: dict[tuple[Place, bool], tuple[Place, bool] | None] = {(start, False): None}
        look = [(start, False)]
        for here in look:
            for target, over in self.steps(here[0]):
                there = (target, here[1] or over)
                if there == (start, True):
                    return _told(came, here, start)
                if there not in came:
                    came[there] = here
                    look.append(there)
        return []


def _told(came: Mapping[tuple[Place, bool], tuple[Place, bool] | None], last: tuple[Place, bool], start: Place
          ) -> list[str]:  # fmt: skip
    way, here = [start], came.get(last, None)
    way.append(last[0])
    while here is not None:
        way.append(here[0])
        here = came[here]
    return [f"{name}: {service}" for name, _, service in reversed(way)]
