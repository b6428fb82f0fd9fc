"""A connection of an AMI client: greeting, challenge, log-in, its mask of events, one action after another.

Actions are carried out in their order, the next one when the last was answered; what comes meanwhile waits, at most
PENDING_BLOCKS blocks. Events that come while an action is under way follow its answer (HELD_CHARACTERS at most are held
back), so an action's answer precedes what it brings about.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from switchsim.proto.ami.actions import (
    Action,
    Close,
    Judge,
    LoggedIn,
    Refused,
    Request,
    Send,
    StartTimer,
    StopTimer,
)
from switchsim.proto.ami.answers import answer, error, success
from switchsim.proto.ami.blocks import Block, ReaderState, TooMuch, read, written
from switchsim.proto.ami.classes import BITS, EVERYTHING, mask_of, privilege
from switchsim.units import seconds

VERSION: Final = "13.0.0"
GREETING: Final = f"Asterisk Call Manager/{VERSION}\r\n".encode()
LOGIN_CYCLES: Final = seconds(30)
"""Whoever has not logged in by then is cut off."""
REFUSAL_CYCLES: Final = seconds(1)
"""After a bad log-in, before it is refused."""
UNKNOWN_CLIENTS: Final = 50
"""Connections at once that have not logged in; one more is closed without a greeting."""
PENDING_BLOCKS: Final = 256
MISTAKES: Final = 16
"""Blocks that a client which has not logged in may waste on other things."""
HELD_CHARACTERS: Final = 1_000_000


class SessionState(msgspec.Struct):
    """phase: new (not logged in), judged (the log-in is being judged), failed (its refusal is due), open, closed.

    pending: blocks not taken yet; refusal: the limit that was passed behind them. busy: an action is under way.
    secrets: lines `Secret` so far. login: the block whose log-in is being judged.
    """

    phase: str = "new"
    reader: ReaderState = msgspec.field(default_factory=ReaderState)
    pending: list[Block] = []
    refusal: str = ""
    busy: bool = False
    held: list[str] = []
    held_characters: int = 0
    user: str = ""
    challenge: str = ""
    mask: int = 0
    secrets: int = 0
    mistakes: int = 0
    login: Block | None = None


class Session:
    """Looks at one SessionState; keeps nothing itself.

    random: 64 bits for a challenge, drawn when one is asked for. auth: False = any log-in is good. An `uptime` is
    seconds.
    """

    def __init__(self, state: SessionState, random: Callable[[], int], auth: bool = True) -> None:
        self.state = state
        self._random = random
        self._auth = auth

    def attached(self) -> list[Action]:
        """The client has come."""
        return [Send(GREETING), StartTimer("login", LOGIN_CYCLES)]

    def data(self, octets: bytes) -> None:
        """The client sent something; `next` takes it."""
        if self.state.phase == "closed":
            return
        for one in read(self.state.reader, octets):
            if isinstance(one, TooMuch):
                self.state.refusal = one.why
            else:
                self.state.pending.append(one)

    def next(self, uptime: int) -> list[Action]:
        """Take the next block that waits; nothing when none does, or when none may be taken now. A limit that was
        passed is told when what came before it is done."""
        state = self.state
        if state.busy or state.phase not in ("new", "open"):
            full = len(state.pending) > PENDING_BLOCKS
            return self._too_much(f"more than {PENDING_BLOCKS} actions before an answer") if full else []
        if not state.pending:
            return self._too_much(state.refusal) if state.refusal else []
        block = state.pending.pop(0)
        secrets, state.secrets = state.secrets, state.secrets + block.count("Secret")
        name = block.get("Action").lower()
        if not name:
            return [Refused("no action"), *self._mistake(error(block, "Missing action in request"))]
        handler = {"login": self._login, "challenge": self._challenge, "logoff": self._logoff}.get(name)
        if handler is not None:
            return handler(block, secrets, uptime)
        if state.phase == "new":
            return self._mistake(error(block, "Permission denied"))
        if name == "events":
            return self._events(block)
        state.busy = True
        return [Request(block)]

    def judged(self, good: bool, uptime: int) -> list[Action]:
        """What became of the log-in."""
        if self.state.phase != "judged":
            return []
        if not good:
            self.state.phase = "failed"
            return [StartTimer("refusal", REFUSAL_CYCLES)]
        return self._accepted(uptime)

    def timer(self, name: str) -> list[Action]:
        """A timer of this session is due: `login` or `refusal`."""
        if name == "login" and self.state.phase in ("new", "judged"):
            return self._closes("no log-in in time")
        if name == "refusal" and self.state.phase == "failed" and self.state.login is not None:
            refusal = _send(error(self.state.login, "Authentication failed"))
            return [refusal, *self._closes("log-in failed")]
        return []

    def answered(self, text: str) -> bytes:
        """The action under way has its answer; returns the octets to send, with the events held back until now."""
        state = self.state
        octets = "".join([text, *state.held]).encode("utf-8", "replace")
        state.busy, state.held, state.held_characters = False, [], 0
        return octets

    def told(self, text: str, octets: bytes) -> bytes:
        """An event that it wants (phase `open`, its bit in `mask`); returns the octets to send now. octets: the text
        encoded, once for all clients."""
        state = self.state
        if not state.busy:
            return octets
        state.held.append(text)
        state.held_characters += len(text)
        if state.held_characters <= HELD_CHARACTERS:
            return b""
        held, state.held, state.held_characters = "".join(state.held), [], 0
        return held.encode("utf-8", "replace")

    # -- actions that every session has --------------------------------------------------------------------------

    def _login(self, block: Block, secrets: int, uptime: int) -> list[Action]:
        state = self.state
        if state.phase == "open":
            return [_send(success(block, "Already authenticated"))]
        user = block.get("Username")
        state.phase, state.login, state.user = "judged", block, user
        if not self._auth:
            return self._accepted(uptime)
        if not user:
            return self.judged(False, uptime)
        if block.get("AuthType").lower() == "md5":
            key = block.get("Key")
            if not key or not state.challenge:
                return self.judged(False, uptime)
            return [Judge(user, "md5", state.challenge, key)]
        if not block.count("Secret"):
            return self.judged(False, uptime)
        return [Judge(user, "plain", "", str(secrets + 1))]

    def _accepted(self, uptime: int) -> list[Action]:
        state = self.state
        block = state.login or Block([])
        state.phase, state.login = "open", None
        mask = mask_of(block.get("Events"))
        state.mask = EVERYTHING if mask is None else mask
        text = success(block, "Authentication accepted")
        if state.mask & BITS["system"]:
            text += _fully_booted(uptime)
        return [StopTimer("login"), LoggedIn(state.user), _send(text)]

    def _challenge(self, block: Block, secrets: int, uptime: int) -> list[Action]:
        if block.get("AuthType").lower() != "md5":
            return [_send(error(block, "Must specify AuthType"))]
        if not self.state.challenge:
            self.state.challenge = str(self._random() % 1_000_000_000)
        return [_send(success(block, more=[("Challenge", self.state.challenge)]))]

    def _logoff(self, block: Block, secrets: int, uptime: int) -> list[Action]:
        return [_send(answer(block, "Goodbye", "Thanks for all the fish.")), *self._closes("logged off")]

    def _events(self, block: Block) -> list[Action]:
        mask = mask_of(block.get("EventMask"))
        if mask is None:
            return [_send(error(block, "Invalid event mask"))]
        self.state.mask = mask
        return [_send(success(block, more=[("Events", "On" if mask else "Off")]))]

    def _mistake(self, text: str) -> list[Action]:
        """Answer something that has no sense; whoever has not logged in may not go on with it for long."""
        if self.state.phase == "open":
            return [_send(text)]
        self.state.mistakes += 1
        if self.state.mistakes < MISTAKES:
            return [_send(text)]
        why = f"{MISTAKES} mistakes before a log-in"
        return [Refused(why), _send(text), *self._closes(why)]

    def _too_much(self, why: str) -> list[Action]:
        text = answer(Block([]), "Error", f"Failed to parse message: {why}")
        return [Refused(why), _send(text), *self._closes(why)]

    def _closes(self, why: str) -> list[Action]:
        state = self.state
        state.phase, state.busy, state.pending, state.held, state.refusal = "closed", False, [], [], ""
        return [StopTimer("login"), StopTimer("refusal"), Close(why)]


def _fully_booted(uptime: int) -> str:
    return written(
        [
            ("Event", "FullyBooted"),
            ("Privilege", privilege("system")),
            ("Uptime", str(uptime)),
            ("LastReload", str(uptime)),
            ("Status", "Fully Booted"),
        ]
    )


def _send(text: str) -> Send:
    return Send(text.encode("utf-8", "replace"))
