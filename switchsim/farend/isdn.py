"""The ISDN exchange at the far end of a line, and the people who are its subscribers.

Real frames leave and arrive over the D timeslot through the native core's HDLC channels, real speech over the others.
The exchange is either side of the interface: the network that the machine is connected to, or a private exchange.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from switchsim.dsp.engine import CELL_IDLE, EV_BAD_FRAME, EV_FRAME, EV_HEARS, NONE, Engine
from switchsim.farend import party
from switchsim.farend.chance import drawn
from switchsim.farend.exchange import (
    ANSWERED,
    PLAIN,
    ExchangeConfig,
    ExchangeState,
    Leg,
    Subscriber,
    new_state,
)
from switchsim.farend.hearing import QUIET, in_words
from switchsim.farend.party import CallerState
from switchsim.farend.plan import Plan
from switchsim.kernel.prng import below
from switchsim.model.events import (
    LinkDown,
    LinkUp,
    PartyCalls,
    PartyDials,
    PartyHears,
    PartyPlaced,
    PartySpeaks,
    PartyState,
    Violated,
)
from switchsim.model.messages import LineSeen, PlaceCall
from switchsim.model.order import Act, Order
from switchsim.model.part import Host, MediaEvent, Part
from switchsim.model.phase import Phase
from switchsim.proto import q921, q931
from switchsim.units import seconds

RETRY_CYCLES: Final = seconds(5)
"""Between two attempts to establish the data link."""

INBAND_CYCLES: Final = seconds(20)
"""So long a person listens to a tone after DISCONNECT, at most; below the network's T306 of 30 s."""

INBAND: Final = 8  # Q.931 progress description
NORMAL_CLEARING: Final = 16  # Q.850
USER_BUSY: Final = 17
UNALLOCATED: Final = 1
NUMBER_INCOMPLETE: Final = 28
CHANNEL_TAKEN: Final = 44
PROTOCOL_TIMERS: Final = frozenset({"T200", "T203"})
LEG_TIMERS: Final = frozenset({"step", "patience", "dead", "ring", "inband"})


