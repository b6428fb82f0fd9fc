"""The AGI client alone, with a toy switch, a toy voice processor and an IVR server played by hand."""

from __future__ import annotations

from typing import Any

from switchsim.callcentre.agi import AgiClient, AgiConfig
from switchsim.model.cti import (
    AllBegins,
    AllTold,
    AnswerCaller,
    AttachChannel,
    CallBegan,
    CallEnded,
    ChannelFreed,
    FlowAsked,
    HangUp,
    LegChanged,
    Ordered,
    Redirect,
    RefuseFlow,
    Told,
    Wanted,
)
from switchsim.model.order import Inject, Outside
from switchsim.model.outside import AgiTarget, Out, pack_in, unpack_out
from switchsim.model.platform import (
    ChannelBack,
    ChannelGiven,
    ChannelsHeld,
    ChannelWanted,
    CtiUp,
    Heartbeat,
    Letter,
    Registered,
    VoiceCollect,
    VoiceDigit,
    VoiceDone,
    VoicePlay,
    VoiceRecord,
    VoiceStop,
)
from switchsim.model.platform_events import ApplicationChanged, InputRefused, RequestTaken
from switchsim.units import seconds

SOUNDS = {"welcome": 8000, "menu": 16000, "beep": 800, **{f"digits/{number}": 4000 for number in range(21)}}
"""Lengths in octets."""
MENU = AgiTarget(hosts=(("ivr-a", 4573), ("::1", 4574)), script="menu", url="agi://ivr-a,[::1]:4574/menu")
SALES = AgiTarget(number="10061", hosts=(("ivr-b", 4573),), script="sales", url="agi://ivr-b/sales")
CONFIG = AgiConfig(targets=(MENU, SALES), voices=("vp/0", "vp/1"), sounds=tuple(SOUNDS))


