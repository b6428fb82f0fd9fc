"""The timeline: what is done when, on which event, and how a run ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from switchsim.cli.main import run_command_line


def journal(folder: Path, text: str, *words: str) -> list[dict[str, Any]]:
    """The records of a run of this scenario on the small machine, without its first line."""
    (folder / "s.yaml").write_text("format: 1\nmachine: b_type_small\n" + text, encoding="utf-8")
    out = folder / "o"
    code = run_command_line(["run", str(folder / "s.yaml"), "--out", str(out), "--force", "--quiet", *words])
    assert code in (0, 1, 3)
    return [json.loads(line) for line in (out / "journal.jsonl").read_text(encoding="utf-8").splitlines()[1:]]


def of(records: list[dict[str, Any]], kind: str, **fields: object) -> list[dict[str, Any]]:
    return [one for one in records if one["kind"] == kind and all(one[name] == value for name, value in fields.items())]


def test_orders_land_at_their_cycle_and_not_a_control_tick_later(tmp_path: Path) -> None:
    records = journal(tmp_path, """seconds: 2
timeline:
  - {at: 12345cyc, fault: mem_link_cut, for: 1111cyc}
""")
    assert [one["at"] for one in of(records, "order_given")] == [12345, 12345 + 1111]
    assert of(records, "fault_armed")[0]["at"] == 0
    assert (records[-1]["at"], records[-1]["why"]) == (16_000, "done")


def test_an_act_on_the_nth_event_comes_the_cycle_after_it_and_a_while(tmp_path: Path) -> None:
    records = journal(tmp_path, """seconds: 1
timeline:
  - on: {event: link_up, where: {place: frame/0/slot/13}, nth: 3, after: 77cyc}
    act: {who: agent 1003, do: busy}
""")
    third = of(records, "link_up", place="frame/0/slot/13")[2]["at"]
    (order,) = of(records, "order_given")
    assert (order["at"], order["place"], order["arguments"]) == (third + 1 + 77, "farend/agent/1003", "busy")
    assert of(records, "seat_state", seat="1003", state="busy")


@pytest.mark.parametrize("batch", ["1", "160"])
def test_a_stop_on_an_event_ends_the_run_exactly_there(tmp_path: Path, batch: str) -> None:
    records = journal(tmp_path, """seconds: 5
timeline:
  - {on: {event: link_up, after: 1001cyc}, stop: true}
""", "--batch", batch)
    assert records[-1]["at"] == of(records, "link_up")[0]["at"] + 1 + 1001


def test_the_earliest_stop_counts(tmp_path: Path) -> None:
    records = journal(tmp_path, """seconds: 5
timeline: [{at: 2s, stop: true}, {at: 301ms, stop: true}]
""")
    assert records[-1]["at"] == 2408


def test_a_heal_ends_the_fault_it_names_and_no_other(tmp_path: Path) -> None:
    records = journal(tmp_path, """seconds: 1
timeline:
  - {at: 100ms, fault: mem_link_cut, id: link}
  - {at: 150ms, fault: seat_drop, id: seat, where: {seat: 1001}}
  - {at: 400ms, heal: link}
""")
    assert [(one["at"], one["fault"]) for one in of(records, "fault_undone")] == [(3200, "1")]


def test_a_fault_that_has_not_begun_is_not_healed(tmp_path: Path) -> None:
    records = journal(tmp_path, """seconds: 1
timeline:
  - {on: {event: call_offered}, fault: mem_link_cut, id: link}
  - {at: 400ms, heal: link}
""")
    assert of(records, "order_given") == []


def test_a_load_starts_and_stops_when_told_and_agents_go_home(tmp_path: Path) -> None:
    records = journal(tmp_path, """seconds: 4
drained: false
load: [{name: calls, shape: constant, rate: 10/s, numbers: ["10061"]}]
agents: [{sign_out: 1s}, {seats: ["1002"], sign_in: 20ms}]
timeline: [{at: 2s, act: {who: load calls, do: stop}}]
""")
    placed = [one["at"] for one in of(records, "party_calls")]
    assert len(placed) == 19
    assert max(placed) < 16_000
    gone = {one["seat"] for one in of(records, "seat_state") if one["state"] == "signed_out"}
    assert {str(seat) for seat in range(1009, 1017)} <= gone, "idle agents leave at once, the others after their call"
    assert "1002" not in gone


def test_a_person_at_the_exchange_places_a_call(tmp_path: Path) -> None:
    records = journal(tmp_path, """seconds: 3
drained: false
timeline:
  - {at: 1s, act: {who: exchange e1-2, do: call, number: "2001", calling: "139"}}
  - {on: {event: seat_state, where: {seat: "1001", state: talk}, after: 200ms}, act: {who: caller e1-2:1, do: hang_up}}
""")
    (offered,) = of(records, "call_offered")
    assert (offered["line"], offered["called"], offered["calling"]) == ("e1-2", "2001", "139")
    talks = of(records, "seat_state", seat="1001", state="talk")[0]["at"]
    (cleared,) = of(records, "call_cleared")
    assert talks + 1600 < cleared["at"] < talks + 1600 + 800
    assert cleared["by"] == "caller"


def test_somebody_at_the_rack_reads_writes_and_resets(tmp_path: Path) -> None:
    records = journal(tmp_path, """seconds: 6
timeline:
  - {at: 1s, act: {who: board frame/0/slot/7, do: write, register: MODE, value: 2}}
  - {at: 2s, act: {who: board frame/0/slot/7, do: read, register: MODE}}
  - {at: 3s, act: {who: board frame/0/slot/7, do: reset}}
""")
    assert [(one["register"], one["value"]) for one in of(records, "register_shown")] == [("MODE", 2), ("MODE", 2)]
    states = [one["state"] for one in of(records, "board_state") if one["place"] == "frame/0/slot/7"]
    assert states == ["self_test", "in_service"]


@pytest.mark.parametrize(("act", "told"), [
    ("{who: board frame/9/slot/9, do: reset}", "no board at 'frame/9/slot/9'"),
    ("{who: board frame/0/slot/7, do: read, register: MODUS}", "has no register 'MODUS'"),
])
def test_a_board_or_register_that_is_not_there_is_told_at_its_line(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], act: str, told: str) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(f"format: 1\nmachine: b_type_small\nseconds: 1\ntimeline:\n  - {{at: 1ms, act: {act}}}\n")
    assert run_command_line(["check", str(path)]) == 2
    assert "s.yaml:5: " in capsys.readouterr().err
    assert run_command_line(["check", str(path)]) == 2
    assert told in capsys.readouterr().err
