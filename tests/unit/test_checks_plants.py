"""Checks of several machines in one journal: numbers that repeat in another machine are another thing."""

from __future__ import annotations

from by_hand import Row, records, verdict_of

from switchsim.model.event import Event
from switchsim.model.events import (
    BoardState,
    CallLeg,
    CallOffered,
    CallQueued,
    CallState,
    CallUnqueued,
    CircuitBlocked,
    PartyHears,
    PartyPlaced,
    ProcessorActive,
    ResourceFreed,
    ResourceSeized,
    SeatState,
    SignallingLink,
)
from switchsim.report.result import Outcome
from switchsim.scenario.checks.base import Check, CheckRun, CheckSettings, SignallingFacts
from switchsim.scenario.checks.conservation import Blocked, Resources
from switchsim.scenario.checks.network import Network
from switchsim.scenario.checks.processors import OneActive
from switchsim.scenario.checks.queues import LongestIdle
from switchsim.scenario.checks.speech import NoCrossedSpeech
from switchsim.units import seconds

MACHINES = ("north", "south")
NORTH, SOUTH = ("north/frame/0/slot/2/program", "south/frame/0/slot/2/program")


def rows(*told: tuple[int, str, Event]) -> list[Row]:
    return list(told)


def test_a_receiver_of_each_machine_may_have_one_number() -> None:
    told = rows((1, NORTH, ResourceSeized("receiver", 3, 1)), (2, SOUTH, ResourceSeized("receiver", 3, 9)),
                (3, NORTH, ResourceFreed("receiver", 3, 1)), (4, SOUTH, ResourceFreed("receiver", 3, 9)))  # fmt: skip
    assert verdict_of(Resources, told, 5, machines=MACHINES).outcome == Outcome.PASSED
    assert verdict_of(Resources, told, 5).outcome == Outcome.FAILED
    assert verdict_of(Resources, told[:3], 5, machines=MACHINES).outcome == Outcome.FAILED


def test_each_machine_has_one_active_processor() -> None:
    both = rows((0, NORTH, ProcessorActive("power-on", 0, 0)), (0, SOUTH, ProcessorActive("power-on", 0, 0)))
    names = {"machines": MACHINES, "processors": (NORTH, SOUTH)}
    assert verdict_of(OneActive, both, seconds(9), **names).outcome == Outcome.PASSED
    assert verdict_of(OneActive, both[:1], seconds(9), **names).outcome == Outcome.FAILED, "the south has none"
    second = (seconds(1), NORTH.replace("/2/", "/3/"), ProcessorActive("lost", 0, 0))
    assert verdict_of(OneActive, [*both, second], seconds(9), **names).outcome == Outcome.FAILED
    down = (seconds(1), "south/frame/0/slot/2", BoardState("pulled"))
    assert verdict_of(OneActive, [*both, down], seconds(9), **names).outcome == Outcome.PASSED, "nobody could be"


def test_a_processor_that_begins_anew_begins_only_its_own_machine_anew() -> None:
    blocked = CircuitBlocked("n-0", 1, "local", "maintenance", 1)
    told = rows((1, NORTH, blocked), (2, SOUTH, ProcessorActive("restart", 0, 0)), (3, NORTH, blocked))
    assert verdict_of(Blocked, told, 4, machines=MACHINES).outcome == Outcome.FAILED
    assert verdict_of(Blocked, told, 4).outcome == Outcome.PASSED


def test_idle_seats_of_another_machine_are_not_passed_over() -> None:
    told = rows(
        (0, SOUTH, SeatState("2001", "idle", 0)), (5, NORTH, SeatState("1001", "idle", 0)),
        (7, SOUTH, ProcessorActive("restart", 0, 0)), (9, NORTH, CallQueued(1, "north/all", 1)),
        (9, NORTH, SeatState("1001", "ringing", 1)), (9, NORTH, CallUnqueued(1, "north/all", "seat", 0)),
    )  # fmt: skip
    seats = {"1001": frozenset({"north/all"}), "2001": frozenset({"south/all"})}
    assert verdict_of(LongestIdle, told, 10, machines=MACHINES, seat_queues=seats).outcome == Outcome.PASSED
    one_queue = dict.fromkeys(seats, frozenset({"north/all"}))
    assert verdict_of(LongestIdle, told, 10, seat_queues=one_queue).outcome == Outcome.PASSED, "all began anew"
    del told[2]
    assert verdict_of(LongestIdle, told, 10, seat_queues=one_queue).outcome == Outcome.FAILED


