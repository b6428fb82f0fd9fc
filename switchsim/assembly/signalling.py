"""The signalling of lines in machine files: primary rate access, No.7 with its signalling points, R2, none (VP)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from switchsim.assembly.kinds import Word
from switchsim.assembly.parameters import near
from switchsim.assembly.r2 import R2Spec as R2Spec
from switchsim.assembly.yamltypes import Duration, Many, Strict, wrong
from switchsim.errors import one_of
from switchsim.proto.isup.timers import TIMERS as ISUP_TIMERS
from switchsim.proto.mtp2.state import TIMER_CYCLES as MTP2_TIMERS
from switchsim.proto.mtp3.config import TIMERS as MTP3_TIMERS
from switchsim.proto.tup.timers import TIMERS as TUP_TIMERS
from switchsim.units import ms

Timeslot = Annotated[int, Field(ge=1, le=31)]
SHORTEST_TIMER = ms(10)
DOTTED = {"itu": (3, 8, 3), "china": (8, 8, 8)}
"""Bits of the parts of a point code, most significant first (Q.704 14.2.2; GF 001-9001)."""


def _point_code(value: Any) -> Any:
    """`2`, or its parts: `0-0-2` as 3-8-3 or 8-8-8 bits; kept as text until the label's form is known."""
    text = str(value)
    if not re.fullmatch(r"\d{1,8}(-\d{1,3}-\d{1,3})?", text):
        raise wrong(f"{value!r} is no point code", "a number, or three parts as in 1-20-3")
    return text


PointCode = Annotated[str, BeforeValidator(_point_code, json_schema_input_type=int | str)]


def point_code(text: str, label: str) -> int:
    """The number of a point code in networks with that label; raises ValueError with the range when it does not fit."""
    widths = DOTTED[label]
    if "-" not in text:
        code = int(text)
        if code >= 1 << sum(widths):
            raise ValueError(f"0..{(1 << sum(widths)) - 1}")
        return code
    code = 0
    for part, width in zip(text.split("-"), widths, strict=True):
        if int(part) >= 1 << width:
            raise ValueError("parts of " + "-".join(str(bits) for bits in widths) + " bits")
        code = code << width | int(part)
    return code


class PriSpec(Strict):
    """A primary rate access: Q.921 and Q.931, E1 EuroISDN. `side`: what this machine plays."""

    kind: Literal["pri"]
    side: Literal["user", "network"]
    d_timeslot: Timeslot = 16


class ContinuitySpec(Strict):
    """Continuity check of a line's circuits (Q.724 7, Q.764 2.1.8).

    method: the checked side loops the circuit (2000 Hz), or its transponder answers 2010 with 1780 Hz. every: so many
    calls of the machine between one that asks for the check and the next; 0 = none asks.
    """

    method: Literal["loop", "transponder"] = "loop"
    every: Annotated[int, Field(ge=0, le=65_535)] = 0


class No7Spec(Strict):
    """Trunk circuits that No.7 controls: ISUP or TUP, towards an exchange of `ss7: points:`.

    cic: the circuit identification code of timeslot 0, by E1 convention the number of the PCM system times 32.
    """

    kind: Literal["isup", "tup"]
    to: Word
    cic: Annotated[int, Field(ge=0, le=4064)]
    continuity: ContinuitySpec = ContinuitySpec()


class VpSpec(Strict):
    """A line to a voice processor of the platform: each timeslot is a voice channel of it, none carries signalling."""

    kind: Literal["vp"]
    vp: Annotated[int, Field(ge=0, le=15)]


class ClearSpec(Strict):
    """A line whose timeslots are clear channels of 64 kbit/s: no signalling, no calls, nobody built in at its far end.

    For attached programs, test patterns and loops; with CAS framing its signalling bits are told and can be set.
    """

    kind: Literal["clear"]


class PointSpec(Strict):
    """A signalling point of the far end: an exchange with subscribers, or a signalling transfer point."""

    code: PointCode
    role: Literal["exchange", "stp"] = "exchange"


