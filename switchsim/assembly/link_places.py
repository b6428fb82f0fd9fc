"""Where the ends of signalling links are: for faults, for units that somebody sends, for captures that are played."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from switchsim.assembly.layout import Layout, No7Link
from switchsim.assembly.number7 import VARIANTS
from switchsim.assembly.parameters import near, read_parameters, wrong
from switchsim.assembly.planner import Planner
from switchsim.assembly.signalling import No7Spec
from switchsim.assembly.upkeep import Told, upkeep
from switchsim.faults.signalling import LinkFault
from switchsim.proto.isup.codec import Message as IsupMessage
from switchsim.proto.isup.codec import encode as encode_isup
from switchsim.proto.isup.messages import MessageType
from switchsim.proto.isup.parameters import CAUSE
from switchsim.proto.isup.values_more import Cause
from switchsim.proto.mtp3.codec import Kind, Message
from switchsim.proto.mtp3.codec import encode as encode_management
from switchsim.proto.mtp3.label import Label, ServiceIndicator, Variant, service_octet
from switchsim.proto.mtp3.label import encode as encode_label
from switchsim.terminals.point import SKEW

Values = dict[str, int | str]
MACHINE: Final = ""


@dataclass(frozen=True)
class LinkEndPlace:
    """One end of a link: the part that carries it, its number there.

    lapd: a D channel. point, peer: names of the signalling points at this and at the other end, `` the machine.
    """

    place: str
    number: int
    point: str = MACHINE
    peer: str = MACHINE
    lapd: bool = False


class LinkPlaces:
    """Answers for one machine. What does not fit is BadInput, in words for the scenario's line."""

    def __init__(self, layout: Layout, planner: Planner) -> None:
        self.layout = layout
        self.planner = planner
        self.ss7 = planner.machine.ss7

    @property
    def variant(self) -> Variant:
        """How labels are read in this network."""
        return VARIANTS[self.ss7.label] if self.ss7 is not None else Variant.ITU14

    def find(self, link: str, end: str) -> LinkEndPlace:
        """`machine`, `far`, or a point of the far end. Raises BadInput."""
        ends = list(self._ends(link))
        if not ends:
            names = [name for name, _ in links_of(self.layout)]
            known = ", ".join(names) or "none at all"
            raise wrong(f"no signalling link {link!r}", f"one of {known}", near(link, names))
        near_ends, far_ends = [one for one in ends if not one.point], [one for one in ends if one.point]
        named = {"machine": near_ends, "far": far_ends if len(far_ends) == 1 else []}
        found = named.get(end, [one for one in far_ends if one.point == end])
        if found:
            return found[0]
        known = ", ".join(_titles(ends))
        outside = "its far end is an outside program" if len(ends) == 1 else ""
        raise wrong(f"{link} has no end {end!r}", f"one of {known}", outside)

    def _ends(self, link: str) -> Iterator[LinkEndPlace]:
        counts: dict[str, int] = {}
        for row in self.layout.number7:
            number = counts.setdefault(row.point, 0)
            counts[row.point] += 1
            if row.terminal.name == link:
                yield self._number7(row, number)
        for number, channel in enumerate(self.layout.links):
            if channel.name == link:
                board, unit = self.planner.owner("links", number)
                line = link.partition(":")[0]
                yield LinkEndPlace(board.path, unit, peer=line, lapd=True)
                if line in self.layout.far_hdlc:
                    yield LinkEndPlace(f"farend/exchange/{line}", 0, point=line, lapd=True)

    def _number7(self, row: No7Link, number: int) -> LinkEndPlace:
        if row.point == MACHINE:
            board, unit = self.planner.number7.board_of(number)
            return LinkEndPlace(board.path, unit, peer=row.peer)
        assert self.ss7 is not None
        return LinkEndPlace(f"farend/{self.ss7.points[row.point].role}/{row.point}", number, row.point, row.peer)

    def upkeep(self, who: str, name: str, do: str, end: str) -> Told:
        """Who is told of an act upon a link, circuit, line or point, and what. Raises BadInput."""
        return upkeep(self, who, name, do, end)

    # -- faults ------------------------------------------------------------------------------------------------------

    def resolve(self, row: LinkFault, link: str, end: str, given: Values) -> tuple[str, str, Values]:
        """(place, fault point, values) of a fault of a link. Raises BadInput."""
        where = self.find(link, end)
        if where.lapd:
            raise wrong(f"{row.name}: {link} is a D channel", "a No.7 link")
        values = read_parameters(row, given)
        values["link"] = where.number
        if row.point.endswith("_delay"):
            values["cycles"] = values.pop("time")
        elif row.point == "unit_storm":
            values["cycles"] = values.pop("every")
            values["octets"] = self._storm(row.name, where, values)
        elif row.point == "timer_skew":
            processor = values.pop("processor")
            if values["layer"] != "mtp2":
                return self._point(where, str(processor)), SKEW, values
            values.pop("layer")
        return where.place, row.point, values

    def _point(self, where: LinkEndPlace, processor: str) -> str:
        """The part with the signalling point of an end."""
        if where.point:
            return where.place
        places = {board.side: board.path for board in self.layout.boards if board.loaded.spec.kind == "mpu"}
        if processor not in places:
            raise wrong(f"no processor {processor!r}", " or ".join(places))
        return f"{places[processor]}/program"

    # -- units of storms ---------------------------------------------------------------------------------------------

    def _storm(self, name: str, where: LinkEndPlace, values: Values) -> str:
        """Octets of each unit of a storm, hexadecimal, with blanks between."""
        if name == "lssu_storm":
            status = ("sio", "sin", "sie", "sios", "sipo", "sib").index(str(values.pop("status")))
            return bytes((0, 0, 1, status)).hex()
        if name == "bad_unit_storm":
            return bytes(3).hex()
        if name == "tfp_flood":
            return self._prohibited(where, int(values.pop("point"))).hex()
        if name == "rel_storm":
            first, count, cause = (int(values.pop(key)) for key in ("cic", "circuits", "cause"))
            return " ".join(self._release(where, cic & 0xFFF, cause).hex() for cic in range(first, first + count))
        return str(values["octets"])

    def _head(self, service: ServiceIndicator, opc: int, dpc: int, sls: int) -> bytes:
        assert self.ss7 is not None
        return bytes((service_octet(service, self.ss7.network),)) + encode_label(Label(dpc, opc, sls), self.variant)

    def _prohibited(self, where: LinkEndPlace, point: int) -> bytes:
        assert self.ss7 is not None
        bits = 24 if self.variant is Variant.CHINA24 else 14
        if point >> bits:
            raise wrong(f"tfp_flood: point: {point} is out of range", f"0..{(1 << bits) - 1}")
        head = self._head(ServiceIndicator.SNM, self.ss7.code(where.point), self.ss7.code(where.peer), 0)
        return head + encode_management(Message(Kind.TFP, point=point), self.variant)

    def _release(self, where: LinkEndPlace, cic: int, cause: int) -> bytes:
        """From the exchange with these circuits to the machine, or the other way round at the machine's end."""
        assert self.ss7 is not None
        trunks = [line.signalling for line in self.layout.lines if isinstance(line.signalling, No7Spec)]
        spec = next((one for one in trunks if one.kind == "isup" and one.cic <= cic < one.cic + 32), None)
        if spec is None:
            raise wrong(f"rel_storm: no ISUP line has the circuit {cic}", "a CIC of one", "see `cic` of the lines")
        opc, dpc = self.ss7.code(spec.to), self.ss7.code(MACHINE)
        if where.point == MACHINE:
            opc, dpc = dpc, opc
        release = IsupMessage(cic, MessageType.REL, [(CAUSE.code, CAUSE.write(Cause(cause)))])
        return self._head(ServiceIndicator.ISUP, opc, dpc, cic & 15) + encode_isup(release)


def _titles(ends: list[LinkEndPlace]) -> list[str]:
    """How the ends of one link can be named."""
    far = [one.point for one in ends if one.point]
    titles = ["machine"] if any(not one.point for one in ends) else []
    return [*titles, *(["far"] if len(far) == 1 else []), *far]


def links_of(layout: Layout) -> list[tuple[str, list[str]]]:
    """Every signalling link of a machine by name, with what its ends are called; D channels too."""
    ends: dict[str, list[LinkEndPlace]] = {}
    for row in layout.number7:
        ends.setdefault(row.terminal.name, []).append(LinkEndPlace("", 0, row.point))
    for channel in layout.links:
        line = channel.name.partition(":")[0]
        ends[channel.name] = [LinkEndPlace("", 0)] + [LinkEndPlace("", 0, line)] * (line in layout.far_hdlc)
    return [(name, _titles(rows)) for name, rows in ends.items()]
