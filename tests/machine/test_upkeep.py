"""Management of No.7 by hand, at the machine and at the exchange: links, circuits, points (Q.704 9, 10; Q.764 2.8)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from whole_runs import Inside, prepared

from switchsim.errors import BadInput, ExitCode
from switchsim.kernel.snapshot import restore, take
from switchsim.model.event import Record
from switchsim.model.events import (
    Changeback,
    Changeover,
    CircuitBlocked,
    CircuitState,
    ContinuityCheck,
    Destination,
    MessageSent,
    SignallingLink,
    UnitReceived,
    UnitSent,
    decode_line,
)
from switchsim.model.order import Act
from switchsim.scenario.runner import RunOptions, run
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller
from switchsim.units import ms, seconds

MACHINE, CITY = "frame/0/slot/2/program", "farend/exchange/city"
OWN, FAR = 1, 2
LOAD = 'load: [{name: rush, shape: constant, rate: 4/s, numbers: ["10000"], start: 2s}]\n'
CQM, CQR, BLO, CGB, RSC = 0x2A, 0x2B, 0x13, 0x18, 0x12
LLT, LRT = "76", "86"


def scenario(folder: Path, acts: str, *, machine: str = "two_links_ss7", last: int = 14, load: str = LOAD) -> Inside:
    steps = "".join(f"  - {{at: {at}, act: {{{act}}}}}\n" for at, _, act in
                    (row.partition(": ") for row in acts.strip().splitlines()))  # fmt: skip
    text = f"format: 1\nmachine: {machine}\nseed: 5\nseconds: {last}\n{load}timeline:\n{steps}"
    return Inside(prepared(folder, text))


def played(folder: Path, acts: str, **how: Any) -> list[Record]:
    inside = scenario(folder, acts, **how)
    inside.go()
    return [decode_line(line) for line in bytes(inside.octets).splitlines()[1:]]


def those(
    rows: list[Record], event: type[Any], since: int = 0, until: int = seconds(999), place: str = "", **fields: Any
) -> list[Any]:
    found = [row.event for row in rows
             if isinstance(row.event, event) and since <= row.at < until and place in ("", row.place)]  # fmt: skip
    return [one for one in found if all(getattr(one, key) == value for key, value in fields.items())]


def messages(rows: list[Record], link: str, since: int, until: int) -> int:
    """Traffic of user parts that the machine put on a link."""
    sent = those(rows, UnitSent, seconds(since), seconds(until), link=link)
    return sum(len(one.octets) > 16 and int(one.octets[7], 16) >= 4 for one in sent)


def management(rows: list[Record], link: str, since: int, until: int, *, heard: bool = False) -> list[str]:
    """H1 and H0 of the messages of signalling network management that the machine sent, or heard, on a link."""
    sent = those(rows, UnitReceived if heard else UnitSent, seconds(since), seconds(until), link=link)
    return [one.octets[16:18] for one in sent if len(one.octets) > 16 and one.octets[7] == "0"]


def types(rows: list[Record], place: str) -> list[int]:
    return [int(one.octets[4:6], 16) for one in those(rows, MessageSent, place=place)]


# -- links -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["machine", "far"])
def test_an_inhibited_link_is_out_of_traffic_until_it_is_given_back(tmp_path: Path, end: str) -> None:
    rows = played(tmp_path, f"""
