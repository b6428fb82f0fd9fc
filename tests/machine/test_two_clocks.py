"""Two machines, one 50 ppm fast: slips as the formula says; D channel frames that they hit are named, no other lost."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from whole_runs import Inside, Run, digests, prepared

from switchsim.hardware.boards.trunk import Trunk
from switchsim.model.event import Record
from switchsim.model.events import CallRecord, FrameReceived, FrameSent, LineSlip, LinkDown, decode_line
from switchsim.report.result import CheckResult, Outcome
from switchsim.scenario.checks.base import run_checks
from switchsim.scenario.checks.line_frames import FramesHitBySlips
from switchsim.units import CYCLES_PER_SECOND, seconds

SECONDS = 65
TICK = 8
INTERVAL = CYCLES_PER_SECOND * 125e-6 / 50e-6
"""Cycles: 125 us / |df/f|."""
FIRST = INTERVAL * 29 / 32
"""From the middle of the store."""
KINDS = (b'"frame_sent"', b'"frame_received"', b'"line_slip"', b'"line_status"', b'"call_record"', b'"link_down"')
WAYS = {"west-east:16": "east-west:16", "east-west:16": "west-east:16"}
"""Where a frame is sent -> where it is received."""
CALLS = """format: 1
machine: two_clocks
seed: 50
seconds: SECONDS
load:
  - name: callers
    shape: poisson
    rate: 700/min
    lines: [west-0, west-1]
    numbers: ["20000"]
    stop: STOPs
    patience: 20s
"""


def text(length: int) -> str:
    return CALLS.replace("SECONDS", str(length)).replace("STOP", str(max(1, length - 9)))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Inside:
    inside = Inside(prepared(tmp_path_factory.mktemp("two"), text(SECONDS)))
    inside.go()
    return inside


@pytest.fixture(scope="module")
def records(played: Inside) -> list[Record]:
    """Of frames, slips, calls and links that go down; the check takes nothing else of this run."""
    return [decode_line(line) for line in bytes(played.octets).splitlines()[1:] if any(kind in line for kind in KINDS)]


def judged(played: Inside, records: list[Record]) -> CheckResult:
    return run_checks(records, [FramesHitBySlips(played.staged.settings())])[0]


@pytest.mark.parametrize(("line", "how"), [("east-west", "repeated"), ("west-east", "lost")])
def test_both_ends_slip_at_the_rate_of_the_formula(records: list[Record], line: str, how: str) -> None:
    slips = [one for one in records if isinstance(one.event, LineSlip) and one.event.line == line]
    expected = int((SECONDS * CYCLES_PER_SECOND - FIRST) / INTERVAL) + 1
    assert len(slips) == expected == 26
    assert [one.event.count for one in slips if isinstance(one.event, LineSlip)] == list(range(1, expected + 1))
    assert {(one.event.how, one.event.why) for one in slips if isinstance(one.event, LineSlip)} == {(how, "clocks")}
    for number, one in enumerate(slips):
        assert abs(one.at - FIRST - number * INTERVAL) <= 2 * TICK
    rate = (slips[-1].at - slips[0].at) / (len(slips) - 1)
    assert abs(rate / INTERVAL - 1) < 0.01


def test_the_lines_to_the_exchanges_do_not_slip(records: list[Record]) -> None:
    assert {one.event.line for one in records if isinstance(one.event, LineSlip)} == {"east-west", "west-east"}


def test_calls_go_on_and_no_link_goes_down(records: list[Record]) -> None:
    causes = Counter(one.event.cause for one in records if isinstance(one.event, CallRecord))
    assert set(causes) == {16}
    assert causes[16] > 500
    assert not any(isinstance(one.event, LinkDown) for one in records)


def lost(records: list[Record]) -> list[tuple[str, str, int]]:
    """(link where it was to arrive, octets, when it was sent) of every frame that did not: counted here anew."""
    found = []
    for sender, receiver in WAYS.items():
        came = [one.event.octets for one in records
                if isinstance(one.event, FrameReceived) and one.event.link == receiver]  # fmt: skip
        at = 0
        for one in records:
            if not (isinstance(one.event, FrameSent) and one.event.link == sender):
                continue
            if at < len(came) and came[at] == one.event.octets:
                at += 1
            else:
                found.append((receiver, one.event.octets, one.at))
        assert at == len(came), "a frame came that was not sent, or out of order"
    return found


def test_frames_that_slips_hit_are_named_and_no_other_is_lost(played: Inside, records: list[Record]) -> None:
    result = judged(played, records)
    gone = lost(records)
    assert result.outcome is Outcome.PASSED
    assert 1 <= len(gone) <= 20
    assert f"52 slips hit {len(gone)};" in result.reason
    slips = [(one.event.line, one.at) for one in records if isinstance(one.event, LineSlip)]
    for link, octets, at in gone:
        assert f"{link}: {octets} sent at " in result.reason
        on_the_line = len(octets) // 2 + 2 + 2  # FCS, flags
        assert any(line == link.partition(":")[0] and at - 64 <= slip <= at + 64 + 20 * on_the_line
                   for line, slip in slips)  # fmt: skip


@pytest.mark.parametrize("number", range(6))
def test_any_frame_that_is_lost_besides_is_a_finding(played: Inside, records: list[Record], number: int) -> None:
    """One frame_received less: it is told by name."""
    came = [index for index, one in enumerate(records)
            if isinstance(one.event, FrameReceived) and one.event.link in WAYS]  # fmt: skip
    index = came[len(came) * number // 6]
    event = records[index].event
    assert isinstance(event, FrameReceived)
    result = judged(played, records[:index] + records[index + 1 :])
    assert result.outcome is Outcome.FAILED
    assert any(event.octets in finding.what and finding.place == event.link for finding in result.findings)


def test_a_slip_that_is_not_told_leaves_its_frames_unexplained(played: Inside, records: list[Record]) -> None:
    silent = [one for one in records if not (isinstance(one.event, LineSlip) and one.event.count > 1)]
    assert judged(played, silent).outcome is Outcome.FAILED


def test_damage_that_no_slip_explains_is_found(tmp_path: Path) -> None:
    """Frames of the line are spoilt behind the back of the machine: slips of its framer that it does not know of."""
    inside = Inside(prepared(tmp_path, text(16)))
    inside.begin()
    trunk = inside.machine.part("west/frame/1/slot/1")
    assert isinstance(trunk, Trunk)
    for at in range(seconds(5), seconds(6), 80):
        inside.machine.run(at)
        trunk.engine.e1_slip(trunk.ends[0].row.receive, 1)
    inside.end()
    result = judged(inside, [decode_line(line) for line in bytes(inside.octets).splitlines()[1:]])
    assert result.outcome is Outcome.FAILED
    assert {(finding.place, finding.at // seconds(1)) for finding in result.findings} == {("west-east:16", 5)}


def test_the_digest_is_the_same_whatever_the_batch_the_level_and_the_hash_seed(tmp_path: Path) -> None:
    short = prepared(tmp_path, text(10))
    found = {Inside(short, batch).go() for batch in (1, 8, 160)} | {Inside(short, bits=True).go()}
    for seed in ("0", "4711"):
        found |= {*digests([tmp_path / "short.yaml"], Run(environment={"PYTHONHASHSEED": seed}), tmp_path / seed)}
    assert len(found) == 1
