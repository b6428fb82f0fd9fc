"""Faults of one part's signalling links: they stand between level 2 and the native terminal, never inside a protocol.

What a link sends passes `sent`, `fill` and `ack`, what arrives passes `received`, what level 3 gives or gets passes
`message`; storms, delays and cut timeslots are here as well. A fill-in unit is repeated by the native core, so a rule
acts upon it once, when it changes - its acknowledgement too - and what the rule leaves is repeated as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from switchsim.dsp.engine import SU_ABORT, SU_BAD_FCS, SU_FIRST, SU_RAW, SU_VERBATIM
from switchsim.model.events import TAMPERINGS, FaultFired, UnitCrafted, UnitTampered
from switchsim.model.part import State
from switchsim.proto.mtp2 import Lsc, Status
from switchsim.terminals.rules import SPOILING, Rule, Treated, raw_frame, rule_of, treat
from switchsim.terminals.units import HEAD_OCTETS, look

if TYPE_CHECKING:
    from switchsim.terminals.level2 import Terminals, TerminalState

Values = dict[str, int | str]
CUT_SENT: Final = "sent"
CUT_BOTH: Final = "both"
CHECKS: Final = {"good": SU_VERBATIM, "bad": SU_VERBATIM | SU_BAD_FCS, "abort": SU_VERBATIM | SU_ABORT, "given": SU_RAW}
"""How a crafted unit ends on the line; given: its octets hold the check octets already."""


class Held(State):
    """A unit, or a message of level 3, that is on its way, late."""

    octets: bytes
    flags: int
    received: bool
    level3: bool = False


class Storm(State):
    """Units sent again and again. level3: messages for level 2 to send; left: how many more, -1 no end.

    stamped: the FSN, FIB and acknowledgement are those that the link has at the time.
    """

    units: list[bytes]
    cycles: int
    left: int
    level3: bool
    stamped: bool = True
    check: str = "good"
    turn: int = 0


class Cut(State):
    direction: str
    octet: int


class Broken(State):
    """All that is wrong with one end of a link, by fault where it has a name."""

    rules: list[Rule] = []
    held: dict[int, Held] = {}
    numbered: int = 0
    swapped: list[Held] = []
    storms: dict[str, Storm] = {}
    cuts: dict[str, Cut] = {}
    frozen: dict[str, int] = {}  # BSN sent for ever
    skews: dict[str, list[int | str]] = {}  # fault -> timer, percent
    outages: list[str] = []
    busy: list[str] = []
    filled: bytes = b""  # the fill-in unit on which the rules acted last

    @property
    def nothing(self) -> bool:
        return not any((self.rules, self.held, self.swapped, self.storms, self.cuts, self.frozen, self.skews,
                        self.outages, self.busy))  # fmt: skip


class Breaker:
    """Works for the links of `terminals`; a link without faults has no Broken and is never asked."""

    def __init__(self, terminals: Terminals) -> None:
        self.terminals = terminals
        self.engine = terminals.engine

    def _state(self, number: int) -> TerminalState:
        return self.terminals.states[number]

    def _broken(self, number: int) -> Broken:
        broken = self._state(number).broken
        assert broken is not None, f"link {number} has no fault"
        return broken

    # -- faults come and go ------------------------------------------------------------------------------------------

    def inject(self, fault: str, point: str, values: Values) -> str:
        """Let a fault act; what it does in words, or nothing yet: then FaultFired comes with the first unit."""
        number = int(values["link"])
        state = self._state(number)
        if state.broken is None:
            state.broken = Broken()
        if point in _RULES:
            level, _, action = point.partition("_")
            state.broken.rules.append(rule_of(fault, action, values, level3=level == "message"))
            self._refill(number)
            return ""
        return _BEGIN[point](self, number, fault, values)

    def heal(self, fault: str, point: str, values: Values) -> None:
        """Undo it; units that are late still come."""
        number = int(values["link"])
        broken = self._state(number).broken
        if broken is None:
            return
        broken.rules = [rule for rule in broken.rules if rule.fault != fault]
        for group in (broken.storms, broken.cuts, broken.frozen, broken.skews):
            group.pop(fault, None)
        self.terminals.owner.stop_timer(f"l2/{number}/storm/{fault}")
        if point == "processor_outage":
            broken.outages.remove(fault)
            self._outage(number, False)
        elif point == "receiver_busy":
            broken.busy.remove(fault)
            self.terminals.order(number, "busy" if broken.busy else "not_busy")
        self._gate(number)
        self._refill(number)
        self._tidy(number)

    def _tidy(self, number: int) -> None:
        if self._broken(number).nothing:
            self._state(number).broken = None

    def power_on(self, number: int) -> None:
        """The part's terminals begin; what is wrong with the link is wrong still, but nothing is on its way."""
        broken = self._broken(number)
        broken.swapped, broken.held = [], {}
        self._gate(number)
        for fault, storm in broken.storms.items():
            self.terminals.owner.start_timer(f"l2/{number}/storm/{fault}", storm.cycles)

    # -- what is sent ------------------------------------------------------------------------------------------------

    def sent(self, number: int, octets: bytes, first: bool) -> None:
        """A unit that level 2 gives to its terminal."""
        result = self._treat(number, octets, received=False)
        if result.dropped:
            return
        flags = (SU_FIRST if first else 0) | (SU_VERBATIM if result.octets[0] != octets[0] else 0)
        self._later_or_now(number, result, Held(*_spoiled(result, flags), received=False))

    def fill(self, number: int) -> None:
        """The fill-in unit or its acknowledgement has changed."""
        state, broken = self._state(number), self._broken(number)
        transmitter = self.terminals.rows[number].transmitter
        if len(state.fill) > 3 and state.fill[3] == Status.SIOS:  # the link is over: no next unit comes to pass by
            broken.swapped = [one for one in broken.swapped if one.level3]
        if len(state.fill) < 3 or not any(not (rule.received or rule.level3) for rule in broken.rules):
            broken.filled = b""
            self.engine.su_fill(transmitter, state.fill)
            return
        unit = bytes((self._stamp(number),)) + state.fill[1:]
        if unit == broken.filled:
            return
        broken.filled = unit
        result = self._treat(number, unit, received=False, repeated=True)
        if result.spoiled:
            octets, flags = _spoiled(result, 0)
            self.engine.su_send(transmitter, octets, flags)
            result.octets = unit
        self.engine.su_fill(transmitter, b"" if result.dropped else result.octets, verbatim=not result.dropped)

    def ack(self, number: int) -> None:
        """The acknowledgement has changed."""
        self.engine.su_ack(self.terminals.rows[number].transmitter, self._stamp(number))
        if self._broken(number).rules:
            self.fill(number)

    def _stamp(self, number: int) -> int:
        ack, frozen = self._state(number).ack, self._broken(number).frozen
        return ack & 0x80 | next(iter(frozen.values())) if frozen else ack

    def _refill(self, number: int) -> None:
        if self._state(number).level2.lsc is not Lsc.POWER_OFF:
            self._broken(number).filled = b""
            self.engine.su_ack(self.terminals.rows[number].transmitter, self._stamp(number))
            self.fill(number)

    def _queue(self, number: int, held: Held) -> None:
        """A full terminal loses it, as a line would."""
        self.engine.su_send(self.terminals.rows[number].transmitter, held.octets, held.flags)

    # -- what arrives ------------------------------------------------------------------------------------------------

    def received(self, number: int, octets: bytes, repeats_before: int) -> None:
        """A unit from the terminal for level 2."""
        result = self._treat(number, octets, received=True)
        if not result.dropped:
            self._later_or_now(number, result, Held(result.octets, repeats_before, received=True))

    def message(self, number: int, octets: bytes, *, received: bool) -> None:
        """A message on its way between level 3 and level 2, SIO to the end of the SIF."""
        result = self._treat(number, bytes(HEAD_OCTETS) + octets, received=received, level3=True)
        if not result.dropped:
            self._later_or_now(number, result, Held(result.octets[HEAD_OCTETS:], 0, received, level3=True))

    # -- both ways ---------------------------------------------------------------------------------------------------

    def _treat(
        self, number: int, octets: bytes, *, received: bool, level3: bool = False, repeated: bool = False
    ) -> Treated:
        row, broken = self.terminals.rows[number], self._broken(number)
        result = treat(broken.rules, octets, row.variant, received=received, level3=level3, repeated=repeated)
        for rule in result.acted:
            if rule.done == 1:
                title = look(octets, row.variant).title
                self.terminals.owner.emit(FaultFired(rule.fault, f"{row.name}: {rule.action} {title}"))
            self.terminals.owner.emit(UnitTampered(row.name, rule.fault, rule.action, octets.hex()))
        return result

    def _later_or_now(self, number: int, result: Treated, held: Held) -> None:
        broken, way = self._broken(number), (held.received, held.level3)
        behind = [one for one in broken.swapped if (one.received, one.level3) == way]
        if result.delay_cycles:
            broken.held[broken.numbered] = held
            self.terminals.owner.start_timer(f"l2/{number}/held/{broken.numbered}", result.delay_cycles)
            broken.numbered += 1
        elif result.swapped and not behind:
            broken.swapped.append(held)
        else:
            broken.swapped = [one for one in broken.swapped if (one.received, one.level3) != way]
            for one in [held] * result.copies + behind:
                self._pass(number, one)

    def _pass(self, number: int, held: Held) -> None:
        terminals = self.terminals
        if held.level3 and held.received:
            terminals.received(number, held.octets)
        elif held.level3:
            terminals.do(number, terminals.links[number].send(held.octets))
        elif held.received:
            terminals.take(number, held.octets, held.flags)
        else:
            self._queue(number, held)

    def timer(self, number: int, name: str) -> None:
        """`held/<number>` or `storm/<fault>`."""
        what, _, rest = name.partition("/")
        broken = self._state(number).broken
        if broken is None:
            return
        if what == "held" and int(rest) in broken.held:
            self._pass(number, broken.held.pop(int(rest)))
            self._tidy(number)
        elif what == "storm" and rest in broken.storms:
            self._blow(number, rest, broken.storms[rest])

    def skewed(self, number: int, name: str, cycles: int) -> int:
        """How long a timer of level 2 runs here."""
        for timer, percent in self._broken(number).skews.values():
            if str(timer) in (name.lower(), "all"):
                cycles = max(1, cycles * int(percent) // 100)
        return cycles

    # -- faults that are no rules ------------------------------------------------------------------------------------

    def _storm(self, number: int, fault: str, values: Values) -> str:
        units = [bytes.fromhex(one) for one in str(values["octets"]).split()]
        storm = Storm(units, int(values["cycles"]), int(values["count"]) or -1, bool(values["level3"]),
                      bool(values["stamped"]), str(values["check"]))  # fmt: skip
        self._broken(number).storms[fault] = storm
        self._blow(number, fault, storm)
        return f"{self.terminals.rows[number].name}: a storm of {len(units)} units"

    def _blow(self, number: int, fault: str, storm: Storm) -> None:
        state = self._state(number)
        octets = storm.units[storm.turn % len(storm.units)]
        storm.turn += 1
        if storm.left > 0:
            storm.left -= 1
        if storm.left:
            self.terminals.owner.start_timer(f"l2/{number}/storm/{fault}", storm.cycles)
        if state.level2.lsc is Lsc.POWER_OFF:
            return
        if not storm.level3:
            if storm.stamped:
                octets = bytes((self._stamp(number), state.fill[1] if state.fill else 0xFF)) + octets[2:]
            self.craft(number, octets, storm.check)
        elif self.terminals.links[number].in_service:
            self.craft(number, octets, "level2")

    def craft(self, number: int, octets: bytes, check: str) -> None:
        """Send a unit of 3..276 octets (check `given`: a frame of 1..300) past level 2, or a message through it."""
        row = self.terminals.rows[number]
        if self._state(number).level2.lsc is Lsc.POWER_OFF:
            return
        self.terminals.owner.emit(UnitCrafted(row.name, octets.hex(), check))
        if check == "level2":
            self.terminals.send(number, octets)
        else:
            self.engine.su_send(row.transmitter, octets, CHECKS[check])

    def _cut(self, number: int, fault: str, values: Values) -> str:
        cut = Cut(str(values["direction"]), int(values["octet"]))
        self._broken(number).cuts[fault] = cut
        self._gate(number)
        return f"{self.terminals.rows[number].name} carries {cut.octet:#04x}, {cut.direction}"

    def _gate(self, number: int) -> None:
        """Both directions as the cuts have them; a part without power goes on sending ones."""
        silent = self._state(number).level2.lsc is Lsc.POWER_OFF
        row, cuts = self.terminals.rows[number], self._broken(number).cuts.values()
        for cell, name in ((row.sends, CUT_SENT), (row.cell, "received")):
            if silent and name == CUT_SENT:
                continue
            octets = [cut.octet for cut in cuts if cut.direction in (name, CUT_BOTH)]
            self.engine.gate(cell, *((0, octets[-1], 0) if octets else (0xFF, 0, 0)))

    def _freeze(self, number: int, fault: str, values: Values) -> str:
        bsn = self._state(number).ack & 127
        self._broken(number).frozen[fault] = bsn
        self._refill(number)
        return f"{self.terminals.rows[number].name}: BSN {bsn} for ever"

    def _skew(self, number: int, fault: str, values: Values) -> str:
        self._broken(number).skews[fault] = [values["timer"], values["percent"]]
        return f"{values['timer']} of level 2 runs {values['percent']} % of its time"

    def _begin_outage(self, number: int, fault: str, values: Values) -> str:
        self._broken(number).outages.append(fault)
        self._outage(number, True)
        return f"{self.terminals.rows[number].name}: local processor outage"

    def _outage(self, number: int, on: bool) -> None:
        """Level 2 first, then level 3, whose flush or continue ends it (Q.703 clause 8).

        The end of an outage ends congestion as well; a receiver that is busy still says so again.
        """
        broken = self._broken(number)
        if self._state(number).level2.lsc is Lsc.POWER_OFF or (broken.outages and not on):
            return
        self.terminals.order(number, "outage" if on else "recovered")
        self.terminals.report(number, "local_outage", int(on), "", b"")
        if broken.busy and not on:
            self.terminals.order(number, "busy")

    def _begin_busy(self, number: int, fault: str, values: Values) -> str:
        self._broken(number).busy.append(fault)
        self.terminals.order(number, "busy")
        return f"{self.terminals.rows[number].name}: the receiver is busy"

    def started(self, number: int) -> None:
        """Level 3 ordered a start, for which it takes level 2 to be sound: what is wrong with it goes on."""
        broken = self._broken(number)
        if broken.outages:
            self._outage(number, True)
        if broken.busy:
            self.terminals.order(number, "busy")


def _spoiled(result: Treated, flags: int) -> tuple[bytes, int]:  # octets and flags for the terminal
    if result.spoiled == "length":
        return raw_frame(result.octets, result.length), flags & SU_FIRST | SU_RAW
    return result.octets, flags | {"bad_fcs": SU_BAD_FCS, "abort": SU_ABORT}.get(result.spoiled, 0)


_RULES: Final = (
    *(f"unit_{action}" for action in TAMPERINGS),
    *(f"message_{action}" for action in TAMPERINGS if action not in SPOILING),
)
_BEGIN: Final[dict[str, Callable[[Breaker, int, str, Values], str]]] = {
    "unit_storm": Breaker._storm,
    "link_cut": Breaker._cut,
    "bsn_frozen": Breaker._freeze,
    "timer_skew": Breaker._skew,
    "processor_outage": Breaker._begin_outage,
    "receiver_busy": Breaker._begin_busy,
}
POINTS: Final = (*_RULES, *_BEGIN)
"""Fault points of every part that has signalling links."""
