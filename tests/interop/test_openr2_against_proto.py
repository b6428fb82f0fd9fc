"""The first outside judgement of R2: libopenr2 on circuits of ours, in lockstep, no machine.

Line signals pass as bits, register signals as sound: ours are sent and heard by the native core, libopenr2's by itself.
Every test is run with ITU signals and with China No.1.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from openr2_bench import Line, attached, summary, trail
from openr2_office import Office, Plan
from peers.build import CHINA_NO_1, build_openr2_peer

pytestmark = pytest.mark.peer("libopenr2-dev")

VARIANTS = {"itu": [], "china": ["--china", "1", "--protocol", str(CHINA_NO_1)]}
EVERY = [slot for slot in range(1, 32) if slot != 16]
NUMBER = "02088886666"
BLOCKS_A_SECOND = 50
Script = Callable[[Office, int], None]


@pytest.fixture(scope="module")
def openr2_peer(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_openr2_peer(tmp_path_factory.mktemp("peer")))


@pytest.fixture(params=["itu", "china"])
def variant(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def nothing(_: Office, __: int) -> None:
    pass


def placing(count: int, every_blocks: int = 5, number: str = NUMBER) -> Script:
    def script(office: Office, block: int) -> None:
        if block >= 15 and (block - 15) % every_blocks == 0 and office.counts["placed"] < count:
            office.place(number)
    return script


def against(folder: Path, peer: str, variant: str, *options: str, slots: list[int] | None = None,
            plan: Plan | None = None, script: Script = nothing, sound: bool = True) -> tuple[Office, list[Line]]:
    """libopenr2 on circuits of ours until it has finished; `sound`: neither side has anything to complain of."""
    slots = slots or [1, 2, 3]
    office = Office(slots, variant, plan)
    command = [peer, *VARIANTS[variant], "--digits", str(len(NUMBER)), "--trace", "1", *options]
    with attached(folder, office, slots, command) as (made, [one]):
        for block in range(100 * BLOCKS_A_SECOND):
            script(office, block)
            made.run(1)
            if made.finished:
                break
        made.outside.close()
        said = one.lines()
    end = summary(said)
    slot = next((line["ts"] for line in said if line["event"] == "protocol_error"), slots[0])
    if sound:
        assert (end["errors"], end["complaints"], end["up"]) == (0, 0, 0), f"{trail(said, slot)}\n{office.told(slot)}"
        assert office.counts["Violation"] == office.counts["MaintenanceAlarm"] == 0, office.told(slot)
    assert office.leaks() == [], office.told((office.leaks() or [slot])[0])
    return office, said


def test_fifty_calls_to_us_are_answered_and_cleared(tmp_path: Path, openr2_peer: str, variant: str) -> None:
    office, said = against(tmp_path, openr2_peer, variant, "--calls", "50", "--gap", "20", slots=EVERY,
                           plan=Plan(hold_ms=600))
    end = summary(said)
    assert (end["ended"], end["placed"], end["accepted_out"], end["answered_out"]) == ("finished", 50, 50, 50)
    assert (end["causes"], end["most_up"], end["collisions"]) == ({"Normal Clearing": 50}, 30, 0)
    setups = {(action.called, action.calling, action.category) for action in office.reported("SetupInd")}
    assert setups == {("10000", "13800138000", 10)}
    assert (office.counts["SetupInd"], office.counts["ReleasedInd"]) == (50, 50)


def test_fifty_calls_of_ours_are_answered_and_cleared(tmp_path: Path, openr2_peer: str, variant: str) -> None:
    office, said = against(tmp_path, openr2_peer, variant, "--expect", "50", "--ani-first", "0", slots=EVERY,
                           plan=Plan(hold_ms=600), script=placing(50, 2))
    end = summary(said)
    assert (end["offered"], end["answered_in"], end["cleared_by_them"]) == (50, 50, 50)
    assert {(line["called"], line["caller"], line["category"]) for line in said if line["event"] == "offered"} == {
        (NUMBER, "13800138000", "National Subscriber")}
    assert (office.counts["AddressCompleteInd"], office.counts["AnswerInd"]) == (50, 50)
    assert office.failures == {"released 16": 50}


def test_calls_both_ways_on_few_circuits_meet_at_times_and_all_end(
        tmp_path: Path, openr2_peer: str, variant: str) -> None:
    office, said = against(
        tmp_path, openr2_peer, variant, "--calls", "12", "--gap", "380", "--expect", "8", "--ani-first", "0",
        plan=Plan(hold_ms=500), script=placing(16, 20), slots=[1, 2, 3, 4])
    end = summary(said)
    assert end["answered_out"] == 12
    collided = sum(count for why, count in office.failures.items() if why.startswith("collision"))
    assert end["collisions"] == collided
    assert end["answered_in"] == office.counts["AnswerInd"] == office.counts["placed"] - collided
    assert office.counts["placed"] == 16


@pytest.mark.parametrize("block", [24, 25, 26])
def test_a_double_seizure_is_seen_at_both_ends(tmp_path: Path, openr2_peer: str, variant: str, block: int) -> None:
    """One circuit, seized by both in the same 20 ms, or 20 ms before or after each other: the first one has it then."""
    def at_once(office: Office, now: int) -> None:
        if now == block:
            office.place()

    office, said = against(tmp_path, openr2_peer, variant, "--calls", "1", "--gap", "500", "--begin-at", "500",
                           "--ani-first", "0", slots=[7], script=at_once, plan=Plan(hold_ms=300))
    met = block == 25
    assert (summary(said)["collisions"], summary(said)["answered_out"]) == (met, 1)
    assert [why.split()[0] for why in office.failures] == ["collision", "released"][not met:]
    assert office.counts["AnswerInd"] == (block == 24)


PEER_REFUSES = [("itu", "17", {17}), ("itu", "1", {1}), ("itu", "34", {34, 42}), ("itu", "27", {27}),
                ("china", "17", {17}), ("china", "1", {1}), ("china", "34", {17, 34, 42})]


@pytest.mark.parametrize(("kind", "cause", "told"), PEER_REFUSES)
def test_refusals_of_the_peer_come_through_with_their_cause(
        tmp_path: Path, openr2_peer: str, kind: str, cause: str, told: set[int]) -> None:
    office, said = against(tmp_path, openr2_peer, kind, "--expect", "2", "--reject", cause, "--ani-first", "0",
                           script=placing(2))
    assert (summary(said)["refused"], summary(said)["answered_in"]) == (2, 0)
    [(why, count)] = office.failures.items()
    assert (why.split()[0], count) == ("refused", 2)
    assert int(why.split()[1]) in told


WE_REFUSE = [("itu", 17, "Busy Number"), ("itu", 34, "Network Congestion"), ("itu", 27, "Line Out Of Order"),
             ("china", 17, "Busy Number"), ("china", 34, "Network Congestion"), ("china", 1, "Unallocated Number")]


@pytest.mark.parametrize(("kind", "cause", "heard"), WE_REFUSE)
def test_our_refusals_come_through_with_their_cause(
        tmp_path: Path, openr2_peer: str, kind: str, cause: int, heard: str) -> None:
    _, said = against(tmp_path, openr2_peer, kind, "--calls", "2", plan=Plan(refuse=cause))
    assert (summary(said)["causes"], summary(said)["answered_out"]) == ({heard: 2}, 0)


@pytest.mark.parametrize("number", ["10001", "20000", "1100"])
def test_a_number_that_nobody_has_is_unallocated(tmp_path: Path, openr2_peer: str, variant: str, number: str) -> None:
    """As soon as the digit comes that can not go on: B-5, KB-5 (or A-5 there)."""
    office, said = against(tmp_path, openr2_peer, variant, "--calls", "2", "--number", number)
    assert summary(said)["causes"] == {"Unallocated Number": 2}
    assert office.failures == {"released 1": 2}


def test_the_orders_of_the_calling_number(tmp_path: Path, openr2_peer: str, variant: str) -> None:
    """The peer asks for it after the first called digit, after the last one, or not at all."""
    _, said = against(tmp_path / "first", openr2_peer, variant, "--expect", "1", "--ani-first", "1", script=placing(1),
                      plan=Plan(calling_first=True))
    assert [line["caller"] for line in said if line["event"] == "offered"] == ["13800138000"]
    _, said = against(tmp_path / "never", openr2_peer, variant, "--expect", "1", "--ask-ani", "0", "--ani-first", "0",
                      script=placing(1))
    assert [(line["called"], line["caller"]) for line in said if line["event"] == "offered"] == [(NUMBER, "")]


def test_a_caller_who_hides_his_number_and_one_with_priority(tmp_path: Path, openr2_peer: str, variant: str) -> None:
    office, _ = against(tmp_path / "a", openr2_peer, variant, "--calls", "1", "--restricted", "1")
    assert [action.calling for action in office.reported("SetupInd")] == [""]
    office, _ = against(tmp_path / "b", openr2_peer, variant, "--calls", "1", "--priority", "1")
    [category] = [action.category for action in office.reported("SetupInd")]
    assert category in ({11} if variant == "itu" else {10, 18})  # II-2 is priority, KA-2 ordinary with a meter


def test_address_complete_without_group_b_and_without_charge(tmp_path: Path, openr2_peer: str) -> None:
    for how, charge in (("--accept-in-group-a", True), ("--no-charge", False)):
        office, _ = against(tmp_path / how, openr2_peer, "itu", "--expect", "1", how, "1", script=placing(1))
        assert [action.charge for action in office.reported("AddressCompleteInd")] == [charge]


@pytest.mark.parametrize("after_ms", ["100", "420", "700", "1300"])
def test_the_peer_gives_up_in_the_middle(tmp_path: Path, openr2_peer: str, variant: str, after_ms: str) -> None:
    office, said = against(tmp_path, openr2_peer, variant, "--calls", "2", "--abandon-after", after_ms)
    assert (summary(said)["answered_out"], summary(said)["cleared_by_us"]) == (0, 2)
    assert office.counts["ReleasedInd"] == 2
    assert office.counts["SetupInd"] == 0


@pytest.mark.parametrize("after_blocks", [8, 20, 40, 70])
def test_we_give_up_in_the_middle(tmp_path: Path, openr2_peer: str, variant: str, after_blocks: int) -> None:
    def script(office: Office, block: int) -> None:
        placing(1)(office, block)
        if block == 15 + after_blocks:
            trunk = office.trunks[1]
            office.later(trunk, 0, lambda: trunk.circuit.release(16))

    office, said = against(tmp_path, openr2_peer, variant, "--linger", "6000", "--ani-first", "0", script=script)
    assert office.counts["AnswerInd"] == summary(said)["answered_in"] == 0


def test_a_circuit_that_the_peer_blocks_is_not_seized(tmp_path: Path, openr2_peer: str, variant: str) -> None:
    office, said = against(
        tmp_path, openr2_peer, variant, "--expect", "2", "--ani-first", "0", "--block-at", "100",
        "--block-for", "12000", slots=[1, 2], plan=Plan(hold_ms=100), script=placing(2, 60))
    blocked = [(action.by, action.on) for action in office.reported("BlockedInd", 1)]
    assert blocked == [("remote", True), ("remote", False)]
    assert [line["ts"] for line in said if line["event"] == "offered"] == [2, 2]


def test_a_circuit_that_we_block_is_not_seized_by_the_peer(tmp_path: Path, openr2_peer: str, variant: str) -> None:
    def script(office: Office, block: int) -> None:
        if block in (2, 150):
            trunk = office.trunks[3]
            office.later(trunk, 0, lambda: trunk.circuit.block(block == 2))

    _, said = against(tmp_path, openr2_peer, variant, "--calls", "4", "--gap", "600", "--linger", "3000",
                      slots=[1, 2, 3], plan=Plan(hold_ms=100), script=script)
    blocked = [line["at_us"] for line in said if line["event"] == "blocked" and line["ts"] == 3]
    idle = [line["at_us"] for line in said if line["event"] == "idle" and line["ts"] == 3]
    assert len(blocked) == 1
    assert [at for at in idle if at > blocked[0]]
    used = [line["at_us"] for line in said if line["event"] == "placed" and line["ts"] == 3]
    assert not [at for at in used if blocked[0] <= at < idle[-1]]
    assert summary(said)["answered_out"] == 4


def test_without_a_receiver_no_call_comes_about_and_the_circuit_stays_sound(
        tmp_path: Path, openr2_peer: str, variant: str) -> None:
    office, said = against(tmp_path, openr2_peer, variant, "--calls", "1", "--abandon-after", "3000",
                           "--linger", "2000", plan=Plan(receivers=False), sound=False)
    assert (summary(said)["answered_out"], summary(said)["up"], office.counts["SetupInd"]) == (0, 0, 0)


def test_q442_a_caller_that_falls_silent_gets_a_pulse(tmp_path: Path, openr2_peer: str) -> None:
    """libopenr2's own variant CN takes A-1 after A-6 for "next called digit", has none, and waits for our time-out.

    Then A-3 comes as a pulse of 150 ms, which it understands: the call goes on without its number.
    """
    office = Office([1], "china")
    command = [openr2_peer, "--china", "1", "--calls", "1", "--trace", "1"]
    with attached(tmp_path, office, [1], command) as (made, [one]):
        made.run(40 * BLOCKS_A_SECOND)
        made.outside.close()
        said = one.lines()
    assert (summary(said)["answered_out"], summary(said)["errors"]) == (1, 0), trail(said, 1)
    assert [(pulse.signal, pulse.cycles) for pulse in office.reported("PulseTone")] == [(3, 1200)]
    assert [setup.calling for setup in office.reported("SetupInd")] == [""]
    assert office.leaks() == []


def test_the_same_run_twice_tells_the_same_story_and_another_does_not(tmp_path: Path, openr2_peer: str) -> None:
    def once(name: str, *options: str) -> tuple[Office, list[Line]]:
        return against(tmp_path / name, openr2_peer, "itu", "--calls", "3", "--expect", "3", "--ani-first", "0",
                       *options, slots=[1, 2, 3, 4, 5, 6], script=placing(3))

    first, second, other = once("a"), once("b"), once("c", "--gap", "140")
    assert first[0].story == second[0].story
    assert first[1] == second[1]
    assert first[0].story != other[0].story


def test_the_judge_notices_the_wrong_variant(tmp_path: Path, openr2_peer: str) -> None:
    """An exchange that speaks China No.1 to a peer of the ITU kind is not understood."""
    office = Office([1], "china")
    with attached(tmp_path, office, [1], [openr2_peer, "--calls", "1", "--linger", "30000"]) as (made, [one]):
        made.run(25 * BLOCKS_A_SECOND)
        made.outside.close()
        end = summary(one.lines())
    assert (end["answered_out"], end["errors"]) == (0, 1)
