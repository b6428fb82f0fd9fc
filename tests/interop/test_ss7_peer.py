"""The judge itself: libss7 against libss7 over two attachments in lockstep. What fails here is no fault of ours.

What libss7 2.0.0 does, beside the standard:
- It aligns in emergency, always: SIO, then SIE for 0.5 s, also towards a peer that sends SIN. After a failure it goes
  to SIO at once; its SIOS is overwritten before it is ever sent. A FISU in proving ends its own proving.
- It takes LSSUs and FISUs by change only (an unchanged one is ignored), and never looks at check bits or at whether the
  length indicator is right. Its T7 (1.25 s) runs only after the first acknowledgement, and goes on through an alarm.
- It sends its SLTM when MTP2 is up, serves calls only after it has answered one from the other side, and expects its
  SLC in the label of both. TRA follows its first SLTA; it is up when a TRA has come too, or T21 (64 s) has run out.
  0.5 s later it says so. Messages with another network indicator or point code are dropped with a complaint.
- A link that fails takes every call with it, silently: only the reset of the circuits that we send when it is up again
  tells the far end.
- A TRA that comes while T19 (68 s) runs is ignored. One that comes later restarts it: its calls are gone too.
- Every IAM has an ST. RSC is not repeated for T17 (5 minutes), as it never starts T16. It waits for GRA with T22, T23.
- Dual seizure: Q.764 2.9.1.4, the even circuits are controlled by the higher point code.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from peers.build import build_ss7_peer
from pri_bench import summary
from ss7_bench import Bench, bench

from switchsim.units import seconds

pytestmark = pytest.mark.peer("libss7-dev")

Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def ss7_peer(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_ss7_peer(tmp_path_factory.mktemp("peer")))


def judge(folder: Path, peer: str, two: str, one: str, spoil: int = 0) -> tuple[Bench, list[Lines]]:
    """Point code 2 with the options `two`, point code 1 with `one`, until both have finished."""
    folder.mkdir(exist_ok=True)
    commands = [peer, *two.split()], [peer, "--own-pc", "1", "--far-pc", "2", *one.split()]
    with bench(folder, *commands, spoil=spoil) as (made, started):
        made.run(seconds(600))
        made.outside.close()
        return made, [program.events() for program in started]


def texts(lines: Lines, event: str) -> list[str]:
    return [line["text"] for line in lines if line["event"] == event]


def times(lines: Lines, event: str) -> list[int]:
    return [line["at_us"] // 1000 for line in lines if line["event"] == event]


def test_calls_both_ways_are_placed_answered_and_cleared(tmp_path: Path, ss7_peer: str) -> None:
    made, said = judge(tmp_path, ss7_peer, "--calls 100 --gap 120 --hold 1000 --expect 100",
                       "--calls 100 --gap 130 --hold 1000 --expect 100")
    for lines in said:
        end = summary(lines)
        assert (end["ended"], end["placed"], end["answered_out"], end["answered_in"]) == ("finished", 100, 100, 100)
        assert (end["up"], end["lost"], end["complaints"], end["causes"]) == (0, 0, 0, {"16": 200})
        assert (end["link_ups"], end["link_downs"], end["resets_sent"], end["reset_acks"]) == (1, 0, 2, 2)
        assert {line["called"] for line in lines if line["event"] == "ring"} == {"10000"}
    assert made.now < seconds(20)


def test_the_link_is_up_after_an_emergency_proving_and_calls_half_a_second_later(tmp_path: Path, ss7_peer: str) -> None:
    _, said = judge(tmp_path, ss7_peer, "--calls 1 --hold 100", "--expect 1")
    for lines in said:
        (link,), (linkset,) = times(lines, "link_up"), times(lines, "linkset_up")
        assert 500 <= link < 510
        assert link + 500 <= linkset < link + 520


def test_the_same_run_twice_is_the_same_to_the_octet(tmp_path: Path, ss7_peer: str) -> None:
    two, one = "--calls 5 --hold 300 --lose-iam 2", "--expect 5 --drop-in 9"
    first, first_said = judge(tmp_path / "a", ss7_peer, two, one)
    second, second_said = judge(tmp_path / "b", ss7_peer, two, one)
    assert first.inputs == second.inputs
    assert first_said == second_said
    other, _ = judge(tmp_path / "c", ss7_peer, f"{two} --gap 101", one)
    assert other.inputs != first.inputs


@pytest.mark.parametrize(("two", "one", "spoil"), [
    ("--lose-iam 3", "", 0), ("--drop-out 12", "", 0), ("", "--drop-in 12", 0), ("--double-out 12", "", 0),
    ("", "", 12),
])  # fmt: skip
def test_a_unit_that_is_lost_or_doubled_costs_nothing(
        tmp_path: Path, ss7_peer: str, two: str, one: str, spoil: int) -> None:
    """The next unit shows the gap, and level 2 sends again (Q.703 5.3)."""
    _, said = judge(tmp_path, ss7_peer, f"--calls 5 --hold 500 {two}", f"--expect 5 {one}", spoil)
    for lines in said:
        end = summary(lines)
        assert (end["answered_out"] + end["answered_in"], end["causes"], end["complaints"]) == (5, {"16": 5}, 0)
    repair = [text for lines in said for text in texts(lines, "note") if "sequence" in text or "double" in text]
    assert repair


def test_an_iam_that_nobody_takes_is_given_up_after_t7(tmp_path: Path, ss7_peer: str) -> None:
    """It is acknowledged by level 2 and dropped above it; REL with cause 31 clears a circuit that was never in use."""
    _, (two, one) = judge(tmp_path, ss7_peer, "--calls 5 --hold 500 --stray-iam 3", "--expect 4 --linger 25000")
    assert summary(two)["causes"] == {"16": 4, "31": 1}
    assert [line["at_us"] for line in two if line["event"] == "clearing" and line["cause"] == 31] == [
        line["at_us"] + 20_000_000 for line in two if line["event"] == "spoilt"]
    assert "network indicator" in texts(one, "complaint")[0]
    assert summary(two)["complaints"] == 0


@pytest.mark.parametrize("unplug", ["0", "1"])
def test_a_link_that_fails_loses_its_calls_and_comes_back(tmp_path: Path, ss7_peer: str, unplug: str) -> None:
    _, said = judge(tmp_path, ss7_peer, f"--calls 20 --hold 600 --alarm-at 2000 --alarm-for 500 --unplug {unplug}",
                    "--expect 18")
    for lines in said:
        end = summary(lines)
        assert (end["link_ups"], end["linkset_downs"], end["up"], end["ended"]) == (2, 1, 0, "finished")
        assert end["lost"] > 0
        assert end["resets_sent"] == end["reset_acks"] == 4
        assert set(end["causes"]) == {"16"}
    assert 2500 <= times(said[0], "link_up")[1] < 3050


def test_a_process_that_dies_comes_back_and_the_link_with_it(tmp_path: Path, ss7_peer: str) -> None:
    def once(folder: Path) -> tuple[Bench, list[Lines]]:
        return judge(folder, ss7_peer, "--calls 4 --hold 500 --linger 20000",
                     "--die-at 1250 --back-after 2000 --linger 15000")

    made, (two, one) = once(tmp_path / "a")
    assert times(one, "died") == [1250]
    assert (summary(two)["link_ups"], summary(two)["lost"]) == (2, 3)
    assert "T7 expired" in texts(two, "complaint")[0]
    again, said = once(tmp_path / "b")
    assert again.inputs == made.inputs
    assert said == [two, one]


def test_an_mtp_restart_is_over_when_t21_is_as_its_tra_is_ignored_during_t19(tmp_path: Path, ss7_peer: str) -> None:
    _, (two, one) = judge(tmp_path, ss7_peer, "--calls 5 --hold 500 --mtp-restart-at 2000", "--expect 5 --linger 70000")
    assert times(two, "linkset_up")[1] == 2000 + 64_000 + 500
    assert any("T19" in text for text in texts(one, "note"))


def test_blocking_reset_and_their_answers(tmp_path: Path, ss7_peer: str) -> None:
    def run(name: str, options: str) -> tuple[Lines, Lines]:
        _, (two, one) = judge(tmp_path / name, ss7_peer, f"--calls 3 --gap 300 --hold 500 {options}",
                              "--linger 3000 --expect 3")
        assert (summary(two)["complaints"], summary(one)["complaints"], summary(two)["ended"]) == (0, 0, "finished")
        return two, one

    two, one = run("one", "--block-at 1100 --block-cic 4 --block-for 800")
    assert [line["event"] for line in two if line["event"] in ("bla", "uba")] == ["bla", "uba"]
    assert [line["cic"] for line in two if line["event"] == "placed"] == [2, 6, 8]
    two, one = run("group", "--group-block-at 1100")
    assert [line["event"] for line in one if line["event"] in ("cgb", "cgu")] == ["cgb", "cgu"]
    assert [line["cic"] for line in two if line["event"] == "placed"] == [2, 18, 20]
    two, one = run("reset", "--rsc-at 1500")
    assert [line["event"] for line in (*two, *one) if line["event"] in ("rsc", "rsc_ack")] == ["rsc_ack", "rsc"]
    assert summary(two)["lost"] == summary(one)["lost"] == 1
    two, one = run("span", "--reset 2")
    assert [(line["first"], line["last"]) for line in one if line["event"] == "grs"] == [(1, 31)]


def test_the_lower_point_code_yields_an_even_circuit(tmp_path: Path, ss7_peer: str) -> None:
    both = "--first-cic 2 --last-cic 2 --not-cic 0 --calls 2 --hold 500 --gap 10 --expect 2 --linger 3000"
    _, (two, one) = judge(tmp_path, ss7_peer, both, both)
    assert (summary(two)["dual_lost"], summary(one)["dual_lost"]) == (0, 2)
    assert summary(two)["answered_out"] == summary(one)["answered_out"] == 2


def test_refused_progressing_and_connected_calls(tmp_path: Path, ss7_peer: str) -> None:
    _, (two, _) = judge(tmp_path / "a", ss7_peer, "--calls 2 --hold 500", "--expect 2 --reject 17")
    assert summary(two)["causes"] == {"17": 2}
    _, (two, _) = judge(tmp_path / "b", ss7_peer, "--calls 1 --hold 500", "--expect 1 --progress 1")
    assert len(times(two, "cpg")) == 1
    _, (two, _) = judge(tmp_path / "c", ss7_peer, "--calls 2 --hold 500", "--expect 2 --con 1")
    assert (summary(two)["answered_out"], times(two, "acm")) == (2, [])


def test_wrong_options_are_told(ss7_peer: str) -> None:
    for options in (["--attach", "/nowhere"], ["--ni", "4"], ["--calls"], ["--call", "1"]):
        told = subprocess.run([ss7_peer, *options], capture_output=True, text=True)
        assert told.returncode == 2
        assert "usage" in told.stderr
