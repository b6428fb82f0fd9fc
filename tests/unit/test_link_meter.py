"""A board's tally of a link: reasons of failures, times of conditions over bins, counts as differences (Q.752)."""

from __future__ import annotations

from typing import Any

import pytest

from switchsim.dsp.signalling import SuCounts, SuTxCounts
from switchsim.model.events import LinkMeasured
from switchsim.proto.mtp2 import LinkState
from switchsim.terminals.level2 import TerminalRow
from switchsim.terminals.measuring import Meter, Tally


class Counters:
    """Stands for the native core."""

    def __init__(self) -> None:
        self.heard = SuCounts(*[0] * len(SuCounts._fields))
        self.sent = SuTxCounts(0, 0, 0)

    def su_counters(self, receiver: int) -> SuCounts:
        return self.heard

    def su_tx_counters(self, transmitter: int) -> SuTxCounts:
        return self.sent


class Link:
    """One link with its tally."""

    def __init__(self) -> None:
        self.engine, self.level = Counters(), LinkState()
        engine: Any = self.engine
        self.meter = Meter(engine, (TerminalRow("e1-0:16", 0, 0, 0, 0),))
        self.meter.begin([Tally()], [self.level], 0)

    def report(self, now: int, what: str, value: int = 0, reason: str = "") -> None:
        self.meter.reported(0, what, value, reason, now)

    def unit(self, now: int) -> None:
        self.meter.heard(0, self.level, now)

    def bin(self, now: int) -> LinkMeasured:
        return self.meter.measured(0, self.level, now)


@pytest.mark.parametrize(
    ("reason", "field"),
    [("abnormal BSN", "failures_abnormal"), ("abnormal FIB", "failures_abnormal"), ("T7 expired", "failures_delay"),
     ("SUERM", "failures_errors"), ("T6 expired", "failures_congestion"), ("SIOS received", "")],
)  # fmt: skip
def test_a_failure_is_counted_by_its_reason(reason: str, field: str) -> None:
    """Items 1.2 to 1.6; SIOS is in 1.2 alone."""
    link = Link()
    link.report(10, "in_service")
    link.report(50, "out_of_service", reason=reason)
    link.report(60, "out_of_service", reason="alignment not possible: T2")
    row = link.bin(100)
    assert (row.failures, row.failures_alignment, row.restored, row.in_service) == (1, 1, 1, 40)
    counted = {name: getattr(row, name) for name in LinkMeasured.__struct_fields__ if name.startswith("failures_")}
    counted.pop("failures_alignment")
    assert {name for name, count in counted.items() if count} == ({field} if field else set())


def test_conditions_go_on_over_the_end_of_a_bin() -> None:
    link = Link()
    link.report(0, "in_service")
    link.report(30, "remote_outage")
    link.report(40, "congested", 1)
    link.report(45, "congested", 1)
    first = link.bin(100)
    link.report(110, "remote_recovered")
    link.report(130, "congested", 0)
    link.report(150, "local_outage", 1)
    second = link.bin(200)
    assert (first.in_service, first.remote_outage, first.congested, first.congestions) == (100, 70, 60, 1)
    assert (second.in_service, second.remote_outage, second.congested, second.congestions) == (100, 10, 30, 0)
    assert (first.local_outage, second.local_outage, second.since) == (0, 50, 100)
    link.report(220, "out_of_service", reason="SUERM")
    third = link.bin(300)
    assert (third.in_service, third.local_outage, third.failures) == (20, 20, 1)


def test_busy_lasts_from_the_unit_that_shows_it_to_the_one_that_ends_it() -> None:
    link = Link()
    link.report(0, "in_service")
    link.level.sib_received = True
    link.unit(10)
    link.unit(14)
    link.level.sib_received, link.level.receive_congested = False, True
    link.unit(25)
    link.report(40, "out_of_service", reason="T6 expired")
    row = link.bin(100)
    assert (row.remote_busy, row.local_busy) == (15, 15)


def test_counts_are_those_of_the_bin() -> None:
    """Five messages begun with 50 octets from the SIO on, two of them, of 10 octets, for the second time."""
    link = Link()
    link.engine.heard = SuCounts(9, 4, 40, 3, 1, 32, 2, 1, 0, 0, 1)
    link.engine.sent = SuTxCounts(20, 5, 50)
    link.level.retransmitted_count, link.level.retransmitted_octets_count = 2, 2 * (10 + 6)
    link.level.nacks_in_count, link.level.sib_in_count, link.level.dropped_out_count = 1, 2, 3
    row = link.bin(100)
    assert (row.msus_out, row.octets_out, row.octets_repeated) == (3, 30, 32)
    assert (row.msus_in, row.octets_in, row.units_bad, row.countings, row.octets_counted) == (4, 40, 4, 1, 32)
    assert (row.nacks_in, row.sib_in, row.dropped) == (1, 2, 3)
    again = link.bin(200)
    assert (again.msus_out, again.msus_in, again.units_bad, again.nacks_in, again.octets_repeated) == (0, 0, 0, 0, 0)


def test_a_link_that_aligns_in_the_far_ends_outage_is_up() -> None:
    """Level 2 tells of the outage then, and not that it is in service (Q.703 figure 8)."""
    link = Link()
    link.report(10, "out_of_service", reason="alignment not possible: T2")
    link.report(20, "remote_outage")
    link.report(50, "remote_recovered")
    row = link.bin(100)
    assert (row.in_service, row.restored, row.remote_outage, row.failures_alignment) == (80, 1, 30, 1)
