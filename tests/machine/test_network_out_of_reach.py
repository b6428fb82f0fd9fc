"""While the node of the switching network takes no messages no new call is taken: nobody is to hear strangers."""

from __future__ import annotations

import pytest
from office_bench import Bench

from switchsim.model.order import Act
from switchsim.units import ms, seconds

LINES_NODE, NETWORK_NODE = "frame/0/slot/4", "frame/0/slot/5"
NO_RESOURCE = 47


@pytest.fixture
def bench() -> Bench:
    bench = Bench(machine="two_node_boards", settle=seconds(1))
    kinds = {board.loaded.spec.kind: board.bus >> 8 for board in bench.machine.layout.boards}
    assert [kinds[kind] // 4 for kind in ("lap", "dtm", "ait", "spt", "bnet")] == [0, 0, 0, 0, 1]
    return bench


def test_new_calls_are_refused_and_those_in_talk_go_on(bench: Bench) -> None:
    stays, goes = bench.call("10000"), bench.call("10000")
    bench.until_hears(stays, "party")
    bench.until_hears(goes, "party")
    heal = bench.fault("board_pull", {"board": NETWORK_NODE})
    bench.run(ms(100))
    goes.hang_up()
    bench.run(ms(300))
    for _ in range(3):  # the first of them gets the circuit that is free again, and still connected
        bench.call("10000").ended(NO_RESOURCE)
    assert stays.states[-1][0] == "talking"
    heal()
    bench.run(seconds(4))
    again = bench.call("10000")
    bench.until_hears(again, "party", within=seconds(3))
    bench.until_hears(stays, "party")
    bench.close()


def test_the_other_processor_knows_it_too(bench: Bench) -> None:
    heal = bench.fault("board_pull", {"board": NETWORK_NODE})
    bench.run(ms(100))
    back = bench.fault("mpu_kill", {"processor": "a"})
    bench.wait("ProcessorActive", seconds(2))
    bench.run(ms(100))
    bench.call("10000").ended(NO_RESOURCE)
    heal()
    bench.run(seconds(4))
    back()
    caller = bench.call("10000")
    bench.until_hears(caller, "party", within=seconds(3))
    bench.run(seconds(4))
    bench.close()


def test_calls_of_the_console_wait_until_it_is_back(bench: Bench) -> None:
    heal = bench.fault("board_pull", {"board": NETWORK_NODE})
    bench.run(ms(100))
    values = {"line": "e1-0", "number": "70001", "calling": "10000", "hold_cycles": seconds(1)}
    bench.order("frame/0/slot/2/program", Act("dial", values))  # type: ignore[arg-type]
    bench.run(seconds(2))
    assert bench.seen("CallOffered") == []
    heal()
    assert bench.wait("CallRecord", seconds(10)).event.cause == 16  # type: ignore[attr-defined]
    bench.close()


def test_the_node_of_the_lines_is_another_matter(bench: Bench) -> None:
    """Its messages wait at both of its sides, and are all read when it is back."""
    heal = bench.fault("board_pull", {"board": LINES_NODE})
    bench.run(ms(100))
    caller = bench.call("10000")
    bench.run(ms(500))
    heal()
    bench.until_hears(caller, "party", within=seconds(6))
    bench.close()
