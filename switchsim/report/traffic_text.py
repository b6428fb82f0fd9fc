"""Traffic as rows of tables for people: routes, and the items of Q.752 for signalling links."""

from __future__ import annotations

from typing import Final

from switchsim.report.link_traffic import LinkBin
from switchsim.report.traffic import NO_ROUTE, RouteBin, Traffic
from switchsim.units import format_cycles

Rows = list[dict[str, object]]

LINK_TABLES: Final[dict[str, dict[str, str]]] = {
    "Faults and performance of signalling links (Q.752 table 1)": {
        "1.1 in service": "in_service", "1.2 failures": "failures", "1.3 FIB/BSN": "failures_abnormal",
        "1.4 late ack.": "failures_delay", "1.5 errors": "failures_errors", "1.6 busy": "failures_congestion",
        "1.7 alignment": "failures_alignment", "1.8 bad units": "units_bad", "1.9 NACK": "nacks_in",
        "1.10 changeover": "changeovers", "1.11 changeback": "changebacks", "1.12 restored": "restored",
        "octet counting": "countings", "octets counted": "octets_counted",
    },
    "Availability of signalling links (Q.752 table 2)": {
        "2.1 unavailable": "unavailable", "2.5/2.6 inhibited": "inhibited", "2.7 failed": "failed",
        "2.9 remote outage": "remote_outage", "local outage": "local_outage",
        "2.15 busy here": "local_busy", "busy there": "remote_busy", "SIB sent": "sib_out", "SIB received": "sib_in",
    },
    "Use of signalling links (Q.752 table 3)": {
        "3.1 octets out": "octets_out", "3.2 repeated": "octets_repeated", "3.3 MSU out": "msus_out",
        "3.4 octets in": "octets_in", "3.5 MSU in": "msus_in", "3.6 congestions": "congestions",
        "3.7 congested": "congested", "3.10 dropped": "dropped",
    },
}  # fmt: skip
"""Title -> column -> field of LinkBin."""
_TIMES: Final = ("in_service", "unavailable", "inhibited", "failed", "remote_outage", "local_outage",
                 "remote_busy", "local_busy", "congested")


def tables(traffic: Traffic) -> list[tuple[str, Rows]]:
    """(title, rows) of every table that has something to say."""
    found = [("Routes (ASR, ABR: E.410, E.425)", [_route(row) for row in traffic.routes])]
    if traffic.links:
        found += [(title, [_link(row, columns) for row in traffic.links]) for title, columns in LINK_TABLES.items()]
    return found


def _bin(row: RouteBin | LinkBin) -> dict[str, object]:
    """A bin that the end of the run cut is marked."""
    return {"from": format_cycles(row.begin), "for": format_cycles(row.cycles) + (" partial" if row.partial else "")}


def _route(row: RouteBin) -> dict[str, object]:
    holding = row.mean_holding_cycles
    return {
        **_bin(row), "route": "no circuit" if row.route == NO_ROUTE else row.route, "circuits": row.circuits,
        "in": row.seizures_in, "answered in": row.answers_in, "ASR in %": _or_dash(row.asr_in_percent),
        "bids out": row.bids_out, "out": row.seizures_out, "answered out": row.answers_out,
        "ASR out %": _or_dash(row.asr_out_percent), "ABR out %": _or_dash(row.abr_out_percent),
        "refused": row.refused, "mean holding": "-" if holding is None else format_cycles(holding),
        "erlang": f"{row.erlang:.3f}", "occupancy %": _or_dash(row.occupancy_percent),
    }  # fmt: skip


def _link(row: LinkBin, columns: dict[str, str]) -> dict[str, object]:
    shown: dict[str, object] = {**_bin(row), "link": row.link}
    for title, field in columns.items():
        value = getattr(row, field)
        shown[title] = format_cycles(value) if field in _TIMES else value
    return shown


def _or_dash(value: float | None) -> object:
    return "-" if value is None else value
