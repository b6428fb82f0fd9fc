"""What a process of the platform does with letters and timers while it is slow, hangs, dies and is started again."""

from __future__ import annotations

from typing import Any

from ccs_switch_toy import Host

from switchsim.callcentre.process import START_CYCLES, Process, ProcessCommon
from switchsim.model.events import ProcessState
from switchsim.model.order import Act, Heal, Inject
from switchsim.model.platform import Letter, LookUp
from switchsim.units import seconds


class Noted(ProcessCommon):
    heard: list[int] = []
    timers: list[str] = []


class Clerk(Process[Noted]):
    """Notes the numbers of look-ups; `first` makes `stopped` superfluous, and wants `again` a second later."""

    def fresh(self) -> Noted:
        return Noted()

    def letter(self, sender: str, body: Any) -> None:
        self.state.heard.append(body.query)

    def timer(self, name: str) -> None:
        self.state.timers.append(name)
        if name == "first":
            self.stop_timer("stopped")
            self.start_timer("again", seconds(1))


class Office:
    """A clerk and a clock; letters come at once."""

    def __init__(self) -> None:
        self.host = Host()
        self.clerk = Clerk("callcentre/clerk", self.host)
        self.host.parts[self.clerk.path] = self.clerk
        self.clerk.start()

    def fault(self, point: str, **values: str | int) -> None:
        self.clerk.on_order(Inject(point, point, values))

    def heal(self, point: str) -> None:
        self.clerk.on_order(Heal(point, point, {}))

    def post(self, number: int) -> None:
        self.clerk.on_message("comm", Letter("clerk", "somebody", LookUp(number, "", {})))

    def wait(self, cycles: int) -> None:
        self.host.run(self.host.now + cycles)

    def states(self) -> list[str]:
        return [event.state for _, _, event in self.host.journal if isinstance(event, ProcessState)]


def test_letters_of_a_slow_process_do_not_overtake_each_other_when_it_is_healed() -> None:
    office = Office()
    office.fault("slow", delay=seconds(5))
    office.post(1)
    office.post(2)
    office.wait(seconds(1))
    office.heal("slow")
    office.post(3)
    office.wait(seconds(10))
    assert office.clerk.state.heard == [1, 2, 3]


def test_letters_of_a_slow_process_that_hangs_keep_their_order() -> None:
    office = Office()
    office.fault("slow", delay=seconds(2))
    office.post(1)
    office.fault("hang")
    office.post(2)
    office.wait(seconds(3))
    office.heal("hang")
    assert office.clerk.state.heard == [1, 2]


def test_a_slow_process_is_slow_after_a_restart_too() -> None:
    office = Office()
    office.fault("slow", delay=seconds(2))
    office.clerk.on_order(Act("restart", {}))
    office.wait(START_CYCLES)
    office.post(1)
    office.wait(seconds(1))
    assert office.clerk.state.heard == []
    office.wait(seconds(1))
    assert office.clerk.state.heard == [1]


def test_who_is_healed_of_slowness_while_he_is_dead_or_hangs_does_not_run() -> None:
    office = Office()
    office.fault("slow", delay=seconds(2))
    office.fault("hang")
    office.heal("slow")
    assert office.states() == ["started", "slow", "hung"]
    office.heal("hang")
    assert office.states()[-1] == "running"


def test_a_timer_that_was_due_in_a_hang_and_is_stopped_before_its_turn_does_not_come() -> None:
    office = Office()
    for name in ("first", "stopped", "again"):
        office.clerk.start_timer(name, 1)
    office.fault("hang")
    office.wait(seconds(1))
    office.heal("hang")
    assert office.clerk.state.timers == ["first"]
    office.wait(seconds(2))
    assert office.clerk.state.timers == ["first", "again"]
