"""The process: which calls it takes, their voice channels, and how a call is given back. Nothing is ever lost: a call
that no server serves goes on with the `otherwise` of its service."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from switchsim.callcentre.agi import commands, servers, session, voice
from switchsim.callcentre.agi.state import BEFORE, AgiConfig, AgiState, Session
from switchsim.callcentre.application import CtiApplication
from switchsim.callcentre.process import Watched, heard, missed
from switchsim.model.cti import (
    AllTold,
    AttachChannel,
    CallEnded,
    ChannelFreed,
    FlowAsked,
    HangUp,
    Ordered,
    RefuseFlow,
)
from switchsim.model.order import Order, Outside
from switchsim.model.outside import Out, pack_out
from switchsim.model.part import Host
from switchsim.model.platform import (
    ChannelBack,
    ChannelGiven,
    ChannelWanted,
    Heartbeat,
    Register,
    VoiceCollect,
    VoiceDigit,
    VoiceDone,
)
from switchsim.model.platform_events import ApplicationChanged

FLOW: Final = "agi"
TIMERS: Final = ("connect", "channel", "command", "dead", "audio", "autohangup")
"""Of a session, each `session/<number>/<name>`."""


class AgiClient(CtiApplication[AgiState]):
    """`callcentre/agi`. Port `comm`; orders `Outside` of its adaptor; `take_outbox` for it.

    Takes flows `agi` (the target without a number) and `agi/<number>`. A call: FlowAsked, connect to a host of the
    target (the next one when that fails), a channel of a VP (the next one when it has none), AttachChannel, then the
    server's commands. It ends with Redirect or HangUp as the script said, or with RefuseFlow (also after AttachChannel)
    when nobody serves it.
    """

    what: ClassVar[str] = "agi"

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
        self.state.next_connection = before.next_connection
        self.state.outbox = before.outbox + [pack_out(Out.CLOSE, number) for number in before.owners]

    # -- towards the adaptor -------------------------------------------------------------------------------------

    @property
    def has_output(self) -> bool:
        return bool(self.state.outbox)

    def take_outbox(self) -> list[bytes]:
        """Items for the adaptor (model.outside), oldest first."""
        taken, self.state.outbox = self.state.outbox, []
        return taken

    def say(self, one: Session, text: str) -> None:
        """Send a text to the server; nothing when the connection has gone."""
        if one.connection:
            self.state.outbox.append(pack_out(Out.DATA, one.connection, text.encode("utf-8", "replace")))

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
        self.order_switch(RefuseFlow(one.call), f"{one.number}/refuse")

    # -- a call comes --------------------------------------------------------------------------------------------

    def told(self, event: Any, at: int) -> None:
        match event:
            case FlowAsked():
                self._asked(event)
            case ChannelFreed():
                self._freed(event)
            case CallEnded(call=call):
                for one in self._of_call(call):
                    self.lose(one)
            case AllTold():
                for one in list(self.state.sessions.values()):
                    if one.call not in self.state.switch.calls:
                        self.lose(one)

    def _of_call(self, call: int) -> list[Session]:
        return [one for one in self.state.sessions.values() if one.call == call]

    def _asked(self, event: FlowAsked) -> None:
        """A flow of ours; told again while a session has the call, it means nothing."""
        name, _, number = event.flow.partition("/")
        if name != FLOW or any(one.mine for one in self._of_call(event.call)):
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

    # -- voice channels ------------------------------------------------------------------------------------------

    def seize(self, one: Session) -> None:
        """Ask the next VP for a channel; without any left the call is refused."""
        one.stage = "seizing"
        if one.asked >= len(self.config.voices):
            self.close(one, "no voice channel")
            self.refuse(one)
            return
        self.write(self.config.voices[one.asked], ChannelWanted(one.call))
        self.run_timer(one, "channel", self.config.channel_cycles)

    def app_letter(self, sender: str, body: Any) -> None:
        match body:
            case Heartbeat() if sender in self.config.voices:
                heard(self.state.voices.setdefault(sender, Watched()), body, self.now)
            case Register() if sender in self.config.voices:
                self._voice_lost(sender)
            case ChannelGiven():
                self._given(sender, body)
            case VoiceDone(channel=channel) | VoiceDigit(channel=channel):
                for one in self.state.sessions.values():
                    if one.voice == sender and one.channel == channel:
                        voice.heard(self, one, body)
                        return

    def beat(self) -> None:
        super().beat()
        for name in self.config.voices:
            self.write(name, Heartbeat("", 0))
            if name in self.state.voices and missed(self.state.voices[name], self.now):
                self._voice_lost(name)

    def _voice_lost(self, name: str) -> None:
        """A VP has started anew, or died: what it played it plays no more."""
        for one in list(self.state.sessions.values()):
            if one.voice == name and one.channel >= 0:
                one.channel = -1
                if one.mine and not one.moving:
                    self._speechless(one)

    def _speechless(self, one: Session) -> None:
        if one.stage == "attaching":
            self.close(one, "no voice channel")
            self.refuse(one)
        elif one.stage == "running":
            one.stage = "ending"
            session.hung_up(self, one)
            self.refuse(one)

    def _given(self, sender: str, body: ChannelGiven) -> None:
        one = next((one for one in self._of_call(body.call) if one.mine and one.stage == "seizing"), None)
        if one is None or sender != self.config.voices[one.asked]:
            self._not_needed(sender, body.channel)
            return
        self.end_timer(one, "channel")
        if body.channel < 0:
            one.asked += 1
            self.seize(one)
            return
        one.voice, one.channel, one.line, one.timeslot = sender, body.channel, body.line, body.timeslot
        one.stage = "attaching"
        self.order_switch(AttachChannel(one.call, one.line, one.timeslot), f"{one.number}/attach")

    def _not_needed(self, name: str, channel: int) -> None:
        """A channel came too late, or twice."""
        used = any(one.voice == name and one.channel == channel for one in self.state.sessions.values())
        if channel >= 0 and not used:
            self.write(name, ChannelBack(channel))

    def free_channel(self, one: Session) -> None:
        """The voice channel is not needed any more."""
        if one.channel >= 0:
            self.write(one.voice, ChannelBack(one.channel))
            one.channel = -1

    # -- answers of the switch -----------------------------------------------------------------------------------

    def ordered(self, note: str, event: Ordered) -> None:
        number, _, what = note.partition("/")
        one = self.state.sessions.get(int(number))
        if one is None:
            return
        good = event.result == "ok"
        if what == "attach":
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
        for one in self._of_call(event.call):
            if one.channel >= 0 and (one.line, one.timeslot) == (event.line, event.timeslot):
                if one.moving and event.why == "redirected":
                    self.free_channel(one)
                else:
                    self.lose(one)

    def lose(self, one: Session) -> None:
        """The call is not here any more: its caller hung up, or somebody else took it."""
        one.mine = False
        if one.stage in BEFORE:
            self.close(one, "the call has gone")
        else:
            session.hung_up(self, one)
        self.free_channel(one)
        self.maybe_over(one)

    def maybe_over(self, one: Session) -> None:
        """Forget a session of which nothing is left."""
        if not one.mine and not one.connection and one.number in self.state.sessions:
            self.free_channel(one)
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
                self.state.outbox.append(pack_out(Out.CLOSE, one.connection))
                servers.failed(self, one, "timeout")
            case "channel":
                one.asked += 1
                self.seize(one)
            case "command":
                self.die(one, "no command")
            case "dead":
                self.close(one, "the call has gone")
            case "autohangup":
                self.order_switch(HangUp(one.call, 0, servers.NORMAL_CLEARING), f"{one.number}/hangup")
            case "audio":
                voice.time_up(self, one)
