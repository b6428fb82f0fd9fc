"""What LAP7 measures of its links (Q.752): bins, counts against what was on the line, failures; and when it alarms."""

from __future__ import annotations

from typing import Any

import pytest
from office_bench import LONG, MACHINES, Bench

from switchsim.assembly import build
from switchsim.kernel.snapshot import restore, take
from switchsim.model.order import Act, Heal, Inject
from switchsim.units import ms, seconds

BIN = seconds(10)
LINK = "e1-1:16"
LAP7 = "frame/0/slot/13"
"""Carries the second link of each link set: e1-1 and e1-3."""


@pytest.fixture
def bench() -> Bench:
    """All links are up: 11 s after power-on."""
    return Bench(machine="all_signalling", settle=seconds(11))


def traffic(bench: Bench, count: int) -> None:
    for number in range(count):
        values = {"called": "10000", "calling": "138", "plan": "", "hold_cycles": LONG, "line": f"e1-{number % 2}"}
        bench.order("farend/exchange/city", Act("call", values))  # type: ignore[arg-type]


def measured(bench: Bench, link: str = LINK) -> list[Any]:
    return bench.seen("LinkMeasured", link=link)


def messages(bench: Bench, kind: str, link: str, since: int, until: int) -> list[bytes]:
    """Message signal units on the line: those whose length indicator is above 2 (Q.703 2.3.3)."""
    units = [bytes.fromhex(r.event.octets) for r in bench.seen(kind, since=since, link=link) if r.at < until]
    return [unit for unit in units if unit[2] & 63 > 2]


def test_bins_follow_each_other_from_the_start_of_the_run(bench: Bench) -> None:
    bench.run(seconds(35) - bench.now)
    bench.machine.close()
    bench.run(ms(1))
    rows = measured(bench)
    assert [(r.event.since, r.at) for r in rows] == [
        (0, BIN), (BIN, 2 * BIN), (2 * BIN, 3 * BIN), (3 * BIN, seconds(35))]  # fmt: skip
    assert [r.event.in_service for r in rows[1:]] == [BIN, BIN, seconds(5)]
    up = bench.seen("LinkUp", link=LINK)[0].at
    assert rows[0].event.in_service == BIN - up
    assert [r.event.restored for r in rows] == [1, 0, 0, 0]


def test_messages_and_octets_are_those_on_the_line(bench: Bench) -> None:
    link = "e1-0:16"  # circuits of the other exchange are even, and so is their SLS: all go over the first link
    traffic(bench, 12)
    bench.run(3 * BIN + ms(8) - bench.now)
    for row in measured(bench, link)[1:3]:
        sent = messages(bench, "UnitSent", link, row.event.since, row.at)
        heard = messages(bench, "UnitReceived", link, row.event.since, row.at)
        assert (row.event.msus_out, row.event.msus_in) == (len(sent), len(heard))
        # From the SIO on: what follows BSN, FSN and the length indicator.
        assert row.event.octets_out == sum(len(unit) - 3 for unit in sent)
        assert row.event.octets_in == sum(len(unit) - 3 for unit in heard)
        assert (row.event.octets_repeated, row.event.units_bad, row.event.nacks_in) == (0, 0, 0)
    assert measured(bench, link)[1].event.msus_in >= 12


def test_a_link_that_fails_by_errors_is_counted_so(bench: Bench) -> None:
    bench.run(BIN + seconds(2) - bench.now)
    cut = bench.now
    heal = bench.fault("line_cut", {"line": "e1-1"})
    bench.run(seconds(1))
    heal()
    bench.run(3 * BIN + ms(8) - bench.now)
    down = bench.seen("LinkDown", since=cut, link=LINK)[0].at
    up = bench.seen("LinkUp", since=cut, link=LINK)[0].at
    rows = [r.event for r in measured(bench)]
    assert [row.failures for row in rows] == [0, 1, 0]
    assert [row.failures_errors for row in rows] == [0, 1, 0]
    assert sum(row.in_service for row in rows[1:]) == 2 * BIN - (up - down)
    assert [row.restored for row in rows] == [1, 0, 1] if up > 2 * BIN else [1, 1, 0]
    assert rows[1].countings >= 1
    # LOS is all ones: octet counting from the first octets to the last, 8 octets a millisecond, in steps of 16.
    assert 1_000 * 8 - 64 <= rows[1].octets_counted <= 1_000 * 8 + 64


