"""What a voice processor is made of, and what it keeps of its channels."""

from __future__ import annotations

import msgspec

from switchsim.callcentre.process import ProcessCommon, Watched
from switchsim.callcentre.vp_recording import Disk, Recording
from switchsim.model.part import State


class UnitsOfChannel(msgspec.Struct, frozen=True):
    """One timeslot: its native units, the cell that leaves towards the switch, the one that arrives from it."""

    timeslot: int
    source: int
    receiver: int
    recorder: int
    speaks: int
    hears: int


class LineOfVp(msgspec.Struct, frozen=True):
    """A line, and with it an E1 card."""

    name: str
    channels: tuple[UnitsOfChannel, ...]


class VpConfig(msgspec.Struct, frozen=True):
    """lines: in the order of the cards. sounds: name -> prompt of the engine; lengths: octets, by prompt.

    watchers: processes that it tells that it lives. disk_octets: room for recordings; record_limit: of one, octets.
    """

    lines: tuple[LineOfVp, ...]
    sounds: dict[str, int]
    lengths: tuple[int, ...]
    watchers: tuple[str, ...]
    disk_octets: int
    record_limit: int


class VoiceState(State):
    """A channel. call: 0 = free. doing: ``, play, beep, record. began: of what plays; played: octets before that.

    unclaimed: lists of its owner, one after another, in which it was missing.
    coming: prompts that still wait for their turn. tuned: its receiver listens.
    """

    call: int = 0
    owner: str = ""
    unclaimed: int = 0
    collects: bool = False
    tuned: bool = False
    doing: str = ""
    stops: str = ""
    began: int = 0
    present: list[int] = []
    coming: list[int] = []
    played: int = 0
    recording: Recording = msgspec.field(default_factory=Recording)


class VpState(ProcessCommon):
    """channels: in the order of lines and timeslots. cards: lost ones by fault. dark: cards that receive nothing.

    last: channel given last. unheard: media events that came while the process hung.
    """

    channels: list[VoiceState] = []
    cards: dict[str, int] = {}
    dark: list[int] = []
    last: int = -1
    disk: Disk = msgspec.field(default_factory=Disk)
    owners: dict[str, Watched] = {}
    unheard: list[tuple[int, int, int, int]] = []  # kind, channel, value, cycle
