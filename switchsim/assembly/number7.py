"""What each signalling point of a machine file is told: its links, its routes, its circuits."""

from __future__ import annotations

from switchsim.assembly.layout import Layout, LinePlan, No7Link
from switchsim.assembly.signalling import No7Spec, Ss7Spec
from switchsim.farend.number7 import CircuitRow
from switchsim.farend.signalling import LinkEnd, PointConfig
from switchsim.proto.isup import IsupConfig
from switchsim.proto.isup.codec import CHINA_LIMIT, ITU_LIMIT
from switchsim.proto.mtp3 import LinkRow, LinkSetConfig, Mtp3Config, Route, Variant
from switchsim.proto.tup import TupConfig
from switchsim.terminals.point import SERVICE, RelationRow

VARIANTS = {"itu": Variant.ITU14, "china": Variant.CHINA24}
MESSAGE_LIMITS = {"itu": ITU_LIMIT, "china": CHINA_LIMIT}
MACHINE = ""


class Number7Data:
    """Answers for every point of the network; `` is the machine."""

    def __init__(self, ss7: Ss7Spec, layout: Layout) -> None:
        self.ss7 = ss7
        self.layout = layout

    def links(self, point: str) -> list[No7Link]:
        """The links that end at a point; their positions are their numbers there."""
        return [link for link in self.layout.number7 if link.point == point]

    def mtp3(self, point: str) -> Mtp3Config:
        ss7 = self.ss7
        links = self.links(point)
        peers = list(dict.fromkeys(link.peer for link in links))
        sets = tuple(
            LinkSetConfig(self._set(peer), ss7.code(peer), tuple(
                LinkRow(number, link.slc) for number, link in enumerate(links) if link.peer == peer))
            for peer in peers
        )  # fmt: skip
        exchange = point == MACHINE or ss7.points[point].role == "exchange"
        return Mtp3Config(
            own_pc=ss7.code(point), ni=ss7.network, variant=VARIANTS[ss7.label], stp=not exchange, link_sets=sets,
            routes=self._routes(point, peers), user_parts=tuple(sorted(SERVICE.values())) if exchange else (),
            timers=self._timers("mtp3") | {f"slt_{name}": cycles for name, cycles in self._timers("slt").items()},
            test_links=ss7.test_links, congestion_levels=ss7.congestion_levels,
            transfer_restricted=ss7.transfer_restricted,
        )  # fmt: skip

    def _set(self, peer: str) -> str:
        return f"to {peer or 'machine'}"

    def _timers(self, layer: str) -> dict[str, int]:
        rows = self.ss7.timers.items()
        return {key.partition(".")[2]: cycles for key, cycles in rows if key.startswith(f"{layer}.")}

    def _routes(self, point: str, peers: list[str]) -> tuple[Route, ...]:
        """Ways to every other point, over link sets that there are."""
        rows = []
        for target in (MACHINE, *self.ss7.points):
            if target == point:
                continue
            if point == MACHINE and target in self.ss7.routes:
                ways = [list(row) for row in self.ss7.routes[target]]
            else:
                ways = self.ss7.ways(point, target)
            classes = [tuple(self._set(peer) for peer in row if peer in peers) for row in ways]
            if any(classes):
                rows.append(Route(self.ss7.code(target), tuple(row for row in classes if row)))
        return tuple(rows)

    # -- circuits --------------------------------------------------------------------------------------------------

    def relations(self) -> list[tuple[str, str]]:
        """(kind, exchange) of every relation of the machine, in the order of the lines."""
        specs = [line.signalling for line in self.layout.lines if isinstance(line.signalling, No7Spec)]
        return list(dict.fromkeys((spec.kind, spec.to) for spec in specs))

    def lines_of(self, kind: str, exchange: str) -> list[tuple[LinePlan, int]]:
        """Lines with circuits of a relation, and the CIC of their timeslot 0."""
        return [
            (line, line.signalling.cic) for line in self.layout.lines
            if isinstance(line.signalling, No7Spec) and (line.signalling.kind, line.signalling.to) == (kind, exchange)
        ]  # fmt: skip

    def row(self, kind: str, exchange: str, *, far: bool) -> RelationRow:
        """The relation as the machine sees it, or (far) as the exchange does."""
        own, other = self.ss7.code(MACHINE), self.ss7.code(exchange)
        if far:
            own, other = other, own
        cics = tuple(cic + ts for line, cic in self.lines_of(kind, exchange) for ts in line.speech_timeslots)
        timers = self._timers(kind)
        if kind == "isup":
            limit = MESSAGE_LIMITS[self.ss7.label]
            choices = {} if far else self.ss7.isup.model_dump()
            isup = IsupConfig(own_pc=own, dpc=other, circuits=cics, timers=timers, limit=limit, **choices)
            return RelationRow(kind, other, isup=isup)
        choices = {} if far else self.ss7.tup.model_dump()
        variant = VARIANTS[self.ss7.label]
        tup = TupConfig(own_pc=own, dpc=other, circuits=cics, timers=timers, variant=variant, **choices)
        return RelationRow(kind, other, tup=tup)

    # -- the far end -----------------------------------------------------------------------------------------------

    def point(self, name: str) -> PointConfig:
        """A point of the far end."""
        links = tuple(LinkEnd(link.terminal, link.feeds) for link in self.links(name))
        relations = tuple(self.row(kind, to, far=True) for kind, to in self.relations() if to == name)
        return PointConfig(name=name, mtp3=self.mtp3(name), links=links, relations=relations)

    def circuits(self, name: str, parties: dict[tuple[str, int], int]) -> tuple[CircuitRow, ...]:
        """Circuits of an exchange of the far end; `parties`: (line, timeslot) -> index of the telephone."""
        rows: list[CircuitRow] = []
        mine = [row for row in self.relations() if row[1] == name]
        for relation, (kind, to) in enumerate(mine):
            for line, cic in self.lines_of(kind, to):
                assert isinstance(line.signalling, No7Spec)
                method = line.signalling.continuity.method
                rows += [CircuitRow(relation, cic + ts, parties[line.name, ts], line.name,
                                    self.layout.far_checks[line.name, ts], method)
                         for ts in line.speech_timeslots if (line.name, ts) in parties]  # fmt: skip
        return tuple(rows)
