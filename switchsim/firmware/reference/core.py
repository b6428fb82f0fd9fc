"""What every piece of the reference firmware shares: office data, state, the world outside, speech paths, pools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from switchsim.firmware.office import Channel, Office
from switchsim.firmware.reference.state import Call, LatePlay, Leg, Pool, ProgramState, Stage
from switchsim.model.event import Event
from switchsim.model.events import CallState, ResourceFreed, ResourceSeized, ResourceShort
from switchsim.model.message import BusMessage, Message
from switchsim.model.messages import (
    ConnectSlots,
    ListenDigits,
    PlayPrompts,
    PoolLevel,
    SetConferenceLeg,
    StopChannel,
)
from switchsim.units import ms, seconds

ENOUGH_CYCLES: Final = seconds(10)
"""So long nobody asks a pool in vain, and it is short no more."""


class World(Protocol):
    """What the processor board gives its program."""

    @property
    def now(self) -> int: ...
    def send_bus(self, message: BusMessage) -> None: ...
    def tell_board(self, message: Message) -> None: ...
    def emit(self, event: Event) -> None: ...
    def start_timer(self, name: str, cycles: int) -> None: ...
    def stop_timer(self, name: str) -> None: ...


class Core:
    """Speech paths and pools. Calls and seats that change are noted for the standby's checkpoint."""

    def __init__(self, office: Office, state: ProgramState, world: World) -> None:
        self.office = office
        self.state = state
        self.world = world
        self.dirty_calls: set[int] = set()
        self.dirty_seats: set[int] = set()
        self.dirty_groups: set[int] = set()
        self.number7_changed = False  # MTP3
        self.units_changed = False  # platform, broken or blocked units, waiting dials
        self.cti_changed = False  # the standing of the CTI link
        self.members_changed = False  # of queues

    def touch(self, call: Call) -> None:
        self.dirty_calls.add(call.number)

    def stage(self, call: Call, stage: Stage, detail: str = "") -> None:
        call.stage = stage
        self.touch(call)
        self.world.emit(CallState(call.number, stage.value, detail))

    # -- speech paths --------------------------------------------------------------------------------------------

    def slot(self, leg: Leg) -> int:
        """The timeslot of a leg in the switching network, 0 for nobody."""
        if leg.circuit >= 0:
            return self.office.circuits[leg.circuit].slot
        return self.office.seats[leg.seat].slot if leg.seat >= 0 else 0

    def hear(self, to_slot: int, from_slot: int) -> None:
        """Let `to_slot` hear `from_slot` (0 = quiet), unless a register speaks there; nothing is sent when it does."""
        if to_slot in self.state.kept:
            self.state.kept[to_slot] = from_slot
        elif to_slot and self.state.hears.get(to_slot, 0) != from_slot:
            if from_slot:
                self.state.hears[to_slot] = from_slot
            else:
                del self.state.hears[to_slot]
            self.world.send_bus(ConnectSlots(self.office.switching_board, to_slot, from_slot))

    def hears(self, slot: int) -> int:
        """What a slot hears, or shall hear when a register has done with it."""
        return self.state.kept.get(slot, self.state.hears.get(slot, 0))

    def keep(self, slot: int, register_slot: int) -> None:
        """A register speaks into a circuit; whatever else is to be heard there waits."""
        before = self.state.hears.get(slot, 0)
        self.hear(slot, register_slot)
        self.state.kept[slot] = before

    def let_go(self, slot: int) -> None:
        """The register has done."""
        if slot not in self.state.kept:
            return
        self.hear(slot, self.state.kept.pop(slot))
        late = self.state.late_plays.pop(slot, None)
        call = self.state.calls.get(late.call) if late is not None else None
        if late is not None and call is not None and not self.play(call, late.prompts, looping=late.looping):
            self.world.start_timer(f"guard/{call.number}", ms(1))  # as if it had been played

    def join(self, a: Leg, b: Leg) -> None:
        """Two-way talk."""
        self.hear(self.slot(a), self.slot(b))
        self.hear(self.slot(b), self.slot(a))

    def tone(self, leg: Leg, tone: str) -> None:
        self.hear(self.slot(leg), self.office.tones[tone])

    # -- pools ---------------------------------------------------------------------------------------------------

    def seize(self, name: str, pool: Pool, user: int) -> int:
        """A free unit for a call (0 and below: not one), or -1. Units take turns, so that a silent failure hits few."""
        count = len(pool.users)
        for distance in range(1, count + 1):
            unit = (pool.last + distance) % count
            if pool.users[unit] == 0 and unit not in pool.broken:
                pool.users[unit], pool.last = user, unit
                self.world.emit(ResourceSeized(name, unit, max(user, 0)))
                return unit
        self.world.emit(ResourceShort(name, max(user, 0)))
        if name not in self.state.short:
            self.state.short.append(name)
            self.world.tell_board(PoolLevel(name, True))
        self.world.start_timer(f"pool/{name}", ENOUGH_CYCLES)
        return -1

    def enough(self, name: str) -> None:
        """Nobody has asked a pool in vain for a while."""
        if name in self.state.short:
            self.state.short.remove(name)
            self.world.tell_board(PoolLevel(name, False))

    def free(self, name: str, pool: Pool, unit: int) -> None:
        self.world.emit(ResourceFreed(name, unit, max(pool.users[unit], 0)))
        pool.users[unit] = 0

    # -- announcements and digits --------------------------------------------------------------------------------

    def play(self, call: Call, prompts: Sequence[int], *, looping: bool = False) -> bool:
        """Let leg a hear prompts from now on, or from when a register has done; False when no channel is free."""
        if self.slot(call.a) in self.state.kept:
            self.state.late_plays[self.slot(call.a)] = LatePlay(call.number, list(prompts), looping)
            return True
        if call.announcer < 0:
            call.announcer = self.seize("announcer", self.state.announcers, call.number)
            self.touch(call)
        if call.announcer < 0:
            return False
        channel = self.office.announcers[call.announcer]
        self.world.send_bus(PlayPrompts(channel.board, channel.unit, tuple(prompts), looping))
        self.hear(self.slot(call.a), channel.slot)
        if not looping:
            length = sum(self.office.prompt_cycles[prompt] for prompt in prompts)
            self.world.start_timer(f"guard/{call.number}", length + self.office.timing.guard_cycles)
        return True

    def stop_playing(self, call: Call) -> None:
        self.state.late_plays.pop(self.slot(call.a), None)
        if call.announcer < 0:
            return
        channel = self.office.announcers[call.announcer]
        self.world.send_bus(StopChannel(channel.board, channel.unit))
        if self.hears(self.slot(call.a)) == channel.slot:
            self.hear(self.slot(call.a), 0)
        self.free("announcer", self.state.announcers, call.announcer)
        self.world.stop_timer(f"guard/{call.number}")
        call.announcer = -1
        self.touch(call)

    def listen(self, call: Call) -> bool:
        """Give the call a DTMF receiver; False when none is free."""
        if call.receiver < 0:
            call.receiver = self.seize("receiver", self.state.receivers, call.number)
            self.touch(call)
            if call.receiver < 0:
                return False
            channel = self.office.receivers[call.receiver]
            self.hear(channel.slot, self.slot(call.a))
            self.world.send_bus(ListenDigits(channel.board, channel.unit, True))
        return True

    def stop_listening(self, call: Call) -> None:
        if call.receiver < 0:
            return
        channel = self.office.receivers[call.receiver]
        self.world.send_bus(ListenDigits(channel.board, channel.unit, False))
        self.hear(channel.slot, 0)
        self.free("receiver", self.state.receivers, call.receiver)
        call.receiver = -1
        self.touch(call)

    # -- conference ----------------------------------------------------------------------------------------------

    def confer(self, call: Call, legs: Sequence[Leg], hears: Sequence[int]) -> bool:
        """Leg l hears the legs of the bits of hears[l]; False when no conference is free."""
        call.conference = self.seize("conference", self.state.conferences, call.number)
        if call.conference < 0:
            return False
        unit = self.office.conferences[call.conference]
        call.members, call.masks = [self.slot(leg) for leg in legs], list(hears)
        for number, (member, mask) in enumerate(zip(call.members, hears, strict=True)):
            self._leg(unit.unit, number, member, mask)
            self.hear(member, unit.slots[number])
        self.touch(call)
        return True

    def end_conference(self, call: Call) -> None:
        if call.conference < 0:
            return
        unit = self.office.conferences[call.conference]
        for number, member in enumerate(call.members):
            self._leg(unit.unit, number, 0, 0)
            if self.hears(member) == unit.slots[number]:
                self.hear(member, 0)
        self.free("conference", self.state.conferences, call.conference)
        call.conference, call.members, call.masks = -1, [], []
        self.touch(call)

    def renew_network(self) -> None:
        """A switching board has forgotten everything: tell it all connections; the other one has them already."""
        for to_slot, from_slot in self.state.hears.items():
            self.world.send_bus(ConnectSlots(self.office.switching_board, to_slot, from_slot))
        for call in self.state.calls.values():
            if call.conference >= 0:
                unit = self.office.conferences[call.conference].unit
                for number, (member, mask) in enumerate(zip(call.members, call.masks, strict=True)):
                    self._leg(unit, number, member, mask)

    def _leg(self, conference: int, leg: int, from_slot: int, hears: int) -> None:
        self.world.send_bus(SetConferenceLeg(self.office.switching_board, conference, leg, from_slot, hears))


def channel_index(channels: Sequence[Channel]) -> dict[tuple[int, int], int]:
    """(bus address, unit on that board) -> index of the channel."""
    return {(channel.board, channel.unit): index for index, channel in enumerate(channels)}
