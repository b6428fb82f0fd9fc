"""NOD: four main nodes a board. A node joins the main processors' mailboxes with up to 256 slaves on a serial bus."""

from __future__ import annotations

from typing import Any

import msgspec

from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.kind import BoardKind
from switchsim.model.events import MailboxCounted
from switchsim.model.message import decode_message
from switchsim.model.messages import (
    BoardStarted,
    BusMessage,
    BusSilent,
    Present,
    SelectProcessor,
    SlaveChanged,
)
from switchsim.model.part import Host, Part, State

NODES_A_BOARD = 4


POLLS_MISSED = 3
MAILBOX_MESSAGES = 256
"""A mailbox holds this many messages that its processor has not read."""


class NodeState(State):
    active: str = "a"  # the mailbox side that the nodes serve: a, b, or empty
    reading: dict[str, bool] = {"a": True, "b": True}  # does the processor of that side move its read pointer?
    unread: list[bytes] = []  # what the active processor has not taken, msgpack, oldest first
    bounced: int = 0  # how many of them were already under way to it
    silent: dict[int, str] = {}  # slave -> waiting | lost
    board_dead: bool = False


class MainNode(Part[NodeState]):
    """One main node: forwards commands to slaves, reports to the active processor, and watches its slaves.

    Ports: `mpu/a`, `mpu/b` (mailboxes), `slave/<n>` (serial bus), `board` (its NOD board), `ema`.
    """

    def __init__(self, path: str, host: Host, kind: BoardKind, number: int, slaves: dict[int, tuple[str, ...]],
                 places: dict[int, str]) -> None:
        """slaves: bus slave number -> ports that hear it (two for a duplicated pair); places: its board's place."""
        super().__init__(path, host)
        self.kind = kind
        self.number = number
        self.slaves = slaves
        self.places = places
        self.state = NodeState()

    def on_message(self, port: str, message: Any) -> None:
        if isinstance(message, SelectProcessor):
            self._select(message.side)
        elif port == "board":
            self.state.board_dead = isinstance(message, BusSilent)
            self.state.unread.clear()
        elif self.state.board_dead:
            return
        elif port.startswith("read/"):
            self._reading(port[-1], message)
        elif port.startswith("mpu/"):
            if port[-1] == self.state.active:
                self._down(message)
        elif isinstance(message, BusSilent):
            self._silent(message.board)
        elif isinstance(message, Present):
            self._present(message.board)
        else:
            self._up(message)

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
        if side and self.state.unread:
            handed = sum(self.send(f"mpu/{side}", decode_message(octets)) for octets in self.state.unread)
            self.emit(MailboxCounted(handed, len(self.state.unread) - handed))
            self.state.unread.clear()
        self.state.bounced = 0

    # -- watching slaves: polls are not sent one by one, their outcome is rounded up to the poll grid --------------

    def _silent(self, board: int) -> None:
        if self.state.silent.setdefault(board, "waiting") == "waiting":
            self._at_poll(f"lost/{board}", POLLS_MISSED)

    def _present(self, board: int) -> None:
        if self.state.silent.pop(board, "") == "lost":
            self._at_poll(f"back/{board}", 1)
        self.stop_timer(f"lost/{board}")

    def _at_poll(self, timer: str, polls: int) -> None:
        period = self.kind.timings["poll_period"]
        self.start_timer(timer, period * polls - self.now % period)

    def on_timer(self, name: str) -> None:
        what, _, number = name.partition("/")
        board = int(number)
        if what == "lost":
            self.state.silent[board] = "lost"
        self.send("board", SlaveChanged(board, what == "back"))
        self._up(SlaveChanged(board, what == "back"))


class NodBoard(Board[CommonState]):
    """The board that carries four main nodes; it raises the alarms about slaves that do not answer."""

    def __init__(self, path: str, host: Host, kind: BoardKind, bus: int, places: dict[int, str]) -> None:
        """places: bus address -> place of the board there."""
        super().__init__(path, host, kind, bus)
        self.places = places
        self.state = CommonState()

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
        for number in range(NODES_A_BOARD):
            self.send(f"node/{number}", BusSilent(-1))

    def started(self) -> None:
        if self.now:
            for number in range(NODES_A_BOARD):
                self.send(f"node/{number}", BoardStarted(-1))
