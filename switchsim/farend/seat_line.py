"""Seat sets on one D channel, 1B+D or NB+D: their keys go to the seat board, its displays come to their people.

Real frames leave and arrive through the native core's HDLC channels. A set is the user side of LAPD with a fixed TEI:
it waits for its board to establish the link, and registers whenever that has happened.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from switchsim.dsp.engine import EV_FRAME, Engine
from switchsim.model.link_events import SeatKeyLost
from switchsim.model.messages import LineSeen, SetKey, SetShows
from switchsim.model.part import Host, MediaEvent, Part, State
from switchsim.proto import seats
from switchsim.terminals.d_channel import ChannelState, DChannel, new_channel


class SeatLineConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Given by the assembly. seats: numbers, by TEI. hears: the cell of the D wires that comes from the board."""

    seats: tuple[str, ...]
    unit: int
    hears: int


class SeatLineState(State):
    """early: by TEI, keys pressed while a set waits for its first link; later, without a link, it takes none."""

    channel: ChannelState
    early: dict[int, list[bytes]]
    bad_frames: int = 0
    violations: int = 0


class SeatLine(Part[SeatLineState]):
    """`farend/seat_line/<first seat>`. Ports: in `set` (SetKey) and `line` (LineSeen), out `person/<TEI>` (SetShows).

    Owns the events of its HDLC receiver (FRAME, BAD_FRAME).
    """

    def __init__(self, path: str, host: Host, engine: Engine, config: SeatLineConfig) -> None:
        super().__init__(path, host)
        self.engine = engine
        self.config = config
        self.teis = {seat: tei for tei, seat in enumerate(config.seats)}
        teis = range(len(config.seats))
        self.state = SeatLineState(new_channel("user", len(teis), 0), {tei: [] for tei in teis})  # the board supervises
        self.restored()

    def restored(self) -> None:
        names = tuple(f"seat/{seat}" for seat in self.config.seats)
        self.channel = DChannel(self, self, self.engine, 0, names, self.config.unit, self.state.channel, tap=False)

    def start(self) -> None:
        self.channel.listen(self.config.hears)

    def on_media(self, event: MediaEvent) -> None:
        if event.kind == EV_FRAME:
            self.channel.frame(event.octets)
        else:
            self.state.bad_frames += 1  # LAPD has it sent again

    def on_timer(self, name: str) -> None:
        what, _, tei = name.split("/")
        self.channel.timer(what, int(tei))

    def on_message(self, port: str, message: SetKey | LineSeen) -> None:
        if isinstance(message, SetKey):
            self._pressed(message)
            return
        tei = self.teis[message.line]
        self.channel.layer1(tei, message.in_service)
        if not message.in_service:
            self._lost(tei, self.state.early.pop(tei, []), "no_link")
            self._dead(tei)

    def _pressed(self, message: SetKey) -> None:
        """Without a link the key does nothing; its person sees that by the display."""
        tei, argument = self.teis[message.seat], message.argument
        if len(argument) > seats.MOST_DIGITS or not argument.isascii():
            self.emit(SeatKeyLost(message.seat, message.key, argument, "too_long"))
            return
        octets = seats.encode(seats.Key(message.key, argument))
        if tei in self.state.early:
            self.state.early[tei].append(octets)
        elif not self.channel.send(tei, octets):
            self._lost(tei, [octets], "no_link")

    def _dead(self, tei: int) -> None:
        self.send(f"person/{tei}", SetShows(self.config.seats[tei], "dead", False, 0, ""))

    # -- the data links --------------------------------------------------------------------------------------------

    def established(self, number: int, tei: int, lost: Sequence[bytes]) -> None:
        self._lost(tei, lost, "link_lost")
        self.channel.send(tei, seats.encode(seats.Register(self.config.seats[tei])))
        for octets in self.state.early.pop(tei, []):
            self.channel.send(tei, octets)

    def released(self, number: int, tei: int, lost: Sequence[bytes]) -> None:
        self._lost(tei, lost, "link_lost")
        self._dead(tei)

    def _lost(self, tei: int, lost: Sequence[bytes], why: str) -> None:
        """A key of long ago is not pressed again: its person has seen that nothing happened."""
        for octets in lost:
            body = seats.decode(octets)
            if isinstance(body, seats.Key):
                self.emit(SeatKeyLost(self.config.seats[tei], body.key, body.argument, why))

    def data(self, number: int, tei: int, octets: bytes) -> None:
        body = seats.decode(octets)
        if isinstance(body, seats.Display):
            shows = SetShows(self.config.seats[tei], body.state, body.ringing, body.call, body.calling)
            self.send(f"person/{tei}", shows)
        else:
            self.state.violations += 1
