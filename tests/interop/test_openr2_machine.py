"""libopenr2 on every circuit of the shipped one-line R2 machines, in lockstep: ITU signals, and China No.1.

What the judge counts (answered, causes, complaints) is held against what the machine says, and its own checks pass.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from openr2_bench import trail
from peers.build import CHINA_NO_1, build_openr2_peer
from serve_bench import Line, Served, replay, serve

from switchsim.units import ms, seconds

pytestmark = pytest.mark.peer("libopenr2-dev")

VARIANTS = {"itu": ("one_e1_r2", ()), "china": ("one_e1_r2_china", ("--china", "1", "--protocol", str(CHINA_NO_1)))}
OUTSIDE, CALLING = "02088886666", "13800138000"
TOLD = ("--expect", "2", "--ani-first", "0")
TWO_OUT = ("--dial", f"e1-0={OUTSIDE}*2")
LAST = 31


@pytest.fixture(scope="module")
def openr2_peer(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_openr2_peer(tmp_path_factory.mktemp("peer")))


@pytest.fixture(params=["itu", "china"])
def variant(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def against(folder: Path, variant: str, openr2_peer: str, *peer: str, options: tuple[str, ...] = (),
            last: int = 2) -> Served:
    """The machine with libopenr2 on its circuits 1 to `last`, until libopenr2 has finished and no call is up."""
    machine, kind = VARIANTS[variant]
    slots = [slot for slot in range(1, last + 1) if slot != 16]
    attachments = [word for slot in slots for word in ("--attach", f"e1-0:{slot}=cas:unix:{folder}/t{slot}")]
    program = [openr2_peer, *kind, "--attach", f"{folder}/t", "--clock", f"{folder}/c", "--last", str(last),
               "--trace", "1", *peer]
    return serve(folder, machine, *attachments, "--clock", f"unix:{folder}/c", "--seconds", "120", *options,
                 programs=[program])


def left_over(served: Served) -> list[str]:
    """Circuits and receivers that did not become idle again; none is left when nothing leaks."""
    last = {line["timeslot"]: line["state"] for line in served.journal("circuit_state")}
    busy = [f"e1-0:{slot} {state}" for slot, state in sorted(last.items()) if state != "idle"]
    taken = Counter((line["resource"], line["unit"]) for line in served.journal("resource_seized"))
    taken.subtract((line["resource"], line["unit"]) for line in served.journal("resource_freed"))
    return busy + [f"{resource} {unit}" for (resource, unit), count in taken.items() if count]


def sound(served: Served) -> Line:
    """Passed, nothing leaked, nothing that either side complains of; libopenr2's summary."""
    assert (served.exit_code, served.done["result"], served.done["reasons"]) == (0, "passed", []), served.errors
    end = served.summary()
    said = served.programs[0]
    slot = next((line["ts"] for line in said if line["event"] == "protocol_error"), 1)
    assert (end["ended"], end["up"], end["errors"], end["complaints"]) == ("finished", 0, 0, 0), trail(said, slot)
    assert left_over(served) == []
    assert not list(served.journal("violated"))
    return end


def causes(served: Served, **members: str) -> dict[int, int]:
    return dict(Counter(line["cause"] for line in served.of("call", state="cleared", **members)))


def held(served: Served) -> set[int]:
    """Cycles from talk to the end, of all calls into the machine."""
    at = {state: {line["id"]: line["at"] for line in served.of("call", state=state, dir="in")}
          for state in ("talk", "cleared")}
    return {at["cleared"][number] - begun for number, begun in at["talk"].items()}


@pytest.mark.parametrize(("kind", "count"), [("itu", 50), ("china", 20)])
def test_many_calls_each_way_at_once_are_answered_held_and_cleared(
        tmp_path: Path, kind: str, openr2_peer: str, count: int) -> None:
    """Both sides seize what is free: where they meet both clear and try again, and no call is lost."""
    served = against(tmp_path, kind, openr2_peer, "--calls", str(count), "--gap", "60", "--expect", str(count),
                     "--ani-first", "0", options=("--dial", f"e1-0={OUTSIDE}*{count}"), last=LAST)
    end = sound(served)
    assert (end["answered_out"], end["answered_in"], end["most_up"]) == (count, count, 30)
    assert (end["causes"], end["odd_blocks"]) == ({"Normal Clearing": 2 * count}, 0)
    assert (causes(served, dir="in", number="10000"), causes(served, dir="out", number=OUTSIDE)) == (
        {16: count}, {16: count})
    assert held(served) == {seconds(3)}
    assert {line["calling"] for line in served.journal("call_offered")} == {CALLING}
    assert {(line["called"], line["caller"], line["category"]) for line in served.programs[0]
            if line["event"] == "offered"} == {(OUTSIDE, CALLING, "National Subscriber")}


@pytest.mark.parametrize("number", ["10001", "2"])
def test_other_numbers_are_unallocated(tmp_path: Path, variant: str, openr2_peer: str, number: str) -> None:
    """B-5 or KB-5 at the digit that can not go on."""
    end = sound(against(tmp_path, variant, openr2_peer, "--calls", "2", "--number", number))
    assert (end["answered_out"], end["causes"]) == (0, {"Unallocated Number": 2})


@pytest.mark.parametrize("cause", [17, 1])
def test_refusals_of_the_peer_clear_the_call_with_their_cause(
        tmp_path: Path, variant: str, openr2_peer: str, cause: int) -> None:
    served = against(tmp_path, variant, openr2_peer, *TOLD, "--reject", str(cause), options=TWO_OUT)
    end = sound(served)
    assert (end["refused"], end["answered_in"], causes(served)) == (2, 0, {cause: 2})


