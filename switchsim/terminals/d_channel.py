"""One D channel with the data links that share it: LAPD over an HDLC channel of the native core, a TEI a link.

A seat board and the seat sets at the other end both carry one; who they are, only `ChannelOwner` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, Protocol

from switchsim.dsp.engine import Engine
from switchsim.model.event import Event
from switchsim.model.events import FrameReceived, FrameSent, Violated
from switchsim.model.part import State
from switchsim.proto import q921
from switchsim.units import ms, seconds

ROOM_CYCLES: Final = ms(20)
"""How often a transmitter that was full is tried again: a frame of 160 octets has left."""
NO_CELL: Final = 0xFFFFFFFF


class ChannelState(State):
    """What a D channel remembers. links: by TEI; backlog: frames that wait for room in the transmitter."""

    links: list[q921.LapdState]
    backlog: list[bytes] = []


class ChannelOwner(Protocol):
    """The part that a D channel is in; `number` is that of its D channel, `tei` that of a data link."""

    def emit(self, event: Event) -> None: ...
    def start_timer(self, name: str, cycles: int) -> None: ...
    def stop_timer(self, name: str) -> None: ...


class ChannelUser(Protocol):
    """Who is told what the data links report."""

    def established(self, number: int, tei: int, lost: Sequence[bytes]) -> None:
        """The link is up, or up anew. lost: messages of ours that were taken there, or were not: nobody can say."""

    def released(self, number: int, tei: int, lost: Sequence[bytes]) -> None:
        """It is down."""

    def data(self, number: int, tei: int, octets: bytes) -> None:
        """A message came, once and in sequence."""


class DChannel:
    """Timers of the owner: `T200/<number>/<tei>`, `T203/<number>/<tei>`, `room/<number>/0`: give them to `timer`."""

    def __init__(
        self, owner: ChannelOwner, user: ChannelUser, engine: Engine, number: int, names: tuple[str, ...], unit: int,
        state: ChannelState, *, tap: bool,
    ) -> None:  # fmt: skip
        """names: of the links, by TEI. unit: HDLC transmitter and receiver. tap: whether frames are journalled here."""
        assert len(names) == len(state.links)
        self.owner, self.user, self.engine = owner, user, engine
        self.number, self.names, self.unit, self.state, self.tap = number, names, unit, state, tap
        self.lapds = [q921.Lapd(link) for link in state.links]

    def listen(self, cell: int) -> None:
        """Hear the channel on this cell; NO_CELL: forget what waits, and be deaf."""
        if cell == NO_CELL:
            self.state.backlog.clear()
            self.engine.hdlc_flush(self.unit)
            for tei in range(len(self.lapds)):
                self.owner.stop_timer(f"T200/{self.number}/{tei}")
                self.owner.stop_timer(f"T203/{self.number}/{tei}")
            self.owner.stop_timer(f"room/{self.number}/0")
        self.engine.hdlc_listen(self.unit, cell)

    def establish(self, tei: int) -> None:
        self.do(tei, self.lapds[tei].establish())

    def layer1(self, tei: int, in_service: bool) -> None:
        waiting = tuple(self.state.links[tei].queue)
        self.do(tei, self.lapds[tei].line(in_service), waiting)

    def send(self, tei: int, octets: bytes) -> bool:
        """A message; False when it is discarded, as there is no link."""
        link = self.state.links[tei]
        before = link.discarded_count
        self.do(tei, self.lapds[tei].send(octets))
        return link.discarded_count == before

    def frame(self, octets: bytes) -> None:
        """A good frame came; it is for the link that its TEI names."""
        tei = octets[1] >> 1 if len(octets) > 1 else -1
        if not 0 <= tei < len(self.lapds):
            self.owner.emit(Violated(self.names[0], "Q.921 3.3.4", f"a frame for TEI {tei}, which nobody has here"))
            return
        if self.tap:
            self.owner.emit(FrameReceived(self.names[tei], octets.hex()))
        waiting = tuple(self.state.links[tei].queue)
        self.do(tei, self.lapds[tei].receive(octets), waiting)

    def timer(self, what: str, tei: int) -> None:
        if what == "room":
            self._drain()
        else:
            waiting = tuple(self.state.links[tei].queue)
            self.do(tei, self.lapds[tei].timer(what), waiting)

    def do(self, tei: int, actions: Iterable[Any], waiting: Sequence[bytes] = ()) -> None:
        """waiting: what the link had not been acknowledged before; LAPD throws all of it away, or nothing."""
        for action in actions:
            match action:
                case q921.SendFrame(octets):
                    self._transmit(tei, octets)
                case q921.StartTimer(name, cycles):
                    self.owner.start_timer(f"{name}/{self.number}/{tei}", cycles)
                case q921.StopTimer(name):
                    self.owner.stop_timer(f"{name}/{self.number}/{tei}")
                case q921.Data(octets):
                    self.user.data(self.number, tei, octets)
                case q921.Established(_, lost):
                    self.user.established(self.number, tei, waiting if lost else ())
                case q921.Released(_, _, lost):
                    self.user.released(self.number, tei, waiting if lost else ())
                case q921.Violation(clause, detail) if self.tap:
                    self.owner.emit(Violated(self.names[tei], f"Q.921 {clause}", detail))

    def _transmit(self, tei: int, octets: bytes) -> None:
        if self.tap:
            self.owner.emit(FrameSent(self.names[tei], octets.hex()))
        self.state.backlog.append(octets)
        self._drain()

    def _drain(self) -> None:
        backlog = self.state.backlog
        while backlog and self.engine.hdlc_send(self.unit, backlog[0]):
            backlog.pop(0)
        if backlog:
            self.owner.start_timer(f"room/{self.number}/0", ROOM_CYCLES)


def new_channel(side: Literal["network", "user"], links: int, t203_cycles: int) -> ChannelState:
    """Data links of SAPI 0 with the fixed TEIs 0, 1, ... T203 0: no supervision from this side."""
    return ChannelState(
        [q921.LapdState(side=side, tei=tei, t200_cycles=seconds(1), t203_cycles=t203_cycles) for tei in range(links)]
    )
