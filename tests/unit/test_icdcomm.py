"""Faults on the ways of ICDCOMM: each by itself, several on one way, and the death of ICDCOMM in between."""

from __future__ import annotations

from typing import Any

import pytest
from ccs_switch_toy import Host

from switchsim.callcentre.icdcomm import Icdcomm
from switchsim.callcentre.process import START_CYCLES
from switchsim.model.events import FaultFired
from switchsim.model.order import Act, Heal, Inject
from switchsim.model.platform import Letter, LookUp
from switchsim.units import seconds


class Hub:
    """ICDCOMM between `a` and `b`, who are not there; `out` is what it gave to whom."""

    def __init__(self) -> None:
        self.host = Host()
        self.out: list[tuple[str, int]] = []
        self.host.send = self._send  # type: ignore[method-assign]
        self.part = Icdcomm("callcentre/icdcomm", self.host, ("a", "b"))
        self.host.parts[self.part.path] = self.part
        self.part.start()

    def _send(self, place: str, port: str, message: Any) -> bool:
        self.out.append((port, message.body.query))
        return True

    def post(self, *numbers: int, to: str = "b") -> None:
        for number in numbers:
            self.part.on_message("comm", Letter(to, "a", LookUp(number, "", {})))

    def inject(self, fault: str, point: str, value: int = 0, to: str = "b") -> None:
        self.part.on_order(Inject(fault, point, {"from": "a", "to": to, "value": value}))

    def heal(self, fault: str, point: str) -> None:
        self.part.on_order(Heal(fault, point, {}))

    def wait(self, cycles: int) -> None:
        self.host.run(self.host.now + cycles)

    @property
    def fired(self) -> list[FaultFired]:
        return [event for _, _, event in self.host.journal if isinstance(event, FaultFired)]

    @property
    def came(self) -> list[int]:
        return [number for _, number in self.out]


@pytest.mark.parametrize(("point", "value", "at_once", "healed"), [
    ("cut", 0, [], []), ("loss", 100, [], []), ("delay", seconds(1), [], [1, 2, 3]), ("stall", 0, [], [1, 2, 3]),
    ("duplicate", 0, [1, 1, 2, 2, 3, 3], []), ("reorder", 0, [2, 1], [3]),
])  # fmt: skip
def test_a_fault_acts_on_its_way_alone_and_its_end_lets_go_of_what_waits(
    point: str, value: int, at_once: list[int], healed: list[int]
) -> None:
    hub = Hub()
    hub.inject("1", point, value)
    hub.post(1, 2, 3)
    hub.post(9, to="a")
    assert hub.came == [*at_once, 9]
    hub.heal("1", point)
    hub.post(4)
    assert hub.came == [*at_once, 9, *healed, 4]
    hub.wait(seconds(2))
    assert len(hub.came) == len(at_once) + len(healed) + 2


def test_several_faults_of_a_way_act_one_after_the_other() -> None:
    hub = Hub()
    hub.inject("1", "duplicate")
    hub.inject("2", "delay", seconds(1))
    hub.post(1)
    assert hub.came == []
    hub.wait(seconds(1))
    assert hub.came == [1, 1]


def test_what_was_held_back_meets_the_faults_behind_it() -> None:
    hub = Hub()
    hub.inject("1", "stall")
    hub.inject("2", "cut", to="*")
    hub.post(1)
    hub.heal("1", "stall")
    assert hub.came == []
    hub.inject("3", "delay", seconds(1))
    hub.heal("2", "cut")
    hub.post(2)
    hub.inject("4", "cut")
    hub.wait(seconds(1))
    assert hub.came == []


def test_letters_die_with_icdcomm_and_faults_do_not() -> None:
    hub = Hub()
    hub.inject("1", "stall")
    hub.inject("2", "delay", seconds(5), to="a")
    hub.post(1)
    hub.post(2, to="a")
    hub.part.on_order(Act("restart", {}))
    hub.heal("1", "stall")
    hub.wait(START_CYCLES)
    hub.post(3)
    hub.post(4, to="a")
    assert hub.came == [3]
    hub.wait(seconds(5))
    assert hub.came == [3, 4]


def test_a_fault_that_is_healed_while_icdcomm_hangs_lets_go_when_it_goes_on() -> None:
    hub = Hub()
    hub.inject("1", "stall")
    hub.post(1)
    hub.inject("2", "hang")
    hub.heal("1", "stall")
    assert hub.came == []
    hub.heal("2", "hang")
    assert hub.came == [1]


def test_a_fault_fires_with_the_first_letter_that_it_meets() -> None:
    hub = Hub()
    hub.inject("1", "cut")
    hub.post(1, to="a")
    assert hub.fired == []
    hub.post(2, 3)
    assert hub.fired == [FaultFired("1", "cut from a to b")]