def test_calls_out_are_held_for_three_seconds(tmp_path: Path, variant: str, openr2_peer: str) -> None:
    served = against(tmp_path, variant, openr2_peer, *TOLD, options=TWO_OUT)
    end = sound(served)
    assert (end["answered_in"], end["cleared_by_them"]) == (2, 2)
    answered = {line["call"]: line["at"] for line in served.journal("call_answered")}
    assert {line["at"] - answered[line["call"]] for line in served.journal("call_cleared")} == {seconds(3)}


def test_the_peer_clears_first(tmp_path: Path, variant: str, openr2_peer: str) -> None:
    """In talk, and in the middle of the digits."""
    end = sound(against(tmp_path / "talk", variant, openr2_peer, "--calls", "2", "--hold", "1500"))
    assert (end["answered_out"], end["cleared_by_us"]) == (2, 2)
    served = against(tmp_path / "early", variant, openr2_peer, "--calls", "2", "--abandon-after", "700")
    end = sound(served)
    assert (end["answered_out"], end["cleared_by_us"], served.of("call")) == (0, 2, [])


def test_a_circuit_that_the_peer_blocks_is_not_selected(tmp_path: Path, variant: str, openr2_peer: str) -> None:
    served = against(tmp_path, variant, openr2_peer, *TOLD, "--block-at", "40", "--block-for", "20000",
                     "--block-circuit", "1", options=TWO_OUT)
    end = sound(served)
    assert (end["answered_in"], causes(served)) == (2, {16: 2})
    assert {line["ts"] for line in served.programs[0] if line["event"] == "offered"} == {2}
    machine = [(line["by"], line["on"]) for line in served.journal("circuit_blocked")
               if line["timeslot"] == 1 and line["at"] > ms(60)]
    assert machine == [("remote", 1), ("remote", 0)]


def test_circuits_without_a_program_are_never_selected(tmp_path: Path, variant: str, openr2_peer: str) -> None:
    """One circuit has a program: three calls go out one after another, on that one."""
    served = against(tmp_path, variant, openr2_peer, "--expect", "3", "--ani-first", "0",
                     options=("--dial", f"e1-0={OUTSIDE}*3"), last=1)
    end = sound(served)
    assert (end["answered_in"], end["most_up"], {line["ts"] for line in served.of("call")}) == (3, 1, {1})


def test_the_same_run_twice_has_the_same_journal_and_another_has_not(
        tmp_path: Path, variant: str, openr2_peer: str) -> None:
    def once(name: str, *peer: str) -> Served:
        return against(tmp_path / name, variant, openr2_peer, "--calls", "2", *TOLD, *peer, options=TWO_OUT, last=3)

    first = once("a")
    sound(first)
    assert replay(first.folder) == (0, f"equal, digest {first.done['digest']}\n")
    assert once("b").done["digest"] == first.done["digest"]
    assert once("c", "--answer-ms", "301").done["digest"] != first.done["digest"]


def test_circuits_on_which_nothing_makes_sense_disturb_nobody_and_come_back(
        tmp_path: Path, variant: str, openr2_peer: str) -> None:
    """Random bits and noise for 12 s on three circuits, libopenr2 on two others, calls both ways meanwhile."""
    machine, kind = VARIANTS[variant]
    attachments = [word for slot in range(1, 6) for word in ("--attach", f"e1-0:{slot}=cas:unix:{tmp_path}/t{slot}")]
    judge = [openr2_peer, *kind, "--attach", f"{tmp_path}/t", "--clock", f"{tmp_path}/c", "--last", "2", "--calls", "4",
             "--gap", "900", "--linger", "9000", "--ani-first", "0"]
    rubbish = [sys.executable, str(Path(__file__).parent / "peers" / "cas_garbage.py"), "--attach", f"{tmp_path}/t",
               "--clock", f"{tmp_path}/g", "--first", "3", "--last", "5", "--blocks", "600", "--seed", "1"]
    served = serve(tmp_path, machine, *attachments, "--clock", f"unix:{tmp_path}/c", "--clock", f"unix:{tmp_path}/g",
                   "--seconds", "30", "--dial", f"e1-0={OUTSIDE}*3", programs=[judge, rubbish])
    assert (served.exit_code, served.done["reasons"]) == (0, []), served.errors
    end = served.programs[0][-1]
    assert (end["answered_out"], end["errors"], end["complaints"], end["up"]) == (4, 0, 0, 0)
    assert left_over(served) == []


@pytest.mark.parametrize("away_ms", ["1000", "7000"])
def test_a_program_that_dies_in_talk_and_comes_back_finds_every_circuit_usable(
        tmp_path: Path, variant: str, openr2_peer: str, away_ms: str) -> None:
    """While it is away its circuits are received as blocked. Its new process knows nothing of the calls: idle bits end
    those that have not ended before; and what it places then is answered."""
    served = against(tmp_path, variant, openr2_peer, "--calls", "2", "--gap", "300", "--ani-first", "0",
                     "--die-at", "5200", "--back-after", away_ms, "--linger", "3000", options=TWO_OUT, last=5)
    assert (served.exit_code, served.done["reasons"]) == (0, []), served.errors
    assert left_over(served) == []
    end = served.summary()
    assert (end["answered_out"], end["up"]) == (2, 0)
    assert causes(served, dir="in") == {16: 4}
    assert len(served.of("attached", source="e1-0:1")) == 2
    assert served.done["at"] < seconds(25)
