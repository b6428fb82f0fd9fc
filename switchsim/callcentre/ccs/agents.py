"""Agents sign in: with the keys of their seat, or by letter (PROXY). Both CCS keep who sits where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from switchsim.callcentre.ccs.distribution import AWAY
from switchsim.callcentre.ccs.state import AgentRow, SignRow
from switchsim.model.cti import PressKey, SeatChanged
from switchsim.model.events import AgentRefused
from switchsim.model.platform import Application, SignedIn, SignIn

if TYPE_CHECKING:
    from switchsim.callcentre.ccs.server import Ccs

LETTER: Final = "agent"
"""`Application.what` between the two: an AgentRow."""
NO_SKILL, FULL = "no_skill", "full"


class Agents:
    """Who is signed in, and where. The switch's seats rule: a seat that is signed out there has no agent here.

    Keys ask nobody: the seat of an incomplete agent, or of one too many, is idle at the switch, and refused here. The
    first who was one too many has the next place that becomes free.

    Nobody gives a password: a wrong one is no cause of sign-in trouble, says the source (questionable). What is: the
    switch's grounding, the seat's APC card, the AIT board; then the seat is faulty.
    """

    def __init__(self, ccs: Ccs) -> None:
        self.ccs = ccs

    # -- by letter -----------------------------------------------------------------------------------------------

    def asked(self, sender: str, wish: SignIn) -> None:
        result = self._refusal(wish)
        if result:
            self.ccs.write(sender, SignedIn(wish.request, wish.agent, result))
            return
        order = self.ccs.order_switch(PressKey(wish.seat, "sign_in" if wish.on else "sign_out"), "sign")
        self.ccs.state.sign_ins[order] = SignRow(wish.request, wish.agent, wish.seat, wish.on, sender)

    def _refusal(self, wish: SignIn) -> str:
        """Why not, `` = the switch is asked."""
        state, configuration = self.ccs.state, self.ccs.configuration
        agent = configuration.agents.get(wish.agent)
        seat = state.switch.seats.get(wish.seat)
        if not self.ccs.ready:
            return "not_active"
        if agent is None:
            return "no_such_agent"
        if seat is None or seat.state == "faulty":
            return "seat_faulty"
        if not wish.on:
            return "" if state.at_seat.get(wish.seat) == wish.agent else "taken"
        if not agent.complete:
            return NO_SKILL
        if self._elsewhere(wish) or seat.state != "signed_out":
            return "taken"
        return FULL if self._full else ""

    def _elsewhere(self, wish: SignIn) -> bool:
        """The agent is at a seat, or a wish for this agent or this seat is under way."""
        state = self.ccs.state
        row = state.agents.get(wish.agent)
        under_way = any(one.agent == wish.agent or one.seat == wish.seat for one in state.sign_ins.values())
        return under_way or (row is not None and bool(row.seat))

    def ordered(self, order: int, result: str) -> None:
        """The switch has answered: the seat's own events came before."""
        wish = self.ccs.state.sign_ins.pop(order)
        if result == "ok":
            self.ccs.tell_other(Application(LETTER, msgspec.msgpack.encode(self._row(wish))))
        self.ccs.write(wish.sender, SignedIn(wish.request, wish.agent, "ok" if result == "ok" else "seat_faulty"))

    def _row(self, wish: SignRow) -> AgentRow:
        return self.ccs.state.agents.get(wish.agent) or AgentRow(wish.agent, "", self.ccs.now)

    # -- by the seats --------------------------------------------------------------------------------------------

    def seat_changed(self, event: SeatChanged, at: int) -> None:
        self.settle(event.seat, event.state, at, at)
        for seat in self._admit():
            self.ccs.distribution.look_at(0, seat)

    def settle(self, seat: str, state: str, at: int, since: int) -> None:
        """Who sits there follows from the seat's state, a wish by letter, and whose seat it usually is.

        at: cycle of what was told; since: cycle from which somebody has been there, 0 = nobody knows.
        """
        present = self.ccs.state.at_seat.get(seat, "")
        if state in AWAY:
            self.ccs.state.refused.pop(seat, None)
            if present:
                self.put(AgentRow(present, "", at))
        elif not present:
            named = [wish.agent for wish in self.ccs.state.sign_ins.values() if wish.seat == seat and wish.on]
            agent, why = (named[0], "") if named else self._usual(seat)
            if why:
                self._refuse(seat, why)
            elif agent:
                self.put(AgentRow(agent, seat, since, bool(named)))

    def _usual(self, seat: str) -> tuple[str, str]:
        """Who usually sits there, and why that agent can not be signed in; `` nobody is known to."""
        configuration = self.ccs.configuration
        usual = configuration.agents.get(configuration.seats.get(seat, ""))
        row = self.ccs.state.agents.get(usual.agent) if usual is not None else None
        if usual is None or (row is not None and row.seat):
            return "", ""
        return usual.agent, NO_SKILL if not usual.complete else FULL if self._full else ""

    # -- who gets no calls ---------------------------------------------------------------------------------------

    @property
    def _full(self) -> bool:
        return len(self.ccs.state.at_seat) >= self.ccs.configuration.most_signed_in

    def _refuse(self, seat: str, why: str) -> None:
        if self.ccs.state.refused.get(seat) != why:
            self.ccs.state.refused[seat] = why
            self._tell(seat, why)

    def _tell(self, seat: str, why: str) -> None:
        if self.ccs.active and self.ccs.state.refused_told:
            self.ccs.emit(AgentRefused(self.ccs.configuration.seats[seat], seat, why))

    def tell_refused(self) -> None:
        """A CCS that has become active says it of all."""
        if not self.ccs.state.refused_told:
            self.ccs.state.refused_told = True
            for seat, why in self.ccs.state.refused.items():
                self._tell(seat, why)

    def _admit(self) -> list[str]:
        """There may be room again: the seats of those who are signed in now."""
        waiting = [seat for seat, why in self.ccs.state.refused.items() if why == FULL]
        for seat in [] if self._full else waiting:
            self.settle(seat, self.ccs.state.switch.seats[seat].state, self.ccs.now, self.ccs.now)
        return [seat for seat in waiting if seat not in self.ccs.state.refused]

    def _trim(self) -> None:
        """With what the other knows there may be too many: who was only thought to sit somewhere is one of them."""
        state = self.ccs.state
        guessed = [seat for seat, agent in state.at_seat.items() if not state.agents[agent].changed]
        too_many = len(state.at_seat) - self.ccs.configuration.most_signed_in
        for seat in guessed[max(0, len(guessed) - too_many) :] if too_many > 0 else ():
            self.put(AgentRow(state.at_seat[seat], "", 0))
            self._refuse(seat, FULL)
            self.ccs.distribution.look_at(0, seat)

    # -- rows ----------------------------------------------------------------------------------------------------

    def put(self, row: AgentRow) -> None:
        """Note a row as it is: whoever was there, or wherever the agent was, is no more."""
        state = self.ccs.state
        before = state.agents.get(row.agent)
        if before is not None and before.seat and state.at_seat.get(before.seat) == row.agent:
            del state.at_seat[before.seat]
        displaced = state.at_seat.get(row.seat, "") if row.seat else ""
        if displaced:
            state.agents[displaced] = AgentRow(displaced, "", row.changed)
        if row.seat:
            state.at_seat[row.seat] = row.agent
            if state.refused.pop(row.seat, ""):
                self._tell(row.seat, "")
        state.agents[row.agent] = row

    def told(self, row: AgentRow) -> None:
        """By the active CCS."""
        before = self.ccs.state.agents.get(row.agent)
        self.put(row)
        for seat in {row.seat: 0, before.seat if before else "": 0}:
            self.ccs.distribution.look_at(0, seat)

    def merge(self, rows: list[AgentRow]) -> None:
        """What the other knows: the later change counts, and what was said more than what is usual."""
        state = self.ccs.state
        for row in sorted(rows, key=lambda one: (one.changed, one.agent)):
            mine = [state.agents.get(row.agent), state.agents.get(state.at_seat.get(row.seat, ""))]
            if all((one.changed, one.by_letter) < (row.changed, row.by_letter) for one in mine if one is not None):
                self.told(row)
        self._trim()
        if state.switch.complete:
            self._settle_seats()

    def settle_all(self) -> None:
        """The switch has told everything."""
        view = self.ccs.state.switch
        for seat in [seat for seat in self.ccs.state.at_seat if seat not in view.seats]:
            self.put(AgentRow(self.ccs.state.at_seat[seat], "", self.ccs.now))
        for seat in [seat for seat in self.ccs.state.refused if seat not in view.seats]:
            del self.ccs.state.refused[seat]
        self._settle_seats()

    def _settle_seats(self) -> None:
        for row in self.ccs.state.switch.seats.values():
            self.settle(row.seat, row.state, self.ccs.now, 0)
        self._admit()
