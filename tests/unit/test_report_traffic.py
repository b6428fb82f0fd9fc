"""Traffic measurement of journals by hand: ASR and ABR (E.410, E.425), holding time, occupancy, links (Q.752)."""

from __future__ import annotations

from typing import Any

import pytest

from switchsim.model.event import Event, Record
from switchsim.model.events import (
    CallAnswered,
    CallCleared,
    CallLeg,
    CallOffered,
    CallRefused,
    CallState,
    Changeback,
    Changeover,
    CircuitState,
    LinkMeasured,
    RunEnded,
    SignallingLink,
)
from switchsim.report.traffic import RouteBin, RoutePlan, Traffic, TrafficPlan, measure, share
from switchsim.report.traffic_text import LINK_TABLES, tables
from switchsim.units import seconds

PROGRAM = "frame/0/slot/2/program"
PLAN = TrafficPlan(seconds(100), (RoutePlan("city", ("e1-0", "e1-1"), 60), RoutePlan("e1-2", ("e1-2",), 30)))


def journal(*rows: tuple[float, Event], place: str = PROGRAM) -> list[Record]:
    """(second, event)."""
    return [Record(int(at * 8_000), "decide", place, number, event) for number, (at, event) in enumerate(rows)]


def busy(line: str, timeslot: int) -> Event:
    return CircuitState(line, timeslot, "busy")


def idle(line: str, timeslot: int) -> Event:
    return CircuitState(line, timeslot, "idle")


def offered(call: int, direction: str, line: str, timeslot: int) -> Event:
    return CallOffered(call, direction, line, timeslot, "1", "2")


def cleared(call: int, cause: int = 16) -> Event:
    return CallCleared(call, cause, "machine")


def measured(*rows: tuple[float, Event], end: float = 100) -> Traffic:
    return measure(journal(*rows, (end, RunEnded("done"))), PLAN, int(end * 8_000))


def route(traffic: Traffic, name: str = "city", begin: int = 0) -> RouteBin:
    return next(row for row in traffic.routes if (row.route, row.begin) == (name, seconds(begin)))


def test_asr_of_incoming_seizures() -> None:
    """Three come, one of them is answered: 33.3 %."""
    rows: list[tuple[float, Event]] = []
    for call in (1, 2, 3):
        rows += [(call, busy("e1-0", call)), (call, offered(call, "in", "e1-0", call))]
    rows += [(5, CallAnswered(2)), (10, cleared(1)), *((10, idle("e1-0", timeslot)) for timeslot in (1, 2, 3))]
    row = route(measured(*rows))
    assert (row.seizures_in, row.answers_in, row.asr_in_percent) == (3, 1, 33.3)
    assert (row.bids_out, row.seizures_out, row.asr_out_percent, row.abr_out_percent) == (0, 0, None, None)


def test_asr_and_abr_of_outgoing_attempts() -> None:
    """Four bids: two answered, one seizure without an answer, one that the overloaded processor did not let through."""
    rows: list[tuple[float, Event]] = []
    for call, line in ((1, "e1-0"), (2, "e1-1"), (3, "e1-1")):
        rows += [(call, busy(line, call)), (call, offered(call, "out", line, call))]
    rows += [(4, offered(4, "out", "e1-0", 0)), (4, CallRefused(4, 2)), (4, cleared(4, 42))]
    rows += [(5, CallAnswered(1)), (6, CallAnswered(2))]
    row = route(measured(*rows))
    assert (row.bids_out, row.seizures_out, row.answers_out, row.refused) == (4, 3, 2, 1)
    assert (row.asr_out_percent, row.abr_out_percent) == (66.6, 50.0)


def test_a_bid_that_finds_no_circuit_on_any_route_is_told_apart() -> None:
    traffic = measured((1, offered(1, "out", "", 0)), (1, cleared(1, 34)))
    assert (route(traffic, "").bids_out, route(traffic, "").abr_out_percent) == (1, 0.0)
    assert route(traffic).bids_out == 0


