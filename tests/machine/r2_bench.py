"""Two R2 exchanges back to back on one E1 line: real signalling bits, real MFC tones through A-law, no switch between.

`a` and `b` hunt from the top and from the bottom; party ids 101.. at a, 201.. at b, by timeslot.
"""

from __future__ import annotations

from typing import Any

from two_ends import TwoEnds

from switchsim.dsp.e1 import CAS, SEND_AIS
from switchsim.dsp.e1_lines import E1Config
from switchsim.dsp.engine import Assets, Engine, EngineConfig, philox
from switchsim.farend.chance import Constant, Exponential, Uniform
from switchsim.farend.exchange import Subscriber
from switchsim.farend.line import FarLine
from switchsim.farend.load import Load, LoadConfig, Poisson, Weighted
from switchsim.farend.plan import Plan
from switchsim.farend.r2 import R2Exchange, R2ExchangeConfig
from switchsim.kernel.journal import Journal
from switchsim.kernel.ports import Wire
from switchsim.kernel.prng import Streams
from switchsim.kernel.scheduler import Kernel
from switchsim.model.messages import LineCas, LineSeen, PlaceCall
from switchsim.model.order import Act
from switchsim.proto import r2
from switchsim.terminals.framing import Framing
from switchsim.terminals.line_end import LINE_MESSAGES, LineEndRow, units_of
from switchsim.terminals.r2 import MFC_EVENTS, R2Row
from switchsim.units import ms, seconds

A, B = "farend/exchange/a", "farend/exchange/b"
LINES = ("farend/line/a", "farend/line/b")
ALL = tuple(slot for slot in range(1, 32) if slot != 16)
IDLE = 0b10
SOON = (Subscriber(number="10060", ring=Constant(ms(1_000))),)
CALLING = "138"


