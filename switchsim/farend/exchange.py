"""What an exchange of the far end is made of: its configuration, given by the assembly, and its state."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from switchsim.farend.chance import Duration, Uniform
from switchsim.farend.party import CallerState
from switchsim.farend.plan import Plan, Speak, Stay
from switchsim.model.part import State
from switchsim.proto.q921 import LapdState
from switchsim.proto.q931 import InterfaceState
from switchsim.units import ms

OUT_OF_SERVICE: Final = -2  # q931: a timeslot that is no B channel of ours

OWN_PLANS: Final = {"": Plan(), "answered": Plan(steps=(Speak(), Stay()))}
"""Plans that every exchange knows. ``: wait for a person, talk, hang up. answered: talk until the other side goes."""


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """The person and the telephone of one circuit; units and cells are the native core's."""

    line: str
    timeslot: int
    speaks: int  # the switched cell that leaves towards the machine
    hears: int  # the cell that arrives from it
    source: int
    ear: int
    party: int  # watermark, 1..2047


class Subscriber(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who answers calls to numbers that begin with these digits; the longest match counts, `` is everybody else."""

    number: str = ""
    behaviour: Literal["answers", "busy", "no_answer"] = "answers"
    ring: Duration = Uniform(ms(1_000), ms(3_000))  # from ALERTING to the answer
    plan: str = "answered"


class TelephonesConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The people of an exchange, whatever signalling it speaks."""

    parties: tuple[Party, ...]
    plans: dict[str, Plan] = msgspec.field(default_factory=dict)
    subscribers: tuple[Subscriber, ...] = ()
    prompts: tuple[str, ...] = ()  # names, in the order of the engine's assets
    ring_back: int = -1  # tone that a caller hears from us while our subscriber rings; -1: none

    def plan(self, name: str) -> Plan:
        """The plan of that name; the loader has seen that there is one."""
        return self.plans.get(name) or OWN_PLANS[name]

    def subscriber(self, called: str) -> Subscriber | None:
        """The subscriber of the longest prefix of `called`."""
        found = [row for row in self.subscribers if called.startswith(row.number)]
        return max(found, key=lambda row: len(row.number), default=None)

    def may_continue(self, called: str) -> bool:
        """Whether more digits could make a known number."""
        return any(row.number.startswith(called) for row in self.subscribers)


class ExchangeConfig(TelephonesConfig, frozen=True, kw_only=True):
    """An ISDN exchange on one line."""

    line: str
    side: Literal["network", "user"]
    d_timeslot: int = 16
    hdlc_tx: int
    hdlc_rx: int
    d_speaks: int  # the switched cell of the D timeslot that leaves towards the machine
    d_hears: int  # the cell that arrives from it
    timers: dict[str, int] = msgspec.field(default_factory=dict)  # Q.931 timers that differ from the standard, cycles


class Leg(msgspec.Struct):
    """A B channel's call; key 0 = none."""

    key: int = 0
    began: int = 0
    speaks: bool = False
    inband: bool = False  # DISCONNECT came, with a tone to listen to
    timers: list[str] = msgspec.field(default_factory=list)  # those that run
    caller: CallerState = msgspec.field(default_factory=CallerState)


class TelephonesState(State, kw_only=True):
    """What every exchange keeps of its people's calls."""

    legs: list[Leg]  # as config.parties
    by_key: dict[int, int] = msgspec.field(default_factory=dict)  # call key -> index
    placed: int = 0
    refused: int = 0
    received: int = 0


class ExchangeState(TelephonesState, kw_only=True):
    lapd: LapdState
    q931: InterfaceState
    bad_frames: int = 0
    frames_lost: int = 0


def new_state(config: ExchangeConfig) -> ExchangeState:
    """An exchange at power-on."""
    interface = InterfaceState(side=config.side)
    interface.timers = interface.timers | config.timers
    equipped = {row.timeslot for row in config.parties}
    interface.channels = [
        old if slot in equipped else OUT_OF_SERVICE for slot, old in enumerate(interface.channels)
    ]
    return ExchangeState(lapd=LapdState(side=config.side), q931=interface, legs=[Leg() for _ in config.parties])
