"""The shipped machines of a call centre that has one number: old numbers lead there, and what is too much goes over
inter-machine trunks."""

from __future__ import annotations

import pytest
from office_bench import Bench, agent

from switchsim.model.order import Act
from switchsim.units import ms, seconds


@pytest.fixture(scope="module")
def merged() -> Bench:
    return Bench(machine="merged_10060", settle=seconds(3))


@pytest.mark.parametrize("dialled", ["180", "189", "170", "112", "96112", "96180", "10060"])
def test_every_old_number_leads_to_10060(merged: Bench, dialled: str) -> None:
    caller = merged.call(dialled)
    merged.until_hears(caller, "prompt", "welcome")
    caller.hang_up()
    merged.run(ms(300))
    record = merged.call_records()[-1]
    assert (record.called, record.number) == (dialled, "10060")


def test_it_has_150_seats_in_five_teams(merged: Bench) -> None:
    queues = merged.machine.seat_queues
    assert len(queues) == 150
    assert len(set(queues.values())) == 5


def three(*seats: str, **more: int) -> Bench:
    """One of the three machines; only these seats have somebody."""
    people = [agent(*seats, **more)] if seats else []
    return Bench(*people, agent(sign_in=-1), machine="one_of_three_667", settle=seconds(4))


def test_667_seats_in_three_machines() -> None:
    from switchsim.report.sizing import sizing

    assert len(three().machine.seat_queues) == -(-sizing(20_000_000, 3_000, 200_000, 150, 750_000).seats // 3)


def test_a_caller_whom_nobody_takes_is_served_by_another_machine() -> None:
    bench = three()
    caller = bench.call("96180", line="city")
    bench.wait("CallUnqueued", seconds(22), why="overflow")
    bench.until_hears(caller, "party", within=seconds(4))
    (leg,) = bench.events("CallLeg")
    assert leg.line == "e1-12"
    caller.hang_up()
    bench.close()
    record = bench.record()
    assert (record.number, record.queue, record.seat) == ("10060", "customers", "")


def test_a_caller_of_another_machine_waits_here_and_goes_nowhere_else() -> None:
    bench = three("1001")
    first, second = (bench.call("10061", line=line) for line in ("second", "third"))
    bench.talk(first, "1001")
    bench.until_hears(second, "prompt", "please_wait")
    second.ended(42, within=seconds(70))
    assert not bench.events("CallLeg")
    first.hang_up()
    bench.close()
    assert [record.queue for record in bench.call_records()] == ["guests", "guests"]


def test_both_other_machines_take_what_overflows() -> None:
    """The links to the second machine are inhibited by a cut of its lines: the third one gets the calls."""
    bench = three()
    for line in ("e1-12", "e1-13", "e1-14", "e1-15"):
        bench.fault("line_cut", {"line": line}, until=bench.now + seconds(60))
    bench.run(seconds(5))
    caller = bench.call("10060", line="city")
    bench.wait("CallUnqueued", seconds(22), why="overflow")
    bench.until_hears(caller, "party", within=seconds(5))
    assert bench.events("CallLeg")[-1].line == "e1-16"
    bench.order("farend/exchange/third", Act("hang_up", {"party": int(bench.hears(caller)[1])}))
    caller.ended(16)
