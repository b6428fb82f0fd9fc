"""One end of an E1 line: its framer in the native core, what it finds, what it answers, its elastic store, its quality.

A trunk board has one for each of its lines, and so has the far end of a line; both are the same. While nothing is wrong
a line is copied octet by octet and costs nothing. Before anything happens on it (`stir`) both its directions go to bit
level, and both ends look at it second by second until it is calm again.
"""

from __future__ import annotations

from typing import Final, Protocol

import msgspec

from switchsim.dsp.e1 import CAS, CRC4, HDB3, NFAS, SEND_A, SEND_Y
from switchsim.dsp.e1_lines import EV_CAS, EV_E1, EV_SSM, E1Config
from switchsim.dsp.engine import Engine
from switchsim.model.event import Event
from switchsim.model.events import CasReceived, LineSlip, LineStatus
from switchsim.model.message import Message
from switchsim.model.messages import LineClock, LineSlips, LineStirred, NodeClock
from switchsim.model.part import MediaEvent, State
from switchsim.proto.clock.ssm import Quality
from switchsim.proto.clock.store import Store, StoreState
from switchsim.proto.e1 import Consequences, EndOptions, Received, consequences, ranked, words
from switchsim.terminals.framing import Framing
from switchsim.terminals.line_faults import LineFaults, LineFaultsState
from switchsim.terminals.line_quality import LineQuality, QualityState
from switchsim.units import CYCLES_PER_SECOND

MACHINE: Final = "machine"
FAR: Final = "far"
DO_NOT_USE: Final = int(Quality.DO_NOT_USE)
RECEIVER_EVENTS: Final = (EV_E1, EV_CAS, EV_SSM)
BOARD: Final = "board"
LOST_FRAMES: Final = int(Received.LOS | Received.AIS | Received.LOF)
"""No frames arrive: the elastic store stands still, and its reader begins in the middle when they come back."""
PHASE: Final = 5
"""The two multiframes of a direction do not begin in the same frame: nothing is derived from one for the other."""


LineMessage = LineStirred | LineClock | LineSlips
LINE_MESSAGES: Final = (LineStirred, LineClock, LineSlips)
"""What one end tells the other beside the bits of the line."""


class LineEndRow(msgspec.Struct, frozen=True):
    """What the assembly gives an end: the native E1 units of what arrives at it and of what it sends.

    hears, speaks: the native cells of timeslot 0, of what arrives and of what leaves.
    """

    name: str
    end: str  # machine, far
    receive: int
    transmit: int
    hears: int
    speaks: int
    framing: Framing = Framing()
    joined: bool = False  # the other end is another machine's
    reference: bool = False  # a clock is told what arrives
    bits: bool = False  # bit level for ever, to compare both levels
    signalled: bool = False  # its signalling bits are those of circuits


class LineEndState(State):
    """status: of the receiver, native. sends: who has what sent -> SEND_*. muted: who keeps the receiver silent.

    bits: this end thinks that the line is at bit level.

    own, heard: the clocks of this end and of what arrives. The qualities are what the Sa bits say.
    """

    status: int = 0
    sends: dict[str, int] = {}
    muted: list[str] = []
    bits: bool = False
    sa: int = 0x1F  # Sa4..Sa8 sent, as bits 4..0
    slips: int = 0
    own: NodeClock = NodeClock(0, 0, "")
    heard: LineClock = LineClock(0, "")
    heard_quality: int = 0
    told: LineClock = LineClock(0, "")
    told_quality: int = 0
    store: StoreState = msgspec.field(default_factory=StoreState)
    quality: QualityState = msgspec.field(default_factory=QualityState)
    faults: LineFaultsState = msgspec.field(default_factory=LineFaultsState)


class LineOwner(Protocol):
    """What a part gives its line ends."""

    @property
    def now(self) -> int: ...
    def emit(self, event: Event) -> None: ...
    def draw(self, stream: str) -> int: ...
    def start_line_timer(self, what: str, number: int, cycles: int) -> None: ...
    def stop_line_timer(self, what: str, number: int) -> None: ...
    def tell_other_end(self, number: int, message: Message) -> None: ...
    def line_found(self, number: int) -> None:
        """What the receiver finds changed."""
    def line_clock_heard(self, number: int) -> None:
        """The clock of what arrives, or whether it can be used, changed."""
    def cas_heard(self, number: int, timeslot: int, abcd: int) -> None:
        """Signalling bits that arrive changed."""


