"""The exchange at the far end of lines with R2 signalling, ITU or China No.1: its circuits and its subscribers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final

import msgspec

from switchsim.dsp.engine import CELL_IDLE, EV_HEARS, EV_SOURCE_DONE, NONE, Engine
from switchsim.farend.chance import drawn
from switchsim.farend.exchange import Leg, Subscriber, TelephonesConfig, TelephonesState
from switchsim.farend.telephones import NORMAL_CLEARING, Telephones
from switchsim.model.events import CircuitBlocked, PartyCalls, PartyState
from switchsim.model.messages import LineCas, LineSeen, PlaceCall
from switchsim.model.order import Act, Heal, Inject, Order
from switchsim.model.part import Host, MediaEvent, Part
from switchsim.model.phase import Phase
from switchsim.proto import r2
from switchsim.terminals.r2 import R2Ends, R2EndsState, R2Row
from switchsim.terminals.r2_mistakes import POINTS
from switchsim.units import ms, seconds

UNALLOCATED: Final = 1  # Q.850
USER_BUSY: Final = 17
NUMBER_INCOMPLETE: Final = 28
NO_CIRCUIT: Final = 34
ORDINARY: Final = 10  # Q.763 3.11: ordinary calling subscriber
ATTEMPTS: Final = 4
NO_GOOD: Final = frozenset({"collision", "no_ack", "blocked"})
"""Failures of a circuit; what the other exchange refuses by its registers, it would refuse on any."""
ANSWER_GUARD: Final = ms(150)
"""From the end of the register signals to the answer at least: line signals are recognised sooner than a tone's end."""
PERSON_TIMERS: Final = frozenset({"step", "patience", "dead", "ring", "cleared"})


class R2ExchangeConfig(TelephonesConfig, frozen=True, kw_only=True):
    """An exchange of the far end. circuits: one a party, in the same order, with the party's source and `hears`.

    number_digits: so many digits make a number of a subscriber `` (everybody else) complete; 0: all that the caller
    has. cleared_cycles: so long a caller stays after the other side has hung up. from_top: it hunts for circuits
    downwards, as one does whose peer hunts upwards. places: its people may call; False where calls come from the other
    side alone.
    """

    circuits: tuple[R2Row, ...]
    r2: r2.R2Config = r2.R2Config()
    category: int = ORDINARY
    number_digits: int = 0
    cleared_cycles: int = seconds(1)
    from_top: bool = True
    places: bool = True


class Wanted(msgspec.Struct):
    """What a subscriber of ours asked for, as long as a repeat attempt may need it. line: `` any.

    timeslot: of the first attempt, 0 any.
    """

    called: str
    calling: str
    plan: str
    hold: int
    patience: int
    line: str
    timeslot: int
    attempts: int = 0


class R2ExchangeState(TelephonesState, kw_only=True):
    """turn: the circuit of the last call set up. ringing: calls whose B signal is still on its way."""

    ends: R2EndsState
    turn: int
    wanted: dict[int, Wanted] = msgspec.field(default_factory=dict)  # by call key
    ringing: dict[int, Subscriber] = msgspec.field(default_factory=dict)  # by index


