"""Key figures, from journals written by hand: every number here was computed by hand. And sums that must come out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from by_hand import Row, at_mpu, records
from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.model.events import (
    CallAnswered,
    CallCleared,
    CallLeg,
    CallOffered,
    CallQueued,
    CallState,
    CallUnqueued,
    DigitHeard,
    Routed,
    SeatState,
)
from switchsim.report.kpi_counting import measure
from switchsim.report.kpis import CallRow, KpiPlan, Kpis, percentile
from switchsim.report.kpis_text import notes, on_terminal, plain_lines, tables
from switchsim.units import seconds

MINUTE = seconds(60)
HOUR = 60 * MINUTE


def offered(call: int, calling: str = "") -> CallOffered:
    return CallOffered(call, "in", "e1-0", 1, calling or f"1390000{call:04d}", "10060")


def waits(call: int, at: int, queue: str = "sales", calling: str = "") -> list[Row]:
    """Offered, answered and queued at once."""
    return at_mpu(at, offered(call, calling), CallAnswered(call), Routed(call, "switch", queue),
                  CallQueued(call, queue, 1), CallState(call, "queued", queue))  # fmt: skip


def taken(call: int, at: int, wait: int, seat: str = "1001", queue: str = "sales") -> list[Row]:
    """A seat answers."""
    return at_mpu(at, CallUnqueued(call, queue, "seat", wait), SeatState(seat, "talk", call),
                  CallState(call, "talk", seat))  # fmt: skip


def over(call: int, at: int, by: str = "caller", seat: str = "1001") -> list[Row]:
    return at_mpu(at, CallCleared(call, 16, by), CallState(call, "clearing", ""), SeatState(seat, "idle", 0))


def figures(rows: Iterable[Row], end: int, **plan: Any) -> Kpis:
    ordered = sorted(rows, key=lambda row: row[0])
    return measure(records(ordered, end), KpiPlan(**plan))


FIVE: list[Row] = [
    *at_mpu(0, SeatState("1001", "idle", 0)),
    # 1: offered at 10 s, waits 5 s, talks 120 s.
    *waits(1, seconds(10), calling="13800000001"), *taken(1, seconds(15), seconds(5)), *over(1, seconds(135)),
    # 2: offered at 20 s, waits 150 s, talks 60 s.
    *waits(2, seconds(20)), *taken(2, seconds(170), seconds(150)), *over(2, seconds(230)),
    # 3: offered at 30 s, gives up after 40 s.
    *waits(3, seconds(30)), *at_mpu(seconds(70), CallUnqueued(3, "sales", "abandoned", seconds(40))),
    *at_mpu(seconds(70), CallCleared(3, 16, "caller")),
    # 4: offered at 890 s, waits 15 s (into the next interval), talks 30 s.
    *waits(4, seconds(890)), *taken(4, seconds(905), seconds(15)), *over(4, seconds(935)),
    # 5: offered at 900 s, refused at once; 6: offered at 1000 s, still waits.
    *at_mpu(seconds(900), offered(5, "13800000001"), CallCleared(5, 1, "machine")),
    *waits(6, seconds(1000)),
]  # fmt: skip


def test_the_whole_run() -> None:
    whole = figures(FIVE, seconds(1080)).whole
    assert (whole.offered, whole.connected, whole.missed, whole.overflowed, whole.waiting) == (6, 3, 2, 0, 1)
    assert whole.connect_rate_percent == 60.0  # 3 of 5
    assert (whole.in_time, whole.service_level_percent) == (2, 50.0)  # calls 1 and 4; 1 to 4 sought a person
    assert whole.mean_wait_cycles == seconds(170) // 3
    assert whole.max_wait_cycles == seconds(150)
    assert whole.waits == {50: seconds(15), 80: seconds(150), 90: seconds(150), 95: seconds(150)}
    assert whole.mean_call_cycles == seconds(70)  # 120, 60, 30
    assert whole.calls_an_hour == 20  # 6 in 0.3 h


def test_intervals_hold_what_was_offered_in_them() -> None:
    first, second = figures(FIVE, seconds(1080)).intervals
    assert (first.begin, first.cycles, first.partial) == (0, seconds(900), False)
    assert (second.begin, second.cycles, second.partial) == (seconds(900), seconds(180), True)
    assert (first.offered, first.connected, first.missed, first.waiting) == (4, 3, 1, 0)  # call 4 was answered later
    assert (second.offered, second.connected, second.missed, second.waiting) == (2, 0, 1, 1)
    assert second.service_level_percent is None  # nobody who sought a person is done
    assert second.mean_wait_cycles is None
    assert (first.calls_an_hour, second.calls_an_hour) == (16, 40)


def test_another_length_of_intervals_and_another_limit() -> None:
    kpis = figures(FIVE, seconds(1080), every_cycles=seconds(300), service_level_cycles=seconds(5))
    assert [row.offered for row in kpis.intervals] == [3, 0, 1, 2]
    assert kpis.whole.in_time == 1


def test_queues_count_stays() -> None:
    """A call that overflows into another queue is offered to both."""
    rows = [*waits(1, seconds(10)),
            *at_mpu(seconds(40), CallUnqueued(1, "sales", "overflow", seconds(30)), Routed(1, "switch", "service"),
                    CallQueued(1, "service", 1)),
            *taken(1, seconds(44), seconds(4), queue="service"), *over(1, seconds(64))]  # fmt: skip
    kpis = figures(rows, seconds(100))
    by_name = {row.name: row for row in kpis.queues}
    assert _counts(by_name["sales"]) == (1, 0, 0, 1, 0)
    assert by_name["sales"].service_level_percent is None
    assert _counts(by_name["service"]) == (1, 1, 0, 0, 0)
    assert by_name["service"].mean_wait_cycles == seconds(4)
    assert by_name["service"].mean_call_cycles == seconds(20)
    assert kpis.whole.mean_wait_cycles == seconds(34)  # the caller waited in both


def test_a_call_that_never_sought_a_person() -> None:
    """An announcement: connected when it is over, undecided before; no matter of the service level."""
    rows = at_mpu(10, offered(1), CallAnswered(1), CallState(1, "service", "announce"))
    up = figures(rows, 1_000).whole
    assert _counts(up) == (1, 0, 0, 0, 1)
    done = figures(rows + at_mpu(500, CallCleared(1, 16, "machine")), 1_000).whole
    assert _counts(done) == (1, 1, 0, 0, 0)
    assert done.service_level_percent is None


def test_a_call_that_goes_on_to_another_exchange_is_connected_by_its_answer() -> None:
    rows = at_mpu(0, offered(1), CallState(1, "outgoing", "7777"))
    rows += at_mpu(seconds(6), CallAnswered(1), CallState(1, "talk", ""))
    whole = figures(rows + at_mpu(seconds(10), CallCleared(1, 16, "caller")), seconds(20)).whole
    assert (whole.connected, whole.mean_wait_cycles, whole.mean_call_cycles) == (1, seconds(6), seconds(4))


JOINS = (("east-1", "west-1"),)


def goes_on(call: int, further: int, at: int) -> list[Row]:
    """A call overflows to the other machine, where it comes as another one and is queued (and answered) at once."""
    over_there = CallOffered(further, "in", "west-1", 7, "A", "10061")
    return [
        *at_mpu(at, CallState(call, "outgoing", "10061"), CallLeg(call, "east-1", 7, "", 1), over_there),
        *at_mpu(at, CallAnswered(further), CallQueued(further, "guests", 1), CallState(call, "talk", "")),
    ]


def test_a_call_that_another_machine_of_the_run_serves_is_one_call() -> None:
    """It waits 30 s here and 10 s there, and a person there has it for 20 s."""
    rows = [*waits(1, seconds(10), calling="A"),
            *at_mpu(seconds(40), CallUnqueued(1, "sales", "overflow", seconds(30))),
            *goes_on(1, 2, seconds(40)), *taken(2, seconds(50), seconds(10), queue="guests"),
            *over(2, seconds(70)), *over(1, seconds(70))]  # fmt: skip
    kpis = figures(rows, seconds(100), joins=JOINS)
    assert _counts(kpis.whole) == (1, 1, 0, 0, 0)
    assert (kpis.whole.mean_wait_cycles, kpis.whole.mean_call_cycles) == (seconds(40), seconds(20))
    assert {row.name: _counts(row) for row in kpis.queues} == {"sales": (1, 0, 0, 1, 0), "guests": (1, 1, 0, 0, 0)}
    assert kpis.first_calls.first == 1
    apart = figures(rows, seconds(100)).whole  # what is not known to be joined are two calls
    assert (apart.offered, apart.mean_wait_cycles) == (2, seconds(20))


def test_who_gives_up_there_was_missed_here() -> None:
    rows = [*waits(1, seconds(10)), *goes_on(1, 2, seconds(40)), *over(2, seconds(55)), *over(1, seconds(55))]
    assert _counts(figures(rows, seconds(100), joins=JOINS).whole) == (1, 0, 1, 0, 0)


def test_who_is_refused_there_and_taken_here_was_taken_here() -> None:
    rows = [*waits(1, seconds(10)), *goes_on(1, 2, seconds(40))[:3], *over(2, seconds(41)),
            *at_mpu(seconds(41), CallLeg(1, "east-1", 7, "", 0), CallQueued(1, "sales", 1)),
            *taken(1, seconds(50), seconds(9)), *over(1, seconds(70))]  # fmt: skip
    whole = figures(rows, seconds(100), joins=JOINS).whole
    assert (_counts(whole), whole.mean_wait_cycles) == ((1, 1, 0, 0, 0), seconds(40))


def test_calls_of_the_machine_and_of_seats_are_not_inbound() -> None:
    rows = at_mpu(0, CallOffered(1, "out", "e1-0", 1, "1", "2"), CallOffered(2, "seat", "", 0, "1001", "1002"))
    assert _counts(figures(rows, 10).whole) == (0, 0, 0, 0, 0)


# -- seats -------------------------------------------------------------------------------------------------------------

DAY: list[Row] = [
    *at_mpu(seconds(100), SeatState("1001", "idle", 0)),
    *at_mpu(seconds(300), SeatState("1001", "ringing", 7)), *at_mpu(seconds(310), SeatState("1001", "talk", 7)),
    *at_mpu(seconds(400), SeatState("1001", "held", 7)), *at_mpu(seconds(420), SeatState("1001", "talk", 7)),
    *at_mpu(seconds(460), SeatState("1001", "wrap_up", 0)), *at_mpu(seconds(500), SeatState("1001", "idle", 0)),
    *at_mpu(seconds(800), SeatState("1001", "ringing", 8)), *at_mpu(seconds(850), SeatState("1001", "busy", 0)),
    *at_mpu(seconds(1000), SeatState("1001", "idle", 0)), *at_mpu(seconds(1300), SeatState("1001", "signed_out", 0)),
]  # fmt: skip


def test_a_seat() -> None:
    """Signed in for 1200 s: 150 s talk (20 on hold), 40 s wrap-up, 150 s busy, two calls rang, one was answered."""
    (seat,) = figures(DAY, seconds(1800)).seats
    assert (seat.calls, seat.not_answered) == (1, 1)
    assert seat.signed_in_cycles == seconds(1200)
    assert (seat.talk_cycles, seat.wrap_up_cycles, seat.busy_cycles) == (seconds(150), seconds(40), seconds(150))
    assert seat.mean_call_cycles == seconds(150)
    assert seat.calls_an_hour == 3
    assert seat.utilisation_percent == 15.8  # 190 of 1200
    assert seat.work_intensity_percent == 14.2  # 150 of 1050


def test_a_seat_by_intervals_has_the_times_where_they_passed() -> None:
    first, second = figures(DAY, seconds(1800)).seat_intervals
    assert (first.calls, second.calls) == (1, 0)
    assert (first.signed_in_cycles, second.signed_in_cycles) == (seconds(800), seconds(400))
    assert (first.busy_cycles, second.busy_cycles) == (seconds(50), seconds(100))
    assert (first.not_answered, second.not_answered) == (1, 0)


def test_a_seat_that_rings_for_a_caller_who_gives_up_has_not_failed_to_answer() -> None:
    rows = [*at_mpu(0, SeatState("1001", "idle", 0)), *at_mpu(5, SeatState("1001", "ringing", 1)),
            *at_mpu(9, SeatState("1001", "idle", 0))]  # fmt: skip
    assert figures(rows, 20).seats[0].not_answered == 0


# -- first-call resolution, satisfaction -------------------------------------------------------------------------------


def call(number: int, at: int, calling: str) -> list[Row]:
    """Ten seconds' talk, taken at once."""
    return [*waits(number, at, calling=calling), *taken(number, at, 0), *over(number, at + seconds(10))]