class IsdnExchange(Part[ExchangeState]):
    """`farend/exchange/<line>`. Ports: in `load` (PlaceCall), in `line` (LineSeen).

    Owns the events of its HDLC receiver (FRAME, BAD_FRAME), of its parties' sources (SOURCE_DONE) and ears (HEARS).
    Orders: Act `call` (called, calling, plan, hold_cycles, patience_cycles), `hang_up` (party), `dial` (party, digits),
    `restart` (timeslot; 0 or none: all).
    """

    phase = Phase.SIGNAL

    def __init__(self, path: str, host: Host, engine: Engine, config: ExchangeConfig) -> None:
        super().__init__(path, host)
        self.engine = engine
        self.config = config
        self.state = new_state(config)
        self.link = f"{config.line}:{config.d_timeslot}"
        self._by_timeslot = {row.timeslot: index for index, row in enumerate(config.parties)}
        self._by_party = {row.party: index for index, row in enumerate(config.parties)}
        self._by_source = {row.source: index for index, row in enumerate(config.parties)}
        self._by_ear = {row.ear: index for index, row in enumerate(config.parties)}
        self.restored()

    def restored(self) -> None:
        self.lapd = q921.Lapd(self.state.lapd)
        self.q931 = q931.Interface(self.state.q931)

    def start(self) -> None:
        config, engine = self.config, self.engine
        engine.connect(config.far_tx + config.d_timeslot, engine.first_hdlc_cell + config.hdlc_tx)
        engine.hdlc_listen(config.hdlc_rx, config.far_rx + config.d_timeslot)
        self._do(self.lapd.establish())

    # -- what happens ----------------------------------------------------------------------------------------------

    def on_media(self, event: MediaEvent) -> None:
        if event.kind == EV_FRAME:
            self._do(self.lapd.receive(event.octets))
        elif event.kind == EV_BAD_FRAME:
            self.state.bad_frames += 1
        elif event.kind == EV_HEARS:
            self._hears(self._by_ear[event.unit], event)
        else:
            index = self._by_source[event.unit]
            self._act(index, party.spoken(self.state.legs[index].caller, self._plan(index), self.now))

    def on_message(self, port: str, message: PlaceCall | LineSeen) -> None:
        if isinstance(message, PlaceCall):
            self._place(message)
        else:
            self._do(self.lapd.line(message.in_service))

    def on_timer(self, name: str) -> None:
        kind, _, number = name.partition("/")
        if kind in LEG_TIMERS:
            self._leg_timer(kind, int(number))
        elif kind in PROTOCOL_TIMERS:
            self._do(self.lapd.timer(name))
        elif kind == "establish":
            if not self.state.q931.link_up:
                self._do(self.lapd.establish())
        else:
            self._do(self.q931.timer(name))

    def on_order(self, order: Order) -> None:
        assert isinstance(order, Act), f"{self.path} takes no {type(order).__name__}"
        values = order.values
        if order.act == "call":
            self._place(
                PlaceCall(
                    str(values["called"]),
                    str(values.get("calling", "")),
                    str(values.get("plan", "")),
                    int(values.get("hold_cycles", -1)),
                    int(values.get("patience_cycles", -1)),
                )
            )
        elif order.act == "restart":
            timeslot = int(values.get("timeslot", 0))
            self._do(self.q931.restart((timeslot,) if timeslot else None))
        else:
            self._told(order.act, self._by_party[int(values["party"])], str(values.get("digits", "")))

    def _told(self, act: str, index: int, digits: str) -> None:
        """A person is told to do something; without a call there is nothing to do."""
        leg = self.state.legs[index]
        if leg.key:
            self._act(index, party.leave(leg.caller) if act == "hang_up" else party.dial(leg.caller, digits))

    # -- calls -----------------------------------------------------------------------------------------------------

    def _place(self, order: PlaceCall) -> None:
        """One of the subscribers calls; without a channel or a data link the call is refused, and counted."""
        number = q931.Number(order.calling, presentation=0, screening=3 if self.config.side == "network" else 0)
        request = q931.SetupRequest(q931.Number(order.called), number if order.calling else None)
        key, actions = self.q931.setup(request)
        if key is not None:
            self.state.placed += 1
            timeslot = self.state.q931.calls[key].channel
            index = self._begin(key, timeslot, order.plan, order.hold_cycles, order.patience_cycles)
            self.emit(PartyCalls(self.config.parties[index].party, order.calling, order.called))
            self._act(index, party.called(self.state.legs[index].caller))
        self._do(actions)

    def _begin(self, key: int, timeslot: int, plan_name: str, hold: int, patience: int) -> int:
        """A person takes up the telephone: its ear and its mouth are on the timeslot."""
        index = self._by_timeslot[timeslot]
        if self.state.legs[index].key:
            self._end(self.state.legs[index].key, CHANNEL_TAKEN)  # both sides chose it; Q.931 gave it to the other one
        row, plan = self.config.parties[index], self._plan_named(plan_name)
        self.state.legs[index] = Leg(
            key=key,
            began=self.now,
            caller=CallerState(
                plan=plan_name,
                hold=hold if hold >= 0 else self._drawn("hold", plan),
                patience=patience if patience >= 0 else self._drawn("patience", plan),
                reaction=self._drawn("reaction", plan),
                err=plan.wrong_ppm > 0 and below(self.draw("err"), 1_000_000) < plan.wrong_ppm,
            ),
        )
        self.state.by_key[key] = index
        self.engine.ear_listen(row.ear, self.config.far_rx + timeslot)
        self.engine.connect(self.config.far_tx + timeslot, self.engine.first_source_cell + row.source)
        self.emit(PartyPlaced(row.party, self.config.line, timeslot, ""))
        return index

    def _end(self, key: int, cause: int) -> None:
        index = self.state.by_key.pop(key, None)
        if index is None:
            return
        row = self.config.parties[index]
        leg = self.state.legs[index]
        for kind in leg.timers:
            self.stop_timer(f"{kind}/{index}")
        if leg.caller.what != QUIET:
            self.emit(PartyHears(row.party, QUIET, "", self.now))  # the receiver is hung up
        if leg.speaks:
            self.emit(PartySpeaks(row.party, 0))
        self.state.legs[index] = Leg()
        self.engine.ear_listen(row.ear, NONE)
        self.engine.source_idle(row.source)
        self.engine.connect(self.config.far_tx + row.timeslot, CELL_IDLE)
        self.emit(PartyState(row.party, "released", cause))
        self.emit(PartyPlaced(row.party, "", 0, ""))

    def _plan_named(self, name: str) -> Plan:
        return self.config.plans.get(name) or (ANSWERED if name == "answered" else PLAIN)

    def _plan(self, index: int) -> Plan:
        return self._plan_named(self.state.legs[index].caller.plan)

    def _drawn(self, stream: str, plan: Plan) -> int:
        return drawn(getattr(plan, stream), lambda: self.draw(stream))

    # -- people ----------------------------------------------------------------------------------------------------

    def _hears(self, index: int, event: MediaEvent) -> None:
        leg = self.state.legs[index]
        if not leg.key or event.at < leg.began:
            return  # of a call that is over
        what, which = in_words(event.a, event.b, self.config.prompts)
        self.emit(PartyHears(self.config.parties[index].party, what, which, event.at))
        self._act(index, party.heard(leg.caller, self._plan(index), what, which, event.at, self.now))

    def _leg_timer(self, kind: str, index: int) -> None:
        leg = self.state.legs[index]
        leg.timers.remove(kind)
        if kind == "ring":
            self._do(self.q931.connect(leg.key))
        elif kind == "inband":
            self._do(self.q931.release(leg.key, NORMAL_CLEARING))
        else:
            self._act(index, party.timed(leg.caller, self._plan(index), kind, self.now))

    def _act(self, index: int, actions: Sequence[party.Action]) -> None:
        for action in actions:
            _BODY[type(action)](self, index, action)

    def _say(self, index: int, action: party.Say) -> None:
        row, leg = self.config.parties[index], self.state.legs[index]
        if leg.speaks != action.mark:
            leg.speaks = action.mark
            self.emit(PartySpeaks(row.party, int(action.mark)))
        if leg.caller.dialling:
            return  # `spoken` goes on with it
        if action.mark:
            self.engine.source_mark(row.source, row.party)
        else:
            self.engine.source_idle(row.source)

    def _send_digits(self, index: int, action: party.SendDigits) -> None:
        row, step = self.config.parties[index], action.step
        self.emit(PartyDials(row.party, action.digits))
        self.engine.source_digits(
            row.source, action.digits, step.on_cycles, step.off_cycles, step.low_mdbm0, step.high_mdbm0
        )

    def _start_leg_timer(self, index: int, action: party.Timer) -> None:
        self._arm(index, action.name, action.cycles)

    def _stop_leg_timer(self, index: int, action: party.NoTimer) -> None:
        running = self.state.legs[index].timers
        if action.name in running:
            running.remove(action.name)
            self.stop_timer(f"{action.name}/{index}")

    def _arm(self, index: int, kind: str, cycles: int) -> None:
        running = self.state.legs[index].timers
        if kind not in running:
            running.append(kind)
        self.start_timer(f"{kind}/{index}", cycles)

    def _met(self, index: int, _: party.Met) -> None:
        self._tell(index, "talking")

    def _leave(self, index: int, action: party.Leave) -> None:
        leg = self.state.legs[index]
        self._tell(index, action.why, NORMAL_CLEARING)
        clear = self.q931.release if leg.inband else self.q931.disconnect
        self._do(clear(leg.key, NORMAL_CLEARING))

    def _tell(self, index: int, state: str, cause: int = 0) -> None:
        self.emit(PartyState(self.config.parties[index].party, state, cause))

    # -- protocol actions ------------------------------------------------------------------------------------------

    def _do(self, actions: Sequence[Any]) -> None:
        for action in actions:
            handler = _DO.get(type(action))
            if handler is not None:
                handler(self, action)

    def _send_frame(self, action: q921.SendFrame) -> None:
        if not self.engine.hdlc_send(self.config.hdlc_tx, action.octets):
            self.state.frames_lost += 1  # LAPD sends it again

    def _start_protocol_timer(self, action: q921.StartTimer | q931.StartTimer) -> None:
        self.start_timer(action.name, action.cycles)

    def _stop_protocol_timer(self, action: q921.StopTimer | q931.StopTimer) -> None:
        self.stop_timer(action.name)

    def _established(self, _: q921.Established) -> None:
        if not self.state.q931.link_up:
            self.emit(LinkUp(self.link))
        self._do(self.q931.data_link(True))

    def _released(self, _: q921.Released) -> None:
        if self.state.q931.link_up:
            self.emit(LinkDown(self.link))
        self._do(self.q931.data_link(False))
        self.start_timer("establish", RETRY_CYCLES)

    def _data(self, action: q921.Data) -> None:
        self._do(self.q931.receive(action.octets))

    def _send_layer3(self, action: q931.SendL3) -> None:
        self._do(self.lapd.send(action.octets))

    def _establish_link(self, _: q931.EstablishLink) -> None:
        self._do(self.lapd.establish())

    def _violated(self, action: q921.Violation | q931.Violation) -> None:
        self.emit(Violated(self.link, action.clause, action.detail))

    def _refused(self, action: q931.SetupRefused) -> None:
        self.state.refused += 1
        self.emit(PartyState(0, "refused", action.cause))

    # -- a subscriber is called ------------------------------------------------------------------------------------

    def _setup(self, action: q931.SetupInd) -> None:
        self._digits(action.key, action.called.digits, action.sending_complete)

    def _info(self, action: q931.InfoInd) -> None:
        self._digits(action.key, self.state.q931.calls[action.key].called, action.sending_complete)

    def _digits_timeout(self, action: q931.DigitsTimeout) -> None:
        self._do(self.q931.disconnect(action.key, NUMBER_INCOMPLETE))

    def _digits(self, key: int, called: str, complete: bool) -> None:
        subscriber = self.config.subscriber(called)
        if subscriber is not None:
            self._ring(key, subscriber)
        elif complete or not self.config.may_continue(called):
            self._do(self.q931.reject(key, UNALLOCATED))
        else:
            self._do(self.q931.more_info(key))

    def _ring(self, key: int, subscriber: Subscriber) -> None:
        call = self.state.q931.calls[key]
        if subscriber.behaviour == "busy":
            self._do(self.q931.reject(key, USER_BUSY))
            return
        self.state.received += 1
        index = self._begin(key, call.channel, subscriber.plan, -1, 0)
        self._tell(index, "ringing")
        tone = self.config.ring_back
        if tone >= 0:
            self.engine.source_tone(self.config.parties[index].source, tone)
        self._do(self.q931.alerting(key, INBAND if tone >= 0 else None))
        if subscriber.behaviour == "answers":
            self._arm(index, "ring", drawn(subscriber.ring, lambda: self.draw("ring")))

    # -- a call goes on --------------------------------------------------------------------------------------------

    def _alerting(self, action: q931.AlertingInd) -> None:
        index = self.state.by_key.get(action.key)
        if index is not None:
            self._tell(index, "ringing")

    def _connected(self, action: q931.ConnectInd | q931.ConnectedInd) -> None:
        index = self.state.by_key.get(action.key)
        if index is None:
            return
        leg = self.state.legs[index]
        self._tell(index, "connected")
        if isinstance(action, q931.ConnectedInd) and self.config.ring_back >= 0:
            self.engine.source_idle(self.config.parties[index].source)
        self._act(index, party.connected(leg.caller, self._plan(index), self.now))

    def _disconnected(self, action: q931.DisconnectInd) -> None:
        index = self.state.by_key.get(action.key)
        if not action.inband:
            return  # RELEASE has left; the end follows
        if index is None:
            self._do(self.q931.release(action.key, NORMAL_CLEARING))
        else:
            self.state.legs[index].inband = True
            self._arm(index, "inband", INBAND_CYCLES)

    def _call_over(self, action: q931.ReleasedInd) -> None:
        self._end(action.key, action.cause)


