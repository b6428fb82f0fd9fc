"""The whole platform repeats itself: batches change nothing, and snapshots taken in mid-flow go on as the run did."""

from __future__ import annotations

import random
from typing import Any

import pytest
from office_bench import SHIPPED

from switchsim.assembly import build
from switchsim.assembly.built import Machine
from switchsim.assembly.loads import ConstantLoad
from switchsim.kernel.snapshot import restore, take
from switchsim.model.event import Record
from switchsim.model.events import decode_line
from switchsim.model.order import Heal, Inject
from switchsim.units import seconds

END = seconds(26)
LOOKS = 6


def calls(name: str, number: str, prompt: str, digits: str) -> Any:
    steps = [{"do": "listen", "prompt": prompt}, {"do": "dial", "digits": digits}, {"do": "wait"}, {"do": "hold"}]
    spec = {"name": name, "shape": "constant", "rate": "30/min", "numbers": [number], "start": "4s", "stop": "18s",
            "plan": {"steps": steps}}  # fmt: skip
    return ConstantLoad.model_validate(spec).wanted()


class Run:
    """The call centre under load: menus, accounts that no database answers, messages; a VP card and an IVR go."""

    def __init__(self, batch: int = 160) -> None:
        self.octets = bytearray()
        load = [calls("hotline", "10060", "menu", "1"), calls("account", "10062", "menu", "100001"),
                calls("message", "10063", "announcement", "5#")]  # fmt: skip
        self.machine: Machine = build(SHIPPED / "call_centre.yaml", seed=7, load=load,
                                      journal_sink=self.octets.extend, batch=batch)  # fmt: skip

    def begin(self) -> Run:
        self.machine.power_on()
        order = self.machine.order
        order(seconds(12), "callcentre/vp/0", Inject("1", "card", {"card": 0}))
        order(seconds(14), "callcentre/vp/0", Heal("1", "card", {}))
        order(seconds(16), "callcentre/ivr/0", Inject("2", "hang", {}))
        order(seconds(17), "callcentre/ivr/0", Heal("2", "hang", {}))
        return self

    def go(self) -> bytes:
        self.machine.run(END)
        return bytes(self.octets)

    def records(self) -> list[Record]:
        return [decode_line(line) for line in bytes(self.octets).splitlines()[1:]]


@pytest.fixture(scope="module")
def run() -> tuple[Run, list[tuple[int, int, bytes]]]:
    """The run, and (cycle, octets of the journal so far, snapshot) of some looks at it."""
    one, looks = Run().begin(), []
    for at in sorted(random.Random(5).sample(range(seconds(5), seconds(20)), LOOKS)):
        one.machine.run(at)
        looks.append((at, len(one.octets), take(one.machine.kernel)))
    one.go()
    return one, looks


def test_much_happens_in_it(run: tuple[Run, list[tuple[int, int, bytes]]]) -> None:
    kinds = {(type(record.event).__name__, getattr(record.event, "state", "")) for record in run[0].records()}
    assert {("VoiceChannel", state) for state in ("playing", "recording", "lost", "idle")} <= kinds
    assert {("FlowChanged", state) for state in ("taken", "ended", "refused")} <= kinds
    names = {name for name, _ in kinds}
    assert {"SoundRecorded", "LookUpDone", "CallQueued", "CallRecord"} <= names
    assert run[0].machine.recordings()


@pytest.mark.parametrize("batch", [8, 4_000])
def test_batches_change_nothing(batch: int, run: tuple[Run, list[tuple[int, int, bytes]]]) -> None:
    assert Run(batch).begin().go() == bytes(run[0].octets)


def test_restored_in_mid_flow_it_goes_on_as_it_did(run: tuple[Run, list[tuple[int, int, bytes]]]) -> None:
    one, looks = run
    for at, so_far, snapshot in looks:
        again = Run()
        restore(again.machine.kernel, snapshot)
        assert again.go() == bytes(one.octets[so_far:]), f"restored at cycle {at}"
        assert again.machine.recordings() == one.machine.recordings()
