"""How long the platform took, after a fault, until it routed calls again: from the journal alone.

A fault counts when it is at a CCS, CTI-SERVER, CTI-LINK or ICDCOMM, or took the link to the platform from the main
processor. The platform routes again with the first decision of an active CCS after the fault that the switch carries
out as it was decided; where there is no CCS, with the first route that CTI-SERVER chooses.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import (
    CallState,
    FaultArmed,
    FaultFired,
    FaultUndone,
    PlatformLink,
    RoleChanged,
    Routed,
    RouteDecided,
)
from switchsim.units import ms, seconds

SOON_CYCLES: Final = seconds(3) + ms(500)
"""A main processor misses the platform three heartbeats after it was lost: what fired before that did it."""
PLACES: Final = ("callcentre/ccs/", "callcentre/cti_", "callcentre/icdcomm")
NOT_YET: Final = -1


class Recovered(msgspec.Struct):
    """One fault. machine: of a plant, `` where there is but one. asked: questions since it fired.

    Cycles; decided -1: not yet; undone -1: it acts still.
    """

    fault: str
    machine: str
    name: str
    where: str
    fired: int
    counts: bool
    undone: int = NOT_YET
    decided: int = NOT_YET
    call: int = 0
    asked: int = 0

    @property
    def took(self) -> int:
        """Cycles from the fault to the first right decision."""
        return self.decided - self.fired if self.decided >= 0 else NOT_YET


class RecoveryWatch:
    """Give it every record of KINDS; `rows` tells what is known so far.

    machines: those of a plant, whose places begin with their names; each has a platform and calls of its own.
    """

    KINDS: Final[tuple[type[Event], ...]] = (
        CallState, FaultArmed, FaultFired, FaultUndone, PlatformLink, RoleChanged, RouteDecided, Routed,
    )  # fmt: skip

    def __init__(self, machines: Collection[str] = ()) -> None:
        self._machines = frozenset(machines)
        self._armed: dict[str, tuple[str, str]] = {}
        self._rows: dict[str, Recovered] = {}
        self._open: dict[str, Recovered] = {}
        self._decided: dict[tuple[str, int], tuple[int, str]] = {}  # machine, call -> cycle, target
        self._paired: set[str] = set()

    def _machine(self, place: str) -> str:
        head = place.partition("/")[0]
        return head if head in self._machines else ""

    def rows(self) -> list[Recovered]:
        """Every fault that counts, in the order of firing."""
        return [row for row in self._rows.values() if row.counts]

    def longest(self) -> int:
        """Of those that are over, cycles; 0 = there is none."""
        return max((row.took for row in self.rows() if row.decided >= 0), default=0)

    def take(self, record: Record) -> None:
        at, machine = record.at, self._machine(record.place)
        match record.event:
            case FaultArmed(fault=fault, name=name, where=where):
                self._armed[fault] = name, where
            case FaultFired(fault=fault) if fault not in self._rows:
                name, where = self._armed.get(fault, ("", ""))
                row = Recovered(fault, machine, name, where, at, any(one in record.place for one in PLACES))
                self._rows[fault] = self._open[fault] = row
            case FaultUndone(fault=fault) if fault in self._rows:
                self._rows[fault].undone = at
            case PlatformLink(state="down"):
                self._link_lost(at, machine)
            case RoleChanged():
                self._paired.add(machine)
            case RouteDecided(call=call, target=target) if target:
                self._decided[machine, call] = at, target
            case Routed() as event:
                self._routed(at, machine, event)
            case CallState() as event:
                self._state(at, machine, event)
            case _:
                pass

    def _open_of(self, machine: str) -> list[Recovered]:
        return [row for row in self._open.values() if row.machine == machine]

    def _link_lost(self, at: int, machine: str) -> None:
        for row in self._open_of(machine):
            row.counts = row.counts or at - row.fired <= SOON_CYCLES

    def _state(self, at: int, machine: str, event: CallState) -> None:
        if event.state == "routing":
            for row in self._open_of(machine):
                row.asked += 1
        elif (machine, event.call) in self._decided:  # it went where no queue is
            decided, target = self._decided.pop((machine, event.call))
            if not target.startswith("queue:"):
                self._recovered(decided, machine, event.call)

    def _routed(self, at: int, machine: str, event: Routed) -> None:
        decided, target = self._decided.pop((machine, event.call), (NOT_YET, ""))
        if event.by != "platform":
            return
        if target == f"queue:{event.queue.rpartition('/')[2]}":
            self._recovered(decided, machine, event.call)
        elif machine not in self._paired:
            self._recovered(at, machine, event.call)

    def _recovered(self, at: int, machine: str, call: int) -> None:
        for row in self._open_of(machine):
            if at > row.fired:
                row.decided, row.call = at, call
                del self._open[row.fault]
