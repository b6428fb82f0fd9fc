"""What a signalling point is told about its network, and its timers (Q.704 16.8, Q.707 5.5)."""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.proto.mtp3.label import Variant
from switchsim.units import ms, seconds

TIMERS: Final[dict[str, int]] = {
    "t1": ms(800),  # 0.5..1.2 s: time-controlled changeover
    "t2": ms(1400),  # 0.7..2.0 s: changeover acknowledgement
    "t3": ms(800),  # 0.5..1.2 s: time-controlled changeback
    "t4": ms(800),  # 0.5..1.2 s: changeback acknowledgement, first attempt
    "t5": ms(800),  # 0.5..1.2 s: second attempt
    "t6": ms(800),  # 0.5..1.2 s: controlled rerouting
    "t8": ms(1000),  # 0.8..1.2 s: transfer-prohibited inhibition
    "t10": seconds(45),  # 30..60 s: route set test
    "t11": seconds(60),  # 30..90 s: transfer-restricted
    "t12": ms(1150),  # 0.8..1.5 s: uninhibit acknowledgement
    "t13": ms(1150),  # 0.8..1.5 s: forced uninhibit
    "t14": ms(2500),  # 2..3 s: inhibition acknowledgement
    "t15": ms(2500),  # 2..3 s: start of the congestion test
    "t16": ms(1700),  # 1.4..2.0 s: congestion status update
    "t17": ms(1150),  # 0.8..1.5 s: between attempts to align
    "t18": seconds(4),  # network dependent: first phase of a transfer point's restart
    "t19": seconds(68),  # 67..69 s: supervision against transfer-restart-allowed ping-pong
    "t20": seconds(60),  # 59..61 s: own restart
    "t21": seconds(64),  # 63..65 s: restart of an adjacent point
    "t22": seconds(240),  # 3..6 min: local inhibit test
    "t23": seconds(240),  # 3..6 min: remote inhibit test
    "slt_t1": seconds(8),  # 4..12 s, Q.707: test acknowledgement
    "slt_t2": seconds(60),  # 30..90 s, Q.707: between tests
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