def over(line: str, timeslot: int) -> list[Row]:
    """A caller of the north on n-0:1, whose call goes on over n-im:4; who speaks at the seat is on `line`."""
    return [
        (0, "f", PartyPlaced(1, "n-0", 1, "")), (0, "f", PartyPlaced(2, "", 0, "2001")),
        (1, NORTH, CallOffered(1, "in", "n-0", 1, "138", "180")), (1, NORTH, CallLeg(1, "n-im", 4, "", 1)),
        (2, SOUTH, CallOffered(9, "in", line, timeslot, "138", "10069")),
        (3, NORTH, CallState(1, "talk", "n-im:4")),
        (4, SOUTH, CallState(9, "talk", "2001")), (4, SOUTH, SeatState("2001", "talk", 9)),
        (9, "f", PartyHears(1, "party", "2", 5)),
    ]  # fmt: skip


def test_who_talk_over_a_joined_line_are_connected() -> None:
    joins = {"n-im": "s-im", "s-im": "n-im"}
    more = {"machines": MACHINES, "joins": joins}
    assert verdict_of(NoCrossedSpeech, over("s-im", 4), seconds(5), **more).outcome == Outcome.PASSED
    for line, timeslot in (("s-im", 5), ("s-0", 4)):
        assert verdict_of(NoCrossedSpeech, over(line, timeslot), seconds(5), **more).outcome == Outcome.FAILED
    assert verdict_of(NoCrossedSpeech, over("s-im", 4), seconds(5), machines=MACHINES).outcome == Outcome.FAILED


def test_conferences_of_two_machines_with_one_number_are_two() -> None:
    told = [
        (0, "f", PartyPlaced(1, "n-0", 1, "")), (0, "f", PartyPlaced(2, "s-0", 1, "")),
        (1, NORTH, CallOffered(1, "in", "n-0", 1, "", "")), (1, SOUTH, CallOffered(9, "in", "s-0", 1, "", "")),
        (2, NORTH, CallState(1, "conference", "0")), (2, SOUTH, CallState(9, "conference", "0")),
        (3, "f", PartyHears(1, "party", "2", 3)),
    ]  # fmt: skip
    assert verdict_of(NoCrossedSpeech, told, seconds(5), machines=MACHINES).outcome == Outcome.FAILED
    assert verdict_of(NoCrossedSpeech, told, seconds(5)).outcome == Outcome.PASSED


class _Follows(Check):
    """Lets a network follow the records."""

    name = title = "follows"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self.network = Network(settings)

    def handlers(self) -> dict:  # type: ignore[type-arg]
        return self.network.handlers()


def test_both_ends_of_a_joined_link_are_one_link() -> None:
    facts = SignallingFacts(
        points={NORTH: 11, SOUTH: 12}, links={"n-s7:16": (11, 12)}, same={"s-s7:16": "n-s7:16"},
        boards={"n-s7:16": "north/frame/0/slot/15", "s-s7:16": "south/frame/0/slot/15"},
    )  # fmt: skip
    check = _Follows(CheckSettings(machines=MACHINES, signalling=facts))
    run = CheckRun([check])
    first, second = records(rows((1, NORTH, SignallingLink("n-s7:16", "available")),
                                 (2, SOUTH, SignallingLink("s-s7:16", "available"))))  # fmt: skip
    run.take(first)
    assert not check.network.available("n-s7:16")
    run.take(second)
    assert check.network.available("n-s7:16")
    assert facts.on_board("south/frame/0/slot/15") == {"n-s7:16"}
