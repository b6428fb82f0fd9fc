"""The judge itself: libpri against libpri over two attachments in lockstep. What fails here is no fault of ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from peers.build import build_pri_peer
from pri_bench import Bench, bench, summary

from switchsim.units import seconds

pytestmark = pytest.mark.peer("libpri-dev")


@pytest.fixture(scope="module")
def pri_peer(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_pri_peer(tmp_path_factory.mktemp("peer")))


def judge(folder: Path, network: list[str], user: list[str], until: int = 600) -> tuple[Bench, list[list[dict]]]:
    folder.mkdir(exist_ok=True)
    with bench(folder, None, network, user) as (made, started):
        made.run(seconds(until), lambda: True)
        made.outside.close()
        return made, [program.events() for program in started]


def test_calls_both_ways_are_placed_answered_and_cleared(tmp_path: Path, pri_peer: str) -> None:
    made, said = judge(
        tmp_path, [pri_peer, "--side", "network", "--calls", "20", "--hold", "500", "--expect", "20"],
        [pri_peer, "--side", "user", "--calls", "20", "--gap", "130", "--hold", "400", "--expect", "20"])
    for lines in said:
        end = summary(lines)
        assert (end["ended"], end["placed"], end["answered_out"], end["answered_in"]) == ("finished", 20, 20, 20)
        assert (end["up"], end["complaints"], end["link_ups"], end["causes"]) == (0, 0, 1, {"16": 40})
    assert made.now < seconds(20)


def test_the_same_run_twice_is_the_same_to_the_octet(tmp_path: Path, pri_peer: str) -> None:
    network = [pri_peer, "--side", "network", "--calls", "5", "--hold", "300"]
    user = [pri_peer, "--side", "user", "--expect", "5", "--lose-setup", "1", "--calls", "2", "--hold", "100"]
    first, first_said = judge(tmp_path / "a", network, user)
    second, second_said = judge(tmp_path / "b", network, user)
    assert first.inputs == second.inputs
    assert first_said == second_said
    other, _ = judge(tmp_path / "c", [*network, "--gap", "101"], user)
    assert other.inputs != first.inputs


def test_a_lost_setup_is_sent_again_by_the_data_link(tmp_path: Path, pri_peer: str) -> None:
    _, (network, user) = judge(
        tmp_path, [pri_peer, "--side", "network", "--calls", "3", "--hold", "200", "--lose-setup", "2"],
        [pri_peer, "--side", "user", "--expect", "3"])
    end = summary(network)
    # The third is sent twice too: it comes behind the gap that the second left, and is rejected with it.
    assert (end["setups_sent"], end["setups_lost"], end["answered_out"]) == (5, 1, 3)
    assert summary(user)["answered_in"] == 3


def test_a_restart_is_acknowledged_and_clears_the_call_on_its_channel(tmp_path: Path, pri_peer: str) -> None:
    _, (network, user) = judge(
        tmp_path, [pri_peer, "--side", "network", "--calls", "1", "--restart-at", "2000"],
        [pri_peer, "--side", "user", "--expect", "1"])
    sent = next(line for line in network if line["event"] == "restart_sent")
    assert (sent["call"], summary(network)["restart_acks"]) == (1, 1)
    end = summary(user)
    assert (end["restarts_received"], end["up"]) == (1, 0)


def test_a_process_that_dies_comes_back_and_the_link_with_it(tmp_path: Path, pri_peer: str) -> None:
    def once(folder: Path) -> tuple[Bench, list[list[dict]]]:
        return judge(folder, [pri_peer, "--side", "network", "--calls", "2", "--hold", "100", "--linger", "30000"],
                     [pri_peer, "--side", "user", "--die-at", "700", "--back-after", "5000", "--linger", "20000"])

    made, (network, user) = once(tmp_path / "a")
    died = next(line for line in user if line["event"] == "died")
    assert (died["at_us"], died["status"]) == (700_000, 9)
    assert [line["at_us"] > 5_700_000 for line in user if line["event"] == "link_up"] == [False, True]
    assert summary(network)["up"] == 0
    again, said = once(tmp_path / "b")
    assert again.inputs == made.inputs
    assert said == [network, user]


def test_wrong_options_are_told(pri_peer: str) -> None:
    told = subprocess.run([pri_peer, "--attach", "/nowhere", "--side", "both"], capture_output=True, text=True)
    assert told.returncode == 2
    assert "usage" in told.stderr