4s: who: "link e1-0:16", end: {end}, do: inhibit
9s: who: "link e1-0:16", end: {end}, do: uninhibit""")
    assert [messages(rows, "e1-0:16", at, at + 3) > 5 for at in (2, 6, 11)] == [True, False, True]
    assert messages(rows, "e1-0:16", 6, 9) == 0
    asks = {"machine": MACHINE, "far": CITY}[end]
    told = [one.state for one in those(rows, SignallingLink, seconds(4), place=asks)]
    assert told == ["inhibited", "inhibited", "uninhibited", "available"]
    for place in (MACHINE, CITY):
        assert len(those(rows, Changeover, place=place, link="e1-0:16")) == 1
        assert len(those(rows, Changeback, place=place, link="e1-0:16")) == 1
    assert not those(rows, Destination, seconds(3), state="pause")


def test_an_inhibited_link_is_tested_by_both_ends(tmp_path: Path) -> None:
    """T22 and T23 (Q.704 10.4): LLT of the end that asked for it, LRT of the other."""
    machine = (Path(__file__).parents[2] / "boards/machines/two_links_ss7.yaml").read_text(encoding="utf-8")
    (tmp_path / "brisk.yaml").write_text(
        machine.replace("name: two_links_ss7", "name: brisk").replace(
            "ss7:\n", "ss7:\n  timers: {mtp3.t22: 180s, mtp3.t23: 180s}\n"), encoding="utf-8")
    rows = played(tmp_path, '4s: who: "link e1-0:16", end: machine, do: inhibit', machine="brisk", last=190, load="")
    assert LLT in management(rows, "e1-1:16", 4, 190)
    assert LRT in management(rows, "e1-1:16", 4, 190, heard=True)


def test_the_last_link_is_not_given_up(tmp_path: Path) -> None:
    rows = played(tmp_path, """
4s: who: "link e1-0:16", end: machine, do: inhibit
6s: who: "link e1-1:16", end: machine, do: inhibit
7s: who: "link e1-1:16", end: far, do: inhibit
8s: who: "link e1-1:16", end: machine, do: uninhibit""", last=10)
    told = [one.state for one in those(rows, SignallingLink, seconds(5), link="e1-1:16")]
    assert told == ["denied", "denied", "not_inhibited"]


@pytest.mark.parametrize("end", ["machine", "far"])
def test_a_link_is_deactivated_and_activated(tmp_path: Path, end: str) -> None:
    rows = played(tmp_path, f"""
4s: who: "link e1-0:16", end: {end}, do: deactivate
6s: who: "link e1-0:16", end: {end}, do: activate""", last=18)
    asks = {"machine": MACHINE, "far": CITY}[end]
    told = [one.state for one in those(rows, SignallingLink, seconds(4), place=asks, link="e1-0:16")]
    assert (told[0], told[-1]) == ("deactivated", "available")
    assert messages(rows, "e1-0:16", 5, 6) == 0 < messages(rows, "e1-0:16", 16, 18)


def test_a_level_2_that_was_stopped_by_hand_is_missed_by_its_level_3(tmp_path: Path) -> None:
    inside = scenario(tmp_path, '13s: who: "link e1-0:16", end: far, do: uninhibit')
    inside.begin()
    inside.machine.order(seconds(4), CITY, Act("stop", {"link": 0}))
    inside.end()
    rows = [decode_line(line) for line in bytes(inside.octets).splitlines()[1:]]
    told = [one.state for one in those(rows, SignallingLink, seconds(4), place=CITY, link="e1-0:16")]
    assert told[0] == "failed"
    assert "available" in told, "and it starts again"


# -- circuits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["machine", "far"])
@pytest.mark.parametrize("who", ["circuit e1-0:2", "line e1-0"])
def test_no_call_takes_a_blocked_circuit(tmp_path: Path, end: str, who: str) -> None:
    rows = played(tmp_path, f"""
4s: who: "{who}", end: {end}, do: block
9s: who: "{who}", end: {end}, do: unblock""", load=LOAD.replace("start", "lines: [e1-0], start"))
    busy = [row.at for row in rows if isinstance(row.event, CircuitState) and row.event.state == "busy"
            and (row.event.line, row.event.timeslot) == ("e1-0", 2)]  # fmt: skip
    begun = [sum(seconds(at) + ms(100) <= one < seconds(at + 5) for one in busy) for at in (0, 4, 9)]
    circuits = 31 - 1 if who.startswith("line") else 1
    by = "local" if end == "machine" else "remote"
    for on in (1, 0):
        assert len(those(rows, CircuitBlocked, line="e1-0", by=by, sort="maintenance", on=on)) == circuits
    asks = {"machine": MACHINE, "far": CITY}[end]
    assert (CGB if circuits > 1 else BLO) in types(rows, asks)
    assert [count > 0 for count in begun] == [True, False, True]


def test_circuits_are_reset_queried_and_checked(tmp_path: Path) -> None:
    rows = played(tmp_path, """