class Bench:
    """`refusals`: order class -> result that the switch gives instead of ok; `held`: orders that it leaves unanswered;
    `silent`: VPs that do not answer; `full`: VPs without a channel."""

    def __init__(self, config: AgiConfig = CONFIG, *, start: bool = True) -> None:
        self.now = 0
        self.timers: dict[str, int] = {}
        self.events: list[Any] = []
        self.letters: list[tuple[str, Any]] = []
        self.serial = 0
        self.link = True  # CTI-LINK lives
        self.refusals: dict[type, str] = {}
        self.held: set[type] = set()
        self.unanswered: list[Wanted] = []
        self.silent: set[str] = set()
        self.full: set[str] = set()
        self.playing: dict[tuple[str, int], tuple[int, str, str]] = {}  # channel -> due, stops, what
        self.began: dict[tuple[str, int], int] = {}
        self.free = dict.fromkeys(config.voices, 0)
        self.orders: list[Any] = []
        self.attached = AttachChannel(0, "", -1)
        self.recorded = VoiceRecord(-1, "", 0, 0, "", False)
        self.given_back: list[tuple[str, int]] = []
        self.said: dict[int, str] = {}
        self.told_held: dict[str, list[ChannelsHeld]] = {name: [] for name in config.voices}
        self.dialled: list[tuple[int, str]] = []
        self.closed: list[int] = []
        self.agi = AgiClient("callcentre/agi", self, config)
        if start:
            self.agi.start()
            self.write("cti_link", Registered())
            self.write("cti_link", CtiUp(True))
            self.tell(AllBegins("agi"), AllTold("agi"))

    # -- the kernel ----------------------------------------------------------------------------------------------

    def emit(self, place: str, event: Any) -> None:
        self.events.append(event)

    def send(self, place: str, port: str, message: Letter) -> bool:
        self.letters.append((message.to, message.body))
        return True

    def start_timer(self, place: str, name: str, cycles: int) -> None:
        self.timers[name] = self.now + cycles

    def stop_timer(self, place: str, name: str) -> None:
        self.timers.pop(name, None)

    def timers_of(self, place: str) -> list[str]:
        return list(self.timers)

    def draw(self, stream: str) -> int:
        raise AssertionError("the AGI client throws no dice")

    def write(self, sender: str, body: Any) -> None:
        self.agi.on_message("comm", Letter("agi", sender, body))
        self._serve()

    def run(self, cycles: int) -> None:
        """Let time pass."""
        end = self.now + cycles
        while True:
            timer = min(self.timers.items(), key=lambda item: item[1], default=("", end + 1))
            sound = min(self.playing.items(), key=lambda item: item[1][0], default=(("", -1), (end + 1, "", "")))
            if min(timer[1], sound[1][0]) > end:
                self.now = end
                return
            if timer[1] <= sound[1][0]:
                self.now = timer[1]
                del self.timers[timer[0]]
                if timer[0] == "cti/beat" and self.link:
                    self.write("cti_link", Heartbeat("", 0))
                self.agi.on_timer(timer[0])
                self._serve()
            else:
                self.now = sound[1][0]
                self._voice_done(sound[0], "limit" if sound[1][2] == "record" else "end")

    # -- the switch and the VPs ----------------------------------------------------------------------------------

    def _serve(self) -> None:
        """Take what the part has sent, until it says nothing more."""
        while self.letters or self.agi.has_output:
            letters, self.letters = self.letters, []
            for to, body in letters:
                if to in self.free:
                    self._vp(to, body)
                elif isinstance(body, Wanted) and body.order:
                    self._switch(body)
            for item in self.agi.take_outbox():
                self.item(item)

    def item(self, item: bytes) -> None:
        """What the part wants of its adaptor."""
        what, connection, payload = unpack_out(item)
        if what == Out.CONNECT:
            self.dialled.append((connection, payload.decode()))
        elif what == Out.CLOSE:
            self.closed.append(connection)
        else:
            self.said[connection] = self.said.get(connection, "") + payload.decode()

    def tell(self, *events: Any) -> None:
        for event in events:
            self.serial = 1 if isinstance(event, AllBegins) else self.serial + 1
            self.write("cti_link", Told(self.serial, self.now, event))

    def _switch(self, wanted: Wanted) -> None:
        self.orders.append(wanted.body)
        if type(wanted.body) in self.held:
            self.unanswered.append(wanted)
        else:
            self.answer(wanted)

    def answer(self, wanted: Wanted) -> None:
        """The switch carries an order out, or refuses it."""
        body: Any = wanted.body
        result = self.refusals.get(type(body), "ok")
        if result == "ok" and isinstance(body, Redirect | RefuseFlow):
            self.tell(ChannelFreed(body.call, *self.place_of(body.call), "redirected"))
        elif result == "ok" and isinstance(body, HangUp):
            self.hang_up(body.call)
        elif isinstance(body, AttachChannel):
            self.attached = body
        assert isinstance(body, AttachChannel | AnswerCaller | Redirect | RefuseFlow | HangUp)
        self.tell(Ordered(wanted.sender, wanted.order, result, body.call))

    def place_of(self, call: int) -> tuple[str, int]:
        """Of its voice channel."""
        return (self.attached.line, self.attached.timeslot) if self.attached.call == call else ("", -1)

    def _vp(self, name: str, body: Any) -> None:
        key = (name, getattr(body, "channel", -1))
        match body:
            case ChannelWanted(call=call) if name not in self.silent:
                given = -1 if name in self.full else self.free[name]
                self.free[name] += 1
                self.write(name, ChannelGiven(call, given, "" if given < 0 else f"{name[:2]}-{name[-1]}", given + 1))
            case VoicePlay():
                assert key not in self.playing
                missing = [sound for sound in body.sounds if sound not in SOUNDS]
                assert not missing
                self.began[key] = self.now
                self.playing[key] = (self.now + sum(map(SOUNDS.__getitem__, body.sounds)), body.stops, "play")
            case VoiceRecord():
                self.began[key] = self.now
                self.playing[key] = (self.now + (body.limit or seconds(600)), body.stops, "record")
                self.recorded = body
            case VoiceStop() if key in self.playing:
                self._voice_done(key, "stopped")
            case ChannelBack():
                self.playing.pop(key, None)
                self.given_back.append(key)
            case ChannelsHeld():
                self.told_held[name].append(body)
            case VoiceCollect():
                assert body.on

    def _voice_done(self, key: tuple[str, int], why: str, text: str = "") -> None:
        what = self.playing.pop(key)[2]
        self.write(key[0], VoiceDone(key[1], what, why, text, self.now - self.began[key]))

    def press(self, digits: str, voice: str = "vp/0", channel: int = 0) -> None:
        """The caller presses keys: VoiceDigit, then VoiceDone of what the digit cuts short, as the VP has it."""
        for digit in digits:
            self.write(voice, VoiceDigit(channel, digit))
            if digit in self.playing.get((voice, channel), (0, "", ""))[1]:
                self._voice_done((voice, channel), "digit", digit)

    # -- callers -------------------------------------------------------------------------------------------------

    def call(self, number: int = 1, flow: str = "agi", called: str = "10060") -> None:
        """A caller comes, and the switch asks for a flow."""
        self.tell(*self.come(number, called), FlowAsked(number, 10 * number, flow, called, "13800138000"))

    def come(self, number: int = 1, called: str = "10060") -> tuple[Any, ...]:
        """What is told of a caller who is there."""
        return (CallBegan(number, "in", "13800138000", called, called, self.now),
                LegChanged(number, 10 * number, "E1/e1-0/3", "a", "connected", 0, (), 0))  # fmt: skip

    def hang_up(self, call: int = 1) -> None:
        self.tell(ChannelFreed(call, *self.place_of(call), "hangup"),
                  LegChanged(call, 10 * call, "E1/e1-0/3", "a", "null", 16, (), 0),
                  CallEnded(call, 16, "caller", "", "", 0, 0, 0, self.now))  # fmt: skip

    # -- the IVR server ------------------------------------------------------------------------------------------

    def outside(self, what: str, connection: int, payload: bytes = b"") -> None:
        self.agi.on_order(Outside("agi", what, pack_in(connection, payload)))
        self._serve()

    def served(self, call: int = 1, **how: Any) -> int:
        """A call that a server has taken; its connection."""
        self.call(call, **how)
        connection = self.dialled[-1][0]
        self.outside("attached", connection)
        assert self.hear(connection).startswith("agi_network: yes\n")
        return connection

    def hear(self, connection: int = 1) -> str:
        """What the server has read since it was asked last."""
        return self.said.pop(connection, "")

    def command(self, line: str, connection: int = 1) -> str:
        """Send a command; what is answered at once."""
        self.outside("data", connection, line.encode() + b"\n")
        return self.hear(connection)

    # -- what was seen -------------------------------------------------------------------------------------------

    @property
    def changes(self) -> list[tuple[int, str, str]]:
        return [(one.client, one.what, one.why) for one in self.events if isinstance(one, ApplicationChanged)]

    @property
    def requests(self) -> list[tuple[str, str, str]]:
        return [(one.request, one.name, one.result) for one in self.events if isinstance(one, RequestTaken)]

    @property
    def refused(self) -> list[str]:
        return [one.why for one in self.events if isinstance(one, InputRefused)]

    def fault(self, point: str) -> None:
        self.agi.on_order(Inject("1", point, {}))
        self._serve()
