"""The process: which calls it takes, their voice channels, and how a call is given back. Nothing is ever lost: a call
that no server serves goes on with the `otherwise` of its service."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from switchsim.callcentre.agi import channels, commands, servers, session, voice
from switchsim.callcentre.agi.state import BEFORE, AgiConfig, AgiState, Session
from switchsim.callcentre.application import NO_ANSWER
from switchsim.callcentre.outlet import OutletApplication
from switchsim.callcentre.process import Watched, heard, missed
from switchsim.callcentre.tampering import RESPONSE
from switchsim.model.cti import (
    AllTold,
    CallEnded,
    ChannelFreed,
    FlowAsked,
    HangUp,
    Ordered,
    Redirect,
    RefuseFlow,
)
from switchsim.model.order import Order, Outside
from switchsim.model.part import Host
from switchsim.model.platform import (
    ChannelGiven,
    Heartbeat,
    Register,
    VoiceCollect,
    VoiceDigit,
    VoiceDone,
)
from switchsim.model.platform_events import ApplicationChanged
from switchsim.proto.agi import HANGUP, success

FLOW: Final = "agi"
NORMAL_CLEARING: Final = 16  # Q.850
GIVING_BACK: Final = ("refuse", "extension", "hangup")
TIMERS: Final = ("connect", "channel", "command", "dead", "audio", "autohangup")
"""Of a session, each `session/<number>/<name>`."""


class AgiClient(OutletApplication[AgiState]):
    """`callcentre/agi`. Port `comm`; orders `Outside` of its adaptor; `take_outbox` for it.

    Takes flows `agi` (the target without a number) and `agi/<number>`. A call: FlowAsked, connect to a host of the
    target (the next one when that fails), a channel of a VP (the next one when it has none), AttachChannel, then the
    server's commands. It ends with Redirect or HangUp as the script said, or with RefuseFlow (also after AttachChannel)
    when nobody serves it.
    """

    what: ClassVar[str] = "agi"
    source: ClassVar[str] = "agi"

    def __init__(self, path: str, host: Host, config: AgiConfig) -> None:
        self.config = config
        self.sounds = frozenset(config.sounds)
        super().__init__(path, host)

    def fresh(self) -> AgiState:
        return AgiState()

    def offers(self) -> tuple[str, ...]:
        return tuple(f"{FLOW}/{one.number}" if one.number else FLOW for one in self.config.targets)

    def app_started(self) -> None:
        """The VPs are told, so that they free what a former life of this process had."""
        for name in self.config.voices:
            self.write(name, Register(self.what, ()))

    def outlives(self, before: AgiState) -> None:
        """Its operating system closes its connections; their numbers are never used twice."""
        super().outlives(before)
        self.state.next_connection = before.next_connection
        for number in before.owners:
            self.shut(number)

    # -- towards the adaptor -------------------------------------------------------------------------------------

    def say(self, one: Session, text: str, kind: str = RESPONSE) -> None:
        """Send a text to the server; nothing when the connection has gone."""
        if one.connection:
            self.put(one.connection, kind, text.encode("utf-8", "replace"))

    def stranger(self, client: int, point: str) -> bytes:
        """A hang-up that was none, or an answer to nothing."""
        return HANGUP.encode() if point == "stray_hangup" else success(0).encode()

    def order(self, order: Order) -> None:
        if not isinstance(order, Outside):
            super().order(order)
        elif self.running:
            servers.outside(self, order)
        elif self.state.life == "running":
            self.state.kept_outside.append(order)

    def _catch_up(self) -> None:
        super()._catch_up()
        kept, self.state.kept_outside = self.state.kept_outside, []
        for order in kept:
            servers.outside(self, order)

    # -- for commands --------------------------------------------------------------------------------------------

    def run_timer(self, one: Session, what: str, cycles: int) -> None:
        """(Re)start one of TIMERS."""
        self.start_timer(f"session/{one.number}/{what}", cycles)

    def end_timer(self, one: Session, what: str) -> None:
        self.stop_timer(f"session/{one.number}/{what}")

    def finish(self, one: Session, text: str) -> None:
        """Answer the command under way, and take the next one."""
        if one.command:
            session.answer(self, one, text)
        session.next_command(self, one)

    def close(self, one: Session, why: str) -> None:
        """Close the connection from here, after what was said has gone."""
        servers.close(self, one, "closed", why)

    def die(self, one: Session, why: str) -> None:
        """The server can not be relied on any more."""
        servers.die(self, one, why)

    def refuse(self, one: Session) -> None:
        """Nobody serves the call: the switch goes on with `otherwise`."""
        self.state.refused += 1
        one.stage = "ending"
        voice.hush(self, one)
        self.give_back(one, "refuse")

    def give_back(self, one: Session, what: str) -> None:
        """Order where the call goes: refuse (`otherwise`), extension (as the script said), hangup."""
        order: RefuseFlow | Redirect | HangUp = RefuseFlow(one.call)
        if what == "extension":
            order = Redirect(one.call, f"number:{one.extension}")
        elif what == "hangup":
            order = HangUp(one.call, 0, NORMAL_CLEARING)
        self.order_switch(order, f"{one.number}/{what}")

    # -- a call comes --------------------------------------------------------------------------------------------

    def told(self, event: Any, at: int) -> None:
        match event:
            case FlowAsked():
                self._asked(event)
            case ChannelFreed():
                self._freed(event)
            case CallEnded(call=call):
                for one in self.of_call(call):
                    self.lose(one)
            case AllTold():
                for one in list(self.state.sessions.values()):
                    self._compare(one)

    def reach(self, up: bool) -> None:
        """The switch is out of reach, and goes on with its calls alone. When only CTI-LINK is away, sessions go on."""
        if not up and self.state.registered:
            for one in list(self.state.sessions.values()):
                if one.mine:
                    self.lose(one)

    def _compare(self, one: Session) -> None:
        """Everything was told anew: is the call still here? What nobody was there to hear is ordered again."""
        known = self.state.switch.calls.get(one.call)
        if known is None or (one.mine and not one.moving and (known.queue or len(known.legs) > 1)):
            self.lose(one)
        elif one.owed:
            what, one.owed = one.owed, ""
            self.give_back(one, what)

    def of_call(self, call: int) -> list[Session]:
        """Its sessions: one that has it, and those that wait for its end."""
        return [one for one in self.state.sessions.values() if one.call == call]

    def _asked(self, event: FlowAsked) -> None:
        """A flow of ours; told again while a session has the call, it means nothing."""
        name, _, number = event.flow.partition("/")
        if name != FLOW or any(one.mine for one in self.of_call(event.call)):
            return
        target = next((index for index, row in enumerate(self.config.targets) if row.number == number), -1)
        self.state.next_session += 1
        one = Session(self.state.next_session, event.call, event.leg, event.calling, event.number, target)
        self.state.sessions[one.number] = one
        if target < 0 or len(self.state.sessions) > self.config.sessions:
            why = "no server for it" if target < 0 else "too many sessions"
            self.emit(ApplicationChanged(0, "refused", f"{event.flow}: {why}"))
            self.refuse(one)
        else:
            servers.dial(self, one)

    # -- the other processes -------------------------------------------------------------------------------------

    def app_letter(self, sender: str, body: Any) -> None:
        match body:
            case Heartbeat() if sender in self.config.voices:
                heard(self.state.voices.setdefault(sender, Watched()), body, self.now)
            case Register() if sender in self.config.voices:
                channels.lost(self, sender)
            case ChannelGiven():
                channels.given(self, sender, body)
            case VoiceDone(channel=channel) | VoiceDigit(channel=channel):
                one = channels.user(self, sender, channel)
                if one is not None:
                    voice.heard(self, one, body)

    def beat_others(self) -> None:
        for name in self.config.voices:
            self.write(name, Heartbeat("", 0))
            self.write(name, channels.held(self, name))
            if name in self.state.voices and missed(self.state.voices[name], self.now):
                channels.lost(self, name)

    # -- answers of the switch -----------------------------------------------------------------------------------

    def ordered(self, note: str, event: Ordered) -> None:
        number, _, what = note.partition("/")
        one = self.state.sessions.get(int(number))
        if one is None:
            return
        good = event.result == "ok"
        if event.result == NO_ANSWER and what in GIVING_BACK:
            one.owed = what
        elif what == "attach":
            self._attached(one, event.result)
        elif what == "extension" and not good and one.mine:
            self.refuse(one)
        elif what in ("refuse", "extension") or (what == "hangup" and not one.connection):
            one.mine = False
            self.maybe_over(one)
        else:
            commands.ordered(self, one, what, event.result)

    def _attached(self, one: Session, result: str) -> None:
        if one.stage != "attaching":
            return
        if result != "ok":
            self.close(one, f"not attached: {result}")
            self.refuse(one)
            return
        one.stage = "running"
        self.write(one.voice, VoiceCollect(one.channel, True))
        session.open_session(self, one)

    # -- the call goes -------------------------------------------------------------------------------------------

    def _freed(self, event: ChannelFreed) -> None:
        for one in self.of_call(event.call):
            if one.channel >= 0 and (one.line, one.timeslot) == (event.line, event.timeslot):
                if one.moving and event.why == "redirected":
                    channels.free(self, one)
                else:
                    self.lose(one)

    def lose(self, one: Session) -> None:
        """The call is not here any more: its caller hung up, or somebody else took it."""
        one.mine = False
        if one.stage in BEFORE:
            self.close(one, "the call has gone")
        else:
            session.hung_up(self, one)
        channels.free(self, one)
        self.maybe_over(one)

    def maybe_over(self, one: Session) -> None:
        """Forget a session of which nothing is left."""
        if not one.mine and not one.connection and one.number in self.state.sessions:
            channels.free(self, one)
            for timer in TIMERS:
                self.end_timer(one, timer)
            del self.state.sessions[one.number]

    # -- time ----------------------------------------------------------------------------------------------------

    def app_timer(self, name: str) -> None:
        _, number, what = name.split("/")
        one = self.state.sessions.get(int(number))
        if one is None:
            return  # it ended while the process hung
        match what:
            case "connect":
                self.shut(one.connection)
                servers.failed(self, one, "timeout")
            case "channel":
                one.asked += 1
                channels.seize(self, one)
            case "command":
                self.die(one, "no command")
            case "dead":
                self.close(one, "the call has gone")
            case "autohangup":
                self.give_back(one, "hangup")
            case "audio":
                voice.time_up(self, one)
