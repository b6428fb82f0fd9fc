"""A random walk through an office: callers come and go, seats press keys, the platform orders; and what must hold."""

from __future__ import annotations

import random
from typing import Any

from cti_bench import CtiBench
from office_bench import Caller, agent

from switchsim.model.cti import (
    AllBegins,
    AllTold,
    AnyCtiOrder,
    AttachChannel,
    DetachChannel,
    HangUp,
    Offer,
    Originate,
    PressKey,
    Redirect,
    RefuseFlow,
    Routing,
    SetMember,
)
from switchsim.units import ms, seconds

SEATS = ("2001", "2002", "2003", "2005", "2007", "2008", "2009")
NUMBERS = ("10060", "10061", "10063", "10064", "10065", "10068", "10069", "10071", "10070", "10070", "10062", "5")
DIALLED = (*SEATS, "10061", "10062", "70001", "80001", "90001")
TARGETS = ("queue:sales", "queue:patient", "service:news", "seat:2009", "number:2003", "number:70001", "queue:none")
TARGET_SEATS = [
    ("queue:service", "2005"), ("seat:2009", "2009"), ("number:2009", "2009"), ("number:10068", "2005"),
    ("service:service", "2005"),
]  # fmt: skip
"""Where an order can send a call, and the seat at which it arrives."""
SENSIBLE = {
    "signed_out": ("sign_in",),
    "ringing": ("answer", "answer", "answer", "answer", "release", "busy"),
    "talk": ("dial", "dial", "complete", "conference", "conference", "drop", "transfer", "hold", "release", "busy"),
    "held": ("retrieve", "dial", "dial", "transfer"),
    "idle": ("dial", "dial", "listen_in", "listen_in", "sign_out"),
    "busy": ("ready",),
    "wrap_up": ("ready",),
}
KEYS = tuple(dict.fromkeys(key for keys in SENSIBLE.values() for key in keys))


class Walk:
    """Deterministic by its seed."""

    def __init__(self, seed: int, **more: Any) -> None:
        self.bench = CtiBench(**more)
        self.chance = random.Random(seed)
        self.callers: list[Caller] = []

    def step(self) -> None:
        chance = self.chance
        what = chance.random()
        if what < 0.2 and len(self.callers) < 12:
            line = chance.choice(("e1-0", "e1-1"))
            self.callers.append(self.bench.call(chance.choice(NUMBERS), line=line))
        elif what < 0.26 and self.callers:
            self.callers.pop(chance.randrange(len(self.callers))).hang_up()
        else:
            self.bench.ask(self.order(what))
        self.bench.run(chance.choice((ms(1), ms(20), ms(300))))
        if chance.random() < 0.05:
            self.bench.run(seconds(2))

    def order(self, what: float) -> AnyCtiOrder:
        chance, view = self.chance, self.bench.view
        call = chance.choice([*view.calls, 9_999])
        if what < 0.8:
            seat = chance.choice(SEATS)
            key = chance.choice(SENSIBLE.get(view.seats[seat].state, KEYS) if chance.random() < 0.9 else KEYS)
            argument = chance.choice(DIALLED) if key in ("dial", "transfer", "listen_in") else ""
            return PressKey(seat, key, argument)
        if what < 0.83:
            leg = chance.choice([0, *(view.calls[call].legs if call in view.calls else ())])
            return HangUp(call, leg, 16)
        if what < 0.87:
            return Redirect(call, chance.choice(TARGETS))
        if what < 0.9:
            device = chance.choice(("SEAT/2002", "SEAT/2009", "E1/*/70002", "E1/e1-1/80002", "E1/*/90002"))
            return Originate(device, chance.choice(TARGETS), "4000", seconds(2))
        if what < 0.965:
            flow = chance.choice([one.call for one in view.calls.values() if one.flow] or [call])
            attach = AttachChannel(flow, "vp-0", chance.randrange(1, 4))
            return chance.choice((attach, attach, attach, DetachChannel(flow), RefuseFlow(flow)))
        if what < 0.98:
            return SetMember("sales", chance.choice(SEATS), chance.random() < 0.6, chance.choice((-1, 0, 3)))
        return Offer(call, chance.choice(SEATS), 0) if what < 0.99 else Routing(False)


def silent(*seats: str) -> Any:
    return agent(*seats, behaviour="no_answer")


def over(bench: CtiBench) -> None:
    """Everybody goes; what was told contradicts nothing."""
    bench.close()
    assert broken_rules(bench.heard()) == []
    assert (bench.view.calls, bench.view.legs) == ({}, {})


def broken_rules(events: list[Any]) -> list[str]:
    """What the order of events contradicts: see `model.cti`."""
    rules = Rules()
    for event in events:
        rules.take(event)
    return rules.found


class Rules:
    def __init__(self) -> None:
        self.found: list[str] = []
        self.calls: set[int] = set()
        self.over: set[int] = set()
        self.legs: dict[int, int] = {}  # leg -> call
        self.queues: dict[int, str] = {}
        self.rings: dict[int, int] = {}  # leg -> call
        self.serving: set[int] = set()
        self.anew = False  # everything is told once more, and nothing has happened

    def take(self, event: Any) -> None:
        self.anew = isinstance(event, AllBegins) or (self.anew and not isinstance(event, AllTold))
        if self.anew:
            return
        handler = getattr(self, f"_{type(event).__name__}", None)
        if handler is not None:
            handler(event)

    def _say(self, broken: bool, event: Any, what: str) -> None:
        if broken:
            self.found.append(f"{what}: {event}")

    def _CallBegan(self, event: Any) -> None:
        self._say(event.call in self.calls or event.call in self.over, event, "began twice")
        self.calls.add(event.call)

    def _LegChanged(self, event: Any) -> None:
        self._say(event.call not in self.calls, event, "leg of no call")
        if event.state == "null":
            self._say(event.leg not in self.legs, event, "gone, and was never there")
            self._say(event.leg in self.rings or event.leg in self.serving, event, "gone in the midst of it")
            self.legs.pop(event.leg, None)
        else:
            self.legs[event.leg] = event.call

    def _CallEnded(self, event: Any) -> None:
        self._say(event.call not in self.calls, event, "ended and was none")
        self._say(event.call in self.legs.values(), event, "ended with legs")
        self._say(event.call in self.queues, event, "ended in a queue")
        self._say(event.call in self.rings.values(), event, "ended while a seat rings")
        self.calls.discard(event.call)
        self.over.add(event.call)

    def _QueueEntered(self, event: Any) -> None:
        self._say(event.call in self.queues, event, "in a queue already")
        self._say(event.leg not in self.legs, event, "an unknown leg waits")
        self.queues[event.call] = event.queue

    def _QueueLeft(self, event: Any) -> None:
        self._say(self.queues.pop(event.call, "") != event.queue, event, "was not in it")

    def _SeatCalled(self, event: Any) -> None:
        self._say(event.leg in self.rings, event, "rings already")
        self._say(event.queue != self.queues.get(event.call, ""), event, "its caller waits elsewhere")
        self.rings[event.leg] = event.call

    def _SeatCallEnded(self, event: Any) -> None:
        self._say(self.rings.pop(event.leg, 0) != event.call, event, "did not ring")
        if event.why == "answered":
            self.serving.add(event.leg)

    def _SeatServed(self, event: Any) -> None:
        self._say(event.leg not in self.serving, event, "served nobody")
        self.serving.discard(event.leg)

    def _CallsJoined(self, event: Any) -> None:
        self._say(not {event.call, event.old} <= self.calls, event, "joined with nobody")
