"""From line to circuit: defects that last take the circuits of a line out, and give them back.

No.7 lines: hardware failure oriented group blocking (Q.764 2.8.2.2, Q.724 1.16); primary rate: T309 (Q.931 5.8.9).
"""

from __future__ import annotations

from typing import Any

import pytest
from office_bench import LONG, Bench, Caller, steps

from switchsim.model.events import PartyCalls
from switchsim.model.order import Act
from switchsim.proto import isup
from switchsim.proto.tup import Block
from switchsim.units import ms, seconds

OUT, BACK = seconds(2), seconds(5)
"""`circuits:` of the machine file."""
DETECTED = ms(20)
POLLED = ms(400)
MPU_A, LAP7 = "frame/0/slot/2", ("frame/0/slot/12", "frame/0/slot/13")
TRUNKS = {"e1-0": "frame/1/slot/0", "e1-2": "frame/1/slot/1"}
PROGRAM = f"{MPU_A}/program"


@pytest.fixture
def bench() -> Bench:
    """All links are up; there is a plan for callers who endure a dead line."""
    patient = steps("patient", {"do": "wait"}, {"do": "speak"}, {"do": "hold"}, dead_after="10min")
    return Bench(machine="all_signalling", settle=seconds(11), load=[patient])


def call(bench: Bench, exchange: str, line: str) -> Caller:
    """Somebody of that exchange talks over that line to a seat, whatever he hears."""
    place, before = f"farend/exchange/{exchange}", len(bench.records)
    values = {"called": "10000", "calling": "138", "plan": "patient/0", "hold_cycles": LONG, "line": line}
    bench.order(place, Act("call", values))  # type: ignore[arg-type]
    bench.wait("CallState", seconds(2), state="talk")
    party = next(r.event.party for r in bench.records[before:] if isinstance(r.event, PartyCalls))
    caller = Caller(bench, place, party)
    bench.until_hears(caller, "party", within=seconds(2))
    return caller


def blocked_times(bench: Bench, line: str, since: int, on: int) -> list[int]:
    return [r.at for r in bench.seen("CircuitBlocked", since=since, line=line, by="local", sort="hardware", on=on)]


def user(bench: Bench, exchange: str, *, far: bool) -> Any:
    """The user part of one side of the relation with an exchange."""
    if far:
        return bench.machine.part(f"farend/exchange/{exchange}").signalling.point.users[0]
    for side in ("2", "3"):
        processor = bench.machine.part(f"frame/0/slot/{side}/program")
        if processor.state.active:
            return processor.program.trunks.number7.point.users[["city", "town"].index(exchange)]
    raise AssertionError("no processor is active")


def marks(own: Any, cic: int) -> tuple[bool, bool]:
    """(we block it, the peer blocks it) for failed hardware."""
    circuit = own.state.circuits[cic]
    if isinstance(own, isup.Isup):
        return circuit.hard_local is isup.Block.BLOCKED, circuit.hard_remote
    return bool(circuit.local & Block.HARDWARE), bool(circuit.remote & Block.HARDWARE)


def blocked_on(bench: Bench, exchange: str) -> set[int]:
    """CICs that both sides hold for blocked by the machine; the sides must agree on every circuit."""
    near, far = user(bench, exchange, far=False), user(bench, exchange, far=True)
    assert set(near.state.circuits) == set(far.state.circuits)
    found = set()
    for cic in near.state.circuits:
        local, by_peer = marks(near, cic)
        assert (by_peer, local) == marks(far, cic), f"CIC {cic}"
        if local:
            found.add(cic)
    return found


SPEECH = {*range(1, 16), *range(17, 32)}
"""Timeslots of a line whose link has timeslot 16."""


class Row:
    """One kind of signalling: the line that fails, the one beside it, and how its messages are known."""

    def __init__(self, exchange: str, line: str, other: str, cause: int, orders: tuple[str, str]) -> None:
        self.exchange, self.line, self.other, self.cause = exchange, line, other, cause
        self.service, self.orders = (5, orders) if exchange == "city" else (4, orders)

    def sent(self, bench: Bench, since: int, order: str) -> list[Any]:
        """Group messages of that heading that the machine gave to the message transfer part."""
        at = 4 if self.service == 5 else 2
        return [e for e in bench.events("MessageSent", since=since, place=PROGRAM, service=self.service)
                if e.octets[at : at + 2] == order]  # fmt: skip


# Second cell: CGB, CGU of ISUP (Q.763 table 4) and HGB, HGU of TUP (Q.723: H1H0 with H0 = 8), as octets.
ROWS = [Row("city", "e1-1", "e1-0", 31, ("18", "19")), Row("town", "e1-3", "e1-2", 41, ("58", "78"))]


