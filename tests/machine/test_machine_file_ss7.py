"""The sections of a machine file about No.7: what does not fit together is told by line, in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from switchsim.assembly import build
from switchsim.errors import BadInput

MACHINES = Path(__file__).parents[2] / "boards" / "machines"
TWO = "two_links_ss7"
STP = "stp_pair_ss7"
SET = "    - {to: city, links: [{line: e1-0, slc: 0}, {line: e1-1, slc: 1}]}\n"
SS7 = f"ss7:\n  own: 1\n  points:\n    city: {{code: 2}}\n  link_sets:\n{SET}"


def problems(machine: str, old: str, new: str, folder: Path) -> str:
    text = (MACHINES / f"{machine}.yaml").read_text(encoding="utf-8")
    assert old in text, f"{machine} has no {old!r}"
    path = folder / "m.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        build(path, seed=1, journal_sink=bytearray().extend)
    return str(caught.value)


def timer(name: str) -> tuple[str, str]:
    return "  own: 1\n", f"  own: 1\n  timers: {{{name}: 5s}}\n"


@pytest.mark.parametrize(("machine", "change", "words"), [
    (TWO, timer("isup.t99"), "no timer 'isup.t99'; expected a layer and a timer of its own, as in isup.t7; did you"),
    (TWO, timer("mtp3.t9"), "no timer 'mtp3.t9'"),
    (TWO, timer("mtp2.t4"), "no timer 'mtp2.t4'; expected a layer and a timer of its own, as in isup.t7; did you"),
    (TWO, timer("slt.t7"), "no timer 'slt.t7'"),
    (TWO, timer("tup.t17"), "no timer 'tup.t17'"),
    (TWO, timer("t7"), "ss7.timers.t7"),
    (TWO, ("own: 1", "own: 16384"), "a point code that does not fit the label; expected 0..16383"),
    (TWO, ("own: 1", "own: 8-0-0"), "expected parts of 3-8-3 bits"),
    (TWO, ("own: 1", "own: one"), "is no point code"),
    (TWO, ("code: 2", "code: 0-0-1"), "point code 1 is the machine's already"),
    (TWO, ("to: city, cic", "to: town, cic"), "no exchange 'town'; expected one of city"),
    (TWO, ("{to: city, links", "{to: town, links"), "no point 'town'; expected one of city"),
    (TWO, (SET, SET + SET), "a second link set to 'city'"),
    (TWO, ("line: e1-1, slc: 1", "line: e1-9, slc: 1"), "no line 'e1-9'"),
    (TWO, ("line: e1-1, slc: 1", "line: e1-0, slc: 1"), "e1-0:16 has a link already"),
    (TWO, ("slc: 1", "slc: 0"), "SLC 0 twice in this link set"),
    (TWO, ("slc: 1", "slc: 16"), "slc"),
    (TWO, ("cic: 0", "cic: 4065"), "cic"),
    (TWO, (SS7, ""), "e1-0 is of kind isup, but there is no ss7; expected a section ss7"),
    (TWO, (SET, SET + "  routes: {city: [[town]]}\n"), "no point 'town'"),
    (TWO, (SET, SET + "  routes: {city: []}\n"), "a route without link sets; expected one at least, or no row"),
    (TWO, (SET, SET + "  routes: {city: [[city], [city]]}\n"), "the link set to 'city' twice; expected each once"),
    (TWO, ("  own: 1\n", "  own: 1\n  timers: {mtp2.t7: 1cyc}\n"), "too short a time; expected 10ms or more"),
    (TWO, ("    city: {code: 2}\n", "    city: {code: 2}\n    machine: {code: 3}\n"), "a point named 'machine'"),
    (STP, ("  far_links:\n", "  routes: {stp_a: [[stp_b], [stp_a]], stp_b: [[city]]}\n  far_links:\n"),
     "no link set to 'city'"),
    (TWO, ("11-12: lap7", "11-12: lap"), "boards for 0 signalling links, but 2 are named; add boards lap7, or"),
    (TWO, ("links: [{line: e1-0", "links: [" + "{line: e1-0, slc: 2}, " * 15 + "{line: e1-0"),
     "expected at most 16, not 17"),
    (TWO, (SET, "    - {to: city, links: []}\n"), "links: a list does not fit; expected at least 1, not 0"),
    (STP, ("    - {between: [stp_a, city]}\n    - {between: [stp_b, city]}\n", ""), "no way to 'city'"),
    (STP, ("between: [stp_a, city]", "between: [stp_a, moon]"), "no point 'moon'"),
    (STP, ("between: [stp_a, city]", "between: [stp_a]"), "between"),
    (STP, ("to: city, cic", "to: stp_a, cic"), "no exchange 'stp_a'; expected one of city"),
    (STP, ("{to: stp_b, links: [{line: e1-1", "{to: stp_b, links: [{line: e1-0"), "e1-0:16 has a link already"),
    (STP, ("between: [stp_a, city]", "between: [stp_a, stp_a]"), "links from 'stp_a' to itself"),
    (STP, ("between: [stp_a, stp_b]", "between: [city, stp_a]"), "links between city and stp_a again"),
], ids=lambda value: value if isinstance(value, str) else value[1].strip()[:30])  # fmt: skip
def test_what_does_not_fit_is_refused(machine: str, change: tuple[str, str], words: str, tmp_path: Path) -> None:
    assert words in problems(machine, *change, tmp_path)


@pytest.mark.parametrize(("machine", "limit"), [(TWO, 268), ("china_ss7", 265)])
def test_isup_knows_how_much_its_label_leaves_of_a_unit(machine: str, limit: int) -> None:
    """Q.703 2.3.8: 272 octets of signalling information, the label's 4 or 7 among them."""
    built = build(MACHINES / f"{machine}.yaml", seed=1, journal_sink=bytearray().extend)
    exchange: Any = built.part("farend/exchange/city")
    assert [row.isup.limit for row in exchange.config.point.relations if row.isup is not None] == [limit]