class LinkPlaceSpec(Strict):
    """A signalling link of the machine: a timeslot of one of its lines."""

    line: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
    timeslot: Timeslot = 16
    slc: Annotated[int, Field(ge=0, le=15)]


class CongestionSpec(Strict):
    """How many messages wait in a link or are unacknowledged when it is congested (`onset` or more), is no more (fewer
    than `abate`), and discards further ones (Q.704 3.8)."""

    onset: Annotated[int, Field(ge=1, le=65_535)] = 160
    abate: Annotated[int, Field(ge=1, le=65_535)] = 96
    discard: Annotated[int, Field(ge=1, le=65_535)] = 1_024

    @model_validator(mode="after")
    def _in_order(self) -> CongestionSpec:
        if not self.abate < self.onset < self.discard:
            raise wrong(f"abate {self.abate}, onset {self.onset}, discard {self.discard}", "each above the one before")
        return self


class LinkSetSpec(Strict):
    """All links of the machine to one adjacent point, and what holds at both ends.

    pcr: preventive cyclic retransmission (Q.703 6).
    """

    to: Word
    method: Literal["basic", "pcr"] = "basic"
    lssu_octets: Literal[1, 2] = 1
    congestion: CongestionSpec = CongestionSpec()
    links: Annotated[Many[LinkPlaceSpec], Field(min_length=1, max_length=16)]


class FarLinksSpec(Strict):
    """Links between two points of the far end."""

    between: Annotated[Many[Word], Field(min_length=2, max_length=2)]
    links: Annotated[int, Field(ge=1, le=16)] = 1


TIMERS = (
    *(f"mtp2.{name.lower()}" for name in MTP2_TIMERS),
    *(f"mtp3.{name}" for name in MTP3_TIMERS if not name.startswith("slt_")),
    *(f"slt.{name.removeprefix('slt_')}" for name in MTP3_TIMERS if name.startswith("slt_")),
    *(f"isup.{name}" for name in ISUP_TIMERS),
    *(f"tup.{name}" for name in TUP_TIMERS if name[1:].isdecimal()),
)
"""Timers that a machine file can set."""


def _timer_name(value: str) -> str:
    if value not in TIMERS:
        raise wrong(f"no timer {value!r}", "a layer and a timer of its own, as in isup.t7", near(value, TIMERS))
    return value


TimerName = Annotated[str, Field(pattern=r"^(mtp2|mtp3|slt|isup|tup)\.t\d{1,2}[ne]?$"), AfterValidator(_timer_name)]


Digits = Annotated[int, Field(ge=0, le=20)]


class IsupSpec(Strict):
    """How the machine plays ISUP with every exchange (Q.764 2.1.2, 2.12). The other end does what is usual."""

    minimum_digits: Digits = 1
    whole_digits: Digits = 0
    send_st: bool = False
    ucic: bool = True


class TupSpec(Strict):
    """How the machine plays TUP with every exchange (Q.724 1.2)."""

    whole_digits: Digits = 0
    send_st: bool = False