@pytest.mark.parametrize("row", ROWS, ids=("isup", "tup"))
def test_a_line_that_stays_away_takes_its_circuits_out_over_the_link_that_survives(bench: Bench, row: Row) -> None:
    lost, stays = call(bench, row.exchange, row.line), call(bench, row.exchange, row.other)
    cut = bench.now
    heal = bench.fault("line_cut", {"line": row.line})
    failed = bench.wait("SignallingLink", seconds(1), since=cut, place=PROGRAM, link=f"{row.line}:16", state="failed")
    assert failed.at - cut < ms(300)  # its link loses frames at once
    bench.run(cut + OUT - ms(5) - bench.now)
    assert blocked_times(bench, row.line, cut, 1) == []
    assert bench.call_records() == []
    record = bench.wait("CallRecord", seconds(1)).event
    assert (record.line, record.cause, record.by) == (row.line, row.cause, "machine")
    bench.run(ms(200))
    times = blocked_times(bench, row.line, cut, 1)
    assert len(times) == 30
    assert all(OUT <= at - cut <= OUT + DETECTED + ms(200) for at in times)
    assert blocked_on(bench, row.exchange) == {cic + 32 * (row.line[-1] in "13") for cic in SPEECH}
    assert lost.states[-1][0] == "released"
    assert stays.states[-1][0] == "talking"
    assert len(row.sent(bench, cut, row.orders[0])) >= 2  # never one message over timeslot 16
    healed = bench.now
    heal()
    bench.run(healed + BACK - ms(5) - bench.now)
    assert blocked_times(bench, row.line, healed, 0) == []
    bench.run(seconds(1))
    assert len(blocked_times(bench, row.line, healed, 0)) == 30
    assert blocked_on(bench, row.exchange) == set()
    bench.run(seconds(10))
    call(bench, row.exchange, row.line)
    assert stays.states[-1][0] == "talking"
    bench.close()


@pytest.mark.parametrize("row", ROWS, ids=("isup", "tup"))
def test_a_defect_shorter_than_its_persistence_changes_no_circuit(bench: Bench, row: Row) -> None:
    caller = call(bench, row.exchange, row.line)
    cut = bench.now
    heal = bench.fault("line_cut", {"line": row.line})
    bench.run(OUT - ms(50))
    heal()
    bench.run(OUT + BACK)
    assert bench.seen("SignallingLink", since=cut, place=PROGRAM, link=f"{row.line}:16", state="failed")
    assert bench.seen("CircuitBlocked", since=cut) == []
    assert row.sent(bench, cut, row.orders[0]) == []
    assert bench.call_records() == []
    bench.until_hears(caller, "party")
    bench.run(seconds(10))
    bench.close()


@pytest.mark.parametrize("directions", [1, 2])
def test_one_direction_of_a_line_is_enough(bench: Bench, directions: int) -> None:
    """1: we receive nothing (LOS). 2: the exchange receives nothing, and says so (RAI, G.704)."""
    cut = bench.now
    heal = bench.fault("line_cut", {"line": "e1-1"}, directions=directions)
    bench.run(OUT + ms(300))
    assert len(blocked_on(bench, "city")) == 30
    assert bench.events("DefectSeen", since=cut)[0].defect == ("los", "rai")[directions - 1]
    heal()
    bench.run(BACK + ms(300))
    assert blocked_on(bench, "city") == set()
    bench.run(seconds(10))
    bench.close()


def test_a_trunk_board_that_is_soon_back_takes_links_and_no_circuit() -> None:
    """Pulled for 100 ms, 2 s of self-test, with 2.5 s of persistence."""
    bench = Bench(machine="two_links_ss7", settle=seconds(11))
    pulled = bench.now
    heal = bench.fault("board_pull", {"board": TRUNKS["e1-0"]})
    bench.run(ms(100))
    heal()
    bench.run(seconds(15))
    assert len(bench.seen("LinkDown", since=pulled)) == 2
    assert bench.seen("CircuitBlocked", since=pulled) == []
    assert bench.events("Destination", since=pulled, place=PROGRAM)[-1].state == "resume"
    bench.close()


def test_a_line_that_comes_and_goes_stays_out_until_it_is_back_for_long(bench: Bench) -> None:
    cut = bench.now
    first = bench.fault("line_cut", {"line": "e1-1"})
    bench.run(OUT + ms(500))
    first()
    bench.run(BACK - ms(100))
    second = bench.fault("line_cut", {"line": "e1-1"})
    bench.run(seconds(1))
    second()
    bench.run(BACK - ms(100))
    assert len(blocked_times(bench, "e1-1", cut, 1)) == 30
    assert blocked_times(bench, "e1-1", cut, 0) == []
    bench.run(ms(300))
    assert len(blocked_times(bench, "e1-1", cut, 0)) == 30
    assert blocked_on(bench, "city") == set()
    bench.run(seconds(10))
    bench.close()