def test_first_call_resolution() -> None:
    """A calls once; B again after half an hour; C again after two hours, so that both of its calls are first ones."""
    rows = [*call(1, 0, "A"), *call(2, seconds(60), "B"), *call(3, seconds(120), "C"),
            *call(4, 30 * MINUTE, "B"), *call(5, 2 * HOUR + MINUTE * 5, "C"),
            *waits(6, 2 * HOUR, calling="D"),
            *at_mpu(2 * HOUR + 8, CallUnqueued(6, "sales", "abandoned", 8), CallCleared(6, 16, "caller"))]  # fmt: skip
    found = figures(rows, 3 * HOUR).first_calls
    assert (found.first, found.resolved, found.percent) == (4, 3, 75.0)
    wide = figures(rows, 3 * HOUR, repeat_cycles=3 * HOUR).first_calls
    assert (wide.first, wide.resolved) == (3, 1)


def test_ratings() -> None:
    """Four callers come to a service after their talk: digits 1, 2 and 9, and none; a digit before the talk is none."""
    rows: list[Row] = []
    for number, digit in enumerate(("1", "2", "9", ""), 1):
        at = number * seconds(100)
        rows += at_mpu(at, offered(number), CallAnswered(number), CallState(number, "service", "menu"))
        rows += at_mpu(at, DigitHeard(0, number, "1"), CallState(number, "talk", "1001"))
        rows += at_mpu(at + 8, CallState(number, "service", "menu"))
        rows += at_mpu(at + 9, DigitHeard(0, number, digit), DigitHeard(0, number, "1")) if digit else []
        rows += at_mpu(at + 16, CallCleared(number, 16, "caller"))
    ratings = figures(rows, seconds(600), good_digits="12").ratings
    assert (ratings.asked, ratings.rated, ratings.good) == (4, 3, 2)
    assert (ratings.satisfaction_percent, ratings.good_perception_percent) == (66.6, 50.0)


