"""NOD: four main nodes a board. A node joins the main processors' mailboxes with up to 256 slaves on a serial bus."""

from __future__ import annotations

from typing import Any

import msgspec

from switchsim.hardware.site import Link, Rack, Site
from switchsim.hardware.watching import BEAT, WatchingBoard, WatchingState
from switchsim.model.events import MailboxCounted
from switchsim.model.message import BusMessage, decode_message
from switchsim.model.messages import (
    BoardStarted,
    BusSilent,
    HeartbeatState,
    NodeChanged,
    Present,
    ProcessorHeard,
    SelectProcessor,
    SlaveChanged,
)
from switchsim.model.part import Part, State

POLLS_MISSED = 3
MAILBOX_MESSAGES = 256
"""A mailbox holds this many messages that its processor has not read."""


class NodeState(State):
    active: str = "a"  # the mailbox side that the nodes serve: a, b, or empty
    reading: dict[str, bool] = {}  # side -> does the processor of that side move its read pointer?
    unread: list[bytes] = []  # what the active processor has not taken, msgpack, oldest first
    bounced: int = 0  # how many of them were already under way to it
    heard: bool = True  # what slaves were told last of the active program
    silent: dict[int, str] = {}  # slave -> waiting (for the third poll), lost (reported), back (not reported yet)
    board_dead: bool = False
    not_polled: list[bytes] = []  # what slaves keep while their node does not poll them, msgpack, oldest first
    not_taken: list[bytes] = []  # what the active processor keeps while the node takes nothing


class MainNode(Part[NodeState]):
    """One main node: forwards commands to slaves, reports to the active processor, and watches its slaves.

    Ports: `mpu/a`, `mpu/b` (mailboxes), `slave/<n>` (serial bus), `board` (its NOD board), `ema`.
    """

    def __init__(self, path: str, site: Site, number: int) -> None:
        super().__init__(path, site.host)
        self.kind = site.kind
        self.number = number
        rack = site.rack
        own = {bus: places for bus, places in rack.hearing.items() if bus >> 8 == number}
        self.slaves = {bus & 0xFF: tuple(f"slave/{place}" for place in places) for bus, places in own.items()}
        self.heard_by = sorted({place for places in own.values() for place in places})
        self.talks_to = sorted(place for bus, place in rack.boards.items() if bus >> 8 == number)
        self.state = NodeState(reading=dict.fromkeys(rack.programs, True))

    def wires(self, rack: Rack, board: str) -> list[Link]:
        """Mailboxes to both programs and back, the serial bus to every slave and back, and its own board."""
        latency = self.kind.timings["bus_latency"]
        links = [Link(self.path, "board", board, "node", (SlaveChanged,))]
        links.append(Link(board, f"node/{self.number}", self.path, "board", (BusSilent, BoardStarted)))
        for side, program in rack.programs.items():
            links.append(Link(self.path, f"mpu/{side}", program, f"node/{self.number}", (BusMessage,)))
            links.append(Link(program, f"node/{self.number}", self.path, f"mpu/{side}", (BusMessage,)))
            links.append(Link(program, f"read/{self.number}", self.path, f"read/{side}", (BusMessage,)))
        for place in self.heard_by:
            links.append(Link(self.path, f"slave/{place}", place, "bus", (BusMessage,), latency))
        for place in self.talks_to:
            links.append(Link(place, "bus", self.path, "slave", (BusMessage,), latency))
        return links

    def on_message(self, port: str, message: Any) -> None:
        if isinstance(message, SelectProcessor):
            self._select(message.side)
        elif port == "board":
            self._board(isinstance(message, BusSilent))
        elif isinstance(message, BusSilent) and port == "slave":
            self._silent(message.board)
        elif isinstance(message, Present) and port == "slave":
            self._present(message.board)
        elif self.state.board_dead:
            self._later(port, message)
        elif port.startswith("read/"):
            self._reading(port[-1], message)
        elif port.startswith("mpu/"):
            if port[-1] == self.state.active:
                self._down(message)
        else:
            self._up(message)

    def _board(self, dead: bool) -> None:
        """The NOD board died, or started: then it polls its slaves, and everybody gets rid of what was kept."""
        state = self.state
        state.board_dead = dead
        self._say_ready()
        self._say_heard()
        if dead:
            if state.unread:
                self.emit(MailboxCounted(0, len(state.unread)))
            state.unread.clear()
            state.bounced = 0
            return
        for board, what in state.silent.items():
            if what == "waiting":
                self._at_poll(f"lost/{board}", POLLS_MISSED)
            elif what == "back":
                self._at_poll(f"back/{board}", 1)
        up, state.not_polled = state.not_polled, []
        down, state.not_taken = state.not_taken, []
        for octets in up:
            self._up(decode_message(octets))  # type: ignore[arg-type]
        for octets in down:
            self._down(decode_message(octets))  # type: ignore[arg-type]

    def _say_ready(self) -> None:
        """A mailbox shows its processor whether the node behind it works."""
        side = self.state.active
        if side and self.state.reading[side]:
            self.send(f"mpu/{side}", NodeChanged(self.number << 8, not self.state.board_dead))

    def _say_heard(self) -> None:
        """Slaves notice when nobody commands them any more: no active program reads, or the node is dead."""
        side = self.state.active
        heard = bool(side) and self.state.reading[side] and not self.state.board_dead
        if heard != self.state.heard:
            self.state.heard = heard
            for place in self.heard_by:
                self.send(f"slave/{place}", ProcessorHeard(-1, heard))

    def _later(self, port: str, message: BusMessage) -> None:
        """Nobody moves messages: each side keeps its own, as many as a mailbox holds."""
        if port.startswith("read/"):
            self._reading(port[-1], message)
        elif port == "slave" or port[-1] == self.state.active:
            kept = self.state.not_polled if port == "slave" else self.state.not_taken
            if len(kept) < MAILBOX_MESSAGES:
                kept.append(msgspec.msgpack.encode(message))
            else:
                self.emit(MailboxCounted(0, 1))

    def _down(self, message: BusMessage) -> None:
        for port in self.slaves[message.board & 0xFF]:
            self.send(port, message)

    def _up(self, message: BusMessage) -> None:
        """To the active processor's mailbox; without one, it waits there."""
        side = self.state.active
        if side and self.state.reading[side]:
            self.send(f"mpu/{side}", message)
        else:
            self._keep(message, len(self.state.unread))

    def _reading(self, side: str, message: BusMessage) -> None:
        """The processor's read pointer stops or moves again, or a message came too late for it and stays unread."""
        if isinstance(message, BusSilent | Present):
            self.state.reading[side] = isinstance(message, Present)
            self._say_heard()
        else:
            self._keep(message, self.state.bounced)
            self.state.bounced += 1

    def _keep(self, message: BusMessage, position: int) -> None:
        if len(self.state.unread) < MAILBOX_MESSAGES:
            self.state.unread.insert(position, msgspec.msgpack.encode(message))
        else:
            self.emit(MailboxCounted(0, 1))

    def _select(self, side: str) -> None:
        self.state.active = side
        if self.state.board_dead:
            self._say_ready()
        if side and self.state.unread:
            handed = sum(self.send(f"mpu/{side}", decode_message(octets)) for octets in self.state.unread)
            self.emit(MailboxCounted(handed, len(self.state.unread) - handed))
            self.state.unread.clear()
        self.state.bounced = 0
        self._say_heard()

    # -- watching slaves: polls are not sent one by one, their outcome is rounded up to the poll grid --------------

    def _silent(self, board: int) -> None:
        if self.state.silent.get(board) == "back":
            self.state.silent[board] = "lost"
            self.stop_timer(f"back/{board}")
        elif self.state.silent.setdefault(board, "waiting") == "waiting":
            self._at_poll(f"lost/{board}", POLLS_MISSED)

    def _present(self, board: int) -> None:
        self.stop_timer(f"lost/{board}")
        if not self.state.heard:
            for port in self.slaves.get(board & 0xFF, ()):
                self.send(port, ProcessorHeard(-1, False))
        if self.state.silent.get(board) == "lost":
            self.state.silent[board] = "back"
            self._at_poll(f"back/{board}", 1)
        elif self.state.silent.get(board) == "waiting":
            del self.state.silent[board]

    def _at_poll(self, timer: str, polls: int) -> None:
        period = self.kind.timings["poll_period"]
        self.start_timer(timer, period * polls - self.now % period)

    def on_timer(self, name: str) -> None:
        if self.state.board_dead:
            return  # it polls again when it is back
        what, _, number = name.partition("/")
        board = int(number)
        if what == "lost":
            self.state.silent[board] = "lost"
        else:
            del self.state.silent[board]
        self.send("board", SlaveChanged(board, what == "back"))
        self._up(SlaveChanged(board, what == "back"))


