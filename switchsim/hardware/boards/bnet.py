"""BNET: the duplicated switching network. Both boards hold the connections; the active one switches.

A board that starts again has forgotten them; the main processor, told that it started, gives them to it anew.

The conference unit sits on it as well (an assumption of this project, see docs/machine.md).
"""

from __future__ import annotations

from typing import Any, ClassVar

from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.site import Link, Rack, Site
from switchsim.model.events import ConferenceLeg, SlotsConnected
from switchsim.model.messages import BusSilent, ConnectSlots, Present, SetConferenceLeg
from switchsim.model.part import State
from switchsim.model.phase import Phase

CELL_IDLE, CELL_ONES, NO_CELL = 0, 1, -1


class Leg(State):
    from_slot: int
    hears: int


class BnetState(CommonState):
    active: bool = False
    partner_lives: bool = True
    connected: dict[int, int] = {}  # to_slot -> from_slot
    legs: dict[str, Leg] = {}  # conference/leg
    stuck: list[int] = []  # slots with a fault


class Bnet(Board[BnetState]):
    """Port `partner`: the other board of the pair. `side` a is active at power-on."""

    phase: ClassVar[Phase] = Phase.SWITCH

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.slots = site.rack.slots
        self.side = site.side
        self.others = [place for place in site.rack.roles["bnet"] if place != site.path]
        self.state = BnetState()

    def wires(self, rack: Rack) -> list[Link]:
        return [Link(self.path, "partner", place, "partner", (Present, BusSilent)) for place in self.others]

    def _tell_partner(self, message: Present | BusSilent) -> None:
        if self.others:
            self.send("partner", message)

    def registers(self) -> dict[str, int]:
        return {"STATUS": int(self.state.active)}

    def started(self) -> None:
        self.state.connected, self.state.legs = dict(self.slots.fixed), {}
        if not self.now:
            self.state.active = self.side == "a"
        elif not self.state.partner_lives:
            self.state.active = True
        self._tell_partner(Present(self.bus))
        self._switch_all()
        for slot in range(1, len(self.slots.names)):
            if slot in self.state.stuck or f"timeslot_fault@{self._place(slot)}" in self.state.alarms:
                self.start_timer(f"test/{slot}", self._until_test())

    def stopped(self) -> None:
        self._tell_partner(BusSilent(self.bus))
        if self.state.active:
            self.state.active = False
            for slot in self.state.connected:
                self._cell(slot, CELL_ONES)
            self._tell(on=False)

    def on_message(self, port: str, message: Any) -> None:
        if port == "partner":
            self._partner(isinstance(message, Present))
        else:
            super().on_message(port, message)

    def _partner(self, lives: bool) -> None:
        self.state.partner_lives = lives
        if not lives and self.alive and not self.state.active:
            self.state.active = True
            self._switch_all()

    def handle(self, port: str, message: Any) -> None:
        if isinstance(message, ConnectSlots):
            self._connect(message)
        elif isinstance(message, SetConferenceLeg):
            self._leg(message)
        else:
            super().handle(port, message)

    def _connect(self, message: ConnectSlots) -> None:
        if self.state.connected.get(message.to_slot, 0) == message.from_slot:
            return
        if message.from_slot:
            self.state.connected[message.to_slot] = message.from_slot
        else:
            del self.state.connected[message.to_slot]
        if self.state.active:
            self._cell(message.to_slot, self.slots.heard[message.from_slot])
            self.emit(SlotsConnected(message.to_slot, message.from_slot))

    def _leg(self, message: SetConferenceLeg) -> None:
        key, leg = f"{message.conference}/{message.leg}", Leg(message.from_slot, message.hears)
        if self.state.legs.get(key, Leg(0, 0)) == leg:
            return
        if message.from_slot:
            self.state.legs[key] = leg
        else:
            del self.state.legs[key]
        if self.state.active:
            self._set_leg(message.conference, message.leg, message.from_slot, message.hears)
            self.emit(ConferenceLeg(message.conference, message.leg, message.from_slot, message.hears))

    def _switch_all(self) -> None:
        """Take the whole connection memory over into the speech path."""
        if self.state.active:
            self.led("ACT", "green")
            for to_slot, from_slot in self.state.connected.items():
                self._cell(to_slot, self.slots.heard[from_slot])
            for key, leg in self.state.legs.items():
                conference, _, number = key.partition("/")
                self._set_leg(int(conference), int(number), leg.from_slot, leg.hears)
            self._tell(on=True)

    def _tell(self, *, on: bool) -> None:
        """Write down what this board switches from now on, or no more; semi-permanent connections are not told."""
        fixed = dict(self.slots.fixed)
        for to_slot, from_slot in self.state.connected.items():
            if to_slot not in fixed:
                self.emit(SlotsConnected(to_slot, from_slot if on else 0))
        for key, leg in self.state.legs.items():
            conference, _, number = key.partition("/")
            row = (leg.from_slot, leg.hears) if on else (0, 0)
            self.emit(ConferenceLeg(int(conference), int(number), *row))

    def _cell(self, to_slot: int, from_cell: int) -> None:
        self.engine.connect(self.slots.spoken[to_slot], from_cell)

    def _set_leg(self, conference: int, leg: int, from_slot: int, hears: int) -> None:
        self.engine.conference_leg(conference, leg, self.slots.heard[from_slot], hears)

    # -- faults --------------------------------------------------------------------------------------------------

    def fault(self, point: str, values: dict[str, int | str]) -> str:
        """stuck_timeslot: the highway timeslot into the network carries one octet for ever."""
        if point != "stuck_timeslot":
            return super().fault(point, values)
        slot, octet = int(values["slot"]), int(values["octet"])
        self.engine.gate(self.slots.heard[slot], 0, octet, 0)
        self.state.stuck.append(slot)
        self.start_timer(f"test/{slot}", self._until_test())
        return f"{self.slots.names[slot]} carries {octet:#04x}"

    def undo(self, point: str, values: dict[str, int | str]) -> None:
        if point != "stuck_timeslot":
            super().undo(point, values)
            return
        slot = int(values["slot"])
        self.engine.gate(self.slots.heard[slot], 0xFF, 0, 0)
        self.state.stuck.remove(slot)
        self.start_timer(f"test/{slot}", self._until_test())

    def _place(self, slot: int) -> str:
        return f"{self.path}/slot/{self.slots.names[slot]}"

    def _until_test(self) -> int:
        """The network tests its timeslots one after the other in a fixed round (rounded up, not polled)."""
        period = self.kind.timings["timeslot_test"]
        return period - self.now % period

    def timer(self, name: str) -> None:
        slot = int(name.partition("/")[2])
        about = self._place(slot)
        if slot in self.state.stuck:
            self.see_defect("timeslot_stuck", about)
            self.raise_alarm("timeslot_fault", about, "test pattern not read back")
        else:
            self.defect_gone("timeslot_stuck", about)
            self.clear_alarm("timeslot_fault", about)
