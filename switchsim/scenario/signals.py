"""Steps that put units on a signalling link: `send`, made by hand, and `play`, from a capture."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, Protocol

from pydantic import BeforeValidator, Field, model_validator

from switchsim.assembly.link_places import LinkEndPlace
from switchsim.assembly.parameters import wrong as bad
from switchsim.assembly.yamltypes import Duration, Many, Strict, wrong
from switchsim.errors import BadInput
from switchsim.model.link_events import CheckOctets
from switchsim.model.order import Act, Order, Value
from switchsim.proto.mtp3.label import Variant
from switchsim.scenario.capture import LAPD, LINK_TYPES, LINUX_LAPD, MTP2, NANOSECONDS, Capture, Packet, read_capture
from switchsim.scenario.craft import crafted
from switchsim.terminals.units import FIELDS, HEAD_OCTETS, MESSAGES, UNIT_NAMES, look, put
from switchsim.units import CYCLES_PER_SECOND

MOST_PLAYED: Final = 20_000
Told = tuple[int, str, Order]
"""(cycles after the step, place, order)."""
LinkName = Annotated[str, Field(pattern=r"^\S{1,80}$", examples=["e1-0:16"])]
EndName = Annotated[str, Field(pattern=r"^\S{1,64}$", description="machine, far, or a point of the far end")]


class Links(Protocol):
    """What these steps ask a machine."""

    @property
    def variant(self) -> Variant: ...
    def find(self, link: str, end: str) -> LinkEndPlace: ...
    def upkeep(self, who: str, name: str, do: str, end: str) -> list[tuple[str, Act]]: ...


class Sent(Strict):
    """A unit from one end of a link.

    unit: hexadecimal digits, or layers as MTP3(opc=2, dpc=1)/ISUP(cic=5)/REL(cause=16). in_sequence: through level 2,
    as any message of its level 3; else past it, with check octets that are good, bad, given in the unit, or with more
    than seven ones in their place (abort).
    """

    link: LinkName
    end: EndName
    unit: Annotated[str, Field(min_length=1, max_length=4000)]
    in_sequence: bool = True
    check: CheckOctets = "good"
    times: Annotated[int, Field(ge=1, le=10_000)] = 1
    every: Duration = 160

    @model_validator(mode="after")
    def _check_fits(self) -> Sent:
        if self.in_sequence and self.check != "good":
            raise wrong(f"check: {self.check} in sequence", "in_sequence: false", where=("check",))
        return self

    def orders(self, links: Links, captures: Mapping[str, bytes]) -> list[Told]:
        """What the part with this end is told. Raises BadInput."""
        where = links.find(self.link, self.end)
        if where.lapd:
            raise bad(f"{self.link} is a D channel", "a No.7 link", "play sends LAPD frames")
        china = links.variant is Variant.CHINA24
        octets = crafted(self.unit, in_sequence=self.in_sequence, china=china)
        if self.check != "given" and len(octets) > 276:
            raise bad(f"a unit of {len(octets)} octets", "at most 276, or 300 with check: given")
        order = _unit(where, octets, "level2" if self.in_sequence else self.check)
        return [(number * max(1, self.every), where.place, order) for number in range(self.times)]


def _unit(where: LinkEndPlace, octets: bytes, check: str) -> Act:
    values: dict[str, Value] = {"link": where.number, "octets": octets.hex()}
    return Act("frame", values) if where.lapd else Act("unit", values | {"check": check})


def _packet_names(value: Any) -> Any:
    """`3`, `5-9`, or the name of a unit or message."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return str(value)
    if isinstance(value, str) and (re.fullmatch(r"[1-9]\d{0,6}(-[1-9]\d{0,6})?", value) or value in _NAMES):
        return value
    raise wrong(f"{str(value)[:40]!r} names no packets", "a number, 5-9, or a unit or message, as in FISU or IAM")


_NAMES: Final = {**{name.upper(): name for name in UNIT_NAMES}, **dict.fromkeys(MESSAGES, "")}
Which = Annotated[str, BeforeValidator(_packet_names, json_schema_input_type=int | str)]


def _field_names(value: Any) -> Any:
    for name in value if isinstance(value, dict) else ():
        if name not in FIELDS:
            raise wrong(f"no field {str(name)[:40]!r}", f"one of {', '.join(FIELDS)}")
    return value


