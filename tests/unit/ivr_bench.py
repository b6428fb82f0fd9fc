"""An IVR alone: everybody else of the platform, and the switch, is one toy that answers as a test says."""

from __future__ import annotations

from typing import Any

from kernel_toys import counted

from switchsim.callcentre.ivr import Ivr, IvrConfig
from switchsim.callcentre.ivr.flow import (
    Answer,
    AnyBlock,
    Flow,
    HangUpBlock,
    LookUpBlock,
    Menu,
    Play,
    Queue,
    Transfer,
    pack,
)
from switchsim.kernel.journal import Journal
from switchsim.kernel.ports import Wire
from switchsim.kernel.prng import Streams
from switchsim.kernel.scheduler import Kernel, NoMedia
from switchsim.model.cti import (
    AllBegins,
    AllTold,
    CallBegan,
    ChannelFreed,
    HangUp,
    Ordered,
    Redirect,
    RefuseFlow,
    TellAll,
    Told,
    Wanted,
)
from switchsim.model.event import Event
from switchsim.model.order import Act, Heal, Inject, Order
from switchsim.model.part import Part, State
from switchsim.model.platform import (
    AnyBody,
    ChannelGiven,
    ChannelWanted,
    CtiUp,
    FileGiven,
    FileWanted,
    FlowStart,
    Heartbeat,
    Letter,
    LookedUp,
    LookUp,
    Register,
    Registered,
    VoiceDigit,
    VoiceDone,
    VoicePlay,
)
from switchsim.model.platform_events import FlowChanged, LampShown
from switchsim.units import ms, seconds

IVR = "callcentre/ivr/0"
PLAY_CYCLES = ms(200)
CHANNEL = 3
LEAVING: dict[type, str] = {Redirect: "redirected", HangUp: "hangup", RefuseFlow: "redirected"}


class NoState(State):
    pass


class Rest(Part[NoState]):
    """CTI-LINK, both CCS, two VPs, aplogic and the file server. What the IVR wrote stands in `letters`."""

    def __init__(self, kernel: Kernel, flows: dict[str, bytes]) -> None:
        super().__init__("rest", kernel)
        self.state = NoState()
        self.flows = flows
        self.letters: list[tuple[int, str, Any]] = []
        self.results: dict[str, str] = {}  # kind of order -> what it answers; `` nothing
        self.free = {"vp/0": True, "vp/1": True}
        self.answers: dict[str, LookedUp | None] = {}
        self.calls = [7]
        self.serial = 0
        self.beats = self.links = True  # somebody beats at all; CTI-LINK does
        self.playing = ("", -1)
        self.lender = ""  # the VP whose channel the call has

    def start(self) -> None:
        for name in ("vp/0", "vp/1"):
            self.write(name, Register("vp", ()))
        self.start_timer("beat", ms(1_000))

    def write(self, sender: str, body: AnyBody) -> None:
        self.send("out", Letter("ivr/0", sender, body))

    def tell(self, event: Any) -> None:
        self.serial = 1 if isinstance(event, AllBegins) else self.serial + 1
        self.write("cti_link", Told(self.serial, self.now, event))

    def all(self) -> None:
        self.tell(AllBegins("ivr/0"))
        for call in self.calls:
            self.tell(CallBegan(call, "in", "13800138000", "10060", "10060", 0))
        self.tell(AllTold("ivr/0"))

    def on_timer(self, name: str) -> None:
        if name == "beat":
            self.start_timer("beat", ms(1_000))
            if self.beats and self.links:
                self.write("cti_link", Heartbeat("", 0))
            if self.beats:
                self.write("ccs/a", Heartbeat("active", 0))
                for vp in self.free:
                    self.write(vp, Heartbeat("", 0))
        else:
            self.done("end")

    def done(self, why: str, what: str = "play", text: str = "") -> None:
        self.stop_timer("played")
        (name, channel), self.playing = self.playing, ("", -1)
        self.write(name or self.lender, VoiceDone(CHANNEL if channel < 0 else channel, what, why, text, 0))

    def on_message(self, port: str, message: Any) -> None:
        to, body = message.to, message.body
        self.letters.append((self.now, to, body))
        match body:
            case Register() if to == "ccs/a" or (to == "cti_link" and self.links):
                self.write(to, Registered())
                if to == "cti_link":
                    self.write(to, CtiUp(True))
                    self.all()
            case FileWanted(folder, name):
                octets = self.flows.get(name)
                self.write(to, FileGiven(folder, name, octets is not None, octets or b""))
            case ChannelWanted(call):
                free = self.free[to]
                self.lender = to if free else self.lender
                self.write(to, ChannelGiven(call, CHANNEL if free else -1, "vp-0" if free else "", 4 if free else -1))
            case VoicePlay(channel):
                if self.playing[0]:
                    self.done("stopped")
                self.playing = (to, channel)
                self.start_timer("played", PLAY_CYCLES)
            case LookUp(query, statement):
                answer = self.answers.get(statement)
                if answer is not None:
                    self.write(to, LookedUp(query, answer.result, answer.text, answer.row))
            case Wanted(body=TellAll()):
                self.all()
            case Wanted(sender, order, wanted):
                self._ordered(sender, order, wanted)

    def _ordered(self, sender: str, order: int, wanted: Any) -> None:
        result = self.results.get(type(wanted).__name__, "ok")
        if result == "ok" and type(wanted) in LEAVING:
            self.tell(ChannelFreed(wanted.call, "vp-0", 4, LEAVING[type(wanted)]))
        if result:
            self.tell(Ordered(sender, order, result, wanted.call))