class Ss7Spec(Strict):
    """The machine as a signalling point, and the points around it.

    routes: destination -> link sets (named by their adjacent point) by priority; two in a class share the load.
    Without a row the machine takes the shortest ways that the link sets give.
    """

    own: PointCode
    network: Annotated[int, Field(ge=0, le=3)] = 2
    label: Literal["itu", "china"] = "itu"
    points: Annotated[dict[Word, PointSpec], Field(min_length=1)]
    link_sets: Annotated[Many[LinkSetSpec], Field(min_length=1)]
    far_links: Many[FarLinksSpec] = ()
    routes: dict[Word, Many[Annotated[Many[Word], Field(min_length=1, max_length=2)]]] = Field(default_factory=dict)
    timers: dict[TimerName, Duration] = Field(default_factory=dict)
    test_links: bool = True
    congestion_levels: bool = False
    transfer_restricted: bool = False
    isup: IsupSpec = IsupSpec()
    tup: TupSpec = TupSpec()

    def code(self, point: str) -> int:
        """The point code of a point of the far end, `` is the machine."""
        return point_code(self.points[point].code if point else self.own, self.label)

    def neighbours(self) -> dict[str, list[str]]:
        """Adjacent points of each, in the order of the file; `` is the machine."""
        found: dict[str, list[str]] = {"": [], **{name: [] for name in self.points}}
        pairs = [("", row.to) for row in self.link_sets] + [(row.between[0], row.between[1]) for row in self.far_links]
        for a, b in pairs:
            found[a].append(b)
            found[b].append(a)
        return found

    def ways(self, start: str, target: str) -> list[list[str]]:
        """Neighbours of `start` by which `target` is reached, shortest first; equal ones share the load, two at most.

        Only transfer points pass messages on; a way leads through the machine never.
        """
        neighbours = self.neighbours()
        lengths: dict[int, list[str]] = {}
        for first in neighbours[start]:
            length = self._length(neighbours, start, first, target)
            if length is not None:
                lengths.setdefault(length, []).append(first)
        classes: list[list[str]] = []
        for length in sorted(lengths):
            names = lengths[length]
            classes += [names[at : at + 2] for at in range(0, len(names), 2)]
        return classes

    def _length(self, neighbours: dict[str, list[str]], start: str, first: str, target: str) -> int | None:
        """Links on the shortest way from `first` to `target` that does not come back to `start`."""
        seen, edge, length = {start, first}, [first], 1
        while edge:
            if target in edge:
                return length
            through = [name for name in edge if name and self.points[name].role == "stp"]
            edge = [n for name in through for n in neighbours[name] if n not in seen]
            seen.update(edge)
            length += 1
        return None


LineSignalling = PriSpec | No7Spec | R2Spec | VpSpec | ClearSpec
SignallingSpec = Annotated[LineSignalling, Field(discriminator="kind")]


Wrong = tuple[tuple[str | int, ...], str, str]
"""(where, what, expected)."""


def ss7_problems(ss7: Ss7Spec | None, lines: list[tuple[str, LineSignalling]]) -> list[Wrong]:
    """What does not fit together between the lines, the links and the signalling points."""
    trunks = [(name, spec) for name, spec in lines if isinstance(spec, No7Spec)]
    if ss7 is None:
        return [(("lines",), f"{trunks[0][0]} is of kind {trunks[0][1].kind}, but there is no ss7", "a section ss7")] \
            if trunks else []  # fmt: skip
    found = [*_code_problems(ss7), *_name_problems(ss7), *_pair_problems(ss7), *_route_problems(ss7)]
    return found or [*_link_problems(ss7, lines), *_trunk_problems(ss7, trunks)]


def _code_problems(ss7: Ss7Spec) -> list[Wrong]:
    found: list[Wrong] = []
    codes: dict[int, str] = {}
    rows: list[tuple[tuple[str | int, ...], str]] = [(("ss7", "own"), "")]
    rows += [(("ss7", "points", name, "code"), name) for name in ss7.points]
    for where, name in rows:
        try:
            code = ss7.code(name)
        except ValueError as error:
            found.append((where, "a point code that does not fit the label", str(error)))
            continue
        if code in codes:
            found.append((where, f"point code {code} is {codes[code] or 'the machine'}'s already", "one of its own"))
        codes[code] = name
    return found


def _name_problems(ss7: Ss7Spec) -> list[Wrong]:
    named: list[tuple[tuple[str | int, ...], str]] = [
        (("ss7", "link_sets", index, "to"), row.to) for index, row in enumerate(ss7.link_sets)
    ]
    for index, far in enumerate(ss7.far_links):
        named += [(("ss7", "far_links", index, "between", end), name) for end, name in enumerate(far.between)]
    for target, classes in ss7.routes.items():
        named.append((("ss7", "routes", target), target))
        named += [(("ss7", "routes", target, at), name) for at, row in enumerate(classes) for name in row]
    found = [(where, f"no point {name!r}", one_of(ss7.points))
             for where, name in named if name not in ss7.points]  # fmt: skip
    sets = [row.to for row in ss7.link_sets]
    for index, name in enumerate(sets):
        if name in sets[:index]:
            found.append((("ss7", "link_sets", index, "to"), f"a second link set to {name!r}", "one with all links"))
    for target, classes in ss7.routes.items():
        for name in (name for row in classes for name in row):
            if name not in sets:
                found.append((("ss7", "routes", target), f"no link set to {name!r}", one_of(sets)))
    return found


