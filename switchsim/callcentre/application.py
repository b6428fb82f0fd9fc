"""What every application of the CTI link does: register, beat, keep a view of the switch, order, wait for answers."""

from __future__ import annotations

from typing import Any, ClassVar, Final, TypeVar

import msgspec

from switchsim.callcentre.process import HEARTBEAT_CYCLES, LOST_AFTER, Process, ProcessCommon
from switchsim.callcentre.view import SwitchView, take
from switchsim.model.cti import AllBegins, AnyCtiOrder, Ordered, TellAll, Told, Wanted
from switchsim.model.platform import CtiUp, Heartbeat, Register, Registered
from switchsim.units import seconds

LINK: Final = "cti_link"
ANSWER_CYCLES: Final = seconds(5)
"""An order that is not answered by then is given up (its answer, if it comes later, is passed over)."""
NO_ANSWER: Final = "not_reachable"
"""The result of an order that nobody answered, besides those of cti.RESULTS."""


class ApplicationCommon(ProcessCommon):
    """switch: the view. reachable: CTI-LINK says that the switch can be reached. heard: cycle of its last heartbeat.

    waiting: orders without an answer yet -> what the application wants to remember of them.
    """

    switch: SwitchView = msgspec.field(default_factory=SwitchView)
    registered: bool = False
    reachable: bool = False
    heard: int = 0
    orders: int = 0
    waiting: dict[int, str] = {}


StateT = TypeVar("StateT", bound=ApplicationCommon)


class CtiApplication(Process[StateT]):
    """Base of ccs, ami, csta, agi. A kind says what it is (`what`, `offers`) and overrides

    - `told(event, at)`: the event has been applied to `self.state.switch` already; `telling(event, at)` comes before;
    - `ordered(note, event)`: the answer to an `order_switch(body, note)`; result `not_reachable` when none came;
    - `reach(up)`: the switch can be reached, or not; then AllBegins .. AllTold follow through `told`;
    - `app_letter`, `app_timer`, `app_started`: as `letter`, `timer`, `started` of a process;
    - `role()`: (role, since) of its heartbeats.
    """

    what: ClassVar[str] = ""

    def offers(self) -> tuple[str, ...]:
        return ()

    def role(self) -> tuple[str, int]:
        return "", 0

    def app_started(self) -> None: ...

    def app_letter(self, sender: str, body: Any) -> None: ...

    def app_timer(self, name: str) -> None:
        raise AssertionError(f"{self.path} has no timer {name!r}")

    def telling(self, event: Any, at: int) -> None: ...

    def told(self, event: Any, at: int) -> None: ...

    def ordered(self, note: str, event: Ordered) -> None: ...

    def reach(self, up: bool) -> None: ...

    # -- orders --------------------------------------------------------------------------------------------------

    def order_switch(self, body: AnyCtiOrder, note: str = "") -> int:
        """Give an order; returns its number. `ordered(note, ...)` follows, at once when the switch is out of reach."""
        self.state.orders += 1
        number = self.state.orders
        self.state.waiting[number] = note
        self.start_timer(f"cti/order/{number}", ANSWER_CYCLES if self.state.reachable else 0)
        if self.state.reachable:
            self.write(LINK, Wanted(self.name, number, body))
        return number

    # -- process -------------------------------------------------------------------------------------------------

    def started(self) -> None:
        self.state.orders = max(self.state.orders, self.now)  # numbers of a former life do not come again
        self._register()
        self.start_timer("cti/beat", HEARTBEAT_CYCLES)
        self.app_started()

    def _register(self) -> None:
        self.write(LINK, Register(self.what, self.offers()))

    def letter(self, sender: str, body: Any) -> None:
        if sender != LINK:
            self.app_letter(sender, body)
            return
        match body:
            case Told():
                self._told(body)
            case Registered():
                self.state.registered, self.state.heard = True, self.now
                self.state.switch.complete = False  # everything follows, numbered anew; should its beginning be lost
            case Heartbeat():
                self.state.heard = self.now
                if body.serial > self.state.switch.serial:
                    self._gap()  # what was lost last is no gap in what comes
            case CtiUp(up):  # what was said before CTI-LINK knew of this life, or forgot it, is not believed
                self._reach(up and self.state.registered)
            case _:
                self.app_letter(sender, body)

    def _reach(self, up: bool) -> None:
        if up != self.state.reachable:
            self.state.reachable = up
            self.reach(up)

    def _told(self, told: Told) -> None:
        event = told.event
        serial = self.state.switch.serial
        if not isinstance(event, AllBegins) and told.serial <= serial:
            return  # told twice
        if not isinstance(event, AllBegins) and told.serial > serial + 1:
            self._gap()
            return
        self.telling(event, told.at)
        take(self.state.switch, told)
        if isinstance(event, Ordered) and event.sender == self.name:
            note = self.state.waiting.pop(event.order, None)
            if note is not None:
                self.stop_timer(f"cti/order/{event.order}")
                self.ordered(note, event)
        else:
            self.told(event, told.at)

    def _gap(self) -> None:
        """Something was lost on the way: everything is asked for again, and until it comes nothing is believed."""
        if self.state.switch.complete:
            self.state.switch.complete = False
            self._ask_all()

    def _ask_all(self) -> None:
        self.write(LINK, Wanted(self.name, 0, TellAll()))

    def timer(self, name: str) -> None:
        if name == "cti/beat":
            self._beat()
        elif name.startswith("cti/order/"):
            number = int(name.rpartition("/")[2])
            note = self.state.waiting.pop(number, None)
            if note is not None:
                self.ordered(note, Ordered(self.name, number, NO_ANSWER, 0))
        else:
            self.app_timer(name)

    def _beat(self) -> None:
        self.start_timer("cti/beat", HEARTBEAT_CYCLES)
        if self.state.registered and self.now - self.state.heard > LOST_AFTER * HEARTBEAT_CYCLES:
            self.state.registered = False
            self._reach(False)
        self.beat_others()
        if self.state.registered:
            self.beat()
            if self.state.reachable and not self.state.switch.complete:
                self._ask_all()
        else:
            self._register()

    def beat(self) -> None:
        """Say to CTI-LINK that it lives, once a second while it is registered there."""
        self.write(LINK, Heartbeat(*self.role()))

    def beat_others(self) -> None:
        """Once a second, whatever becomes of CTI-LINK: say it to others."""
