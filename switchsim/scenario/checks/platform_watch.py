"""What the checks of the platform must know of it at every moment: who lives, who is active, which faults act."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import (
    AgentRefused,
    FaultArmed,
    FaultFired,
    FaultUndone,
    PlatformLink,
    ProcessState,
    RoleChanged,
)
from switchsim.scenario.checks.base import CheckSettings, Handler

NEVER: Final = -(1 << 62)
PLATFORM, CCS, HUB = "callcentre/", "callcentre/ccs/", "callcentre/icdcomm"
GOES_ON: Final = ("started", "running", "slow")
CORE: Final = (CCS, "callcentre/cti_server", "callcentre/cti_link", HUB, "frame/")
"""Where a fault may keep the platform from routing: its own core, and every board between it and the calls."""
HOLDS_BACK: Final = ("process_hang", "process_slow", "comm_delay", "comm_stall", "comm_reorder")


class Acting(msgspec.Struct):
    """A fault that acts. place: without the machine's name. survivable: another CCS can do what this one can not."""

    fault: str
    name: str
    place: str
    effect: str
    since: int
    survivable: bool = False


class Platform(msgspec.Struct):
    """The platform of one machine. Places are without the machine's name; cycles.

    life: process -> state as it said last. active: CCS -> since. link: as the main processor sees it. acting: by
    fault. disturbed: cycle of the last thing after which the CCS may need their time again, of a fault of the core
    that acts now: the present. slowed: when the last fault ended that held letters back. refused: seats that get no
    calls of the active CCS.
    """

    life: dict[str, str] = {}
    active: dict[str, int] = {}
    link: str = ""
    acting: dict[str, Acting] = {}
    disturbed: int = NEVER
    slowed: int = NEVER
    refused: dict[str, None] = {}

    def lives(self, place: str) -> bool:
        return self.life.get(place) in GOES_ON

    def ccs(self) -> list[str]:
        """Every CCS that there is, whether it lives or not."""
        return [place for place in self.life if place.startswith(CCS)]

    def deciding(self) -> list[str]:
        """Those that are active and live."""
        return [place for place in self.active if self.lives(place)]

    def quiet_since(self, at: int) -> int:
        """The cycle since which nothing has kept the platform from its work; `at` while something does."""
        return at if any(not one.survivable for one in self.acting.values()) else self.disturbed


class PlatformWatch:
    """Follows the platforms of all machines; a check calls `take` with the events of `KINDS` before its own look."""

    KINDS: Final[tuple[type[Event], ...]] = (
        AgentRefused, FaultArmed, FaultFired, FaultUndone, PlatformLink, ProcessState, RoleChanged,
    )  # fmt: skip

    def __init__(self, settings: CheckSettings) -> None:
        self._settings = settings
        self._names: dict[str, str] = {}
        self.platforms: dict[str, Platform] = {}

    def handlers(self, then: Handler | None = None) -> dict[type[Event], Handler]:
        """For a check's `handlers`; `then` is called with each of them afterwards."""

        def taken(record: Record, event: Any) -> None:
            self.take(record, event)
            if then is not None:
                then(record, event)

        return dict.fromkeys(self.KINDS, taken)

    def of(self, place: str) -> Platform:
        """The platform of the machine that a place is of."""
        return self.platforms.setdefault(self._settings.machine_of(place), Platform())

    def short(self, place: str) -> str:
        """A place without the name of its machine."""
        machine = self._settings.machine_of(place)
        return place.removeprefix(machine + "/") if machine else place

    @property
    def seen(self) -> bool:
        """There is a platform."""
        return any(one.life for one in self.platforms.values())

    @property
    def paired(self) -> bool:
        """There is a CCS."""
        return any(one.ccs() for one in self.platforms.values())

    def take(self, record: Record, event: Any) -> None:
        row, place = self.of(record.place), self.short(record.place)
        match event:
            case FaultArmed(fault=fault, name=name):
                self._names[fault] = name
            case FaultFired(fault=fault, effect=effect):
                self._fired(row, Acting(fault, self._names.get(fault, ""), place, effect, record.at))
            case FaultUndone(fault=fault):
                ended = row.acting.pop(fault, None)
                if ended is not None:
                    row.disturbed = record.at
                    row.slowed = record.at if ended.name in HOLDS_BACK else row.slowed
            case PlatformLink(state=state):
                row.link = state
                row.disturbed = record.at
            case ProcessState(state=state) if place.startswith(PLATFORM):
                self._lives(row, place, state, record.at)
            case RoleChanged(role=role) if place.startswith(CCS):
                row.active.pop(place, None)
                if role == "active":
                    row.active[place], row.refused = record.at, {}  # it tells of them anew
            case AgentRefused(seat=seat, why=why):
                row.refused.pop(seat, None)
                if why:
                    row.refused[seat] = None

    def _fired(self, row: Platform, fault: Acting) -> None:
        if not fault.place.startswith(CORE) or fault.fault in row.acting:
            return
        one_of_two = fault.place.startswith(CCS) and fault.name in ("process_crash", "process_hang", "ccs_stale")
        fault.survivable = one_of_two and any(row.lives(other) for other in row.ccs() if other != fault.place)
        row.acting[fault.fault] = fault
        row.disturbed = fault.since
        if not any(row.lives(place) for place in row.ccs()):  # who was to be survived has nobody left now
            for one in row.acting.values():
                one.survivable = False

    def _lives(self, row: Platform, place: str, state: str, at: int) -> None:
        row.life[place] = state
        if state in ("stopped", "crashed", "starting", "started"):
            row.active.pop(place, None)
        if place.startswith(CORE):
            row.disturbed = at


def between(fault: Acting, ends: Iterable[str]) -> bool:
    """Whether a fault of ICDCOMM touches a way from one of `ends` (process names) to another of them."""
    head, _, to = fault.effect.rpartition(" to ")
    sender = head.rpartition(" from ")[2]
    names = (*ends, "*")
    return fault.place == HUB and (fault.name.startswith("process_") or (sender in names and to in names))