def test_a_pulled_board_tells_what_it_had_counted(bench: Bench) -> None:
    bench.run(BIN + seconds(3) - bench.now)
    heal = bench.fault("board_pull", {"board": LAP7})
    bench.run(seconds(1))
    heal()
    bench.run(2 * BIN + ms(8) - bench.now)
    rows = measured(bench)
    assert [(r.event.since, r.at) for r in rows] == [
        (0, BIN), (BIN, BIN + seconds(3)), (BIN + seconds(6), 2 * BIN)]  # fmt: skip
    assert rows[1].event.in_service == seconds(3)
    assert rows[2].event.failures == 0


def test_measurement_goes_on_in_a_restored_machine() -> None:
    """Snapshots in the middle of a bin: with a link in service, and while it is aligned anew."""
    end = seconds(35)
    lines: list[bytes] = []
    machine = build(MACHINES / "all_signalling.yaml", seed=1, journal_sink=lines.append)
    machine.power_on()
    place, point, values = machine.resolve_fault("line_cut", {"line": "e1-1"}, {})
    machine.order(seconds(13), place, Inject("1", point, values))
    machine.order(seconds(14), place, Heal("1", point, values))
    taken = []
    for at in (seconds(12) + 3, seconds(16) + 5):
        machine.run(at)
        taken.append((len(b"".join(lines)), take(machine.kernel)))
    machine.run(end)
    machine.close()
    whole = b"".join(lines)
    assert whole.count(b'"link_measured"') == 16  # four links in three bins and a part
    for length, snapshot in taken:
        rest: list[bytes] = []
        again = build(MACHINES / "all_signalling.yaml", seed=1, journal_sink=rest.append)
        restore(again.kernel, snapshot)
        again.run(end)
        again.close()
        assert b"".join(rest).endswith(whole[length:])


def test_registers_show_the_links(bench: Bench) -> None:
    def registers() -> dict[str, int]:
        shown = bench.machine.part(LAP7).registers()
        return {name: shown[name] for name in ("LINKS", "UP", "ALIGNING", "COUNTING", "FAILURES")}

    assert registers() == {"LINKS": 2, "UP": 3, "ALIGNING": 0, "COUNTING": 0, "FAILURES": 0}
    heal = bench.fault("line_cut", {"line": "e1-1"})
    bench.run(ms(500))
    assert registers() == {"LINKS": 1, "UP": 2, "ALIGNING": 1, "COUNTING": 1, "FAILURES": 1}
    heal()
    bench.run(seconds(10))
    assert registers() == {"LINKS": 2, "UP": 3, "ALIGNING": 0, "COUNTING": 0, "FAILURES": 1}


def test_a_link_that_was_in_service_is_alarmed_after_2500_ms(bench: Bench) -> None:
    heal = bench.fault("line_cut", {"line": "e1-1"})
    down = bench.wait("LinkDown", link=LINK).at
    alarm = bench.wait("AlarmRaised", seconds(4), alarm="signalling_link_lost")
    assert alarm.at - down == ms(2_500)
    heal()
    cleared = bench.wait("AlarmCleared", seconds(12), alarm="signalling_link_lost")
    assert cleared.at == bench.seen("LinkUp", since=down, link=LINK)[0].at


def test_the_first_alignment_is_given_30_s() -> None:
    bench = Bench(machine="all_signalling", settle=0)
    heal = bench.fault("line_cut", {"line": "e1-1"})
    bench.run(seconds(29))
    assert bench.seen("AlarmRaised", alarm="signalling_link_lost") == []
    bench.run(seconds(2))
    (alarm,) = bench.seen("AlarmRaised", alarm="signalling_link_lost")
    assert seconds(30) <= alarm.at <= seconds(30) + ms(1)
    assert alarm.event.about == f"{LAP7}/link/{LINK}"
    heal()
    bench.wait("AlarmCleared", seconds(60), alarm="signalling_link_lost")
