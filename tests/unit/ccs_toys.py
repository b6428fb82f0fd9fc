"""A CCS pair on the real ICDCOMM and CTI-LINK, with a toy clock and a toy switch behind them."""

from __future__ import annotations

from typing import Any

import msgspec
from ccs_switch_toy import Host, Switch

from switchsim.callcentre.ccs.configuration import CcsFiles
from switchsim.callcentre.ccs.distribution import AWAY
from switchsim.callcentre.ccs.server import Ccs, CcsConfig
from switchsim.callcentre.cti_link import CtiLink
from switchsim.callcentre.icdcomm import Icdcomm
from switchsim.callcentre.process import Process, ProcessCommon
from switchsim.model.event import Event
from switchsim.model.order import Act, Heal, Inject
from switchsim.model.platform import FlowStart, FlowTaken, Heartbeat, Register
from switchsim.units import ms, seconds

ICD = b"[icd]\nagents = 10000\n[nodes]\nccs/a = 1\nccs/b = 2\n"
CCS = b"""; call queues of the tests
[ccs]
version = 7
[queue 118]
strategy = most_skills_first
[queue 11]
[queue 116]
overflow_after = 10s
overflow_to = queue:118
[access]
10060 = queue:118
10061 = queue:116
[translate]
180 = 10060
[callers]
138 = 5
"""
OLD_CCS = CCS.replace(b"version = 7", b"version = 6").replace(b"10060 = queue:118", b"10060 = queue:11")
USERS = b"""1001|Li|agent|red|118|801
1002|Wu|agent|red|118|802
1003|He|agent|red|116|803
1004|Ma|agent|blue|11,118|804
1005|Xu|agent|blue|118:2|
1006|Qi||blue|118|
"""
FILES = CcsFiles(ICD, CCS, USERS, OLD_CCS)


class Platform:
    """Host, switch, CTI-LINK, ICDCOMM and the two CCS; `more` are further processes."""

    def __init__(self, files: CcsFiles = FILES, *more: str) -> None:
        self.host = Host()
        names = ("cti_server", "cti_link", "ccs/a", "ccs/b", *more)
        self.hub = self.add(Icdcomm("callcentre/icdcomm", self.host, names))
        self.switch = Switch(self.host)
        self.link = self.add(CtiLink("callcentre/cti_link", self.host))
        config = {one: CcsConfig(other, files) for one, other in (("a", "ccs/b"), ("b", "ccs/a"))}
        self.a = self.add(Ccs("callcentre/ccs/a", self.host, config["a"]))
        self.b = self.add(Ccs("callcentre/ccs/b", self.host, config["b"]))

    def add(self, part: Any) -> Any:
        self.host.parts[part.path] = part
        return part

    def start(self, *names: str) -> Platform:
        """Power-on of everything, or of those named."""
        for part in list(self.host.parts.values()):
            if isinstance(part, Process) and (not names or part.name in names):
                part.start()
        return self

    def run(self, cycles: int) -> Platform:
        self.host.run(self.host.now + cycles)
        return self

    def settle(self) -> Platform:
        """Letters get where they go."""
        return self.run(ms(20))

    # -- faults and people ---------------------------------------------------------------------------------------

    def inject(self, part: Any, point: str, **values: Any) -> None:
        part.on_order(Inject(f"{part.name}/{point}/{values.get('to', '')}", point, values))

    def heal(self, part: Any, point: str, **values: Any) -> None:
        part.on_order(Heal(f"{part.name}/{point}/{values.get('to', '')}", point, values))

    def part_ccs(self) -> None:
        """The two lose each other, and not the switch."""
        self.inject(self.hub, "cut", **{"from": "ccs/a", "to": "ccs/b"})
        self.inject(self.hub, "cut", **{"from": "ccs/b", "to": "ccs/a"})

    def join_ccs(self) -> None:
        self.heal(self.hub, "cut", to="ccs/b")
        self.heal(self.hub, "cut", to="ccs/a")

    def act(self, part: Any, act: str, **values: Any) -> None:
        part.on_order(Act(act, values))

    # -- what was seen -------------------------------------------------------------------------------------------

    def events(self, kind: type[Event], place: str = "") -> list[Any]:
        return [event for _, where, event in self.host.journal if isinstance(event, kind) and place in ("", where)]

    def roles(self) -> tuple[str, str]:
        """Of a and b; `` of one that does not run."""
        return tuple(one.role()[0] if one.running else "" for one in (self.a, self.b))  # type: ignore[return-value]

    def rings(self) -> dict[int, str]:
        """call -> seat, at the switch."""
        return {number: row.seat for number, row in self.switch.calls.items() if row.seat and not row.talking}


def running(ccs: bytes = CCS, seats: str = "801 802 803 804", *more: str) -> Platform:
    """a active, b standby, agents signed in one after another, the first one idle longest."""
    platform = Platform(msgspec.structs.replace(FILES, ccs=ccs), *more).start().run(seconds(4))
    for seat in seats.split():
        platform.switch.seat(seat, "idle")
        platform.run(ms(10))
    return platform.settle()


class Heard(ProcessCommon):
    bodies: list[tuple[str, str, str]] = []


class Person(Process[Heard]):
    """Notes what it is sent; as an IVR it takes flows or not."""

    def __init__(self, path: str, host: Any, takes: bool | None = None) -> None:
        self.takes = takes
        super().__init__(path, host)

    def fresh(self) -> Heard:
        return Heard()

    def letter(self, sender: str, body: object) -> None:
        if not isinstance(body, Heartbeat):
            detail = str(getattr(body, "result", getattr(body, "call", "")))
            self.state.bodies.append((sender, type(body).__name__, detail))
        if isinstance(body, FlowStart) and self.takes is not None:
            self.write(sender, FlowTaken(body.call, self.takes, ""))


def person(platform: Platform, name: str, *flows: str, takes: bool | None = None) -> Person:
    one = Person(f"callcentre/{name}", platform.host, takes)
    platform.add(one)
    for ccs in ("ccs/a", "ccs/b") if flows else ():
        one.write(ccs, Register("ivr", flows))
    platform.settle()
    return one


def agents_equal(platform: Platform) -> bool:
    """Oracle: who is signed in, on the switch and in the memory of every CCS that runs."""
    there = {seat for seat, row in platform.switch.seats.items() if row.state not in AWAY}
    running_ones = [one for one in (platform.a, platform.b) if one.running]
    return all({*one.state.at_seat} == there for one in running_ones)