@pytest.mark.parametrize("fault", ["board_pull", "board_power"])
@pytest.mark.parametrize("row", ROWS, ids=("isup", "tup"))
def test_no_link_survives_a_pulled_trunk_board_and_blocking_is_told_when_the_exchange_is_in_reach(
    bench: Bench, row: Row, fault: str
) -> None:
    one, two = call(bench, row.exchange, row.line), call(bench, row.exchange, row.other)
    pulled = bench.now
    heal = bench.fault(fault, {"board": TRUNKS[row.other]})
    bench.wait("Destination", seconds(1), since=pulled, place=PROGRAM, state="pause")
    bench.run(pulled + OUT + POLLED - bench.now)
    assert [(e.cause, e.by) for e in bench.call_records()] == [(row.cause, "machine")] * 2
    assert blocked_times(bench, row.line, pulled, 1) == []  # acknowledged by nobody
    bench.run(seconds(1))
    heal()
    resumed = bench.wait("Destination", seconds(10), since=bench.now, place=PROGRAM, state="resume").at
    bench.run(ms(500))
    told = row.sent(bench, resumed, row.orders[0])
    assert len(told) == 4
    assert len(blocked_on(bench, row.exchange)) == 60
    bench.run(BACK + seconds(1))
    assert blocked_on(bench, row.exchange) == set()
    assert (one.states[-1][0], two.states[-1][0]) == ("released", "released")
    call(bench, row.exchange, row.line)
    bench.close()


def test_a_hung_trunk_board_takes_its_circuits_out_while_its_links_go_on(bench: Bench) -> None:
    caller = call(bench, "city", "e1-0")
    hung = bench.now
    heal = bench.fault("board_hang", {"board": TRUNKS["e1-0"]})
    bench.run(OUT + POLLED + ms(200))
    assert len(blocked_on(bench, "city")) == 60
    assert bench.record().cause == 31
    assert bench.seen("SignallingLink", since=hung, state="failed") == []
    assert caller.states[-1][0] == "released"
    heal()
    bench.run(seconds(2) + BACK + POLLED)
    assert blocked_on(bench, "city") == set()
    bench.close()


def test_pulled_signalling_boards_take_links_and_no_circuit(bench: Bench) -> None:
    callers = [call(bench, "city", "e1-0"), call(bench, "town", "e1-2")]
    pulled = bench.now
    heals = [bench.fault("board_pull", {"board": board}) for board in LAP7]
    bench.run(seconds(8))
    assert {e.point_code for e in bench.events("Destination", since=pulled, place=PROGRAM, state="pause")} == {2, 3}
    assert bench.seen("CircuitBlocked", since=pulled) == []
    assert bench.call_records() == []
    for heal in heals:
        heal()
    bench.run(seconds(15))
    assert {e.point_code for e in bench.events("Destination", since=pulled, place=PROGRAM, state="resume")} == {2, 3}
    assert [caller.states[-1][0] for caller in callers] == ["talking", "talking"]
    bench.close()


def test_the_other_processor_takes_the_circuits_out_in_its_turn(bench: Bench) -> None:
    caller = call(bench, "city", "e1-1")
    cut = bench.now
    heal = bench.fault("line_cut", {"line": "e1-1"})
    bench.run(seconds(1))
    back = bench.fault("mpu_kill", {"processor": "a"})
    bench.wait("ProcessorActive", seconds(2), since=cut)
    bench.run(OUT + ms(300))
    assert len(blocked_on(bench, "city")) == 30
    assert bench.record().cause == 31
    assert caller.states[-1][0] == "released"
    back()
    heal()
    bench.run(BACK + seconds(1))
    assert blocked_on(bench, "city") == set()
    bench.run(seconds(10))
    bench.close()


def test_primary_rate_calls_survive_a_line_that_is_back_within_t309(bench: Bench) -> None:
    caller = call(bench, "e1-4", "e1-4")
    heal = bench.fault("line_cut", {"line": "e1-4"})
    bench.run(seconds(4))
    heal()
    bench.run(seconds(8))
    assert bench.call_records() == []
    bench.until_hears(caller, "party")
    bench.close()


def test_primary_rate_calls_end_with_t309(bench: Bench) -> None:
    caller = call(bench, "e1-4", "e1-4")
    cut = bench.now
    heal = bench.fault("line_cut", {"line": "e1-4"})
    ended = bench.wait("CallRecord", seconds(10))
    assert seconds(6) <= ended.at - cut <= seconds(7)
    assert ended.event.cause == 27  # destination out of order (Q.931 5.8.9)
    bench.run(seconds(90))  # T309 of the exchange
    assert caller.states[-1][0] == "released"
    heal()
    bench.run(seconds(8))
    call(bench, "e1-4", "e1-4")
    bench.close()