class LineEnd:
    """Line `number` of its owner. Timers: `slip`, `second`."""

    def __init__(self, owner: LineOwner, engine: Engine, number: int, row: LineEndRow, state: LineEndState) -> None:
        self.owner = owner
        self.engine = engine
        self.number = number
        self.row = row
        self.state = state
        self.options = EndOptions(cas=row.framing.cas)
        self.store = Store(state.store)
        self.quality = LineQuality(self)
        self.faults = LineFaults(self)

    def timer(self, what: str) -> None:
        """A timer that this end has started through its owner."""
        if what == "second":
            self.second()
        elif what == "slip":
            self.slip_due()
        else:
            self.faults.again(what.partition("/")[2])

    # -- what it finds -------------------------------------------------------------------------------------------

    @property
    def found(self) -> Consequences:
        """What follows from what the receiver finds (G.732 4)."""
        return consequences(self.state.status, self.options)

    def media(self, event: MediaEvent) -> None:
        """An event of RECEIVER_EVENTS of the receive unit."""
        if event.kind == EV_E1:
            self._status(event.a, event.at)
        elif event.kind == EV_CAS:
            self.owner.emit(CasReceived(self.row.name, self.row.end, event.a, event.b))
            self.owner.cas_heard(self.number, event.a, event.b)
        else:
            self.ssm_heard(event.a)

    def _status(self, status: int, found: int) -> None:
        if status == self.state.status:
            return
        self.stir()
        if self.state.status & LOST_FRAMES and not status & LOST_FRAMES:
            self.store.recentred(self.owner.now)
        self.state.status = status
        self.quality.status(status)
        self.owner.emit(LineStatus(self.row.name, self.row.end, words(status), found))
        then = self.found
        self.mute("eber", bool(ranked(status) & Received.EBER))  # the framer squelches for the others
        self.send("rai", SEND_A if then.send_rai else 0)
        self.send("remote_mf", SEND_Y if then.send_y else 0)
        self._clocks()
        self.owner.line_found(self.number)
        self.owner.line_clock_heard(self.number)

    # -- what it sends -------------------------------------------------------------------------------------------

    def send(self, who: str, flags: int) -> None:
        """`who` wants these of SEND_* sent, or (0) nothing any more."""
        before = self._flags()
        self.state.sends.pop(who, None)
        if flags:
            self.state.sends[who] = flags
        if self._flags() != before:
            self.stir()
            self.engine.e1_send(self.row.transmit, self._flags())

    def _flags(self) -> int:
        flags = 0
        for one in self.state.sends.values():
            flags |= one
        return flags

    def mute(self, who: str, on: bool) -> None:
        """The receiver gives out ones: its board is dead."""
        muted = self.state.muted
        if on == (who in muted):
            return
        if on:
            muted.append(who)
        else:
            muted.remove(who)
        self.engine.e1_mute(self.row.receive, bool(muted))

    def power(self, sends: int) -> None:
        """The board of this end works (0), or it is dead and sends these of SEND_*; its store begins in the middle."""
        self.mute(BOARD, bool(sends))
        self.send(BOARD, sends)
        if not sends:
            self.store.recentred(self.owner.now)
        self._clocks()

    def cas(self, timeslot: int, abcd: int) -> None:
        """Send signalling bits on a channel."""
        self.engine.e1_abcd(self.row.transmit, timeslot, abcd)

    # -- bit level -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Once, at power-on."""
        framing = self.row.framing
        if framing.ssm_bit:
            self.state.heard_quality = self.state.told_quality = DO_NOT_USE  # as a Sa bit says that is always 1
        if self.row.bits:
            self.stir()

    def stir(self) -> None:
        """Something is about to happen: both directions bit by bit, both ends watch."""
        self._to_bits()
        self.owner.tell_other_end(self.number, LineStirred(self.row.name))

    def _to_bits(self) -> None:
        """Also when this end thinks that it is so: in this very cycle the other one may have found the line calm."""
        counted = self.quality.counted() if self.state.bits else None
        self.state.bits = True
        self.engine.e1_level(self.row.receive, True)
        self.engine.e1_level(self.row.transmit, True)
        self._watch()
        self.quality.go_on(counted)

    def _watch(self) -> None:
        if not self.state.quality.watching:
            if not self.state.quality.asleep:
                self.quality.watch()
            self._second_in(1)

    def sleep(self) -> None:
        """The board of this end has died: nothing is counted or told."""
        self.quality.sleep()
        self._second_in(1)

    def wake(self) -> None:
        """It starts again, and sees its line anew; nothing when it has not slept."""
        if self.state.quality.asleep:
            self._status(self.engine.e1_status(self.row.receive), self.owner.now)
            self.quality.wake()
            self._second_in(1)

    def _second_in(self, seconds: int) -> None:
        rest = -self.owner.now % CYCLES_PER_SECOND or CYCLES_PER_SECOND
        self.owner.start_line_timer("second", self.number, rest + (seconds - 1) * CYCLES_PER_SECOND)

    def second(self) -> None:
        """The timer `second`: a second that was watched is over, or the registers must be told how things went on."""
        if self.state.quality.asleep:
            later = int(self.state.bits and self._stirs())
        elif self.state.quality.watching:
            lapses = self.quality.g822.next_change()
            self.quality.second()
            if lapses is not None and lapses <= self.owner.now:  # slips of an hour ago count no more
                self.owner.line_found(self.number)
            later = 1 if self._stirs() else self.quality.rest()
        else:
            later = self.quality.ask()
        if later:
            self._second_in(later)

    def _stirs(self) -> bool:
        """Whether the line must be watched on; if not it is at octet level now."""
        engine, row = self.engine, self.row
        if row.bits or not (engine.e1_clean(row.receive) and engine.e1_clean(row.transmit)):
            return True
        engine.e1_level(row.receive, False)
        engine.e1_level(row.transmit, False)
        self.state.bits = False
        self.faults.calm()
        return False

    def other_end_says(self, message: Message) -> None:
        if isinstance(message, LineStirred):
            self._to_bits()
        elif isinstance(message, LineSlips):
            self.slip(message.how, "fault")
        elif isinstance(message, LineClock):
            self.state.heard = message
            self._clocks()
            self._tell_clock()
            self.owner.line_clock_heard(self.number)

    # -- clocks --------------------------------------------------------------------------------------------------

    @property
    def usable(self) -> bool:
        """What arrives can be a reference."""
        return not self.found.squelch and not self.state.muted

    def clock(self, own: NodeClock) -> None:
        """The clock that this end sends with and reads with has changed."""
        self.state.own = own
        self._clocks()
        self._tell_clock()

    def loops_changed(self) -> None:
        """A loop takes the clock with the bits, as real ones do: it is made before the elastic store."""
        self._clocks()
        self._tell_clock()

    def _clock_sent(self) -> LineClock:
        own, heard = self.state.own, self.state.heard
        if self.faults.looped("line") and not heard.returned:
            return LineClock(heard.ppb, heard.origin, True)
        return LineClock(own.ppb, own.origin)

    def _tell_clock(self) -> None:
        own = self.state.own
        quality = DO_NOT_USE if own.reference == self.row.name else own.quality
        told = self._clock_sent()
        if told != self.state.told:
            self.state.told = told
            self.owner.tell_other_end(self.number, told)
        if quality != self.state.told_quality and self.row.framing.ssm_bit:
            self.state.told_quality = quality
            self.stir()
            self.engine.e1_sa(self.row.transmit, self.state.sa, quality)

    def sa_bits(self, sa: int) -> None:
        """Send these Sa4..Sa8 (bits 4..0); the one that carries the status message goes on with it."""
        if sa != self.state.sa:
            self.state.sa = sa
            self.stir()
            self.engine.e1_sa(self.row.transmit, sa, self.state.told_quality)

    def ssm_heard(self, quality: int) -> None:
        """A synchronisation status message arrived over the Sa bit."""
        self.state.heard_quality = quality
        self.owner.line_clock_heard(self.number)

    def _clocks(self) -> None:
        """The elastic store drifts while frames are written into it; a bad error ratio does not stop that."""
        stands = bool(self.state.status & LOST_FRAMES) or BOARD in self.state.muted or self.faults.looped("local")
        heard = self.state.own.ppb if stands else self.state.heard.ppb
        self.store.frequencies(self.owner.now, heard, self.state.own.ppb)
        self._next_slip()

    def _next_slip(self) -> None:
        due = self.store.next_slip(self.owner.now)
        if due is None:
            self.owner.stop_line_timer("slip", self.number)
        else:
            self.owner.start_line_timer("slip", self.number, max(0, due[0] - self.owner.now))

    def slip_due(self) -> None:
        """The timer `slip`: the elastic store runs over or empty."""
        due = self.store.next_slip(self.owner.now)
        if due is not None and due[0] <= self.owner.now:
            self.store.slipped(self.owner.now)
            self.slip(due[1], "clocks")
        self._next_slip()

    def slip(self, how: int, why: str) -> None:
        """One frame repeated (+1) or lost (-1); nothing while another slip of this cycle waits, or in a dead board."""
        if BOARD in self.state.muted or not self.engine.e1_slip(self.row.receive, how):
            return
        self.state.slips += 1
        self._watch()
        self.quality.slipped()
        self.owner.emit(LineSlip(self.row.name, self.row.end, "repeated" if how > 0 else "lost", why, self.state.slips))
        self.owner.line_found(self.number)


def units_of(row: LineEndRow) -> list[tuple[tuple[int, ...], int]]:
    """(kinds of events, unit) that the part with this end has to own."""
    return [(RECEIVER_EVENTS, row.receive)]


def e1_config(framing: Framing, first_cell: int, opposite: int) -> E1Config:
    """Of a direction: native cells from `first_cell`; opposite: the unit whose receiver stands at the sender's end."""
    crc4 = framing.crc4 and framing.far_crc4
    flags = CRC4 * crc4 | CAS * framing.cas | HDB3 * framing.hdb3 | NFAS * framing.nfas_loss
    return E1Config(first_cell=first_cell, opposite=opposite, flags=flags, phase=PHASE, los_intervals=framing.los,
                    ssm_sa=framing.ssm_bit)  # fmt: skip
