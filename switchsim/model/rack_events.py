"""Journal events of the rack: boards, alarms, the pair of main processors, the switching network."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from switchsim.model.event import Event, words

Severity = Literal["critical", "major", "minor", "warning"]

# -- rack ------------------------------------------------------------------------------------------------------


class BoardState(Event, frozen=True):
    state: Annotated[str, words("off", "self_test", "in_service", "pulled", "hung")]


class LedChanged(Event, frozen=True):
    led: str
    state: str  # off, green, red, green_blinking, red_blinking


class RegisterShown(Event, frozen=True):
    """Somebody read a register of the board, or wrote it."""

    register: str
    value: int


class AlarmRaised(Event, frozen=True):
    alarm: str
    about: str  # place of what is wrong
    severity: Annotated[str, words(*get_args(Severity))]
    cause: str
    zh: str
    en: str


class AlarmCleared(Event, frozen=True):
    alarm: str
    about: str
    since: int  # cycle at which it was raised


class DefectSeen(Event, frozen=True):
    """A circuit detected something wrong (before any alarm): los, slave_lost, heartbeat_lost, ..."""

    defect: str
    about: str


class DefectGone(Event, frozen=True):
    defect: str
    about: str


class ProcessorActive(Event, frozen=True):
    """This main processor took the calls: after power-on, or a switchover."""

    why: str
    kept: int  # calls in talk or queue that go on
    lost: int  # calls in set-up that are given up


class ProcessorStandby(Event, frozen=True):
    """This main processor gave the calls up: the other one is to be active."""

    why: str


class ProcessorLoad(Event, frozen=True):
    """The overload level of a main processor changed: 0 none, 1 every second attempt is refused, 2 every one."""

    level: int
    percent: int  # of the second that has just passed
    refused: int  # attempts, since level 0 was left


class MailboxCounted(Event, frozen=True):
    """What a mailbox held when its processor went: handed to the other one, or lost."""

    handed_over: int
    lost: int


class SlotsConnected(Event, frozen=True):
    """From this cycle on, `to_slot` hears `from_slot`; from 0 = quiet."""

    to_slot: int
    from_slot: int


class ConferenceLeg(Event, frozen=True):
    """From this cycle on, leg hears the legs whose bits are set; from 0 = the leg is free."""

    conference: int
    leg: int
    from_slot: int
    hears: int
