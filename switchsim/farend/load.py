"""Load: people who call, at instants that follow a shape of intensity over time."""

from __future__ import annotations

from math import isqrt
from typing import Final, Union

import msgspec

from switchsim.dsp.engine import exponential_q16
from switchsim.farend.chance import Duration, drawn
from switchsim.kernel.prng import below
from switchsim.model.messages import PlaceCall
from switchsim.model.order import Act, Begin, Order
from switchsim.model.part import Host, Part, State
from switchsim.model.phase import Phase
from switchsim.units import CYCLES_PER_SECOND

ONE_Q16: Final = 1 << 16
CYCLES_A_MILLICALL: Final = CYCLES_PER_SECOND * 1_000
"""Cycles x milli-calls a second that make one call."""


class Steady(msgspec.Struct, frozen=True, tag="constant", forbid_unknown_fields=True):
    """One call every 1/rate; the first after one such gap."""

    rate_mcps: int  # milli-calls a second, 1 and up


class Poisson(msgspec.Struct, frozen=True, tag="poisson", forbid_unknown_fields=True):
    """Gaps are negative exponential."""

    rate_mcps: int


class Ramp(msgspec.Struct, frozen=True, tag="ramp", forbid_unknown_fields=True):
    """The rate goes in a straight line over `over_cycles`, and stays; with random gaps if wanted."""

    from_mcps: int
    to_mcps: int
    over_cycles: int
    random: bool = False


class Burst(msgspec.Struct, frozen=True, tag="burst", forbid_unknown_fields=True):
    """`calls` at once, at the start and every `every_cycles`."""

    calls: int
    every_cycles: int


Shape = Union[Steady, Poisson, Ramp, Burst]  # noqa: UP007 - msgspec reads it at run time


class Weighted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number that is called, or a plan that is followed, this often compared with the others."""

    value: str
    weight: int = 1


class LoadConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Given by the assembly. Cycles are absolute; -1 for start_at: when a Begin order comes; -1 for stop_at: never."""

    shape: Shape
    called: tuple[Weighted, ...]
    plans: tuple[Weighted, ...]  # names of plans that every exchange of `lines` knows
    lines: tuple[str, ...]  # the out-ports are exchange/<line>
    bound: bool = True  # False: an exchange with several lines may take another one than that of the port
    spread: str = "round_robin"  # or random
    calling_prefix: str = "138"
    calling_digits: int = 8  # drawn after the prefix
    hold: Duration | None = None  # None: the plan's
    patience: Duration | None = None
    start_at: int = 0
    stop_at: int = -1
    most_calls: int = 0  # 0 = no limit


class LoadState(State):
    began: int = -1  # cycle, -1 = not yet
    calls: int = 0
    lost: int = 0  # no exchange took the message
    progress_q16: int = 0  # calls by intensity up to the next one
    due: int = -1  # cycle of the next call, -1 = none
    turn: int = 0


def arrival(shape: Shape, progress_q16: int) -> int:
    """Cycles from the start until the intensity has added up to progress/65536 calls; -1 when it never does."""
    if isinstance(shape, Ramp):
        return _ramp_arrival(shape, progress_q16)
    if isinstance(shape, Burst):
        return ((progress_q16 >> 16) - 1) // shape.calls * shape.every_cycles
    return _at_rate(shape.rate_mcps, progress_q16)


