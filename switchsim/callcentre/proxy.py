"""PROXY: between the seats and the CCS, and between the business side and the database.

The source calls the database access proxy *aplogic* in one question and PROXY in another (questionable). Here flows go
to aplogic, seats and business applications to PROXY, and PROXY's look-ups go on to aplogic, which has the database.
"""

from __future__ import annotations

from typing import Any, Final

from switchsim.callcentre.process import HEARTBEAT_CYCLES, Process, ProcessCommon, Watched, heard, missed
from switchsim.model.events import RequestTaken
from switchsim.model.order import Act, Order
from switchsim.model.part import Host, State
from switchsim.model.platform import Heartbeat, LookedUp, LookUp, Register, SignedIn, SignIn
from switchsim.units import seconds

MONITOR, DATABASE = "mds", "aplogic"
ACTIVE: Final = "active"
WAIT_CYCLES: Final = seconds(6)
"""A CCS answers within 5 s, even when the switch does not."""
SIGNING: Final = ("sign_in", "sign_out")
LOOKING: Final = "look_up"


class Asked(State):
    """A request under way. sender: process that asked, `` = a person at a seat; number: the sender's own."""

    what: str
    name: str
    sender: str
    number: int


class ProxyState(ProcessCommon):
    """servers: the CCS that have been heard. requests: number of the last one. asked: by own number."""

    servers: dict[str, Watched] = {}
    requests: int = 0
    asked: dict[int, Asked] = {}


class Proxy(Process[ProxyState]):
    """`callcentre/proxy`. Letters SignIn and LookUp of processes; acts of people: `sign_in`, `sign_out` (agent, seat),
    `look_up` (statement, the rest are its parameters). What came of an act stands in the journal as RequestTaken."""

    def __init__(self, path: str, host: Host, servers: tuple[str, ...]) -> None:
        self.servers = servers
        super().__init__(path, host)

    def fresh(self) -> ProxyState:
        return ProxyState()

    def outlives(self, before: ProxyState) -> None:
        """No answer to a request of a former life meets another request."""
        self.state.requests = before.requests

    def started(self) -> None:
        self.timer("beat")

    # -- the CCS -------------------------------------------------------------------------------------------------

    @property
    def active(self) -> str:
        """The active CCS, `` = none is known; when two say so, the later one: the former may have died just now."""
        rows = self.state.servers.items()
        return max(((row.since, name) for name, row in rows if row.alive and row.role == ACTIVE), default=(0, ""))[1]

    def _beat(self) -> None:
        self.start_timer("beat", HEARTBEAT_CYCLES)
        self.write(MONITOR, Heartbeat("", 0))
        for name in self.servers:
            row = self.state.servers.get(name)
            if row is None or missed(row, self.now) or not row.alive:
                self.write(name, Register("proxy", ()))
            else:
                self.write(name, Heartbeat("", 0))

    # -- requests ------------------------------------------------------------------------------------------------

    def _ask(self, what: str, name: str, sender: str, number: int) -> int:
        self.state.requests += 1
        self.state.asked[self.state.requests] = Asked(what, name, sender, number)
        self.start_timer(f"wait/{self.state.requests}", WAIT_CYCLES)
        return self.state.requests

    def _sign(self, wish: SignIn, sender: str) -> None:
        number = self._ask(SIGNING[0] if wish.on else SIGNING[1], wish.agent, sender, wish.request)
        if self.active:
            self.write(self.active, SignIn(number, wish.agent, wish.seat, wish.on))
        else:
            self._done(number, "not_active", {}, "")

    def _look(self, wish: LookUp, sender: str) -> None:
        number = self._ask(LOOKING, wish.statement, sender, wish.query)
        self.write(DATABASE, LookUp(number, wish.statement, wish.parameters))

    def _done(self, number: int, result: str, row: dict[str, str], text: str) -> None:
        asked = self.state.asked.pop(number, None)
        if asked is None:
            return  # its time is over
        self.stop_timer(f"wait/{number}")
        if not asked.sender:
            self.emit(RequestTaken(0, asked.what, asked.name, result, 0))
        elif asked.what == LOOKING:
            self.write(asked.sender, LookedUp(asked.number, result, text, row))
        else:
            self.write(asked.sender, SignedIn(asked.number, asked.name, result))

    # -- process -------------------------------------------------------------------------------------------------

    def letter(self, sender: str, body: Any) -> None:
        match body:
            case Heartbeat() if sender in self.servers:
                heard(self.state.servers.setdefault(sender, Watched()), body, self.now)
            case SignIn():
                self._sign(body, sender)
            case SignedIn(request, _, result):
                self._done(request, result, {}, "")
            case LookUp():
                self._look(body, sender)
            case LookedUp(query, result, text, row):
                self._done(query, result, row, text)

    def timer(self, name: str) -> None:
        if name == "beat":
            self._beat()
            return
        number = int(name.rpartition("/")[2])
        late = self.state.asked[number].what == LOOKING
        self._done(number, "late" if late else "not_active", {}, "no answer")

    def order(self, order: Order) -> None:
        if not isinstance(order, Act) or order.act not in (*SIGNING, LOOKING):
            super().order(order)
            return
        values = {key: str(value) for key, value in order.values.items()}
        name = values.get("statement" if order.act == LOOKING else "agent", "")
        if not self.running:
            self.emit(RequestTaken(0, order.act, name, "refused: PROXY does not run", 0))
        elif order.act == LOOKING:
            values.pop("statement", None)
            self._look(LookUp(0, name, values), "")
        else:
            self._sign(SignIn(0, name, values.get("seat", ""), order.act == SIGNING[0]), "")
