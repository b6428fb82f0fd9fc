"""Random walks through an office, seen over CSTA: who only listens knows what a snapshot and the switch say."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "unit"))

from csta_by_hand import Bench, Heard
from cti_bench import CtiBench
from cti_walk import Walk
from office_bench import agent

from switchsim import assembly
from switchsim.callcentre.csta.names import device_of
from switchsim.model.outside import Listeners
from switchsim.model.platform import Letter
from switchsim.units import ms, seconds

SEATS = [str(number) for number in range(2001, 2010)]
QUEUES = ("sales", "service", "patient", "short", "limited")


class Listener:
    """Monitors every seat and queue, and believes what it is told alone."""

    def __init__(self, office: CtiBench) -> None:
        self.office = office
        self.bench = Bench(auth=False, log_in=False)
        self.serial = 0
        self.seen: dict[str, dict[str, str]] = {}  # device -> callID -> local state
        self.agents: dict[str, str] = {}
        self.names: dict[str, int] = {}
        self.bench.attach()
        self.take()
        self.monitors = {self.bench.monitor(device): device for device in (*SEATS, *QUEUES)}

    def take(self) -> None:
        """What the walk's switch has told since the last time."""
        for told in self.office.told[self.serial :]:
            self.bench.csta.on_message("comm", Letter("csta", "cti_link", told))
        self.serial = len(self.office.told)

    def listen(self) -> None:
        self.take()
        for one in self.bench.heard():
            if one.invoke == 9999:
                self.names[one.name] = self.names.get(one.name, 0) + 1
                self.hear(one, self.monitors[one.at("monitorCrossRefID") or ""])

    def hear(self, one: Heard, device: str) -> None:
        if one.name.startswith("Agent"):
            self.agents[one.at("agentDevice/deviceIdentifier") or ""] = one.name
            return
        calls = self.seen.setdefault(device, {})
        if one.name in ("TransferedEvent", "ConferencedEvent"):
            call, other = one.at("primaryOldCall/callID") or "", one.at("secondaryOldCall/callID") or ""
            calls.pop(other, None)
            calls.pop(call, None)
        else:
            call = one.every("callID")[0]
        local = one.at("localConnectionInfo")
        if local is None:
            calls.pop(call, None)
        else:
            calls[call] = local

    def snapshot(self, device: str) -> dict[str, str]:
        told = self.bench.ask("SnapshotDevice", f"<snapshotObject>{device}</snapshotObject>")
        states = [
            next(one.text or "" for one in entry.iter() if one.tag.endswith("localConnectionState"))
            for entry in told.root.iter()
            if entry.tag.endswith("snapshotDeviceResponseInfo")
        ]
        return dict(zip(told.every("callID"), states, strict=True))


def agrees(listener: Listener) -> None:
    """What was told, what a snapshot says, and the legs of the switch are the same."""
    for device in (*SEATS, *QUEUES):
        assert listener.seen.get(device, {}) == listener.snapshot(device), device
    view = listener.office.view
    lines = listener.bench.csta.state.lines
    legs = {(number, device_of(leg.device)) for number, leg in view.legs.items()}
    assert {(number, device) for line in lines.values() for number, device in line.legs.items()} == legs
    assert sorted(call for line in lines.values() for call in line.calls) == sorted(view.calls)
    waiting = {(call, queue.queue) for queue in view.queues.values() for call in queue.waiting}
    queued = {(call, line.queued or line.ringing_from) for line in lines.values() for call in line.calls}
    assert waiting <= queued


@pytest.mark.parametrize("seed", [2, 3, 9])
def test_who_only_listens_knows_what_a_snapshot_says(seed: int) -> None:
    walk = Walk(seed)
    listener = Listener(walk.bench)
    for _ in range(140):
        walk.step()
        listener.listen()
        agrees(listener)
    listener.bench.csta.lines.joining.reconcile()
    listener.bench.csta.agents.reconcile()
    assert listener.bench.heard() == []
    walk.bench.run(seconds(1))
    listener.listen()
    met = {name.removesuffix("Event") for name in listener.names}
    assert {"Delivered", "Queued", "Diverted", "Established", "ConnectionCleared", "ServiceInitiated", "Originated",
            "AgentBusy", "AgentReady"} <= met  # fmt: skip


@pytest.mark.parametrize("consulted", ["2002", "70001"])
def test_csta_8_nothing_of_a_seat_follows_its_transfered(consulted: str) -> None:
    """A consultation of a seat, and one of somebody outside, completed by a real program."""
    bench = CtiBench(agent("2001"), agent("2002", sign_in=ms(200)))
    listener = Listener(bench)
    caller = bench.call("10061")
    bench.talk(caller, "2001")
    bench.press("2001", "consult", number=consulted)
    bench.run(seconds(3))
    listener.listen()
    assert sorted(listener.seen["2001"].values()) == ["connected", "hold"]
    listener.names.clear()
    bench.press("2001", "complete")
    bench.run(seconds(1))
    listener.listen()
    told = {name: count for name, count in listener.names.items() if not name.startswith("Agent")}
    assert told == {"TransferedEvent": 2 if consulted in SEATS else 1}
    assert listener.seen["2001"] == {}
    agrees(listener)


def test_the_machine_s_queues_are_known_from_the_beginning() -> None:
    """Also those without members and callers, of which the switch tells nothing."""
    machine = Path(__file__).parents[2] / "boards" / "machines" / "call_centre.yaml"
    built = assembly.build(machine, seed=1, listeners=Listeners(csta=True), journal_sink=lambda octets: None)
    assert built.part("callcentre/csta").queues() == ["sales", "service", "gold"]
