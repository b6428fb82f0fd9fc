"""A caller on a trunk, attached by order to a voice channel, and somebody who tells the voice processor what to do."""

from __future__ import annotations

from typing import Any

from office_bench import Bench, Caller

from switchsim.assembly.shipped import folder
from switchsim.assembly.wav import load_wav
from switchsim.model.cti import AnswerCaller, AttachChannel, TellAll, Wanted
from switchsim.model.order import Act, Heal, Inject, Value
from switchsim.model.platform import (
    AnyBody,
    ChannelGiven,
    ChannelWanted,
    Letter,
    VoiceDigit,
    VoiceDone,
    VoicePlay,
)
from switchsim.units import ms, seconds

VP = "callcentre/vp/0"
SERVER = "callcentre/cti_server"
HAND = "hand"
WAYS = ms(25)
"""More than an order needs from CTI-SERVER to the switching network."""


class VoiceBench(Bench):
    """`letters`: what the VP wrote, in order."""

    def __init__(self, **more: Any) -> None:
        super().__init__(machine="voiced", **more)
        self.letters: list[tuple[int, str, Any]] = []
        self.orders = 0
        self.vp = self.machine.part(VP)
        plain = self.vp.write

        def write(to: str, body: AnyBody) -> None:
            self.letters.append((self.now, to, body))
            plain(to, body)

        self.vp.write = write
        self.machine.part("callcentre/cti_link").on_order(Act("stop", {}))  # it would say: nobody listens
        self.order_switch(TellAll())
        self.layout = self.machine.layout
        self.taps = [self.layout.voice["vp-1", timeslot].recorder for timeslot in (30, 31)]
        self.known = 0

    def order_switch(self, body: Any) -> None:
        self.orders += 1
        self.machine.part(SERVER).send("ethernet", Wanted(HAND, self.orders, body))
        self.run(WAYS)

    def say(self, body: AnyBody, sender: str = HAND) -> None:
        """Write to the VP."""
        self.vp.on_message("comm", Letter("vp/0", sender, body))

    def channel(self, call: int, sender: str = HAND) -> ChannelGiven:
        self.say(ChannelWanted(call), sender)
        return self.wrote(ChannelGiven)[-1]

    def attached(self, called: str = "10060") -> tuple[Caller, ChannelGiven]:
        """A caller who has been answered and hears a voice channel."""
        caller = self.call(called)
        self.run(ms(200))
        number = self.events("CallState")[-1].call
        given = self.channel(number)
        self.order_switch(AttachChannel(number, given.line, given.timeslot))
        self.order_switch(AnswerCaller(number))
        self.run(ms(300))
        return caller, given

    def wrote(self, *kinds: type) -> list[Any]:
        return [body for _, to, body in self.letters if isinstance(body, kinds) and to == HAND]

    def done(self, within: int = seconds(5)) -> VoiceDone:
        """The next VoiceDone that nobody has asked for yet."""
        end = self.now + within
        while len(self.wrote(VoiceDone)) == self.known:
            assert self.now < end, f"no VoiceDone\n{self.tail()}"
            self.run(8)
        self.known += 1
        return self.wrote(VoiceDone)[self.known - 1]

    def digits(self) -> str:
        return "".join(body.digit for body in self.wrote(VoiceDigit))

    def play(self, channel: int, *sounds: str, stops: str = "") -> None:
        self.say(VoicePlay(channel, sounds, stops))

    def sound(self, *names: str) -> bytes:
        """The octets of prompts, one after another."""
        return b"".join(load_wav(folder("prompts") / self.machine.spec.prompts[name]).octets for name in names)

    # -- ears ----------------------------------------------------------------------------------------------------

    def tap(self, caller: Caller) -> None:
        """Note from now on what a caller hears, and what the caller says."""
        line = next(line for line in self.layout.lines if line.name == "e1-0")
        for recorder, cell in zip(self.taps, (line.far_rx_cell, line.far_tx_cell), strict=True):
            self.machine.engine.record_start(recorder, cell + caller.timeslot)
        self._heard, self._said = bytearray(), bytearray()

    def run(self, cycles: int) -> Bench:
        super().run(cycles)
        if hasattr(self, "_heard"):
            self._heard += self.machine.engine.record_drain(self.taps[0])
            self._said += self.machine.engine.record_drain(self.taps[1])
        return self

    @property
    def heard(self) -> bytes:
        return bytes(self._heard)

    @property
    def said(self) -> bytes:
        return bytes(self._said)

    # -- faults --------------------------------------------------------------------------------------------------

    def break_vp(self, point: str, **values: Value) -> None:
        self.order(VP, Inject("v", point, dict(values)))
        self.run(8)

    def mend_vp(self, point: str) -> None:
        self.order(VP, Heal("v", point, {}))
        self.run(8)

    def states(self, line: str, timeslot: int) -> list[str]:
        return [event.state for event in self.events("VoiceChannel", line=line, timeslot=timeslot)]
