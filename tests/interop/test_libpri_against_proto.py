"""The first outside judgement of LAPD and call control: libpri at the other end of the line, in lockstep, no machine.

Every test is run with our stack on the user side and on the network side.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from peers.build import build_pri_peer
from pri_bench import Bench, Stack, bench, summary

from switchsim.kernel.inputs import InputKind, InputRecord
from switchsim.proto.q921 import SendFrame
from switchsim.proto.q931 import B_CHANNELS, InfoInd, SetupInd
from switchsim.units import ms, seconds

pytestmark = pytest.mark.peer("libpri-dev")

Script = Callable[[Bench, Stack], None]


@pytest.fixture(scope="module")
def pri_peer(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_pri_peer(tmp_path_factory.mktemp("peer")))


@pytest.fixture(params=["user", "network"])
def side(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def nothing(_: Bench, __: Stack) -> None:
    pass


class OverlapStack(Stack):
    """Asks for digits until there are ten, then answers."""

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self.collected: list[str] = []
        self._digits: dict[int, str] = {}

    def _on_SetupInd(self, setup: SetupInd) -> None:
        self._digits[setup.key] = setup.called.digits
        self._do(self.calls.more_info(setup.key), "3")

    def _on_InfoInd(self, info: InfoInd) -> None:
        self._digits[info.key] += info.digits
        if len(self._digits[info.key]) == 10:
            self.collected.append(self._digits[info.key])
            self._do(self.calls.proceeding(info.key), "3")
            self._do(self.calls.connect(info.key), "3")


def idle(stack: Stack) -> None:
    """Nothing leaks: no call, no reference, every channel free."""
    state = stack.calls.state
    assert state.calls == {}
    assert state.by_reference == {}
    assert [slot for slot in B_CHANNELS if state.channels[slot]] == []


def against(folder: Path, side: str, pri_peer: str, *options: str, script: Script = nothing, until: int = 900,
            stack: Stack | None = None) -> tuple[Bench, Stack, list[dict[str, Any]]]:
    """Run our `side` against libpri's other side until it has finished and our calls are gone."""
    folder.mkdir(exist_ok=True)
    ours = stack or Stack(side)
    other = "network" if side == "user" else "user"
    with bench(folder, ours, [pri_peer, "--side", other, *options]) as (made, started):
        ours.establish()
        script(made, ours)
        made.run(seconds(until), lambda: not ours.calls.state.calls)
        made.outside.close()
        return made, ours, started[0].events()


def placing(count: int, gap_ms: int = 150, first_ms: int = 100, **how: str) -> Script:
    def script(_: Bench, stack: Stack) -> None:
        for number in range(count):
            stack.at(ms(first_ms + number * gap_ms), lambda: stack.place(**how))
    return script


def test_the_link_comes_up_while_both_send_sabme_and_stays(tmp_path: Path, side: str, pri_peer: str) -> None:
    made, stack, said = against(tmp_path, side, pri_peer, "--linger", "60000")
    end = summary(said)
    assert (end["link_ups"], end["link_downs"], end["complaints"]) == (1, 0, 0)
    assert stack.link.state.violations_count == stack.calls.state.violations_count == 0
    assert end["at_us"] >= 60_000_000
    assert stack.counts.get("Established") == 1
    assert made.inputs[-1].kind.name == "FINISHED"


def test_a_hundred_calls_to_us_are_answered_and_cleared(tmp_path: Path, side: str, pri_peer: str) -> None:
    _, stack, said = against(tmp_path, side, pri_peer, "--calls", "100", "--gap", "120")
    end = summary(said)
    assert (end["ended"], end["placed"], end["answered_out"], end["up"]) == ("finished", 100, 100, 0)
    assert (end["causes"], end["complaints"], end["notes"], end["link_downs"]) == ({"16": 100}, 0, 0, 0)
    assert (stack.counts["SetupInd"], stack.counts["ReleasedInd"]) == (100, 100)
    assert stack.calls.state.violations_count == stack.link.state.violations_count == 0
    idle(stack)


def test_a_hundred_calls_of_ours_are_answered_and_cleared(tmp_path: Path, side: str, pri_peer: str) -> None:
    _, stack, said = against(tmp_path, side, pri_peer, "--expect", "100", script=placing(100))
    end = summary(said)
    assert (end["ended"], end["rung"], end["answered_in"], end["up"]) == ("finished", 100, 100, 0)
    assert (end["causes"], end["complaints"], end["notes"], end["link_downs"]) == ({"16": 100}, 0, 0, 0)
    assert (stack.counts["placed"], stack.counts["ConnectInd"], stack.counts["ReleasedInd"]) == (100, 100, 100)
    assert stack.calls.state.violations_count == stack.link.state.violations_count == 0
    ring = next(line for line in said if line["event"] == "ring")
    assert (ring["called"], ring["caller"], ring["complete"]) == ("10000", "13800138000", 1)
    idle(stack)


