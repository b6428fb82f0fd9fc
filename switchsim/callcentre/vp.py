"""VP, a voice processor: voice channels on E1 lines of the switch. It plays, records and collects digits; it does not
listen in. Several orders for one channel: a new one ends the one before."""

from __future__ import annotations

from typing import Any, Final

from switchsim.callcentre.process import HEARTBEAT_CYCLES, Watched, heard, missed
from switchsim.callcentre.vp_channels import VoiceChannels
from switchsim.callcentre.vp_recording import Disk
from switchsim.callcentre.vp_state import LineOfVp, UnitsOfChannel, VoiceState, VpConfig, VpState
from switchsim.dsp.engine import EV_DIGIT_ON, EV_SOURCE_DONE, Engine
from switchsim.model.messages import LineSeen
from switchsim.model.order import Heal, Inject
from switchsim.model.part import Host, MediaEvent
from switchsim.model.platform import (
    ChannelBack,
    ChannelGiven,
    ChannelsHeld,
    ChannelWanted,
    Heartbeat,
    Register,
    VoiceCollect,
    VoicePlay,
    VoiceRecord,
    VoiceStop,
)

MEDIA_KINDS: Final = ((EV_SOURCE_DONE, "source"), (EV_DIGIT_ON, "receiver"))
MOST_UNCLAIMED: Final = 5
"""An owner who does not name a channel so often, once a second, does not know of it; a new one may be under way."""