def test_the_second_circuit_of_a_repeated_attempt_is_a_bid_of_its_own_and_takes_the_answer() -> None:
    """Dual seizure lost on e1-0:1 (Q.764 2.9.1.4), repeated on e1-2:4."""
    traffic = measured(
        (1, busy("e1-0", 1)), (1, offered(1, "out", "e1-0", 1)), (2, idle("e1-0", 1)), (2, busy("e1-2", 4)),
        (2, CallLeg(1, "e1-2", 4, "", 1)), (3, CallAnswered(1)),
    )  # fmt: skip
    assert (route(traffic).bids_out, route(traffic).answers_out) == (1, 0)
    assert (route(traffic, "e1-2").bids_out, route(traffic, "e1-2").answers_out) == (1, 1)


def test_holding_time_and_occupancy() -> None:
    """Two circuits, 10 s and 31 s of 100 s: 41 s in all, 20.5 s on average, 0.41 erlang, 0.68 % of 60."""
    traffic = measured(
        (10, busy("e1-0", 1)), (20, idle("e1-0", 1)), (30, busy("e1-1", 7)),
        (61, CircuitState("e1-1", 7, "restarting")),
    )  # fmt: skip
    row = route(traffic)
    assert row.mean_holding_cycles == seconds(41) // 2
    assert row.erlang == 0.41
    assert row.occupancy_percent == 0.6
    assert route(measured(), "city").mean_holding_cycles is None


def test_a_seizure_over_two_bins_is_busy_in_both_and_held_in_the_second() -> None:
    """Seized at 90 s, answered at 95 s, idle at 120 s, in bins of 100 s; the run ends at 150 s."""
    traffic = measured(
        (90, busy("e1-0", 1)), (90, offered(1, "in", "e1-0", 1)), (95, CallAnswered(1)), (120, idle("e1-0", 1)), end=150
    )
    first, second = route(traffic), route(traffic, begin=100)
    assert (first.cycles, first.partial) == (seconds(100), False)
    assert (second.cycles, second.partial) == (seconds(50), True)
    assert (first.seizures_in, first.answers_in, first.erlang, first.mean_holding_cycles) == (1, 1, 0.1, None)
    assert (second.seizures_in, second.answers_in, second.erlang) == (0, 0, 0.4)
    assert second.mean_holding_cycles == seconds(30)


def test_an_event_on_the_border_belongs_to_the_bin_that_begins() -> None:
    traffic = measured((100, busy("e1-0", 1)), end=200)
    assert [row.seizures_out for row in traffic.routes if row.route == "city"] == [0, 1]
    assert {row.partial for row in traffic.routes} == {False}


def test_a_line_in_no_route_is_one_of_its_own() -> None:
    row = route(measured((1, busy("e1-9", 1)), (51, idle("e1-9", 1))), "e1-9")
    assert (row.seizures_out, row.erlang, row.circuits, row.occupancy_percent) == (1, 0.5, 0, None)


def test_idle_circuits_that_were_not_seized_count_nothing() -> None:
    row = route(measured((1, idle("e1-0", 1)), (2, CircuitState("e1-0", 2, "restarting")), (3, idle("e1-0", 2))))
    assert (row.seizures_in, row.seizures_out, row.erlang, row.mean_holding_cycles) == (0, 0, 0.0, None)


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(1, 3, 33.3), (2, 3, 66.6), (0, 5, 0.0), (5, 5, 100.0), (0, 0, None)]
)
def test_shares_are_rounded_down(part: int, whole: int, expected: float | None) -> None:
    assert share(part, whole) == expected


# -- links -----------------------------------------------------------------------------------------------------------


def counted(since: int, **values: int) -> LinkMeasured:
    names = [name for name in LinkMeasured.__struct_fields__ if name not in ("link", "since")]
    return LinkMeasured(link="e1-0:16", since=seconds(since), **{name: values.get(name, 0) for name in names})


