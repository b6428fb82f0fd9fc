"""Who carries out what management asks: links, circuits, lines and points named in a scenario, at one end.

Links and points are those of No.7; circuits and lines are of No.7 or of R2, which knows block, unblock and reset.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.assembly.layout import LinePlan
from switchsim.assembly.number7 import MACHINE, Number7Data
from switchsim.assembly.parameters import near, wrong
from switchsim.assembly.signalling import No7Spec
from switchsim.model.order import Act

if TYPE_CHECKING:
    from switchsim.assembly.link_places import LinkPlaces

Told = list[tuple[str, Act]]
OWN = "machine"
R2, R2_ACTS = "r2", ("block", "unblock", "reset")


def upkeep(links: LinkPlaces, who: str, name: str, do: str, end: str) -> Told:
    """(place, order) of an act upon a `link`, `circuit`, `line` or `point`. Raises BadInput.

    The machine's are told to all its processors: the active one does it, if there is one then.
    """
    if who == "link":
        return _link(links, name, do, end)
    if who == "point":
        return _point(links, name, do)
    return _circuits(links, name, do, end)


def _machine(links: LinkPlaces, act: Act) -> Told:
    boards = [board for board in links.layout.boards if board.loaded.spec.kind == "mpu"]
    return [(f"{board.path}/program", act) for board in boards]


def _link(links: LinkPlaces, name: str, do: str, end: str) -> Told:
    where = links.find(name, end)
    if where.lapd:
        raise wrong(f"{do}: {name} is a D channel", "a No.7 link")
    if where.point == MACHINE:
        return _machine(links, Act(do, {"link": name}))
    return [(where.place, Act(do, {"link": where.number}))]


def _point(links: LinkPlaces, name: str, do: str) -> Told:
    if links.ss7 is None:
        raise wrong(f"no point {name!r}", "", "this machine has no No.7")
    if name == OWN:
        return _machine(links, Act(do, {}))
    known = [OWN, *links.layout.points]
    if name not in links.layout.points:
        raise wrong(f"no point {name!r}", f"one of {', '.join(known)}", near(name, known))
    return [(f"farend/{links.ss7.points[name].role}/{name}", Act(do, {}))]


def _circuits(links: LinkPlaces, name: str, do: str, end: str) -> Told:
    """`name` is a line, or LINE:TIMESLOT."""
    line_name, _, timeslot = name.partition(":")
    of_r2 = next((one for one in links.layout.lines if (one.name, one.signalling.kind) == (line_name, R2)), None)
    if of_r2 is not None:
        return _r2_circuits(links, of_r2, int(timeslot or 0), do, end)
    line, spec = _line(links, line_name)
    if timeslot and int(timeslot) not in line.speech_timeslots:
        raise wrong(f"{name} is no circuit", "a timeslot for speech of that line")
    if do == "query" and spec.kind == "tup":
        raise wrong(f"query: {line_name} is a line of TUP", "a line of ISUP", "TUP has no circuit query")
    if end == OWN:
        values: dict[str, int | str] = {"line": line_name}
        return _machine(links, Act(do, values | ({"timeslot": int(timeslot)} if timeslot else {})))
    if end not in ("far", spec.to):
        raise wrong(f"{name} has no end {end!r}", f"one of {OWN}, far, {spec.to}")
    if spec.to not in links.layout.points:
        raise wrong(f"{name} has no end {end!r}", OWN, "its far end is an outside program")
    assert links.ss7 is not None, "No.7 lines without points"
    theirs = [row for row in Number7Data(links.ss7, links.layout).relations() if row[1] == spec.to]
    timeslots = [int(timeslot)] if timeslot else list(line.speech_timeslots)
    numbers = {"cic": spec.cic + timeslots[0]} if timeslot else {
        "cics": " ".join(str(spec.cic + one) for one in timeslots)}  # fmt: skip
    return [(f"farend/exchange/{spec.to}", Act(do, {"relation": theirs.index((spec.kind, spec.to)), **numbers}))]


def _r2_circuits(links: LinkPlaces, line: LinePlan, timeslot: int, do: str, end: str) -> Told:
    """timeslot 0: all circuits of the line."""
    if do not in R2_ACTS:
        raise wrong(f"{do}: {line.name} is a line of R2", " or ".join(R2_ACTS))
    if timeslot and timeslot not in line.speech_timeslots:
        raise wrong(f"{line.name}:{timeslot} is no circuit", "a timeslot for speech of that line")
    values: list[dict[str, int | str]] = [
        {"line": line.name, "timeslot": one} for one in line.speech_timeslots if timeslot in (0, one)]  # fmt: skip
    if end == OWN:
        return [told for one in values for told in _machine(links, Act(do, one))]
    if end != "far" or line.name not in links.layout.exchanges:
        built_in = line.name in links.layout.exchanges
        raise wrong(f"{line.name} has no end {end!r}", f"{OWN} or far" if built_in else OWN,
                    "" if built_in else "its far end is an outside program")  # fmt: skip
    place = f"farend/exchange/{links.layout.exchanges[line.name]}"
    circuits = [one for one in values if (line.name, int(one["timeslot"])) in links.layout.party_sources]
    return [(place, Act(do, one)) for one in circuits]


def _line(links: LinkPlaces, name: str) -> tuple[LinePlan, No7Spec]:
    rows = [(line, line.signalling) for line in links.layout.lines]
    known = {line.name: (line, spec) for line, spec in rows if isinstance(spec, No7Spec)}
    if name not in known:
        names = list(known)
        expected = f"one of {', '.join(names)}" if names else ""
        raise wrong(f"no No.7 line {name!r}", expected, near(name, names) if names else "this machine has none")
    return known[name]