class Vp(VoiceChannels):
    """`callcentre/vp/<n>`. Ports: `comm`; in `line` (LineSeen), out `remote/<line>` (LineSeen).

    A digit that is collected is told (VoiceDigit) before the VoiceDone of what it cuts short. Fault points of its own:
    card (`card`: 0..3; it sends nothing and takes nothing), disk_full.
    """

    def __init__(self, path: str, host: Host, engine: Engine, config: VpConfig) -> None:
        super().__init__(path, host, engine, config)
        self.of_unit = {(kind, getattr(units, what)): channel
                        for channel, (_, _, units) in enumerate(self.units) for kind, what in MEDIA_KINDS}  # fmt: skip
        self.handlers: dict[type, Any] = {
            ChannelWanted: self._wanted, VoicePlay: self._play, VoiceCollect: self._collect, VoiceRecord: self._record,
            VoiceStop: self._stop_voice, ChannelBack: self._back,
        }  # fmt: skip

    def fresh(self) -> VpState:
        return VpState(channels=[VoiceState() for _ in self.units], disk=Disk(capacity=self.config.disk_octets))

    def start(self) -> None:
        for _, _, units in self.units:
            self.engine.connect(units.speaks, self.engine.first_source_cell + units.source)
        super().start()

    def started(self) -> None:
        for name in self.config.watchers:
            self.write(name, Register("vp", tuple(line.name for line in self.config.lines)))
        self.start_timer("beat", HEARTBEAT_CYCLES)

    def stopped(self) -> None:
        for channel, voice in enumerate(self.state.channels):
            if voice.call:
                self._hush(channel)
                self._show(channel, "idle")

    def outlives(self, before: VpState) -> None:
        """Cards, lines and files are no matter of its memory."""
        self.state.cards, self.state.dark, self.state.disk = before.cards, before.dark, before.disk

    def recordings(self) -> list[tuple[str, bytes]]:
        """(name of the file, A-law octets) of all that is on its disk."""
        return list(self.state.disk.files.items())

    # -- letters -------------------------------------------------------------------------------------------------

    def letter(self, sender: str, body: Any) -> None:
        if isinstance(body, Heartbeat):
            heard(self.state.owners.setdefault(sender, Watched()), body, self.now)
        elif isinstance(body, Register):
            self._forget(sender)
        elif isinstance(body, ChannelsHeld):
            self._compare(sender, body.channels)
        elif type(body) in self.handlers:
            channel = getattr(body, "channel", -1)
            if isinstance(body, ChannelWanted):
                self._wanted(sender, body)
            elif 0 <= channel < len(self.units) and self.state.channels[channel].owner == sender:
                self.handlers[type(body)](channel, body)

    def _forget(self, owner: str) -> None:
        """A process has started anew, or died: what it had is nobody's."""
        for channel, voice in enumerate(self.state.channels):
            if voice.call and voice.owner == owner:
                self._back(channel, ChannelBack(channel))

    def _compare(self, owner: str, held: tuple[int, ...]) -> None:
        """What was lent to him, and he does not know of for some time: a letter was lost."""
        for channel, voice in enumerate(self.state.channels):
            if voice.call and voice.owner == owner:
                voice.unclaimed = 0 if channel in held else voice.unclaimed + 1
                if voice.unclaimed > MOST_UNCLAIMED:
                    self._back(channel, ChannelBack(channel))

    def _wanted(self, sender: str, body: ChannelWanted) -> None:
        """Channels take turns; one that the call has already is told again."""
        count = len(self.units)
        for channel, voice in enumerate(self.state.channels):
            if voice.call == body.call and voice.owner == sender:
                self._given(sender, body.call, channel)
                return
        for distance in range(1, count + 1):
            channel = (self.state.last + distance) % count
            if not self.state.channels[channel].call and self._usable(channel):
                self.state.last = channel
                self.state.channels[channel] = VoiceState(call=body.call, owner=sender)
                self._show(channel, "seized")
                self._given(sender, body.call, channel)
                return
        self.write(sender, ChannelGiven(body.call, -1, "", -1))

    def _given(self, owner: str, call: int, channel: int) -> None:
        _, line, units = self.units[channel]
        self.write(owner, ChannelGiven(call, channel, line, units.timeslot))

    def _usable(self, channel: int) -> bool:
        card = self.units[channel][0]
        return card not in self.state.cards.values() and card not in self.state.dark

    def _back(self, channel: int, body: ChannelBack) -> None:
        self._end(channel, "stopped", tell=False)
        self._hush(channel)
        self._show(channel, "idle")
        self.state.channels[channel] = VoiceState()

    # -- time and media ------------------------------------------------------------------------------------------

    def timer(self, name: str) -> None:
        what, _, number = name.partition("/")
        if what == "beat":
            self._beat()
        elif what == "beep":
            self._record_now(int(number))
        elif why := self._look(int(number)):
            self._end(int(number), why)
        else:
            self._look_later(int(number))

    def _beat(self) -> None:
        self.start_timer("beat", HEARTBEAT_CYCLES)
        for name in self.config.watchers:
            self.write(name, Heartbeat("", 0))
        for owner, row in self.state.owners.items():
            if missed(row, self.now):
                self._forget(owner)

    def on_media(self, event: MediaEvent) -> None:
        channel = self.of_unit[event.kind, event.unit]
        if self.running:
            self._media(event.kind, channel, event.a, event.at)
        elif self.state.life == "running":
            self.state.unheard.append((event.kind, channel, event.a, event.at))

    def _media(self, kind: int, channel: int, value: int, at: int) -> None:
        if kind == EV_DIGIT_ON:
            self._digit(channel, chr(value & 0xFF))
        elif at >= self.state.channels[channel].began:  # else: of sounds that were stopped in that very moment
            self._source_done(channel)

    def _catch_up(self) -> None:
        unheard, self.state.unheard = self.state.unheard, []
        for kind, channel, value, at in unheard:
            self._media(kind, channel, value, at)
        self._lose()
        super()._catch_up()

    # -- lines and faults ----------------------------------------------------------------------------------------

    def on_message(self, port: str, message: Any) -> None:
        """What a card sees of its line does not ask whether the process lives."""
        if not isinstance(message, LineSeen):
            super().on_message(port, message)
            return
        cards = [card for card, line in enumerate(self.config.lines) if line.name == message.line]
        self.state.dark = [card for card in self.state.dark if card not in cards]
        if not message.in_service:
            self.state.dark += cards
        self._lose()

    def _lose(self) -> None:
        """Calls on cards that are gone, or receive nothing, lose their channels."""
        if not self.running:
            return
        for channel, voice in enumerate(self.state.channels):
            if voice.call and not self._usable(channel):
                if voice.doing:
                    self._end(channel, "lost")
                else:
                    self._done(channel, "", "lost", "", 0)
                self._hush(channel)
                self._show(channel, "lost")
                self.state.channels[channel] = VoiceState()

    def fault(self, order: Inject) -> str:
        if order.point == "disk_full":
            return "no room for recordings"
        if order.point != "card":
            return super().fault(order)
        card = int(order.values["card"])
        self.state.cards[order.fault] = card
        if card < len(self.config.lines):
            self._signal(card)
        self._lose()
        return f"card {card} is gone"

    def undo(self, order: Heal) -> None:
        card = self.state.cards.pop(order.fault, -1)
        if 0 <= card < len(self.config.lines):
            self._signal(card)

    def _signal(self, card: int) -> None:
        """Whether the line of a card carries a signal towards the switch."""
        line = self.config.lines[card].name
        self.send(f"remote/{line}", LineSeen(card not in self.state.cards.values(), line))


__all__ = ["LineOfVp", "UnitsOfChannel", "Vp", "VpConfig", "VpState"]