def test_calls_both_ways_at_once_with_either_side_clearing(tmp_path: Path, side: str, pri_peer: str) -> None:
    _, stack, said = against(tmp_path, side, pri_peer, "--calls", "60", "--gap", "310", "--hold", "3200",
                             "--expect", "60", script=placing(60, gap_ms=330), stack=Stack(side, spread_ms=500))
    end = summary(said)
    assert (end["answered_out"], end["answered_in"], end["up"], end["complaints"]) == (60, 60, 0, 0)
    assert end["cleared_by_us"] > 0
    assert end["cleared_by_them"] > 0
    assert stack.counts["ReleasedInd"] == 120
    idle(stack)


@pytest.mark.parametrize("hold_ms", [2990, 3000, 3010])
def test_disconnects_that_cross_clear_once(tmp_path: Path, side: str, pri_peer: str, hold_ms: int) -> None:
    _, stack, said = against(tmp_path, side, pri_peer, "--calls", "3", "--gap", "50", "--hold", str(hold_ms))
    assert summary(said)["up"] == 0
    assert stack.counts["ReleasedInd"] == 3
    assert summary(said)["complaints"] == 0
    idle(stack)


def test_a_lost_setup_is_repaired_by_the_link(tmp_path: Path, side: str, pri_peer: str) -> None:
    _, stack, said = against(tmp_path, side, pri_peer, "--calls", "5", "--gap", "100", "--lose-setup", "3")
    end = summary(said)
    assert (end["setups_lost"], end["answered_out"], end["up"]) == (1, 5, 0)
    assert stack.counts["SetupInd"] == 5
    idle(stack)


def test_a_lone_lost_setup_is_repaired_by_t200(tmp_path: Path, side: str, pri_peer: str) -> None:
    _, stack, said = against(tmp_path, side, pri_peer, "--calls", "1", "--lose-setup", "1")
    answered = next(line for line in said if line["event"] == "answered")
    assert answered["at_us"] > 1_000_000
    assert summary(said)["causes"] == {"16": 1}
    idle(stack)


def test_every_channel_is_used_and_the_next_call_waits_or_is_refused(tmp_path: Path, side: str, pri_peer: str) -> None:
    _, stack, said = against(tmp_path, side, pri_peer, "--calls", "40", "--gap", "20")
    end = summary(said)
    assert (end["most_up"], end["answered_out"], end["up"]) == (30, 40, 0)
    idle(stack)
    _, stack, said = against(tmp_path, side, pri_peer, "--expect", "30", script=placing(40, gap_ms=20))
    assert (stack.counts["placed"], stack.counts["refused"]) == (30, 10)
    assert summary(said)["answered_in"] == 30
    idle(stack)


def test_refusals_come_through_with_their_cause(tmp_path: Path, side: str, pri_peer: str) -> None:
    for cause in (1, 17, 21, 34):
        _, stack, said = against(tmp_path, side, pri_peer, "--expect", "3", "--reject", str(cause), script=placing(3))
        assert summary(said)["up"] == 0
        released = [line for line in stack.story if "ReleasedInd" in line]
        assert len(released) == 3
        assert all(f"cause={cause}," in line for line in released), released
        idle(stack)


def test_overlap_sending_of_ours_is_asked_for_digits(tmp_path: Path, side: str, pri_peer: str) -> None:
    _, stack, said = against(tmp_path, side, pri_peer, "--expect", "1", script=placing(1, number="100", overlap="00"))
    assert summary(said)["up"] == 0
    assert stack.counts["ReleasedInd"] == 1
    idle(stack)


def test_a_restart_of_a_channel_in_use_clears_its_call(tmp_path: Path, side: str, pri_peer: str) -> None:
    _, stack, said = against(tmp_path, side, pri_peer, "--calls", "4", "--gap", "50", "--restart-at", "2000")
    end = summary(said)
    sent = next(line for line in said if line["event"] == "restart_sent")
    assert (sent["call"], end["restarts_sent"], end["restart_acks"], end["complaints"]) == (1, 1, 1, 0)
    assert (stack.counts["RestartInd"], stack.counts["ReleasedInd"]) == (1, 4)
    idle(stack)


