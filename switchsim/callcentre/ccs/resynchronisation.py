"""A CCS compares what it thought with what the switch tells, and goes on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from switchsim.callcentre.application import LINK
from switchsim.callcentre.ccs.belief import agents_known
from switchsim.callcentre.ccs.distribution import AWAY
from switchsim.callcentre.ccs.state import Knowledge
from switchsim.callcentre.process import HEARTBEAT_CYCLES
from switchsim.model.cti import TellAll, Wanted
from switchsim.model.events import InputRefused, Resynchronised
from switchsim.model.platform import ResyncGiven

if TYPE_CHECKING:
    from switchsim.callcentre.ccs.server import Ccs


class Resynchronisation:
    """With the switch: after each AllTold, which a new role asks for. With the other CCS: what no switch knows, given
    on request and when one steps down."""

    def __init__(self, ccs: Ccs) -> None:
        self.ccs = ccs

    def new_role(self) -> None:
        """Everything is asked for; until it is told, nothing is decided."""
        if self.ccs.state.registered:
            self.ccs.state.switch.complete = False
            self.ccs.start_timer("cti/beat", HEARTBEAT_CYCLES)  # which would ask, too
            self.ccs.write(LINK, Wanted(self.ccs.name, 0, TellAll()))

    # -- the switch ----------------------------------------------------------------------------------------------

    def begins(self) -> None:
        """Everything is going to be told: keep what was thought until now."""
        state = self.ccs.state
        if not state.known:
            return
        state.idea_seats = {seat: row.state for seat, row in state.switch.seats.items()}
        state.idea_calls = {call: row.queue for call, row in state.switch.calls.items()}

    def ends(self) -> None:
        """Everything was told."""
        state = self.ccs.state
        differing = self._differing() if state.known else 0
        state.known, state.idea_seats, state.idea_calls = True, {}, {}
        self._settle()
        view = state.switch
        signed_in = sum(row.state not in AWAY for row in view.seats.values())
        self.tell_belief()
        self.ccs.emit(Resynchronised(len(view.calls), signed_in, differing))
        if self.ccs.active:
            self._go_on()

    def tell_belief(self) -> None:
        self.ccs.emit(agents_known(self.ccs.state.switch, self.ccs.state.reachable))

    def _differing(self) -> int:
        state = self.ccs.state
        seats = {seat: row.state for seat, row in state.switch.seats.items()}
        calls = {call: row.queue for call, row in state.switch.calls.items()}
        other_seats = sum(state.idea_seats.get(seat, "") != now for seat, now in seats.items())
        other_calls = sum(state.idea_calls.get(call) != now for call, now in calls.items())
        gone = sum(seat not in seats for seat in state.idea_seats) + sum(call not in calls for call in state.idea_calls)
        return other_seats + other_calls + gone

    def _settle(self) -> None:
        """What was kept beside the view is made to fit it."""
        state = self.ccs.state
        calls = state.switch.calls
        rings = ((row.call, seat) for seat, row in state.switch.seats.items() if row.state == "ringing")
        state.ringing = {call: seat for call, seat in rings if call}
        for known in (state.questions, state.decided, state.chosen, state.tried, state.data):
            for call in [call for call in known if call not in calls]:
                del known[call]
        for call in [call for call in state.questions if calls[call].queue]:
            del state.questions[call]  # somebody has answered
        for call in [call for call in state.flows if call not in calls]:
            self.ccs.flows.freed(call)
        self.ccs.agents.settle_all()

    def _go_on(self) -> None:
        """Rows anew, then open questions, waiting calls, calls that wait for a flow."""
        ccs = self.ccs
        ccs.agents.tell_refused()
        ccs.distribution.build()
        if not ccs.ready:
            return
        for row in list(ccs.state.switch.calls.values()):
            if row.queue and not row.own:
                ccs.decisions.limit(row.call, row.queue, row.entered)
        ccs.decisions.answer_all()
        ccs.distribution.serve_all()
        ccs.flows.resume()

    # -- the other CCS -------------------------------------------------------------------------------------------

    def knowledge(self) -> ResyncGiven:
        state = self.ccs.state
        return ResyncGiven(msgspec.msgpack.encode(Knowledge(list(state.agents.values()), state.data)))

    def given(self, octets: bytes) -> None:
        try:
            known = msgspec.msgpack.decode(octets, type=Knowledge)
        except msgspec.MsgspecError:
            self.ccs.emit(InputRefused(0, "what the other CCS knows cannot be read"))
            return
        self.ccs.agents.merge(known.agents)
        self.ccs.calldata.merge(known.data)
