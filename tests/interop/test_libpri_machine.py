"""libpri at the D channel of the shipped one-line machines, in lockstep: the machine as user and as network.

What the judge counts (answered, causes, complaints) is held against what the machine says, and its own checks pass.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from peers.build import build_pri_peer
from serve_bench import Line, Program, Served, command, replay, serve

from switchsim.units import ms, seconds

pytestmark = pytest.mark.peer("libpri-dev")

MACHINES = {"user": "one_e1_pri", "network": "one_e1_pri_network"}
HELD = seconds(3)
A_HUNDRED_OUT = ("--dial", "e1-0=02088886666*100")


@pytest.fixture(scope="module")
def pri_peer(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_pri_peer(tmp_path_factory.mktemp("peer")))


@pytest.fixture(params=["user", "network"])
def side(request: pytest.FixtureRequest) -> str:
    """What the machine is; libpri is the other side."""
    return str(request.param)


def against(folder: Path, side: str, pri_peer: str, *peer: str, options: tuple[str, ...] = ()) -> Served:
    """The machine with libpri on its D channel, until libpri has finished and no call is up."""
    other = "network" if side == "user" else "user"
    program = [pri_peer, "--attach", f"{folder}/d", "--clock", f"{folder}/c", "--side", other, *peer]
    return serve(folder, MACHINES[side], "--attach", f"e1-0:16=hdlc:unix:{folder}/d", "--clock", f"unix:{folder}/c",
                 *options, programs=[program])


def left_over(served: Served) -> list[str]:
    """Circuits that did not become idle again; none is left when nothing leaks."""
    last = {(line["line"], line["timeslot"]): line["state"] for line in served.journal("circuit_state")}
    return [f"{line}:{slot} {state}" for (line, slot), state in sorted(last.items()) if state != "idle"]


def sound(served: Served) -> Line:
    """Passed, nothing leaked, nothing that either side complains of; libpri's summary."""
    assert (served.exit_code, served.done["result"], served.done["reasons"]) == (0, "passed", [])
    assert left_over(served) == []
    end = served.summary()
    assert (end["ended"], end["up"], end["complaints"]) == ("finished", 0, 0)
    assert {line["id"] for line in served.of("call", state="offered")} == {
        line["id"] for line in served.of("call", state="cleared")}
    return end


def cycles_between(served: Served, first: str, last: str) -> set[int]:
    """Cycles from one state of a call to another, of all calls."""
    at = {state: {line["id"]: line["at"] for line in served.of("call", state=state)} for state in (first, last)}
    return {at[last][number] - begun for number, begun in at[first].items()}


def causes(served: Served, **members: str) -> dict[int, int]:
    return dict(Counter(line["cause"] for line in served.of("call", state="cleared", **members)))


def test_a_hundred_calls_into_the_machine_are_answered_held_and_cleared(
        tmp_path: Path, side: str, pri_peer: str) -> None:
    served = against(tmp_path, side, pri_peer, "--calls", "100", "--gap", "120")
    end = sound(served)
    assert (end["placed"], end["answered_out"], end["causes"]) == (100, 100, {"16": 100})
    assert (end["cleared_by_them"], end["notes"], end["link_ups"], end["link_downs"]) == (100, 0, 1, 0)
    assert causes(served, dir="in", number="10000") == {16: 100}
    assert cycles_between(served, "talk", "cleared") == {HELD}
    assert max(cycles_between(served, "queued", "talk")) <= seconds(1)
    assert [line["calling"] for line in served.journal("call_offered")] == ["13800138000"] * 100
    assert not list(served.journal("violated"))


def test_a_hundred_calls_out_of_the_machine_are_held_and_cleared(tmp_path: Path, side: str, pri_peer: str) -> None:
    served = against(tmp_path, side, pri_peer, "--expect", "100", options=A_HUNDRED_OUT)
    end = sound(served)
    assert (end["rung"], end["answered_in"], end["causes"]) == (100, 100, {"16": 100})
    assert (end["cleared_by_them"], end["most_up"], end["notes"], end["link_downs"]) == (100, 30, 0, 0)
    assert causes(served, dir="out", number="02088886666") == {16: 100}
    rings = [line for line in served.programs[0] if line["event"] == "ring"]
    assert {(ring["called"], ring["caller"], ring["complete"]) for ring in rings} == {("02088886666", "13800138000", 1)}
    answered = {line["call"]: line["at"] for line in served.journal("call_answered")}
    held = {line["at"] - answered[line["call"]] for line in served.journal("call_cleared")}
    assert held == {HELD}
    assert not list(served.journal("violated"))


