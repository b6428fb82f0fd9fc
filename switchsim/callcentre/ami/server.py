"""The AMI server: connections, log-ins, one action after another; what the switch tells, told on to every client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from switchsim.callcentre.ami import calls, members_actions, transfers
from switchsim.callcentre.ami.actions import row_of
from switchsim.callcentre.ami.channels import channel_fields
from switchsim.callcentre.ami.core import AmiCore
from switchsim.callcentre.ami.projection import project
from switchsim.callcentre.ami.resync import reconcile
from switchsim.callcentre.ami.state import AmiConfig, AmiState, Asked, Channel
from switchsim.callcentre.ami.texts import NOT_REACHABLE, UP, cause_text
from switchsim.callcentre.application import ANSWER_CYCLES, NO_ANSWER
from switchsim.callcentre.tampering import GREETING, RESPONSE
from switchsim.model.cti import AllBegins, AllTold, Ordered
from switchsim.model.order import Heal, Order, Outside
from switchsim.model.outside import Verify, pack_verify, unpack_in, unpack_verified
from switchsim.model.part import Host
from switchsim.model.platform_events import ApplicationChanged, InputRefused
from switchsim.proto.ami import (
    UNKNOWN_CLIENTS,
    Action,
    Block,
    Close,
    Judge,
    LoggedIn,
    Refused,
    Request,
    Send,
    SessionState,
    StartTimer,
    StopTimer,
    written,
)
from switchsim.proto.ami.answers import error

CLIENTS: Final = 1000
"""Connections at once."""
DEFAULT: Final = AmiConfig()

STRANGER: Final = Channel(0x7FFFFFFF, 0, "E1/none/1-7fffffff", "E1/none/1", "a", "0.2147483647", "0.2147483647", 0,
                          state=UP)  # fmt: skip
"""A channel that there never was."""

FINISHERS: Final[dict[str, Callable[[AmiCore, Asked], str | None]]] = {
    "originate": calls.originated,
    "redirect": calls.redirected,
    "hangup": calls.hung_up,
    "blind": transfers.blindly,
    "attended": transfers.consulting,
    "add": members_actions.added,
    "remove": members_actions.removed,
    "pause": members_actions.paused_now,
    "penalty": members_actions.penalty_set,
    "logoff": members_actions.logged_off,
}
"""Who makes the answer of what the switch said."""


class Ami(AmiCore):
    """`callcentre/ami`. Port `comm`; orders Outside of its adaptor; `take_outbox` for it."""

    def __init__(self, path: str, host: Host, config: AmiConfig = DEFAULT) -> None:
        self.config = config
        super().__init__(path, host)

    # -- adaptor -------------------------------------------------------------------------------------------------

    @property
    def has_output(self) -> bool:
        return bool(self.state.outbox or self.state.sending)

    def take_outbox(self) -> list[bytes]:
        """What goes to the adaptor; octets for one connection that follow each other are one item."""
        for client in list(self.state.sending):
            self.send_off(client)
        items, self.state.outbox = self.state.outbox, []
        return items

    def order(self, order: Order) -> None:
        if not isinstance(order, Outside):
            super().order(order)
        elif self.state.life != "running":
            client, _ = unpack_in(order.octets)
            if order.what == "attached":
                self.shut(client)  # nobody is there
        elif not self.running:
            self.state.inputs.append((order.what, order.octets))
        else:
            self._input(order.what, order.octets)

    def _heal(self, order: Heal) -> None:
        super()._heal(order)
        if self.running:
            inputs, self.state.inputs = self.state.inputs, []
            for what, octets in inputs:
                self._input(what, octets)

    def _input(self, what: str, octets: bytes) -> None:
        client, payload = unpack_in(octets)
        match what:
            case "attached":
                self._attached(client)
            case "data":
                session = self.session(client)
                if session is not None:
                    session.data(payload)
                    self._drive(client)
            case "detached":
                self._detached(client, payload.decode("utf-8", "replace"))
            case "verified":
                self._verified(payload)

    def _attached(self, client: int) -> None:
        unknown = [one for one in self.state.sessions.values() if one.phase != "open"]
        if len(unknown) >= UNKNOWN_CLIENTS or len(self.state.sessions) >= CLIENTS:
            why = f"more than {UNKNOWN_CLIENTS} connections without a log-in"
            self._refused(client, why if len(unknown) >= UNKNOWN_CLIENTS else f"more than {CLIENTS} connections")
            self.shut(client)
            self.emit(ApplicationChanged(client, "refused", "limit"))
            return
        self.state.sessions[client] = SessionState()
        self.emit(ApplicationChanged(client, "connected", ""))
        session = self.session(client)
        assert session is not None
        self._carry_out(client, session.attached(), GREETING)

    def _detached(self, client: int, why: str) -> None:
        if client in self.state.sessions:
            self._forget(client)
            self.emit(ApplicationChanged(client, "closed", why))

    def _forget(self, client: int) -> None:
        del self.state.sessions[client]
        self.state.sending.pop(client, None)
        self._cache.pop(client, None)
        self.state.stalled.pop(client, None)
        for name in ("login", "refusal", "view"):
            self.stop_timer(f"client/{client}/{name}")

    def _verified(self, payload: bytes) -> None:
        number, good = unpack_verified(payload)
        client = self.state.logins.pop(number, 0)
        session = self.session(client)
        if session is not None:
            self._carry_out(client, session.judged(good, self.uptime))
            self._drive(client)

    # -- sessions ------------------------------------------------------------------------------------------------

    def _drive(self, client: int) -> None:
        """Take what the client sent, block by block, until one must wait."""
        while (session := self.session(client)) is not None:
            actions = session.next(self.uptime)
            if not actions:
                return
            self._carry_out(client, actions)

    def _carry_out(self, client: int, actions: list[Action], kind: str = RESPONSE) -> None:
        for action in actions:
            match action:
                case Send(octets):
                    self.put(client, kind, octets)
                case Request(block):
                    self._request(client, block)
                case Refused(why):
                    self._refused(client, why)
                case LoggedIn(user):
                    self.emit(ApplicationChanged(client, "logged_in", user[:60]))
                case Judge():
                    self._judge(client, action)
                case StartTimer(name, cycles):
                    self.start_timer(f"client/{client}/{name}", cycles)
                case StopTimer(name):
                    self.stop_timer(f"client/{client}/{name}")
                case Close(why):
                    self._close(client, why)

    def _refused(self, client: int, why: str) -> None:
        self.state.refused += 1
        self.emit(InputRefused(client, why))

    def _judge(self, client: int, asked: Judge) -> None:
        self.state.next_login += 1
        number = self.state.next_login
        self.state.logins[number] = client
        login = Verify(request=number, user=asked.user, kind=asked.kind, challenge=asked.challenge, key=asked.key)
        self.state.outbox.append(pack_verify(client, login))

    def _close(self, client: int, why: str) -> None:
        self.shut(client)
        self._forget(client)
        self.emit(ApplicationChanged(client, "failed" if why == "log-in failed" else "closed", why))

    # -- actions -------------------------------------------------------------------------------------------------

    def _request(self, client: int, block: Block) -> None:
        row = row_of(block)
        state = self.state
        if row is None:
            name = block.get("Action")[:200]
            hint = "Use Action: ListCommands to show available commands."
            self.taken(client, block, error(block, f"Invalid/unknown command: {name}. {hint}"))
        elif row.switch and state.known and not state.reachable:
            self.taken(client, block, error(block, NOT_REACHABLE))
        elif row.switch and not (state.reachable and state.switch.complete):
            state.stalled[client] = block
            self.start_timer(f"client/{client}/view", ANSWER_CYCLES)
        else:
            text = row.handler(self, client, block)
            if text is not None:
                self.taken(client, block, text)

    def _resume(self) -> None:
        """The view of the switch is true again: what waited for it goes on."""
        stalled, self.state.stalled = self.state.stalled, {}
        for client, block in stalled.items():
            self.stop_timer(f"client/{client}/view")
            self._request(client, block)
            self._drive(client)

    def _give_up(self, client: int) -> None:
        block = self.state.stalled.pop(client, None)
        if block is not None:
            self.taken(client, block, error(block, NOT_REACHABLE))
            self._drive(client)

    def ordered(self, note: str, event: Ordered) -> None:
        """The switch answered an order of an action; the action is answered with the last of its orders."""
        asked = self.state.asked.get(int(note)) if note else None
        if asked is None:
            return
        asked.results.append(event.result)
        asked.call = event.call or asked.call
        if len(asked.results) < asked.orders:
            return
        del self.state.asked[int(note)]
        text = FINISHERS[asked.kind](self, asked)
        if text is None:
            return
        if NO_ANSWER in asked.results:
            text = error(asked.block, NOT_REACHABLE)
        if asked.client in self.state.sessions:
            self.taken(asked.client, asked.block, text, asked.call)
            self._drive(asked.client)

    # -- the switch ----------------------------------------------------------------------------------------------

    def told(self, event: Any, at: int) -> None:
        state = self.state
        if isinstance(event, AllTold):
            if state.switch.complete:
                reconcile(self, at)
                state.known, state.silent = True, False
                self._resume()
        elif state.switch.complete and not isinstance(event, AllBegins):
            project(self, event, at)

    def reach(self, up: bool) -> None:
        """Out of reach: orders that are not answered yet are given up, and nothing is believed until all is told."""
        if up:
            return
        self.state.switch.complete = False
        waiting, self.state.waiting = self.state.waiting, {}
        for number, note in waiting.items():
            self.stop_timer(f"cti/order/{number}")
            self.ordered(note, Ordered(self.name, number, NO_ANSWER, 0))
        for client in list(self.state.stalled) if self.state.known else ():
            self.stop_timer(f"client/{client}/view")
            self._give_up(client)

    def app_timer(self, name: str) -> None:
        _, client, what = name.split("/")
        number = int(client)
        if what == "view":
            self._give_up(number)
            return
        session = self.session(number)
        if session is not None:
            self._carry_out(number, session.timer(what))

    def stranger(self, client: int, point: str) -> bytes:
        """A channel hangs up that nobody has ever heard of."""
        hangup = [("Event", "Hangup"), ("Privilege", "call,all"), *channel_fields(STRANGER)]
        return written([*hangup, ("Cause", "16"), ("Cause-txt", cause_text(16))]).encode()

    # -- life ----------------------------------------------------------------------------------------------------

    def outlives(self, before: AmiState) -> None:
        """A process that goes closes its connections; the machine closes them for it when it crashed."""
        super().outlives(before)
        self.state.sending = before.sending
        for client in before.sessions:
            self.shut(client)
        self.state.next_login = before.next_login
        self.state.orders, self.state.next_asked = before.orders, before.next_asked
