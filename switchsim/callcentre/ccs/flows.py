"""A call that wants an IVR flow goes to an IVR that has loaded it, the one with the fewest calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from switchsim.callcentre.ccs.state import FlowRow
from switchsim.callcentre.process import missed
from switchsim.model.cti import FlowAsked, Ordered, RefuseFlow
from switchsim.model.platform import FlowStart, FlowTaken
from switchsim.units import ms, seconds

if TYPE_CHECKING:
    from switchsim.callcentre.ccs.server import Ccs

IVR: Final = "ivr"
OUTSIDE: Final = "agi"
"""Flows of that name are the AGI client's."""
TAKE_CYCLES: Final = ms(600)
"""An IVR that has not answered by then is passed over."""
OPEN_CYCLES: Final = seconds(5)
"""After that a question is too old to be put to an IVR by a CCS that has just become active."""


class Flows:
    """`FlowAsked` -> `FlowStart` to one IVR after another -> `RefuseFlow` when none takes it.

    When an IVR is gone, the calls that it served go on with what the service has for that (`RefuseFlow`).
    """

    def __init__(self, ccs: Ccs) -> None:
        self.ccs = ccs

    def asked(self, event: FlowAsked, at: int) -> None:
        if event.flow.partition("/")[0] == OUTSIDE or event.call in self.ccs.state.flows:
            return
        self.ccs.state.flows[event.call] = FlowRow(event.flow, event.number, event.calling, at)
        self.ccs.state.chosen[event.call] = 1
        if self.ccs.ready:
            self._next(event.call)

    def resume(self) -> None:
        """This CCS has become active: calls that nobody has taken are put to the IVRs again."""
        for call, row in list(self.ccs.state.flows.items()):
            if call not in self.ccs.state.switch.calls:
                self.freed(call)
            elif not row.taken and not row.ivr and self.ccs.now - row.asked <= OPEN_CYCLES:
                self._next(call)

    def _next(self, call: int) -> None:
        row = self.ccs.state.flows[call]
        self._give_back(row)
        fit = [
            (client.calls, name)
            for name, client in self.ccs.state.clients.items()
            if client.what == IVR and row.flow in client.offers and name not in row.tried
        ]
        if not fit:
            self._refuse(call)
            return
        row.ivr = min(fit)[1]
        row.tried.append(row.ivr)
        self.ccs.state.clients[row.ivr].calls += 1
        self._start(call, row)

    def _start(self, call: int, row: FlowRow) -> None:
        self.ccs.write(row.ivr, FlowStart(call, row.flow, row.number, row.calling))
        self.ccs.start_timer(f"flow/{call}", TAKE_CYCLES)

    def _refuse(self, call: int) -> None:
        self.ccs.order_switch(RefuseFlow(call), f"flow/{call}")
        self.freed(call)

    def _give_back(self, row: FlowRow) -> None:
        client = self.ccs.state.clients.get(row.ivr)
        if client is not None:
            client.calls -= 1
        row.ivr = ""

    def late(self, call: int) -> None:
        row = self.ccs.state.flows.get(call)
        if row is not None and not row.taken:
            self._next(call)

    def answered(self, sender: str, answer: FlowTaken) -> None:
        row = self.ccs.state.flows.get(answer.call)
        if row is None or row.ivr != sender or row.taken:
            return
        if answer.taken:
            row.taken = True
            self.ccs.stop_timer(f"flow/{answer.call}")
        else:
            self._next(answer.call)

    def other_ordered(self, event: Ordered) -> None:
        """The standby sees by an IVR's orders whose call it is."""
        row = self.ccs.state.flows.get(event.call)
        client = self.ccs.state.clients.get(event.sender)
        if row is None or client is None or client.what != IVR or event.result != "ok" or row.taken:
            return
        self._give_back(row)
        row.ivr, row.taken = event.sender, True
        client.calls += 1
        self.ccs.stop_timer(f"flow/{event.call}")

    def freed(self, call: int) -> None:
        """The flow is over for this call."""
        row = self.ccs.state.flows.pop(call, None)
        if row is not None:
            self._give_back(row)
            self.ccs.stop_timer(f"flow/{call}")

    def look_for_silent(self) -> None:
        """Once a second."""
        clients = self.ccs.state.clients
        for name in [name for name, client in clients.items() if missed(client.watched, self.ccs.now)]:
            del clients[name]
            self.lost(name)

    def enrolled(self, name: str) -> None:
        """An IVR registers again. It may have been started anew: what it has it takes once more, the rest is lost."""
        for call, row in self.ccs.state.flows.items():
            if row.ivr == name and self.ccs.ready:
                row.taken = False
                self._start(call, row)

    def lost(self, name: str) -> None:
        """An IVR is gone with its calls."""
        for call, row in list(self.ccs.state.flows.items()):
            if row.ivr != name:
                continue
            if not self.ccs.ready:
                row.ivr, row.taken = "", False
            elif row.taken:
                self._refuse(call)
            else:
                self._next(call)