def test_a_hundred_calls_each_way_at_once_all_end(tmp_path: Path, side: str, pri_peer: str) -> None:
    """Thirty channels are always full, so both ends take the same one at times: such a call gets cause 44, no other.

    Those of the console are tried again on another channel, and all of them come through.
    """
    served = against(tmp_path, side, pri_peer, "--calls", "100", "--gap", "150", "--expect", "100",
                     options=A_HUNDRED_OUT)
    end = sound(served)
    assert (end["placed"], end["most_up"], end["answered_in"]) == (100, 30, 100)
    assert 100 <= end["rung"] < 130
    lost = 100 - end["answered_out"]
    cleared = causes(served)
    assert set(cleared) <= {16, 44}
    assert cleared[16] == 200 - lost
    assert 0 <= lost < 20


def test_a_lost_setup_is_repaired_by_the_link(tmp_path: Path, side: str, pri_peer: str) -> None:
    end = sound(against(tmp_path, side, pri_peer, "--calls", "5", "--lose-setup", "3"))
    assert (end["setups_lost"], end["answered_out"], end["causes"]) == (1, 5, {"16": 5})


def test_a_restart_in_mid_call_frees_its_channel_alone(tmp_path: Path, side: str, pri_peer: str) -> None:
    served = against(tmp_path, side, pri_peer, "--calls", "4", "--gap", "50", "--restart-at", "2000")
    end = sound(served)
    sent = next(line for line in served.programs[0] if line["event"] == "restart_sent")
    assert (sent["call"], end["restarts_sent"], end["restart_acks"]) == (1, 1, 1)
    other = [line for line in served.of("call", state="cleared") if line["cause"] != 16]
    assert [(line["ts"], line["cause"]) for line in other] == [(sent["channel"], 41)]
    assert other[0]["at"] < ms(2100)
    assert causes(served) == {16: 3, 41: 1}


def test_overlap_from_the_peer_is_collected_until_five_digits_are_there(
        tmp_path: Path, side: str, pri_peer: str) -> None:
    served = against(tmp_path, side, pri_peer, "--calls", "4", "--gap", "50", "--overlap", "2")
    end = sound(served)
    assert (end["answered_out"], end["causes"]) == (4, {"16": 4})
    assert len([line for line in served.programs[0] if line["event"] == "setup_ack"]) == 4
    assert [line["called"] for line in served.journal("call_record")] == ["10000"] * 4


@pytest.mark.parametrize(("number", "overlap", "cause"), [("10001", "0", 1), ("20000", "0", 1), ("1000", "0", 28),
                                                          ("100", "2", 28), ("2", "1", 1)])
def test_other_numbers_are_refused_with_their_cause(tmp_path: Path, side: str, pri_peer: str, number: str,
                                                    overlap: str, cause: int) -> None:
    """Unallocated at the digit that can not go on; a number that stays short is incomplete (T302 when overlap)."""
    served = against(tmp_path, side, pri_peer, "--calls", "2", "--gap", "50", "--number", number, "--overlap", overlap)
    end = sound(served)
    assert (end["answered_out"], end["causes"]) == (0, {str(cause): 2})


def test_every_channel_is_taken_and_the_next_calls_wait(tmp_path: Path, side: str, pri_peer: str) -> None:
    served = against(tmp_path, side, pri_peer, "--calls", "40", "--gap", "20")
    end = sound(served)
    assert (end["most_up"], end["answered_out"], end["causes"]) == (30, 40, {"16": 40})
    assert {line["ts"] for line in served.of("call", dir="in")} == set(range(1, 32)) - {16}