@pytest.mark.parametrize("channels", [[1], [3, 4, 20], None])
def test_a_restart_of_ours_is_acknowledged(tmp_path: Path, side: str, pri_peer: str,
                                           channels: list[int] | None) -> None:
    def script(_: Bench, stack: Stack) -> None:
        stack.at(ms(2000), lambda: stack.restart(channels))

    _, stack, said = against(tmp_path, side, pri_peer, "--calls", "6", "--gap", "50", "--linger", "5000", script=script)
    end = summary(said)
    assert stack.counts["RestartDone"] >= 1
    assert "RestartFailed" not in stack.counts
    assert (end["up"], stack.counts["ReleasedInd"], end["complaints"]) == (0, 6, 0)
    idle(stack)


def test_a_peer_that_dies_in_talk_and_comes_back_leaves_nothing_behind(
        tmp_path: Path, side: str, pri_peer: str) -> None:
    """The new process knows nothing of the calls; it restarts every channel first, as exchanges do."""
    def once(folder: Path) -> tuple[Bench, Stack, list[dict[str, Any]]]:
        return against(folder, side, pri_peer, "--calls", "5", "--gap", "100", "--reset", "1", "--die-at", "2000",
                       "--back-after", "500", "--linger", "40000")

    made, stack, said = once(tmp_path / "a")
    assert [line["at_us"] for line in said if line["event"] == "died"] == [2_000_000]
    assert len([line for line in said if line["event"] == "link_up"]) == 2
    end = summary(said)
    assert (end["placed"], end["answered_out"], end["up"], end["complaints"]) == (5, 5, 0, 0)
    assert (end["restarts_sent"], end["restart_acks"]) == (30, 30)
    assert (stack.counts["SetupInd"], stack.counts["ReleasedInd"]) == (10, 10)
    idle(stack)
    again, stack_again, said_again = once(tmp_path / "b")
    assert again.inputs == made.inputs
    assert stack_again.story == stack.story
    assert said_again == said


def test_a_peer_that_comes_back_and_uses_references_again_is_not_answered_until_the_old_calls_are_gone(
        tmp_path: Path, side: str, pri_peer: str) -> None:
    """A SETUP with the reference of a call that is still there is ignored (Q.931 5.8.3.2); nothing leaks."""
    _, stack, said = against(tmp_path, side, pri_peer, "--calls", "2", "--die-at", "1500", "--back-after", "4000",
                             "--linger", "60000")
    end = summary(said)
    assert (end["placed"], end["answered_out"], end["up"], end["causes"]) == (2, 0, 0, {"18": 2})
    assert stack.counts["ReleasedInd"] == 2
    idle(stack)


def test_the_same_run_twice_tells_the_same_story_and_another_does_not(tmp_path: Path, side: str, pri_peer: str) -> None:
    def once(name: str, *options: str) -> tuple[Bench, Stack]:
        made, stack, _ = against(tmp_path / name, side, pri_peer, "--calls", "10", "--expect", "10", *options,
                                 script=placing(10, gap_ms=77))
        return made, stack

    first, second, other = once("a"), once("b"), once("c", "--answer-ms", "201")
    assert first[0].inputs == second[0].inputs
    assert first[1].story == second[1].story
    assert first[1].story != other[1].story


def test_overlap_from_the_peer_is_collected_digit_by_digit(tmp_path: Path, side: str, pri_peer: str) -> None:
    stack = OverlapStack(side)
    _, stack, said = against(tmp_path, side, pri_peer, "--calls", "3", "--overlap", "2", "--number", "1008612345",
                             stack=stack)
    end = summary(said)
    assert (end["answered_out"], end["up"], end["complaints"]) == (3, 0, 0)
    assert stack.collected == ["1008612345"] * 3
    idle(stack)


@pytest.mark.parametrize("selection", ["preferred", "exclusive"])
def test_both_taking_channels_at_the_same_instant_all_calls_end(tmp_path: Path, side: str, pri_peer: str,
                                                               selection: str) -> None:
    """Glare: 20 calls from each end in the same milliseconds, and only 30 channels; some are refused, none is left."""
    _, stack, said = against(
        tmp_path, side, pri_peer, "--calls", "20", "--gap", "5", "--exclusive", str(int(selection == "exclusive")),
        script=placing(20, gap_ms=5, first_ms=2, selection=selection))
    end = summary(said)
    assert (end["up"], end["complaints"]) == (0, 0)
    assert end["answered_out"] + end["answered_in"] >= 20
    assert stack.counts["ReleasedInd"] == stack.counts["SetupInd"] + stack.counts["placed"]
    idle(stack)