class Bench:
    """The IVR with one flow, loaded and registered."""

    def __init__(self, *flows: Flow, most_calls: int = 4, missing: bool = False) -> None:
        self.events: list[Event] = []
        self.kernel = Kernel(NoMedia(), Journal(lambda _: None, lambda _: None), Streams(1, counted))
        self.rest = Rest(self.kernel, {} if missing else {f"{flow.name}.yaml": pack(flow) for flow in flows})
        self.ivr = Ivr(IVR, self.kernel, IvrConfig(
            ccs=("ccs/a", "ccs/b"), voices=("vp/0", "vp/1"), flows=tuple(f"{flow.name}.yaml" for flow in flows),
            files=("file_server",), database="aplogic", watchers=("mds",), most_calls=most_calls))  # fmt: skip
        self.kernel.add(self.rest)
        self.kernel.add(self.ivr)
        self.kernel.connect("rest", "out", Wire(IVR, "comm", (Letter,), latency_cycles=8))
        self.kernel.connect(IVR, "comm", Wire("rest", "in", (Letter,), latency_cycles=8))
        self.kernel.observers.append(lambda now, place, event: self.events.append(event))
        self.kernel.power_on()
        self.run(ms(100))

    def run(self, cycles: int) -> None:
        self.kernel.run(self.kernel.now + cycles)

    def start(self, flow: str, call: int = 7) -> None:
        self.rest.write("ccs/a", FlowStart(call, flow, "10060", "13800138000"))
        self.run(ms(20))

    def press(self, digit: str) -> None:
        """A key: told, and what plays is cut short by it."""
        self.rest.write(self.rest.lender, VoiceDigit(CHANNEL, digit))
        if self.rest.playing[0]:
            self.rest.done("digit", text=digit)
        self.run(ms(20))

    def order(self, order: Order) -> None:
        self.kernel.order(self.kernel.now, IVR, order)
        self.run(ms(20))

    def fault(self, point: str, **values: str | int) -> None:
        self.order(Inject("1", point, dict(values)))

    def heal(self, point: str) -> None:
        self.order(Heal("1", point, {}))

    def kill(self, call: int = 7) -> None:
        self.order(Act("kill_flow", {"call": call}))

    def wrote(self, kind: type) -> list[Any]:
        """Letters of the IVR of that kind; of orders, the orders themselves."""
        bodies = [body.body if isinstance(body, Wanted) else body for _, _, body in self.rest.letters]
        return [body for body in bodies if isinstance(body, kind)]

    def way(self, call: int = 7) -> list[str]:
        """Blocks and states of the call, in order."""
        rows = [event for event in self.events if isinstance(event, FlowChanged) and event.call == call]
        return [event.block if event.state == "at" else event.state for event in rows]

    def lamps(self) -> list[tuple[str, str]]:
        return [(event.about, event.colour) for event in self.events if isinstance(event, LampShown)]


HOTLINE = Flow("hotline", "answer", {
    "answer": Answer("welcome"),
    "welcome": Play(("welcome",), "menu"),
    "menu": Menu(("menu",), {"1": "sales", "2": "service"}, seconds(1), 2, "service"),
    "sales": Queue("sales", ""),
    "service": Queue("service", ""),
})  # fmt: skip


def flow(start: AnyBlock, **more: AnyBlock) -> Flow:
    return Flow("small", "a", {"a": start, "bye": HangUpBlock(16), "alas": HangUpBlock(31), **more})


def run(one: Flow, cycles: int = ms(300)) -> Bench:
    bench = Bench(one)
    bench.start(one.name)
    bench.run(cycles)
    return bench


FIND = LookUpBlock("customer", {"number": "${calling}"}, "who", "found", "empty", "failed", ms(500))
LOOKS = {"found": Transfer("${who.desk}", ""), "empty": HangUpBlock(1), "failed": HangUpBlock(41)}
