"""SIG gives the tones, SPT the announcements: boards whose channels speak into the switching network."""

from __future__ import annotations

from typing import Any

from switchsim.dsp.engine import Engine
from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.kind import BoardKind
from switchsim.model.messages import PlayEnded, PlayPrompts, StopChannel
from switchsim.model.part import Host, MediaEvent

SOURCE_DONE = 4


class Sig(Board[CommonState]):
    """The tone board: every tone sounds all the time; the network gives it to as many as want it."""

    def __init__(
        self, path: str, host: Host, kind: BoardKind, bus: int, engine: Engine, tones: tuple[tuple[int, int], ...]
    ) -> None:
        """tones: (native source, tone of the assets)."""
        super().__init__(path, host, kind, bus)
        self.engine = engine
        self.tones = tones
        self.state = CommonState()

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

    def __init__(
        self, path: str, host: Host, kind: BoardKind, bus: int, engine: Engine, sources: tuple[int, ...]
    ) -> None:
        super().__init__(path, host, kind, bus)
        self.engine = engine
        self.sources = sources
        self.by_source = {source: channel for channel, source in enumerate(sources)}
        self.state = SptState()

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
