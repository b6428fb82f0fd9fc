"""No.7 in the main processor: MTP3 over the signalling boards, ISUP and TUP circuits bound to calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from switchsim.firmware.office import Office
from switchsim.firmware.reference.core import Core
from switchsim.firmware.reference.number7_calls import CallSide
from switchsim.firmware.reference.number7_upkeep import Upkeep
from switchsim.model.event import Event
from switchsim.model.events import MailboxCounted
from switchsim.model.messages import STALE_CYCLES, Level2Order, Level2Report, MsuReceived, SendMsu
from switchsim.model.order import Value
from switchsim.model.part import State
from switchsim.proto.mtp3 import Mtp3State
from switchsim.terminals.point import RelationRow, SignallingPoint

if TYPE_CHECKING:
    from switchsim.firmware.reference.trunks import Trunks

FIRST_USER = 3
"""The lowest service indicator of a user part (Q.704 14.2.1); those below are the message transfer part's own."""


class NetworkRow(State):
    """Checkpoint of level 3."""

    mtp3: bytes
    boards_lost: list[int]
    lines_out: list[int]


class Number7:
    """Owner of the machine's signalling point. Timers: `mtp3/...`, `user/<relation>/...`, `line/<group>`."""

    def __init__(self, trunks: Trunks) -> None:
        self.trunks = trunks
        self.core: Core = trunks.core
        self.office: Office = trunks.office
        data = self.office.number7
        self.data = data
        self.links = data.links if data else ()
        self.link_at = {(link.board, link.unit): link.number for link in self.links}
        self.point: SignallingPoint | None = None
        self.answers: list[tuple[int, str]] = []  # in the name of boards that are lost
        if data is not None:
            relations = [RelationRow(row.kind, row.point_code, row.isup, row.tup) for row in data.relations]
            self.point = SignallingPoint(self, data.mtp3, relations, {link.number: link.name for link in self.links})
        self.adopted = False  # from checkpoints
        self.side = CallSide(self)
        self.upkeep = Upkeep(self)
        self.restored()

    def restored(self) -> None:
        if self.point is not None and (self.core.state.number7.isup or self.core.state.number7.tup):
            self.point.restored(self.core.state.number7)

    def cold_start(self) -> None:
        """Nothing is known. `resume`, which follows, brings the links up, or asks how they are."""
        self.adopted = False
        if self.point is not None:
            self.core.state.number7 = self.point.new_state()
            self.point.restored(self.core.state.number7)

    # -- what comes in -------------------------------------------------------------------------------------------

    def received(self, message: MsuReceived) -> None:
        """A message of a link. One that lay in the mailbox while no processor was there is worth nothing any more."""
        assert self.point is not None, "a signalling board without office data"
        board, unit, octets = message.board, message.link, message.octets
        if self.core.world.now - message.at > STALE_CYCLES:
            self.core.world.emit(MailboxCounted(0, 1))
            return
        self.core.number7_changed |= octets[0] & 15 < FIRST_USER  # management, or a link test
        self.point.received(self.link_at[board, unit], octets)
        self._settle()

    def level2(self, report: Level2Report) -> None:
        assert self.point is not None, "a signalling board without office data"
        link = self.link_at[report.board, report.link]
        self._say(link, report.what, report.value, report.text, report.octets)

    def _say(self, link: int, what: str, value: int = 0, text: str = "", octets: bytes = b"") -> None:
        assert self.point is not None
        self.point.level2_says(link, what, value, text, octets)
        self.core.number7_changed = True
        self._settle()

    def _settle(self) -> None:
        """A board that is gone answers no question of level 3; nothing of its buffers is left."""
        assert self.point is not None
        while self.answers:
            link, what = self.answers.pop(0)
            self.point.level2_says(link, what)
        self.side.settle()

    def timer(self, name: str) -> None:
        """A timer of the point, by its whole name."""
        assert self.point is not None
        if name.startswith("line/"):
            self.side.lines.persisted(int(name.partition("/")[2]))
        else:
            self.core.number7_changed |= name.startswith("mtp3/")
            self.point.timer(name)
        self._settle()

    def act(self, act: str, values: dict[str, Value]) -> None:
        """The console asks: see `Upkeep.act`."""
        self.upkeep.act(act, values)
        self._settle()

    def board_changed(self, board: int, *, lost: bool) -> None:
        """A signalling board went with everything that it knew, or is back and knows nothing."""
        mine = [link.number for link in self.links if link.board == board]
        if self.point is None or not mine:
            return
        gone = self.core.state.boards_lost
        if board in gone:
            gone.remove(board)
        if lost:
            gone.append(board)
        for link in mine:
            self._say(link, "out_of_service", text="board lost" if lost else "board started")
            if lost:  # what level 3 asked it before this was known
                self._say(link, "bsnt_unknown")
                self._say(link, "retrieval_complete")

    def resume(self) -> None:
        """After the program began: links come up; after a switchover, boards tell how their links are."""
        if self.point is None:
            return
        for link in self.links:
            if self.adopted:
                self.order_level2(link.number, "report", -1)
            else:
                self.point.do3(self.point.mtp3.activate_link(link.number))
        if not self.adopted:
            self.side.tell_groups()
        else:  # what waited goes on waiting, from the beginning
            for name, cycles in self.core.state.number7.mtp3.timers.items():
                self.start_timer(f"mtp3/{name}", cycles)
            self.users_resume()
        self.side.lines.resume()
        self.core.number7_changed = True
        self._settle()

    def users_resume(self) -> None:
        """After a switchover user parts begin without any exchange in reach; the message transfer part knows better."""
        if self.point is None or self.data is None or not self.adopted:
            return
        destinations = self.core.state.number7.mtp3.destinations
        for number, row in enumerate(self.data.relations):
            if destinations[row.point_code].accessible:
                self.point.do4(number, self.point.users[number].resume())

    # -- hot standby ---------------------------------------------------------------------------------------------

    def export_network(self) -> bytes:
        state = self.core.state
        row = NetworkRow(msgspec.msgpack.encode(state.number7.mtp3), state.boards_lost, state.lines_out)
        return msgspec.msgpack.encode(row)

    def adopt_network(self, octets: bytes) -> None:
        if self.point is None:
            return
        state, row = self.core.state, msgspec.msgpack.decode(octets, type=NetworkRow)
        state.number7.mtp3 = msgspec.msgpack.decode(row.mtp3, type=Mtp3State)
        state.boards_lost, state.lines_out = row.boards_lost, row.lines_out
        self.point.restored(state.number7)
        self.adopted = True

    # -- owner of the point --------------------------------------------------------------------------------------

    def emit(self, event: Event) -> None:
        self.core.world.emit(event)

    def start_timer(self, name: str, cycles: int) -> None:
        self.core.world.start_timer(name, cycles)

    def stop_timer(self, name: str) -> None:
        self.core.world.stop_timer(name)

    def order_level2(self, link: int, order: str, value: int) -> None:
        row = self.links[link]
        if row.board not in self.core.state.boards_lost:
            self.core.world.send_bus(Level2Order(row.board, row.unit, order, value))
        elif order == "retrieve_bsnt":
            self.answers.append((link, "bsnt_unknown"))
        elif order == "retrieve":
            self.answers.append((link, "retrieval_complete"))

    def send_msu(self, link: int, octets: bytes) -> None:
        row = self.links[link]
        self.core.world.send_bus(SendMsu(row.board, row.unit, octets, self.core.world.now))

    def indication(self, relation: int, action: Any) -> None:
        self.side.indication(relation, action)