def test_a_program_that_dies_without_a_word_and_comes_back_finds_every_channel_free(
        tmp_path: Path, side: str, pri_peer: str) -> None:
    """What it knew of is cleared when the link is back (its answer to STATUS ENQUIRY, or its RESTARTs); twice the same,
    also in a process of its own with another hash seed; replayed without it, equal."""
    def dying(folder: Path) -> Served:
        return against(folder, side, pri_peer, "--calls", "5", "--gap", "100", "--die-at", "2000", "--back-after",
                       "500", "--reset", "1", "--linger", "40000")

    served = dying(tmp_path / "a")
    end = sound(served)
    assert (end["placed"], end["answered_out"], end["restart_acks"]) == (5, 5, 30)
    # The run begins with the program; what comes later: its death, its return, and the link that is set up again.
    assert [(line["event"], line["at"]) for line in served.lines
            if line.get("source") == "e1-0:16"] == [("attached", 0), ("detached", seconds(2)), ("attached", ms(2500))]
    assert len(served.of("link_up")) == 2
    cleared = causes(served)
    assert cleared.pop(16) == 5
    assert sum(cleared.values()) == 5
    assert dying(tmp_path / "b").done["digest"] == served.done["digest"]
    assert replay(served.folder) == (0, f"equal, digest {served.done['digest']}\n")


def test_the_run_waits_for_circuits_that_are_being_cleared(tmp_path: Path, side: str, pri_peer: str) -> None:
    """The new process knows nothing of the calls that were cleared while it was away, and has soon finished: the run
    ends when T305 and T308 have freed their circuits."""
    served = against(tmp_path, side, pri_peer, "--calls", "2", "--gap", "1000", "--die-at", "2600", "--back-after",
                     "1500", "--expect", "0", options=("--dial", "e1-0=139*5"))
    assert (served.exit_code, served.done["why"], left_over(served)) == (0, "done", [])
    assert causes(served, dir="out") == {16: 5}


@pytest.mark.parametrize("hold_ms", ["2997", "3000", "3003"])
def test_disconnects_that_cross_clear_once(tmp_path: Path, side: str, pri_peer: str, hold_ms: str) -> None:
    served = against(tmp_path, side, pri_peer, "--expect", "10", "--hold", hold_ms, options=("--dial", "e1-0=139*10"))
    end = sound(served)
    assert (end["answered_in"], end["cleared_by_us"] + end["cleared_by_them"]) == (10, 10)
    assert causes(served) == {16: 10}


def test_a_program_that_stays_away_costs_its_calls_and_no_circuit(tmp_path: Path, side: str, pri_peer: str) -> None:
    """Its clock closes without *finished*: reported, no longer waited for; the run goes on to --seconds."""
    served = against(tmp_path, side, pri_peer, "--calls", "3", "--gap", "50", "--die-at", "1200",
                     options=("--seconds", "240"))
    assert served.exit_code == 0, served.done
    assert left_over(served) == []
    gone = served.of("detached", source="clock/0")
    assert [line["at"] for line in gone] == [ms(1200)]
    assert "without saying finished" in gone[0]["detail"]
    assert len(served.of("link_down", link="e1-0:16")) == 1
    assert len(served.of("call", state="cleared")) == 3
    assert served.done["at"] == seconds(240)


def test_the_same_run_twice_has_the_same_journal_and_another_has_not(
        tmp_path: Path, side: str, pri_peer: str) -> None:
    def once(name: str, *peer: str) -> Served:
        return against(tmp_path / name, side, pri_peer, "--calls", "20", "--gap", "77", "--expect", "20", *peer,
                       options=("--dial", "e1-0=139*20"))

    first = once("a")
    sound(first)
    code, said = replay(first.folder)
    assert (code, said) == (0, f"equal, digest {first.done['digest']}\n")
    assert once("c", "--answer-ms", "201").done["digest"] != first.done["digest"]
    folder = tmp_path / "b"
    folder.mkdir()
    other = "network" if side == "user" else "user"
    with command("serve", MACHINES[side], "--attach", f"e1-0:16=hdlc:unix:{folder}/d", "--clock", f"unix:{folder}/c",
                 "--dial", "e1-0=139*20", "--out", f"{folder}/run", hash_seed="1") as process:
        assert process.stdout is not None
        assert '"ready"' in process.stdout.readline()
        peer = Program([pri_peer, "--attach", f"{folder}/d", "--clock", f"{folder}/c", "--side", other, "--calls", "20",
                        "--gap", "77", "--expect", "20"], folder / "said")
        said, errors = process.communicate(timeout=60)
        peer.end()
    assert (process.returncode, errors) == (0, "")
    assert (folder / "run" / "journal.jsonl").read_bytes() == (first.folder / "journal.jsonl").read_bytes()
    assert (folder / "run" / "inputs.bin").read_bytes() == (first.folder / "inputs.bin").read_bytes()