class Played(Strict):
    """Packets of a capture, one after the other with their distances in time.

    capture: a file beside the scenario. interface: number (0 and up) or name; without, there must be one of the link's
    kind. only, skip: packets by number (as dissectors count), range or name. set: fields that are to say something
    else. speed: percent. in_sequence: messages go through level 2, and its own units take the place of recorded FISUs
    and LSSUs; else all goes out as recorded.
    """

    capture: Annotated[str, Field(min_length=1, max_length=500)]
    link: LinkName
    end: EndName
    interface: Annotated[int, Field(ge=0)] | str | None = None
    direction: Literal["sent", "received", "any"] = "any"
    only: Many[Which] = ()
    skip: Many[Which] = ()
    set: Annotated[dict[str, Annotated[int, Field(ge=0, lt=1 << 24)]], BeforeValidator(_field_names)] = Field(
        default_factory=dict
    )
    speed: Annotated[int, Field(ge=1, le=100_000, description="percent")] = 100
    in_sequence: bool = True

    def orders(self, links: Links, captures: Mapping[str, bytes]) -> list[Told]:
        """What the part with this end is told. Raises BadInput."""
        where = links.find(self.link, self.end)
        capture = read_capture(captures[self.capture], self.capture)
        wanted = (LAPD, LINUX_LAPD) if where.lapd else (MTP2,)
        interface = self._interface(capture, wanted)
        if where.lapd and (self.set or any(not name[0].isdecimal() for name in (*self.only, *self.skip))):
            raise bad("fields and names of units of a D channel", "numbers of packets")
        packets = [one for one in capture.packets if one.interface == interface and self._takes(one, links.variant)]
        if not 1 <= len(packets) <= MOST_PLAYED:
            raise bad(f"{self.capture}: {len(packets)} packets to play", f"1..{MOST_PLAYED}")
        return list(self._told(packets, where, links.variant))

    def _interface(self, capture: Capture, wanted: tuple[int, ...]) -> int:
        fits = [number for number, one in enumerate(capture.interfaces) if one.link_type in wanted]
        if self.interface is not None:
            fits = [number for number in fits if self.interface in (number, capture.interfaces[number].name)]
        if len(fits) != 1:
            known = ", ".join(f"{number} {one.name} ({LINK_TYPES[one.link_type]})"
                              for number, one in enumerate(capture.interfaces))  # fmt: skip
            asked = "interface" if self.interface is None else f"interface {self.interface!r}"
            raise bad(f"{self.capture}: {len(fits)} times an {asked} with {LINK_TYPES[wanted[0]]}", "one",
                      f"interface: one of {known or 'none'}")
        return fits[0]

    def _takes(self, packet: Packet, variant: Variant) -> bool:
        if self.direction not in ("any", packet.direction):
            return False
        chosen = not self.only or any(_names(which, packet, variant) for which in self.only)
        return chosen and not any(_names(which, packet, variant) for which in self.skip)

    def _told(self, packets: list[Packet], where: LinkEndPlace, variant: Variant) -> Iterator[Told]:
        begin, latest = packets[0].at_ns, 0
        for packet in packets:
            passed = max(0, packet.at_ns - begin) * CYCLES_PER_SECOND * 100 // (NANOSECONDS * self.speed)
            latest = max(latest, passed)
            _whole(self.capture, packet, *((2, 264) if where.lapd else (3, 276)))
            octets = self._edited(packet, variant)
            if where.lapd:
                yield latest, where.place, _unit(where, octets, "")
            elif not self.in_sequence:
                yield latest, where.place, _unit(where, octets, "good")
            elif len(octets) > HEAD_OCTETS + 2:
                yield latest, where.place, _unit(where, octets[HEAD_OCTETS:], "level2")

    def _edited(self, packet: Packet, variant: Variant) -> bytes:
        octets = packet.octets
        for field, value in self.set.items():
            octets = put(octets, field, value, 0, variant) or octets
        return octets


def _whole(file: str, packet: Packet, low: int, high: int) -> None:
    if not low <= len(packet.octets) <= high:
        raise BadInput.one(file, f"packet {packet.number}: {len(packet.octets)} octets", f"{low}..{high} to be sent",
                           f"skip: [{packet.number}]")


def _names(which: str, packet: Packet, variant: Variant) -> bool:
    if which[0].isdecimal():
        first, _, last = which.partition("-")
        return int(first) <= packet.number <= int(last or first)
    unit = look(packet.octets, variant)
    return unit.is_called(_NAMES[which]) if _NAMES[which] else unit.title == which

