"""An agent: the person at one seat set, who looks at its display, presses its keys, listens and talks."""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.dsp.engine import NONE, Engine
from switchsim.farend.chance import Constant, Duration, Uniform, drawn
from switchsim.farend.hearing import in_words
from switchsim.model.events import PartyHears, PartyPlaced, PartySpeaks
from switchsim.model.messages import SetKey, SetShows
from switchsim.model.order import Act, Order
from switchsim.model.part import Host, MediaEvent, Part, State
from switchsim.model.phase import Phase
from switchsim.units import ms, seconds

SPEAKS_IN: Final = frozenset({"talk", "held", "consulting", "conference"})
"""States of a seat in which its person speaks; while the caller is on hold too, so that a leak would be heard."""

KEYS: Final = {
    "sign_in": "sign_in",
    "sign_out": "sign_out",
    "busy": "busy",
    "ready": "ready",
    "answer": "answer",
    "release": "release",
    "hold": "hold",
    "retrieve": "retrieve",
    "dial": "dial",
    "consult": "dial",
    "transfer": "transfer",
    "complete": "complete",
    "conference": "conference",
    "listen_in": "listen_in",
    "drop": "drop",
}
"""Order -> key of the seat set. `transfer` is blind, `complete` joins the held caller and the consulted party."""

ANSWERS, NO_ANSWER = "answers", "no_answer"
OUT: Final = "signed_out"


class AgentConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Given by the assembly. Cells and units are the native core's; NONE where the assembly wires them itself."""

    seat: str
    party: int  # watermark, 1..2047
    source: int
    ear: int
    ear_cell: int = NONE  # what the seat hears
    mouth_cell: int = NONE  # a switched cell that is to carry what it says
    prompts: tuple[str, ...] = ()
    sign_in_at: int = 0  # cycle; -1: only when told
    sign_out_at: int = -1
    retry: Duration = Constant(seconds(1))  # signs in again so long after the set said that he is out
    answer: Duration = Uniform(ms(500), ms(1_000))  # from the ring to the key
    talk: Duration | None = None  # releases so long after talk began; None: the caller does
    wrap_up: Duration | None = None  # presses ready so long after; None: the machine ends the wrap-up
    behaviour: str = ANSWERS


class AgentState(State):
    behaviour: str = ANSWERS
    shows: str = OUT
    ringing: bool = False
    call: int = 0
    wants_in: bool = False  # between his sign-in and his sign-out
    speaking: bool = False


class Agent(Part[AgentState]):
    """`farend/agent/<seat>`. Ports: in `set` (SetShows), out `set` (SetKey). Owns its ear's HEARS.

    Orders: Act with any of KEYS (values: number or seat), and `behave` (values: behaviour = answers, no_answer).
    """

    phase = Phase.DECIDE

    def __init__(self, path: str, host: Host, engine: Engine, config: AgentConfig) -> None:
        super().__init__(path, host)
        self.engine = engine
        self.config = config
        self.state = AgentState(behaviour=config.behaviour)

    def start(self) -> None:
        config = self.config
        self.emit(PartyPlaced(config.party, "", 0, config.seat))
        if config.ear_cell != NONE:
            self.engine.ear_listen(config.ear, config.ear_cell)
        if config.mouth_cell != NONE:
            self.engine.connect(config.mouth_cell, self.engine.first_source_cell + config.source)
        if config.sign_in_at >= 0:
            self.start_timer("sign_in", config.sign_in_at)
        if config.sign_out_at >= 0:
            self.start_timer("sign_out", config.sign_out_at)

    def on_message(self, port: str, message: SetShows) -> None:
        state = self.state
        rings = message.ringing and not state.ringing
        silent = state.ringing and not message.ringing
        changed = message.state != state.shows
        state.shows, state.ringing, state.call = message.state, message.ringing, message.call
        if silent:
            self.stop_timer("answer")
        if rings and state.behaviour == ANSWERS:
            self.start_timer("answer", self._drawn("answer", self.config.answer))
        if changed:
            self._changed()

    def on_timer(self, name: str) -> None:
        if name != "retry":
            self._press(name)
        elif self.state.wants_in and self.state.shows == OUT:
            self._press("sign_in")

    def on_media(self, event: MediaEvent) -> None:
        what, which = in_words(event.a, event.b, self.config.prompts)
        self.emit(PartyHears(self.config.party, what, which, event.at))

    def on_order(self, order: Order) -> None:
        assert isinstance(order, Act), f"{self.path} takes no {type(order).__name__}"
        if order.act == "behave":
            self._behave(str(order.values["behaviour"]))
            return
        argument = order.values.get("number", order.values.get("seat", ""))
        self._press(KEYS[order.act], str(argument))

    def _behave(self, behaviour: str) -> None:
        """Who answers again takes back what the machine made of his absence."""
        state = self.state
        state.behaviour = behaviour
        if behaviour == ANSWERS and state.ringing:
            self.start_timer("answer", self._drawn("answer", self.config.answer))
        elif behaviour == ANSWERS and state.shows == "busy":
            self._press("ready")

    def _changed(self) -> None:
        """Another state is on the display."""
        config, shows = self.config, self.state.shows
        self._speak(shows in SPEAKS_IN)
        if shows == OUT and self.state.wants_in:  # not by his own doing: the set, its board or the switch came back
            self.start_timer("retry", self._drawn("retry", config.retry))
        if config.talk is not None:
            if shows == "talk":
                self.start_timer("release", self._drawn("talk", config.talk))
            elif shows not in SPEAKS_IN:
                self.stop_timer("release")
        if config.wrap_up is not None:
            if shows == "wrap_up":
                self.start_timer("ready", self._drawn("wrap_up", config.wrap_up))
            else:
                self.stop_timer("ready")

    def _speak(self, on: bool) -> None:
        if on == self.state.speaking:
            return
        self.state.speaking = on
        self.emit(PartySpeaks(self.config.party, int(on)))
        if on:
            self.engine.source_mark(self.config.source, self.config.party)
        else:
            self.engine.source_idle(self.config.source)

    def _press(self, key: str, argument: str = "") -> None:
        if key == "sign_in":
            self.state.wants_in = True
            self.start_timer("retry", self._drawn("retry", self.config.retry))
        elif key == "sign_out":
            self.state.wants_in = False
        self.send("set", SetKey(self.config.seat, key, argument))

    def _drawn(self, stream: str, duration: Duration) -> int:
        return drawn(duration, lambda: self.draw(stream))