3500ms: who: "circuit e1-1:31", end: machine, do: query
4s: who: "circuit e1-1:30", end: far, do: query
5s: who: "circuit e1-0:2", end: machine, do: reset
6s: who: "circuit e1-1:20", end: machine, do: check
7s: who: "circuit e1-1:21", end: far, do: check
8s: who: "line e1-1", end: far, do: query""", last=10)
    assert (types(rows, MACHINE).count(CQM), types(rows, CITY).count(CQR)) == (1, 1)
    assert (types(rows, CITY).count(CQM), types(rows, MACHINE).count(CQR)) == (3, 3), "a line has two ranges"
    assert types(rows, MACHINE).count(RSC) == 1
    assert {one.timeslot for one in those(rows, ContinuityCheck, line="e1-1", what="heard")} == {20, 21}


@pytest.mark.parametrize("end", ["machine", "far"])
@pytest.mark.parametrize("who", ["circuit e1-0:2", "line e1-0"])
def test_a_reset_ends_calls_at_both_ends_and_nothing_is_left_of_them(tmp_path: Path, end: str, who: str) -> None:
    load = LOAD.replace("start", "lines: [e1-0], stop: 6s, start")
    inside = scenario(tmp_path, f'3s: who: "{who}", end: {end}, do: reset', load=load, last=16)
    assert run(inside.prepared, RunOptions(out=tmp_path / "run"), Teller(), StopSignal()).exit_code == ExitCode.PASSED
    rows = [decode_line(line) for line in (tmp_path / "run" / "journal.jsonl").read_bytes().splitlines()[1:]]
    states = [(row.at, row.event.state) for row in rows if isinstance(row.event, CircuitState)
              and (row.event.line, row.event.timeslot) == ("e1-0", 2)]  # fmt: skip
    assert [state for _, state in states][:2] == ["busy", "idle"]
    assert seconds(3) < states[1][0] < seconds(3) + ms(100)


def test_two_requests_that_cross_would_cut_a_point_off_and_are_undone(tmp_path: Path) -> None:
    """Each end agrees to what it can still do without; then the exchange has no link left (Q.704 10.3.1, 10.3.2)."""
    rows = played(tmp_path, """
