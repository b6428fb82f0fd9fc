"""What a signalling point is told about its network, and its timers (Q.704 16.8, Q.707 5.5)."""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.proto.mtp3.label import Variant
from switchsim.proto.windows import Window
from switchsim.units import ms, seconds


def _s(low: int, usual: int, high: int, clause: str = "16.8") -> Window:
    return seconds(low), seconds(usual), seconds(high), clause


WINDOWS: Final[dict[str, Window]] = {
    "t1": (ms(500), ms(800), ms(1200), "16.8"),  # time-controlled changeover
    "t2": (ms(700), ms(1400), ms(2000), "16.8"),  # changeover acknowledgement
    "t3": (ms(500), ms(800), ms(1200), "16.8"),  # time-controlled changeback
    "t4": (ms(500), ms(800), ms(1200), "16.8"),  # changeback acknowledgement, first attempt
    "t5": (ms(500), ms(800), ms(1200), "16.8"),  # second attempt
    "t6": (ms(500), ms(800), ms(1200), "16.8"),  # controlled rerouting
    "t8": (ms(800), ms(1000), ms(1200), "16.8"),  # transfer-prohibited inhibition
    "t10": _s(30, 45, 60),  # route set test
    "t11": _s(30, 60, 90),  # transfer-restricted
    "t12": (ms(800), ms(1150), ms(1500), "16.8"),  # uninhibit acknowledgement
    "t13": (ms(800), ms(1150), ms(1500), "16.8"),  # forced uninhibit
    "t14": (ms(2000), ms(2500), ms(3000), "16.8"),  # inhibition acknowledgement
    "t15": (ms(2000), ms(2500), ms(3000), "16.8"),  # start of the congestion test
    "t16": (ms(1400), ms(1700), ms(2000), "16.8"),  # congestion status update
    "t17": (ms(800), ms(1150), ms(1500), "16.8"),  # between attempts to align
    "t19": _s(67, 68, 69),  # supervision against transfer-restart-allowed ping-pong
    "t20": _s(59, 60, 61),  # own restart
    "t21": _s(63, 64, 65),  # restart of an adjacent point
    "t22": _s(180, 240, 360),  # local inhibit test
    "t23": _s(180, 240, 360),  # remote inhibit test
}
"""Timers of Q.704 with the window that it gives them."""
TEST_WINDOWS: Final[dict[str, Window]] = {
    "t1": _s(4, 8, 12, "5.5"),  # test acknowledgement
    "t2": _s(30, 60, 90, "5.5"),  # between tests
}
"""Those of the link test (Q.707)."""
TIMERS: Final[dict[str, int]] = {
    **{name: row[1] for name, row in WINDOWS.items()},
    "t18": seconds(4),  # first phase of a transfer point's restart: the network's, without a window
    **{f"slt_{name}": row[1] for name, row in TEST_WINDOWS.items()},
}
"""Default values in cycles; T7 (data link allocation) and T24 (national) are not used, T9 does not exist."""


class LinkRow(msgspec.Struct, frozen=True):
    """One signalling link: `id` is unique in the point, `slc` 0..15 unique towards the adjacent point."""

    id: int
    slc: int


class LinkSetConfig(msgspec.Struct, frozen=True):
    """The 1 to 16 links to one adjacent point."""

    name: str
    adjacent_pc: int
    links: tuple[LinkRow, ...]


class Route(msgspec.Struct, frozen=True):
    """The ways to a destination: classes of falling priority, each one link set or a combined pair.

    A pair shares the load by bit `sls_bit` (0..3) of the SLS.
    """

    dpc: int
    link_sets: tuple[tuple[str, ...], ...]
    sls_bit: int = 3


class Mtp3Config(msgspec.Struct, frozen=True):
    """One signalling point.

    Every adjacent point has a route over its own link set without a row in `routes`; a row adds alternatives.
    `user_parts` are the service indicators served here. `timers` overrides `TIMERS` (cycles). `test_links` False: links
    carry traffic without a link test (the peer's tests are answered all the same). `transfer_restricted`: a transfer
    point sends TFR (national option). `congestion_levels`: TFC carries levels 0..3 and RCT is sent (national option).
    `buffer_limit` is the number of messages that one diversion holds back at most.
    """

    own_pc: int
    ni: int
    variant: Variant = Variant.ITU14
    stp: bool = False
    link_sets: tuple[LinkSetConfig, ...] = ()
    routes: tuple[Route, ...] = ()
    user_parts: tuple[int, ...] = (4, 5)
    timers: dict[str, int] = {}
    test_links: bool = True
    transfer_restricted: bool = False
    congestion_levels: bool = False
    buffer_limit: int = 8192
