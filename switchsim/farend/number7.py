"""The No.7 exchange at the far end: a signalling point with circuits on one or more lines, and its subscribers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final

import msgspec

from switchsim.dsp.engine import EV_CHECK_OFF, EV_CHECK_ON, EV_HEARS, EV_SOURCE_DONE, Engine
from switchsim.farend.chance import drawn
from switchsim.farend.continuity import ChecksState, FarChecks
from switchsim.farend.exchange import Leg, Subscriber, TelephonesConfig, TelephonesState
from switchsim.farend.signalling import PointConfig, Signalling
from switchsim.farend.telephones import NORMAL_CLEARING, Telephones
from switchsim.model.events import PartyCalls, PartyState
from switchsim.model.messages import PlaceCall
from switchsim.model.order import Act, Order, Value
from switchsim.model.part import Host, MediaEvent, Part
from switchsim.model.phase import Phase
from switchsim.proto import isup, tup
from switchsim.terminals import users
from switchsim.terminals.level2 import TerminalState
from switchsim.terminals.point import PointState
from switchsim.terminals.users import User

UNALLOCATED: Final = 1  # Q.850
USER_BUSY: Final = 17
NO_CIRCUIT: Final = 34
ATTEMPTS: Final = 4
CIC_BITS: Final = 12
PERSON_TIMERS: Final = frozenset({"step", "patience", "dead", "ring"})


class CircuitRow(msgspec.Struct, frozen=True):
    """A circuit of a relation; party: index of its telephone; check: its native check tone receiver.

    method: of the continuity check, loop or transponder.
    """

    relation: int
    cic: int
    party: int
    line: str
    check: int
    method: str


class No7Config(TelephonesConfig, frozen=True, kw_only=True):
    """One exchange."""

    point: PointConfig
    circuits: tuple[CircuitRow, ...]
    check_tones: dict[int, int]  # Hz -> tone of the assets


class Wanted(msgspec.Struct):
    """What a subscriber of ours asked for, as long as a repeat attempt may need it."""

    called: str
    calling: str
    plan: str
    hold: int
    patience: int
    line: str
    attempts: int = 0


class No7State(TelephonesState, kw_only=True):
    links: list[TerminalState]
    point: PointState
    turns: dict[int, int] = msgspec.field(default_factory=dict)  # relation -> CIC of the last call set up
    digits: dict[int, str] = msgspec.field(default_factory=dict)  # by call key: the called number so far
    wanted: dict[int, Wanted] = msgspec.field(default_factory=dict)  # by call key
    checks: ChecksState = msgspec.field(default_factory=ChecksState)


def key_of(relation: int, cic: int) -> int:
    """The number of a call as telephones know it: 1 and up."""
    return relation << CIC_BITS | cic


class No7Exchange(Part[No7State]):
    """`farend/exchange/<point>`. Ports: in `load` (PlaceCall).

    Orders: those of `Stp` to its links; Act `call` (called, calling, plan, hold_cycles, patience_cycles, line),
    `hang_up` (party), `dial` (party, digits), `block`, `unblock`, `reset`, `query` (relation, and cic, or cics with
    blanks between: as a group), `check` (relation, cic), `check_every` (value: so many calls between two with a
    continuity check), `check_loop` (manner, value).
    """

    phase = Phase.SIGNAL
    acts: ClassVar[frozenset[str]] = frozenset({"call", "hang_up", "dial", "check_every", "check_loop"})
    """What a scenario can name."""

    def __init__(self, path: str, host: Host, engine: Engine, config: No7Config) -> None:
        super().__init__(path, host)
        self.engine = engine
        self.config = config
        self.signalling = Signalling(self, engine, config.point, self._indication)
        self.telephones = Telephones(self, engine, config, self._hang_up)
        self.rows = {key_of(row.relation, row.cic): row for row in config.circuits}
        self.turns = self._turns()
        self.checks = FarChecks(self)
        self.again: list[Wanted] = []  # calls whose circuit was no good; empty between events
        self.state = No7State(
            legs=[Leg() for _ in config.parties], links=self.signalling.terminals.new_states(),
            point=self.signalling.point.new_state(),
        )  # fmt: skip
        self.restored()

    def restored(self) -> None:
        self.signalling.terminals.restored(self.state.links)
        self.signalling.point.restored(self.state.point)

    def start(self) -> None:
        self.signalling.power_on()

    # -- what happens ------------------------------------------------------------------------------------------------

    def on_media(self, event: MediaEvent) -> None:
        if event.kind == EV_HEARS:
            self.telephones.hears(event)
        elif event.kind == EV_SOURCE_DONE:
            self.telephones.spoken(event.unit)
        elif event.kind in (EV_CHECK_ON, EV_CHECK_OFF):
            self.checks.media(event)
        else:
            self.signalling.terminals.media(event)
            self._try_again()

    def on_message(self, port: str, message: PlaceCall) -> None:
        self._place(message)

    def on_timer(self, name: str) -> None:
        kind, _, number = name.partition("/")
        if kind in PERSON_TIMERS:
            index = int(number)
            self.state.legs[index].timers.remove(kind)
            if kind == "ring":
                self.ask(self.state.legs[index].key, lambda user, cic: user.answer(cic))
                self._answered_here(index)
            else:
                self.telephones.timed(index, kind)
        elif kind == "loop":
            self.checks.answer(int(number))
        else:
            self.signalling.timer(name)
            self._try_again()

    def on_order(self, order: Order) -> None:
        if not isinstance(order, Act):
            self.signalling.order(order)
            return
        values = order.values
        if order.act == "call":
            number, calling, plan, line = (str(values.get(name, "")) for name in ("called", "calling", "plan", "line"))
            hold, patience = (int(values.get(name, -1)) for name in ("hold_cycles", "patience_cycles"))
            self._place(PlaceCall(number, calling, plan, hold, patience, line))
        elif order.act in ("hang_up", "dial"):
            self.telephones.told(int(values["party"]), order.act, str(values.get("digits", "")))
        elif order.act in ("check_every", "check_loop"):
            self.checks.act(order.act, values)
        elif order.act in users.CIRCUIT_ACTS:
            self._maintain(order.act, values)
        else:
            self.signalling.order(order)
        self._try_again()

    def _maintain(self, act: str, values: dict[str, Value]) -> None:
        relation = int(values.get("relation", 0))
        user = self._user(relation)
        if "cic" in values:
            self._do(relation, users.CIRCUIT_ACTS[act](user, int(values["cic"])))
        else:
            self._do(relation, users.GROUP_ACTS[act](user, [int(cic) for cic in str(values["cics"]).split()]))

    # -- calls -------------------------------------------------------------------------------------------------------

    def _user(self, relation: int) -> User:
        return self.signalling.point.users[relation]

    def _do(self, relation: int, actions: Any) -> None:
        self.signalling.point.do4(relation, actions)

    def ask(self, key: int, act: Callable[[User, int], Any]) -> None:
        relation, cic = key >> CIC_BITS, key & ((1 << CIC_BITS) - 1)
        self._do(relation, act(self._user(relation), cic))

    def _place(self, order: PlaceCall) -> None:
        """One of the subscribers calls; without a free circuit the call is refused, and counted."""
        wanted = Wanted(order.called, order.calling, order.plan, order.hold_cycles, order.patience_cycles, order.line)
        if not self._set_up(wanted):
            self.state.refused += 1
            self.emit(PartyState(0, "refused", NO_CIRCUIT))

    def _turns(self) -> dict[tuple[int, str], users.Turns]:
        """By relation and line; line "": any."""
        cics: dict[tuple[int, str], list[int]] = {}
        for row in self.config.circuits:
            for line in (row.line, ""):
                cics.setdefault((row.relation, line), []).append(row.cic)
        return {key: users.turns(self._user(key[0]).config, found) for key, found in cics.items()}

    def _set_up(self, wanted: Wanted) -> bool:
        wanted.attempts += 1
        for relation in range(len(self.config.point.relations)):
            user = self._user(relation)
            circuits = self.turns.get((relation, wanted.line), ([], []))
            chosen = users.hunt(user, circuits, self.state.turns.get(relation, 0))
            if chosen < 0:
                continue
            cic, actions = users.set_up(user, chosen, wanted.called, wanted.calling, self.checks.wanted())
            if cic is not None:
                self.state.turns[relation] = cic
                key = key_of(relation, cic)
                index = self.rows[key].party
                self.state.placed += 1
                self.state.wanted[key] = wanted
                self.telephones.take_up(key, index, wanted.plan, wanted.hold, wanted.patience)
                self.emit(PartyCalls(self.config.parties[index].party, wanted.calling, wanted.called))
                self.telephones.waits(index)
                self._do(relation, actions)
                return True
            self._do(relation, actions)
        return False

    def _hang_up(self, index: int) -> None:
        key = self.state.legs[index].key
        self.ask(key, lambda user, cic: user.release(cic, NORMAL_CLEARING))

    # -- what the user parts report ----------------------------------------------------------------------------------

    def _indication(self, relation: int, action: Any) -> None:
        handler = _INDICATIONS.get(type(action))
        if handler is not None:
            handler(self, key_of(relation, action.cic), action)

    def _offered(self, key: int, action: Any) -> None:
        if key not in self.rows:  # an outside program has its speech path: nobody of ours is there
            self.ask(key, lambda user, cic: user.release(cic, NO_CIRCUIT))
            return
        self.state.digits[key] = users.keyed(action.called)
        self._analyse(key, action.complete)

    def _more_digits(self, key: int, action: Any) -> None:
        if key in self.state.digits:
            self.state.digits[key] += users.keyed(action.digits)
            self._analyse(key, action.complete)

    def _analyse(self, key: int, complete: bool) -> None:
        called = self.state.digits[key]
        subscriber = self.config.subscriber(called)
        if subscriber is not None or complete or not self.config.may_continue(called):
            del self.state.digits[key]
        if subscriber is not None:
            self._ring(key, subscriber)
        elif complete or not self.config.may_continue(called):
            self.ask(key, lambda user, cic: user.release(cic, UNALLOCATED))

    def _ring(self, key: int, subscriber: Subscriber) -> None:
        if subscriber.behaviour == "busy":
            self.ask(key, lambda user, cic: user.release(cic, USER_BUSY))
            return
        self.state.received += 1
        index = self.rows[key].party
        self.telephones.take_up(key, index, subscriber.plan, patience=0)
        self.telephones.tell(index, "ringing")
        if self.config.ring_back >= 0:
            self.engine.source_tone(self.config.parties[index].source, self.config.ring_back)
        self.ask(key, lambda user, cic: users.address_complete(user, cic, free=True))
        if subscriber.behaviour == "answers":
            self.telephones.arm(index, "ring", drawn(subscriber.ring, lambda: self.draw("ring")))

    def _answered_here(self, index: int) -> None:
        if self.config.ring_back >= 0:
            self.engine.source_idle(self.config.parties[index].source)
        self.telephones.connected(index)

    def _rings_there(self, key: int, action: Any) -> None:
        index = self.state.by_key.get(key)
        if index is not None:
            self.telephones.tell(index, "ringing")

    def _answered_there(self, key: int, _: Any) -> None:
        index = self.state.by_key.get(key)
        if index is not None:
            self.telephones.connected(index)

    def _released(self, key: int, action: Any) -> None:
        self.state.wanted.pop(key, None)
        self.state.digits.pop(key, None)
        self.telephones.put_down(key, action.cause)

    def _check(self, key: int, action: Any) -> None:
        if key in self.rows:  # else its speech path is an outside program's
            self.checks.tone(key, action.mode)

    def _failed(self, key: int, action: Any) -> None:
        """The circuit was no good: the same call on another one, a few times (Q.764 2.8.1)."""
        wanted = self.state.wanted.pop(key, None)
        self.telephones.put_down(key, NO_CIRCUIT)
        if wanted is not None and action.try_again and wanted.attempts < ATTEMPTS:
            self.again.append(wanted)  # once all is heard: a reset may take the next circuit, too

    def _try_again(self) -> None:
        while self.again:
            self._set_up(self.again.pop(0))


_INDICATIONS: Final[dict[type, Callable[[No7Exchange, int, Any], None]]] = {
    isup.SetupInd: No7Exchange._offered,
    isup.DigitsInd: No7Exchange._more_digits,
    isup.AddressCompleteInd: No7Exchange._rings_there,
    isup.AnswerInd: No7Exchange._answered_there,
    isup.ConnectedInd: No7Exchange._answered_there,
    isup.ReleasedInd: No7Exchange._released,
    isup.SetupFailed: No7Exchange._failed,
    isup.CheckTone: No7Exchange._check,
    tup.SetupInd: No7Exchange._offered,
    tup.DigitsInd: No7Exchange._more_digits,
    tup.AddressCompleteInd: No7Exchange._rings_there,
    tup.AnswerInd: No7Exchange._answered_there,
    tup.ReleasedInd: No7Exchange._released,
    tup.SetupFailed: No7Exchange._failed,
    tup.CheckTone: No7Exchange._check,
}
"""Indications without a row change nothing here."""
