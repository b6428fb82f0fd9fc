"""The far end of timeslots that programs built on Osmocom's libraries open (`--e1d`), line by line.

The built-in far end keeps a timeslot until a program opens it: then what the program sends goes on the line, and the
built-in far end hears all-ones. Once it is closed, everything is as before. Units of the native core are given out at
opening, from a pool.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from switchsim.dsp.e1 import AIS, LOF, LOS, RAI
from switchsim.dsp.engine import EV_BAD_FRAME, EV_FRAME, NONE, Engine
from switchsim.farend.attached_modes import BAD_REASONS, DRAIN_CYCLES
from switchsim.farend.e1d_timeslot import (
    FEED_CYCLES,
    JOIN_CYCLES,
    E1dUnit,
    HdlcTimeslot,
    RawTimeslot,
    Timeslot,
    TimeslotState,
)
from switchsim.model.e1d import CONTROL, Item, LineReceives, OpenedTimeslot, SaWanted, pack_item, read_opened
from switchsim.model.events import FrameBad, ProgramAttached, ProgramDetached
from switchsim.model.order import Act, Order, Outside
from switchsim.model.outside import unpack_in
from switchsim.model.part import Host, MediaEvent, Part, State
from switchsim.model.phase import Phase
from switchsim.proto.e1d.wire import (
    AIS_OFF,
    AIS_ON,
    LOF_OFF,
    LOF_ON,
    LOS_OFF,
    LOS_ON,
    RAI_OFF,
    RAI_ON,
    SABITS_EVENT,
    Message,
    encode,
    octet_of_sa,
    sa_of_octet,
)

PLACE: Final = "farend/e1d"
SIGNALS: Final = ((LOS, LOS_ON, LOS_OFF), (AIS, AIS_ON, AIS_OFF), (RAI, RAI_ON, RAI_OFF), (LOF, LOF_ON, LOF_OFF))
TIMESLOTS: Final = range(1, 32)
_FEED, _DRAIN, _JOIN = "feed", "drain", "join"
_TIMESLOTS: Final = {"raw": RawTimeslot, "hdlc": HdlcTimeslot}


class E1dLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line whose timeslots can be opened; cells are those of its timeslot 0, the others follow.

    near_rx: the switched cells of the machine's end. far_rx: those that arrive from the machine; far_hears: copies of
    them, which the built-in far end listens to.
    """

    name: str
    near_rx: int
    far_rx: int
    far_hears: int


class E1dConfig(msgspec.Struct, frozen=True):
    """lines: in the order of their numbers. units: as many timeslots can be open at once. framers: each line has one
    at its far end, wired to ports `line/<line>` (out: SaWanted, in: LineReceives)."""

    lines: tuple[E1dLine, ...]
    units: tuple[E1dUnit, ...]
    framers: bool = False


class E1dState(State):
    """open: session -> timeslot. status, sa: line -> bits received, as last told. Counts are of datagrams."""

    open: dict[int, TimeslotState] = {}
    outbox: list[bytes] = []
    status: dict[str, int] = {}
    sa: dict[str, int] = {}
    bad_lengths: int = 0
    underruns: int = 0
    ignored: int = 0
    """Inputs that no adaptor writes, of a replay that was changed."""