class NodBoard(WatchingBoard[WatchingState]):
    """The board that carries four main nodes; it raises the alarms about slaves that do not answer.

    EMA watches it (port `ema`); the first of them watches EMA (`beat/ema`).
    """

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.places = site.rack.boards
        self.nodes = [MainNode(site.rack.nodes[number], site, number) for number in site.nodes]
        self.watched, self.alarm_of = {"ema": site.rack.roles["ema"][0]}, {"ema": "board_lost"}
        self.state = WatchingState(beating={"ema": True})

    @classmethod
    def build(cls, site: Site) -> list[Part[Any]]:
        board = cls(site)
        return [board, *board.nodes]

    def wires(self, rack: Rack) -> list[Link]:
        nodes = [link for node in self.nodes for link in node.wires(rack, self.path)]
        return [*nodes, Link(self.path, "ema", rack.roles["ema"][0], BEAT + self.path, (HeartbeatState,))]

    def registers(self) -> dict[str, int]:
        return {"SLAVES": sum(len(node.talks_to) - len(node.state.silent) for node in self.nodes)}

    def handle(self, port: str, message: Any) -> None:
        if isinstance(message, SlaveChanged):
            place = self.places[message.board]
            if message.ok:
                self.defect_gone("slave_lost", place)
                self.clear_alarm("board_lost", place)
            else:
                self.see_defect("slave_lost", place)
                self.raise_alarm("board_lost", place, "no answer to polls")
        else:
            super().handle(port, message)

    def stopped(self) -> None:
        for node in self.nodes:
            self.send(f"node/{node.number}", BusSilent(-1))
        self.send("ema", HeartbeatState(False))

    def started(self) -> None:
        if self.now:
            for node in self.nodes:
                self.send(f"node/{node.number}", BoardStarted(-1))
            self.send("ema", HeartbeatState(True))
        super().started()
