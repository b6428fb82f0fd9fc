"""The ISDN exchange at the far end of a line: its D channel, and what calls mean to its subscribers.

Real frames leave and arrive over the D timeslot through the native core's HDLC channels, real speech over the others.
The exchange is either side of the interface: the network that the machine is connected to, or a private exchange.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

from switchsim.dsp.engine import EV_BAD_FRAME, EV_FRAME, EV_HEARS, Engine
from switchsim.farend.chance import drawn
from switchsim.farend.exchange import ExchangeConfig, ExchangeState, Subscriber, new_state
from switchsim.farend.telephones import NORMAL_CLEARING, Telephones
from switchsim.model.events import LinkDown, LinkUp, PartyCalls, PartyState, Violated
from switchsim.model.messages import LineSeen, PlaceCall
from switchsim.model.order import Act, Order
from switchsim.model.part import Host, MediaEvent, Part
from switchsim.model.phase import Phase
from switchsim.proto import q921, q931
from switchsim.units import seconds

INBAND_CYCLES: Final = seconds(20)
"""So long a person listens to a tone after DISCONNECT, at most; below the network's T306 of 30 s."""

INBAND: Final = 8  # Q.931 progress description
UNALLOCATED: Final = 1  # Q.850
USER_BUSY: Final = 17
NUMBER_INCOMPLETE: Final = 28
VERIFIED: Final = 3  # Q.931 screening indicator: network provided
LINK_TIMERS: Final = frozenset({"T200", "T203"})
PERSON_TIMERS: Final = frozenset({"step", "patience", "dead", "ring", "inband"})


