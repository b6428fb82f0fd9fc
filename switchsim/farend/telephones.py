"""The telephones of an exchange: for each circuit a person with an ear and a mouth, who takes part in its call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from switchsim.dsp.engine import CELL_IDLE, NONE, Engine
from switchsim.farend import party
from switchsim.farend.chance import drawn
from switchsim.farend.exchange import Leg, Party, TelephonesConfig, TelephonesState
from switchsim.farend.hearing import QUIET, in_words
from switchsim.farend.party import CallerState
from switchsim.farend.plan import Plan
from switchsim.kernel.prng import below
from switchsim.model.events import PartyDials, PartyHears, PartyPlaced, PartySays, PartySpeaks, PartyState
from switchsim.model.part import MediaEvent, Part

NORMAL_CLEARING: Final = 16  # Q.850
CHANNEL_TAKEN: Final = 44


class Telephones:
    """Carries out what people do. `index` counts the parties of the configuration; `hang_up(index)` clears the call."""

    def __init__(
        self, part: Part[Any], engine: Engine, config: TelephonesConfig, hang_up: Callable[[int], None]
    ) -> None:
        """`part.state` is a TelephonesState."""
        self.part = part
        self.engine = engine
        self.config = config
        self.hang_up = hang_up
        self.by_place = {(row.line, row.timeslot): index for index, row in enumerate(config.parties)}
        self.by_party = {row.party: index for index, row in enumerate(config.parties)}
        self.by_source = {row.source: index for index, row in enumerate(config.parties)}
        self.by_ear = {row.ear: index for index, row in enumerate(config.parties)}

    # -- a call begins and ends --------------------------------------------------------------------------------------

    def take_up(self, key: int, index: int, plan_name: str, hold: int = -1, patience: int = -1) -> None:
        """This person has a call: ear and mouth are on it. hold, patience: cycles, -1 as the plan says."""
        if self._leg(index).key:
            self.put_down(self._leg(index).key, CHANNEL_TAKEN)  # both sides chose it; the other one got it
        row, plan = self.config.parties[index], self.config.plan(plan_name)
        caller = CallerState(
            plan=plan_name,
            hold=hold if hold >= 0 else self._drawn("hold", plan),
            patience=patience if patience >= 0 else self._drawn("patience", plan),
            reaction=self._drawn("reaction", plan),
            err=plan.wrong_ppm > 0 and below(self.part.draw("err"), 1_000_000) < plan.wrong_ppm,
        )
        self._state.legs[index] = Leg(key=key, began=self.part.now, caller=caller)
        self._state.by_key[key] = index
        self.engine.ear_listen(row.ear, row.hears)
        self.engine.connect(row.speaks, self.engine.first_source_cell + row.source)
        self.part.emit(PartyPlaced(row.party, row.line, row.timeslot, ""))

    def put_down(self, key: int, cause: int) -> None:
        """The call is over: nothing of it is left at the telephone. A call that has none changes nothing."""
        index = self._state.by_key.pop(key, None)
        if index is None:
            return
        row, leg = self._row(index), self._leg(index)
        for kind in leg.timers:
            self.part.stop_timer(f"{kind}/{index}")
        if leg.caller.what != QUIET:
            self.part.emit(PartyHears(row.party, QUIET, "", self.part.now))
        if leg.speaks:
            self.part.emit(PartySpeaks(row.party, 0))
        self._state.legs[index] = Leg()
        self.engine.ear_listen(row.ear, NONE)
        self.engine.source_idle(row.source)
        self.engine.connect(row.speaks, CELL_IDLE)
        self.tell(index, "released", cause)
        self.part.emit(PartyPlaced(row.party, "", 0, ""))

    # -- what happens to a person ------------------------------------------------------------------------------------

    def waits(self, index: int) -> None:
        """It placed the call and waits."""
        self._act(index, party.called(self._leg(index).caller))

    def connected(self, index: int) -> None:
        self.tell(index, "connected")
        self._act(index, party.connected(self._leg(index).caller, self._plan(index), self.part.now))

    def hears(self, event: MediaEvent) -> None:
        """HEARS of one of the ears; of a call that is over it is ignored."""
        index = self.by_ear[event.unit]
        leg = self._leg(index)
        if leg.key and event.at >= leg.began:
            what, which = in_words(event.a, event.b, self.config.prompts)
            self.part.emit(PartyHears(self._row(index).party, what, which, event.at))
            self._act(index, party.heard(leg.caller, self._plan(index), what, which, event.at, self.part.now))

    def spoken(self, source: int) -> None:
        """SOURCE_DONE of one of the mouths."""
        index = self.by_source[source]
        self._act(index, party.spoken(self._leg(index).caller, self._plan(index), self.part.now))

    def timed(self, index: int, kind: str) -> None:
        self._act(index, party.timed(self._leg(index).caller, self._plan(index), kind, self.part.now))

    def told(self, party_id: int, act: str, digits: str) -> None:
        """An order to a person: hang_up, dial. Without a call there is nothing to do."""
        index = self.by_party[party_id]
        leg = self._leg(index)
        if leg.key and not leg.caller.leaving:
            self._act(index, party.leave(leg.caller) if act == "hang_up" else party.dial(leg.caller, digits))

    def tell(self, index: int, state: str, cause: int = 0) -> None:
        self.part.emit(PartyState(self._row(index).party, state, cause))

    def arm(self, index: int, kind: str, cycles: int) -> None:
        """(Re)start a timer of the telephone; it ends with the call."""
        running = self._leg(index).timers
        if kind not in running:
            running.append(kind)
        self.part.start_timer(f"{kind}/{index}", cycles)

    # -- what a person does --------------------------------------------------------------------------------------------

    def _act(self, index: int, actions: Sequence[party.Action]) -> None:
        for action in actions:
            _BODY[type(action)](self, index, action)

    def _say(self, index: int, action: party.Say) -> None:
        row, leg = self._row(index), self._leg(index)
        if leg.speaks != action.mark:
            leg.speaks = action.mark
            self.part.emit(PartySpeaks(row.party, int(action.mark)))
        if leg.caller.dialling:
            return  # `spoken` goes on with it
        if action.mark:
            self.engine.source_mark(row.source, row.party)
        else:
            self.engine.source_idle(row.source)

    def _send_digits(self, index: int, action: party.SendDigits) -> None:
        row, step = self._row(index), action.step
        self.part.emit(PartyDials(row.party, action.digits))
        self.engine.source_dtmf(row.source, action.digits, step.shape)

    def _play(self, index: int, action: party.Play) -> None:
        row = self._row(index)
        self.part.emit(PartySays(row.party, action.prompt))
        self.engine.source_prompts(row.source, [self.config.prompts.index(action.prompt)])

    def _start_timer(self, index: int, action: party.Timer) -> None:
        self.arm(index, action.name, action.cycles)

    def _stop_timer(self, index: int, action: party.NoTimer) -> None:
        running = self._leg(index).timers
        if action.name in running:
            running.remove(action.name)
            self.part.stop_timer(f"{action.name}/{index}")

    def _met(self, index: int, _: party.Met) -> None:
        self.tell(index, "talking")

    def _leave(self, index: int, action: party.Leave) -> None:
        self.tell(index, action.why, NORMAL_CLEARING)
        self.hang_up(index)

    @property
    def _state(self) -> TelephonesState:
        state: TelephonesState = self.part.state
        return state

    def _leg(self, index: int) -> Leg:
        return self._state.legs[index]

    def _row(self, index: int) -> Party:
        return self.config.parties[index]

    def _plan(self, index: int) -> Plan:
        return self.config.plan(self._leg(index).caller.plan)

    def _drawn(self, stream: str, plan: Plan) -> int:
        return drawn(getattr(plan, stream), lambda: self.part.draw(stream))


_BODY: Final[dict[type, Callable[[Telephones, int, Any], None]]] = {
    party.Say: Telephones._say,
    party.SendDigits: Telephones._send_digits,
    party.Play: Telephones._play,
    party.Timer: Telephones._start_timer,
    party.NoTimer: Telephones._stop_timer,
    party.Leave: Telephones._leave,
    party.Met: Telephones._met,
}