def test_a_call_that_is_never_answered_is_cleared_by_us(tmp_path: Path, side: str, pri_peer: str) -> None:
    """The peer proceeds and alerts and then says nothing: T301 (3 min) ends it."""
    _, stack, said = against(tmp_path, side, pri_peer, "--expect", "1", "--answer-ms", "999999999", script=placing(1))
    released = [line for line in stack.story if "ReleasedInd" in line]
    assert len(released) == 1
    assert seconds(180) < int(released[0].split()[0]) < seconds(200)
    assert summary(said)["up"] == 0
    idle(stack)


def test_a_peer_that_dies_for_good_costs_its_calls_and_no_channel(tmp_path: Path, side: str, pri_peer: str) -> None:
    """Three calls in talk, the link fails: our clearing goes nowhere, T309 or the release ends each call here."""
    made, stack, _ = against(tmp_path, side, pri_peer, "--calls", "3", "--gap", "50", "--die-at", "1200",
                             "--back-after", "800000", until=300)
    assert made.now >= seconds(290)
    assert stack.counts["ReleasedInd"] == 3
    assert stack.link.state.state.name != "ESTABLISHED"
    idle(stack)


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_rubbish_on_the_line_is_counted_and_the_next_peer_is_served(tmp_path: Path, side: str, pri_peer: str,
                                                                   seed: int) -> None:
    stack = Stack(side)
    folder = tmp_path / "rubbish"
    folder.mkdir()
    with bench(folder, stack, [pri_peer, "--garbage", "800", "--seed", str(seed)]) as (made, started):
        stack.establish()
        made.run(seconds(60), lambda: True)
        made.outside.close()
        assert started[0].events()[-1]["garbage"] == 800
    assert made.outside.counts["e1-0:16"].bad_length > 20
    assert stack.link.state.violations_count > 100
    _, stack, said = against(tmp_path / "next", side, pri_peer, "--reset", "1", "--calls", "3", "--linger", "20000",
                             stack=stack)
    assert summary(said)["answered_out"] == 3
    idle(stack)


def test_a_second_program_that_sends_rubbish_is_counted_and_the_first_goes_on(
        tmp_path: Path, side: str, pri_peer: str) -> None:
    """Both on one outside; the second is on another timeslot, without a clock, and never stops to think."""
    def once(name: str, rubbish: int) -> tuple[list[InputRecord], list[dict[str, Any]], int]:
        folder = tmp_path / name
        folder.mkdir()
        stack = Stack(side)
        other = "network" if side == "user" else "user"
        first = [pri_peer, "--side", other, "--calls", "10", "--expect", "10"]
        with bench(folder, stack, first, spare=folder / "x") as (made, started):
            second = subprocess.Popen([pri_peer, "--attach", f"{folder}/x", "--garbage", str(rubbish), "--seed", "7"],
                                      stdout=subprocess.DEVNULL)
            made.outside.wait_ready(20)
            stack.establish()
            placing(10)(made, stack)
            made.run(seconds(60), lambda: not stack.calls.state.calls)
            made.outside.close()
            second.wait(10)
            inputs = [record for record in made.inputs if record.source == 0 and record.kind is InputKind.DATA]
            return inputs, started[0].events(), made.outside.counts["spare:1"].bad_length

    much, little = once("much", 1500), once("little", 1)
    assert much[:2] == little[:2]
    assert much[2] > 100 > little[2]
    assert summary(much[1])["answered_in"] == summary(much[1])["answered_out"] == 10


class Careless(Stack):
    """Leaves the bearer capability out of its SETUP, below call control, where nothing of ours sees it."""

    def _do(self, actions: Sequence[Any], layer: str) -> None:
        bearer = bytes.fromhex("04038090a3")
        changed = [SendFrame(action.octets.replace(bearer, b"")) if isinstance(action, SendFrame) else action
                   for action in actions]
        super()._do(changed, layer)


def test_the_judge_notices_a_setup_without_its_mandatory_element(tmp_path: Path, side: str, pri_peer: str) -> None:
    _, stack, said = against(tmp_path, side, pri_peer, "--linger", "20000", script=placing(1), stack=Careless(side))
    end = summary(said)
    assert (end["answered_in"], end["complaints"] + end["notes"] > 0) == (0, True)
    assert [line.split("cause=")[1][:2] for line in stack.story if "ReleasedInd" in line] == ["96"]
    idle(stack)