4s: who: "link stp_a:city:0", end: stp_a, do: inhibit
4s: who: "link stp_b:city:0", end: city, do: inhibit""", machine="stp_pair_ss7", last=8, load="")
    for link, place in (("stp_a:city:0", "farend/stp/stp_a"), ("stp_b:city:0", CITY)):
        told = [one.state for one in those(rows, SignallingLink, seconds(4), place=place, link=link)]
        assert told == ["inhibited", "inhibited", "uninhibited", "available"]


@pytest.mark.parametrize(("point", "place"), [("machine", MACHINE), ("city", CITY)])
def test_a_point_restarts(tmp_path: Path, point: str, place: str) -> None:
    rows = played(tmp_path, f"5s: who: point {point}, do: restart", last=8)
    told = [one.state for one in those(rows, Destination, seconds(5), place=place)]
    assert told[0] == "pause"
    assert sorted(told[1:]) == ["restarted", "resume"]


# -- all of it ---------------------------------------------------------------------------------------------------------

ALL = """
4s: who: "link e1-0:16", end: machine, do: inhibit
5s: who: "line e1-1", end: machine, do: block
6s: who: "circuit e1-0:3", end: far, do: block"""


def test_blocking_and_inhibition_outlive_a_switchover(tmp_path: Path) -> None:
    text = f"format: 1\nmachine: two_links_ss7\nseed: 5\nseconds: 14\n{LOAD}timeline:\n"
    text += '  - {at: 4s, act: {who: "link e1-0:16", end: machine, do: inhibit}}\n'
    text += '  - {at: 5s, act: {who: "circuit e1-0:3", end: machine, do: block}}\n'
    text += "  - {at: 6s, fault: mpu_kill, where: {processor: a}}\n"
    text += '  - {at: 9s, act: {who: "link e1-0:16", end: machine, do: uninhibit}}\n'
    text += '  - {at: 9s, act: {who: "circuit e1-0:3", end: machine, do: unblock}}\n'
    inside = Inside(prepared(tmp_path, text))
    inside.go()
    rows = [decode_line(line) for line in bytes(inside.octets).splitlines()[1:]]
    other = MACHINE.replace("slot/2", "slot/3")
    assert messages(rows, "e1-0:16", 7, 9) == 0 < messages(rows, "e1-0:16", 11, 14)
    assert [one.state for one in those(rows, SignallingLink, place=other)] == ["uninhibited", "available"]
    assert [(one.timeslot, one.on) for one in those(rows, CircuitBlocked, place=other)] == [(3, 0)]


def test_a_snapshot_in_between_goes_on_as_the_run_did(tmp_path: Path) -> None:
    whole = scenario(tmp_path, ALL, last=8)
    whole.begin()
    whole.machine.run(seconds(4) + 50)
    snapshot, so_far = take(whole.machine.kernel), len(whole.octets)
    whole.end()
    again = scenario(tmp_path, ALL, last=8)
    restore(again.machine.kernel, snapshot)
    again.end()
    assert whole.octets[so_far:] == again.octets != b""


@pytest.mark.parametrize(("machine", "act", "words"), [
    ("two_links_ss7", 'who: "link e1-0:17", end: far, do: inhibit', "no signalling link 'e1-0:17'"),
    ("two_links_ss7", 'who: "link e1-0:16", end: up, do: inhibit', "e1-0:16 has no end 'up'"),
    ("two_links_ss7", 'who: "link e1-0:16", do: inhibit', "inhibit without end"),
    ("two_links_ss7", 'who: "link e1-0:16", end: far, do: block', "'block' is nothing that a link knows"),
    ("two_links_ss7", 'who: "circuit e1-0", end: far, do: block', "'circuit e1-0' names no circuit"),
    ("two_links_ss7", 'who: "circuit e1-0:16", end: far, do: block', "e1-0:16 is no circuit"),
    ("two_links_ss7", 'who: "circuit e1-0:5", end: town, do: block', "has no end 'town'; expected one of machine, far"),
    ("two_links_ss7", "who: line e1-9, end: far, do: block", "no No.7 line 'e1-9'; expected one of e1-0, e1-1"),
    ("two_links_ss7", "who: point town, do: restart", "no point 'town'; expected one of machine, city"),
    ("one_e1_pri", 'who: "link e1-0:16", end: far, do: inhibit', "inhibit: e1-0:16 is a D channel"),
    ("one_e1_pri", "who: line e1-0, end: far, do: block", "no No.7 line 'e1-0'"),
    ("one_e1_pri", "who: point machine, do: restart", "this machine has no No.7"),
])  # fmt: skip
def test_what_is_not_there_is_refused(tmp_path: Path, machine: str, act: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        scenario(tmp_path, f"1s: {act}", machine=machine, load="")
    assert words in str(refused.value)
    assert ":6: " in str(refused.value)


def test_tup_has_no_query_and_its_circuits_are_blocked_alike(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="query: e1-1 is a line of TUP"):
        scenario(tmp_path, '1s: who: "circuit e1-1:5", end: far, do: query', machine="china_ss7", load="")
    rows = played(tmp_path, """
4s: who: "circuit e1-1:5", end: machine, do: block
4s: who: "circuit e1-1:6", end: far, do: block
6s: who: line e1-1, end: far, do: block""", machine="china_ss7", last=8, load="")
    assert {(one.timeslot, one.by) for one in those(rows, CircuitBlocked, until=seconds(6))} >= {
        (5, "local"), (6, "remote")}  # fmt: skip
    assert len(those(rows, CircuitBlocked, seconds(6), by="remote", on=1)) >= 28
