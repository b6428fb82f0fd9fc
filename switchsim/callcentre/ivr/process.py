"""`callcentre/ivr/<n>`: an IVR. A CCS gives it calls for the flows that it has loaded; VPs lend it their channels."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import msgspec

from switchsim.callcentre.application import NO_ANSWER, CtiApplication
from switchsim.callcentre.ccs.state import CallData
from switchsim.callcentre.ivr import blocks
from switchsim.callcentre.ivr.flow import LookUpBlock, unpack
from switchsim.callcentre.ivr.state import FlowCall, IvrConfig, IvrState
from switchsim.callcentre.ivr.voices import Voices
from switchsim.callcentre.process import HEARTBEAT_CYCLES, LOST_AFTER, Watched, heard, missed
from switchsim.model.cti import (
    AllTold,
    AnyCtiOrder,
    CallEnded,
    ChannelFreed,
    Ordered,
    RefuseFlow,
)
from switchsim.model.order import Act, Heal, Inject, Order
from switchsim.model.part import Host
from switchsim.model.platform import (
    Application,
    ChannelBack,
    ChannelGiven,
    FileGiven,
    FileWanted,
    FlowStart,
    FlowTaken,
    Heartbeat,
    LookedUp,
    LookUp,
    Register,
    Registered,
    VoiceCollect,
    VoiceDigit,
    VoiceDone,
    VoicePlay,
    VoiceRecord,
)
from switchsim.model.platform_events import FlowChanged, LampShown

SERVICE: Final = "SERVICE"
ACTIVE: Final = "active"


class Ivr(CtiApplication[IvrState]):
    """Port `comm`. Fault point of its own: hang_block (`flow`, `block`: names, `` every one): calls that are or come
    there hang. Order of its own: Act kill_flow (`call`), which ends a flow; the switch goes on with the call.
    """

    what: ClassVar[str] = "ivr"

    def __init__(self, path: str, host: Host, config: IvrConfig) -> None:
        self.config = config
        self.lent = Voices(self)
        super().__init__(path, host)

    def fresh(self) -> IvrState:
        return IvrState(missing=list(self.config.flows))

    def offers(self) -> tuple[str, ...]:
        return tuple(self.state.flows)

    def app_started(self) -> None:
        self.state.beaten = self.now
        for name in self.config.voices:
            self.write(name, Register(self.what, ()))
        self._load()

    def stopped(self) -> None:
        for call in self.state.calls.values():
            self._lamp(call, "off")

    def outlives(self, before: IvrState) -> None:
        """What makes blocks hang is no matter of its memory; no answer to a query of a former life meets another."""
        self.state.hangs, self.state.next_query = before.hangs, before.next_query

    # -- its flows, and who knows of them ------------------------------------------------------------------------

    @property
    def active(self) -> str:
        """The active CCS, as far as is known here; `` none."""
        rows = self.state.ccs.items()
        return next((name for name, row in rows if row.alive and row.role == ACTIVE), "")

    def _load(self) -> None:
        """Ask for the files that are missing: the active CCS first, whose folder it is, then whoever else has it."""
        sources = [*([self.active] if self.active else []), *self.config.files]
        if sources:
            source = sources[self.state.loads % len(sources)]
            self.state.loads += 1
            for name in self.state.missing:
                self.write(source, FileWanted(SERVICE, name))

    def _file(self, body: FileGiven) -> None:
        if not body.found or body.name not in self.state.missing:
            return
        flow = unpack(body.octets)
        if flow is None:
            self.emit(FlowChanged(0, body.name, "", "damaged"))
            return
        self.state.missing.remove(body.name)
        self.state.flows[flow.name] = flow
        self.emit(FlowChanged(0, flow.name, "", "loaded"))
        self._register_flows()

    def _register_flows(self) -> None:
        self.state.known_to = []
        for name in self.config.ccs:
            self.write(name, Register(self.what, self.offers()))

    def beat_others(self) -> None:
        for name in (*self.config.voices, *self.config.ccs, *self.config.watchers):
            self.write(name, Heartbeat("", 0))
        for name in self.config.voices:
            self.write(name, self.lent.held(name))

    def timer(self, name: str) -> None:
        if name == "cti/beat":
            self._look_round()
        super().timer(name)

    def _look_round(self) -> None:
        """Once a second: who has gone. One who has been away himself for too long has been given up by everybody."""
        away, self.state.beaten = self.now - self.state.beaten, self.now
        if away > LOST_AFTER * HEARTBEAT_CYCLES:
            self._give_up()
        for name in self.config.ccs:
            if missed(self.state.ccs.setdefault(name, Watched()), self.now) and name in self.state.known_to:
                self.state.known_to.remove(name)
            if name not in self.state.known_to:
                self.write(name, Register(self.what, self.offers()))
        for name, row in self.state.voices.items():
            if missed(row, self.now):
                self.lent.lost(name)
        if self.state.missing:
            self._load()

    # -- letters -------------------------------------------------------------------------------------------------

    def app_letter(self, sender: str, body: Any) -> None:
        match body:
            case Heartbeat() if sender in self.config.ccs:
                heard(self.state.ccs.setdefault(sender, Watched()), body, self.now)
            case Registered() if sender in self.config.ccs:
                heard(self.state.ccs.setdefault(sender, Watched()), Heartbeat("", 0), self.now)
                if sender not in self.state.known_to:
                    self.state.known_to.append(sender)
            case Heartbeat() if sender in self.config.voices:
                heard(self.state.voices.setdefault(sender, Watched()), body, self.now)
            case Register() if sender in self.config.voices:
                heard(self.state.voices.setdefault(sender, Watched()), Heartbeat("", 0), self.now)
                self.lent.lost(sender)
            case FileGiven():
                self._file(body)
            case FlowStart():
                self._flow_start(sender, body)
            case ChannelGiven():
                self.lent.given(sender, body)
            case VoiceDone() | VoiceDigit():
                self.lent.heard(sender, body)
            case LookedUp():
                self._looked_up(body)

    def _flow_start(self, sender: str, body: FlowStart) -> None:
        known = self.state.calls.get(body.call)
        if known is not None:
            self.write(sender, FlowTaken(body.call, True, ""))
        elif body.flow not in self.state.flows:
            self.write(sender, FlowTaken(body.call, False, "flow not loaded"))
        elif len(self.state.calls) >= self.config.most_calls:
            self.write(sender, FlowTaken(body.call, False, "too many calls"))
        else:
            start = {"call": str(body.call), "calling": body.calling, "number": body.number, "flow": body.flow}
            call = FlowCall(call=body.call, flow=body.flow, asker=sender, variables=start, voices=self.lent.live())
            self.state.calls[body.call] = call
            self.lent.seize(call)

    # -- what blocks ask for -------------------------------------------------------------------------------------

    def voice(self, call: FlowCall, body: VoicePlay | VoiceRecord | VoiceCollect) -> None:
        """Order something from the VP; VoiceDone comes of everything but VoiceCollect."""
        call.open += not isinstance(body, VoiceCollect)
        self.write(call.voice, body)

    def order_for(self, call: FlowCall, body: AnyCtiOrder) -> None:
        self.order_switch(body, str(call.call))

    def leave(self, call: FlowCall, body: AnyCtiOrder) -> None:
        """An order that ends the flow; the one who deals with the call next gets what the flow found out."""
        call.stage = "leaving"
        values = {name: call.variables[name] for name in call.own}
        if values:
            octets = msgspec.msgpack.encode(CallData(call.call, values))
            self.write(self.active or call.asker, Application("call_data", octets))
        self.order_for(call, body)

    def look_up(self, call: FlowCall, block: LookUpBlock, parameters: dict[str, str]) -> None:
        call.query, self.state.next_query = self.state.next_query, self.state.next_query + 1
        self.state.queries[call.query] = call.call
        self.write(self.config.database, LookUp(call.query, block.statement, parameters))
        self.wait(call, block.wait)

    def remember(self, call: FlowCall, name: str, value: str) -> None:
        if name not in call.own:
            call.own.append(name)
        call.variables[name] = value

    def wait(self, call: FlowCall, cycles: int) -> None:
        """Let the block wait so long from now on; 0: no more."""
        if cycles:
            self.start_timer(f"block/{call.call}", cycles)
        else:
            self.stop_timer(f"block/{call.call}")

    def go(self, call: FlowCall, name: str) -> None:
        """Begin a block."""
        call.block = name
        self.emit(FlowChanged(call.call, call.flow, name, "at"))
        here = (f"{call.flow}/{name}", f"{call.flow}/", f"/{name}", "/")
        if any(where in here for where in self.state.hangs.values()):
            self._hang(call)
            return
        block = self.state.flows[call.flow].blocks[name]
        blocks.BEGIN[type(block)](self, call, block)

    # -- the end of a flow ---------------------------------------------------------------------------------------

    def refuse(self, call: FlowCall) -> None:
        """The flow can not go on: the switch goes on with the service."""
        self.order_switch(RefuseFlow(call.call))
        self.end(call, "refused")

    def end(self, call: FlowCall, state: str) -> None:
        """Forget the call, and give its channel back."""
        self.state.calls.pop(call.call, None)
        self.state.queries.pop(call.query, None)
        self.stop_timer(f"block/{call.call}")
        self.stop_timer(f"seize/{call.call}")
        if call.channel >= 0:
            self.write(call.voice, ChannelBack(call.channel))
        self._lamp(call, "off")
        self.emit(FlowChanged(call.call, call.flow, call.block, state))

    # -- what the switch tells -----------------------------------------------------------------------------------

    def told(self, event: Any, at: int) -> None:
        if isinstance(event, ChannelFreed | CallEnded):
            call = self.state.calls.get(event.call)
            early = call is not None and call.stage in ("seizing", "detaching")
            if call is not None and (not early or isinstance(event, CallEnded)):
                self.end(call, "ended")
        elif isinstance(event, AllTold):
            for call in list(self.state.calls.values()):
                known = self.state.switch.calls.get(call.call)
                if known is None or known.queue or len(known.legs) > 1:
                    self.end(call, "ended")
                elif call.held:
                    self._order_again(call)

    def reach(self, up: bool) -> None:
        """The switch is out of reach, and goes on with its calls alone. When only CTI-LINK is away, flows go on."""
        if not up and self.state.registered:
            self._give_up()

    def _give_up(self) -> None:
        for call in list(self.state.calls.values()):
            self.end(call, "ended")

    def _order_again(self, call: FlowCall) -> None:
        call.held = False
        if call.stage in ("attaching", "detaching"):
            self.lent.attach(call)
        else:
            call.stage = "running"
            self.go(call, call.block)

    def ordered(self, note: str, event: Ordered) -> None:
        call = self.state.calls.get(int(note)) if note else None
        if call is None:
            return
        if event.result == NO_ANSWER:
            call.held = True
            if self.state.reachable and self.state.switch.complete and not call.hung:
                self._order_again(call)  # only its letter, or the answer's, was lost: no AllTold will come
        elif call.stage == "attaching":
            self.lent.attached(call, event.result)
        elif call.stage == "detaching":
            self.lent.attach(call) if event.result == "ok" else self.end(call, "ended")
        elif not call.hung:
            blocks.ordered(self, call, self.state.flows[call.flow].blocks[call.block], event)

    def _looked_up(self, body: LookedUp) -> None:
        call = self.state.calls.get(self.state.queries.pop(body.query, 0))
        if call is not None and call.query == body.query and not call.hung:
            blocks.looked_up(self, call, self.state.flows[call.flow].blocks[call.block], body)

    def app_timer(self, name: str) -> None:
        what, _, number = name.partition("/")
        call = self.state.calls.get(int(number))
        if call is None:
            return
        if what == "seize":
            self.lent.seize(call)
        elif not call.hung:
            blocks.waited(self, call, self.state.flows[call.flow].blocks[call.block])

    # -- blocks that hang ----------------------------------------------------------------------------------------

    def _hang(self, call: FlowCall) -> None:
        call.hung = True
        self.state.hung += 1
        self.emit(FlowChanged(call.call, call.flow, call.block, "hung"))
        self._lamp(call, "blue")

    def _lamp(self, call: FlowCall, colour: str) -> None:
        """The ball of a call-control block on the monitor; blue: it hangs."""
        if call.hung:
            self.emit(LampShown(f"flow/{call.call}", colour))

    def fault(self, order: Inject) -> str:
        if order.point != "hang_block":
            return super().fault(order)
        flow, block = str(order.values.get("flow", "")), str(order.values.get("block", ""))
        self.state.hangs[order.fault] = f"{flow}/{block}"
        for call in self.state.calls.values():
            if call.stage == "running" and not call.hung and flow in ("", call.flow) and block in ("", call.block):
                self._hang(call)
        return f"blocks {block or '*'} of flows {flow or '*'} hang"

    def undo(self, order: Heal) -> None:
        """What hangs already goes on hanging."""
        self.state.hangs.pop(order.fault, None)

    def order(self, order: Order) -> None:
        if not isinstance(order, Act) or order.act != "kill_flow":
            super().order(order)
            return
        number = str(order.values["call"])
        call = next((one for one in self.state.calls.values() if str(one.call) == number), None)
        if call is not None and self.running:
            self.order_switch(RefuseFlow(call.call))
            self.end(call, "killed")