class E1dFarEnd(Part[E1dState]):
    """`farend/e1d`. Orders: Outside as switchsim/model/e1d.py says; Act `line_status` with line and status.

    `take_outbox` is what is to go to the programs.
    """

    phase = Phase.SIGNAL

    def __init__(self, path: str, host: Host, engine: Engine, config: E1dConfig) -> None:
        super().__init__(path, host)
        self.engine = engine
        self.config = config
        self.state = E1dState()
        self.lines = {line.name: line for line in config.lines}

    @property
    def has_output(self) -> bool:
        return bool(self.state.outbox)

    def take_outbox(self) -> list[bytes]:
        """What is to go to the programs, once: with all whole blocks that raw timeslots carried until now."""
        for session in self.state.open:
            self._timeslot(session).heard(self.now)
        taken, self.state.outbox = self.state.outbox, []
        return taken

    def line_status(self, line: str, status: int) -> None:
        """The receiver of the far end finds this on a line: LOS | AIS | LOF | RAI. Clients are told what changed."""
        before = self.state.status.get(line, 0)
        self.state.status[line] = status
        for bit, on, off in SIGNALS:
            if (before ^ status) & bit:
                self._tell_clients(line, on if status & bit else off)

    def sa_bits(self, line: str, sa: int) -> None:
        """The far end receives these Sa4..Sa8 (bits 4..0). Every client is told when they changed."""
        if self.state.sa.get(line, 0x1F) != sa:
            self.state.sa[line] = sa
            self._tell_clients(line, SABITS_EVENT, bytes([octet_of_sa(sa)]))

    def start(self) -> None:
        """The built-in far end hears its lines."""
        for line in self.config.lines:
            for timeslot in TIMESLOTS:
                self.engine.connect(line.far_hears + timeslot, line.far_rx + timeslot)

    def on_order(self, order: Order) -> None:
        if isinstance(order, Act):
            assert order.act == "line_status", f"{self.path} takes no act {order.act!r}"
            self.line_status(str(order.values["line"]), int(order.values["status"]))
            return
        assert isinstance(order, Outside), f"{self.path} takes no {order}"
        session, payload = unpack_in(order.octets)
        match order.what:
            case "attached":
                self._attached(session, payload)
            case "detached":
                self._detached(session)
            case "data":
                self._data(session, payload)
            case "underrun":
                self._underrun(session, payload)
            case "bad_length":
                self.state.bad_lengths += 1

    def on_message(self, port: str, message: Any) -> None:
        assert isinstance(message, LineReceives), f"{self.path} has no port {port!r} for {type(message).__name__}"
        self.line_status(message.line, message.status)
        if message.sa >= 0:
            self.sa_bits(message.line, message.sa)

    def on_media(self, event: MediaEvent) -> None:
        """A frame, or none, on a unit: it is for whoever has the unit now."""
        for timeslot in self.state.open.values():
            its_own = timeslot.mode == "hdlc" and self.config.units[timeslot.unit].hdlc == event.unit
            if its_own and event.at >= timeslot.since:
                if event.kind == EV_FRAME:
                    self.state.outbox.append(pack_item(Item.DATA, timeslot.session, event.octets))
                elif event.kind == EV_BAD_FRAME:
                    self.emit(FrameBad(timeslot.name, BAD_REASONS[event.a], event.b))

    def on_timer(self, name: str) -> None:
        what, _, session_number = name.partition("/")
        if what == _JOIN:
            RawTimeslot(self, self.state.open[int(session_number)]).join()
            return
        for session, timeslot in self.state.open.items():
            if (timeslot.mode == "raw") == (name == _FEED):
                self._timeslot(session).feed()
        self._go_on()

    # -- sessions --------------------------------------------------------------------------------------------------

    def _attached(self, session: int, payload: bytes) -> None:
        opened = read_opened(payload)
        if opened is None or opened.line not in self.lines or session in self.state.open:
            self.state.ignored += payload != CONTROL.encode()
            return
        unit = self._free_unit(opened)
        if unit == NONE:
            self.state.ignored += 1
            return
        line, name = self.lines[opened.line], f"{opened.line}:{opened.timeslot}"
        self.state.open[session] = TimeslotState(
            session=session, name=name, line=opened.line, timeslot=opened.timeslot, mode=opened.mode,
            bufsize=opened.bufsize, unit=unit, since=self.now,
            before=self.engine.connected(line.near_rx + opened.timeslot),
        )  # fmt: skip
        self.emit(ProgramAttached(name))
        self._timeslot(session).open(self.now)
        if opened.mode == "raw":
            self.start_timer(f"{_JOIN}/{session}", JOIN_CYCLES)
        self._go_on()

    def _free_unit(self, opened: OpenedTimeslot) -> int:
        """The first unit that nobody has; NONE: all are taken, or the timeslot is open."""
        timeslots = list(self.state.open.values())
        if any((one.line, one.timeslot) == (opened.line, opened.timeslot) for one in timeslots):
            return NONE
        taken = [one.unit for one in timeslots]
        return next((unit for unit in range(len(self.config.units)) if unit not in taken), NONE)

    def _detached(self, session: int) -> None:
        if session in self.state.open:
            timeslot = self._timeslot(session)
            self.stop_timer(f"{_JOIN}/{session}")
            timeslot.close()
            del self.state.open[session]
            self.emit(ProgramDetached(timeslot.state.name))

    def _data(self, session: int, payload: bytes) -> None:
        if session in self.state.open:
            self._timeslot(session).data(payload)
            self._go_on()
        elif len(payload) == 2 and payload[0] < len(self.config.lines):
            line = self.config.lines[payload[0]].name
            if self.config.framers:
                self.send(f"line/{line}", SaWanted(line, sa_of_octet(payload[1])))
        else:
            self.state.ignored += 1

    def _underrun(self, session: int, payload: bytes) -> None:
        self.state.underruns += 1
        if session in self.state.open and self.state.open[session].mode == "raw":
            RawTimeslot(self, self.state.open[session]).underrun(payload)
            self._go_on()

    def _go_on(self) -> None:
        """Timers for what the native core did not take yet."""
        if any(one.octets for one in self.state.open.values()):
            self.start_timer(_FEED, FEED_CYCLES)
        if any(one.frames or one.in_transmitter for one in self.state.open.values()):
            self.start_timer(_DRAIN, DRAIN_CYCLES)

    def _timeslot(self, session: int) -> Timeslot:
        state = self.state.open[session]
        return _TIMESLOTS[state.mode](self, state)

    def _tell_clients(self, line: str, event: int, payload: bytes = b"") -> None:
        """Events of osmo-e1d name timeslot 0 (mux_demux.c)."""
        number = [one.name for one in self.config.lines].index(line)
        packet = encode(Message(type=event, interface=0, line=number, timeslot=0, payload=payload))
        self.state.outbox.append(pack_item(Item.EVENT, 0, packet))
