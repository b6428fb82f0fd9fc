"""libopenr2 calls the far end's R2 exchange and is called by it: what simulated machines meet is judged, too.

Its people wait to hear each other, which nobody does here: whoever clears is the peer, or the caller in good time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from openr2_bench import Line, attached, summary, trail
from openr2_farend import FarOffice
from peers.build import CHINA_NO_1, build_openr2_peer

from switchsim.farend.exchange import Subscriber

pytestmark = pytest.mark.peer("libopenr2-dev")

VARIANTS = {"itu": [], "china": ["--china", "1", "--protocol", str(CHINA_NO_1)]}
NUMBER = "02088886666"
SLOTS = [14, 15, 17, 18]


@pytest.fixture(scope="module")
def openr2_peer(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_openr2_peer(tmp_path_factory.mktemp("peer")))


@pytest.fixture(params=["itu", "china"])
def variant(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def calling(count: int) -> Callable[[FarOffice, int], None]:
    def script(office: FarOffice, block: int) -> None:
        if block >= 25 and (block - 25) % 30 == 0 and (block - 25) // 30 < count:
            office.call(NUMBER)
    return script


def against(folder: Path, peer: str, variant: str, *options: str, subscriber: str = "answers",
            script: Callable[[FarOffice, int], None] = lambda office, block: None) -> tuple[FarOffice, list[Line]]:
    """The peer on some circuits of the exchange until it has finished; nobody complains, nothing is left."""
    office = FarOffice(SLOTS, variant, (Subscriber(number="10000", behaviour=subscriber),))  # type: ignore[arg-type]
    command = [peer, *VARIANTS[variant], "--digits", str(len(NUMBER)), "--ani-first", "0", "--trace", "1", *options]
    with attached(folder, office, SLOTS, command) as (made, [one]):
        for block in range(60 * 50):
            script(office, block)
            made.run(1)
            if made.finished:
                break
        made.outside.close()
        said = one.lines()
    end = summary(said)
    slot = next((line["ts"] for line in said if line["event"] == "protocol_error"), SLOTS[0])
    assert (end["errors"], end["complaints"], end["up"]) == (0, 0, 0), trail(said, slot)
    assert office.leaks() == ""
    return office, said


def test_calls_each_way(tmp_path: Path, openr2_peer: str, variant: str) -> None:
    office, said = against(tmp_path, openr2_peer, variant, "--calls", "4", "--begin-at", "6000", "--expect", "4",
                           "--hold", "500", script=calling(4))
    end = summary(said)
    assert (end["answered_out"], end["answered_in"]) == (4, 4)
    states = office.states()
    assert (states["connected 0"], states["released 16"]) == (8, 8)
    offered = {(line["called"], line["caller"]) for line in said if line["event"] == "offered"}
    assert offered == {(NUMBER, "13800138000")}


@pytest.mark.parametrize(("options", "subscriber", "heard"), [
    (["--number", "10000"], "busy", "Busy Number"), (["--number", "20000"], "answers", "Unallocated Number")])
def test_refusals_of_the_exchange(tmp_path: Path, openr2_peer: str, variant: str, options: list[str], subscriber: str,
                                  heard: str) -> None:
    _, said = against(tmp_path, openr2_peer, variant, "--calls", "2", *options, subscriber=subscriber)
    assert (summary(said)["causes"], summary(said)["answered_out"]) == ({heard: 2}, 0)


@pytest.mark.parametrize(("cause", "told"), [("17", 17), ("1", 1)])
def test_refusals_of_the_peer(tmp_path: Path, openr2_peer: str, variant: str, cause: str, told: int) -> None:
    office, said = against(tmp_path, openr2_peer, variant, "--expect", "2", "--reject", cause, script=calling(2))
    assert summary(said)["refused"] == 2
    assert office.states()[f"released {told}"] == 2


def test_a_subscriber_who_does_not_answer_is_given_up_by_the_caller(
        tmp_path: Path, openr2_peer: str, variant: str) -> None:
    office, said = against(tmp_path, openr2_peer, variant, "--calls", "2", "--abandon-after", "6000",
                           subscriber="no_answer")
    assert (summary(said)["accepted_out"], summary(said)["answered_out"], summary(said)["cleared_by_us"]) == (2, 0, 2)
    assert office.states()["ringing 0"] == 2


def test_a_circuit_that_the_peer_blocks_is_not_used(tmp_path: Path, openr2_peer: str, variant: str) -> None:
    office = FarOffice(SLOTS, variant)
    command = [openr2_peer, *VARIANTS[variant], "--digits", "11", "--ani-first", "0", "--expect", "3", "--hold", "300",
               "--block-at", "100", "--block-for", "14000", "--block-circuit", "14"]
    with attached(tmp_path, office, SLOTS, command) as (made, [one]):
        for block in range(30 * 50):
            calling(3)(office, block)
            made.run(1)
        made.outside.close()
        said = one.lines()
    assert {line["ts"] for line in said if line["event"] == "offered"} <= set(SLOTS) - {14}
    blocked = [(event.timeslot, event.on) for event in office.reported("CircuitBlocked")]
    assert blocked[2 * len(SLOTS):] == [(14, 1), (14, 0)], "all of them are blocked until the program comes"
    assert office.leaks() == ""