def _pair_problems(ss7: Ss7Spec) -> list[Wrong]:
    found: list[Wrong] = []
    pairs: set[frozenset[str]] = set()
    for index, row in enumerate(ss7.far_links):
        where, pair = ("ss7", "far_links", index, "between"), frozenset(row.between)
        if len(pair) < 2:
            found.append((where, f"links from {row.between[0]!r} to itself", "two points"))
        elif pair in pairs:
            found.append((where, f"links between {' and '.join(row.between)} again", "one row, with links: 2 or more"))
        pairs.add(pair)
    return found


def _route_problems(ss7: Ss7Spec) -> list[Wrong]:
    """Routes that lead nowhere, and timers with which nothing works."""
    found: list[Wrong] = []
    if "machine" in ss7.points:
        found.append((("ss7", "points", "machine"), "a point named 'machine'", "another name: faults call an end so"))
    for target, classes in ss7.routes.items():
        where = ("ss7", "routes", target)
        names = [name for row in classes for name in row]
        if not names:
            found.append((where, "a route without link sets", "one at least, or no row"))
        for name in names:
            if name != target and name in ss7.points and ss7.points[name].role != "stp":
                found.append((where, f"{name!r} passes no messages on", "the destination, or a point of role stp"))
        for name in sorted({name for name in names if names.count(name) > 1}):
            found.append((where, f"the link set to {name!r} twice", "each once"))
    for timer, cycles in ss7.timers.items():
        if cycles < SHORTEST_TIMER:
            found.append((("ss7", "timers", timer), "too short a time", "10ms or more"))
    return found


def _link_problems(ss7: Ss7Spec, lines: list[tuple[str, LineSignalling]]) -> list[Wrong]:
    found: list[Wrong] = []
    kinds = dict(lines)
    used: set[tuple[str, int]] = set()
    for index, row in enumerate(ss7.link_sets):
        codes: set[int] = set()
        for at, link in enumerate(row.links):
            where = ("ss7", "link_sets", index, "links", at)
            if not isinstance(kinds.get(link.line), No7Spec):
                what = f"{link.line} is no line of No.7 circuits" if link.line in kinds else f"no line {link.line!r}"
                found.append(((*where, "line"), what, "a line of kind isup or tup"))
            if (link.line, link.timeslot) in used:
                what = f"{link.line}:{link.timeslot} has a link already"
                found.append(((*where, "timeslot"), what, "another timeslot"))
            if link.slc in codes:
                found.append(((*where, "slc"), f"SLC {link.slc} twice in this link set", "each link its own"))
            used.add((link.line, link.timeslot))
            codes.add(link.slc)
    return found


def _trunk_problems(ss7: Ss7Spec, trunks: list[tuple[str, No7Spec]]) -> list[Wrong]:
    found: list[Wrong] = []
    taken: dict[tuple[str, int], str] = {}
    for name, spec in trunks:
        if spec.to not in ss7.points or ss7.points[spec.to].role != "exchange":
            found.append((("lines",), f"{name}: no exchange {spec.to!r}",
                          one_of(name for name, point in ss7.points.items() if point.role == "exchange")))  # fmt: skip
            continue
        if not ss7.ways("", spec.to):
            found.append((("ss7",), f"no way to {spec.to!r}", "a link set, or links between points that lead there"))
        for cic in range(spec.cic + 1, spec.cic + 32):
            other = taken.setdefault((spec.to, cic), name)
            if other != name:
                found.append((("lines",), f"{name}: CIC {cic} is {other}'s already", "CICs of its own"))
                break
    return found