def test_without_data_it_says_so() -> None:
    kpis = figures(FIVE[:2], seconds(20))
    assert kpis.ratings.satisfaction_percent is None
    assert kpis.first_calls.percent is None
    assert len(notes(kpis)) == 2
    assert notes(figures(call(1, 0, "A"), MINUTE))[0].startswith("no satisfaction")


# -- sums --------------------------------------------------------------------------------------------------------------


def _counts(row: CallRow) -> tuple[int, ...]:
    return row.offered, row.connected, row.missed, row.overflowed, row.waiting


@st.composite
def journals(draw: st.DrawFn) -> tuple[list[Row], int]:
    rows: list[Row] = []
    for number in range(1, draw(st.integers(0, 12)) + 1):
        at, wait = draw(st.integers(0, 5_000)), draw(st.integers(0, 3_000))
        rows += waits(number, at, draw(st.sampled_from(("sales", "service"))), draw(st.sampled_from(("A", "B", "C"))))
        queue = rows[-2][2].queue  # type: ignore[attr-defined]
        fate = draw(st.sampled_from(("seat", "abandoned", "overflow", "lost", "waits", "talks")))
        seat = draw(st.sampled_from(("1001", "1002")))
        if fate in ("seat", "talks"):
            rows += taken(number, at + wait, wait, seat, queue)
        elif fate != "waits":
            rows += at_mpu(at + wait, CallUnqueued(number, queue, fate, wait))
        if fate not in ("waits", "talks"):
            rows += over(number, at + wait + draw(st.integers(0, 2_000)), seat=seat)
    return rows, draw(st.integers(10_001, 12_000))