def _at_rate(rate_mcps: int, progress_q16: int) -> int:
    return (progress_q16 * CYCLES_A_MILLICALL // rate_mcps) >> 16 if rate_mcps else -1


def _ramp_arrival(shape: Ramp, progress_q16: int) -> int:
    """Solve from*t + (to - from)*t^2 / (2*over) = progress for t, exactly rounded down."""
    first, over = shape.from_mcps, shape.over_cycles
    slope = shape.to_mcps - first
    whole = ((first + shape.to_mcps) * over << 16) // 2  # at the end of the ramp
    wanted = progress_q16 * CYCLES_A_MILLICALL
    if wanted > whole:
        more = _at_rate(shape.to_mcps, (wanted - whole) // CYCLES_A_MILLICALL)
        return over + more if more >= 0 else -1
    if not slope:
        return _at_rate(first, progress_q16)
    root = isqrt(max(0, (first * over) ** 2 + (2 * slope * over * wanted >> 16)))
    return (root - first * over) // slope if slope > 0 else (first * over - root) // -slope


class Load(Part[LoadState]):
    """`farend/load/<name>`. Out-ports: exchange/<line> (PlaceCall). Orders: Begin starts it, Act `stop` ends it."""

    phase = Phase.SIGNAL

    def __init__(self, path: str, host: Host, config: LoadConfig) -> None:
        super().__init__(path, host)
        self.config = config
        self.state = LoadState()
        self._random = isinstance(config.shape, Poisson) or (isinstance(config.shape, Ramp) and config.shape.random)
        self._ports = tuple(f"exchange/{line}" for line in config.lines)

    def start(self) -> None:
        if self.config.start_at >= 0:
            self.start_timer("begin", self.config.start_at)

    def on_order(self, order: Order) -> None:
        if isinstance(order, Begin):
            self._begin(self.now)
            return
        assert isinstance(order, Act), f"{self.path} takes no {type(order).__name__}"
        assert order.act == "stop", f"{self.path} does not know {order.act!r}"
        self.state.due = -1
        self.stop_timer("call")

    def on_timer(self, name: str) -> None:
        if name == "begin":
            self._begin(self.config.start_at)
        else:
            self._go_on()

    def _begin(self, at: int) -> None:
        if self.state.began < 0:
            self.state.began = at
            self._next()
            self._go_on()

    def _next(self) -> None:
        """The instant of the next call."""
        state, config = self.state, self.config
        state.progress_q16 += exponential_q16(self.draw("gap")) if self._random else ONE_Q16
        after = arrival(config.shape, state.progress_q16)
        state.due = state.began + after if after >= 0 else -1
        ended = 0 <= config.stop_at <= state.due or 0 < config.most_calls <= state.calls
        if ended:
            state.due = -1

    def _go_on(self) -> None:
        """Place what is due, and wait for the next."""
        while 0 <= self.state.due <= self.now:
            self._call()
            self._next()
        if self.state.due >= 0:
            self.start_timer("call", self.state.due - self.now)

    def _call(self) -> None:
        config, state = self.config, self.state
        state.calls += 1
        port = self._port()
        call = PlaceCall(
            called=self._one_of("called", config.called),
            calling=self._calling(),
            plan=self._one_of("plan", config.plans),
            hold_cycles=self._drawn("hold", config.hold),
            patience_cycles=self._drawn("patience", config.patience),
            line=port.partition("/")[2] if config.bound else "",
        )
        if not self.send(port, call):
            state.lost += 1

    def _port(self) -> str:
        if len(self._ports) == 1:
            return self._ports[0]
        if self.config.spread == "random":
            return self._ports[below(self.draw("line"), len(self._ports))]
        self.state.turn = (self.state.turn + 1) % len(self._ports)
        return self._ports[self.state.turn - 1]

    def _one_of(self, stream: str, choices: tuple[Weighted, ...]) -> str:
        if len(choices) == 1:
            return choices[0].value
        pick = below(self.draw(stream), sum(choice.weight for choice in choices))
        for choice in choices:
            pick -= choice.weight
            if pick < 0:
                return choice.value
        raise AssertionError("weights are positive")

    def _calling(self) -> str:
        prefix, digits = self.config.calling_prefix, self.config.calling_digits
        return f"{prefix}{below(self.draw('calling'), 10**digits):0{digits}d}" if digits else prefix

    def _drawn(self, stream: str, duration: Duration | None) -> int:
        """-1: the plan decides."""
        return -1 if duration is None else drawn(duration, lambda: self.draw(stream))
