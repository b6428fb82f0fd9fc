"""The R2 peer by itself: libopenr2 at both ends of the same circuits, over `cas` blocks and the lockstep clock.

What it can do against itself it can be asked to judge: calls each way, refusals, double seizure, blocking, both kinds.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from openr2_bench import Line, Wires, attached, summary, trail
from peers.build import CHINA_NO_1, build_openr2_peer

pytestmark = pytest.mark.peer("libopenr2-dev")

VARIANTS = {"itu": [], "china": ["--china", "1", "--protocol", str(CHINA_NO_1)]}
SILENT = ["--linger", "600000"]
"""For the program that must not be the first to finish."""


@pytest.fixture(scope="module")
def openr2_peer(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_openr2_peer(tmp_path_factory.mktemp("peer")))


@pytest.fixture(params=["itu", "china"])
def variant(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def between(folder: Path, peer: str, variant: str, caller: list[str], called: list[str], timeslots: int = 4,
            wires: Wires | None = None, until_s: int = 100) -> tuple[list[Line], list[Line]]:
    """Two of them joined; what each said, the first until it has finished."""
    slots = [slot for slot in range(1, timeslots + 1) if slot != 16]
    first, second = [peer, *VARIANTS[variant], *caller], [peer, *VARIANTS[variant], *SILENT, *called]
    with attached(folder, wires or Wires(), slots, first, second) as (blocks, started):
        blocks.run(50 * until_s)
        blocks.outside.close()
        said = started[0].lines(), started[1].lines()
    for one in said:
        end = summary(one)
        assert (end["errors"], end["complaints"], end["odd_blocks"], end["up"]) == (0, 0, 0, 0), trail(one, 1)
    return said


@pytest.mark.parametrize("ani_first", ["0", "1"])
def test_calls_are_offered_with_their_numbers_answered_and_cleared(
        tmp_path: Path, openr2_peer: str, variant: str, ani_first: str) -> None:
    calls, answers = between(tmp_path, openr2_peer, variant, ["--calls", "6", "--priority", "1"],
                             ["--digits", "5", "--ani-first", ani_first, "--hold", "1000"])
    end, other = summary(calls), summary(answers)
    assert (end["ended"], end["placed"], end["answered_out"], end["most_up"]) == ("finished", 6, 6, 4)
    assert (other["offered"], other["answered_in"], end["causes"]) == (6, 6, {"Normal Clearing": 6})
    assert {(line["called"], line["caller"], line["category"]) for line in answers if line["event"] == "offered"} == {
        ("10000", "13800138000", "National Priority Subscriber")}


REFUSALS = {"17": "Busy Number", "1": "Unallocated Number", "34": "Network Congestion"}


@pytest.mark.parametrize("cause", REFUSALS)
def test_refusals_come_through(tmp_path: Path, openr2_peer: str, variant: str, cause: str) -> None:
    calls, answers = between(tmp_path, openr2_peer, variant, ["--calls", "2"], ["--digits", "5", "--reject", cause])
    assert summary(calls)["causes"] == {REFUSALS[cause]: 2}
    assert (summary(answers)["refused"], summary(answers)["answered_in"]) == (2, 0)


def test_a_caller_who_hides_his_number(tmp_path: Path, openr2_peer: str, variant: str) -> None:
    _, answers = between(tmp_path, openr2_peer, variant, ["--calls", "1", "--restricted", "1"],
                         ["--digits", "5", "--ani-first", "0", "--hold", "500"])
    assert [(line["caller"], line["restricted"]) for line in answers if line["event"] == "offered"] == [("", 1)]


def test_the_caller_clears_and_gives_up(tmp_path: Path, openr2_peer: str, variant: str) -> None:
    calls, answers = between(tmp_path, openr2_peer, variant, ["--calls", "3", "--hold", "700"], ["--digits", "5"])
    assert (summary(calls)["cleared_by_us"], summary(answers)["cleared_by_them"]) == (3, 3)
    calls, _ = between(tmp_path / "early", openr2_peer, variant, ["--calls", "2", "--abandon-after", "900"],
                       ["--digits", "5"])
    assert (summary(calls)["answered_out"], summary(calls)["cleared_by_us"]) == (0, 2)


def test_a_double_seizure_is_seen_at_both_ends_and_the_calls_are_placed_again(
        tmp_path: Path, openr2_peer: str, variant: str) -> None:
    """One circuit, both place a call in the same block. Both clear; the one whose next try comes first gets through."""
    script = ["--calls", "1", "--digits", "5", "--hold", "500", "--expect", "1"]
    calls, answers = between(tmp_path, openr2_peer, variant, [*script, "--gap", "300"], [*script, "--gap", "800"], 1)
    assert summary(calls)["collisions"] == summary(answers)["collisions"] == 1
    assert (summary(calls)["answered_out"], summary(calls)["answered_in"]) == (1, 1)
    assert Counter(line["cause"] for line in calls if line["event"] == "cleared")["Double Seizure"] == 1


def test_a_blocked_circuit_is_not_used_until_it_is_unblocked(tmp_path: Path, openr2_peer: str, variant: str) -> None:
    calls, answers = between(
        tmp_path, openr2_peer, variant, ["--calls", "6", "--gap", "500", "--hold", "300"],
        ["--digits", "5", "--block-at", "20", "--block-for", "9000", "--block-circuit", "2"], 3)
    blocked = next(line["at_us"] for line in calls if line["event"] == "blocked")
    idle = [line["at_us"] for line in calls if line["event"] == "idle" and line["ts"] == 2][-1]
    used = [line["at_us"] for line in calls if line["event"] == "placed" and line["ts"] == 2]
    assert [line["ts"] for line in answers if line["event"] == "blocking"] == [2]
    assert blocked < idle
    assert not [at for at in used if blocked <= at < idle]
    assert summary(calls)["answered_out"] == 6


def test_the_same_twice_and_another_is_not(tmp_path: Path, openr2_peer: str) -> None:
    def once(name: str, *options: str) -> tuple[list[Line], list[Line]]:
        return between(tmp_path / name, openr2_peer, "itu", ["--calls", "3", "--trace", "1"],
                       ["--digits", "5", "--hold", "400", "--trace", "1", *options])

    first = once("a")
    assert once("b") == first
    assert once("c", "--accept-ms", "100") != first


def test_the_peer_notices_a_circuit_on_which_nothing_comes_back(tmp_path: Path, openr2_peer: str) -> None:
    """It can fail, too: no acknowledgement of its seizure within 8 s is a protocol error."""
    wires = Wires()
    wires.cut.add(1)
    with attached(tmp_path, wires, [1], [openr2_peer, "--calls", "1"], [openr2_peer, *SILENT]) as (blocks, started):
        blocks.run(50 * 12)
        blocks.outside.close()
        said = started[0].lines()
    assert [line["error"] for line in said if line["event"] == "protocol_error"] == ["Seize Timeout"]