class Bench(TwoEnds):
    """The line is two native E1 units: what `a` hears is unit 0, what `b` hears unit 1; ends of it are FarLines."""

    def __init__(
        self, *, variant: str = "itu", slots: tuple[int, ...] = (1, 2, 17), seed: int = 1, batch: int = 160,
        subscribers: tuple[Subscriber, ...] = (Subscriber(),), plans: dict[str, Plan] | None = None,
        ring_back: int = -1, assets: Assets | None = None, extra: Any = None, power: bool = True,
        config: dict[str, Any] | None = None, ends: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """config: of R2Config, of both exchanges; ends: more of R2ExchangeConfig."""
        self.slots = slots
        count = 2 * len(slots)
        self.engine = Engine(
            EngineConfig(n_sources=count, n_switched=64, n_e1=2, n_ears=count, n_mfc=count),
            assets if assets is not None else Assets(),
        )
        first = self.engine.first_switched_cell
        self.cells = (first, first + 32)
        """Cells that `a`, `b` hear."""
        for unit, cell in enumerate(self.cells):
            self.engine.e1_define(unit, E1Config(first_cell=cell, opposite=1 - unit, flags=CAS))
        self.lines: list[bytes] = []
        journal = Journal(self.lines.append, lambda _: None)
        self.kernel = Kernel(self.engine, journal, Streams(seed, philox), batch=batch)
        self.ends: list[R2Exchange] = []
        self.far_lines: list[FarLine] = []
        r2_config = r2.R2Config(variant=variant, cd=0b11 if variant == "china" else 0b01, **(config or {}))
        for end, path in enumerate((A, B)):
            parties = self.people_of(end, slots, self.cells[1 - end], self.cells[end])
            self._line(end, path)
            self._add(path, R2ExchangeConfig(
                parties=parties, plans=plans or {}, subscribers=subscribers, ring_back=ring_back, r2=r2_config,
                circuits=tuple(R2Row(line="e1-0", timeslot=row.timeslot, mfc=row.source, hears=row.hears,
                                     source=row.source) for row in parties),
                from_top=not end, **(ends or {}),
            ))  # fmt: skip
        if extra is not None:
            extra(self)
        if power:
            self.kernel.power_on()

    def _line(self, end: int, exchange: str) -> None:
        row = LineEndRow("e1-0", "far", end, 1 - end, self.cells[end], self.cells[1 - end], Framing(cas=True))
        line = FarLine(LINES[end], self.kernel, self.engine, row, user=True)
        self.kernel.add(line)
        self.far_lines.append(line)
        for kinds, unit in units_of(row):
            self.kernel.own_media(kinds, unit, LINES[end])
        self.kernel.connect(LINES[end], "line", Wire(LINES[1 - end], "line", LINE_MESSAGES))
        self.kernel.connect(LINES[end], "user", Wire(exchange, "line", (LineSeen, LineCas)))
        self.kernel.connect(exchange, "remote/e1-0", Wire(LINES[end], "sender", (LineCas,)))

    def _add(self, path: str, config: R2ExchangeConfig) -> None:
        part = R2Exchange(path, self.kernel, self.engine, config)
        self.kernel.add(part)
        self.ends.append(part)
        self.own_people(path, config.parties)
        for circuit in config.circuits:
            self.kernel.own_media(MFC_EVENTS, circuit.mfc, path)

    def ais(self, on: bool, *, both: bool = True) -> None:
        """Both ends, or that of `a`, send unframed ones, or no more."""
        for line in self.far_lines[: 1 + both]:
            line.line.send("test", SEND_AIS if on else 0)

    def line(self, place: str, way: str = "", slot: int = 0) -> list[str]:
        """Names of the line signals of an exchange, after power-on's idle."""
        rows: list[Any] = [row.event for row in self.records(place, "R2Line") if row.at]
        return [row.signal for row in rows if way in ("", row.way) and slot in (0, row.timeslot)]

    def register(self, place: str, slot: int = 0) -> list[str]:
        """Register signals as an exchange sends and hears them begin: I-1, A-1, ..."""
        rows: list[Any] = [row.event for row in self.records(place, "R2Register")]
        return [f"{row.group}-{row.signal}" for row in rows if row.on and slot in (0, row.timeslot)]

    def at_rest(self) -> str:
        """What is left of any call, at either end; `` nothing."""
        for end, part in enumerate(self.ends):
            state = part.state
            if state.by_key or state.wanted or state.ringing or any(leg.key for leg in state.legs):
                return f"{part.path} has calls: {state.by_key} {state.wanted} {state.ringing}"
            left = list(self.kernel.timers_of(part.path))
            if left:
                return f"{part.path} has timers: {left}"
            for number, circuit in enumerate(part.ends.circuits):
                own = state.ends.circuits[number]
                left_over = own.register or own.pulse or own.stuck or own.sent != IDLE or own.heard != IDLE
                if left_over or not circuit.selectable:
                    return f"{part.path} circuit {number}: {own}"
            if any(self.engine.connected(self.cells[1 - end] + slot) for slot in self.slots):
                return f"{part.path} is still connected"
        return ""


def call(bench: Bench, place: str, called: str = "10060", at: int = -1, **values: int | str) -> None:
    at = bench.kernel.now if at < 0 else at
    bench.kernel.order(at, place, Act("call", {"called": called, "calling": CALLING, **values}))


def talks(bench: Bench, place: str = "") -> list[int]:
    """When parties of an exchange heard the other person."""
    rows = bench.records(place, "PartyState")
    return [row.at for row in rows if row.event.state == "talking"]  # type: ignore[attr-defined]


def ready(**more: object) -> Bench:
    """Powered on long enough that every circuit can be seized."""
    return Bench(**{"subscribers": SOON, **more}).run(seconds(1))  # type: ignore[arg-type]


def talk(bench: Bench, place: str = A, timeslot: int = 0) -> bool:
    """Whether one call more goes through."""
    before = len(talks(bench, place))
    call(bench, place, hold_cycles=seconds(1), timeslot=timeslot)
    bench.run(seconds(10))
    return len(talks(bench, place)) > before


def loaded(bench: Bench) -> None:
    """Callers at both ends, more than the circuits carry."""
    for name, place in (("out", A), ("in", B)):
        config = LoadConfig(
            shape=Poisson(4_000), plans=(Weighted(""),), called=(Weighted("10060", 5), Weighted("17"), Weighted("9")),
            lines=("e1-0",), hold=Exponential(seconds(3)), patience=Uniform(seconds(1), seconds(12)),
            stop_at=seconds(25),
        )  # fmt: skip
        load = Load(f"farend/load/{name}", bench.kernel, config)
        bench.kernel.add(load)
        bench.kernel.connect(load.path, "exchange/e1-0", Wire(place, "load", (PlaceCall,)))


__all__ = ["ALL", "LINES", "SOON", "A", "B", "Bench", "call", "loaded", "ready", "talk", "talks"]
