"""What somebody at the console asks of No.7: of links, of circuits, of the whole signalling point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from switchsim.model.order import Value
from switchsim.proto.mtp3 import Mtp3
from switchsim.terminals import users

if TYPE_CHECKING:
    from switchsim.firmware.reference.number7 import Number7

LINKS: Final[dict[str, Callable[[Mtp3, int], Sequence[Any]]]] = {
    "inhibit": Mtp3.inhibit,
    "uninhibit": Mtp3.uninhibit,
    "activate": Mtp3.activate_link,
    "deactivate": Mtp3.deactivate_link,
}
ACTS: Final = (*LINKS, *users.CIRCUIT_ACTS, "restart")


class Upkeep:
    """Works for Number7, which settles what follows."""

    def __init__(self, number7: Number7) -> None:
        self.number7 = number7
        self.core = number7.core

    def act(self, act: str, values: dict[str, Value]) -> None:
        """One of ACTS: of the `link` of that name, of a `timeslot` or all circuits of a `line`, or `restart`."""
        point = self.number7.point
        assert point is not None, f"{act} without a signalling point"
        self.core.number7_changed = True
        if act == "restart":
            point.do3(point.mtp3.restart())
        elif "link" in values:
            number = next(link.number for link in self.number7.links if link.name == values["link"])
            point.do3(LINKS[act](point.mtp3, number))
        else:
            self._circuits(act, str(values["line"]), int(values.get("timeslot", 0)))

    def _circuits(self, act: str, line: str, timeslot: int) -> None:
        """timeslot 0: all circuits, as a group."""
        side, office = self.number7.side, self.number7.office
        for group, indices in enumerate(self.number7.trunks.circuits_of):
            rows = [office.circuits[index] for index in indices]
            cics = [row.cic for row in rows if row.line == line and timeslot in (0, row.timeslot)]
            if cics and office.groups[group].kind != "pri":
                self.core.dirty_groups.add(group)
                relation, user = side.user(group)
                if timeslot:
                    side.point.do4(relation, users.CIRCUIT_ACTS[act](user, cics[0]))
                else:
                    side.point.do4(relation, users.GROUP_ACTS[act](user, cics))