class IsdnExchange(Part[ExchangeState]):
    """`farend/exchange/<line>`. Ports: in `load` (PlaceCall), in `line` (LineSeen).

    Owns the events of its HDLC receiver (FRAME, BAD_FRAME), of its parties' sources (SOURCE_DONE) and ears (HEARS).
    Orders: Act `call` (called, calling, plan, hold_cycles, patience_cycles), `hang_up` (party), `dial` (party, digits),
    `restart` (timeslot; 0 or none: all), `frame` (octets: one LAPD frame past the data link, hexadecimal).
    """

    phase = Phase.SIGNAL
    acts: ClassVar[frozenset[str]] = frozenset({"call", "restart", "hang_up", "dial"})  # that a scenario can name

    def __init__(self, path: str, host: Host, engine: Engine, config: ExchangeConfig) -> None:
        super().__init__(path, host)
        self.engine = engine
        self.config = config
        self.state = new_state(config)
        self.link = f"{config.line}:{config.d_timeslot}"
        self.telephones = Telephones(self, engine, config, self._hang_up)
        self.restored()

    def restored(self) -> None:
        self.lapd = q921.Lapd(self.state.lapd)
        self.q931 = q931.Interface(self.state.q931)

    def start(self) -> None:
        config, engine = self.config, self.engine
        engine.connect(config.d_speaks, engine.first_hdlc_cell + config.hdlc_tx)
        engine.hdlc_listen(config.hdlc_rx, config.d_hears)
        self._do(self.lapd.establish())

    # -- what happens ------------------------------------------------------------------------------------------------

    def on_media(self, event: MediaEvent) -> None:
        if event.kind == EV_FRAME:
            self._do(self.lapd.receive(event.octets))
        elif event.kind == EV_HEARS:
            self.telephones.hears(event)
        elif event.kind == EV_BAD_FRAME:
            self.state.bad_frames += 1
        else:
            self.telephones.spoken(event.unit)

    def on_message(self, port: str, message: PlaceCall | LineSeen) -> None:
        if isinstance(message, PlaceCall):
            self._place(message)
        else:
            self._do(self.lapd.line(message.in_service))

    def on_timer(self, name: str) -> None:
        kind, _, number = name.partition("/")
        if kind in PERSON_TIMERS:
            self._person_timer(kind, int(number))
        elif kind in LINK_TIMERS:
            self._do(self.lapd.timer(name))
        else:
            self._do(self.q931.timer(name))

    def on_order(self, order: Order) -> None:
        assert isinstance(order, Act), f"{self.path} takes no {type(order).__name__}"
        values = order.values
        if order.act == "call":
            number, calling, plan = (str(values.get(name, "")) for name in ("called", "calling", "plan"))
            hold, patience = (int(values.get(name, -1)) for name in ("hold_cycles", "patience_cycles"))
            self._place(PlaceCall(number, calling, plan, hold, patience))
        elif order.act == "frame":
            self._send_frame(q921.SendFrame(bytes.fromhex(str(values["octets"]))))
        elif order.act == "restart":
            timeslot = int(values.get("timeslot", 0))
            self._do(self.q931.restart((timeslot,) if timeslot else None))
        else:
            self.telephones.told(int(values["party"]), order.act, str(values.get("digits", "")))

    # -- calls -------------------------------------------------------------------------------------------------------

    def _place(self, order: PlaceCall) -> None:
        """One of the subscribers calls; without a channel or a data link the call is refused, and counted."""
        screening = VERIFIED if self.config.side == "network" else 0
        number = q931.Number(order.calling, presentation=0, screening=screening) if order.calling else None
        key, actions = self.q931.setup(q931.SetupRequest(q931.Number(order.called), number))
        if key is not None:
            self.state.placed += 1
            timeslot = self.state.q931.calls[key].channel
            index = self.telephones.by_place[self.config.line, timeslot]
            self.telephones.take_up(key, index, order.plan, order.hold_cycles, order.patience_cycles)
            self.emit(PartyCalls(self.config.parties[index].party, order.calling, order.called))
            self.telephones.waits(index)
        self._do(actions)

    def _hang_up(self, index: int) -> None:
        leg = self.state.legs[index]
        clear = self.q931.release if leg.inband else self.q931.disconnect
        self._do(clear(leg.key, NORMAL_CLEARING))

    def _person_timer(self, kind: str, index: int) -> None:
        leg = self.state.legs[index]
        leg.timers.remove(kind)
        if kind == "ring":
            self._do(self.q931.connect(leg.key))
        elif kind == "inband":
            self._do(self.q931.release(leg.key, NORMAL_CLEARING))
        else:
            self.telephones.timed(index, kind)

    # -- protocol actions --------------------------------------------------------------------------------------------

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
        self._do(self.q931.data_link(False))  # asks for the link again at once

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

    # -- a subscriber is called --------------------------------------------------------------------------------------

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
        index = self.telephones.by_place[self.config.line, call.channel]
        self.telephones.take_up(key, index, subscriber.plan, patience=0)
        self.telephones.tell(index, "ringing")
        tone = self.config.ring_back
        if tone >= 0:
            self.engine.source_tone(self.config.parties[index].source, tone)
        self._do(self.q931.alerting(key, INBAND if tone >= 0 else None))
        if subscriber.behaviour == "answers":
            self.telephones.arm(index, "ring", drawn(subscriber.ring, lambda: self.draw("ring")))

    # -- a call goes on: indications of calls that have no telephone any more (their channel was taken) change nothing

    def _alerting(self, action: q931.AlertingInd) -> None:
        index = self.state.by_key.get(action.key)
        if index is not None:
            self.telephones.tell(index, "ringing")

    def _answered(self, action: q931.ConnectInd) -> None:
        index = self.state.by_key.get(action.key)
        if index is not None:
            self.telephones.connected(index)

    def _answer_arrived(self, action: q931.ConnectedInd) -> None:
        index = self.state.by_key.get(action.key)
        if index is not None:
            if self.config.ring_back >= 0:
                self.engine.source_idle(self.config.parties[index].source)
            self.telephones.connected(index)

    def _disconnected(self, action: q931.DisconnectInd) -> None:
        """Without a tone RELEASE has left already, and the end follows."""
        index = self.state.by_key.get(action.key)
        if action.inband and index is not None:
            self.state.legs[index].inband = True
            self.telephones.arm(index, "inband", INBAND_CYCLES)
        elif action.inband:
            self._do(self.q931.release(action.key, NORMAL_CLEARING))

    def _call_over(self, action: q931.ReleasedInd) -> None:
        self.telephones.put_down(action.key, action.cause)


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
    q931.ConnectInd: IsdnExchange._answered,
    q931.ConnectedInd: IsdnExchange._answer_arrived,
    q931.DisconnectInd: IsdnExchange._disconnected,
    q931.ReleasedInd: IsdnExchange._call_over,
}
"""Indications without a row change nothing here: PROCEEDING and the like; a restart releases its calls one by one."""