class R2Exchange(Part[R2ExchangeState]):
    """`farend/exchange/<line>`. In ports: `load` (PlaceCall), `line` (LineSeen, LineCas). Out: `remote/<line>` LineCas.

    Owns the events of its MFC receivers, of its parties' sources (SOURCE_DONE) and ears (HEARS). The key of a call is
    the number of its circuit and party, from 1 on. Orders: Act `call` (called, calling, plan, hold_cycles,
    patience_cycles, line, timeslot), `hang_up` (party), `dial` (party, digits), `restart`; `block`, `unblock`, `reset`
    (line, timeslot); Inject and Heal of r2_mistakes.POINTS.
    """

    phase = Phase.SIGNAL
    acts: ClassVar[frozenset[str]] = frozenset({"call", "restart", "hang_up", "dial"})  # that a scenario can name

    def __init__(self, path: str, host: Host, engine: Engine, config: R2ExchangeConfig) -> None:
        super().__init__(path, host)
        assert len(config.circuits) == len(config.parties), f"{path}: a party is missing on a circuit"
        self.engine = engine
        self.config = config
        self.ends = R2Ends(self, engine, config.circuits, config.r2)
        self.telephones = Telephones(self, engine, config, self._hang_up)
        self.again: list[Wanted] = []  # calls whose circuit was no good; empty between events
        self.state = R2ExchangeState(legs=[Leg() for _ in config.parties], ends=self.ends.state,
                                     turn=0 if config.from_top else len(config.circuits) - 1)  # fmt: skip
        self.restored()

    def restored(self) -> None:
        self.ends.restored(self.state.ends)

    def start(self) -> None:
        self.ends.power_on()

    # -- what happens ------------------------------------------------------------------------------------------------

    def on_media(self, event: MediaEvent) -> None:
        if event.kind == EV_HEARS:
            self.telephones.hears(event)
        elif not self.ends.media(event) and event.kind == EV_SOURCE_DONE:
            self.telephones.spoken(event.unit)
        self._try_again()

    def on_message(self, port: str, message: PlaceCall | LineSeen | LineCas) -> None:
        if isinstance(message, PlaceCall):
            self._place(message)
        elif isinstance(message, LineCas):
            self.ends.cas(message.line, message.timeslot, message.abcd)
        else:
            self.ends.line_fault(message.line, not message.in_service)
        self._try_again()

    def on_timer(self, name: str) -> None:
        kind, _, number = name.partition("/")
        if kind in PERSON_TIMERS:
            self._person_timer(kind, int(number))
        else:
            self.ends.timer(number)
        self._try_again()

    def on_order(self, order: Order) -> None:
        if isinstance(order, Inject):
            assert order.point in POINTS, f"{self.path} has no fault point {order.point!r}"
            self.ends.inject(order.fault, order.point, order.values)
        elif isinstance(order, Heal):
            self.ends.heal(order.fault)
        else:
            assert isinstance(order, Act), f"{self.path} takes no {type(order).__name__}"
            self._act(order)
        self._try_again()

    def _act(self, order: Act) -> None:
        values = order.values
        if order.act == "call":
            called, calling, plan, line = (str(values.get(name, "")) for name in ("called", "calling", "plan", "line"))
            hold, patience = (int(values.get(name, -1)) for name in ("hold_cycles", "patience_cycles"))
            self._set_up(Wanted(called, calling, plan, hold, patience, line, int(values.get("timeslot", 0))))
        elif order.act in ("hang_up", "dial"):
            self._told(int(values["party"]), order.act, str(values.get("digits", "")))
        elif order.act == "restart":
            for number, circuit in enumerate(self.ends.circuits):
                self.ends.do(number, circuit.reset())
        else:
            number = self.ends.by_place[str(values["line"]), int(values["timeslot"])]
            circuit = self.ends.circuits[number]
            self.ends.do(number, circuit.reset() if order.act == "reset" else circuit.block(order.act == "block"))

    def _told(self, party: int, act: str, digits: str) -> None:
        """While registers have the circuit nobody can dial over it."""
        if act == "hang_up" or not self._register(self.telephones.by_party[party]):
            self.telephones.told(party, act, digits)

    def _person_timer(self, kind: str, index: int) -> None:
        leg = self.state.legs[index]
        leg.timers.remove(kind)
        if kind == "ring":
            self.ends.do(index, self.ends.circuits[index].answer())
            if self.config.ring_back >= 0:
                self.engine.source_idle(self.config.parties[index].source)
            self.telephones.connected(index)
        elif kind == "cleared":
            self._hang_up(index)
        else:
            self.telephones.timed(index, kind)

    # -- our subscribers call ----------------------------------------------------------------------------------------

    def _place(self, order: PlaceCall) -> None:
        self._set_up(Wanted(order.called, order.calling, order.plan, order.hold_cycles, order.patience_cycles,
                            order.line, 0))  # fmt: skip

    def _set_up(self, wanted: Wanted) -> None:
        """Without a free circuit, or with a number that registers can not send, the call is refused, and counted."""
        wanted.attempts += 1
        number, fits = self._hunt(wanted), r2.sendable(wanted.called)
        if number < 0 or not fits:
            self.state.refused += 1
            self.emit(PartyState(0, "refused", NO_CIRCUIT if fits else NUMBER_INCOMPLETE))
            return
        self.state.turn = number
        self.state.placed += 1
        self.state.wanted[number + 1] = wanted
        self.telephones.take_up(number + 1, number, wanted.plan, wanted.hold, wanted.patience)
        self._listens(number, False)
        self.emit(PartyCalls(self.config.parties[number].party, wanted.calling, wanted.called))
        self.telephones.waits(number)
        calling = wanted.calling if r2.sendable(wanted.calling) else ""
        self.ends.do(number, self.ends.circuits[number].setup(wanted.called, calling, self.config.category))

    def _hunt(self, wanted: Wanted) -> int:
        """The next circuit in turn that can be seized, -1 none."""
        count = len(self.ends.rows) if self.config.places else 0
        step = -1 if self.config.from_top else 1
        for offset in range(1, count + 1):
            number = (self.state.turn + step * offset) % count
            row = self.ends.rows[number]
            fits = wanted.line in ("", row.line) and wanted.timeslot in (0, row.timeslot)
            if fits and not self.state.legs[number].key and self.ends.circuits[number].selectable:
                return number
        return -1

    def _try_again(self) -> None:
        while self.again:
            self._set_up(self.again.pop(0))

    def _hang_up(self, index: int) -> None:
        self.ends.do(index, self.ends.circuits[index].release(NORMAL_CLEARING))

    # -- what the circuits ask for -----------------------------------------------------------------------------------

    def send_cas(self, number: int, abcd: int) -> None:
        row = self.ends.rows[number]
        self.send(f"remote/{row.line}", LineCas(row.line, row.timeslot, abcd))

    def _register(self, number: int) -> str:
        return self.state.ends.circuits[number].register

    def _listens(self, number: int, on: bool) -> None:
        """The person's ear is on the circuit, or kept from what registers say there."""
        row = self.config.parties[number]
        self.engine.ear_listen(row.ear, row.hears if on else NONE)

    def register_taken(self, number: int) -> None:
        row = self.config.parties[number]
        self.engine.connect(row.speaks, self.engine.first_source_cell + row.source)

    def register_freed(self, number: int) -> None:
        """The person's turn, if there is one: who placed the call, or who is being rung from now on."""
        row = self.config.parties[number]
        if not self.state.legs[number].key:
            self.engine.connect(row.speaks, CELL_IDLE)
            return
        self._listens(number, True)
        subscriber = self.state.ringing.pop(number, None)
        if subscriber is not None:
            self._rings(number, subscriber)

    def indication(self, number: int, action: Any) -> None:
        handler = _INDICATIONS.get(type(action))
        if handler is not None:
            handler(self, number, action)

    # -- a subscriber is called --------------------------------------------------------------------------------------

    def _digits(self, number: int, action: r2.DigitInd) -> None:
        circuit, digits = self.ends.circuits[number], action.digits
        subscriber = self.config.subscriber(digits)
        if subscriber is not None and (subscriber.number or len(digits) == self.config.number_digits):
            self.ends.do(number, circuit.complete())
        elif subscriber is not None or self.config.may_continue(digits):
            self.ends.do(number, circuit.more())
        else:
            self.ends.do(number, circuit.refuse(UNALLOCATED))

    def _offered(self, number: int, action: r2.SetupInd) -> None:
        circuit, subscriber = self.ends.circuits[number], self.config.subscriber(action.called)
        if subscriber is None or subscriber.behaviour == "busy":
            self.ends.do(number, circuit.release(UNALLOCATED if subscriber is None else USER_BUSY))
            return
        self.state.received += 1
        self.telephones.take_up(number + 1, number, subscriber.plan, patience=0)
        self._listens(number, not self._register(number))
        self.state.ringing[number] = subscriber
        self.ends.do(number, circuit.accept(free=True, charge=True))

    def _rings(self, number: int, subscriber: Subscriber) -> None:
        self.telephones.tell(number, "ringing")
        if self.config.ring_back >= 0:
            self.engine.source_tone(self.config.parties[number].source, self.config.ring_back)
        if subscriber.behaviour == "answers":
            ring = drawn(subscriber.ring, lambda: self.draw("ring"))
            self.telephones.arm(number, "ring", max(ANSWER_GUARD, ring))

    # -- a call goes on ----------------------------------------------------------------------------------------------

    def _rings_there(self, number: int, _: r2.AddressCompleteInd) -> None:
        if self.state.legs[number].key:
            self.telephones.tell(number, "ringing")

    def _answered_there(self, number: int, _: r2.AnswerInd) -> None:
        if self.state.legs[number].key:
            self.telephones.connected(number)

    def _cleared_there(self, number: int, action: r2.ClearBackInd) -> None:
        """Who hears that the other side has hung up does so as well, unless it takes the call up again."""
        leg = self.state.legs[number]
        if leg.key and action.on:
            self.telephones.arm(number, "cleared", self.config.cleared_cycles)
        elif "cleared" in leg.timers:
            leg.timers.remove("cleared")
            self.stop_timer(f"cleared/{number}")

    def _call_over(self, number: int, action: r2.ReleasedInd) -> None:
        self.state.wanted.pop(number + 1, None)
        self.state.ringing.pop(number, None)
        self.telephones.put_down(number + 1, action.cause)

    def _failed(self, number: int, action: r2.SetupFailed) -> None:
        """The circuit was no good: the same call on another one, a few times (Q.422 3.2.7)."""
        wanted = self.state.wanted.pop(number + 1, None)
        self.telephones.put_down(number + 1, action.cause)
        if wanted is not None and action.reason in NO_GOOD and wanted.attempts < ATTEMPTS:
            wanted.timeslot = 0
            self.again.append(wanted)

    def _blocked(self, number: int, action: r2.BlockedInd) -> None:
        row = self.ends.rows[number]
        self.emit(CircuitBlocked(row.line, row.timeslot, action.by, "maintenance", int(action.on)))


_INDICATIONS: Final[dict[type, Callable[[R2Exchange, int, Any], None]]] = {
    r2.DigitInd: R2Exchange._digits,
    r2.SetupInd: R2Exchange._offered,
    r2.AddressCompleteInd: R2Exchange._rings_there,
    r2.AnswerInd: R2Exchange._answered_there,
    r2.ClearBackInd: R2Exchange._cleared_there,
    r2.ReleasedInd: R2Exchange._call_over,
    r2.SetupFailed: R2Exchange._failed,
    r2.BlockedInd: R2Exchange._blocked,
}
"""Indications without a row change nothing here: a seizure whose digits are not known yet, a circuit idle again."""
