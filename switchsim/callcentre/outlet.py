"""The way from an interface to the adaptor and back, where faults of the interface act; ami, csta and agi have it.

An interface says what each piece is (`tampering`), and goes on as if all were well: what a fault does to the connection
is no concern of the code that serves clients. Without a fault a piece goes out at once.
"""

from __future__ import annotations

from typing import ClassVar, Final, TypeVar

import msgspec

from switchsim.callcentre.application import ApplicationCommon, CtiApplication
from switchsim.callcentre.tampering import CLOSE, OutletState, Piece, Rule, due, through
from switchsim.model.events import FaultFired
from switchsim.model.order import Heal, Inject, Order, Outside
from switchsim.model.outside import Out, pack_in, pack_out, unpack_in
from switchsim.model.platform_events import InterfaceTampered
from switchsim.units import seconds

TIMERS: Final = "outlet/"
RESET: Final = b"reset"


class OutletCommon(ApplicationCommon):
    """outbox: items for the adaptor (`model.outside`), oldest first. outlet: the faults of the way there."""

    outbox: list[bytes] = []
    outlet: OutletState = msgspec.field(default_factory=OutletState)


StateT = TypeVar("StateT", bound=OutletCommon)


class OutletApplication(CtiApplication[StateT]):
    """Base of the interfaces to outside programs. A kind says all through `put` and `shut`, and overrides

    - `pass_on`, `pass_close`: if it has a way of its own into the outbox;
    - `stranger`: octets about something that does not exist, for the faults that say such a thing.

    Fault points: those of `tampering.HANDLERS`; each fires when it first acts.
    """

    source: ClassVar[str] = ""
    """Name of the adaptor's source in the inputs."""

    # -- for kinds -----------------------------------------------------------------------------------------------

    def put(self, client: int, kind: str, octets: bytes) -> None:
        """Say something to a client."""
        if not self.state.outlet.rules and not self.state.outlet.gone:
            self.pass_on(client, octets)
        elif octets:
            self._feed([Piece(client, kind, octets)])

    def shut(self, client: int) -> None:
        """Close the connection, after what was said has gone."""
        if not self.state.outlet.rules and not self.state.outlet.gone:
            self.pass_close(client)
        else:
            self._feed([Piece(client, CLOSE)])

    def pass_on(self, client: int, octets: bytes) -> None:
        self.state.outbox.append(pack_out(Out.DATA, client, octets))

    def pass_close(self, client: int) -> None:
        self.state.outbox.append(pack_out(Out.CLOSE, client))

    def stranger(self, client: int, point: str) -> bytes:
        """Nothing: this interface can not."""
        return b""

    def clock(self, cycle: int) -> int:
        """The cycle that the interface's clock shows then."""
        for rule in self.state.outlet.rules.values():
            if rule.point == "clock_jump":
                jump = rule.number("seconds")
                if not rule.met:
                    self.tampered(rule, 0, f"the clock shows {jump} s more")
                cycle += seconds(jump)
        return cycle

    @property
    def has_output(self) -> bool:
        return bool(self.state.outbox)

    def take_outbox(self) -> list[bytes]:
        """What is to go to the adaptor, once."""
        taken, self.state.outbox = self.state.outbox, []
        return taken

    # -- for rules -----------------------------------------------------------------------------------------------

    def tampered(self, rule: Rule, client: int, what: str) -> None:
        """The rule acts; with its first act the fault has fired."""
        if not rule.met:
            self.emit(FaultFired(rule.fault, what))
        if client not in rule.met:
            rule.met.append(client)
        self.emit(InterfaceTampered(client, rule.fault, what))

    def cut(self, client: int) -> None:
        """Close the connection at once; the interface hears of it as of any connection that broke."""
        if client not in self.state.outlet.gone:
            self.pass_close(client)
            self._leave(client)

    def _leave(self, client: int) -> None:
        self.state.outlet.gone.append(client)
        for rule in self.state.outlet.rules.values():
            rule.held = [piece for piece in rule.held if piece.client != client]
            rule.owed.pop(client, None)
        self.start_timer(f"{TIMERS}cut/{client}", 0)

    def wake(self, rule: Rule, cycles: int) -> None:
        self.start_timer(f"{TIMERS}rule/{rule.fault}", max(cycles, 1))

    def _feed(self, pieces: list[Piece], behind: int = 0) -> None:
        """Pieces on their way, from the rule with that index on."""
        outlet = self.state.outlet
        for piece in through(self, list(outlet.rules.values())[behind:], pieces):
            if piece.client in outlet.gone:
                continue
            if piece.kind != CLOSE:
                self.pass_on(piece.client, piece.octets)
                continue
            self.pass_close(piece.client)
            if any(piece.client in rule.broken for rule in outlet.rules.values()):
                self._leave(piece.client)

    # -- what comes in -------------------------------------------------------------------------------------------

    def on_order(self, order: Order) -> None:
        if not (isinstance(order, Outside) and self._swallowed(order)):
            super().on_order(order)

    def _swallowed(self, order: Outside) -> bool:
        """Whether a fault keeps it from the interface: a connection that stands still, or was cut."""
        outlet = self.state.outlet
        if order.what not in ("data", "detached") or not (outlet.rules or outlet.gone):
            return False
        client, payload = unpack_in(order.octets)
        for rule in outlet.rules.values():
            if rule.point == "half_open" and rule.concerns(client) and client not in rule.broken:
                self.tampered(rule, client, "half open")
                rule.broken.append(client)
            if client in rule.broken:
                if order.what == "detached":
                    rule.ended[client] = payload.decode("utf-8", "replace")
                return True
        return client in outlet.gone

    # -- process -------------------------------------------------------------------------------------------------

    def on_timer(self, name: str) -> None:
        """Connections live on, whatever the process does."""
        if not name.startswith(TIMERS):
            super().on_timer(name)
            return
        _, what, number = name.split("/")
        outlet = self.state.outlet
        if what == "cut":
            self._broke(int(number), RESET)
        elif number in outlet.rules:
            index = list(outlet.rules).index(number)
            self._feed(due(self, outlet.rules[number]), index + 1)

    def _broke(self, client: int, why: bytes) -> None:
        super().on_order(Outside(self.source, "detached", pack_in(client, why)))

    def fault(self, order: Inject) -> str:
        """Fires with its first act, not now."""
        values = {name: value for name, value in order.values.items() if name != "client"}
        client = int(order.values["client"])
        self.state.outlet.rules[order.fault] = Rule(order.fault, order.point, client, values)
        return ""

    def undo(self, order: Heal) -> None:
        """What waited goes on, all at once; connections that lost something on their way are closed."""
        outlet = self.state.outlet
        index = list(outlet.rules).index(order.fault)
        rule = outlet.rules.pop(order.fault)
        self.stop_timer(f"{TIMERS}rule/{rule.fault}")
        self._feed(rule.held, index)
        for client in rule.broken:
            if client in rule.ended:
                self._broke(client, rule.ended[client].encode())
            else:
                self.cut(client)

    def outlives(self, before: StateT) -> None:
        """What was sent is on its way, and faults of the way are none of the process."""
        super().outlives(before)
        self.state.outbox, self.state.outlet = before.outbox, before.outlet
        for rule in self.state.outlet.rules.values():
            if rule.held and rule.point in ("split", "coalesce", "late"):
                self.wake(rule, rule.number("every" if rule.point == "split" else "time"))
