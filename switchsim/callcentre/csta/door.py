"""Where octets of clients come in and go out, whatever the process is doing: running, hung, slow, or not there."""

from __future__ import annotations

from typing import ClassVar

from switchsim.callcentre.csta.state import CstaState
from switchsim.callcentre.outlet import OutletApplication
from switchsim.model.order import Order, Outside
from switchsim.model.outside import unpack_in


class Door(OutletApplication[CstaState]):
    """Part of `Csta`, which says in `outside` what becomes of what comes in."""

    what: ClassVar[str] = "csta"
    source: ClassVar[str] = "csta"

    def outside(self, what: str, octets: bytes) -> None:
        raise AssertionError(f"{self.path} takes nothing from outside")

    def tardy(self, number: int) -> None:
        """What a slow process takes now."""
        self.outside(*self.state.tardy.pop(number))

    def order(self, order: Order) -> None:
        if not isinstance(order, Outside):
            super().order(order)
            return
        state = self.state
        if state.life != "running":
            self._nobody(order)
        elif not self.running:
            state.unread.append((order.what, order.octets))
        elif state.slow_cycles:
            state.next_tardy += 1
            state.tardy[state.next_tardy] = order.what, order.octets
            self.start_timer(f"csta/tardy/{state.next_tardy}", state.slow_cycles)
        else:
            self.outside(order.what, order.octets)

    def _nobody(self, order: Outside) -> None:
        """The process does not run: whoever comes is closed at once."""
        connection, _ = unpack_in(order.octets)
        if order.what == "attached":
            self.shut(connection)

    def _catch_up(self) -> None:
        super()._catch_up()
        unread, self.state.unread = self.state.unread, []
        for what, octets in unread:
            self.outside(what, octets)