@settings(max_examples=60, deadline=None)
@given(journals(), st.integers(500, 20_000))
def test_nothing_is_lost_or_counted_twice(journal: tuple[list[Row], int], every: int) -> None:
    """Offered = connected + missed + overflowed + waiting, in every row; intervals add up to the whole."""
    kpis = figures(*journal, every_cycles=every)
    for row in (kpis.whole, *kpis.intervals, *kpis.queues, *kpis.queue_intervals):
        assert row.offered == row.connected + row.missed + row.overflowed + row.waiting
        assert row.in_time <= row.connected
    assert tuple(map(sum, zip(*map(_counts, kpis.intervals), strict=True))) == _counts(kpis.whole)
    assert sum(row.cycles for row in kpis.intervals) == kpis.whole.cycles == kpis.end
    for queue in kpis.queues:
        parts = [_counts(row) for row in kpis.queue_intervals if row.name == queue.name]
        assert tuple(map(sum, zip(*parts, strict=True))) == _counts(queue)
    for seat in kpis.seats:
        own = [row for row in kpis.seat_intervals if row.seat == seat.seat]
        for name in ("calls", "talk_cycles", "signed_in_cycles", "idle_cycles", "not_answered"):
            assert sum(getattr(row, name) for row in own) == getattr(seat, name), name
    offered_count = sum(isinstance(event, CallOffered) for _, _, event in journal[0])
    assert kpis.whole.offered == offered_count


@pytest.mark.parametrize(("values", "percent", "found"), [
    ([7], 50, 7), ([1, 2], 50, 1), ([1, 2], 51, 2), ([4, 3, 2, 1], 75, 3), ([4, 3, 2, 1], 100, 4),
    (list(range(1, 101)), 95, 95), ([1, 2, 3], 1, 1),
])  # fmt: skip
def test_percentiles_by_nearest_rank(values: list[int], percent: int, found: int) -> None:
    assert percentile(values, percent) == found


def test_tables() -> None:
    shown = dict(tables(figures([*FIVE, *DAY[1:]], seconds(1400), every_cycles=seconds(900))))
    (whole,) = shown["Inbound calls 呼入"]
    assert whole["connect rate 接通率 %"] == 60.0
    assert [row["name 名称"] for row in shown["Inbound calls by interval 呼入分时段"]] == ["0.000s", "900.000s partial"]
    narrow = list(on_terminal(shown["Seats by interval 座席分时段"]))
    assert {row["figure 指标"] for row in narrow[0]} >= {"utilisation 利用率 %", "work intensity 工作强度 %"}
    heading, columns, line = plain_lines("Queues 队列", shown["Queues 队列"])
    assert heading == "# Queues 队列"
    assert len(columns.split("\t")) == len(line.split("\t"))