def links(*rows: tuple[float, Event], end: float = 100, place: str = PROGRAM) -> list[Any]:
    return list(measure(journal(*rows, (end, RunEnded("done")), place=place), PLAN, int(end * 8_000)).links)


def test_what_a_board_measured_in_pieces_is_one_bin() -> None:
    (row,) = links(
        (30, counted(0, msus_out=3, in_service=8)), (80, counted(40, msus_out=4)), (100, counted(82, msus_out=5))
    )
    assert (row.begin, row.cycles, row.partial, row.msus_out, row.in_service) == (0, seconds(100), False, 12, 8)


def test_level_3_tells_changeovers_and_times_of_states() -> None:
    """Available at 10 s, failed 40..60 s, inhibited 90..120 s: over a border."""

    def state(word: str) -> Event:
        return SignallingLink("e1-0:16", word)

    first, second = links(
        (10, state("available")), (40, state("failed")), (40, Changeover("e1-0:16", "e1-1:16", 2)),
        (55, state("testing")), (60, state("available")), (61, Changeback("e1-0:16")), (70, state("denied")),
        (90, state("inhibited")), (120, state("available")), end=150,
    )  # fmt: skip
    assert (first.changeovers, first.changebacks) == (1, 1)
    assert (first.unavailable, first.failed, first.inhibited) == (seconds(10 + 20 + 10), seconds(15), seconds(10))
    assert (second.unavailable, second.failed, second.inhibited) == (seconds(20), 0, seconds(20))
    assert (second.cycles, second.partial) == (seconds(50), True)


def test_links_as_the_far_end_sees_them_are_not_the_machines() -> None:
    assert links((10, SignallingLink("e1-0:16", "failed")), place="farend/exchange/city") == []


def test_links_are_in_the_order_of_their_numbers() -> None:
    rows = links(*((1, SignallingLink(f"e1-{number}:16", "failed")) for number in (10, 9, 1)))
    assert [row.link for row in rows] == ["e1-1:16", "e1-9:16", "e1-10:16"]


def test_tables_show_every_count_of_a_link_once() -> None:
    traffic = measure(journal((99, counted(0, nacks_in=7))), PLAN, seconds(100))
    shown = tables(traffic)
    assert [title for title, _ in shown] == ["Routes (ASR, ABR: E.410, E.425)", *LINK_TABLES]
    assert shown[1][1][0]["1.9 NACK"] == 7
    fields = [field for columns in LINK_TABLES.values() for field in columns.values()]
    assert len(fields) == len(set(fields))
    every = set(type(traffic.links[0]).__struct_fields__) - {"begin", "cycles", "partial", "link"}
    assert set(fields) == every


@pytest.mark.parametrize("before", [False, True], ids=["by the answer there", "by a service before"])
def test_a_call_that_goes_on_counts_on_both_routes(before: bool) -> None:
    """It comes from the city, tries one circuit of e1-2 in vain, and is answered over the next one."""
    rows: list[tuple[float, Event]] = [(1, busy("e1-0", 1)), (1, offered(1, "in", "e1-0", 1))]
    rows += [(2, CallAnswered(1)), (2, CallState(1, "service", "announce"))] if before else []
    for timeslot in (4, 5):
        rows += [(3, busy("e1-2", timeslot)), (3, CallLeg(1, "e1-2", timeslot, "", 1))]
        rows += [(4, CallLeg(1, "e1-2", timeslot, "", 0)), (4, idle("e1-2", timeslot))] if timeslot == 4 else []
    rows += [] if before else [(6, CallAnswered(1))]
    rows += [(6, CallState(1, "talk", "")), (9, cleared(1)), (9, idle("e1-2", 5)), (9, idle("e1-0", 1))]
    traffic = measured(*rows)
    came, went = route(traffic), route(traffic, "e1-2")
    assert (came.seizures_in, came.answers_in, came.answers_out) == (1, 1, 0)
    assert (went.bids_out, went.seizures_out, went.answers_out, went.asr_out_percent) == (2, 2, 1, 50.0)
