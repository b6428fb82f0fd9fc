"""Level 3 of the machine is out of reach: the links say so (Q.703 clause 8), and are as before when it is back."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchsim.errors import ExitCode
from switchsim.model.events import Destination, LinkDown, MailboxCounted, UnitSent, decode_line
from switchsim.scenario.prepare import prepare
from switchsim.scenario.runner import RunOptions, run
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller
from switchsim.units import ms, seconds

SIPO = "04"
SCENARIO = """
format: 1
machine: one_e1_ss7
seed: 5
seconds: 50
load:
  - {{name: rush, shape: poisson, rate: 60/min, numbers: ["10000"], start: 3s, stop: 30s}}
timeline:
{faults}
"""
BOTH = """  - {at: 10s, fault: mpu_kill, where: {processor: a}, for: 10s}
  - {at: 10s, fault: mpu_kill, where: {processor: b}, for: 10s}"""
NODES = "  - {at: 10s, fault: board_power, where: {board: frame/0/slot/4}, for: 10s}"
ONE = "  - {at: 10s, fault: mpu_kill, where: {processor: a}, for: 10s}"


def played(folder: Path, faults: str) -> list[tuple[int, str, object]]:
    """(cycle, place, event) of the run, which passes."""
    path = folder / "outage.yaml"
    path.write_text(SCENARIO.format(faults=faults), encoding="utf-8")
    finished = run(prepare(path), RunOptions(out=folder / "run"), Teller(), StopSignal())
    assert finished.exit_code == ExitCode.PASSED, finished.verdict
    lines = (folder / "run" / "journal.jsonl").read_bytes().splitlines()[1:]
    return [(record.at, record.place, record.event) for record in map(decode_line, lines)]


def outages(rows: list[tuple[int, str, object]]) -> list[int]:
    return [at for at, _, event in rows if isinstance(event, UnitSent) and event.octets[6:] == SIPO]


@pytest.mark.parametrize("faults", [BOTH, NODES], ids=["both processors", "the node board"])
def test_q703_8_nobody_reads_the_messages(tmp_path: Path, faults: str) -> None:
    rows = played(tmp_path, faults)
    sent = outages(rows)
    assert len(sent) == 1
    assert seconds(10) + ms(200) <= sent[0] <= seconds(10) + ms(400)
    assert not [event for _, _, event in rows if isinstance(event, LinkDown)], "level 2 stays in service"
    told = [(at, event.state) for at, place, event in rows
            if isinstance(event, Destination) and place.startswith("farend") and at > seconds(5)]  # fmt: skip
    assert [state for _, state in told] == ["pause", "resume"]
    assert told[1][0] >= seconds(20)


def test_a_switchover_is_no_outage(tmp_path: Path) -> None:
    assert not outages(played(tmp_path, ONE))


def test_what_lay_in_a_mailbox_for_long_is_dropped(tmp_path: Path) -> None:
    rows = played(tmp_path, BOTH.replace("for: 10s", "for: 20s"))
    assert [event for at, _, event in rows if isinstance(event, MailboxCounted) and event.lost and at > seconds(30)]
