"""Key figures as rows of tables for people, with English and Chinese headings; and as plain lines for a pipe."""

from __future__ import annotations

from collections.abc import Iterator

from switchsim.report.kpis import PERCENTILES, CallRow, Kpis, SeatRow
from switchsim.units import format_cycles

Rows = list[dict[str, object]]
NO_DATA = "-"
BESIDE = 4


def tables(kpis: Kpis) -> list[tuple[str, Rows]]:
    """(title, rows) of every table that has something to say; those by interval where there are several."""
    several = len(kpis.intervals) > 1
    found = [("Inbound calls 呼入", [_calls(kpis.whole, "whole 全部")])]
    found.append(("Queues 队列", [_calls(row) for row in kpis.queues]))
    if several:
        found.insert(1, ("Inbound calls by interval 呼入分时段", [_calls(row, _clock(row)) for row in kpis.intervals]))
        rows = [_calls(row, f"{row.name} {_clock(row)}") for row in kpis.queue_intervals]
        found.append(("Queues by interval 队列分时段", rows))
    found.append(("Seats 座席", [_seat(row) for row in kpis.seats]))
    if several:
        rows = [_seat(row, f"{row.seat} {_clock(row)}") for row in kpis.seat_intervals]
        found.append(("Seats by interval 座席分时段", rows))
    return [(title, rows) for title, rows in (*found, ("Callers 来电者", _callers(kpis))) if rows]


def on_terminal(rows: Rows) -> Iterator[Rows]:
    """The same, narrow: a figure a row, and a few things beside each other, in as many tables as it takes."""
    first, *figures = rows[0]
    for at in range(0, len(rows), BESIDE):
        yield [
            {"figure 指标": figure, **{str(row[first]): row[figure] for row in rows[at : at + BESIDE]}}
            for figure in figures
        ]


def notes(kpis: Kpis) -> list[str]:
    """What there is no data for, in words."""
    found = []
    if kpis.ratings.satisfaction_percent is None:
        found.append("no satisfaction 满意度, no good perception 好感知率: no caller rated a call in this run")
    if kpis.first_calls.percent is None:
        found.append("no first-call resolution 一次解决率: no connected call with a calling number has ended")
    return found


def plain_lines(title: str, rows: Rows) -> Iterator[str]:
    """A title, a heading, and one line a row, with tabs between the columns."""
    yield f"# {title}"
    yield "\t".join(rows[0])
    for row in rows:
        yield "\t".join(map(str, row.values()))


def _clock(row: CallRow | SeatRow) -> str:
    """An interval: its begin, and that the run's end cut it."""
    return format_cycles(row.begin) + (" partial" if row.partial else "")


def _calls(row: CallRow, name: str = "") -> dict[str, object]:
    shown: dict[str, object] = {
        "name 名称": name or row.name, "time 时长": format_cycles(row.cycles), "offered 呼入总量": row.offered,
        "connected 接通": row.connected, "missed 未接": row.missed, "overflowed 溢出": row.overflowed,
        "waiting 等待中": row.waiting, "connect rate 接通率 %": _share(row.connect_rate_percent),
        "service level 服务水平 %": _share(row.service_level_percent),
        "mean wait 平均等待": _time(row.mean_wait_cycles), "longest wait 最长等待": _time(row.max_wait_cycles),
    }  # fmt: skip
    shown |= {f"wait P{percent} 等待": _time(row.waits.get(percent)) for percent in PERCENTILES}
    return shown | {
        "mean call 平均通话时长": _time(row.mean_call_cycles), "calls/h 每小时通话量": row.calls_an_hour,
    }  # fmt: skip


def _seat(row: SeatRow, name: str = "") -> dict[str, object]:
    return {
        "seat 座席": name or row.seat, "time 时长": format_cycles(row.cycles), "calls 通话量": row.calls,
        "not answered 未应答": row.not_answered, "signed in 签入": _time(row.signed_in_cycles),
        "talk 通话": _time(row.talk_cycles), "wrap-up 整理": _time(row.wrap_up_cycles),
        "busy 示忙": _time(row.busy_cycles), "mean call 平均通话时长": _time(row.mean_call_cycles),
        "calls/h 每小时通话量": NO_DATA if row.calls_an_hour is None else row.calls_an_hour,
        "utilisation 利用率 %": _share(row.utilisation_percent),
        "work intensity 工作强度 %": _share(row.work_intensity_percent),
    }  # fmt: skip


def _callers(kpis: Kpis) -> Rows:
    first, ratings = kpis.first_calls, kpis.ratings
    return [{
        "name 名称": "whole 全部",
        "first calls 首次来电": first.first, "resolved 一次解决": first.resolved,
        "first-call resolution 一次解决率 %": _share(first.percent), "asked 邀评": ratings.asked,
        "rated 参评": ratings.rated, "good 好评": ratings.good,
        "satisfaction 满意度 %": _share(ratings.satisfaction_percent),
        "good perception 好感知率 %": _share(ratings.good_perception_percent),
    }]  # fmt: skip


def _time(cycles: int | None) -> str:
    return NO_DATA if cycles is None else format_cycles(cycles)


def _share(value: float | None) -> object:
    return NO_DATA if value is None else value
