"""Three machines of one run that overflow into each other by inter-machine trunks: every caller is served once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from switchsim.errors import ExitCode
from switchsim.report.journal import JournalReader
from switchsim.report.kpis import KpiPlan
from switchsim.report.records import collect
from switchsim.scenario.kpis import kpis_of
from switchsim.scenario.prepare import prepare
from switchsim.scenario.runner import RunOptions, run
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller

NAMES = ("east", "south", "west")
MACHINE = """format: 1
name: NAME
title: {zh: NAME, en: NAME}
rack:
  main: {frame: 0, slots: {0: pwc, 1: ema, 2-3: mpu, 4: nod, 5-6: bnet, 7: ckv, 8: alm, 9: sig, 10: spt, 11: lap}}
  trunk: {frame: 1, slots: {0-1: dtm}}
  seat: {frame: 2, slots: {0: ait}}
lines:
  - {names: NAME-0, signalling: {kind: pri, side: user}}
  - {names: NAME-right, signalling: {kind: pri, side: network}}
  - {names: NAME-left, signalling: {kind: pri, side: user}}
seats:
  - {numbers: N01..N02, queues: [customers, guests]}
prompts: {please_wait: please_wait.wav}
translations: {"180": "10060"}
numbers: {"10060": customers, "10061": guests}
services:
  customers: [{queue: customers}]
  guests: [{queue: guests}]
  elsewhere: [{dial: {number: "10061", lines: [NAME-right, NAME-left]}}]
queues:
  customers: {music: [please_wait], max_wait: 1s, overflow: elsewhere}
  guests: {music: [please_wait]}
agents:
  - {sign_in: SIGN_IN, answer: 300ms}
"""
PLANT = """format: 1
name: three
title: {zh: 三机, en: Three}
machines: {east: {file: east.yaml}, south: {file: south.yaml}, west: {file: west.yaml}}
joins:
  - {between: [east-right, south-left]}
  - {between: [south-right, west-left]}
  - {between: [west-right, east-left]}
"""
SCENARIO = """format: 1
machine: three
seed: 3
seconds: 40
load:
  - {name: one, shape: constant, rate: 1/s, numbers: ["180", "10060"], lines: [LINES], start: 4s, stop: 12s, plan: PLAN}
"""
PLAN = "[{do: wait}, {do: speak}, {do: hold, time: 2s}]"


def played(folder: Path, lines: str, away: str) -> Path:
    """A run of the three machines, calls on these lines, nobody at the seats of `away`; its folder."""
    for number, name in enumerate(NAMES, 1):
        text = MACHINE.replace("NAME", name).replace("N01..N02", f"{number}01..{number}02")
        (folder / f"{name}.yaml").write_text(text.replace("SIGN_IN", "never" if name in away else "10ms"))
    (folder / "three.yaml").write_text(PLANT)
    (folder / "s.yaml").write_text(SCENARIO.replace("LINES", lines).replace("PLAN", PLAN))
    options = RunOptions(out=folder / "run")
    finished = run(prepare(folder / "s.yaml"), options, Teller(), StopSignal())
    assert finished.exit_code == ExitCode.PASSED
    return folder / "run"


@pytest.mark.parametrize(("lines", "away", "served"), [
    ("east-0", "east", {"south"}),
    ("east-0, south-0", "south", {"east", "west"}),
    ("east-0, south-0, west-0", "", {"east", "south", "west"}),
], ids=["one has nobody", "one of two has nobody", "all have"])  # fmt: skip
def test_every_caller_is_served_once(tmp_path: Path, lines: str, away: str, served: set[str]) -> None:
    folder = played(tmp_path, lines, away)
    found = collect(JournalReader(folder / "journal.jsonl"))
    assert found.faults == ()
    came = [row for row in found.rows if row.line.endswith("-0")]
    went = [row for row in came if row.out_line]
    arrived = [row for row in found.rows if not row.line.endswith("-0")]
    assert len(came) == 7
    assert len(went) == len(arrived) == (0 if not away else len(went))
    assert (len(went) > 0) == bool(away)
    assert Counter(row.calling for row in arrived) == Counter(row.calling for row in went)
    assert {row.line.partition("-")[0] for row in found.rows if row.seat} <= served
    whole = kpis_of(folder, KpiPlan()).whole
    assert (whole.offered, whole.connected, whole.missed) == (7, 7, 0)
    assert (whole.max_wait_cycles or 0) > 8_000 * bool(away)
