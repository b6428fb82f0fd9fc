"""An AMI client on a real socket, written from the sheet alone: it keeps a picture of the queues and seats by events,
and when anything is wrong with its connection it makes a new one and asks for everything again."""

from __future__ import annotations

import socket
import time
from typing import Final

Block = dict[str, str]
ANSWER_S: Final = 0.5
"""Without an answer for so long the connection counts as bad."""
EPOCH_S: Final = 946_684_800
"""2000-01-01 00:00:00 UTC: the machine's second 0."""
LISTS: Final = ("QueueStatus", "Status", "CoreShowChannels")


class BadLine(Exception):
    """The connection can not be relied on any more: it ended, is silent, or says what is no block."""


class Connection:
    """Blocks of one connection; events are kept, an answer is what has the ActionID."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), ANSWER_S)
        self.rest = b""
        self.events: list[Block] = []
        self.actions = 0
        self.greeted = False

    def close(self) -> None:
        self.socket.close()

    def say(self, action: str, *lines: str) -> str:
        self.actions += 1
        number = f"a{self.actions}"
        text = "\r\n".join([f"Action: {action}", f"ActionID: {number}", *lines, "", ""])
        try:
            self.socket.sendall(text.encode())
        except OSError as error:
            raise BadLine(f"send: {error}") from error
        return number

    def act(self, action: str, *lines: str) -> list[Block]:
        """The answer, of lists with their items; raises BadLine."""
        number, found = self.say(action, *lines), []
        deadline = time.monotonic() + ANSWER_S
        while True:
            block = self.block(deadline)
            if block.get("ActionID") != number:
                if "Event" in block and "ActionID" not in block:
                    self.events.append(block)
                continue
            found.append(block)
            if action not in LISTS or block.get("Response") == "Error" or block.get("EventList") == "Complete":
                return found

    def seconds(self) -> int:
        """Simulated time, as a Ping tells it."""
        return int(self.act("Ping")[0]["Timestamp"].partition(".")[0]) - EPOCH_S

    def listen(self, seconds: float) -> None:
        """Take what comes meanwhile."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                block = self.block(deadline, quiet=True)
            except TimeoutError:
                return
            if "Event" in block:
                self.events.append(block)

    def block(self, deadline: float, quiet: bool = False) -> Block:
        while b"\r\n\r\n" not in self.rest:
            self.socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                octets = self.socket.recv(65_536)
            except TimeoutError:
                if quiet:
                    raise
                raise BadLine("silence") from None
            except OSError as error:
                raise BadLine(f"receive: {error}") from error
            if not octets:
                raise BadLine("closed")
            self.rest += octets
            if not self.greeted and b"\r\n" in self.rest:
                line, _, self.rest = self.rest.partition(b"\r\n")
                self.greeted = line == b"Asterisk Call Manager/13.0.0"
                if not self.greeted:
                    raise BadLine(f"no greeting: {line!r}")
        octets, _, self.rest = self.rest.partition(b"\r\n\r\n")
        lines = [line.partition(": ") for line in octets.decode().split("\r\n")]
        if not all(separator for _, separator, _ in lines):
            raise BadLine("no block")
        return {key: value for key, _, value in lines}


class Picture:
    """Seats (Status, Paused) and waiting channels of each queue, once as told and then as events change it."""

    def __init__(self) -> None:
        self.seats: dict[tuple[str, str], tuple[str, str]] = {}
        self.waiting: dict[str, list[str]] = {}

    @classmethod
    def of(cls, told: list[Block]) -> Picture:
        picture = cls()
        for block in told:
            match block.get("Event"):
                case "QueueMember":
                    picture.seats[block["Queue"], block["Location"]] = block["Status"], block["Paused"]
                case "QueueEntry":
                    picture.waiting.setdefault(block["Queue"], []).append(block["Channel"])
        return picture

    def take(self, block: Block) -> None:
        """Once or twice makes no difference."""
        match block.get("Event"):
            case "QueueMemberStatus" | "QueueMemberPause":
                self.seats[block["Queue"], block["Interface"]] = block["Status"], block["Paused"]
            case "QueueCallerJoin":
                waiting = self.waiting.setdefault(block["Queue"], [])
                if block["Channel"] not in waiting:
                    waiting.insert(int(block["Position"]) - 1, block["Channel"])
            case "QueueCallerLeave":
                waiting = self.waiting.get(block["Queue"], [])
                if block["Channel"] in waiting:
                    waiting.remove(block["Channel"])

    def __eq__(self, other: object) -> bool:
        assert isinstance(other, Picture)
        return (self.seats, self._waiting()) == (other.seats, other._waiting())

    def _waiting(self) -> dict[str, list[str]]:
        return {queue: list(channels) for queue, channels in self.waiting.items() if channels}

    def __repr__(self) -> str:
        return f"{self.seats} {self._waiting()}"


class Follower:
    """Keeps a picture, whatever happens to its connections; `lost`: why each of them was given up."""

    def __init__(self, address: str, user: str = "ccs", secret: str = "x") -> None:
        self.address, self.user, self.secret = address, user, secret
        self.connection: Connection | None = None
        self.picture = Picture()
        self.lost: list[str] = []
        self.heard: list[Block] = []
        self.seconds = 0  # simulated, as the last Ping said
        self.agreed = False

    def connected(self) -> Connection:
        """A connection that has logged in and a picture that is true. Raises BadLine."""
        if self.connection is None:
            try:
                self.connection = Connection(self.address)
            except OSError as error:
                raise BadLine(f"connect: {error}") from error
            told = self.connection.act("Login", f"Username: {self.user}", f"Secret: {self.secret}")
            assert told[0]["Response"] == "Success", told
            self.picture = Picture.of(self.connection.act("QueueStatus"))
            self._apply()
        return self.connection

    def step(self, seconds: float) -> None:
        """Follow for a moment, and ask whether the other side lives."""
        try:
            connection = self.connected()
            self.seconds = connection.seconds()
            connection.act("CoreSettings")
            connection.listen(seconds)
            self._apply()
        except BadLine as why:
            self.give_up(str(why))

    def give_up(self, why: str) -> None:
        self.lost.append(why)
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _apply(self) -> None:
        assert self.connection is not None
        events, self.connection.events = self.connection.events, []
        self.heard += events
        for event in events:
            self.picture.take(event)

    def agrees(self, attempts: int = 20) -> bool:
        """Whether events gave the picture that is told now; what comes with the answer may be newer than it."""
        for _ in range(attempts):
            connection = self.connected()
            connection.listen(0.02)
            self._apply()
            told = Picture.of(connection.act("QueueStatus"))
            if told == self.picture:
                return True
            self._apply()
        return False
