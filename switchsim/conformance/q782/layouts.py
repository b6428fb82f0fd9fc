"""The networks around the implementation under test: point 1, its link sets, what lies behind them.

Links have numbers of two digits as in Q.782: 21 is the first link of link set 2. Its SLC counts from 0 in the link set.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from switchsim.proto.mtp3 import LinkRow, LinkSetConfig, Mtp3Config, Route, Variant

OWN: Final = 1
NI: Final = 2


class Layout(NamedTuple):
    """sets: adjacent point and number of links of link set 1, 2, ...; routes: classes of link sets by destination.

    main: where traffic goes unless a sheet says otherwise.
    """

    sets: tuple[tuple[int, int], ...]
    routes: dict[int, tuple[tuple[int, ...], ...]] = {}
    main: int = 2
    stp: bool = False

    def links(self) -> dict[int, tuple[int, int]]:
        """Link -> adjacent point, SLC."""
        return {10 * number + 1 + slc: (point, slc)
                for number, (point, count) in enumerate(self.sets, 1) for slc in range(count)}

    def destinations(self) -> list[int]:
        """Every point that can be reached."""
        return sorted({point for point, _ in self.sets} | set(self.routes))

    def by_slc(self, point: int, slc: int) -> int:
        """The link to a point with this SLC, 0 when there is none."""
        return next((link for link, one in self.links().items() if one == (point, slc)), 0)

    def mtp3(self, *, variant: Variant, timers: dict[str, int], restricted: bool, levels: bool) -> Mtp3Config:
        """The configuration of the implementation under test."""
        sets = tuple(LinkSetConfig(str(number), point, tuple(LinkRow(10 * number + 1 + slc, slc)
                                                            for slc in range(count)))
                     for number, (point, count) in enumerate(self.sets, 1))
        routes = tuple(Route(dpc, tuple(tuple(map(str, one)) for one in classes))
                       for dpc, classes in self.routes.items())
        return Mtp3Config(OWN, NI, variant=variant, stp=self.stp, link_sets=sets, routes=routes, timers=timers,
                          transfer_restricted=restricted, congestion_levels=levels)


_OTHER_SET: Final[dict[int, tuple[tuple[int, ...], ...]]] = {2: ((1,), (2,)), 3: ((2,), (1,))}
"""Points 2 and 3 reach each other, so each is behind the other too."""
LAYOUTS: Final[dict[str, Layout]] = {
    # two signalling points, one link set
    "A1": Layout(((2, 1),)),
    "A2": Layout(((2, 2),)),
    "A3": Layout(((2, 3),)),
    "A4": Layout(((2, 4),)),
    # 4 lies behind the transfer points 2 and 3, which share the load
    "B": Layout(((2, 2), (3, 2)), _OTHER_SET | {4: ((1, 2),)}, 4),
    # the same, 2 before 3
    "C": Layout(((2, 2), (3, 2)), _OTHER_SET | {4: ((1,), (2,))}, 4),
    # the same, but 2 and 3 can not reach each other
    "C-apart": Layout(((2, 2), (3, 2)), {4: ((1,), (2,))}, 4),
    # three ways to 4, one after the other
    "C-three": Layout(((2, 1), (3, 1), (5, 1)), {4: ((1,), (2,), (3,))}, 4),
    # a transfer point: 4 and 5 at hand, 6 behind 2, then 3
    "D": Layout(((2, 1), (3, 1), (4, 1), (5, 1)), {6: ((1,), (2,))}, 6, True),
}
"""Configurations of Q.782. The drawings of B, C and D are our own."""
