"""What a voice processor does on a channel: play, listen for digits, record. A new order ends what goes on."""

from __future__ import annotations

from typing import Final

from switchsim.callcentre.process import Process
from switchsim.callcentre.vp_recording import BEEP, BEEP_CYCLES, LOOK_CYCLES, Recording, file_name, keep, take
from switchsim.callcentre.vp_state import UnitsOfChannel, VoiceState, VpConfig, VpState
from switchsim.dsp.engine import NONE, Engine
from switchsim.model.part import Host
from switchsim.model.platform import VoiceCollect, VoiceDigit, VoiceDone, VoicePlay, VoiceRecord, VoiceStop
from switchsim.model.platform_events import SoundRecorded, VoiceChannel

PROMPTS_AT_ONCE: Final = 16
"""That a native source plays one after another."""
SETTLED: Final = ("limit", "silence", "full")
"""Ends of a recording that a look at it found: what came since is not part of it."""


class VoiceChannels(Process[VpState]):
    """The channels, by number: (card, line, units) of each in `units`. `Vp` gives them out."""

    def __init__(self, path: str, host: Host, engine: Engine, config: VpConfig) -> None:
        self.engine = engine
        self.config = config
        self.units: list[tuple[int, str, UnitsOfChannel]] = [
            (card, line.name, units) for card, line in enumerate(config.lines) for units in line.channels
        ]
        super().__init__(path, host)

    # -- play ----------------------------------------------------------------------------------------------------

    def _play(self, channel: int, body: VoicePlay) -> None:
        self._end(channel, "stopped")
        voice = self.state.channels[channel]
        unknown = [name for name in body.sounds if name not in self.config.sounds]
        if unknown or not body.sounds:
            self._done(channel, "play", "no_sound" if unknown else "end", unknown[0] if unknown else "", 0)
            return
        voice.doing, voice.stops, voice.played = "play", body.stops, 0
        voice.coming = [self.config.sounds[name] for name in body.sounds]
        self._tune(channel)
        self._show(channel, "playing")
        self._go_on(channel)

    def _go_on(self, channel: int) -> None:
        voice = self.state.channels[channel]
        voice.present, voice.coming = voice.coming[:PROMPTS_AT_ONCE], voice.coming[PROMPTS_AT_ONCE:]
        voice.began = self.now
        self.engine.source_prompts(self.units[channel][2].source, voice.present)

    def _played(self, voice: VoiceState) -> int:
        """Octets of the sounds that have left: one a cycle since the present ones began."""
        length = sum(self.config.lengths[prompt] for prompt in voice.present)
        return voice.played + min(length, self.now - voice.began)

    def _source_done(self, channel: int) -> None:
        voice = self.state.channels[channel]
        if voice.doing != "play":
            return
        voice.played += sum(self.config.lengths[prompt] for prompt in voice.present)
        voice.present = []
        if voice.coming:
            self._go_on(channel)
        else:
            self._end(channel, "end")

    # -- digits --------------------------------------------------------------------------------------------------

    def _collect(self, channel: int, body: VoiceCollect) -> None:
        self.state.channels[channel].collects = body.on
        self._tune(channel)

    def _tune(self, channel: int) -> None:
        """The receiver listens while digits are collected, or could end what is done."""
        voice, units = self.state.channels[channel], self.units[channel][2]
        wanted = voice.collects or bool(voice.doing and voice.stops)
        if wanted != voice.tuned:
            voice.tuned = wanted
            self.engine.receiver_listen(units.receiver, units.hears if wanted else NONE)

    def _digit(self, channel: int, digit: str) -> None:
        voice = self.state.channels[channel]
        if not voice.call:
            return
        if voice.collects:
            self.write(voice.owner, VoiceDigit(channel, digit))
        if voice.doing and digit in voice.stops:
            self._end(channel, "digit", digit)

    # -- record --------------------------------------------------------------------------------------------------

    def _record(self, channel: int, body: VoiceRecord) -> None:
        self._end(channel, "stopped")
        voice, units = self.state.channels[channel], self.units[channel][2]
        limit = min(body.limit or self.config.record_limit, self.config.record_limit)
        voice.recording = Recording(name=file_name(body.name), limit=limit, silence=body.silence)
        voice.stops = body.stops
        if self._room() <= 0:
            voice.doing = "record"
            self._end(channel, "full")
        elif body.beep:
            voice.doing = "beep"
            self.engine.source_raw(units.source)
            self.engine.source_feed(units.source, BEEP)
            self.start_timer(f"beep/{channel}", BEEP_CYCLES)
        else:
            self._record_now(channel)
        self._tune(channel)

    def _record_now(self, channel: int) -> None:
        voice, units = self.state.channels[channel], self.units[channel][2]
        voice.doing = "record"
        self.engine.record_start(units.recorder, units.hears)
        self._show(channel, "recording")
        self._look_later(channel)

    def _room(self) -> int:
        return 0 if "disk_full" in self.state.faults.values() else self.state.disk.room

    def _look_later(self, channel: int) -> None:
        recording = self.state.channels[channel].recording
        left = recording.limit - recording.taken if recording.limit else LOOK_CYCLES
        self.start_timer(f"record/{channel}", min(LOOK_CYCLES, left))

    def _look(self, channel: int) -> str:
        """Fetch what was recorded since the last time; returns why the recording is over, `` when it is not."""
        recording = self.state.channels[channel].recording
        others = sum(voice.recording.taken for voice in self.state.channels) - recording.taken
        room = self._room()
        octets = self.engine.record_drain(self.units[channel][2].recorder)
        return take(recording, octets, room - others if room else recording.taken)

    # -- the end of what is done ---------------------------------------------------------------------------------

    def _stop_voice(self, channel: int, body: VoiceStop) -> None:
        self._end(channel, "stopped")

    def _end(self, channel: int, why: str, text: str = "", *, tell: bool = True) -> None:
        """Stop what the channel does, if it does anything, and say how it went."""
        voice = self.state.channels[channel]
        what, voice.doing = voice.doing, ""
        if not what:
            return
        self.engine.source_idle(self.units[channel][2].source)
        octets = self._played(voice) if what == "play" else 0
        if what != "play":
            octets = self._close(channel, what, why)
        voice.coming, voice.present = [], []
        self._tune(channel)
        if tell:
            if why != "lost":
                self._show(channel, "seized")
            self._done(channel, "play" if what == "play" else "record", why, text, octets)

    def _close(self, channel: int, what: str, why: str) -> int:
        """The recording is over; what there is of it is kept. Returns its octets."""
        voice, recorder = self.state.channels[channel], self.units[channel][2].recorder
        self.stop_timer(f"beep/{channel}")
        self.stop_timer(f"record/{channel}")
        if what == "record":
            if why not in SETTLED:
                self._look(channel)
            self.engine.record_stop(recorder)
            self.engine.record_drain(recorder)
            if voice.recording.parts:
                keep(self.state.disk, voice.recording)
            self.emit(SoundRecorded(voice.call, voice.recording.name, voice.recording.taken, why))
        recording, voice.recording = voice.recording, Recording()
        return recording.taken

    def _done(self, channel: int, what: str, why: str, text: str, octets: int) -> None:
        self.write(self.state.channels[channel].owner, VoiceDone(channel, what, why, text, octets))

    def _hush(self, channel: int) -> None:
        """Its units do nothing any more."""
        units = self.units[channel][2]
        self.engine.source_idle(units.source)
        self.engine.receiver_listen(units.receiver, NONE)
        self.engine.record_stop(units.recorder)

    def _show(self, channel: int, state: str) -> None:
        _, line, units = self.units[channel]
        self.emit(VoiceChannel(line, units.timeslot, self.state.channels[channel].call, state))
