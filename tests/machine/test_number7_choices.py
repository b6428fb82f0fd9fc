"""Keys of `ss7` that choose among what the standards allow: each is seen in a machine that runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from switchsim.assembly import build
from switchsim.errors import BadInput
from switchsim.model.event import Record
from switchsim.model.events import CallCleared, MessageSent, SignallingLink, UnitSent, decode_line
from switchsim.model.order import Act, Value
from switchsim.report.signal_units import read_unit
from switchsim.units import ms, seconds

CHINA = Path(__file__).parents[2] / "boards" / "machines" / "china_ss7.yaml"
CITY, PROGRAM = "farend/exchange/city", "frame/0/slot/2/program"
SETTLE = seconds(6)


class Chosen:
    """The machine with ISUP on e1-0 and TUP on e1-1; `own`: lines below `ss7:`, `links`: keys of its link set."""

    def __init__(self, folder: Path, own: str = "", links: str = "") -> None:
        text = CHINA.read_text(encoding="utf-8").replace("  label: china\n", f"  label: china\n{own}")
        path = folder / "m.yaml"
        path.write_text(text.replace("{to: city, links", f"{{to: city, {links}links"), encoding="utf-8")
        self.lines = bytearray()
        self.machine = build(path, seed=1, journal_sink=self.lines.extend)
        self.machine.power_on()
        self.now = 0

    def run(self, cycles: int) -> None:
        self.now += cycles
        self.machine.run(self.now)

    def order(self, place: str, act: str, **values: Value) -> None:
        self.machine.order(self.now, place, Act(act, values))

    def records(self) -> list[Record]:
        return [decode_line(line) for line in bytes(self.lines).splitlines()[1:]]

    def call(self, line: str, called: str) -> None:
        """Somebody at the far end."""
        self.order(CITY, "call", called=called, calling="1", plan="", hold_cycles=seconds(1), line=line)

    def begun(self) -> dict[int, str]:
        """Service -> octets of the machine's first message for a call."""
        sent = [r.event for r in self.records() if isinstance(r.event, MessageSent) and r.place == PROGRAM]
        found: dict[int, str] = {}
        for event in sent:
            first = {5: event.octets[4:6] == "01", 4: event.octets[2:4] in ("11", "21")}[event.service]
            if first:
                found.setdefault(event.service, event.octets)
        return found

    def cleared(self) -> list[tuple[str, int]]:
        return [(r.place, r.event.cause) for r in self.records() if isinstance(r.event, CallCleared)]


@pytest.mark.parametrize("st", [False, True])
def test_st_goes_out_behind_whole_numbers_of_the_machine(st: bool, tmp_path: Path) -> None:
    """Q.764 2.1.2, Q.724 1.2."""
    key = "true" if st else "false"
    bench = Chosen(tmp_path, f"  isup: {{send_st: {key}}}\n  tup: {{send_st: {key}}}\n")
    bench.run(SETTLE)
    for line in ("e1-0", "e1-1"):
        bench.order(PROGRAM, "dial", line=line, number="5551234", calling="1", hold_cycles=seconds(1))
    bench.run(seconds(1))
    digits = "551532f4" if st else "55153204"
    begun = bench.begun()
    assert list(begun) == [5, 4]
    assert all(digits in octets for octets in begun.values()), begun


@pytest.mark.parametrize(("line", "kind"), [("e1-0", "isup"), ("e1-1", "tup")])
def test_a_number_is_whole_with_so_many_digits(line: str, kind: str, tmp_path: Path) -> None:
    """1000 is how 10000 begins: only with `whole_digits: 4` nothing more can come: address incomplete."""
    after = []
    for whole in (0, 4, 5):
        bench = Chosen(tmp_path, f"  {kind}: {{whole_digits: {whole}}}\n")
        bench.run(SETTLE)
        bench.call(line, "1000")
        bench.run(seconds(1))
        after.append(bench.cleared())
    assert after == [[], [(PROGRAM, 28)], []]


def test_too_few_digits_are_waited_for_with_t35(tmp_path: Path) -> None:
    """Q.764 2.9.8.3: cause 28 when they do not come; with enough of them the number is the office's to judge."""
    after = []
    for least in (1, 5):
        bench = Chosen(tmp_path, f"  isup: {{minimum_digits: {least}}}\n  timers: {{isup.t35: 2s}}\n")
        bench.run(SETTLE)
        bench.call("e1-0", "1000")
        bench.run(seconds(4))
        after.append(bench.cleared())
    assert after == [[], [(PROGRAM, 28)]]


def test_what_the_machine_chooses_for_itself_and_what_holds_for_all(tmp_path: Path) -> None:
    own = ("  isup: {ucic: false, whole_digits: 7}\n  tup: {whole_digits: 6}\n"
           "  congestion_levels: true\n  transfer_restricted: true\n")  # fmt: skip
    bench = Chosen(tmp_path, own, "congestion: {onset: 20, abate: 10, discard: 40}, ")
    program: Any = bench.machine.part(PROGRAM)
    city: Any = bench.machine.part(CITY)
    mine, theirs = program.office.number7, city.config.point
    assert [(row.isup.ucic, row.isup.whole_digits) for row in (mine.relations[0], theirs.relations[0])] == [
        (False, 7), (True, 0)]  # fmt: skip
    assert [row.tup.whole_digits for row in (mine.relations[1], theirs.relations[1])] == [6, 0]
    for mtp3 in (mine.mtp3, theirs.mtp3):
        assert (mtp3.test_links, mtp3.congestion_levels, mtp3.transfer_restricted) == (True, True, True)
    links = [link.terminal.config for link in bench.machine.layout.number7]
    assert len(links) == 4
    assert {(c.congestion_onset, c.congestion_abate, c.congestion_discard) for c in links} == {(20, 10, 40)}


def test_links_need_not_be_tested(tmp_path: Path) -> None:
    up = {}
    for tested in (True, False):
        bench = Chosen(tmp_path, "" if tested else "  test_links: false\n")
        bench.run(SETTLE)
        records = bench.records()
        units = [read_unit(bytes.fromhex(r.event.octets), long_label=True) for r in records
                 if isinstance(r.event, UnitSent)]  # fmt: skip
        assert any(unit.service in (1, 2) for unit in units) is tested
        up[tested] = min(r.at for r in records if isinstance(r.event, SignallingLink) and r.event.state == "available")
    assert up[False] < up[True]


def test_status_units_may_have_two_octets(tmp_path: Path) -> None:
    """Q.703 11.1.1; both ends."""
    for octets in (1, 2):
        bench = Chosen(tmp_path, links=f"lssu_octets: {octets}, ")
        bench.run(ms(200))
        units = [r.event.octets for r in bench.records() if isinstance(r.event, UnitSent)]
        assert units
        assert {unit[4:6] for unit in units if len(unit) > 6} == {f"0{octets}"}


@pytest.mark.parametrize(("own", "links", "words"), [
    ("", "congestion: {onset: 5}, ", "abate 96, onset 5, discard 1024; expected each above the one before"),
    ("", "congestion: {onset: 20, abate: 0}, ", "abate"),
    ("", "lssu_octets: 3, ", "lssu_octets"),
    ("  isup: {whole_digits: 21}\n", "", "isup.whole_digits"),
    ("  tup: {ucic: false}\n", "", "unknown key 'ucic'"),
])  # fmt: skip
def test_what_cannot_be_chosen_is_refused(own: str, links: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=words):
        Chosen(tmp_path, own, links)