_BODY: Final[dict[type, Callable[[IsdnExchange, int, Any], None]]] = {
    party.Say: IsdnExchange._say,
    party.SendDigits: IsdnExchange._send_digits,
    party.Timer: IsdnExchange._start_leg_timer,
    party.NoTimer: IsdnExchange._stop_leg_timer,
    party.Leave: IsdnExchange._leave,
    party.Met: IsdnExchange._met,
}
_DO: Final[dict[type, Callable[[IsdnExchange, Any], None]]] = {
    q921.SendFrame: IsdnExchange._send_frame,
    q921.StartTimer: IsdnExchange._start_protocol_timer,
    q921.StopTimer: IsdnExchange._stop_protocol_timer,
    q921.Established: IsdnExchange._established,
    q921.Released: IsdnExchange._released,
    q921.Data: IsdnExchange._data,
    q921.Violation: IsdnExchange._violated,
    q931.SendL3: IsdnExchange._send_layer3,
    q931.EstablishLink: IsdnExchange._establish_link,
    q931.StartTimer: IsdnExchange._start_protocol_timer,
    q931.StopTimer: IsdnExchange._stop_protocol_timer,
    q931.Violation: IsdnExchange._violated,
    q931.SetupRefused: IsdnExchange._refused,
    q931.SetupInd: IsdnExchange._setup,
    q931.InfoInd: IsdnExchange._info,
    q931.DigitsTimeout: IsdnExchange._digits_timeout,
    q931.AlertingInd: IsdnExchange._alerting,
    q931.ConnectInd: IsdnExchange._connected,
    q931.ConnectedInd: IsdnExchange._connected,
    q931.DisconnectInd: IsdnExchange._disconnected,
    q931.ReleasedInd: IsdnExchange._call_over,
}
"""Indications without a row change nothing here: PROCEEDING and the like; a restart releases its calls one by one."""
