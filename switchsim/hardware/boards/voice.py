"""SIG gives the tones, SPT the announcements: boards whose channels speak into the switching network."""

from __future__ import annotations

from typing import Any

from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.site import Site
from switchsim.model.messages import PlayEnded, PlayPrompts, StopChannel
from switchsim.model.part import MediaEvent

SOURCE_DONE = 4


class Sig(Board[CommonState]):
    """The tone board: every tone sounds all the time; the network gives it to as many as want it."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.tones = site.tones
        self.state = CommonState()

    def registers(self) -> dict[str, int]:
        return {"TONES": len(self.tones)}

    def started(self) -> None:
        for source, tone in self.tones:
            self.engine.source_tone(source, tone)

    def stopped(self) -> None:
        for source, _ in self.tones:
            self.engine.source_idle(source)


class SptState(CommonState):
    playing: list[int] = []


class Spt(Board[SptState]):
    """The announcement board: each channel plays what it is told. Owns the media events of its sources."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.sources = site.announcers
        self.by_source = {source: channel for channel, source in enumerate(self.sources)}
        for source in self.sources:
            site.owns((SOURCE_DONE,), source)
        self.state = SptState()

    def registers(self) -> dict[str, int]:
        return {"PLAYING": len(self.state.playing)}

    def stopped(self) -> None:
        for channel in self.state.playing:
            self.engine.source_idle(self.sources[channel])
        self.state.playing.clear()

    def handle(self, port: str, message: Any) -> None:
        if isinstance(message, PlayPrompts):
            self.engine.source_prompts(self.sources[message.channel], message.prompts, message.looping)
            if message.channel not in self.state.playing:
                self.state.playing.append(message.channel)
        elif isinstance(message, StopChannel):
            self.engine.source_idle(self.sources[message.channel])
            if message.channel in self.state.playing:
                self.state.playing.remove(message.channel)
        else:
            super().handle(port, message)

    def on_media(self, event: MediaEvent) -> None:
        channel = self.by_source[event.unit]
        if self.alive and event.kind == SOURCE_DONE and channel in self.state.playing:
            self.state.playing.remove(channel)
            self.send("bus", PlayEnded(self.bus, channel))
