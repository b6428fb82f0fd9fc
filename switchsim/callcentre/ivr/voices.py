"""The voice channels that VPs lend an IVR: asked for, attached to the caller, lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from switchsim.callcentre.ivr import blocks
from switchsim.callcentre.ivr.state import FlowCall
from switchsim.model.cti import AttachChannel, DetachChannel
from switchsim.model.platform import (
    ChannelBack,
    ChannelGiven,
    ChannelsHeld,
    ChannelWanted,
    FlowTaken,
    VoiceDigit,
    VoiceDone,
)
from switchsim.model.platform_events import FlowChanged
from switchsim.units import ms

if TYPE_CHECKING:
    from switchsim.callcentre.ivr.process import Ivr

CHANNEL_CYCLES: Final = ms(200)
"""A VP that has not answered by then is passed over; a CCS waits longer for the IVR."""


class Voices:
    """Works for Ivr. Timers: `seize/<call>`."""

    def __init__(self, ivr: Ivr) -> None:
        self.ivr = ivr

    def live(self) -> list[str]:
        """Live VPs, in turn."""
        names = self.ivr.config.voices
        self.ivr.state.turn += 1
        turned = [names[(self.ivr.state.turn + at) % len(names)] for at in range(len(names))]
        return [name for name in turned if name in self.ivr.state.voices and self.ivr.state.voices[name].alive]

    def held(self, name: str) -> ChannelsHeld:
        """What is lent by one of them, for it to compare."""
        calls = self.ivr.state.calls.values()
        return ChannelsHeld(tuple(call.channel for call in calls if call.voice == name and call.channel >= 0))

    def seize(self, call: FlowCall) -> None:
        """Ask the next VP; when none is left, somebody else may have the call."""
        if not call.voices:
            self.ivr.stop_timer(f"seize/{call.call}")
            del self.ivr.state.calls[call.call]
            self.ivr.write(call.asker, FlowTaken(call.call, False, "no voice channel"))
            return
        call.voice = call.voices.pop(0)
        self.ivr.write(call.voice, ChannelWanted(call.call))
        self.ivr.start_timer(f"seize/{call.call}", CHANNEL_CYCLES)

    def given(self, sender: str, body: ChannelGiven) -> None:
        call = self.ivr.state.calls.get(body.call)
        if call is None or call.stage != "seizing" or call.voice != sender:
            if body.channel >= 0 and (call is None or (call.voice, call.channel) != (sender, body.channel)):
                self.ivr.write(sender, ChannelBack(body.channel))
        elif body.channel < 0:
            self.seize(call)
        else:
            self.ivr.stop_timer(f"seize/{call.call}")
            call.channel, call.line, call.timeslot = body.channel, body.line, body.timeslot
            self.ivr.write(call.asker, FlowTaken(call.call, True, ""))
            self.ivr.emit(FlowChanged(call.call, call.flow, "", "taken"))
            self.attach(call)

    def attach(self, call: FlowCall) -> None:
        call.stage = "attaching"
        self.ivr.order_for(call, AttachChannel(call.call, call.line, call.timeslot))

    def attached(self, call: FlowCall, result: str) -> None:
        """The answer to that. A call may hang on the channel of an IVR that is gone: then that is taken away first."""
        if result == "ok":
            call.stage = "running"
            self.ivr.go(call, self.ivr.state.flows[call.flow].start)
        elif result in ("no_circuit", "busy"):
            self.ivr.refuse(call)
        elif result == "wrong_state" and not call.detached:
            call.stage, call.detached = "detaching", True
            self.ivr.order_for(call, DetachChannel(call.call))
        else:
            self.ivr.end(call, "ended")

    def heard(self, sender: str, body: VoiceDone | VoiceDigit) -> None:
        for call in self.ivr.state.calls.values():
            if (call.voice, call.channel) == (sender, body.channel):
                break
        else:
            return
        if isinstance(body, VoiceDone):
            if body.why == "lost":
                call.channel = -1
                self.ivr.refuse(call)
                return
            if call.open != 1:
                call.open = max(0, call.open - 1)
                return  # of something that has been replaced since, or told twice
            call.open = 0
        if call.stage != "running" or call.hung:
            return
        block = self.ivr.state.flows[call.flow].blocks[call.block]
        if isinstance(body, VoiceDone):
            blocks.voice_done(self.ivr, call, block, body)
        else:
            blocks.digit(self.ivr, call, block, body.digit)

    def lost(self, name: str) -> None:
        """A VP has died, or started anew: its channels are gone."""
        for call in list(self.ivr.state.calls.values()):
            if call.voice == name and call.channel >= 0:
                call.channel = -1
                self.ivr.refuse(call)
            elif call.voice == name and call.stage == "seizing":
                self.seize(call)
